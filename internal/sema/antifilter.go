package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// keepsOut returns the condition by which the query of a keeps out of its column c
// every value of column d of s, by `c not in (select d from ...)` or by NOT EXISTS
// over all rows that d comes from; nil if there is none.
//
// NOT IN lets no value of the list through; where the list is empty, so is s.
// NOT EXISTS lets NULL through, so one of the columns must never be NULL.
func (w *World) keepsOut(a *queryInfo, c Col, s *rel, d Col) *reading {
	if a.block == nil || a.block.Grouped {
		return nil
	}
	for _, f := range a.block.Filters {
		if f.Clause != Where {
			continue
		}
		e, not := f.Expr, false
		if u, ok := sql.Unparen(e).(*sql.Unary); ok && u.Op == sql.OpNot {
			e, not = sql.Unparen(u.X), true
		}
		switch e := sql.Unparen(e).(type) {
		case *sql.In:
			if e.Query == nil || e.Not == not || f.bd.bind(e.X) != c {
				continue
			}
			q := a.block.queryInside(e.Query)
			if q != nil && len(q.rel.cols) == 1 && unfiltered(q.block, 0) && w.covers(q.rel.cols[0].col, d) {
				return &reading{f.Expr, f.bd}
			}
		case *sql.Exists:
			q := a.block.queryInside(e.Query)
			if !not || q == nil || a.rel.notNull[c] == nil && s.notNull[d] == nil {
				continue
			}
			if y, ok := q.lookup(c); ok && w.covers(y, d) {
				return &reading{f.Expr, f.bd}
			}
		}
	}
	return nil
}

// keptOut says that c of a and d of s have no value in common, by a condition of a;
// ok is false if none says so.
func (w *World) keptOut(a *queryInfo, c Col, s *rel, d Col) (f fact, ok bool) {
	e := w.keepsOut(a, c, s, d)
	if e == nil {
		return fact{}, false
	}
	f = fact{fd: fd{to: []Col{c, d}}, kind: proof.Apart}
	f.why = w.because(e.e.Range(), proof.ApartFilter)
	if a.rel.notNull[c] != nil {
		f.why.from = append(f.why.from, a.rel.filledFact(c))
	} else if s.notNull[d] != nil {
		f.why.from = append(f.why.from, s.filledFact(d))
	}
	f.why.expr = e
	f.why = f.why.saying(f, a.rel.at)
	return f, true
}

// queryInside returns the analysed query that an expression of the block holds.
func (b *Block) queryInside(q *sql.Query) *queryInfo {
	i := slices.IndexFunc(b.Subqueries, func(info *queryInfo) bool { return info.node == q })
	if i < 0 {
		return nil
	}
	return b.Subqueries[i]
}

// unfiltered reports whether a block gives every row of the one relation that it
// reads, but for so many conditions.
func unfiltered(b *Block, conds int) bool {
	return b != nil && len(b.sources) == 1 && len(b.Joins) == 0 && !b.Grouped && !b.Limited && b.Select.Qualify == nil &&
		b.Select.Sample == nil && len(b.Select.Holes) == 0 && !b.scope.hole && len(b.Filters) == conds
}

// lookup returns the column y of a correlated query whose only condition is that
// y equals c of the query around it.
func (q *queryInfo) lookup(c Col) (Col, bool) {
	if !unfiltered(q.block, 1) {
		return 0, false
	}
	f := q.block.Filters[0]
	eq, ok := f.bd.equality(f.Expr)
	if !ok || eq.nullSafe {
		return 0, false
	}
	switch c {
	case eq.l:
		return eq.r, true
	case eq.r:
		return eq.l, true
	}
	return 0, false
}

// covers reports whether every value of column d is one of column y, which holds
// all rows of its relation: both are copies of one column of a CTE or table.
func (w *World) covers(y, d Col) bool {
	if l := w.cols[y].leaf; l != nil && w.cols[y].from <= 0 {
		m := w.plainLeaf(d)
		return m != nil && l.Relation.ID != "" && l.Relation.ID != "?" && m.Relation.ID == l.Relation.ID && m.Column == l.Column
	}
	origin, ok := w.copyOf(y)
	if !ok {
		return false
	}
	for x := d; x > 0; x = w.cols[x].from {
		if x == origin {
			return true
		}
		if w.cols[x].class != Identity || w.cols[x].nullFrom != nil {
			return false
		}
	}
	return false
}

// copyOf returns the column of a CTE that y is in one reading of it.
func (w *World) copyOf(y Col) (Col, bool) {
	col := &w.cols[y]
	if col.from <= 0 || col.nullFrom != nil || col.cutoff {
		return 0, false
	}
	return col.from, true
}
