package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// NullMatch is a join that matches NULL with NULL, on a column that is unique
// only where it is not NULL.
type NullMatch struct {
	Join   *Join
	Cond   sql.Expr
	Column string // of the right side
	Other  string // the column it is compared with
	// Sentinel is the literal that stands for NULL on both sides; empty for a
	// null-safe comparison.
	Sentinel string
	Steps    []Step // the key that exempts NULL
	verdict  Verdict
}

// Accuses reports whether the key that exempts NULL may carry a warning.
func (n *NullMatch) Accuses() bool { return n.verdict.Accuses() }

// NullMatches returns the joins of the world that match NULL with NULL although
// the key of the right side says nothing of rows without a value.
func (w *World) NullMatches() []NullMatch {
	var out []NullMatch
	if w.truncated {
		return nil
	}
	for _, j := range w.Joins {
		if j.Unsure || j.Right.Status == Unique || j.right == nil {
			continue
		}
		if n, ok := j.nullMatch(); ok {
			out = append(out, n)
		}
	}
	return out
}

func (j *Join) nullMatch() (NullMatch, bool) {
	w := j.World
	f := j.fixed(rightSide, nil)
	all, nn := f.cols.with(f.safe...), f.cols
	var found *NullMatch
	for _, c := range j.Conds {
		l, r, lit, ok := j.nullSafe(c)
		if !ok {
			continue
		}
		all, nn = all.with(r), nn.with(r)
		if j.right.notNull[r] == nil && j.left.notNull[l] == nil {
			found = &NullMatch{Join: j, Cond: c.Expr, Column: w.colName(r), Other: w.colName(l), Sentinel: lit}
		}
	}
	if found == nil {
		return NullMatch{}, false
	}
	// With values in them the columns identify a row; NULLs are the only gap. A
	// key that takes NULLs for equal, such as GROUP BY gives, has no gap.
	if w.reach(j.right, all).all(j.right.tids) {
		return NullMatch{}, false
	}
	reach := w.reachNotNull(j.right, all, nn)
	if !reach.all(j.right.tids) {
		return NullMatch{}, false
	}
	proof := reach.proof(j.right.tids)
	found.Steps = w.steps(proof)
	found.verdict = Verdict{Strength: weakestOf(proof)}
	return *found, true
}

// nullSafe returns the columns that a condition compares so that NULL equals
// NULL: by a null-safe operator, or through one literal on both sides.
func (j *Join) nullSafe(c *JoinCond) (l, r Col, sentinel string, ok bool) {
	if c.eq == nil || c.Expr == nil {
		return 0, 0, "", false
	}
	l, r = c.eq.l, c.eq.r
	ls, rs := c.l, c.r
	le, re := c.eq.le, c.eq.re
	if ls == rightSide && rs == leftSide {
		l, r, le, re, ls, rs = r, l, re, le, rs, ls
	}
	if ls != leftSide || rs != rightSide {
		return 0, 0, "", false
	}
	if c.eq.nullSafe {
		return l, r, "", true
	}
	x, lit1, ok1 := j.coalesced(l, le)
	y, lit2, ok2 := j.coalesced(r, re)
	if !ok1 || !ok2 || lit1 != lit2 {
		return 0, 0, "", false
	}
	return x, y, lit1, true
}

// coalesced returns the column and the literal of coalesce(column, literal).
func (j *Join) coalesced(c Col, e sql.Expr) (Col, string, bool) {
	call, ok := sql.Unparen(e).(*sql.Call)
	if !ok || len(call.Args) != 2 || !slices.Contains(firstValue, funcName(call)) {
		return 0, "", false
	}
	lit, ok := sql.Unparen(call.Args[1].X).(*sql.Literal)
	if !ok || lit.Kind == sql.NullLit {
		return 0, "", false
	}
	in := j.World.cols[c].in
	if _, ok := sql.Unparen(call.Args[0].X).(*sql.Column); !ok || len(in) == 0 {
		return 0, "", false
	}
	return in[0], literalText(lit), true
}
