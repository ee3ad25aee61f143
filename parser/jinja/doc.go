// Package jinja parses and evaluates templates of the Jinja language, with the
// semantics of the original engine (Python's values and operators, the filters
// and tests, the rules of scope and white space), and two things that the
// original lacks: it knows where every byte of its output came from, and it
// goes on where a value cannot be known. It knows nothing of dbt: ref, source,
// adapter and so on are names that the host gives a meaning to.
//
// # From text to text
//
// Parse turns a range of a file into an immutable tree with byte spans; a
// syntax error is reported and costs one tag, never the template. Render
// evaluates a tree into a Result. One tree may be rendered by many goroutines
// at once; each render has a State of its own.
//
// # Where bytes come from
//
// A string carries segments: which of its bytes stem from which template
// bytes, and under which macro call. They survive slicing, splitting, joining,
// replacing and formatting, so that
//
//	{% macro money(c) %}round({{ c }}, 2){% endmacro %}
//	select {{ money('amount') }} from t
//
// renders to "select round(amount, 2) from t" with the map
//
//	select      the model, exactly
//	round(      the macro, exactly; called from the model at money('amount')
//	amount      the model, exactly: the inside of the literal
//	, 2)        the macro again
//	 from t     the model
//
// A change of case keeps positions but not bytes (source.Altered). A number, or
// what a host returned, stems as a whole from the expression that made it.
//
// # What cannot be known
//
// An Unknown stands for what only a warehouse could tell. Whatever is done
// with it is unknown again; where text is built of it, there is a hole, a
// token __hole_1__ with a mark in the map, inside text that is known. A host
// function is not called with it, unless it asks to be (Func.Lazy). A
// condition on it is decided for the then branch, and said to be Unknown in
// the Result, so that the host can render again with the other decision
// (Options.Forced). A loop over it is one pass, in which loop.first and
// loop.last are unknown as well: the separator
//
//	{{ "," if not loop.last }}
//
// becomes a hole that may stand for nothing. While an unknown decision is in
// force the evaluation is tainted, and errors are dropped: perhaps it would
// not have come there. If it raises one (State.Deny), the decision is taken the
// other way.
//
// What is older than such a stretch of the evaluation and is changed in it is
// doubted when the stretch ends: a list that was perhaps appended to begins with
// what it had and goes on nobody knows how, a number or truth value is unknown,
// and a text is kept as that of the branch, but decides nothing any more.
//
// # Errors
//
// An error in an expression is collected with its place and the calls around
// it; the value of the expression is unknown then, and the render goes on. It
// ends early only when a budget is used up (Result.Stopped).
package jinja
