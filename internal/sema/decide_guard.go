package sema

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// letsArrivals says whether every row that arrives passes a guard.
func (p *prover) letsArrivals(s *stream, g placed) *gap {
	switch p.kindOf(g) {
	case notHeld:
		return p.letsNew(s, g)
	case changedKeys:
		return p.letsChanged(s, g)
	}
	w := p.w
	base, b, agg := p.bucketOf(s, g.left)
	if b.step == 0 || w.cols[base].leaf == nil || g.leftExpr == nil || !newSet(w.cols[base].tids...).equal(set{s.scan.tid}) {
		return p.lacks("guard", "it is not known what `"+w.short(g.Expr)+"` compares", g.Expr)
	}
	if _, between := sql.Unparen(g.Expr).(*sql.Between); between || g.Op != sql.OpGt && g.Op != sql.OpGe || agg == "min" {
		return p.lacks("guard", "`"+w.short(g.Expr)+"` is no lower bound: later rows may not pass", g.Expr)
	}
	name := w.cols[base].leaf.Column
	if p.arrival == Anytime {
		return p.lacks("late", "a row that arrives late does not pass `"+w.short(g.Expr)+"`", g.Expr)
	}
	l, ok := p.readLimit(s, g.Bound.Expr)
	switch {
	case !ok:
		return p.lacks("bound", "it is not known where the bound of `"+w.short(g.Expr)+"` lies", g.Expr)
	case l.fixed:
		p.assume("no row arrives that does not pass `" + w.short(g.Expr) + "`")
	default:
		if lack := p.newestOfAll(s, g, l, base); lack != nil {
			return lack
		}
		if b != exact && !(l.index && l.start == b) && (l.index || !l.start.functionOf(b)) || l.index && b != l.start {
			return p.lacks("bound", "`"+w.short(g.leftExpr)+"` is truncated, its bound is not: rows of the newest unit do not pass", g.Expr)
		}
		if g.Op == sql.OpGt && !l.back {
			own := w.reach(s.scan.rel, set{base})
			if p.arrival == InOrder && !own.known(s.scan.tid) || b != exact {
				lack := p.lacks("strict", "`"+w.short(g.Expr)+"` leaves out rows that arrive later with the newest value", g.Expr)
				lack.on = name
				return lack
			}
			if p.arrival == InOrder {
				p.steps = append(p.steps, w.steps(own.proof(set{s.scan.tid}))...)
			}
		}
		if l.bare {
			p.assume("the first run finds a row")
		}
	}
	p.assume(fmt.Sprintf(p.arrival.String(), name))
	p.assume("`" + name + "` is never NULL")
	p.step("`"+w.short(g.Expr)+"` lets every row through that arrives", g.Expr.Range())
	return nil
}

// newestOfAll says whether the bound is the newest of what the guard compares:
// every branch of the output gives the column its own guarded one.
func (p *prover) newestOfAll(s *stream, g placed, l limit, base Col) *gap {
	w := p.w
	c, ok := w.held(w.Dialect.Fold(l.column.Parts[len(l.column.Parts)-1]))
	if !ok {
		return p.lacks("bound", "the table has no such column", g.Expr)
	}
	for _, o := range p.streams {
		held, _, _ := p.bucketOf(o, c)
		leaf := w.cols[held].leaf
		if o == s && (leaf == nil || !sameColumn(leaf, w.cols[base].leaf)) {
			return p.lacks("watermark", "`"+w.colName(c)+"` of the table is not the newest `"+w.cols[base].leaf.Column+"`", g.Expr)
		}
		if o != s && (leaf == nil || !p.guardsColumn(leaf)) {
			return p.lacks("watermark", "another branch of the union decides as well what `"+w.colName(c)+"` of the table is", g.Expr)
		}
	}
	return nil
}

func sameColumn(a, b *Leaf) bool {
	return a != nil && b != nil && same(a.Relation, b.Relation) && a.Column == b.Column
}

// guardsColumn reports whether some guard compares a column of a relation.
func (p *prover) guardsColumn(l *Leaf) bool {
	return slices.ContainsFunc(p.guards, func(g *Guard) bool { return sameColumn(p.leafOf(g.left), l) })
}

