package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// OrJoin is a join whose condition is an OR, of which several rows of the right
// side can each fulfil an arm.
type OrJoin struct {
	Join *Join
	Cond sql.Expr
	Arms []string
	// Shifts is set where every arm compares one column of the right side, by
	// another expression: `l.n = r.n - 1 or l.n = r.n - 2`.
	Shifts bool
	// Once is set when each arm alone is known to meet at most one row.
	Once bool
	// Breaks is a declared key of the output that two matches would repeat.
	Breaks *Fact
}

// OrJoins returns the joins of the world that may meet a row by each arm of an
// OR: each meets one row, as far as known keys tell, or each compares another
// column of the right side, and the output has a declared key in which nothing
// of the right side takes part. facts are the declared keys.
func (w *World) OrJoins(facts []Fact) []OrJoin {
	var out []OrJoin
	if w.truncated {
		return nil
	}
	for _, j := range w.Joins {
		if j.Unsure || j.Right.Status != NotKnown || j.Node == nil {
			continue
		}
		for _, c := range j.Conds {
			if c.Where || c.Expr == nil || c.eq != nil || c.reads != both {
				continue
			}
			o, ok := j.orJoin(c)
			if !ok || j.alternatives(c) || j.perMatch() {
				continue
			}
			if o.Breaks = w.brokenBy(j, facts); o.Once || o.Breaks != nil {
				out = append(out, o)
			}
		}
	}
	return out
}

// orJoin reads an OR of equalities of which each arm fixes a column of the right
// side that no other arm fixes.
func (j *Join) orJoin(c *JoinCond) (OrJoin, bool) {
	arms := orArms(c.Expr)
	if len(arms) < 2 {
		return OrJoin{}, false
	}
	w := j.World
	bd := j.Block.binderOver(j.sources)
	o := OrJoin{Join: j, Cond: c.Expr, Once: true}
	rest := j.fixed(rightSide, nil)
	var seen, inputs set
	apart := true
	for _, arm := range arms {
		var extra []*JoinCond
		for _, e := range conjuncts(arm) {
			extra = append(extra, j.cond(bd, e, j.right))
		}
		f := j.fixed(rightSide, extra)
		own := f.cols.with(f.safe...).minus(rest.cols.with(rest.safe...))
		if len(own) == 0 {
			return OrJoin{}, false
		}
		plain := !slices.ContainsFunc(extra, func(c *JoinCond) bool { return c.eq == nil || c.l|c.r != both })
		apart = apart && plain && !own.meets(seen)
		seen = seen.with(own...)
		for _, x := range own {
			inputs = inputs.with(w.inputOf(x))
		}
		o.Once = o.Once && w.reachNotNull(j.right, f.cols.with(f.safe...), f.cols).all(j.right.tids)
		o.Arms = append(o.Arms, oneLine(w.Text(arm.Range())))
	}
	o.Shifts = len(inputs) == 1
	return o, o.Once || apart
}

// inputOf returns the one column that c is an expression of, or c.
func (w *World) inputOf(c Col) Col {
	if in := newSet(w.cols[c].in...); w.cols[c].from <= 0 && len(in) == 1 {
		return in[0]
	}
	return c
}

// alternatives reports whether the arms of an OR are written as two ways to one
// value: the query takes the first value of what they compare, by COALESCE, or one
// arm gives what another compares as two constants, names of one thing.
func (j *Join) alternatives(c *JoinCond) bool {
	var left set
	var pairs [][2]Col
	var consts []set
	bd := j.Block.binderOver(j.sources)
	for _, arm := range orArms(c.Expr) {
		var fixed set
		for _, e := range conjuncts(arm) {
			cond := j.cond(bd, e, j.right)
			switch eq := cond.eq; {
			case eq == nil:
			case cond.l|cond.r == both && cond.l != both && cond.r != both:
				l, r := eq.l, eq.r
				if cond.l == rightSide {
					l, r = r, l
				}
				left, pairs = left.with(l), append(pairs, [2]Col{l, r})
			default:
				fixed = fixed.with(eq.l, eq.r)
			}
		}
		consts = append(consts, fixed)
	}
	for _, p := range pairs {
		if slices.ContainsFunc(consts, func(f set) bool { return f.has(p[0]) && f.has(p[1]) }) {
			return true
		}
	}
	return len(left) > 1 && j.Block.coalesced(left)
}

// coalesced reports whether an expression of the select list takes the first
// value of the columns that is not NULL.
func (b *Block) coalesced(cols set) bool {
	for _, it := range b.Select.Items {
		if it.X == nil {
			continue
		}
		for n := range sql.Walk(it.X) {
			call, ok := n.(*sql.Call)
			if !ok || !slices.Contains(firstValue, funcName(call)) {
				continue
			}
			var read set
			for _, a := range call.Args {
				if a.X != nil {
					read = read.with(b.pre.reads(a.X)...)
				}
			}
			if cols.within(read) {
				return true
			}
		}
	}
	return false
}

// firstValue are the functions that give the first argument that is not NULL.
var firstValue = []string{"coalesce", "ifnull", "nvl"}

// perMatch reports whether the query groups by the rows of the right side: each
// match counts in a group of its own.
func (j *Join) perMatch() bool {
	b := j.Block
	return b.Grouped && j.ext != nil && len(b.groupPre) > 0 && b.World.determines(b.grouping, newSet(b.groupPre...), j.ext.tids)
}

// brokenBy returns a declared key that two matches of j would repeat: what j
// adds reaches the output, and the key is made of the rest. nil if there is none.
func (w *World) brokenBy(j *Join, facts []Fact) *Fact {
	added := w.added(j)
	if w.out == nil || len(added) == 0 {
		return nil
	}
	for i, f := range facts {
		key, ok := w.outputCols(f.Cols)
		if !ok || f.When != nil || len(key) == 0 || w.reachNotNull(w.out, key, key).all(added) {
			continue
		}
		fast := w.out.tids.minus(added)
		if len(fast) > 0 && w.determines(w.out, fast, key) {
			return &facts[i]
		}
	}
	return nil
}

// added returns the tuple ids of the output that come from the right side of j.
func (w *World) added(j *Join) set {
	var out set
	if w.out == nil || j.ext == nil {
		return nil
	}
	for _, t := range w.out.tids {
		for x := t; x > 0; x = w.cols[x].from {
			if j.ext.tids.has(x) {
				out = out.with(t)
			}
		}
	}
	return out
}
