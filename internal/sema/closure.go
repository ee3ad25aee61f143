package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// reach is a closure under construction: the columns that are determined by a
// starting set in one relation, and by which facts.
//
// A column counts as known when it was reached, has one value in all rows, or
// is a function of tuple ids that are known. A lax dependency is used only
// where its determinant cannot be NULL: lax facts never chain through a column
// that could be NULL (Paulley's rule as CockroachDB states it).
type reach struct {
	w     *World
	r     *rel
	in    []Col       // the columns that were reached, in order
	by    []*fd       // how each was reached; nil for the start
	many  map[Col]int // the places of in, once they are many
	order []*fd       // facts in the order they were used
	nn    set         // columns that are not NULL in the rows asked about, beside r.notNull
}

func (w *World) reach(r *rel, from set) *reach { return w.reachNotNull(r, from, nil) }

// reachNotNull is reach for rows of which nn are not NULL: those that an `=` let
// through.
func (w *World) reachNotNull(r *rel, from, nn set) *reach {
	room := 2*len(from) + 8
	c := &reach{w: w, r: r, in: make([]Col, 0, room), by: make([]*fd, 0, room), nn: nn}
	for _, x := range from {
		c.enter(x, nil)
	}
	c.run()
	return c
}

// fewColumns are as many as are searched one by one faster than by a map.
const fewColumns = 24

// place returns the place of x among the columns that were reached, from 1; 0 if
// it was not.
func (c *reach) place(x Col) int {
	if c.many != nil {
		return c.many[x]
	}
	return slices.Index(c.in, x) + 1
}

// mark adds x to the columns that were reached.
func (c *reach) mark(x Col, f *fd) {
	c.in, c.by = append(c.in, x), append(c.by, f)
	switch {
	case c.many != nil:
		c.many[x] = len(c.in)
	case len(c.in) > fewColumns:
		c.many = make(map[Col]int, 4*fewColumns)
		for i, y := range c.in {
			c.many[y] = i + 1
		}
	}
}

// via returns the fact that x was reached by, nil for none.
func (c *reach) via(x Col) *fd {
	if n := c.place(x); n > 0 {
		return c.by[n-1]
	}
	return nil
}

// enter marks x as reached by f, and what x is an injective function of.
func (c *reach) enter(x Col, f *fd) { c.enterValue(x, f, c.present(x)) }

// enterValue is enter for a column that is not NULL if value is set.
func (c *reach) enterValue(x Col, f *fd, value bool) {
	if c.place(x) > 0 {
		return
	}
	c.mark(x, f)
	col := &c.w.cols[x]
	if col.volatile {
		return
	}
	if c.chosen(col) {
		c.enterValue(col.in[0], &fd{from: set{x}, to: col.in[:1]}, true)
		return
	}
	if !c.invertible(col, value) {
		c.enterParts(x, col)
		return
	}
	value = value && !coalesces(col)
	for _, i := range col.in {
		c.enterValue(i, &fd{from: set{x}, to: []Col{i}}, value || c.present(i))
	}
}

// enterParts enters the parts of a concat() that is told apart by separators and
// leaves NULL out: those that are never NULL stand in the text, each in its place.
func (c *reach) enterParts(x Col, col *column) {
	if col.class != Hashed || !concatSkipsNull[c.w.Dialect.Name] || !strings.HasPrefix(col.pattern, "concat(") {
		return
	}
	for _, i := range col.in {
		if c.certain(i, 0) {
			c.enterValue(i, &fd{from: set{x}, to: []Col{i}}, true)
		}
	}
}

// concatSkipsNull are the dialects whose concat() takes NULL for an empty text:
// the documentation of PostgreSQL, DuckDB and SQL Server. Elsewhere it is NULL.
var concatSkipsNull = words("postgres duckdb tsql")

// chosen reports whether col is a coalesce that gives its first argument in
// every row asked about, because that is never NULL.
func (c *reach) chosen(col *column) bool {
	return col.fallsBack() && c.present(col.in[0])
}

// fallsBack reports whether col is a coalesce whose first argument is a column.
func (col *column) fallsBack() bool {
	name, args, call := strings.Cut(col.pattern, "(")
	return call && fallbacks[name] && strings.HasPrefix(args, "$")
}

// present reports whether x is not NULL in the rows asked about.
func (c *reach) present(x Col) bool {
	if c.r.notNull[x] != nil || c.nn.has(x) {
		return true
	}
	if !c.w.cols[x].isTid {
		return false
	}
	for y := range c.r.notNull {
		if c.w.shows(y, x) {
			return true
		}
	}
	return slices.ContainsFunc(c.nn, func(y Col) bool { return c.w.shows(y, x) })
}

// shows reports whether a value of y other than NULL shows that there is a row
// with tuple id x: both were null-extended by the same joins, as one relation.
func (w *World) shows(y, x Col) bool {
	for {
		a, b := &w.cols[y], &w.cols[x]
		switch {
		case !slices.Contains(a.tids, x):
			return false
		case b.nullFrom == nil && b.from <= 0:
			return true
		case a.nullFrom != b.nullFrom || a.from <= 0 || b.from <= 0:
			return false
		}
		y, x = a.from, b.from
	}
}

