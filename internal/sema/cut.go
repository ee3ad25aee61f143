package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// CutWindow is a window function whose partitions a guard takes in part: it sees the
// new rows alone, where a full refresh sees the rows before them.
type CutWindow struct {
	Guard  *Guard
	Window *Window
	// Name is the function, Partition what it is partitioned by.
	Name      string
	Partition []string
	// Kept is set when the result is a column of the output. Else it picks the
	// first row of a partition by the guarded column.
	Kept bool
	// Repeats is set when it is known that several rows share a partition.
	Repeats bool
	// Shifted is set when the guard reads back behind the newest row.
	Shifted bool
}

// backward are the window functions that need the rows before the batch: true
// where a single row too few gives another result.
var backward = map[string]bool{
	"lag": true, "lead": true, "first_value": true, "row_number": true, "nth_value": true,
	"sum": true, "count": true, "avg": true,
	"rank": false, "dense_rank": false, "ntile": false, "percent_rank": false, "cume_dist": false, "last_value": false,
}

// Sure reports whether the function certainly gives another result.
func (c *CutWindow) Sure() bool { return c.Kept && backward[c.Name] && !c.Shifted }

// CutsWindows returns the window functions above the guard whose partitions it
// does not take whole, where the windows themselves say that a partition spans
// time: they are ordered by what the guard compares.
func (g *Guard) CutsWindows() []*CutWindow {
	if g.Bound.Kind == OtherBound || g.Bound.Kind == ThisRows || g.left == 0 || g.Clause != Where || g.Block.InExpr {
		return nil
	}
	w := g.World
	var out []*CutWindow
	for _, b := range w.Blocks {
		if b.InExpr {
			continue
		}
		for _, win := range b.Windows {
			if _, ok := backward[win.info.fn]; !ok || !win.info.whole || !g.ordersBy(win) {
				continue
			}
			if g.alignment(b, win.info.partition, oneEvent) != misaligned {
				continue
			}
			c := &CutWindow{Guard: g, Window: win, Name: win.info.fn, Partition: w.names(win.info.partition), Shifted: g.Bound.Shifted || g.Bound.Kind != ThisMax}
			c.Kept = w.keeps(win.col)
			c.Repeats = slices.ContainsFunc(win.info.partition, w.repeats)
			if c.Kept || c.Name == "row_number" && !slices.Contains(win.info.desc[:1], true) && g.picks(win) {
				out = append(out, c)
			}
		}
	}
	return out
}

// ordersBy reports whether a window is ordered by what the guard compares.
func (g *Guard) ordersBy(win *Window) bool {
	w := g.World
	base, _ := w.truncation(g.left)
	return slices.ContainsFunc(win.info.order, func(c Col) bool {
		b, _ := w.truncation(c)
		return b == base || w.sameLeaf(b, base)
	})
}

// sameLeaf reports whether two columns are the same column of one relation,
// perhaps read twice.
func (w *World) sameLeaf(a, b Col) bool {
	x, y := w.cols[a].leaf, w.cols[b].leaf
	return x != nil && y != nil && x.Relation == y.Relation && x.Column == y.Column
}

// picks reports whether some filter keeps the first row of each partition.
func (g *Guard) picks(win *Window) bool {
	w := g.World
	for _, f := range w.Filters {
		if slices.ContainsFunc(f.cols, func(c Col) bool { return w.leadsTo(c, win.col) }) {
			if b, ok := sql.Unparen(f.Expr).(*sql.Binary); ok && b.Op == sql.OpEq && (isValue(b.L) || isValue(b.R)) {
				return true
			}
		}
	}
	return false
}

// repeats reports whether several rows of its relation share a value of c.
func (w *World) repeats(c Col) bool {
	leaf := w.cols[w.root(c)].leaf
	return leaf != nil && slices.ContainsFunc(leaf.Relation.Many, func(m ManySide) bool { return m.Col == leaf.Index })
}

// keeps reports whether column c is a column of the output with more than one
// value, itself or in an expression.
func (w *World) keeps(c Col) bool {
	if w.out == nil {
		return false
	}
	if w.out.open != nil {
		return false
	}
	return slices.ContainsFunc(w.out.cols, func(o outCol) bool {
		_, konst := w.out.consts[o.col]
		return !konst && w.leadsTo(o.col, c)
	})
}

// leadsTo reports whether the value of column c is computed from target.
func (w *World) leadsTo(c, target Col) bool {
	seen := map[Col]bool{}
	var visit func(c Col) bool
	visit = func(c Col) bool {
		if c <= 0 || seen[c] || len(seen) > 4000 {
			return false
		}
		seen[c] = true
		if c == target {
			return true
		}
		col := &w.cols[c]
		if col.class == Windowed && col.from <= 0 {
			return false
		}
		return visit(col.from) || slices.ContainsFunc(col.in, visit)
	}
	return visit(c)
}
