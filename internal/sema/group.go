package sema

import (
	"slices"
	"strconv"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// group applies GROUP BY or an aggregate without one.
func (b *Block) group() {
	s := b.Select
	b.Grouped = s.GroupBy != nil || b.aggregates()
	if !b.Grouped {
		return
	}
	w := b.World
	b.grouping = b.rel
	keys, sure := b.groupColumns()
	b.groupPre = keys
	b.groupTid = w.mintTid(nil)
	out := newRel(b.groupTid)
	out.at.op, out.at.of = proof.Group, [2]*stage{b.rel.at}
	if b.rollup() {
		out.at.op = proof.Sets
	}
	out.row(b.groupTid)
	b.post = newBinder(b, b.scope)
	b.post.groups = map[Col]Col{}
	for _, c := range keys {
		if _, ok := b.post.groups[c]; ok || b.twice.has(c) {
			continue
		}
		old := w.cols[c]
		n := w.mint(column{name: old.name, class: Identity, from: c, via: out.at, tids: []Col{b.groupTid}, expr: old.expr, cutoff: true, window: nil})
		b.post.groups[c] = n
		b.groupOut = append(b.groupOut, n)
		if nn := b.rel.notNull[c]; nn != nil && !b.rollup() {
			out.setNotNull(n, nn)
		}
		if k, ok := b.rel.consts[c]; ok && !b.rollup() {
			out.setConst(n, k)
		}
	}
	out.at.cols = b.groupOut
	b.regroup(out, keys, sure)
	b.rel = out
}

// groupBy binds an expression that is grouped by, and notes if it is never NULL.
func (b *Block) groupBy(e sql.Expr) Col {
	w, c := b.World, b.pre.bind(e)
	if b.rel.notNull[c] == nil && !w.cols[c].fixed && b.certain(b.rel, e) {
		b.rel.fill(c, b.certainty(b.rel, e))
	}
	return c
}

// regroup carries over the facts among group columns and adds the group's key.
func (b *Block) regroup(out *rel, keys []Col, sure bool) {
	w, s := b.World, b.Select
	to := b.post.groups
	if !b.rollup() {
		w.carryFDs(out, b.grouping, to)
		for _, c := range keys {
			r := w.reach(b.grouping, set{c})
			var t, back []Col
			for _, d := range keys {
				if n, ok := to[d]; ok && d != c && r.known(d) {
					t, back = append(t, n), append(back, d)
				}
			}
			if len(t) > 0 {
				out.keep(fd{set{to[c]}, t, false, w.closureOf(b.grouping, set{c}, back)})
			}
		}
		out.constants(w, b.grouping, to)
		for _, p := range b.grouping.eq {
			x, ok1 := to[p.a]
			y, ok2 := to[p.b]
			if ok1 && ok2 {
				out.eq = append(out.eq, pair{x, y, p.why})
			}
		}
		for _, c := range b.grouping.conds {
			if n, ok := to[c.col]; ok {
				c.col = n
				out.conds = append(out.conds, c)
			}
		}
	}
	switch {
	case b.rollup():
		b.regroupSets(out)
	case s.GroupBy == nil:
		out.card = Card{1, 1}
		out.addFD(fd{to: out.tids, why: w.because(s.Span, proof.OneGroup)})
		out.addKey(key{why: w.because(s.Span, proof.OneGroup)})
	case sure:
		all, _ := mapSet(to, newSet(keys...))
		out.addStrict(all, w.because(s.GroupBy.Span, proof.Grouped))
		if !w.varies(keys) {
			out.card.Max = 1
		}
	}
}

func mapSet(to map[Col]Col, s set) (set, bool) {
	out := make([]Col, len(s))
	for i, c := range s {
		n, ok := to[c]
		if !ok {
			return nil, false
		}
		out[i] = n
	}
	return newSet(out...), true
}

func (b *Block) groupTids() []Col { return []Col{b.groupTid} }

// aggregates reports whether the block aggregates without GROUP BY.
func (b *Block) aggregates() bool {
	s := b.Select
	for _, it := range s.Items {
		if it.X != nil && containsAggregate(it.X) {
			return true
		}
	}
	return s.Having != nil && containsAggregate(s.Having)
}

// rollup reports whether grouping sets add rows with NULLs in place of values.
func (b *Block) rollup() bool {
	g := b.Select.GroupBy
	if g == nil {
		return false
	}
	if g.WithCube || g.WithRollup || g.WithTotals {
		return true
	}
	return slices.ContainsFunc(g.Items, func(e sql.Expr) bool { _, ok := e.(*sql.GroupingSets); return ok })
}

// groupColumns binds the group columns. sure is false when they are not all
// known, or when grouping sets can repeat them.
func (b *Block) groupColumns() (cols []Col, sure bool) {
	g := b.Select.GroupBy
	if g == nil {
		return nil, true
	}
	sure = len(g.Holes) == 0 && !b.rollup()
	if g.All {
		for _, it := range b.Select.Items {
			switch it.X.(type) {
			case nil, *sql.Star, *sql.Hole:
				sure = false
				continue
			}
			if !containsAggregate(it.X) && !containsWindow(it.X) {
				cols = append(cols, b.groupBy(it.X))
			}
		}
		// DuckDB does not group at all where it finds nothing but constants, unless
		// it aggregates.
		return cols, sure && (b.aggregates() || b.World.varies(cols))
	}
	for _, e := range g.Items {
		c, ok := b.groupItem(e)
		cols = append(cols, c...)
		sure = sure && ok
	}
	return cols, sure
}

// varies reports whether some of the columns can differ between rows: what is
// grouped by others is one group, or none where no row is.
func (w *World) varies(cols []Col) bool {
	return slices.ContainsFunc(cols, func(c Col) bool { return !w.constant(c, 0) })
}

// constant reports whether a column has one value in all rows: it is made of
// nothing but such.
func (w *World) constant(c Col, depth int) bool {
	col := &w.cols[c]
	if col.fixed {
		return true
	}
	return depth < maxDepth && col.deterministic() && len(col.in) > 0 && !slices.ContainsFunc(col.in, func(i Col) bool { return !w.constant(i, depth+1) })
}

func (b *Block) groupItem(e sql.Expr) (cols []Col, sure bool) {
	switch x := sql.Unparen(e).(type) {
	case *sql.Literal:
		n, err := strconv.Atoi(x.Text)
		if x.Kind != sql.NumberLit || err != nil {
			if b.rollup() {
				return []Col{b.groupLeaf(x)}, false // NULL in the subtotals
			}
			return nil, true // a constant groups nothing
		}
		item, ok := b.ordinal(n)
		if !ok {
			return nil, false
		}
		return []Col{b.groupLeaf(item.X)}, true
	case *sql.Hole, *sql.Opaque, *sql.Star:
		return nil, false
	case *sql.Tuple:
		sure = true
		for _, i := range x.Items {
			c, ok := b.groupItem(i)
			cols, sure = append(cols, c...), sure && ok
		}
		return cols, sure
	case *sql.GroupingSets:
		for _, i := range x.Sets {
			c, _ := b.groupItem(i)
			cols = append(cols, c...)
		}
		return cols, false
	case *sql.Column:
		c := b.groupName(x)
		b.leftOut(c, e)
		return []Col{c}, true
	}
	c := b.groupLeaf(e)
	return []Col{c}, !b.World.cols[c].volatile && b.World.cols[c].class != Opaque
}

func (b *Block) groupLeaf(e sql.Expr) Col {
	c := b.groupBy(e)
	b.leftOut(c, e)
	return c
}

// groupName binds a bare name in GROUP BY: an input column that is known to
// exist, else an alias of the select list, else an input column.
func (b *Block) groupName(x *sql.Column) Col {
	if len(x.Parts) == 1 && b.World.Dialect.AliasFirst {
		if it := b.pre.alias(x); it != nil {
			return b.groupBy(it.X)
		}
	}
	return b.groupBy(x)
}
