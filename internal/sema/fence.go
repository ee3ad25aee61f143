package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Unreached is a guard that an engine does not bring down to the scan of the
// relation it is about.
type Unreached struct {
	Guard *Guard
	Scan  *Scan
	// Barrier is what stands between, in words; At is its place.
	Barrier string
	At      sql.Span
	// Fence is the CTE that the engine computes once for several readers which all
	// have the guard: there it could stand with equal results. nil if the barrier
	// is another.
	Fence *CTE
}

// UnreachedGuards returns the guards of an incremental run that stay above
// something on their way to the relation: a window that they cut into, a GROUP
// BY, a LIMIT, or a CTE that the adapter's engine computes before its readers
// choose from it.
func (m *Model) UnreachedGuards() []Unreached {
	var out []Unreached
	seen := map[*Scan]bool{}
	for _, g := range m.Restricting() {
		w := g.World
		if g.left == 0 || g.Bound.Kind == OtherBound || w.truncated {
			continue
		}
		u, ok := w.unreached(g, m.Adapter.Name)
		if ok && !seen[u.Scan] {
			seen[u.Scan] = true
			out = append(out, u)
		}
	}
	return out
}

func (w *World) unreached(g *Guard, adapter string) (Unreached, bool) {
	path, grouped, ok := w.pathDown(g)
	if !ok {
		return Unreached{}, false
	}
	scan := w.scanOf(path)
	if scan == nil || scan.Relation.This || scan.block == g.Block {
		return Unreached{}, false
	}
	u := Unreached{Guard: g, Scan: scan}
	paths := [][]Col{path}
	for _, b := range w.Blocks {
		if b == g.Block || !b.reads(paths) {
			continue
		}
		if c := b.CTE; c != nil && c.Uses > 1 {
			if !ReachOf(adapter, CTETwice).Blocks || w.fence(c, g.Filter) == nil {
				return Unreached{}, false // another reader wants the rest
			}
			u.Fence, u.Barrier, u.At = c, "`"+c.Node.Name.Name+"`, which is computed once for all that read it", c.Node.Name.Span
			continue
		}
		switch {
		case u.Barrier != "":
		case b.Limited:
			u.Barrier, u.At = "a LIMIT", b.Select.Span
		case grouped && b.Grouped:
			u.Barrier, u.At = "a GROUP BY", b.Select.Span
		default:
			for _, win := range b.Windows {
				if !w.partitioned(win, paths) {
					u.Barrier, u.At = "`"+win.info.fn+"()`", win.Call.Span
				}
			}
		}
	}
	return u, u.Barrier != ""
}

// pathDown follows what a guard compares down to the scan, through copies and
// functions of one column; grouped is set when it passes an aggregate.
func (w *World) pathDown(g *Guard) (path []Col, grouped, ok bool) {
	reads := g.bd.reads(g.leftExpr)
	if len(reads) != 1 {
		return nil, false, false
	}
	for x := reads[0]; x > 0 && len(path) < 100; {
		col := &w.cols[x]
		if col.nullFrom != nil || col.class == Windowed || col.class == Opaque {
			return nil, false, false
		}
		path = append(path, x)
		switch {
		case col.leaf != nil && col.from <= 0:
			return path, grouped, true
		case col.from > 0:
			x = col.from
		case len(col.in) == 1:
			grouped = grouped || col.class == Grouped
			x = col.in[0]
		default:
			return nil, false, false
		}
	}
	return nil, false, false
}

// Fenced is a condition that every reader of a CTE has, where the engine
// computes the CTE before they choose from it.
type Fenced struct {
	CTE     *CTE
	Scan    *Scan // the relation that the condition is about
	Filters []*Filter
}

// Fenced returns the conditions that could stand in a CTE with equal results,
// which the adapter's engine cannot move there.
func (w *World) Fenced(adapter string) []Fenced {
	if w.truncated || !ReachOf(adapter, CTETwice).Blocks {
		return nil
	}
	var out []Fenced
	seen := map[*CTE]bool{}
	for _, f := range w.Filters {
		for _, c := range w.CTEs {
			if c.Uses < 2 || c.rel == nil || seen[c] || f.Block.InExpr {
				continue
			}
			if x := w.fence(c, f); x != nil {
				seen[c] = true
				out = append(out, *x)
			}
		}
	}
	return out
}

// fence returns f with its equals in the other readers of c, if every reader has
// it on the same column, and c passes the column on from one relation.
func (w *World) fence(c *CTE, f *Filter) *Fenced {
	key, _, col := w.onReader(f, c)
	if key == "" || c.body == nil || c.body.block == nil {
		return nil
	}
	b := c.body.block
	if b.Limited || len(b.Select.DistinctOn) > 0 || len(b.Select.Holes) > 0 {
		return nil
	}
	path, ok := w.plainPath(col)
	if !ok {
		return nil
	}
	scan := w.scanOf(path)
	for _, win := range b.Windows {
		if !w.partitioned(win, [][]Col{path}) {
			return nil
		}
	}
	if scan == nil || scan.Relation.This || b.filtersOn([][]Col{path}) {
		return nil
	}
	out := &Fenced{CTE: c, Scan: scan}
	readers := map[Col]bool{}
	for _, o := range w.Filters {
		k, reader, _ := w.onReader(o, c)
		if k == key && !readers[reader] {
			readers[reader] = true
			out.Filters = append(out.Filters, o)
		}
	}
	if len(readers) != c.Uses {
		return nil
	}
	return out
}

// onReader reads a WHERE condition that compares a column of a reading of c with
// something that this reading has no part in. The key is equal for equal
// conditions; reader tells the readings of c apart, below is c's own column.
func (w *World) onReader(f *Filter, c *CTE) (key string, reader, below Col) {
	e, ok := sql.Unparen(f.Expr).(*sql.Binary)
	if !ok || f.Clause != Where || c.rel == nil {
		return "", 0, 0
	}
	if _, ok := otherWay[e.Op]; !ok {
		return "", 0, 0
	}
	if _, plain := sql.Unparen(e.L).(*sql.Column); !plain || !w.cols[f.bd.bind(e.R)].fixed && !w.readsThis(e.R) {
		return "", 0, 0
	}
	col := f.bd.bind(e.L)
	for _, o := range c.rel.cols {
		if from := w.cols[col].from; from > 0 && from == o.col && len(w.cols[col].tids) > 0 {
			text := strings.ToLower(strings.Join(strings.Fields(w.Text(e.R.Range())), " "))
			return strings.Join([]string{o.fold, e.Op.String(), text}, " "), slices.Min(w.cols[col].tids), o.col
		}
	}
	return "", 0, 0
}
