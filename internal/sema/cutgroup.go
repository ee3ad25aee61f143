package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Partial is an aggregate below which a guard cuts groups apart.
type Partial struct {
	Guard *Guard
	Block *Block
	// Aggs are the aggregates of the block whose value depends on all rows of
	// a group.
	Aggs []*Aggregate
	// Group names the group columns.
	Group []string
}

// CutsGroups applies the alignment test: it returns the first grouped block
// above the guard whose groups the guard does not take whole. It returns nil
// when every group is taken whole, or when it cannot be told.
//
// A guard is aligned when what it compares is a function of the group columns,
// as a month is of its days; also when a group column is a truncation of it and
// the bound is the beginning of such a unit (group by ts::date, ts >= max(d)).
func (g *Guard) CutsGroups() *Partial {
	if g.Bound.Kind == OtherBound || g.left == 0 || g.Clause != Where || g.Block.InExpr {
		return nil
	}
	for _, b := range g.World.Blocks {
		if !b.Grouped || b.InExpr {
			continue
		}
		switch g.alignment(b, b.groupPre, eventful) {
		case misaligned:
			return g.partial(b)
		case undecided:
			return nil
		}
	}
	return nil
}

// extreme returns what column c is the maximum or minimum of, or c.
func (w *World) extreme(c Col) Col {
	for x := c; x > 0; x = w.cols[x].from {
		if call, ok := w.cols[x].expr.(*sql.Call); ok && (funcName(call) == "max" || funcName(call) == "min") && len(w.cols[x].in) == 1 {
			return w.cols[x].in[0]
		}
	}
	return c
}

// partial describes a block whose groups are cut, unless every aggregate of it
// gives the same result on the newest part of a group.
func (g *Guard) partial(b *Block) *Partial {
	w := g.World
	p := &Partial{Guard: g, Block: b, Group: w.names(b.groupPre)}
	for _, a := range w.Aggs {
		if a.Block == b && !g.newestWins(a) && !g.spares(a) && (a.Read() || a.Orders()) {
			p.Aggs = append(p.Aggs, a)
		}
	}
	if len(p.Aggs) == 0 {
		return nil
	}
	if i := slices.IndexFunc(p.Aggs, g.loses); i > 0 {
		p.Aggs[0], p.Aggs[i] = p.Aggs[i], p.Aggs[0]
	}
	return p
}

// Loses reports whether a part of a group certainly gives another result than
// the whole, as the earliest time of the newest rows does. The greatest value of
// another column than the guard's does not where it grows with time, as the number
// of a version does, and a value that is picked may be the same in all rows; what orders other rows alone leaves most of them
// where they were.
func (p *Partial) Loses() bool { return p.Guard.loses(p.Aggs[0]) }

func (g *Guard) loses(a *Aggregate) bool {
	if !a.Read() {
		return false
	}
	if !aggregates[a.Name].pick {
		return true
	}
	switch a.Name {
	case "min", "min_by", "arg_min", "argmin":
	default:
		return false
	}
	if len(a.args) == 0 {
		return false
	}
	w := g.World
	x, unit := w.truncation(w.extreme(a.args[len(a.args)-1]))
	y, _ := w.truncation(g.left)
	return x == y || w.sameLeaf(x, y) || grainNames[unit] != "" || timeName.MatchString(w.colName(x)) || strings.HasPrefix(strings.ToLower(w.colName(x)), "date_")
}

// spares reports whether an aggregate reads relations alone that the guard does
// not restrict, and that are joined to the group by what is grouped by: which
// rows of them a group has does not depend on the guard. One row or several make
// no difference to the aggregate.
func (g *Guard) spares(a *Aggregate) bool {
	w, b := g.World, a.Block
	if (!aggregates[a.Name].pick && !a.Call.Distinct) || len(a.args) == 0 || a.Call.Filter() != nil || len(a.Call.OrderBy()) > 0 {
		return false
	}
	var reads, own set
	for _, c := range a.args {
		if len(w.cols[c].tids) == 0 {
			return false
		}
		reads = reads.with(w.cols[c].tids...)
	}
	for _, src := range b.sources {
		if !src.rel.tids.meets(reads) {
			continue
		}
		if g.cuts(b, src) {
			return false
		}
		for _, t := range src.rel.tids {
			for x := t; x > 0; x = w.cols[x].from {
				own = own.with(x)
			}
		}
	}
	if !reads.within(own) {
		return false
	}
	known := w.reach(b.grouping, newSet(b.groupPre...))
	apart := func(c Col) bool {
		t := newSet(w.cols[c].tids...)
		return w.cols[c].fixed || known.known(c) || len(t) > 0 && t.within(own)
	}
	return !slices.ContainsFunc(b.linked(own), func(c Col) bool { return !apart(c) })
}

// linked returns the columns of the conditions of WHERE and of joins that read a
// row with one of some tuple ids.
func (b *Block) linked(tids set) []Col {
	var out []Col
	add := func(cols []Col) {
		if slices.ContainsFunc(cols, func(c Col) bool { return newSet(b.World.cols[c].tids...).meets(tids) }) {
			out = append(out, cols...)
		}
	}
	for _, f := range b.Filters {
		if f.Clause == Where || f.Clause == On {
			add(f.cols)
		}
	}
	for _, j := range b.Joins {
		for _, c := range j.Conds {
			if c.eq != nil && c.Expr == nil {
				add([]Col{c.eq.l, c.eq.r})
			}
		}
	}
	return out
}

// Upserts reports whether the groups of the block are what the run replaces: the
// columns of the unique_key are among the group columns. A key that is not
// replaces larger batches, whose groups may well be whole.
func (p *Partial) Upserts(key []string) bool {
	w := p.Guard.World
	if w.out == nil || len(key) == 0 {
		return false
	}
	for _, k := range key {
		c, ok := w.out.named(w.Dialect.FoldName(k, false))
		if !ok || !p.holds(c) {
			return false
		}
	}
	return true
}

// holds reports whether output column c is a group column of the block, or is
// computed from group columns alone.
func (p *Partial) holds(c Col) bool {
	w := p.Guard.World
	for x := c; x > 0; x = w.cols[x].from {
		if slices.Contains(p.Block.groupOut, x) || slices.Contains(p.Block.groupPre, x) {
			return true
		}
		if w.cols[x].from <= 0 {
			in := w.cols[x].in
			return len(in) > 0 && w.cols[x].class <= Lossy && !slices.ContainsFunc(in, func(i Col) bool { return !w.cols[i].fixed && !p.holds(i) })
		}
	}
	return false
}

// newestWins reports whether an aggregate over the newest rows of a group is
// that of the whole group: max of the guarded column, or the value at it.
func (g *Guard) newestWins(a *Aggregate) bool {
	w := g.World
	if len(a.args) == 0 {
		return false
	}
	by := a.args[len(a.args)-1]
	switch a.Name {
	case "max", "max_by", "arg_max", "argmax":
		x, _ := w.truncation(by)
		y, _ := w.truncation(g.left)
		return x == y
	}
	return false
}
