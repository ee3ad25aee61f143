package sema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// renamer copies facts from one relation to another, column by column.
type renamer struct {
	w    *World
	to   map[Col]Col
	copy func(old Col) Col
	// tids are the last tuple ids that were renamed, and what they became: most
	// columns of a relation share them.
	tidsFrom, tidsTo []Col
}

// tids renames tuple ids of a column.
func (m *renamer) tids(in []Col) []Col {
	if !slices.Equal(in, m.tidsFrom) {
		m.tidsFrom, m.tidsTo = in, m.cols(in)
	}
	return m.tidsTo
}

func (m *renamer) col(c Col) Col {
	if n, ok := m.to[c]; ok {
		return n
	}
	if m.w.cols[c].fixed {
		return c
	}
	n := m.copy(c)
	m.to[c] = n
	return n
}

func (m *renamer) cols(in []Col) []Col {
	out := make([]Col, len(in))
	for i, c := range in {
		out[i] = m.col(c)
	}
	return out
}

func (m *renamer) set(s set) set { return set(m.cols(s)).sorted() }

// instantiate returns r as another reading of the same rows: with fresh
// columns and tuple ids under the same facts. Two readings of one CTE are two
// relations.
func (w *World) instantiate(r *rel) *rel {
	m := &renamer{w: w, to: make(map[Col]Col, len(r.cols)+len(r.tids))}
	at := &stage{op: proof.Reading, of: [2]*stage{r.at}}
	m.copy = func(old Col) Col {
		c := w.cols[old]
		c.from, c.via = old, at
		n := w.mint(c)
		m.to[old] = n // before the inputs, which may lead back
		if c.isTid {
			w.cols[n].tids = []Col{n}
			return n
		}
		tids := m.tids(c.tids)
		var in []Col
		if c.class <= Lossy && !c.cutoff {
			in = m.cols(c.in)
		}
		w.cols[n].tids, w.cols[n].in = tids, in
		if in != nil && c.pattern != "" {
			w.patterns[patternKey(c.pattern, in)] = n
		}
		return n
	}
	out := &rel{at: at, card: r.card, tids: m.set(r.tids), cols: make([]outCol, 0, len(r.cols)), fds: make([]fd, 0, len(r.fds)), keys: make([]key, 0, len(r.keys))}
	at.tids = out.tids
	for _, c := range r.cols {
		c.col = m.col(c.col)
		out.cols = append(out.cols, c)
	}
	for _, f := range r.fds {
		out.fds = append(out.fds, fd{m.set(f.from), m.cols(f.to), f.lax, f.why})
	}
	for _, k := range r.keys {
		out.keys = append(out.keys, key{m.set(k.cols), k.lax, k.why})
	}
	for _, p := range r.partial {
		p.key.cols, p.when.col, p.tids = m.set(p.key.cols), m.col(p.when.col), m.set(p.tids)
		out.partial = append(out.partial, p)
	}
	for _, x := range r.ranges {
		x.lower, x.upper, x.partition, x.tids = m.col(x.lower), m.col(x.upper), m.set(x.partition), m.set(x.tids)
		out.ranges = append(out.ranges, x)
	}
	for _, p := range r.eq {
		out.eq = append(out.eq, pair{m.col(p.a), m.col(p.b), p.why})
	}
	for _, c := range r.conds {
		c.col = m.col(c.col)
		out.conds = append(out.conds, c)
	}
	for _, c := range sortedCols(r.notNull) {
		out.setNotNull(m.col(c), r.notNull[c])
	}
	for _, c := range sortedCols(r.consts) {
		out.setConst(m.col(c), r.consts[c])
	}
	for _, t := range sortedCols(r.dups) {
		for _, b := range r.dups[t] {
			out.addDups(m.col(t), &blame{b.join, m.set(b.added), m.set(b.by)})
		}
	}
	out.open = r.open.renamed(m)
	return out
}

func (o *openCols) renamed(m *renamer) *openCols {
	if o == nil {
		return nil
	}
	return &openCols{why: o.why, named: map[string]Col{}, mint: func(name string, at *sql.Column) Col {
		return m.col(o.get(name, at))
	}}
}

