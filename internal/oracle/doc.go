// Package oracle tests the analyser of internal/sema by execution: it asks what
// the analyser claims of a query, runs the query in DuckDB, and looks whether
// the rows that come out refute a claim. It is a module of its own, for DuckDB
// needs a C compiler and the product must never see it.
//
// A random schema has two to four tables of small integers and NULL, with
// declared keys (strict, lax, partial) and columns that are never NULL; random
// rows fulfil them. A random [Query] nests joins, filters, groups, windows and
// set operations over the tables. Say the analyser claims of
//
//	select x.a, y.b from t0 as x left join t1 as y on x.a = y.a
//
// that column 0 is a strict key because t1 is declared lax-unique on a. If two
// rows of the result agree on column 0, the claim is refuted, and [Shrink] cuts
// query, rows and declared facts down to what still refutes it: that is the bug
// report, and becomes a row of the analyser's own tests.
//
// Claims are executed inside a query too: of the rows that FROM and WHERE of each
// block give, with a number for every row of a source in the place of its tuple
// id, so that "a row of x meets at most one of y" is a dependency like any other;
// and of the branches of UNION ALL that are said to have no value in common.
//
// One refuted claim is an unsound rule. Claims that survive prove nothing, so the
// generator aims at near misses: coalesce under a join key, rank() for
// row_number(), a list of one value, NULL as an operand.
//
// Random [Incremental] models are run two and three times, by the statements that
// adapters write, and compared with a rebuild: what the analyser holds equal must
// never differ, the example of a difference must show just that, keys that it
// says the table has must hold after each run. What internal/rows gives for a
// query, which examples are made by, is held against DuckDB.
//
//	go test . -args -trees 100000 -seed 7
//	go test . -run IncrementalModels -args -models 10000 -seed 7
package oracle
