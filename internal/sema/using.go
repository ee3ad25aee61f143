package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// usingPair is a column of USING or NATURAL with its two inputs.
type usingPair struct {
	id   *sql.Ident
	l, r Col
}

func (b *Block) using(t *sql.Join, l, r from) []usingPair {
	ids := t.Using
	if t.Natural {
		if l.rel.open != nil || r.rel.open != nil {
			return nil
		}
		for _, c := range l.rel.cols {
			if _, ok := r.rel.named(c.fold); ok && c.name != nil {
				ids = append(ids, c.name)
			}
		}
	}
	var out []usingPair
	for _, id := range ids {
		if id.Hole {
			continue
		}
		fold := b.World.Dialect.Fold(id)
		x, ok1 := pickNamed(l.rel, l.sources, fold)
		y, ok2 := pickNamed(r.rel, r.sources, fold)
		if ok1 && ok2 {
			out = append(out, usingPair{id, x, y})
		}
	}
	return out
}

func pickNamed(r *rel, sources []*sourceRel, fold string) (Col, bool) {
	for _, s := range sources {
		if c, ok := s.merged[fold]; ok {
			return c, true
		}
	}
	if c, ok := r.named(fold); ok {
		return c, true
	}
	var open []*sourceRel
	for _, s := range sources {
		if s.rel.open != nil {
			open = append(open, s)
		}
	}
	if len(open) == 1 {
		return open[0].rel.open.get(fold, nil), true
	}
	return 0, false
}

// mergeUsing gives the merged columns of USING their place and meaning.
func (b *Block) mergeUsing(j *Join, f *from, using []usingPair, left, right *rel) {
	w := b.World
	switch {
	case j.Node != nil && j.Node.Natural && (left.open != nil || right.open != nil):
		w.mergeAny(f)
		return
	case len(using) == 0:
		return
	}
	merged := map[string]Col{}
	drop := map[Col]bool{}
	var cols []outCol
	for _, u := range using {
		fold := w.Dialect.Fold(u.id)
		lc, _ := left.named(fold)
		rc, _ := right.named(fold)
		if lc == 0 {
			lc = u.l
			if j.nullLeft {
				lc = left.extend(u.l)
			}
		}
		if rc == 0 {
			rc = u.r
			if j.nullRight {
				rc = right.extend(u.r)
			}
		}
		c := lc
		switch {
		case j.Kind == sql.Right:
			c = rc
		case j.Kind == sql.Full:
			c = b.fullMerged(j, f.rel, lc, rc, u.id.Name)
		}
		drop[lc], drop[rc] = true, true
		merged[fold] = c
		cols = append(cols, outCol{name: u.id, fold: fold, col: c, item: j.Node})
	}
	for _, c := range f.rel.cols {
		if !drop[c.col] {
			cols = append(cols, c)
		}
	}
	f.rel.cols = cols
	f.merge(merged)
}

// mergeAny is for a NATURAL join whose sides have columns that are not known: it
// may merge any, so what a name means without a qualifier is not known.
func (w *World) mergeAny(f *from) {
	merged := map[string]Col{}
	var cols []outCol
	for _, c := range f.rel.cols {
		if c.name == nil {
			continue
		}
		if _, ok := merged[c.fold]; !ok {
			c.col = w.unknown(c.name.Name)
			merged[c.fold] = c.col
			cols = append(cols, c)
		}
	}
	f.rel.cols = cols
	f.merge(merged)
}

// merge lets a name stand for a merged column in all sources.
func (f *from) merge(merged map[string]Col) {
	for i, s := range f.sources {
		n := *s
		n.merged = map[string]Col{}
		for k, v := range s.merged {
			n.merged[k] = v
		}
		for k, v := range merged {
			n.merged[k] = v
		}
		f.sources[i] = &n
	}
}

// fullMerge is the merged column of a FULL JOIN: coalesce(left, right).
type fullMerge struct{ left, right, col Col }

// mergeFull prepares the merged column of a FULL JOIN on one equality for who
// writes coalesce(l.k, r.k).
func (b *Block) mergeFull(j *Join, out *rel) {
	if j.Kind != sql.Full || len(j.Conds) != 1 || j.Conds[0].eq == nil || j.Conds[0].Expr == nil {
		return
	}
	c := j.Conds[0]
	l, r := c.eq.l, c.eq.r
	if c.l == rightSide {
		l, r = r, l
	}
	ln, rn := j.extLeft.extend(l), j.ext.extend(r)
	b.merges = append(b.merges, fullMerge{ln, rn, b.fullMerged(j, out, ln, rn, b.World.cols[l].name)})
}

// fullMerged mints the merged column of a FULL JOIN. If each side is unique on
// its column, every value stands in one row of the result.
func (b *Block) fullMerged(j *Join, out *rel, l, r Col, name string) Col {
	w := b.World
	c := w.mint(column{name: name, class: Lossy, in: []Col{l, r}, tids: newSet(append(slices.Clone(w.cols[l].tids), w.cols[r].tids...)...)})
	lo, ro := w.cols[l].from, w.cols[r].from
	if lo <= 0 || ro <= 0 {
		return c // a constant on one side
	}
	lnn, rnn := j.left.notNull[lo] != nil, j.right.notNull[ro] != nil
	if lnn && rnn {
		out.fill(c, w.because(j.Span(), proof.FullValue, j.left.filledFact(lo), j.right.filledFact(ro)))
	}
	if len(j.Conds) != 1 {
		return c // values that meet in one column may differ in another
	}
	nn := newSet(lo, ro)
	left, right := w.reachNotNull(j.left, set{lo}, nn), w.reachNotNull(j.right, set{ro}, nn)
	if left.all(j.left.tids) && right.all(j.right.tids) {
		unique := []fact{w.laxly(j.left, lo), w.laxly(j.right, ro)}
		if lnn && rnn {
			unique = append(unique, j.left.filledFact(lo), j.right.filledFact(ro))
		}
		k := key{cols: set{c}, lax: !lnn || !rnn, why: w.because(j.Span(), proof.FullKey, unique...).worded(name)}
		out.declare(k)
	}
	return c
}

// laxly says that c is a lax key of r.
func (w *World) laxly(r *rel, c Col) fact {
	y := w.follows(r, set{c}).saying(dependency(fd{from: set{c}, to: r.tids, lax: true}), r.at)
	return dependency(fd{set{c}, r.tids, true, y})
}
