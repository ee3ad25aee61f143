package sema

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// opened is a filter that lets a row through once the clock has passed a value of
// it: `ts < current_date`. What it lets through grows as if rows arrived then, in
// the order of that value.
type opened struct {
	base Col
	cut  bucket
	text string // of the clock, by which two are compared
}

// opens reads a filter of a stream as one that goes by the clock alone.
func (p *prover) opens(s *stream, block int, f *Filter) (opened, bool) {
	e, ok := sql.Unparen(f.Expr).(*sql.Binary)
	if !ok || f.Clause != Where || s.collapsedBefore(place{block, atWhere}) {
		return opened{}, false
	}
	left, clock, op := e.L, e.R, e.Op
	if p.w.clocked(left) {
		left, clock, op = clock, left, otherWay[op]
	}
	if op != sql.OpLt && op != sql.OpLe || p.w.clocked(left) {
		return opened{}, false
	}
	base, cut, agg := p.bucketOf(s, f.Block.pre.bind(left))
	if col := &p.w.cols[base]; col.leaf == nil || agg != "" || cut.step == 0 || !newSet(col.tids...).equal(set{s.scan.tid}) {
		return opened{}, false
	}
	if l, ok := p.readLimit(s, clock); !ok || !l.fixed {
		return opened{}, false
	}
	return opened{base, cut, squeezed(fmt.Sprint(op, p.w.Text(clock.Range())))}, true
}

// byClock says whether a filter that goes by the clock only lets rows through
// later that pass the guards then: it opens in the order of the column that they
// compare, and so does one of every other stream.
func (p *prover) byClock(s *stream, block int, f *Filter) bool {
	own, ok := p.opens(s, block, f)
	if !ok || slices.ContainsFunc(s.guards, func(g placed) bool { return !p.follows(s, g, own.base) }) {
		return false
	}
	for _, o := range p.streams {
		if o != s && o.scan != nil && !p.opensAlike(o, own) {
			return false
		}
	}
	p.step(fmt.Sprintf("`%s` lets rows through in the order of `%s`, as if they arrived then", p.w.short(f.Expr), p.w.colName(own.base)), f.Expr.Range())
	return true
}

// follows reports whether a guard compares column base of its stream's rows.
func (p *prover) follows(s *stream, g placed, base Col) bool {
	of, _, agg := p.bucketOf(s, g.left)
	return p.kindOf(g) == byBound && agg == "" && of == base
}

func (p *prover) opensAlike(s *stream, like opened) bool {
	for i, b := range s.path {
		for _, f := range b.Filters {
			o, ok := p.opens(s, i, f)
			if ok && o.text == like.text && o.cut == like.cut && !slices.ContainsFunc(s.guards, func(g placed) bool { return !p.follows(s, g, o.base) }) {
				return true
			}
		}
	}
	return false
}
