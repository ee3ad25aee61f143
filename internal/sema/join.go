package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Status is what is known of how often a row is met by a join.
type Status uint8

const (
	NotKnown Status = iota
	Unique          // at most once, proven
	FanOut          // consistent with all known facts that it is met several times
)

// Verdict says how many rows of one side of a join a row of the other can meet.
type Verdict struct {
	Status Status
	// Actual is set when duplicates are sure, not only possible.
	Actual bool
	// Picked is set for a fan-out of rows that a flag picked, as in
	// `where is_current`: perhaps it leaves one row for each.
	Picked bool
	// Branches is set for a fan-out over a UNION ALL of which each branch can have
	// a row: all that the join leaves out is which branch it is.
	Branches bool
	// Side is the relation judged, as the query names it; On are its columns
	// that the join fixes.
	Side string
	On   []string
	// Key is the known key of the side that On does not cover, Missing what
	// it lacks; empty unless Status is FanOut by such a key.
	Key     []string
	Missing []string
	// Reason tells in words why; it is set for FanOut and NotKnown.
	Reason   string
	Strength finding.Strength
	why      []*why
	world    *World
	relation *Summary // of the side when it is one scan
}

// Join is one join of a block, judged from both sides.
type Join struct {
	World *World
	Block *Block
	Node  *sql.Join // nil for LATERAL VIEW
	Kind  sql.JoinKind
	span  sql.Span
	// Elements is set when the right side has a row per element of a
	// collection of the left row.
	Elements    bool
	LeftName    string
	RightName   string
	Right, Left Verdict // of the right side for a left row, and the reverse
	Conds       []*JoinCond
	// Linked is set when some condition reads both sides, in ON or, for inner
	// joins, in WHERE.
	Linked bool
	// Unsure is set when a condition could not be read in full.
	Unsure      bool
	left, right *rel // before the join
	// ext and extLeft are the sides as they leave the join.
	ext, extLeft *rel
	sources      []*sourceRel
	rightSrc     []*sourceRel
	nullLeft     bool
	nullRight    bool
	// Degraded are the filters that turn this outer join into an inner one.
	Degraded []*Filter
}

// Span returns the place of the join in the world's text: its keyword and right
// side.
func (j *Join) Span() sql.Span {
	if j.Node == nil {
		return j.span
	}
	s := j.Node.OpSpan
	if j.Node.Right != nil {
		s = s.Union(j.Node.Right.Range())
	}
	return s
}

// side says which side of a join an expression reads.
type side uint8

const (
	neither side = iota
	leftSide
	rightSide
	both
	unsure
)

// JoinCond is one conjunct of a join's condition.
type JoinCond struct {
	Expr  sql.Expr
	Where bool // from WHERE, not from ON
	reads side
	eq    *equality
	l, r  side // of the equality's two expressions
}

func (j *Join) sideOf(w *World, cols []Col, right *rel) side {
	s := neither
	for _, c := range cols {
		col := &w.cols[c]
		switch {
		case col.fixed:
		case len(col.tids) == 0:
			return unsure
		case newSet(col.tids...).within(j.left.tids):
			s |= leftSide
		case newSet(col.tids...).within(right.tids):
			s |= rightSide
		case newSet(col.tids...).meets(j.left.tids) || newSet(col.tids...).meets(right.tids):
			s |= both
		}
	}
	return s
}

// cond classifies a conjunct against the two sides.
func (j *Join) cond(b *binder, e sql.Expr, right *rel) *JoinCond {
	c := &JoinCond{Expr: e}
	c.reads = j.sideOf(b.w, b.reads(e), right)
	if eq, ok := b.equality(e); ok {
		c.eq = &eq
		c.l = j.sideOf(b.w, b.reads(eq.le), right)
		c.r = j.sideOf(b.w, b.reads(eq.re), right)
	}
	return c
}

// join binds a join.
func (b *Block) join(t *sql.Join, left []*sourceRel) from {
	l := b.from(t.Left, left)
	r := b.from(t.Right, append(slices.Clone(left), l.sources...))
	j := &Join{World: b.World, Block: b, Node: t, Kind: t.Kind, span: t.Span}
	if len(r.rel.tids) == 1 && b.elementOf[r.rel.tids[0]] != "" {
		j.Elements = true
	}
	bd := b.binderOver(append(append(slices.Clone(left), l.sources...), r.sources...))
	f := b.combine(j, l, r, bd, t)
	f.hole = l.hole || r.hole || len(t.Holes) > 0
	return f
}