// guardKind is how a guard chooses its rows.
type guardKind uint8

const (
	byBound     guardKind = iota
	notHeld               // rows whose key the table does not hold
	changedKeys           // rows whose key has a row behind the bound
)

func (p *prover) kindOf(g placed) guardKind {
	if notInQuery(g.Expr) != nil || notExists(g.Expr) != nil {
		return notHeld
	}
	if in, ok := sql.Unparen(g.Expr).(*sql.In); ok && in.Query != nil {
		return changedKeys
	}
	return byBound
}

func notExists(e sql.Expr) *sql.Exists {
	u, ok := sql.Unparen(e).(*sql.Unary)
	if !ok || u.Op != sql.OpNot {
		return nil
	}
	x, _ := sql.Unparen(u.X).(*sql.Exists)
	return x
}

// compared returns the columns by which a notHeld or changedKeys guard looks rows
// up, with the columns of the other side, in the same order.
func (p *prover) compared(g placed) (own []Col, other []*sql.Column, from *sql.Select, ok bool) {
	bd := g.Block.pre
	if g.Clause == Having || g.Clause == Qualify {
		bd = g.Block.post
	}
	in := notInQuery(g.Expr)
	if in == nil {
		in, _ = sql.Unparen(g.Expr).(*sql.In)
	}
	if in != nil {
		sel, is := in.Query.Body.(*sql.Select)
		if !is || len(sel.Items) != 1 || in.Query.With != nil || in.Query.Limit != nil {
			return nil, nil, nil, false
		}
		c, is := sql.Unparen(sel.Items[0].X).(*sql.Column)
		return []Col{bd.bind(in.X)}, []*sql.Column{c}, sel, is
	}
	x := notExists(g.Expr)
	if x == nil {
		return nil, nil, nil, false
	}
	sel, is := x.Query.Body.(*sql.Select)
	if !is || sel.GroupBy != nil || sel.Having != nil {
		return nil, nil, nil, false
	}
	t, is := sel.From.(*sql.Table)
	if !is || t.Alias == nil || t.Alias.Name == nil {
		return nil, nil, nil, false
	}
	for _, e := range conjuncts(sel.Where) {
		b, is := sql.Unparen(e).(*sql.Binary)
		if !is || b.Op != sql.OpEq {
			return nil, nil, nil, false
		}
		l, r := ofTable(p.w, b.L, t), ofTable(p.w, b.R, t)
		switch {
		case l != nil && r == nil && qualified(b.R):
			own, other = append(own, bd.bind(b.R)), append(other, l)
		case r != nil && l == nil && qualified(b.L):
			own, other = append(own, bd.bind(b.L)), append(other, r)
		default:
			return nil, nil, nil, false
		}
	}
	return own, other, sel, len(own) > 0
}

// qualified reports whether e is a column that is named with its relation: a
// bare name in a subquery is the subquery's own.
func qualified(e sql.Expr) bool {
	c, ok := sql.Unparen(e).(*sql.Column)
	return ok && len(c.Parts) > 1
}

// ofTable returns e if it is a column qualified with the alias of t.
func ofTable(w *World, e sql.Expr, t *sql.Table) *sql.Column {
	c, ok := sql.Unparen(e).(*sql.Column)
	if !ok || len(c.Parts) != 2 || !w.Dialect.Same(c.Parts[0], t.Alias.Name) {
		return nil
	}
	return c
}

