package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Late is a relation that is filtered later than it could be: every conjunct
// reads it alone, stands above a join, an aggregate or DISTINCT, and gives the
// same result at the CTE that imports the relation.
type Late struct {
	Relation *Summary
	Import   *CTE // where the relation is read
	Scan     *Scan
	Filters  []*Filter
	Above    string // what stands between: "the join to `x`", "GROUP BY", ...
}

// LateFilters returns the late filters of the world, one per relation.
func (w *World) LateFilters() []*Late {
	if w.truncated {
		return nil
	}
	byScan := map[*Scan]*Late{}
	var out []*Late
	for _, f := range w.Filters {
		if f.Clause != Where || f.Block.InExpr || !w.movable(f.Expr) {
			continue
		}
		l := w.late(f)
		if l == nil {
			continue
		}
		if have := byScan[l.Scan]; have != nil {
			have.Filters = append(have.Filters, f)
			continue
		}
		l.Filters = []*Filter{f}
		byScan[l.Scan] = l
		out = append(out, l)
	}
	for _, l := range out {
		// A guard goes where the other conditions go, and is in one world alone.
		if slices.ContainsFunc(l.Filters, func(f *Filter) bool { return !hasQuery(f.Expr) }) {
			l.Filters = slices.DeleteFunc(l.Filters, func(f *Filter) bool { return hasQuery(f.Expr) })
		}
	}
	return out
}

// movable reports whether a conjunct can be evaluated earlier without failing
// where it did not: comparisons of columns with constants or with a maximum of the
// model's own table, nothing that casts, divides, subscripts or asks another query.
func (w *World) movable(e sql.Expr) bool {
	ok := true
	sql.Inspect(e, func(n sql.Node) bool {
		if sub, is := n.(*sql.Subquery); is {
			ok = ok && w.ofTarget(sub)
			return false
		}
		ok = ok && steadyNode(n)
		return ok
	})
	return ok
}

// steadyNode reports whether a node of a conjunct, its parts aside, cannot fail.
func steadyNode(n sql.Node) bool {
	switch n := n.(type) {
	case *sql.Column, *sql.Literal, *sql.Paren, *sql.Ident, *sql.Is, *sql.Between, *sql.LikeExpr, *sql.Interval, *sql.Tuple:
		return true
	case *sql.In:
		return n.Query == nil && n.Of == nil && !n.Open
	case *sql.Unary:
		return n.Op == sql.OpNot || n.Op == sql.OpSub
	case *sql.Binary:
		switch n.Op {
		case sql.OpAnd, sql.OpOr, sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe, sql.OpDistinct, sql.OpNotDistinct, sql.OpAdd, sql.OpSub:
			return true
		}
	case *sql.Call:
		return stables[funcName(n)] && len(n.Args) == 0
	}
	return false
}

// ofTarget reports whether a query gives one value of all rows of {{ this }}, the
// same wherever it is asked.
func (w *World) ofTarget(e *sql.Subquery) bool {
	sel, ok := e.Query.Body.(*sql.Select)
	if !ok || len(sel.Items) != 1 || sel.Items[0].X == nil || !containsAggregate(sel.Items[0].X) || sel.Where != nil || sel.GroupBy != nil || sel.Having != nil || e.Query.With != nil || e.Query.Limit != nil || e.Query.Offset != nil {
		return false
	}
	t, ok := sel.From.(*sql.Table)
	return ok && w.isThis(t)
}

// late finds the import that a filter could stand at.
func (w *World) late(f *Filter) *Late {
	var paths [][]Col
	for _, c := range f.cols {
		if w.cols[c].fixed {
			continue
		}
		p, ok := w.plainPath(c)
		if !ok {
			return nil
		}
		paths = append(paths, p)
	}
	if len(paths) == 0 {
		return nil
	}
	scan := w.scanOf(paths[0])
	for _, p := range paths[1:] {
		if w.scanOf(p) != scan {
			return nil
		}
	}
	if scan == nil || scan.Relation.ID == "" || scan.Relation.ID == "?" || scan.Relation.Type == "seed" || scan.Relation.This {
		return nil
	}
	imp := w.importOf(scan)
	if imp == nil || imp.body.block == f.Block {
		return nil
	}
	above, ok := w.between(f, imp, paths)
	if !ok || above == "" {
		return nil
	}
	return &Late{Relation: scan.Relation, Import: imp, Scan: scan, Above: above}
}