// nullExtend returns r as the null-supplied side of outer join j: every column
// is fresh, for it may be NULL where the original was not.
//
// A dependency of r stays strict when its determinant has a column that is
// never NULL in r: then no real row looks like a null-extended one. Otherwise
// it holds among rows without NULL in the determinant only. Constants and
// comparisons no longer hold; equalities no longer imply not-null and are kept
// as dependencies both ways.
func (w *World) nullExtend(r *rel, j *Join) *rel {
	m := &renamer{w: w, to: make(map[Col]Col, len(r.cols)+len(r.tids))}
	at := &stage{op: proof.Outer, of: [2]*stage{r.at}, join: j}
	var last, owners []Col // most columns have the tuple ids of the one before
	m.copy = func(old Col) Col {
		c := w.cols[old]
		if len(c.tids) > 0 && !newSet(c.tids...).meets(r.tids) {
			m.to[old] = old // of a row to the left of a lateral relation
			return old
		}
		n := w.mint(column{name: c.name, class: Identity, from: old, via: at, nullFrom: j, isTid: c.isTid, scan: c.scan, leaf: c.leaf, window: c.window})
		m.to[old] = n
		if c.isTid {
			w.cols[n].tids = []Col{n}
			return n
		}
		// The value is a function of the tuple ids if they tell whether the
		// row is real; else of all of the side's.
		if owners == nil || !slices.Equal(c.tids, last) {
			last, owners = c.tids, c.tids
			if len(c.tids) == 0 || !allNotNull(r, c.tids) || !newSet(c.tids...).within(r.tids) {
				owners = r.tids.with(c.tids...)
			}
		}
		w.cols[n].tids = m.tids(owners)
		return n
	}
	// Literals are NULL on unmatched rows: they get an id of their own too.
	fixed := func(c Col) Col {
		if n, ok := m.to[c]; ok {
			return n
		}
		if w.cols[c].fixed {
			n := m.copy(c)
			m.to[c] = n
			return n
		}
		return m.col(c)
	}
	out := &rel{at: at, card: Card{0, r.card.Max}}
	out.tids = m.set(r.tids)
	at.tids = out.tids
	out.cols, out.fds, out.keys = make([]outCol, 0, len(r.cols)), make([]fd, 0, len(r.fds)), make([]key, 0, len(r.keys))
	for _, c := range r.cols {
		c.col = fixed(c.col)
		out.cols = append(out.cols, c)
	}
	outer := func(c Col) bool { return !w.cols[c].fixed && m.col(c) == c }
	mark := func(from set) Col { // a column that is NULL in no real row
		i := slices.IndexFunc(from, func(c Col) bool { return r.notNull[c] != nil && !outer(c) })
		if i < 0 {
			return 0
		}
		return from[i]
	}
	// Without NULL in the determinant, what is lax is strict for the real rows,
	// and one column of it tells these from the unmatched ones.
	lax := func(was bool, from set) bool { return was && !allNotNull(r, from) || mark(from) == 0 }
	extended := func(f fd, from set, lax bool, more ...fact) *why {
		y := &why{rule: proof.Extended, strength: finding.Struct, from: append([]fact{dependency(f)}, more...)}
		switch {
		case lax:
		case f.lax:
			for _, c := range from {
				y.from = append(y.from, r.filledFact(c))
			}
		default:
			y.from = append(y.from, r.filledFact(mark(from)))
		}
		return y
	}
	for _, f := range r.fds {
		// A constant is NULL on unmatched rows. What a lateral relation says of the
		// row to its left holds where it has a row: see perRow.
		if len(f.from) == 0 || slices.ContainsFunc(f.from, outer) || slices.ContainsFunc(f.to, outer) {
			continue
		}
		from, consts := r.varying(f.from)
		lax := lax(f.lax, from)
		out.addFD(fd{m.set(from), m.cols(f.to), lax, extended(f, from, lax, consts...)})
	}
	for _, p := range r.eq {
		switch {
		case outer(p.a) && outer(p.b):
		case outer(p.a):
			out.addFD(fd{set{m.col(p.b)}, []Col{p.a}, true, &why{rule: proof.Extended, strength: finding.Struct, from: []fact{p.fact()}}})
		case outer(p.b):
			out.addFD(fd{set{m.col(p.a)}, []Col{p.b}, true, &why{rule: proof.Extended, strength: finding.Struct, from: []fact{p.fact()}}})
		default:
			out.addFD(fd{set{m.col(p.a)}, []Col{m.col(p.b)}, false, &why{rule: proof.Extended, strength: finding.Struct, from: []fact{p.fact()}}})
			out.addFD(fd{set{m.col(p.b)}, []Col{m.col(p.a)}, false, &why{rule: proof.Extended, strength: finding.Struct, from: []fact{p.fact()}}})
		}
	}
	for _, k := range r.keys {
		cols, _ := r.varying(k.cols)
		out.keys = append(out.keys, key{m.set(cols), lax(k.lax, cols), k.why})
	}
	for _, t := range sortedCols(r.dups) {
		for _, b := range r.dups[t] {
			out.addDups(m.col(t), &blame{b.join, m.set(b.added), m.set(b.by)})
		}
	}
	// An expression over columns of the side still follows from them.
	for _, c := range r.cols {
		col := &w.cols[c.col]
		if col.deterministic() && !col.fixed && !slices.ContainsFunc(col.in, outer) {
			from := m.set(newSet(col.in...))
			y := &why{rule: proof.Composed, strength: finding.Struct}
			in := newSet(col.in...)
			if c := mark(in); c != 0 {
				y.from = []fact{r.filledFact(c)}
			}
			out.addFD(fd{from, []Col{m.col(c.col)}, mark(in) == 0, y})
		}
	}
	out.open = r.open.renamed(m)
	out.ren = m
	return out
}

// extend returns the null-extended form of a column of the original; r is what
// nullExtend returned, or a relation that is not null-extended.
func (r *rel) extend(c Col) Col {
	if r.ren == nil {
		return c
	}
	return r.ren.col(c)
}

func allNotNull(r *rel, cols []Col) bool {
	for _, c := range cols {
		if r.notNull[c] == nil {
			return false
		}
	}
	return true
}

func sortedCols[V any](m map[Col]V) []Col {
	out := make([]Col, 0, len(m))
	for c := range m {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// patternKey identifies an expression: its shape and its inputs.
func patternKey(pattern string, in []Col) string {
	var b strings.Builder
	b.WriteString(pattern)
	for _, c := range in {
		b.WriteByte('#')
		b.WriteString(strconv.Itoa(int(c)))
	}
	return b.String()
}
