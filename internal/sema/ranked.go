package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Ranked is a deduplication that leaves several rows of a declared key: a rank
// with ties, or a numbering of finer groups than the key.
type Ranked struct {
	Fact   Fact
	Filter *Filter
	Window *Window
	// Ties is set for rank() and dense_rank(), where rows that are equal in the
	// order all come first.
	Ties bool
	// Partition and Order are the window's columns, Finer those of the
	// partition that are not in the key.
	Partition, Order, Finer []string
}

// Fn returns the name of the window function.
func (r *Ranked) Fn() string { return r.Window.info.fn }

// Ranked returns the deduplications of the world that cannot give the declared
// keys of its output.
func (w *World) Ranked(facts []Fact) []Ranked {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Ranked
	for _, f := range facts {
		if f.When != nil {
			continue
		}
		key, ok := w.outputCols(f.Cols)
		if !ok || w.reachNotNull(w.out, key, key).all(w.out.tids) {
			continue
		}
		for _, flt := range w.Filters {
			if r, ok := w.ranked(f, key, flt); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// held returns the output column with comparison key fold: one that is listed, or
// one that the output passes on from the only relation that may have it.
func (w *World) held(fold string) (Col, bool) {
	if c, ok := w.out.named(fold); ok || w.out.open == nil {
		return c, ok
	}
	c := w.out.open.get(fold, nil)
	return c, w.cols[w.root(c)].leaf != nil
}

// outputCols returns the output columns of those names.
func (w *World) outputCols(names []string) (set, bool) {
	var out set
	for _, name := range names {
		c, ok := w.held(w.Dialect.FoldName(name, false))
		if !ok {
			return nil, false
		}
		out = out.with(c)
	}
	return out, true
}

func (w *World) ranked(fact Fact, key set, f *Filter) (Ranked, bool) {
	if f.Clause != Where && f.Clause != Qualify || f.Block.InExpr {
		return Ranked{}, false
	}
	win := w.firstOnly(f)
	if win == nil || !win.info.whole || len(win.info.partition) == 0 || win.Block.Grouped {
		return Ranked{}, false
	}
	in := func(c Col) bool {
		return slices.ContainsFunc(key, func(k Col) bool { return w.passes(k, c) })
	}
	var finer []Col
	hit := 0
	for _, c := range win.info.partition {
		if in(c) {
			hit++
		} else if !w.determines(win.rel, win.rel.constCols(w), set{c}) {
			finer = append(finer, c)
		}
	}
	if hit < len(key) {
		return Ranked{}, false // the key holds more than the partition tells
	}
	r := Ranked{Fact: fact, Filter: f, Window: win, Partition: w.names(win.info.partition), Order: w.names(win.info.order), Finer: w.names(finer)}
	switch win.info.fn {
	case "rank", "dense_rank":
		part := newSet(win.info.partition...).with(win.info.order...)
		if len(finer) > 0 || w.reachNotNull(win.rel, part, part).all(win.rel.tids) {
			return Ranked{}, false
		}
		r.Ties = true
		return r, true
	case "row_number":
		c := w.reachNotNull(win.rel, key.inputs(w, win), nil)
		return r, len(finer) > 0 && !c.all(newSet(finer...))
	}
	return Ranked{}, false
}

// inputs returns the partition columns of win that the key's columns are.
func (s set) inputs(w *World, win *Window) set {
	var out set
	for _, c := range win.info.partition {
		if slices.ContainsFunc(s, func(k Col) bool { return w.passes(k, c) }) {
			out = out.with(c)
		}
	}
	return out
}

// constCols returns the columns of r that have one value.
func (r *rel) constCols(*World) set { return newSet(sortedCols(r.consts)...) }

// passes reports whether column c is, unchanged, column below of an earlier
// block, with no grouping in between.
func (w *World) passes(c, below Col) bool {
	for x := c; x > 0; x = w.cols[x].from {
		if x == below {
			return true
		}
		if w.cols[x].cutoff {
			return false
		}
	}
	return false
}

// firstOnly returns the ranking of which f keeps the first place only.
func (w *World) firstOnly(f *Filter) *Window {
	c, ok := f.bd.comparison(f.Expr)
	if !ok || !(c.op == "=" && c.lit == "1" || c.op == "<=" && c.lit == "1" || c.op == "<" && c.lit == "2") {
		return nil
	}
	for x := c.col; x > 0; x = w.cols[x].from {
		for _, b := range w.Blocks {
			for _, win := range b.Windows {
				if win.col == x {
					return win
				}
			}
		}
	}
	return nil
}

// Overlap is a UNION ALL of which two branches give the same rows, although the
// output declares a key.
type Overlap struct {
	Fact     Fact
	Relation string
	// Every row of branch Second is in branch First.
	First, Second sql.Node
	Op            sql.Span
}

// Overlaps returns, for each UNION ALL of the world, the first two branches
// that read one relation, one of them under conditions which imply the other's.
func (w *World) Overlaps(facts []Fact) []Overlap {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Overlap
	for _, so := range w.Unions {
		if !so.All || so.Node.Op != sql.Union || len(so.Branches) > 40 {
			continue
		}
		for _, f := range facts {
			if f.When != nil {
				continue
			}
			if o, ok := w.overlap(so, f); ok {
				out = append(out, o)
				break
			}
		}
	}
	return out
}

func (w *World) overlap(so *SetOp, f Fact) (Overlap, bool) {
	key, ok := w.outputCols(f.Cols)
	if !ok || w.reachNotNull(w.out, key, key).all(w.out.tids) {
		return Overlap{}, false
	}
	rows := make([][]Col, 0, len(key))
	for _, k := range key {
		row := w.unionRow(so, k)
		if row == nil {
			return Overlap{}, false
		}
		rows = append(rows, row)
	}
	for i, a := range so.Branches {
		for k, b := range so.Branches[:i] {
			if !w.sameLeaves(rows, i, k) {
				continue
			}
			sa, sb := a.plain(), b.plain()
			if sa == nil || sb == nil || sa.Relation != sb.Relation || sa.Relation.ID == "" {
				continue
			}
			ca, cb, sure := condsOf(a.block), condsOf(b.block), understood(a.block) && understood(b.block)
			o := Overlap{Fact: f, Relation: sa.Relation.Name, First: b.block.Select, Second: a.block.Select, Op: so.Node.OpSpan}
			if sure && impliedBy(w, cb, ca) {
				return o, true
			}
			if sure && impliedBy(w, ca, cb) {
				o.First, o.Second = o.Second, o.First
				return o, true
			}
		}
	}
	return Overlap{}, false
}

// unionRow returns the branch columns of so that output column c is; nil if it
// does not come from so unchanged.
func (w *World) unionRow(so *SetOp, c Col) []Col {
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.class != Identity || col.nullFrom != nil || col.cutoff && col.from > 0 {
			return nil
		}
		if col.from <= 0 && len(col.in) == len(so.Branches) && slices.ContainsFunc(so.Branches[0].rel.cols, func(o outCol) bool { return o.col == col.in[0] }) {
			return col.in
		}
	}
	return nil
}

// sameLeaves reports whether branches i and k take every key column from one
// column of one relation, unchanged.
func (w *World) sameLeaves(rows [][]Col, i, k int) bool {
	for _, row := range rows {
		a, b := w.plainLeaf(row[i]), w.plainLeaf(row[k])
		if a == nil || b == nil || a.Relation != b.Relation || a.Column != b.Column {
			return false
		}
	}
	return len(rows) > 0
}

func (w *World) plainLeaf(c Col) *Leaf {
	path, ok := w.plainPath(c)
	if !ok {
		return nil
	}
	return w.cols[path[len(path)-1]].leaf
}

// plain returns the scan that a branch reads, when it is a SELECT over nothing
// else that keeps every row which passes its WHERE.
func (q *queryInfo) plain() *Scan {
	b := q.block
	if b == nil || len(b.sources) != 1 || len(b.Joins) > 0 || b.Grouped || b.Limited || b.Select.Distinct || b.Select.Qualify != nil || b.Select.Sample != nil || len(b.Select.Holes) > 0 || b.scope.hole {
		return nil
	}
	return b.sources[0].scan
}

// tableCond is a comparison of a relation's column, so that two readings of the
// relation can be compared; or any other condition that gives the same each time, as
// it is written.
type tableCond struct {
	leaf string
	cond cond
	text string
}

func condsOf(b *Block) []tableCond {
	var out []tableCond
	for _, f := range b.Filters {
		if c, ok := f.bd.comparison(f.Expr); ok && (c.lit != "" || strings.HasPrefix(c.op, "is ")) {
			if l := b.World.cols[c.col].leaf; l != nil {
				out = append(out, tableCond{leaf: l.Column, cond: c})
			}
			continue
		}
		if text, ok := f.spelt(); ok {
			out = append(out, tableCond{text: text})
		}
	}
	return out
}

// spelt returns a condition as it is written, with the columns that it reads; ok is
// false where the same text may give something else each time.
func (f *Filter) spelt() (text string, ok bool) {
	w, ok := f.World, true
	sql.Inspect(f.Expr, func(n sql.Node) bool {
		switch n := n.(type) {
		case *sql.Subquery:
			ok = ok && w.ofTarget(n)
			return false
		case *sql.Query, *sql.Hole, *sql.Opaque:
			ok = false
		case *sql.Call:
			ok = ok && !volatiles[funcName(n)]
		}
		return ok
	})
	text = strings.Join(strings.Fields(w.Text(f.Expr.Range())), " ")
	for _, c := range f.cols {
		l := w.cols[c].leaf
		ok = ok && l != nil
		if ok {
			text += " " + l.Column
		}
	}
	return text, ok
}

// understood reports whether every condition of the block is one of condsOf.
func understood(b *Block) bool {
	return len(condsOf(b)) == len(b.Filters) && b.Select.Prewhere == nil
}

// impliedBy reports whether every condition of as holds where those of bs do.
func impliedBy(w *World, as, bs []tableCond) bool {
	for _, a := range as {
		if !slices.ContainsFunc(bs, func(b tableCond) bool {
			if a.text != "" || b.text != "" {
				return a.text == b.text
			}
			x, y := b.cond, a.cond
			y.col = x.col
			return a.leaf == b.leaf && implies(x, y)
		}) {
			return false
		}
	}
	return true
}
