package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// merge computes the relation that comes out of a judged join.
func (b *Block) merge(j *Join, l, r from, bd *binder, on []sql.Expr, using []usingPair) from {
	w := b.World
	left, right := l.rel, r.rel
	lsrc, rsrc := l.sources, r.sources
	switch j.Kind {
	case sql.Semi:
		out := b.matched(left, right, bd, on, using)
		out.at.join = j
		return from{rel: out, sources: lsrc}
	case sql.Anti:
		out := left.clone()
		out.card.Min = 0
		return from{rel: out, sources: lsrc}
	case sql.RightSemi, sql.RightAnti:
		right.card.Min = 0
		return from{rel: right, sources: rsrc}
	case sql.Left, sql.OuterApply, sql.LeftArrayJoin:
		j.nullRight = true
	case sql.Right:
		j.nullLeft = true
	case sql.Full:
		j.nullLeft, j.nullRight = true, true
	}
	if j.nullLeft {
		left = w.nullExtend(left, j)
		lsrc = resourced(lsrc, l.rel, left)
	}
	if j.nullRight {
		right = w.nullExtend(right, j)
		rsrc = resourced(rsrc, r.rel, right)
	}
	j.ext, j.extLeft = right, left
	out := union(left, right)
	out.at.join = j
	out.card = product(j, left.card, right.card)
	f := from{rel: out, sources: append(slices.Clone(lsrc), rsrc...)}
	if !j.nullLeft && !j.nullRight {
		b.holds(out, bd, on, using)
	}
	j.facts(out, left, right)
	if j.nullRight {
		out.perRow(left.tids, r.rel, right)
	}
	if j.nullLeft {
		out.perRow(right.tids, l.rel, left)
	}
	j.blames(out)
	b.mergeUsing(j, &f, using, left, right)
	b.mergeFull(j, out)
	return f
}

// holds adds to r, the rows that a join lets through, what its conditions say.
func (b *Block) holds(r *rel, bd *binder, on []sql.Expr, using []usingPair) {
	w := b.World
	for _, e := range on {
		bd.apply(r, e)
		b.restoreOuter(r, bd.rejects(e))
	}
	for _, u := range using {
		r.equate(u.l, u.r, w.because(u.id.Span, proof.JoinedBy).worded(u.id.Name))
		r.fill(u.l, w.because(u.id.Span, proof.JoinedNN))
		r.fill(u.r, w.because(u.id.Span, proof.JoinedNN))
		b.restoreOuter(r, newSet(u.l, u.r))
	}
	r.spread()
}

// matched is the result of a semi join: the rows of left, each with one of its
// matches in right, of which it is a function. The columns of right cannot be
// named, but what the conditions say of both holds.
func (b *Block) matched(left, right *rel, bd *binder, on []sql.Expr, using []usingPair) *rel {
	out := union(left, right)
	out.at.op = proof.Semi
	b.holds(out, bd, on, using)
	out.cols, out.open, out.keys, out.dups = left.cols, left.open, left.keys, left.dups
	left.lent, out.lent = true, true
	out.tids = left.tids
	out.addFD(fd{left.tids, right.tids, false, &why{rule: proof.Chosen, strength: finding.Struct}})
	out.card.Max = min(out.card.Max, left.card.Max)
	out.card.Min = 0
	return out
}

// resourced returns the sources with their relations replaced by views of ext,
// the null-extended form of whole.
func resourced(sources []*sourceRel, whole, ext *rel) []*sourceRel {
	to := make(map[Col]Col, len(whole.cols))
	for i := range whole.cols {
		if i < len(ext.cols) {
			to[whole.cols[i].col] = ext.cols[i].col
		}
	}
	out := make([]*sourceRel, len(sources))
	for i, s := range sources {
		n := *s
		r := newRel(ext.ren.set(s.rel.tids)...)
		for _, c := range s.rel.cols {
			if m, ok := to[c.col]; ok {
				c.col = m
				r.cols = append(r.cols, c)
			}
		}
		if s.rel.open != nil {
			inner := s.rel.open
			r.open = &openCols{why: inner.why, named: map[string]Col{}, mint: func(name string, at *sql.Column) Col {
				return ext.extend(inner.get(name, at))
			}}
		}
		if s.merged != nil {
			n.merged = map[string]Col{}
			for k, c := range s.merged {
				if m, ok := to[c]; ok {
					n.merged[k] = m
				}
			}
		}
		n.rel = r
		out[i] = &n
	}
	return out
}

