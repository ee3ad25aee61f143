package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// NotIn is a condition `x NOT IN (SELECT c ...)` of which c is not proven to be
// free of NULL. One NULL makes the condition true for no row.
type NotIn struct {
	In     *sql.In
	Filter *Filter
	Column string // c, as people know it
	// Why tells where a NULL comes from; it is empty when nothing speaks for
	// one but that nothing speaks against it.
	Why Step
	// Certain is set when a NULL is sure to be there, Hint when Why is no more
	// than a sign that somebody reckoned with one.
	Certain, Hint bool
}

// NotIns returns the conditions of the world that a NULL of their subquery
// would make fail for every row.
func (w *World) NotIns() []NotIn {
	var out []NotIn
	if w.truncated {
		return nil
	}
	for _, f := range w.Filters {
		in := notInQuery(f.Expr)
		if in == nil {
			continue
		}
		i := slices.IndexFunc(f.Block.Subqueries, func(q *queryInfo) bool { return q.node == in.Query })
		if i < 0 {
			continue
		}
		if n, ok := w.notIn(f, in, f.Block.Subqueries[i]); ok {
			out = append(out, n)
		}
	}
	return out
}

// notInQuery returns the NOT IN over a query that e is, in either spelling.
func notInQuery(e sql.Expr) *sql.In {
	e = sql.Unparen(e)
	not := false
	if u, ok := e.(*sql.Unary); ok && u.Op == sql.OpNot {
		not, e = true, sql.Unparen(u.X)
	}
	in, ok := e.(*sql.In)
	if !ok || in.Query == nil || in.Not == not {
		return nil
	}
	return in
}

func (w *World) notIn(f *Filter, in *sql.In, q *queryInfo) (NotIn, bool) {
	if len(q.rel.cols) != 1 {
		return NotIn{}, false // a tuple, or columns that are not known
	}
	c := q.rel.cols[0].col
	col := &w.cols[c]
	if q.rel.notNull[c] != nil || col.fixed && col.lit != "null" || col.class == Opaque && col.leaf == nil {
		return NotIn{}, false
	}
	if q.block != nil {
		for _, s := range w.This {
			if s.block == q.block {
				return NotIn{}, false // a question about the model's own table
			}
		}
	}
	n := NotIn{In: in, Filter: f, Column: w.colName(c)}
	if id := q.rel.cols[0].name; id != nil {
		n.Column = id.Name
	}
	n.Why, n.Certain = w.nullSource(c, q)
	if n.Why.Text == "" {
		n.Why = w.nullGuard(c)
		n.Hint = n.Why.Text != ""
	}
	return n, true
}

// nullSource tells what makes c NULL in some row of q.
func (w *World) nullSource(c Col, q *queryInfo) (why Step, certain bool) {
	at := func(s sql.Span, text string) Step { return Step{text, w.Place(s), finding.Struct} }
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if j := col.nullFrom; j != nil && !j.always() {
			return at(j.Span(), "the column is NULL where this join finds no match"), false
		}
		if col.expr != nil && yieldsNull(col.expr) {
			return at(col.expr.Range(), "`"+oneLine(w.Text(col.expr.Range()))+"` can be NULL"), false
		}
		if col.leaf == nil || col.from > 0 {
			continue
		}
		if col.leaf.Index >= 0 {
			if e := col.leaf.Relation.Columns[col.leaf.Index].Empty; e != nil {
				return *e, q.block != nil && q.block.allRows()
			}
		}
	}
	return Step{}, false
}

// nullGuard returns a condition elsewhere in the world by which somebody
// reckoned with a NULL in the column that c is.
func (w *World) nullGuard(c Col) Step {
	leaf := w.cols[w.root(c)].leaf
	if leaf == nil {
		return Step{}
	}
	for _, f := range w.Filters {
		if w.guardsNull(f, leaf) {
			text := "another condition of the model guards against it: `" + oneLine(w.Text(f.Expr.Range())) + "`"
			return Step{text, w.Place(f.Expr.Range()), finding.Struct}
		}
	}
	return Step{}
}

// allRows reports whether the block is a plain reading of one relation.
func (b *Block) allRows() bool {
	return len(b.sources) == 1 && b.sources[0].scan != nil && len(b.Filters) == 0 && !b.Grouped && !b.Limited && b.Select.Sample == nil && len(b.Select.Holes) == 0
}

// guardsNull reports whether f is `c is not null` over the column that leaf is.
func (w *World) guardsNull(f *Filter, leaf *Leaf) bool {
	is, ok := sql.Unparen(f.Expr).(*sql.Is)
	if !ok || !is.Not || is.What != sql.IsNull || len(f.cols) != 1 {
		return false
	}
	l := w.cols[w.root(f.cols[0])].leaf
	return l != nil && l.Relation == leaf.Relation && l.Column == leaf.Column && l.Relation.ID != ""
}

// yieldsNull reports whether an expression is written to give NULL: NULLIF,
// TRY_CAST, a CASE that ends without ELSE or with NULL.
func yieldsNull(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Cast:
		return e.Kind == sql.TryCast || yieldsNull(e.X)
	case *sql.Case:
		return e.Else == nil || isNullLit(e.Else) || slices.ContainsFunc(e.Whens, func(w *sql.When) bool { return isNullLit(w.Then) })
	case *sql.Call:
		switch funcName(e) {
		case "nullif", "try_cast", "safe_cast", "try_to_number", "try_to_date", "try_to_timestamp":
			return true
		}
	}
	return isNullLit(e)
}

func isNullLit(e sql.Expr) bool {
	lit, ok := sql.Unparen(e).(*sql.Literal)
	return ok && lit.Kind == sql.NullLit
}

// emptyCells notes the columns of a seed that have a row without a value, which
// dbt loads as NULL.
func (s *Summary) emptyCells(seed *project.Seed) {
	if !seed.Complete {
		return
	}
	for i := range s.Columns {
		for _, row := range seed.Rows {
			if i < len(row.Cells) && row.Cells[i].Text == "" {
				s.Columns[i].Empty = &Step{"the seed has a row without `" + s.Columns[i].Name + "`", finding.Place{File: seed.File, Span: row.Span}, finding.Data}
				break
			}
		}
	}
}
