// Package pg holds parser/sql against PostgreSQL's own grammar, which pg_query
// wraps. It is a module of its own since it needs a C compiler; nothing of the
// product imports it.
//
// What is compared is a Summary: what a query reads, defines, joins and
// returns. For
//
//	with a as (select 1 as x) select a.x, 2 from a left join s.t on true where p and q
//
// both grammars must say: relations a and s.t, CTE a, columns x and ?, one left
// join, two conjuncts. Trees are not compared beyond that: the two are shaped
// for different uses.
//
// The other half is about mistakes. A statement of which one token is deleted
// or doubled is mostly no SQL any more; parser/sql, which reads the union of
// many dialects, must still report nearly all that PostgreSQL rejects, and
// report it where PostgreSQL does.
package pg
