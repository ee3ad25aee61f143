// Package sql reads the SQL of analytics warehouses: text goes in, a tree with
// byte ranges comes out, whatever the text is. It knows SQL and nothing of dbt,
// of templates, or of what the names mean.
//
// # One grammar
//
// Eleven dialects share one hand-written lexer and one recursive-descent parser,
// with operator precedence (Pratt) for expressions. A Dialect is data: what a
// character means ("x" is a string here and a name there), and the few places
// where two warehouses read the same words differently. Everything else is
// accepted in every dialect: whether a warehouse runs a query is for a rule to
// say, not for the parser. Keywords are contextual. `select limit from t limit 1`
// is a column and a clause, told apart by what follows the word; only about
// twenty words (reserved) are never names.
//
// # Errors
//
// Parse never fails. What cannot be read is reported once, where a person would
// put the finger, and kept as an *Opaque node; reading goes on at the next
// comma, clause, closing parenthesis or common table expression:
//
//	with a as (select x y z from t), b as (select 1) select * from a
//	                      ^ expected `,` or a clause, found `z`
//
// Only this select list is in doubt; b and the main query are read as ever.
// Nesting and the length of chains are bounded, chains are read in loops, and
// the time is linear in the text.
//
// # Holes
//
// A rendered template may hold values that are not known. They are printed as
// words __hole_1__, and the grammar admits them wherever template text was found
// in practice. A word that is only holes is a token of its own; within a longer
// name it makes the name unknown (Ident.Hole). In
//
//	select a, __hole_1__ b from t __hole_2__ where x __hole_3__ and y
//
// the first hole is an expression named b, the second is in Select.Holes, since
// it may be an alias, a join or nothing, and the third is glued to x as a
// Binary with Op OpOther: an expression that is not known. A hole after a
// complete condition is in Select.Holes too: it may be `and y`, or a GROUP BY,
// so that a Select with Holes is open as a whole. A hole never makes an error.
package sql
