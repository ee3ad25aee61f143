package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// SelfCompared returns a conjunct that compares a column with itself.
func (j *Join) SelfCompared() (sql.Expr, bool) {
	for _, c := range j.Conds {
		if c.Where || c.Expr == nil || c.eq == nil || c.eq.nullSafe || c.eq.l != c.eq.r || j.World.cols[c.eq.l].fixed {
			continue
		}
		_, l := sql.Unparen(c.eq.le).(*sql.Column)
		_, r := sql.Unparen(c.eq.re).(*sql.Column)
		if l && r && len(j.World.cols[c.eq.l].tids) > 0 {
			return c.Expr, true
		}
	}
	return nil, false
}

// Unconnected reports whether no condition reads both sides of a join that is
// not written as CROSS JOIN, although either side can have many rows. A
// condition on constants that leaves one row of a side connects well enough.
func (j *Join) Unconnected() bool {
	if j.Node == nil || j.Linked || j.Unsure || j.Elements || j.Node.Natural || len(j.Node.Using) > 0 {
		return false
	}
	switch j.Kind {
	case sql.Inner, sql.Left, sql.Right, sql.Full:
	case sql.Cross:
		if !j.Node.Comma {
			return false
		}
	default:
		return false
	}
	switch t := j.Node.Right.(type) {
	case *sql.TableFunc:
		return false
	case *sql.Derived:
		if t.Lateral {
			return false
		}
	}
	if j.Right.Status == Unique || j.Left.Status == Unique || slices.ContainsFunc(j.Conds, (*JoinCond).pinned) {
		return false
	}
	return !j.opaqueSide()
}

// pinned reports whether a column of one side is compared with a column of the
// other that holds a constant: a look-up, though the same for every row.
func (c *JoinCond) pinned() bool {
	if c.eq == nil || (c.l == neither) == (c.r == neither) {
		return false
	}
	_, l := sql.Unparen(c.eq.le).(*sql.Column)
	_, r := sql.Unparen(c.eq.re).(*sql.Column)
	return l && r
}

// Chosen reports whether the author of an unconnected join shows that every row
// of the left side is to meet what stands on the right: the condition is the
// constant true, it compares columns that hold constants, a constant chooses the
// rows of the right side, or a side without a condition is a list of literals.
func (j *Join) Chosen() bool {
	if j.Node.On != nil && !slices.ContainsFunc(j.Conds, func(c *JoinCond) bool { return c.reads != neither }) {
		return true
	}
	if j.Node.On == nil && (j.left.card.Max < Many || j.right.card.Max < Many) {
		return true
	}
	chosen := func(c *JoinCond) bool {
		return c.eq != nil && (c.l == rightSide && c.r == neither || c.l == neither && c.r == rightSide)
	}
	for c := range j.right.consts {
		if !j.World.cols[c].fixed {
			return true
		}
	}
	return slices.ContainsFunc(j.Conds, chosen)
}

// opaqueSide reports whether a side is a relation that could not be read: what
// is not understood may have one row.
func (j *Join) opaqueSide() bool {
	for _, s := range j.sources {
		if s.scan == nil && s.rel.open != nil {
			return true
		}
	}
	return false
}
