// Package sema is the relational analysis: of a parsed query it works out what
// one row is, what each column is made of, which joins can repeat rows, and what
// an incremental run leaves out. It never sees data, so it never says what a
// table holds; it says what must hold, what may happen in spite of everything
// that is declared, and what nobody told it. It knows SQL trees, rendered texts
// and the facts that a project declares. It knows no rule, no severity and no
// reporter, and it reads no file.
//
// # Columns and tuple ids
//
// Every column that exists somewhere in a query has a number, a Col. So has, for
// every relation that is read, a hidden column that tells its rows apart: its
// tuple id. The rows of a join are told apart by the tuple ids of both sides
// together; after GROUP BY there is a new tuple id, and what it is a function of
// are the grouped columns. To be a key is then one question: do these columns
// determine all tuple ids of the relation? To repeat rows is its opposite.
//
// Reading a CTE twice gives two relations under the same facts (rename.go), so
// that a self-join is not taken for a lookup of a row in itself.
//
// # Facts
//
// A functional dependency, fd, says that rows which agree on some columns agree
// on others. A key is a dependency on the tuple ids. A strict key takes NULL for
// a value like any other; a lax one lets any number of rows have a NULL in it,
// which is what dbt's unique test and SQL's UNIQUE check. A lax fact is used
// only where its columns cannot be NULL: because of a NOT NULL, or because an
// `=` let the row through, which it does for no NULL.
//
// Facts come from the SQL itself (GROUP BY, DISTINCT, row_number() = 1, a
// constant, an equality) and from the project: tests, constraints, seeds' rows,
// unique_key. Each carries its evidence and a strength, from structure, which
// cannot be wrong, over data, enforced, tested and declared to hint. A proof is
// as strong as its weakest fact, and rules accuse on tested ones and better.
//
// Operators keep facts by a rule of their own. A semi join is a join with one
// match chosen: what its conditions say of both sides holds, and the left tuple
// ids determine the match. The null-supplied side of an outer join has fresh
// columns, and its dependencies become lax unless their determinant is never
// NULL among real rows; a later condition that rejects the NULLs gives back what
// was lost. Branches of UNION ALL keep a key only with columns that tell them
// apart: literals, contradicting filters, seeds without a common value, or an
// anti-filter of one branch by the rows of the other (union.go, antifilter.go).
//
// The closure (closure.go) starts from a set of columns and adds what they
// determine until nothing is added: by dependencies, equalities and constants,
// and because a deterministic expression over known columns is known. It
// remembers which fact added what, and reads proofs back from that.
//
// Evidence is data (why.go): the rule that a fact follows by, the facts that the
// rule needs, and the place. What is printed is read from it, and evidence.go
// writes it out as a proof, which internal/proof/check derives anew.
//
// # Verdicts
//
// A join is judged from both sides. Its conditions fix some columns of a side
// for each row of the other; the verdict is about those columns:
//
//	Unique    their closure holds the side's tuple ids: at most one row is met
//	FanOut    all that is known allows several rows, and something speaks for
//	          it: they are a proper part of a known key, or rows are known to
//	          share their values
//	NotKnown  neither, for lack of facts; whoever asks must stay silent
//
// No key is no evidence: a table without tests is not a table with duplicates.
//
// # A worked example
//
// stg_orders is tested unique and not null on order_id; stg_order_items is
// tested unique on (order_id, line_no).
//
//	select o.customer_id, sum(o.order_total) as revenue
//	from {{ ref('stg_orders') }} o
//	join {{ ref('stg_order_items') }} i on i.order_id = o.order_id
//	group by o.customer_id
//
// Let O and I be the tuple ids. The facts are o.order_id -> O (tested) with all
// columns of o functions of O, the same for I with (i.order_id, i.line_no), and
// after the join o.order_id = i.order_id.
//
//   - The left side, for a row of items: the join fixes o.order_id, whose
//     closure holds O. Unique.
//   - The right side, for a row of orders: the join fixes i.order_id. The
//     closure is {i.order_id, o.order_id, O, ...} and never reaches I, because
//     line_no is missing; and i.order_id is part of the key (order_id, line_no).
//     FanOut, missing line_no, by a tested fact.
//   - The rows after the join are told apart by {O, I}; O alone is repeated, and
//     the join is to blame. sum reads o.order_total, a function of O: it counts
//     one order once per item. sum(i.line_total) would be a function of I, which
//     nothing repeats, and max(o.order_total) does not mind.
//   - The output has one row per customer_id, whatever the sum is worth: GROUP
//     BY makes it so.
//
// The witness is the smallest pair of tables that fulfils every declared test
// and shows the wrong sum: one order, two of its items. To aggregate items to
// one row per order_id before the join makes (order_id) a key of that side, its
// closure reaches the tuple id, and everything here falls silent.
//
// # Worlds
//
// A model is not one query. A full refresh and an incremental run render
// different texts from one template, and each distinct text is a World with its
// own analysis. What a model exports to its readers, its Summary, is that of the
// full refresh with what its tests declare. What only the incremental world has
// is a Guard (guard.go): a condition on the way from a relation to the output.
// Whether a guard loses rows, repeats them, or cuts groups apart follows from
// what it compares, from what the groups are made of, and from what the
// strategy does with the batch (strategy.go): append, replace by key, replace
// partitions.
//
//	where o.ordered_at > (select max(ordered_at) from {{ this }})
//	group by o.customer_id
//
// takes the new orders of a customer only, and a merge on customer_id replaces
// the old total by theirs. The guard restricts a column that the groups do not
// determine; with `group by cast(ordered_at as date)` and the guard truncated
// likewise, groups come whole or not at all.
//
// # Does an incremental run equal a full refresh?
//
// Decide answers this for a model, the way its batches are loaded, and an
// assumption on what arrives. The contract is stated with each answer: the first
// run is a full refresh that finds a row; then rows arrive in the relations that
// guards restrict, by default none earlier than the newest that is there; no row
// is changed or removed; all other relations stay as they are.
//
// The proof follows the rows of a guarded relation to the output, through one
// branch of each union: a stream. It says that
//
//   - every row that arrives passes each guard (decide_guard.go). The bound is the
//     newest value of what is compared, or lies before it, truncated no finer than
//     the compared column; or the guard leaves out just the rows that the table
//     holds by a key; or it takes every key that has a new row.
//   - what is computed from several rows (groups, windows, DISTINCT: barriers) is
//     computed from all of them (decide_barrier.go). Above the guard a barrier
//     needs alignment: what the guard looks at is a function of the columns that
//     the rows have in common, or both are truncations of one column. Two kinds do
//     without, where rows are replaced by the group: aggregates that the newest
//     rows decide (max of the guarded column), and the newest row of a partition.
//     Below the guard, the rows that new ones change must pass it: windows that
//     look back alone, groups judged by their newest row.
//   - the load puts the batch in place of just what it is computed anew from
//     (decide_load.go): no row of the table passes the guard, where rows are
//     appended; the key is unique, or all rows with one key are taken together,
//     where they are replaced. Key columns must have a value, and one that does
//     not change as rows arrive (decide_stable.go).
//
// A stream that is supplied with NULLs by an outer join breaks off the proof: rows
// outside of the batch come out with NULLs and replace good ones. An order that may
// leave open which row comes first gives a query more than one result; that it has
// no ties is then assumed, and stated with the answer.
//
// Where the proof fails, the gap is kept, and internal/rows executes the model over
// small arrivals that fulfil all declared facts (arrivals.go). One that ends in
// another table than a refresh gives makes the answer Differs, and is the example
// that people see; without one it is Unknown. So Equal rests on a proof, Differs on
// an execution, and neither on a guess.
//
//	select user_id, sum(amount) as total, max(at) as at from events
//	{% if is_incremental() %} where at > (select max(at) from {{ this }}) {% endif %}
//	group by user_id                                    -- merge by user_id
//
// The stream is events -> WHERE -> GROUP BY. Rows that arrive later pass. Alignment
// fails: user_id does not determine at. max(at) is decided by the newest rows,
// sum(amount) is not: that is the gap. Of one user let 2 be there and 3 arrive: the
// batch holds (u, 3), the merge replaces (u, 2) by it, and a refresh gives (u, 5).
// Without the sum the batch would hold the newest `at` of each user with news, users
// without stay, the key user_id is unique by the GROUP BY and stays the same: Equal.
//
// Kept says what holds in the table whatever arrives: keys that each batch has and
// that the load keeps (guarantee.go).
//
// # Limits
//
// Columns, dependencies and depth are bounded (maxColumns, maxFDs, maxDepth);
// facts beyond a bound are dropped, which can make the analysis silent and never
// wrong. A relation whose columns are not all known is open: a name may be one
// of its columns, and no name is missing from it.
package sema