// combine joins two bound relations: it judges the join, merges the facts of
// both sides by the rules of its kind, and records it.
func (b *Block) combine(j *Join, l, r from, bd *binder, t *sql.Join) from {
	w := b.World
	j.left, j.right = l.rel, r.rel
	j.sources, j.rightSrc = append(slices.Clone(l.sources), r.sources...), r.sources
	j.LeftName, j.RightName = title(l.sources), title(r.sources)
	j.Unsure = l.hole || r.hole
	w.Joins = append(w.Joins, j)
	b.Joins = append(b.Joins, j)
	var on []sql.Expr
	var using []usingPair
	if t != nil {
		j.Unsure = j.Unsure || len(t.Holes) > 0
		on = conjuncts(t.On)
		using = b.using(t, l, r)
		if t.Natural && len(using) == 0 {
			j.Unsure = true
		}
	}
	right := r.rel.clone()
	for _, e := range on {
		c := j.cond(bd, e, right)
		j.Conds = append(j.Conds, c)
		if c.reads == unsure || isHole(e) {
			j.Unsure = true
		}
		if c.reads == rightSide && j.Kind != sql.Right && j.Kind != sql.Full {
			bd.apply(right, e) // what the join takes from the right fulfils it
		}
		b.filter(bd, e, On, j, right)
	}
	for _, u := range using {
		eq := equality{l: u.l, r: u.r}
		j.Conds = append(j.Conds, &JoinCond{reads: both, eq: &eq, l: leftSide, r: rightSide})
	}
	j.right = right
	j.linked()
	j.judge()
	return b.merge(j, l, from{rel: right, sources: r.sources}, bd, on, using)
}

func isHole(e sql.Expr) bool {
	_, ok := sql.Unparen(e).(*sql.Hole)
	return ok
}

func title(sources []*sourceRel) string {
	if len(sources) == 0 {
		return ""
	}
	return sources[len(sources)-1].title
}

func (j *Join) linked() {
	for _, c := range j.Conds {
		if c.reads == both || c.reads == unsure {
			j.Linked = true
		}
	}
}

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

