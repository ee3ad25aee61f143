package sema

import "slices"

// Arbitrary is a deduplication that takes one of the rows which a join repeats,
// by an order that they are all equal in: which of them stays is not said.
type Arbitrary struct {
	Join   *Join
	Filter *Filter
	Window *Window
	// Columns are the output columns whose values it decides.
	Columns []string
}

// Arbitrary returns the row_number() = 1 of the world that choose among rows
// which differ in nothing but what a multiplying join adds, by partition and
// order columns that the join does not add.
func (w *World) Arbitrary() []Arbitrary {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Arbitrary
	for _, f := range w.Filters {
		if f.Clause != Where && f.Clause != Qualify || f.Block.InExpr {
			continue
		}
		win := w.firstOnly(f)
		if win == nil || win.info.fn != "row_number" || !win.info.whole || len(win.info.order) == 0 || win.Block.Grouped {
			continue
		}
		out = append(out, w.arbitrary(f, win)...)
	}
	return out
}

func (w *World) arbitrary(f *Filter, win *Window) []Arbitrary {
	var out []Arbitrary
	by := newSet(win.info.partition...).with(win.info.order...)
	for _, t := range sortedCols(win.rel.dups) {
		for _, b := range win.rel.dups[t] {
			same := slices.ContainsFunc(out, func(a Arbitrary) bool { return a.Join == b.join })
			if same || b.join.Elements || b.added.meets(w.tidsOf(by)) || !w.determines(win.rel, win.rel.tids.minus(b.added), by) {
				continue
			}
			if cols := w.shownOf(b.added); len(cols) > 0 {
				out = append(out, Arbitrary{b.join, f, win, cols})
			}
		}
	}
	return out
}

// tidsOf returns the tuple ids that columns are functions of.
func (w *World) tidsOf(cols set) set {
	var out set
	for _, c := range cols {
		out = out.with(w.cols[c].tids...)
	}
	return out
}

// shownOf returns the names of output columns that are copies of values of the
// rows that tids number.
func (w *World) shownOf(tids set) []string {
	var out []string
	for _, c := range w.out.cols {
		for x := c.col; x > 0; x = w.cols[x].from {
			if newSet(w.cols[x].tids...).meets(tids) {
				out = append(out, w.colName(c.col))
				break
			}
		}
	}
	return out
}
