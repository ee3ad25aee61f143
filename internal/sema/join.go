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
	// Attributes is set where all that a grain holds beyond the joined columns may
	// be attributes of them: the grain is merely grouped by or made distinct, or
	// declared and wider than it need be.
	Attributes bool
	// Side is the relation judged, as the query names it; On are its columns
	// that the join fixes.
	Side string
	On   []string
	// Facing are the columns of the other side that the join compares them with;
	// set for FanOut.
	Facing []string
	// Key is the known key of the side that On does not cover, Missing what
	// it lacks; empty unless Status is FanOut by such a key.
	Key     []string
	Missing []string
	// Reason tells in words why; it is set for FanOut and NotKnown.
	Reason   string
	Strength finding.Strength
	missing  set  // the columns of Missing
	refers   bool // the fan-out is known by a relationships test alone
	why      *why
	meets    fact // what is proven
	world    *World
	relation *Summary // of the side when it is one scan
}

// joinID stands for a join among the facts that others keep: the join itself
// would keep its world.
type joinID struct{ _ byte }

// Join is one join of a block, judged from both sides.
type Join struct {
	World *World
	Block *Block
	Node  *sql.Join // nil for LATERAL VIEW
	Kind  sql.JoinKind
	span  sql.Span
	id    *joinID
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
	bd          *binder
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
	j := &Join{World: b.World, Block: b, Node: t, Kind: t.Kind, span: t.Span, id: new(joinID)}
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
	j.bd, j.left, j.right = bd, l.rel, r.rel
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