// merge computes the relation that comes out of a judged join.
func (b *Block) merge(j *Join, l, r from, bd *binder, on []sql.Expr, using []usingPair) from {
	w := b.World
	left, right := l.rel, r.rel
	lsrc, rsrc := l.sources, r.sources
	switch j.Kind {
	case sql.Semi, sql.Anti:
		out := left.clone()
		out.card.Min = 0
		return from{rel: out, sources: lsrc}
	case sql.RightSemi, sql.RightAnti:
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
	out.card = product(j, left.card, right.card)
	f := from{rel: out, sources: append(slices.Clone(lsrc), rsrc...)}
	if !j.nullLeft && !j.nullRight {
		for _, e := range on {
			bd.apply(out, e)
		}
		for _, u := range using {
			out.eq = append(out.eq, pair{u.l, u.r, w.because(u.id.Span, "using `"+u.id.Name+"`")})
			out.notNull[u.l] = w.because(u.id.Span, "joined by `=`")
			out.notNull[u.r] = out.notNull[u.l]
		}
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
		r := newRel(ext.tids...)
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
	out.cols = append(out.cols, r.cols...)
	out.tids = l.tids.with(r.tids...)
	out.fds = append(out.fds, r.fds...)
	out.eq = append(out.eq, r.eq...)
	out.conds = append(out.conds, r.conds...)
	out.partial = append(out.partial, r.partial...)
	for c, w := range r.notNull {
		out.notNull[c] = w
	}
	for c, k := range r.consts {
		out.consts[c] = k
	}
	for t, d := range r.dups {
		out.dups[t] = append(out.dups[t], d...)
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
			if len(out) >= 3*maxKeys {
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
		if !f.lax && !slices.ContainsFunc(f.from, func(c Col) bool { return orig.notNull[c] != nil }) {
			r.addFD(fd{ext.ren.set(f.from).with(other...), ext.ren.cols(f.to), false, f.why})
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

// mergeUsing gives the merged columns of USING their place and meaning.
func (b *Block) mergeUsing(j *Join, f *from, using []usingPair, left, right *rel) {
	if len(using) == 0 {
		return
	}
	w := b.World
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
		out.notNull[c] = w.because(j.Span(), "one side of a FULL JOIN is there")
	}
	if len(j.Conds) != 1 {
		return c // values that meet in one column may differ in another
	}
	nn := newSet(lo, ro)
	if w.reachNotNull(j.left, set{lo}, nn).all(j.left.tids) && w.reachNotNull(j.right, set{ro}, nn).all(j.right.tids) {
		k := key{cols: set{c}, lax: !lnn || !rnn, why: w.because(j.Span(), "both sides of the FULL JOIN are unique on `"+name+"`", append(j.Left.why, j.Right.why...)...)}
		out.declare(k)
	}
	return c
}

// SelfCompared returns a conjunct that compares a column with itself.
func (j *Join) SelfCompared() (sql.Expr, bool) {
	for _, c := range j.Conds {
		if c.Where || c.Expr == nil || c.eq == nil || c.eq.nullSafe || c.eq.l != c.eq.r || j.World.cols[c.eq.l].fixed {
			continue
		}
		_, l := sql.Unparen(c.eq.le).(*sql.Column)
		_, r := sql.Unparen(c.eq.re).(*sql.Column)
		if l && r && len(j.World.cols[c.eq.l].tids) > 0 {
			return c.Expr, true
		}
	}
	return nil, false
}

// Unconnected reports whether no condition reads both sides of a join that is
// not written as CROSS JOIN, although either side can have many rows. A
// condition on constants that leaves one row of a side connects well enough.
func (j *Join) Unconnected() bool {
	if j.Node == nil || j.Linked || j.Unsure || j.Elements || j.Node.Natural || len(j.Node.Using) > 0 {
		return false
	}
	switch j.Kind {
	case sql.Inner, sql.Left, sql.Right, sql.Full:
	case sql.Cross:
		if !j.Node.Comma {
			return false
		}
	default:
		return false
	}
	switch t := j.Node.Right.(type) {
	case *sql.TableFunc:
		return false
	case *sql.Derived:
		if t.Lateral {
			return false
		}
	}
	if j.Right.Status == Unique || j.Left.Status == Unique || slices.ContainsFunc(j.Conds, (*JoinCond).pinned) {
		return false
	}
	return !j.opaqueSide()
}

// pinned reports whether a column of one side is compared with a column of the
// other that holds a constant: a look-up, though the same for every row.
func (c *JoinCond) pinned() bool {
	if c.eq == nil || (c.l == neither) == (c.r == neither) {
		return false
	}
	_, l := sql.Unparen(c.eq.le).(*sql.Column)
	_, r := sql.Unparen(c.eq.re).(*sql.Column)
	return l && r
}

// Chosen reports whether the author of an unconnected join shows that every row
// of the left side is to meet what stands on the right: the condition is the
// constant true, it compares columns that hold constants, a constant chooses the
// rows of the right side, or a side without a condition is a list of literals.
func (j *Join) Chosen() bool {
	if j.Node.On != nil && !slices.ContainsFunc(j.Conds, func(c *JoinCond) bool { return c.reads != neither }) {
		return true
	}
	if j.Node.On == nil && (j.left.card.Max < Many || j.right.card.Max < Many) {
		return true
	}
	chosen := func(c *JoinCond) bool {
		return c.eq != nil && (c.l == rightSide && c.r == neither || c.l == neither && c.r == rightSide)
	}
	for c := range j.right.consts {
		if !j.World.cols[c].fixed {
			return true
		}
	}
	return slices.ContainsFunc(j.Conds, chosen)
}

// opaqueSide reports whether a side is a relation that could not be read: what
// is not understood may have one row.
func (j *Join) opaqueSide() bool {
	for _, s := range j.sources {
		if s.scan == nil && s.rel.open != nil {
			return true
		}
	}
	return false
}
