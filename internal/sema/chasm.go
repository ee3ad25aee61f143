package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Chasm is a pair of joins that each multiply the rows of one side, with
// nothing that connects the two: each row of the one meets each of the other.
type Chasm struct {
	First, Second *Join
}

// Chasms returns the pairs of sibling joins whose rows reach the output
// multiplied by each other. Where they are summed first, the sum is the matter.
func (w *World) Chasms() []Chasm {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Chasm
	for _, b := range w.Blocks {
		for i, second := range b.Joins {
			if b.InExpr || second.Right.Status != FanOut || second.ext == nil || !w.inDups(second) {
				continue
			}
			for _, first := range b.Joins[:i] {
				if first.Right.Status == FanOut && first.Right.vouched() && second.Right.vouched() && first.ext != nil && w.inDups(first) && first.ext.tids.within(second.left.tids) && !second.readsFrom(first) {
					out = append(out, Chasm{first, second})
					break
				}
			}
		}
	}
	return out
}

// vouched reports whether somebody declared what a fan-out rests on: the key that
// the join covers in part, or that many rows refer to one. A key that is merely
// grouped by may hold attributes of a smaller one.
func (v *Verdict) vouched() bool {
	return v.declared() || len(v.Missing) == 0 && v.Strength != finding.Struct
}

// readsFrom reports whether a condition of j reads the right side of o.
func (j *Join) readsFrom(o *Join) bool {
	if j.Unsure || j.Elements {
		return true
	}
	bd := j.Block.binderOver(j.sources)
	for _, c := range j.Conds {
		cols := []Col{}
		if c.Expr != nil {
			cols = bd.reads(c.Expr)
		} else if c.eq != nil {
			cols = []Col{c.eq.l, c.eq.r}
		}
		for _, x := range cols {
			t := j.World.cols[x].tids
			if len(t) == 0 || newSet(t...).meets(o.ext.tids) {
				return true
			}
		}
	}
	return false
}

// Masked is a DISTINCT, or a GROUP BY without aggregates, over a join that
// repeats rows, where nothing of the joined side is shown: the join only asks
// whether there is a match.
type Masked struct {
	Join    *Join
	Grouped bool
}

// Masked returns the joins of the world that only filter, at the price of rows
// that are removed again.
func (w *World) Masked() []Masked {
	var out []Masked
	if w.truncated {
		return nil
	}
	for _, b := range w.Blocks {
		if !b.Select.Distinct && !b.Grouped || len(b.Select.DistinctOn) > 0 || len(b.Windows) > 0 || len(b.Joins) != 1 {
			continue
		}
		if slices.ContainsFunc(w.Aggs, func(a *Aggregate) bool { return a.Block == b }) {
			continue
		}
		j := b.Joins[0]
		if j.Right.Status != FanOut || !j.Right.Accuses() || j.ext == nil || j.Elements || j.Kind != sql.Inner && j.Kind != sql.Left {
			continue
		}
		if !b.shows(j) {
			out = append(out, Masked{j, !b.Select.Distinct})
		}
	}
	return out
}

// shows reports whether the select list reads the right side of j, or may.
func (b *Block) shows(j *Join) bool {
	for _, it := range b.Select.Items {
		switch x := it.X.(type) {
		case nil, *sql.Hole:
			return true
		case *sql.Star:
			if len(x.Qualifier) == 0 || x.Of != nil || b.names(x.Qualifier, j) {
				return true
			}
			continue
		}
		for _, c := range b.pre.reads(it.X) {
			t := b.World.cols[c].tids
			if len(t) == 0 && !b.World.cols[c].fixed || newSet(t...).meets(j.ext.tids) {
				return true
			}
		}
	}
	return false
}

// names reports whether a qualifier names a relation of the right side of j.
func (b *Block) names(q []*sql.Ident, j *Join) bool {
	fold := b.World.Dialect.Fold(q[len(q)-1])
	return slices.ContainsFunc(j.rightSrc, func(s *sourceRel) bool { return s.name == fold })
}

// HalfAnti is `where r.c is null` after a LEFT JOIN where r.c can be NULL in a
// row that matched: such rows pass as well.
type HalfAnti struct {
	Join   *Join
	Filter *Filter
	Column string
	Why    Step // why c can be NULL
}