// union puts two relations side by side: all facts of both hold.
func union(l, r *rel) *rel {
	out := l.clone()
	out.at.op, out.at.of = proof.Product, [2]*stage{l.at, r.at}
	out.cols = append(out.cols, r.cols...)
	out.tids = l.tids.with(r.tids...)
	out.fds = append(out.fds, r.fds...)
	out.eq = append(out.eq, r.eq...)
	out.conds = append(out.conds, r.conds...)
	out.partial = append(out.partial, r.partial...)
	out.ranges = append(out.ranges, r.ranges...)
	for c, w := range r.notNull {
		out.setNotNull(c, w)
	}
	for c, k := range r.consts {
		out.setConst(c, k)
	}
	for t, d := range r.dups {
		out.addDups(t, d...)
	}
	out.keys = combineKeys(l.keys, r.keys)
	switch {
	case l.open == nil:
		out.open = r.open
	case r.open != nil:
		// Names are looked up in the sources; of the two together only that
		// there may be more is known.
		out.open = &openCols{why: l.open.why, named: map[string]Col{}, mint: func(string, *sql.Column) Col { return nowhere }}
	}
	return out
}

// combineKeys returns the candidate keys of a join: those of each side, and
// their pairs. Whether a candidate is one is asked of the closure later.
func combineKeys(l, r []key) []key {
	out := append(slices.Clone(l), r...)
	for _, a := range l {
		for _, b := range r {
			if len(out) >= maxPaired {
				return out
			}
			out = append(out, key{cols: a.cols.with(b.cols...), lax: a.lax || b.lax})
		}
	}
	return out
}

func product(j *Join, l, r Card) Card {
	mul := func(a, b int) int {
		if a == 0 || b == 0 {
			return 0
		}
		if a >= Many || b >= Many || a > Many/b {
			return Many
		}
		return a * b
	}
	c := Card{0, mul(l.Max, r.Max)}
	if j.nullRight && l.Min == 1 || j.nullLeft && r.Min == 1 {
		c.Min = 1
	}
	if j.Kind == sql.Cross && l.Min == 1 && r.Min == 1 {
		c.Min = 1
	}
	if j.nullRight && r.Max == 0 {
		c.Max = l.Max
	}
	if j.nullLeft || j.nullRight {
		if c.Max < Many {
			c.Max = max(c.Max, l.Max, r.Max)
			if j.nullLeft && j.nullRight {
				c.Max = mul(l.Max+1, r.Max+1)
			}
		}
	}
	return c
}

// facts adds what the verdicts say about the rows of an outer join, and the
// blame for repeated rows.
func (j *Join) facts(out, left, right *rel) {
	if j.Right.Status == Unique && !j.nullLeft {
		out.addFD(fd{j.leftReads(), right.tids, false, j.Right.because()})
	}
	if j.Left.Status == Unique && !j.nullRight {
		out.addFD(fd{right.tids, left.tids, false, j.Left.because()})
	}
	if j.nullRight && !j.nullLeft && !j.Unsure {
		// Whether there is a match, and so the NULL in place of what it is joined
		// by, follows from what the join reads of the left row.
		var to []Col
		for _, c := range j.fixed(rightSide, nil).cols {
			if n := right.extend(c); n != c {
				to = append(to, n)
			}
		}
		out.addFD(fd{j.leftReads(), to, false, &why{rule: proof.Matched, strength: finding.Struct}})
	}
	if j.Right.Status == Unique && j.nullLeft {
		out.addFD(fd{left.tids, right.tids, true, j.Right.because()})
	}
	if j.Left.Status == Unique && j.nullRight {
		// Unmatched left rows share the NULLs of the right side: lax.
		out.addFD(fd{right.tids, left.tids, true, j.Left.because()})
	}
}

// perRow adds the dependencies of orig that its null-extended form ext has only
// among rows without NULL: for one row of the other side they hold as they did,
// for it meets rows of orig, or is alone with NULLs.
func (r *rel) perRow(other set, orig, ext *rel) {
	for _, f := range orig.fds {
		outer := func(c Col) bool { return ext.ren.col(c) == c }
		kept := slices.ContainsFunc(f.from, func(c Col) bool { return orig.notNull[c] != nil && !outer(c) })
		if !f.lax && len(f.from) > 0 && (!kept || slices.ContainsFunc(f.from, outer) || slices.ContainsFunc(f.to, outer)) {
			r.addFD(fd{ext.ren.set(f.from).with(other...), ext.ren.cols(f.to), false, &why{rule: proof.PerRow, strength: finding.Struct, from: []fact{dependency(f)}}})
		}
	}
}

// leftReads returns the left columns that decide what a left row meets, or the
// left tuple ids when some condition could not be read.
func (j *Join) leftReads() set {
	var from set
	for _, c := range j.Conds {
		if c.reads == unsure || c.Expr == nil && c.eq == nil {
			return j.left.tids
		}
		if c.Expr == nil {
			from = from.with(c.eq.l)
			continue
		}
		if c.eq == nil || c.l != leftSide && c.r != leftSide {
			if c.reads == leftSide || c.reads == both {
				return j.left.tids
			}
			continue
		}
		if c.l == leftSide {
			from = from.with(c.eq.l)
		}
		if c.r == leftSide {
			from = from.with(c.eq.r)
		}
	}
	if len(from) == 0 || j.Unsure {
		return j.left.tids
	}
	return from
}
