package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// filters notes a condition by which a row of an earlier run can be gone later.
func (p *prover) filters(s *stream) {
	for i, b := range s.path {
		for _, f := range b.Filters {
			if p.isGuard(f) || slices.ContainsFunc(s.barriers, func(x barrier) bool { return x.first == f }) || p.onlyGrows(f) {
				continue
			}
			if f.Clause == On && f.Join != nil && (f.Join.nullLeft || f.Join.nullRight) {
				continue
			}
			for _, c := range f.cols {
				if !p.stable(s, c, place{i, f.Clause.phase()}) {
					s.takesBack = f
				}
			}
		}
	}
}

// onlyGrows reports whether a condition on an aggregate stays true as rows
// arrive: `count(*) > 1`, `max(x) >= 5`.
func (p *prover) onlyGrows(f *Filter) bool {
	e, ok := sql.Unparen(f.Expr).(*sql.Binary)
	if !ok || f.Clause != Having || e.Op != sql.OpGt && e.Op != sql.OpGe {
		return false
	}
	c, ok := sql.Unparen(e.L).(*sql.Call)
	_, lit := sql.Unparen(e.R).(*sql.Literal)
	return ok && lit && (funcName(c) == "count" || funcName(c) == "max")
}

// stable reports whether the value of column c at a place, for what a row stands
// for, is the same after rows arrive: it is a group column, or one of a row.
func (p *prover) stable(s *stream, c Col, at place) bool {
	var collapsing []barrier
	for _, b := range slices.Backward(s.barriers) {
		if b.place.before(at) && (b.win == nil || b.first != nil) {
			collapsing = append(collapsing, b)
		}
	}
	return p.stableAt(s, c, collapsing, 0)
}

func (p *prover) stableAt(s *stream, c Col, above []barrier, depth int) bool {
	w := p.w
	col := &w.cols[c]
	switch {
	case c <= 0 || depth > 400 || col.volatile:
		return false
	case col.fixed:
		return true
	case col.window != nil && col.from <= 0, col.class == Grouped && col.from <= 0:
		return false
	case len(above) > 0 && col.nullFrom != nil:
		return false // which row it comes from may change
	}
	if len(above) > 0 {
		b := above[0]
		if b.first != nil && len(col.tids) > 0 && newSet(col.tids...).within(b.rel().tids) {
			// What holds of rows that are computed from several may be another
			// thing after rows arrive; facts of single rows stay.
			if len(above) > 1 && !slices.Contains(b.cols, c) || !w.reach(b.rel(), newSet(b.cols...)).known(c) {
				return false
			}
			return !slices.ContainsFunc(b.cols, func(x Col) bool { return !p.stableAt(s, x, above[1:], depth+1) })
		}
		if b.first == nil && slices.Contains(b.out(), c) {
			if col.from <= 0 {
				return true // a constant
			}
			return p.stableAt(s, col.from, above[1:], depth+1)
		}
	}
	if n, ok := p.down(s, c); ok {
		return p.stableAt(s, n, above, depth+1)
	}
	if col.leaf != nil {
		// A column of another relation than rows arrive in: a filter that reads
		// it reads the same row of it again.
		return len(above) == 0 || !slices.Contains(col.tids, s.scan.tid) && !p.growing[col.leaf.Relation]
	}
	return len(col.in) > 0 && !slices.ContainsFunc(col.in, func(i Col) bool { return !p.stableAt(s, i, above, depth+1) })
}

// out are the columns that a grouping barrier gives.
func (b barrier) out() []Col {
	if b.phase == atGroup {
		return b.block.groupOut
	}
	var out []Col
	for _, c := range b.block.Out.cols {
		out = append(out, c.col)
	}
	return out
}

// filled says whether an output column has a value in every row: it is proven,
// or it is a plain value of which nothing says that it can be missing.
func (p *prover) filled(c Col) *gap {
	w := p.w
	if w.out.notNull[c] != nil {
		return nil
	}
	if why := p.missing(c, 0); why != "" {
		return &gap{kind: "null", text: "`" + w.colName(c) + "` can be NULL (" + why + "), and NULL is not found again"}
	}
	p.assume("`" + w.colName(c) + "` is never NULL")
	return nil
}

func (p *prover) filledLeaf(l *Leaf) *gap {
	if l.Index >= 0 {
		c := l.Relation.Columns[l.Index]
		if c.NotNull {
			return nil
		}
		if c.Empty != nil {
			return &gap{kind: "null", text: "`" + l.Column + "` can be NULL (" + c.Empty.Text + ")"}
		}
	}
	p.assume("`" + l.Column + "` is never NULL")
	return nil
}

// missing says why a value can be NULL; empty if nothing speaks for it.
func (p *prover) missing(c Col, depth int) string {
	w := p.w
	col := &w.cols[c]
	switch {
	case depth > 60:
		return "it could not be followed"
	case col.fixed:
		if col.lit == "null" || col.lit == "" {
			return "its value is not known"
		}
		return ""
	case col.nullFrom != nil:
		return "an outer join supplies it"
	case col.from > 0:
		return p.missing(col.from, depth+1)
	case col.leaf != nil:
		if col.leaf.Index >= 0 {
			if l := col.leaf.Relation.Columns[col.leaf.Index]; !l.NotNull && l.Empty != nil {
				return l.Empty.Text
			}
		}
		return ""
	case col.class == Grouped || col.class == Opaque:
		return "it is computed"
	case col.window != nil:
		return "it is computed"
	}
	if e := col.expr; e != nil {
		switch x := sql.Unparen(e).(type) {
		case *sql.Case, *sql.Subquery:
			return "`" + w.short(x) + "` gives it"
		case *sql.Call:
			if n := funcName(x); n == "nullif" || strings.HasPrefix(n, "try_") || strings.HasPrefix(n, "safe_") {
				return "`" + w.short(x) + "` gives it"
			}
		case *sql.Cast:
			if x.Kind == sql.TryCast {
				return "`" + w.short(x) + "` gives it"
			}
		}
	}
	for _, i := range col.in {
		if why := p.missing(i, depth+1); why != "" {
			return why
		}
	}
	return ""
}