// invertible reports whether the value of col tells those of its inputs. A
// concatenation of several is NULL, or leaves them out, where one is NULL:
// `a || '-' || b` says nothing of a where b is NULL, and concat_ws('-', a, b)
// has one text for (1, NULL) and (NULL, 1). One of a single column, however
// often it stands there, is NULL, or has no value in it, where that is NULL.
func (c *reach) invertible(col *column, value bool) bool {
	if col.class != Injective && col.class != Hashed {
		return false
	}
	one := !slices.ContainsFunc(col.in, func(i Col) bool { return c.w.base(i) != c.w.base(col.in[0]) })
	skips := strings.HasPrefix(col.pattern, "concat_ws(")
	switch {
	case one && len(col.in) > 0 && (len(col.in) > 1 || !skips && !strings.HasPrefix(col.pattern, "concat(")):
		return true
	case skips:
		value = false
	}
	return value || !slices.ContainsFunc(col.in, func(i Col) bool { return !c.certain(i, 0) })
}

// base returns the column that c is NULL with and tells the value of, through
// casts to text and the like.
func (w *World) base(c Col) Col {
	for depth := 0; depth < maxDepth; depth++ {
		col := &w.cols[c]
		if col.class != Injective || len(col.in) != 1 {
			break
		}
		c = col.in[0]
	}
	return c
}

// coalesces reports whether col gives a text in place of NULL, as surrogate
// keys do with each of their columns.
func coalesces(col *column) bool {
	name, _, _ := strings.Cut(col.pattern, "(")
	return col.class == Hashed && fallbacks[name]
}

// certain reports whether x, or what it is an injective function of, is never
// NULL.
func (c *reach) certain(x Col, depth int) bool {
	col := &c.w.cols[x]
	switch {
	case c.present(x), coalesces(col), c.chosen(col):
		return true
	case depth >= maxDepth || len(col.in) == 0 || col.class != Injective && col.class != Hashed:
		return false
	}
	return !slices.ContainsFunc(col.in, func(i Col) bool { return !c.certain(i, depth+1) })
}

func (c *reach) run() {
	for changed := true; changed; {
		changed = false
		for i := range c.r.fds {
			f := &c.r.fds[i]
			if c.usable(f) && c.add(f) {
				changed = true
			}
		}
		for i := range c.r.partial {
			if f := c.unconditional(&c.r.partial[i]); f != nil && c.add(f) {
				changed = true
			}
		}
		for i := range c.r.eq {
			e := &c.r.eq[i]
			a, b := c.known(e.a), c.known(e.b)
			if a != b {
				to := e.a
				if a {
					to = e.b
				}
				f := &fd{from: set{e.a + e.b - to}, to: []Col{to}, why: e.why}
				c.add(f)
				changed = true
			}
		}
	}
}

// unconditional returns the dependency that a key among rows without NULL in some column
// is for the rows asked about, nil if it does not count for them.
func (c *reach) unconditional(p *partialKey) *fd {
	if p.when.op != "is not null" || !c.present(p.when.col) {
		return nil
	}
	f := &fd{p.key.cols, p.tids, p.key.lax, p.key.why}
	if !c.usable(f) {
		return nil
	}
	return f
}

func (c *reach) usable(f *fd) bool {
	for _, x := range f.from {
		if !c.known(x) {
			return false
		}
		if f.lax && !c.present(x) {
			return false
		}
	}
	return true
}

func (c *reach) add(f *fd) bool {
	grew := false
	for _, x := range f.to {
		if c.place(x) == 0 {
			c.enter(x, f)
			grew = true
		}
	}
	if grew {
		c.order = append(c.order, f)
	}
	return grew
}

// maxDepth bounds the nesting of expressions that are looked through.
const maxDepth = 12

func (c *reach) known(x Col) bool { return c.knownAt(x, 0) }

