// Package pg holds parser/sql against PostgreSQL's own grammar, which pg_query
// wraps. It is a module of its own since it needs a C compiler; nothing of the
// product imports it.
//
// What is compared is a Summary: what a query reads, defines, joins, filters and
// returns. For
//
//	with a as (select 1 as x) select a.x, 2 from a left join s.t on true where p and q > 1
//
// both grammars must say: relations a and s.t, CTE a, and two blocks,
//
//	select x
//	select x, - from (a left s.t on true) where and(p,>(q,1))
//
// Select lists beyond their names, ORDER BY and what else a tree holds are not
// compared: the two are shaped for different uses.
//
// TestTexts does so for texts of others, and says how many each grammar reads:
//
//	go test -run TestTexts -v . -args -texts FOLDER [-dialect redshift] [-split]
//
// The other half is about mistakes. A statement of which one token is deleted
// or doubled is mostly no SQL any more; parser/sql, which reads the union of
// many dialects, must still report nearly all that PostgreSQL rejects, and
// report it where PostgreSQL does.
package pg