// HalfAntis returns the anti-joins of the world that test the wrong column.
// Nothing else of the right side may be read: else the test may be meant.
func (w *World) HalfAntis() []HalfAnti {
	var out []HalfAnti
	if w.truncated {
		return nil
	}
	for _, f := range w.Filters {
		is, ok := sql.Unparen(f.Expr).(*sql.Is)
		if f.Clause != Where || !ok || is.Not || is.What != sql.IsNull || len(f.cols) != 1 {
			continue
		}
		c := f.cols[0]
		named, plain := sql.Unparen(is.X).(*sql.Column)
		if !plain {
			continue
		}
		name := named.Parts[len(named.Parts)-1].Name
		j := w.cols[c].nullFrom
		if j == nil || j.Block != f.Block || j.Kind != sql.Left || j.Unsure || j.antiJoin(f.Block, f.Expr) != 0 || f.Block.shows(j) || f.Block.readsElsewhere(j, f) {
			continue
		}
		orig := w.cols[c].from
		why, _ := w.nullSource(orig, &queryInfo{})
		if why.Text == "" || j.finds(orig) {
			continue
		}
		out = append(out, HalfAnti{j, f, name, why})
	}
	return out
}

// readsElsewhere reports whether another filter or join of the block reads the
// right side of j.
func (b *Block) readsElsewhere(j *Join, than *Filter) bool {
	for _, f := range b.Filters {
		if f == than || f.Join == j {
			continue
		}
		for _, c := range f.cols {
			t := b.World.cols[c].tids
			if len(t) == 0 || newSet(t...).meets(j.ext.tids) {
				return true
			}
		}
	}
	return false
}

// finds reports whether a row that j matches has found its match in the outer
// join below that supplies column c of its right side as well: the left side of j
// is joined to the same relation by the same value.
func (j *Join) finds(c Col) bool {
	w := j.World
	for ; c > 0; c = w.cols[c].from {
		if below := w.cols[c].nullFrom; below != nil && below.nullRight && !below.nullLeft && len(below.right.conds) == 0 {
			return slices.ContainsFunc(below.Conds, func(k *JoinCond) bool { return k.eq != nil && j.looksUp(below, k.eq) })
		}
	}
	return false
}

// looksUp reports whether j compares what the outer join below compares: the
// value that eq looks up there, with one that its left side has met in the same
// column.
func (j *Join) looksUp(below *Join, eq *equality) bool {
	w := j.World
	read, key := eq.l, eq.r
	if newSet(w.cols[read].tids...).within(below.right.tids) {
		read, key = key, read
	}
	leaf := w.cols[w.root(key)].leaf
	if leaf == nil {
		return false
	}
	met := func(c Col) bool {
		l := w.cols[w.root(c)].leaf
		return l != nil && l.Relation == leaf.Relation && l.Column == leaf.Column
	}
	return slices.ContainsFunc(j.Conds, func(c *JoinCond) bool {
		if c.eq == nil {
			return false
		}
		l, r := c.eq.l, c.eq.r
		if c.l == rightSide {
			l, r = r, l
		}
		return w.root(r) == w.root(read) && (met(l) || slices.ContainsFunc(j.left.eq, func(p pair) bool { return p.a == l && met(p.b) || p.b == l && met(p.a) }))
	})
}

// BothEnds is a point-in-time join that includes both ends of contiguous spans:
// the instant at which one version follows another is in two.
type BothEnds struct {
	Join   *Join
	Cond   sql.Expr
	Lo, Hi string
	Lead   sql.Span // where the end is taken from the next beginning
}

// BothEnds returns the joins of the world whose range meets two versions at
// their border.
func (w *World) BothEnds() []BothEnds {
	var out []BothEnds
	if w.truncated {
		return nil
	}
	for _, j := range w.Joins {
		if j.Right.Status == Unique {
			continue
		}
		for _, c := range j.Conds {
			bt, ok := sql.Unparen(c.Expr).(*sql.Between)
			if !ok || bt.Not || c.reads != both {
				continue
			}
			bd := j.Block.binderOver(j.sources)
			lo, hi := bd.bind(bt.Lo), bd.bind(bt.Hi)
			if from, at, ok := w.leadOf(hi); ok && w.passes(lo, from) {
				out = append(out, BothEnds{j, c.Expr, w.colName(lo), w.colName(hi), at})
			}
		}
	}
	return out
}

// leadOf returns the column of which c is the next row's value: c is
// lead(x) over (...), or coalesce(lead(x) over (...), literal).
func (w *World) leadOf(c Col) (Col, sql.Span, bool) {
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.window == nil && col.from <= 0 && len(col.in) == 1 {
			if call, ok := sql.Unparen(col.expr).(*sql.Call); ok && (funcName(call) == "coalesce" || funcName(call) == "ifnull") {
				return w.leadOf(col.in[0])
			}
		}
		for _, b := range w.Blocks {
			for _, win := range b.Windows {
				if win.col == x && win.info.fn == "lead" && len(win.Call.Args) == 1 && len(win.info.order) > 0 {
					arg := b.post.bind(win.Call.Args[0].X)
					return arg, win.Call.Span, win.info.order[0] == arg
				}
			}
		}
	}
	return 0, sql.Span{}, false
}