// letsNew: rows are told from those that the table holds by a key of theirs.
func (p *prover) letsNew(s *stream, g placed) *gap {
	w := p.w
	own, held, sel, ok := p.compared(g)
	t, isTable := tableOf(sel)
	if !ok || !isTable || !w.isThis(t) || sel.Where != nil && notExists(g.Expr) == nil || sel.GroupBy != nil {
		return p.lacks("guard", "it is not known which rows `"+w.short(g.Expr)+"` leaves out", g.Expr)
	}
	key := newSet(own...)
	for i, c := range own {
		out, found := w.held(w.Dialect.Fold(held[i].Parts[len(held[i].Parts)-1]))
		if !found {
			return p.lacks("guard", "the table has no column `"+held[i].Parts[len(held[i].Parts)-1].Name+"`", g.Expr)
		}
		for _, o := range p.streams {
			if x, ok := p.into(o, out, g.rel.tids); o != s || !ok || x != c {
				return p.lacks("guard", "the table holds something else in `"+w.colName(out)+"` than `"+w.short(g.Expr)+"` compares", g.Expr)
			}
		}
		if lack := p.filled(out); lack != nil {
			return lack
		}
	}
	at := g.rel.tids
	if !w.reachNotNull(g.rel, key, key).all(p.tidsOf(s, at)) {
		return p.lacks("key", "several rows can have one "+Tuple(w.names(own))+": later ones are left out", g.Expr)
	}
	p.step(Tuple(w.names(own))+" tells rows apart: those that are new pass `"+w.short(g.Expr)+"`, and no other", g.Expr.Range())
	return nil
}

// tableOf returns the only relation that a SELECT reads.
func tableOf(sel *sql.Select) (*sql.Table, bool) {
	if sel == nil {
		return nil, false
	}
	t, ok := sel.From.(*sql.Table)
	return t, ok
}

// tidsOf returns the tuple ids of a relation that number rows of the stream's
// source.
func (p *prover) tidsOf(s *stream, tids set) set {
	var out set
	for _, t := range tids {
		for x := t; x > 0; x = p.w.cols[x].from {
			if x == s.scan.tid {
				out = out.with(t)
			}
		}
	}
	if len(out) == 0 {
		return tids
	}
	return out
}

// letsChanged: the keys with new rows are looked up in the same relation.
func (p *prover) letsChanged(s *stream, g placed) *gap {
	w := p.w
	own, other, sel, ok := p.compared(g)
	unread := p.lacks("guard", "it is not known which keys `"+w.short(g.Expr)+"` takes", g.Expr)
	if !ok || len(own) != 1 || sel.GroupBy != nil || sel.Having != nil || sel.Qualify != nil {
		return unread
	}
	for _, in := range w.Blocks {
		if in.Select != sel || len(in.sources) != 1 || len(in.Filters) != 1 {
			continue
		}
		inner, lack := p.source(in, in.sources[0], 0)
		mine, theirs := p.leafOf(own[0]), p.leafOf(in.pre.bind(other[0]))
		base, _, _ := p.bucketOf(s, own[0])
		if lack != nil || len(inner) != 1 || inner[0].scan == nil || len(inner[0].barriers) > 0 || !same(inner[0].scan.Relation, s.scan.Relation) || !sameColumn(mine, theirs) || w.cols[base].leaf == nil {
			return unread
		}
		if lack := p.letsArrivalsOf(s, inner[0], placed{w.guard(in.Filters[0]), place{0, atWhere}}); lack != nil {
			return lack
		}
		if lack := p.filledLeaf(mine); lack != nil {
			return lack
		}
		p.step("`"+w.short(g.Expr)+"` takes every "+Tuple(w.names(own))+" that has a new row, with all its rows", g.Expr.Range())
		return nil
	}
	return unread
}

// letsArrivalsOf is letsArrivals for a guard over another reading of the
// stream's source.
func (p *prover) letsArrivalsOf(s, inner *stream, g placed) *gap {
	unread := p.lacks("guard", "it is not known which rows `"+p.w.short(g.Expr)+"` takes", g.Expr)
	if p.kindOf(g) != byBound || g.leftExpr == nil {
		return unread
	}
	base, b, _ := p.bucketOf(inner, g.left)
	leaf := p.w.cols[base].leaf
	if b != exact || leaf == nil {
		return unread
	}
	for _, c := range s.scan.rel.cols {
		if own := p.w.cols[c.col].leaf; own != nil && own.Column == leaf.Column {
			outer := *g.Guard
			outer.left = c.col
			return p.letsArrivals(s, placed{&outer, g.place})
		}
	}
	return unread
}

// looks are the columns that a guard's choice is a function of.
func (p *prover) looks(g placed) []Col {
	if p.kindOf(g) == byBound {
		return []Col{g.left}
	}
	own, _, _, _ := p.compared(g)
	return own
}
