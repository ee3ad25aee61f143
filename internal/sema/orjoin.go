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
			if !ok {
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
	var seen set
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
		o.Once = o.Once && w.reachNotNull(j.right, f.cols.with(f.safe...), f.cols).all(j.right.tids)
		o.Arms = append(o.Arms, oneLine(w.Text(arm.Range())))
	}
	return o, o.Once || apart
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
