package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// PartialKey is a join on a part of the right side's key, where the left side
// has columns of the names that are missing.
type PartialKey struct {
	Join    *Join
	Verdict Verdict
	// Missing are the columns to add, by the names of the right side; Left is
	// the relation that has them too.
	Missing []string
	Left    string
}

// PartialKeys returns the joins of the world that leave out a part of a
// composite key although the left side has it, where the repeated rows reach
// the output and nothing there says that they are meant: neither a declared key
// nor an output column holds what was left out.
func (w *World) PartialKeys(facts []Fact) []PartialKey {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []PartialKey
	for _, j := range w.Joins {
		v := j.Right
		if j.Block.InExpr || v.Status != FanOut || len(v.Missing) == 0 || j.ext == nil || !w.inDups(j) {
			continue
		}
		left, ok := j.hasAll(v.Missing)
		if !ok || w.meant(j, v.Missing, facts) || !v.declared() && !j.elsewhere(v.Missing) {
			continue
		}
		out = append(out, PartialKey{j, v, v.Missing, left})
	}
	return out
}

// declared reports whether somebody declared the key that a verdict rests on,
// and the join compares nothing but columns of it. What was merely grouped by,
// or made distinct, may be attributes of a smaller key; and a comparison with
// another column may choose one row of many.
func (v *Verdict) declared() bool {
	for _, c := range v.On {
		if !slices.ContainsFunc(v.Key, func(k string) bool { return strings.EqualFold(k, c) }) {
			return false
		}
	}
	return v.why != nil && v.world.said(v.why, v.Key)
}

// said reports whether the evidence of a key is a declaration of these columns.
func (w *World) said(y *why, key []string) bool {
	return slices.ContainsFunc(w.steps([]fact{{fd: fd{why: y}}}), func(s Step) bool {
		text := strings.ToLower(s.Text)
		return s.Strength != finding.Struct && !slices.ContainsFunc(key, func(k string) bool { return !strings.Contains(text, "`"+strings.ToLower(k)+"`") })
	})
}

// elsewhere reports whether other joins of the query compare columns of these
// names for rows of the same left side: there they are known to tell rows apart.
func (j *Join) elsewhere(missing []string) bool {
	w := j.World
	for _, m := range missing {
		fold := w.Dialect.FoldName(m, false)
		if !slices.ContainsFunc(j.Block.Joins, func(o *Join) bool { return o != j && o.compares(fold) }) {
			return false
		}
	}
	return true
}

// compares reports whether a join has an equality between a column of that name
// on each side.
func (j *Join) compares(fold string) bool {
	w := j.World
	named := func(c Col) bool { return w.Dialect.FoldName(w.colName(c), false) == fold }
	return slices.ContainsFunc(j.Conds, func(c *JoinCond) bool {
		return c.eq != nil && c.l|c.r == both && c.l&c.r == neither && named(c.eq.l) && named(c.eq.r)
	})
}

func (w *World) inDups(j *Join) bool {
	for _, t := range sortedCols(w.out.dups) {
		if slices.ContainsFunc(w.out.dups[t], func(b *blame) bool { return b.join == j }) {
			return true
		}
	}
	return false
}

// hasAll returns the name of a source of the left side that has all the columns.
func (j *Join) hasAll(names []string) (string, bool) {
	for _, s := range j.sources[:len(j.sources)-len(j.rightSrc)] {
		if s.scan != nil && s.scan.Relation == j.Right.relation {
			continue // the same lookup, made twice
		}
		all := true
		for _, n := range names {
			c, ok := s.rel.named(j.World.Dialect.FoldName(n, false))
			all = all && ok && !j.World.cols[c].fixed
		}
		if all {
			return s.title, true
		}
	}
	return "", false
}

