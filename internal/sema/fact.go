package sema

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
	"maps"
	"slices"
)

// Step is one line of a proof: a fact with where it stands.
type Step struct {
	Text     string
	Place    finding.Place
	Strength finding.Strength
}

// key is a set of columns on which no two rows agree. A strict key treats NULLs
// as equal; a lax one exempts rows that are NULL in one of its columns, as
// dbt's unique test and SQL's UNIQUE do.
type key struct {
	cols set
	lax  bool
	why  *why
}

// fd says that rows that agree on from (NULLs being equal) agree on to. With
// lax set it holds only among rows without a NULL in from.
type fd struct {
	from set
	to   []Col
	lax  bool
	why  *why
}

// constant is a column that has one value in all rows.
type constant struct {
	lit  string // normalised text of the literal; empty when the value is one but not known
	null bool   // the value is NULL
	why  *why
}

// Card bounds the number of rows.
type Card struct {
	Min int // 0 or 1
	Max int // 0, 1, n, or Many
}

// Many is a Card.Max without a bound.
const Many = 1 << 30

// rel is what is known of the rows of a relation: the columns that can be
// named, the hidden tuple ids that tell its rows apart, and facts over both.
// Columns that a projection drops stay in the facts: a closure may still pass
// through them.
type rel struct {
	cols []outCol
	// open, when not nil, says that there may be columns beyond cols, and
	// answers for them by name.
	open *openCols
	// asked are columns of open that were exported after cols.
	asked []Col
	// tids are the tuple ids of the relations that the rows are made of.
	// Together they identify a row.
	tids    set
	notNull map[Col]*why
	keys    []key // candidates for the output, and every lax key
	fds     []fd
	eq      []pair
	consts  map[Col]constant
	card    Card
	// dups are the joins that may repeat the rows of a tuple id.
	dups map[Col][]*blame
	// lent says that a copy has the same notNull, consts and dups: who writes to
	// them makes copies first.
	lent bool
	// conds hold on every row: conjuncts of filters, by normalised text.
	conds []cond
	// partial are keys that hold only among rows that fulfil a condition.
	partial []partialKey
	ranges  []ranges
	// ren is set for a null-extended relation: it maps columns of the original.
	ren *renamer
	at  *stage // what its facts are said of
}

// pair says that two columns are equal and not NULL in every row.
type pair struct {
	a, b Col
	why  *why
}

// cond is a comparison of a column with a constant that is true for every row.
type cond struct {
	col Col
	op  string // =, <>, <, <=, >, >=, in, is null, is not null
	lit string // normalised literal text; of `in` the sorted list
	why *why
}

// partialKey is a key among the rows that fulfil when.
type partialKey struct {
	key  key
	when cond
	tids set // of the relation that it is a key of
}

// outCol is a named column of a relation.
type outCol struct {
	name *sql.Ident // nil when the column has no name
	fold string     // the comparison key of the name
	col  Col
	item sql.Node // the select item or table it comes from
}

// blame is a join (or unnest) that can repeat rows, with the tuple ids that
// its other side brought in. by are those among them of which there may be several:
// the rows that what is missing from a key tells apart.
type blame struct {
	join      *Join
	added, by set
}

// clone returns a copy that can be added to. What stands in a list is never
// changed, so copies share the lists until one of them grows, and the maps until
// one of them is written to.
func (r *rel) clone() *rel {
	r.lent = true
	c := *r
	c.at = r.at.step()
	c.cols = slices.Clip(r.cols)
	c.keys = slices.Clip(r.keys)
	c.fds = slices.Clip(r.fds)
	c.eq = slices.Clip(r.eq)
	c.conds = slices.Clip(r.conds)
	c.partial = slices.Clip(r.partial)
	c.ranges = slices.Clip(r.ranges)
	return &c
}

// own makes the maps of r its own.
func (r *rel) own() {
	if r.lent {
		r.notNull, r.consts, r.dups, r.lent = maps.Clone(r.notNull), maps.Clone(r.consts), maps.Clone(r.dups), false
	}
}

// put writes to a map of a relation, which has it for its own.
func put[V any](m *map[Col]V, c Col, v V) {
	if *m == nil {
		*m = map[Col]V{}
	}
	(*m)[c] = v
}

// setNotNull, setConst and setDups write down what is already a fact of r, or
// was one of what r is made from.
func (r *rel) setNotNull(c Col, y *why) {
	r.own()
	put(&r.notNull, c, y)
}

func (r *rel) setConst(c Col, k constant) {
	r.own()
	put(&r.consts, c, k)
}

func (r *rel) setDups(t Col, d []*blame) {
	r.own()
	put(&r.dups, t, d)
}

// addDups adds to the joins that may repeat the rows of t.
func (r *rel) addDups(t Col, d ...*blame) { r.setDups(t, append(slices.Clip(r.dups[t]), d...)) }

// maxFDs bounds the facts of one relation. Dropping facts is always sound.
const maxFDs = 200

// maxKeys bounds the candidate keys of one relation, maxPaired those that a join
// makes of its sides: one that is found later has room beside them.
const (
	maxKeys   = 48
	maxPaired = 36
)

// addFD adds a dependency that is first said of r.
func (r *rel) addFD(f fd) {
	if len(f.to) == 0 || len(r.fds) >= maxFDs {
		return
	}
	f.why = f.why.saying(dependency(f), r.at)
	r.fds = append(r.fds, f)
}

// keep adds a dependency that its evidence says of another relation, under the
// columns that r has them copied from.
func (r *rel) keep(f fd) {
	if len(f.to) > 0 && len(r.fds) < maxFDs {
		r.fds = append(r.fds, f)
	}
}

func (r *rel) addKey(k key) {
	k.why = k.why.saying(dependency(fd{from: k.cols, to: r.tids, lax: k.lax}), r.at)
	for i, o := range r.keys {
		if o.lax == k.lax && o.cols.equal(k.cols) {
			if k.why.weakest() > o.why.weakest() {
				r.keys = slices.Clone(r.keys)
				r.keys[i].why = k.why
			}
			return
		}
	}
	if len(r.keys) < maxKeys {
		r.keys = append(r.keys, k)
	}
}

// varying returns the determinant without its constant columns, which add
// nothing as long as each row is a real one; it keeps what has nothing else.
func (r *rel) varying(from set) (set, []fact) {
	if len(r.consts) == 0 {
		return from, nil
	}
	var kept set
	var consts []fact
	for _, c := range from {
		if k, ok := r.consts[c]; ok && !k.null && k.lit != "" {
			consts = append(consts, r.constFact(c))
			continue
		}
		kept = append(kept, c)
	}
	if len(kept) == 0 || len(consts) == 0 {
		return from, nil
	}
	return kept, consts
}

// spread gives a column the constant of one that it is equal to.
func (r *rel) spread() {
	for changed := len(r.consts) > 0; changed; {
		changed = false
		for _, p := range r.eq {
			for _, x := range [][2]Col{{p.a, p.b}, {p.b, p.a}} {
				k, ok := r.consts[x[0]]
				if _, have := r.consts[x[1]]; ok && !have {
					r.fix(x[1], constant{k.lit, k.null, &why{rule: proof.Spread, strength: finding.Struct, from: []fact{p.fact(), r.constFact(x[0])}}})
					changed = true
				}
			}
		}
	}
}

// addStrict records that cols identify a row of r: as a candidate key, and as
// a dependency on the tuple ids.
func (r *rel) addStrict(cols set, w *why) {
	r.addKey(key{cols: cols, why: w})
	r.addFD(fd{from: cols, to: r.tids, why: w})
}