func (c *reach) knownAt(x Col, depth int) bool {
	if c.place(x) > 0 {
		return true
	}
	if _, ok := c.r.consts[x]; ok {
		return true
	}
	col := &c.w.cols[x]
	if col.constant() {
		return true
	}
	if len(col.tids) > 0 && !col.isTid {
		all := true
		for _, t := range col.tids {
			if c.place(t) == 0 {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	if depth < maxDepth && col.deterministic() {
		all := true
		for _, i := range col.in {
			if !c.knownAt(i, depth+1) {
				all = false
				break
			}
		}
		return all
	}
	return false
}

func (c *reach) all(cols set) bool {
	for _, x := range cols {
		if !c.known(x) {
			return false
		}
	}
	return true
}

// determines reports whether rows of r that agree on from agree on to.
func (w *World) determines(r *rel, from, to set) bool { return w.reach(r, from).all(to) }

// identifies reports whether from is a strict key of r.
func (w *World) identifies(r *rel, from set) bool {
	return w.determines(r, from, r.tids)
}

// proof returns the facts that a reach used on the way to cols: dependencies in
// the order of their use, each after what it needs to be used, then constants.
func (c *reach) proof(cols set) []fact {
	p := &trail{c: c, need: map[*fd]bool{}, seen: map[Col]bool{}}
	for _, x := range cols {
		p.column(x, len(c.in)+1, 0)
	}
	var out []fact
	for _, f := range c.order {
		if !p.need[f] || f.why == nil {
			continue
		}
		if f.lax {
			for _, x := range f.from {
				out = c.cite(out, x)
			}
		}
		stands := c.stands(&out, f)
		out = append(out, stands)
	}
	for _, x := range p.consts {
		out = append(out, c.r.constFact(x))
	}
	for _, x := range p.filled {
		out = c.cite(out, x)
	}
	return out
}

// stands returns the fact that dependency f was made of: an equality, a key under
// a condition, or f itself. The column of the condition is cited in out.
func (c *reach) stands(out *[]fact, f *fd) fact {
	for _, p := range c.r.eq {
		if p.why == f.why && len(f.to) == 1 && f.from.equal(set{p.a + p.b - f.to[0]}) && (p.a == f.to[0] || p.b == f.to[0]) {
			return p.fact()
		}
	}
	for i := range c.r.partial {
		if k := &c.r.partial[i]; k.key.why == f.why && k.key.cols.equal(f.from) {
			*out = c.cite(*out, k.when.col)
			return k.fact()
		}
	}
	return dependency(*f)
}

// trail walks a closure back.
type trail struct {
	c      *reach
	need   map[*fd]bool
	seen   map[Col]bool
	consts []Col
	filled []Col
}

// column goes back to what x was known by before the column with number end was
// reached: a fact, or being a function of what was reached by then.
func (p *trail) column(x Col, end, depth int) {
	c := p.c
	if depth > 8*maxDepth {
		return
	}
	col := &c.w.cols[x]
	n := c.place(x)
	switch {
	case col.constant():
		return
	case n > 0 && n < end:
		if f := c.by[n-1]; f != nil && !p.seen[x] {
			p.seen[x], p.need[f] = true, true
			p.told(f)
			for _, y := range f.from {
				p.column(y, n, depth+1)
			}
		}
		return
	}
	if _, ok := c.r.consts[x]; ok {
		if !slices.Contains(p.consts, x) {
			p.consts = append(p.consts, x)
		}
		return
	}
	early := func(t Col) bool { at := c.place(t); return at > 0 && at < end }
	if len(col.tids) > 0 && !col.isTid && !slices.ContainsFunc(col.tids, func(t Col) bool { return !early(t) }) {
		for _, t := range col.tids {
			p.column(t, end, depth+1)
		}
		return
	}
	for _, i := range col.in {
		p.column(i, end, depth+1)
	}
}

// told notes which columns must not be NULL for f to tell an input of the column
// that it starts from.
func (p *trail) told(f *fd) {
	c := p.c
	if f.why != nil {
		return
	}
	x := f.from[0]
	col := &c.w.cols[x]
	switch {
	case c.chosen(col):
		p.filled = append(p.filled, col.in[0])
	case c.invertible(col, false):
		for _, i := range col.in {
			p.certain(i, 0)
		}
	case c.invertible(col, true):
		for up := c.via(x); !c.present(x) && up != nil && up.why == nil; up = c.via(x) {
			x = up.from[0] // what it is an input of is not NULL
		}
		if !c.present(x) {
			p.certain(f.to[0], 0)
			break
		}
		p.filled = append(p.filled, x)
	default:
		p.certain(f.to[0], 0)
	}
}

// certain notes what makes x certain, as the method of reach asks.
func (p *trail) certain(x Col, depth int) {
	c := p.c
	switch col := &c.w.cols[x]; {
	case c.present(x):
		p.filled = append(p.filled, x)
	case coalesces(col) || depth >= maxDepth:
	case c.chosen(col):
		p.filled = append(p.filled, col.in[0])
	default:
		for _, i := range col.in {
			p.certain(i, depth+1)
		}
	}
}

// cite adds the fact that x is not NULL, or that a column is which shows that
// there is a row with tuple id x, unless it is assumed.
func (c *reach) cite(out []fact, x Col) []fact {
	if c.nn.has(x) || slices.ContainsFunc(out, func(f fact) bool { return f.kind == proof.NotNull && f.to[0] == x }) {
		return out
	}
	if y := c.r.notNull[x]; y != nil {
		if y.rule == proof.Row {
			return out
		}
		return append(out, c.r.filledFact(x))
	}
	if slices.ContainsFunc(c.nn, func(y Col) bool { return c.w.shows(y, x) }) {
		return out
	}
	for _, y := range sortedCols(c.r.notNull) {
		if c.w.shows(y, x) {
			return c.cite(out, y)
		}
	}
	return out
}