// plainPath follows a column down to the scan it comes from, through nothing
// but copies: no outer join that could make it NULL.
func (w *World) plainPath(c Col) ([]Col, bool) {
	var path []Col
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.nullFrom != nil || col.class != Identity {
			return nil, false
		}
		path = append(path, x)
		if col.from <= 0 {
			return path, col.leaf != nil
		}
	}
	return nil, false
}

func (w *World) scanOf(path []Col) *Scan {
	tids := w.cols[path[len(path)-1]].tids
	if len(tids) != 1 {
		return nil
	}
	return w.cols[tids[0]].scan
}

// importOf returns the CTE that does nothing but read scan, without a filter,
// and is read once; nil if the scan is not imported so.
func (w *World) importOf(s *Scan) *CTE {
	for _, c := range w.CTEs {
		if c.body == nil || c.body.block != s.block {
			continue
		}
		b := s.block
		if c.Uses != 1 || b.Grouped || len(b.Joins) > 0 || b.Select.Where != nil || b.Select.Qualify != nil || b.Select.Distinct || b.Limited || len(b.Windows) > 0 || len(b.Select.Holes) > 0 {
			return nil
		}
		return c
	}
	return nil
}

// between looks at the blocks that the column passes on its way up from the
// import to the filter. ok is false when moving the filter below one of them
// could change the result; above names the first thing that the filter stands
// later than.
func (w *World) between(f *Filter, imp *CTE, paths [][]Col) (above string, ok bool) {
	for _, b := range w.Blocks {
		if b == imp.body.block || !b.reads(paths) {
			continue
		}
		if b.CTE != nil && b != f.Block && b.CTE.Uses != 1 {
			return "", false
		}
		if len(b.Joins) > 0 && above == "" {
			above = "the join to `" + other(b.Joins[0], w.scanOf(paths[0])) + "`"
		}
		if b == f.Block {
			if b.Grouped && above == "" {
				continue // WHERE comes before GROUP BY
			}
			continue
		}
		if b.Limited || len(b.Select.DistinctOn) > 0 || len(b.Select.Holes) > 0 {
			return "", false
		}
		if len(b.Joins) == 0 && b.filtersOn(paths) {
			return "", false // already filtered on that column
		}
		for _, win := range b.Windows {
			if !w.partitioned(win, paths) {
				return "", false
			}
			if above == "" {
				above = "a window function"
			}
		}
		if b.Grouped && above == "" {
			above = "GROUP BY"
		}
		if b.Select.Distinct && above == "" {
			above = "DISTINCT"
		}
	}
	return above, true
}

// reads reports whether one of the path columns is a column of the block's FROM.
func (b *Block) reads(paths [][]Col) bool {
	for _, src := range b.sources {
		for _, p := range paths {
			for _, c := range p {
				if src.rel.visible(c) || src.rel.open != nil && slices.Contains(openNamed(src.rel.open), c) {
					return true
				}
			}
		}
	}
	return false
}

func openNamed(o *openCols) []Col {
	out := make([]Col, 0, len(o.named))
	for _, c := range o.named {
		out = append(out, c)
	}
	return out
}

func (b *Block) filtersOn(paths [][]Col) bool {
	for _, f := range b.Filters {
		for _, p := range paths {
			for _, c := range p {
				if slices.Contains(f.cols, c) {
					return true
				}
			}
		}
	}
	return false
}

// partitioned reports whether every path passes through the partition of win.
func (w *World) partitioned(win *Window, paths [][]Col) bool {
	for _, p := range paths {
		if !slices.ContainsFunc(p, func(c Col) bool { return slices.Contains(win.info.partition, c) }) {
			return false
		}
	}
	return true
}

// other returns the side of a join that is not the scan's own relation.
func other(j *Join, s *Scan) string {
	if len(j.rightSrc) > 0 && j.right.tids.meets(newSet(s.tid)) {
		return j.LeftName
	}
	return j.RightName
}
