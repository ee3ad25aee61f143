package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// region is the text that the rows of a query or a table expression are made
// from: its own, and that of the CTEs it reads, directly or through others.
type region struct {
	w     *World
	spans []sql.Span
}

func (w *World) region(n sql.Node) region {
	r := region{w: w, spans: []sql.Span{n.Range()}}
	seen := map[*CTE]bool{}
	for todo := []sql.Node{n}; len(todo) > 0; todo = todo[1:] {
		for x := range sql.Walk(todo[0]) {
			t, ok := x.(*sql.Table)
			if !ok || len(t.Name) != 1 {
				continue
			}
			for _, c := range w.CTEs {
				if c.Node.Body != nil && !seen[c] && w.Dialect.Same(t.Name[0], c.Node.Name) {
					seen[c] = true
					r.spans = append(r.spans, c.Node.Body.Span)
					todo = append(todo, c.Node.Body)
				}
			}
		}
	}
	return r
}

func (r region) contains(s sql.Span) bool {
	return slices.ContainsFunc(r.spans, func(own sql.Span) bool { return own.Contains(s) })
}

// guarded reports whether something in the region may restrict the rows of an
// incremental run: a guard, {{ this }}, the clock, a value that is not known.
func (r region) guarded(guards []*Guard) bool {
	w := r.w
	return slices.ContainsFunc(guards, func(g *Guard) bool { return r.contains(g.Expr.Range()) }) ||
		slices.ContainsFunc(w.This, func(s *Scan) bool { return r.contains(s.Table.Span) }) ||
		slices.ContainsFunc(w.Filters, func(f *Filter) bool {
			return r.contains(f.Expr.Range()) && (w.clocked(f.Expr) || len(f.cols) == 0)
		}) || w.holed(r)
}

// holed reports whether the region has text that is not known.
func (w *World) holed(r region) bool {
	return len(w.Rendered.Holes) > 0 || slices.ContainsFunc(w.Blocks, func(b *Block) bool {
		return r.contains(b.Select.Span) && (len(b.Select.Holes) > 0 || b.Limited)
	})
}

// rows returns the models, sources and snapshots that the region reads, without
// those whose rows are constants.
func (r region) rows() []*Scan {
	var out []*Scan
	for _, s := range r.w.Scans {
		if r.contains(s.Table.Span) && s.Relation.ID != "" && s.Relation.Type != "seed" && !s.Relation.This && !s.Relation.Written {
			out = append(out, s)
		}
	}
	return out
}

// OneBranch is a UNION ALL of an incremental run, some branches of which are
// guarded and some not.
type OneBranch struct {
	Union *SetOp
	// Bare is the SELECT of the first branch without a guard, Reads what it reads.
	Bare  sql.Span
	Reads *Scan
	Guard *Guard
}

// OneBranches returns the unions of the incremental run whose branches read
// different relations and are not all guarded.
func (m *Model) OneBranches() []OneBranch {
	incr := m.Incremental()
	guards := m.Guards()
	if incr == nil || incr.World == nil || len(guards) == 0 || incr.World.truncated {
		return nil
	}
	w := incr.World
	var out []OneBranch
	for _, so := range w.Unions {
		if b, ok := w.oneBranch(so, guards); ok {
			out = append(out, b)
		}
	}
	return out
}

func (w *World) oneBranch(so *SetOp, guards []*Guard) (OneBranch, bool) {
	o := OneBranch{Union: so}
	if !so.All || slices.ContainsFunc(w.Blocks, func(b *Block) bool { return b.InExpr && b.Select.Span.Contains(so.Node.Span) }) || w.aboveGuarded(so, guards) {
		return o, false
	}
	for _, body := range flatten(so.Node) {
		r := w.region(body)
		switch {
		case r.guarded(guards):
			for _, g := range guards {
				if o.Guard == nil && r.contains(g.Expr.Range()) && !g.Block.InExpr {
					o.Guard = g
				}
			}
		case o.Reads == nil:
			if reads := r.rows(); len(reads) > 0 {
				o.Bare, o.Reads = body.Range(), reads[0]
			}
		}
	}
	return o, o.Guard != nil && o.Reads != nil
}

// aboveGuarded reports whether a guard stands where the union has been read: it
// restricts every branch. A guard that is in no branch is taken to.
func (w *World) aboveGuarded(so *SetOp, guards []*Guard) bool {
	r := w.region(so.Node)
	return slices.ContainsFunc(guards, func(g *Guard) bool { return !g.Block.InExpr && !r.contains(g.Expr.Range()) })
}

// Blanked is a guard on the side of an outer join that is supplied with NULLs,
// while nothing restricts the side that is kept: rows outside of the batch come
// out with NULLs.
type Blanked struct {
	Guard *Guard
	Join  *Join
	// Column is an output column that is NULL then.
	Column string
}

// Blanks returns the outer joins of the incremental run that a guard empties.
func (m *Model) Blanks() []Blanked {
	incr := m.Incremental()
	guards := m.Guards()
	if incr == nil || incr.World == nil || incr.World.truncated || len(guards) == 0 {
		return nil
	}
	w := incr.World
	var out []Blanked
	for _, j := range w.Joins {
		if j.Node == nil || !j.nullRight || j.nullLeft || j.Block.InExpr || w.takenBack(j) {
			continue
		}
		right := w.region(j.Node.Right)
		if w.region(j.Node.Left).guarded(guards) {
			continue
		}
		i := slices.IndexFunc(guards, func(g *Guard) bool { return !g.Block.InExpr && g.Clause == Where && right.contains(g.Expr.Range()) })
		if i < 0 || w.outside(j, right, guards) {
			continue
		}
		if col := w.suppliedColumn(j); col != "" {
			out = append(out, Blanked{guards[i], j, col})
		}
	}
	return out
}

// outside reports whether a guard stands neither in the join's right side nor
// in another outer join's: it may restrict what the join gives.
func (w *World) outside(j *Join, right region, guards []*Guard) bool {
	return slices.ContainsFunc(guards, func(g *Guard) bool {
		return !right.contains(g.Expr.Range()) && !slices.ContainsFunc(w.Joins, func(o *Join) bool {
			return o != j && o.Node != nil && o.nullRight && w.region(o.Node.Right).contains(g.Expr.Range())
		})
	})
}

// suppliedColumn returns the name of an output column that is a copy of one that j
// supplies, or empty.
func (w *World) suppliedColumn(j *Join) string {
	if w.out == nil {
		return ""
	}
	for _, c := range w.out.cols {
		if c.name != nil && j.supplies(c.col) {
			return c.name.Name
		}
	}
	return ""
}
