package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// ranges says that among rows that agree on partition, no two ranges from lower
// to upper overlap; closed ones do not touch either. tids is the relation that
// it is a fact of. An upper bound may be NULL in the last range only.
type ranges struct {
	lower, upper Col
	partition    set
	closed       bool
	tids         set
	why          *why
}

// inRange proves that a value lies in at most one of the ranges of side s: the
// join compares one expression of the other side with both bounds, and fixes
// the columns that the ranges are partitioned by.
func (j *Join) inRange(s side, r *rel, f fixed, extra []*JoinCond) (*why, bool) {
	for i := range r.ranges {
		x := &r.ranges[i]
		bounds := j.bounds(s, x, extra)
		if bounds == nil {
			continue
		}
		cols := f.cols.with(f.safe...)
		c := j.World.reachNotNull(r, cols, f.cols)
		if !c.all(x.partition) || !j.World.reachNotNull(r, cols.with(x.tids...), f.cols).all(r.tids) {
			continue
		}
		rest := j.World.reachNotNull(r, cols.with(x.tids...), f.cols).proof(r.tids)
		return j.World.because(j.Span(), proof.InRange, slices.Concat([]fact{x.fact()}, c.proof(x.partition), rest)...), true
	}
	return nil, false
}

// bound is a comparison of an expression over the other side with a bound.
type bound struct {
	value  Col
	strict bool
}

// bounds returns the comparisons of one value with both bounds of x, nil if the
// join has none, or if both include a bound that ranges may share.
func (j *Join) bounds(s side, x *ranges, extra []*JoinCond) []bound {
	var lower, upper []bound
	bd := j.bd
	if bd == nil {
		return nil
	}
	for _, c := range slices.Concat(j.Conds, extra) {
		if c.Expr == nil {
			continue
		}
		for _, cmp := range comparisonsOf(c.Expr) {
			l, r := bd.bind(cmp.L), bd.bind(cmp.R)
			op := comparisons[cmp.Op]
			if j.boundOf(l, x) != 0 {
				l, r, op = r, l, flipped[op]
			}
			if col := &j.World.cols[l]; len(col.tids) == 0 && !col.fixed || j.sideOf(j.World, []Col{l}, j.right)&s != 0 {
				continue
			}
			switch which := j.boundOf(r, x); {
			case which == 1 && isLower(op):
				lower = append(lower, bound{l, op == ">"})
			case which == 2 && isUpper(op):
				upper = append(upper, bound{l, op == "<"})
			}
		}
	}
	for _, lo := range lower {
		for _, up := range upper {
			if lo.value == up.value && (x.closed || lo.strict || up.strict) {
				return []bound{lo, up}
			}
		}
	}
	return nil
}

// boundOf tells whether c is the lower bound (1) or the upper bound (2) of x. An
// upper bound may have a value in place of NULL.
func (j *Join) boundOf(c Col, x *ranges) int {
	switch c {
	case x.lower:
		return 1
	case x.upper:
		return 2
	}
	col := &j.World.cols[c]
	call, ok := sql.Unparen(col.expr).(*sql.Call)
	if ok && len(col.in) == 1 && col.in[0] == x.upper && len(call.Args) == 2 {
		switch funcName(call) {
		case "coalesce", "ifnull", "nvl":
			if _, plain := sql.Unparen(call.Args[0].X).(*sql.Column); plain {
				return 2
			}
		}
	}
	return 0
}

// comparisonsOf returns a conjunct as comparisons, BETWEEN as two.
func comparisonsOf(e sql.Expr) []*sql.Binary {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		if _, ok := comparisons[e.Op]; ok {
			return []*sql.Binary{e}
		}
	case *sql.Between:
		if !e.Not && !e.Symmetric {
			return []*sql.Binary{{Span: e.Span, Op: sql.OpGe, L: e.X, R: e.Lo}, {Span: e.Span, Op: sql.OpLe, L: e.X, R: e.Hi}}
		}
	}
	return nil
}
