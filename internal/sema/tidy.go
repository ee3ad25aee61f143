package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Idle is a condition in the ON of an outer join that reads only the side whose
// rows the join keeps: it chooses what is matched and drops nothing.
type Idle struct {
	Filter *Filter
	Kept   string // "left" or "right", the side it reads
}

// Idle returns the conditions of the world that stand in ON and filter nothing.
func (w *World) Idle() []Idle {
	var out []Idle
	if w.truncated {
		return nil
	}
	for _, f := range w.Filters {
		j := f.Join
		if f.Clause != On || j == nil || j.Unsure || j.Kind != sql.Left && j.Kind != sql.Right {
			continue
		}
		kept, name := leftSide, "left"
		if j.Kind == sql.Right {
			kept, name = rightSide, "right"
		}
		i := slices.IndexFunc(j.Conds, func(c *JoinCond) bool { return c.Expr == f.Expr })
		if is, ok := sql.Unparen(f.Expr).(*sql.Is); ok && is.What == sql.IsNull {
			continue // of rows with, or without, what an earlier lookup gave
		}
		if i < 0 || j.Conds[i].reads != kept || len(f.cols) == 0 || w.takenBack(j) || j.minds() || j.again() {
			continue
		}
		out = append(out, Idle{f, name})
	}
	return out
}

// minds reports whether the query has an answer for rows without a match: it asks
// for NULL, takes another value or counts, where it reads what the join supplies.
func (j *Join) minds() bool {
	return slices.ContainsFunc(j.World.Blocks, func(b *Block) bool {
		asks := func(e sql.Expr) bool {
			return slices.ContainsFunc(answers(e), func(a sql.Expr) bool { return slices.ContainsFunc(b.pre.reads(a), j.supplies) })
		}
		return asks(b.Select.Where) || slices.ContainsFunc(b.Select.Items, func(it *sql.Item) bool { return asks(it.X) })
	})
}

// answers returns the parts of e that make something of NULL.
func answers(e sql.Expr) []sql.Expr {
	if e == nil {
		return nil
	}
	var out []sql.Expr
	for n := range sql.Walk(e) {
		switch n := n.(type) {
		case *sql.Case:
			out = append(out, n)
		case *sql.Is:
			out = append(out, n)
		case *sql.Call:
			if slices.Contains(firstValue, funcName(n)) {
				out = append(out, n)
			}
			if funcName(n) == "count" {
				for _, a := range n.Args {
					out = append(out, a.X)
				}
			}
		}
	}
	return out
}

// again reports whether another outer join of the block reads the same relation:
// each is for a part of the rows.
func (j *Join) again() bool {
	own := j.supplied()
	return own != "" && slices.ContainsFunc(j.Block.Joins, func(o *Join) bool { return o != j && o.supplied() == own })
}

// supplied returns the name of the relation that an outer join supplies NULLs for,
// as it is read; empty for a query or several.
func (j *Join) supplied() string {
	src := j.rightSrc
	if j.nullLeft {
		src = j.sources[:len(j.sources)-len(j.rightSrc)]
	}
	if j.nullLeft == j.nullRight || len(src) != 1 {
		return ""
	}
	if t, ok := src[0].node.(*sql.Table); ok {
		return identText(t.Name)
	}
	return ""
}

// Distinct is a SELECT DISTINCT, or a GROUP BY in its place, over rows that a key
// in its own columns tells apart: it removes nothing.
type Distinct struct {
	Block *Block
	Group bool // a GROUP BY
	Key   []string
	Steps []Step
}

// NeedlessDistinct returns the DISTINCTs of the world that remove nothing.
func (w *World) NeedlessDistinct() []Distinct {
	var out []Distinct
	if w.truncated {
		return nil
	}
	for _, b := range w.Blocks {
		r := b.Out
		if r == nil || len(b.Select.Holes) > 0 || r.card.Max <= 1 {
			continue
		}
		switch {
		case b.Select.Distinct && len(b.Select.DistinctOn) == 0 && b.rel != nil && r.tids.equal(b.rel.tids): // else the rows were collapsed
			var all set
			for _, c := range r.cols {
				all = all.with(c.col)
			}
			if key, steps, ok := w.needless(r, all); ok {
				out = append(out, Distinct{b, false, key, steps})
			}
		case b.onlyGroups():
			if key, steps, ok := w.needless(b.grouping, newSet(b.groupPre...)); ok {
				out = append(out, Distinct{b, true, key, steps})
			}
		}
	}
	return out
}

// onlyGroups reports whether the block groups rows and computes nothing of them.
func (b *Block) onlyGroups() bool {
	s := b.Select
	return b.Grouped && s.GroupBy != nil && len(b.groupPre) > 0 && len(b.groupOut) == len(b.groupPre) && !b.rollup() && s.Having == nil && s.Qualify == nil &&
		!slices.ContainsFunc(s.Items, func(it *sql.Item) bool { _, plain := it.X.(*sql.Column); return !plain })
}

// maxLessened bounds the columns of a key of which each is tried whether the key
// can do without: for more that takes the square of their number, and a key so wide
// is a whole row.
const maxLessened = 64

