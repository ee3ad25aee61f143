package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// Loose is a SELECT DISTINCT over rows of which several have one value of a key
// that the model declares: it leaves one of them only as long as the other columns
// are the same in all.
type Loose struct {
	Fact  Fact
	Block *Block
	// Rows is the key of the rows below, Missing what it holds beyond the declared
	// one; Varying are the columns of the list that do not follow from that.
	Rows, Missing, Varying []string
	Steps                  []Step
}

// LooseDistincts returns, for each declared key that is not proven, the DISTINCT
// of the output that is taken for it. The rows below must have a tested key that
// holds the declared one and something that tells them apart beside it.
func (w *World) LooseDistincts(facts []Fact) []Loose {
	if w.out == nil || w.out.open != nil || w.truncated {
		return nil
	}
	b, cols := w.lastDistinct()
	if b == nil {
		return nil
	}
	var out []Loose
	for _, f := range facts {
		key, ok := w.outputCols(f.Cols)
		if f.When != nil || !ok || w.reachNotNull(w.out, key, key).all(w.out.tids) {
			continue
		}
		if l, ok := w.loose(b, key, cols); ok {
			l.Fact = f
			out = append(out, l)
		}
	}
	return out
}

// lastDistinct returns the SELECT DISTINCT over one relation that gives the
// output, itself or read by `select ... from` a CTE, and what each column of the
// output is among the rows below it.
func (w *World) lastDistinct() (*Block, map[Col]Col) {
	cols := map[Col]Col{}
	for _, c := range w.out.cols {
		cols[c.col] = c.col
	}
	for _, b := range slices.Backward(w.Blocks) {
		if b.Out == nil || b.InExpr || slices.ContainsFunc(w.out.cols, func(c outCol) bool { return !b.Out.visible(cols[c.col]) }) {
			continue
		}
		s := b.Select
		if s.Distinct && len(s.DistinctOn) == 0 {
			if b.rel == nil || len(b.sources) != 1 || len(b.Joins) > 0 || b.Grouped || len(s.Holes) > 0 || b.scope.hole {
				return nil, nil
			}
			for out, c := range cols {
				if from := w.cols[c].from; from > 0 && w.cols[c].cutoff {
					cols[out] = from
				}
			}
			return b, cols
		}
		if !unfiltered(b, 0) {
			return nil, nil
		}
		for out, c := range cols {
			if w.cols[c].class != Identity || w.cols[c].from <= 0 {
				return nil, nil
			}
			cols[out] = w.cols[c].from
		}
	}
	return nil, nil
}

func (w *World) loose(b *Block, declared set, cols map[Col]Col) (Loose, bool) {
	r := b.rel
	var key set
	for _, c := range declared {
		key = key.with(cols[c])
	}
	reach := w.reachNotNull(r, key, key)
	l := Loose{Block: b}
	var varying set
	for _, c := range w.out.cols {
		if x := cols[c.col]; !reach.known(x) {
			varying = varying.with(x)
		}
	}
	if len(varying) == 0 {
		return l, false
	}
	for _, k := range bestKeys(r.keys) {
		if k.why == nil || k.why.weakest() < finding.Tested || slices.ContainsFunc(key, func(c Col) bool { _, in := w.inKey(r, c, k.cols); return !in }) {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(k.cols), func(c Col) bool { return reach.known(c) || w.oneValue(c) })
		if len(missing) == 0 || !w.said(k.why, w.names(k.cols)) || !slices.ContainsFunc(missing, func(m Col) bool { return !w.widens(m, key) }) {
			continue
		}
		l.Rows, l.Missing, l.Varying = w.names(k.cols), w.names(missing), w.names(varying)
		l.Steps = w.steps([]fact{{fd: fd{why: k.why}}})
		return l, true
	}
	return l, false
}