// meant reports whether the output keeps the right side's rows apart: a missing
// column of that side is in it, or in a declared key under whatever name it has
// there.
func (w *World) meant(j *Join, missing []string, facts []Fact) bool {
	for _, f := range facts {
		cols, ok := w.outputCols(f.Cols)
		for _, c := range cols {
			ok = ok && !newSet(w.cols[c].tids...).meets(j.ext.tids)
		}
		if !ok {
			return true
		}
	}
	for _, c := range w.out.cols {
		for x := c.col; x > 0; x = w.cols[x].from {
			t := w.cols[x].tids
			if len(t) > 0 && newSet(t...).within(j.ext.tids) && slices.ContainsFunc(missing, func(m string) bool { return strings.EqualFold(m, w.colName(x)) }) {
				return true
			}
		}
	}
	return false
}

// LossyKey is a join on a lossy function of the right side's key: several keys
// have one value there.
type LossyKey struct {
	Join  *Join
	Cond  sql.Expr
	Expr  string // the function
	Key   string
	Steps []Step
	// Counts is set when the rows that it repeats reach the output or a sum.
	Counts  bool
	verdict Verdict
}

// Accuses reports whether the key may carry a warning.
func (l *LossyKey) Accuses() bool { return l.verdict.Accuses() }

// LossyKeys returns the joins of the world on a truncated or shortened key.
func (w *World) LossyKeys() []LossyKey {
	var out []LossyKey
	if w.truncated || w.out == nil {
		return nil
	}
	for _, j := range w.Joins {
		if j.Unsure || j.Right.Status == Unique || j.ext == nil || j.unread(rightSide) {
			continue
		}
		for _, c := range j.Conds {
			if l, ok := j.lossyKey(c); ok {
				out = append(out, l)
				break
			}
		}
	}
	return out
}

func (j *Join) lossyKey(c *JoinCond) (LossyKey, bool) {
	if c.eq == nil || c.Expr == nil {
		return LossyKey{}, false
	}
	w := j.World
	col, e := c.eq.r, c.eq.re
	if c.l == rightSide && c.r == leftSide {
		col, e = c.eq.l, c.eq.le
	} else if c.r != rightSide || c.l != leftSide {
		return LossyKey{}, false
	}
	in := w.cols[col].in
	if len(in) != 1 || !shortens(e) || daily(w, in[0]) {
		return LossyKey{}, false
	}
	f := j.fixed(rightSide, nil)
	all := f.cols.with(in[0])
	if c := w.reachNotNull(j.right, f.cols.with(f.safe...), f.cols); c.known(in[0]) {
		return LossyKey{}, false
	}
	r := w.reachNotNull(j.right, all, all)
	if !r.all(j.right.tids) {
		return LossyKey{}, false
	}
	proof := r.proof(j.right.tids)
	return LossyKey{j, c.Expr, oneLine(w.Text(e.Range())), w.colName(in[0]), w.steps(proof), w.blamed(j) || w.summed(j), Verdict{Strength: weakestOf(proof)}}, true
}

// daily reports whether a column is a date already, by its type or its name, so
// that a cast to a date loses nothing.
func daily(w *World, c Col) bool {
	if l := w.cols[w.root(c)].leaf; l != nil && l.Index >= 0 && l.Relation.Columns[l.Index].Type == "date" {
		return true
	}
	n := strings.ToLower(w.colName(c))
	return strings.HasSuffix(n, "date") || strings.HasSuffix(n, "day") || strings.HasSuffix(n, "_on") || strings.HasSuffix(n, "dt")
}

// shortens reports whether an expression maps many values of its column to one
// on purpose: a truncated time, a piece of a text. Trimming and changing case
// are no such thing in practice.
func shortens(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Cast:
		return e.Type != nil && e.Type.Name == "date"
	case *sql.Call:
		switch funcName(e) {
		case "date_trunc", "trunc", "datetime_trunc", "timestamp_trunc", "date", "to_date", "year", "month", "left", "right", "substr", "substring", "split_part":
			return true
		}
	}
	return false
}