// needless returns the least of the columns all that tell the rows of r apart.
func (w *World) needless(r *rel, all set) ([]string, []Step, bool) {
	if r.open != nil || !w.reach(r, all).all(r.tids) {
		return nil, nil, false
	}
	if i := slices.IndexFunc(bestKeys(r.keys), func(k key) bool { return k.cols.within(all) && w.reach(r, k.cols).all(r.tids) }); i >= 0 && len(all) > maxLessened {
		all = bestKeys(r.keys)[i].cols
	}
	for i := 0; i < len(all) && len(all) > 1 && len(all) <= maxLessened; {
		if less := all.without(all[i]); w.reach(r, less).all(r.tids) {
			all = less
			continue
		}
		i++
	}
	return w.names(all), w.steps(w.reach(r, all).proof(r.tids)), true
}

// Sorted is an ORDER BY whose order nobody sees, or a LIMIT of a whole model.
type Sorted struct {
	Span  sql.Span
	Where string // the CTE, or empty for the model itself
	Limit bool
}

// Sorted returns the ORDER BYs without LIMIT of the world, and a LIMIT that cuts
// the model itself.
func (w *World) Sorted() []Sorted {
	var out []Sorted
	q := w.Tree.Query()
	if q == nil {
		return nil
	}
	visit := func(q *sql.Query, name string) {
		sel, ok := q.Body.(*sql.Select)
		top := ok && sel.Top != nil
		switch {
		case len(q.OrderBy) > 0 && q.Limit == nil && q.Offset == nil && len(q.LimitBy) == 0 && !top && len(q.Holes) == 0:
			s := q.OrderBy[0].Span.Union(q.OrderBy[len(q.OrderBy)-1].Span)
			out = append(out, Sorted{s, name, false})
		case q.Limit != nil && name == "" && len(q.OrderBy) == 0 && len(q.LimitBy) == 0:
			if lit, ok := q.Limit.(*sql.Literal); ok && lit.Text != "1" {
				out = append(out, Sorted{q.Limit.Range(), "", true})
			}
		}
	}
	visit(q, "")
	for _, c := range w.CTEs {
		if c.Node.Body != nil {
			visit(c.Node.Body, c.Node.Name.Name)
		}
	}
	return out
}

// PlainHaving returns the HAVING conjuncts of the world that read group columns
// only, and would say the same in WHERE.
func (w *World) PlainHaving() []*Filter {
	var out []*Filter
	for _, f := range w.Filters {
		if f.Clause != Having || containsAggregate(f.Expr) || containsWindow(f.Expr) || f.Block.Select.GroupBy == nil || f.Block.rollup() || len(f.cols) == 0 {
			continue
		}
		groups := newSet(f.Block.groupOut...)
		if !slices.ContainsFunc(f.cols, func(c Col) bool { return !groups.has(c) }) {
			out = append(out, f)
		}
	}
	return out
}

// Repeated is a condition that every reader of a CTE applies to it.
type Repeated struct {
	CTE     *CTE
	Cond    string
	Filters []*Filter
}

// Repeated returns the conditions that three or more readers of a CTE, and all
// of them, apply to the same column.
func (w *World) Repeated() []Repeated {
	var out []Repeated
	if w.truncated {
		return nil
	}
	for _, c := range w.CTEs {
		if c.Uses < 3 || c.rel == nil {
			continue
		}
		conds := map[string][]*Filter{}
		for _, f := range w.Filters {
			if key, ok := w.onCTE(f, c); ok && !slices.ContainsFunc(conds[key], func(o *Filter) bool { return o.Block == f.Block }) {
				conds[key] = append(conds[key], f)
			}
		}
		var best []*Filter
		for _, fs := range conds {
			if len(fs) == c.Uses && w.places(fs) > 1 && (best == nil || fs[0].Expr.Range().Start < best[0].Expr.Range().Start) {
				best = fs
			}
		}
		if best != nil {
			out = append(out, Repeated{c, oneLine(w.Text(best[0].Expr.Range())), best})
		}
	}
	return out
}

// places counts the places of templates in which the filters are written.
func (w *World) places(fs []*Filter) int {
	seen := map[finding.Place]bool{}
	for _, f := range fs {
		seen[w.Place(f.Expr.Range())] = true
	}
	return len(seen)
}

// onCTE returns what condition f compares a column of CTE c with, as a text that
// is equal for equal conditions.
func (w *World) onCTE(f *Filter, c *CTE) (string, bool) {
	if f.Clause != Where {
		return "", false
	}
	k, ok := f.bd.comparison(f.Expr)
	if !ok {
		return "", false
	}
	for i, o := range c.rel.cols {
		if w.cols[k.col].from == o.col {
			return strings.Join([]string{c.rel.cols[i].fold, k.op, k.lit}, " "), true
		}
	}
	return "", false
}

// SelfScan is a reading of {{ this }} in an expression that keeps every row of
// the table: not a single maximum, and without a condition.
func (w *World) SelfScans() []*Scan {
	var out []*Scan
	for _, s := range w.This {
		b := s.block
		if b == nil || !b.InExpr || b.Select.Where != nil || b.Limited || len(b.Joins) > 0 || b.Grouped && b.Select.GroupBy == nil {
			continue
		}
		out = append(out, s)
	}
	return out
}
