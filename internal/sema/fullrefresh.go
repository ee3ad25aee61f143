package sema

import "github.com/dbtvet/dbtvet/parser/sql"

// Recent returns the filters that only the full refresh has and that compare
// with the clock: what it builds holds less than what runs have collected.
func (m *Model) Recent() []*Filter {
	full, incr := m.Full(), m.Incremental()
	if full == nil || incr == nil || full.World == nil || incr.World == nil {
		return nil
	}
	has := map[string]bool{}
	for _, f := range incr.World.Filters {
		has[f.text()] = true
	}
	var out []*Filter
	for _, f := range full.World.Filters {
		b, ok := sql.Unparen(f.Expr).(*sql.Binary)
		if ok && !f.Block.InExpr && f.Clause == Where && !has[f.text()] && (b.Op == sql.OpGe || b.Op == sql.OpGt) && f.World.clocked(b.R) && len(f.cols) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// Empty reports whether the query gives no rows, whatever it reads.
func (w *World) Empty() bool {
	if w.out == nil || w.out.card.Max == 0 {
		return w.out != nil
	}
	for _, f := range w.Filters {
		if lit, ok := sql.Unparen(f.Expr).(*sql.Literal); ok && f.Clause == Where && !f.Block.InExpr && lit.Kind == sql.BoolLit && (lit.Text == "false" || lit.Text == "FALSE") && f.Block.rel == w.mainRel() {
			return true
		}
	}
	return false
}

// mainRel returns the rows that the last SELECT of the query reads.
func (w *World) mainRel() *rel {
	q := w.Tree.Query()
	if q == nil {
		return nil
	}
	for _, b := range w.Blocks {
		if b.Select == q.Body {
			return b.rel
		}
	}
	return nil
}

// Bare reports whether the bound is a maximum that nothing replaces where it is
// NULL.
func (b Bound) Bare() bool {
	if b.Kind != ThisMax || b.Expr == nil {
		return false
	}
	for n := range sql.Walk(b.Expr) {
		if c, ok := n.(*sql.Call); ok {
			switch funcName(c) {
			case "coalesce", "ifnull", "nvl", "greatest", "nullif", "iff", "if":
				return false
			}
		}
	}
	return true
}
