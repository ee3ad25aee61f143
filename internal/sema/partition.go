package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// PartCond is a condition on a column that a table is partitioned by, written so
// that it is in question whether the engine can leave partitions unread.
type PartCond struct {
	Filter *Filter
	Scan   *Scan
	Part   Part
	// Kind is FormattedPart or QueriedBound.
	Kind Construct
	// Expr is what is made of the column, or the bound.
	Expr sql.Expr
}

// PartConds returns the conditions of the world that compare a form of a
// partition column with a constant, or the column with what a subquery computes,
// where no plain condition on the column stands beside them.
func (w *World) PartConds() []PartCond {
	if w.truncated {
		return nil
	}
	pruned := map[*Scan]bool{}
	var all []PartCond
	for _, f := range w.Filters {
		scan, part := w.partOf(f)
		if scan == nil {
			continue
		}
		kind, e := w.partKind(f, part)
		switch kind {
		case FormattedPart, QueriedBound:
			all = append(all, PartCond{f, scan, part, kind, e})
		default:
			pruned[scan] = true // by itself, or it is not known
		}
	}
	return slices.DeleteFunc(all, func(c PartCond) bool { return pruned[c.Scan] })
}

// partOf returns the scan and the partition column that a filter reads; nil when
// it reads none. A column counts from wherever it was passed on unchanged.
func (w *World) partOf(f *Filter) (*Scan, Part) {
	for _, c := range f.cols {
		x := w.root(c)
		leaf := w.cols[x].leaf
		if leaf == nil || len(w.cols[x].tids) != 1 {
			continue
		}
		fold := w.Dialect.FoldName(leaf.Column, false)
		for _, p := range leaf.Relation.Storage.Parts {
			if p.Fold == fold {
				return w.cols[w.cols[x].tids[0]].scan, p
			}
		}
	}
	return nil, Part{}
}

// partKind reads what a condition does with partition column p. A kind of zero
// and no expression say that it is none of those in question.
func (w *World) partKind(f *Filter, p Part) (Construct, sql.Expr) {
	var left, right sql.Expr
	switch e := sql.Unparen(f.Expr).(type) {
	case *sql.Binary:
		if _, ok := otherWay[e.Op]; !ok {
			return 0, nil
		}
		left, right = e.L, e.R
		if w.isPart(f, right, p) {
			left, right = right, left
		}
	case *sql.Between:
		left, right = e.X, e.Lo
	case *sql.In:
		left, right = e.X, nil
		if e.Query != nil || e.Of != nil {
			return 0, nil
		}
	default:
		return 0, nil
	}
	if !w.isPart(f, left, p) {
		return 0, nil
	}
	if _, plain := sql.Unparen(left).(*sql.Column); plain {
		if right != nil && asksTable(right) {
			return QueriedBound, right
		}
		return 0, nil
	}
	if formatted(left) && (right == nil || w.cols[f.bd.bind(right)].fixed && !asksTable(right)) {
		return FormattedPart, left
	}
	return 0, nil
}

// isPart reports whether e reads the partition column and no other.
func (w *World) isPart(f *Filter, e sql.Expr, p Part) bool {
	cols := f.bd.reads(e)
	if len(cols) != 1 {
		return false
	}
	leaf := w.cols[w.root(cols[0])].leaf
	return leaf != nil && w.Dialect.FoldName(leaf.Column, false) == p.Fold
}

// asksTable reports whether a query inside e reads a table.
func asksTable(e sql.Expr) bool {
	query := false
	for n := range sql.Walk(e) {
		switch n.(type) {
		case *sql.Subquery:
			query = true
		case *sql.Table:
			if query {
				return true
			}
		}
	}
	return false
}

// formatted reports whether e makes a text of its column, or calculates with it.
func formatted(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		return e.Op == sql.OpAdd || e.Op == sql.OpSub || e.Op == sql.OpConcat
	case *sql.Cast:
		return e.Type != nil && (e.Type.Name == "string" || e.Type.Name == "varchar" || e.Type.Name == "text")
	case *sql.Call:
		name := funcName(e)
		switch name {
		case "to_char", "concat", "substr", "substring", "left", "right", "upper", "lower":
			return true
		}
		return strings.HasPrefix(name, "format_") || strings.HasSuffix(name, "_add") || strings.HasSuffix(name, "_sub")
	}
	return false
}

// Unfiltered returns the scans of tables that refuse to be read without a
// condition on their partition column, and no condition of the world reads it.
func (w *World) Unfiltered() []*Scan {
	var out []*Scan
	if w.truncated {
		return nil
	}
	for _, s := range w.Scans {
		st := s.Relation.Storage
		if !st.Strict || len(st.Parts) == 0 || w.templated(s) {
			continue
		}
		if !slices.ContainsFunc(w.Filters, func(f *Filter) bool { return w.mayFilter(f, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// mayFilter reports whether a condition reads a partition column of scan s, or
// something that is not known to be none.
func (w *World) mayFilter(f *Filter, s *Scan) bool {
	return isHole(f.Expr) || slices.ContainsFunc(f.cols, func(c Col) bool { return w.mayBePart(c, s, 0) })
}

func (w *World) mayBePart(c Col, s *Scan, depth int) bool {
	if c == nowhere || depth > maxDepth {
		return true
	}
	c = w.root(c)
	col := &w.cols[c]
	if col.leaf != nil {
		if len(col.tids) != 1 || w.cols[col.tids[0]].scan != s {
			return false
		}
		name := col.leaf.Column
		return strings.HasPrefix(strings.ToUpper(name), "_PARTITION") ||
			slices.ContainsFunc(s.Relation.Storage.Parts, func(p Part) bool { return strings.EqualFold(p.Name, name) })
	}
	return col.class == Opaque || slices.ContainsFunc(col.in, func(in Col) bool { return w.mayBePart(in, s, depth+1) })
}

// templated reports whether a template value that is not known stands in the query
// that reads s.
func (w *World) templated(s *Scan) bool {
	return s.block == nil || len(s.block.Select.Holes) > 0
}
