package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Block is one SELECT with what was found in it.
type Block struct {
	World      *World
	Select     *sql.Select
	CTE        *CTE // the CTE whose body it belongs to, nil for the main query
	Joins      []*Join
	Filters    []*Filter
	Windows    []*Window
	Derived    []*queryInfo // queries in FROM
	Subqueries []*queryInfo // queries in expressions
	Out        *rel
	Grouped    bool
	// InExpr is set for a query in an expression: its rows do not flow into the
	// output.
	InExpr bool
	// Limited is set when its query has a LIMIT, an OFFSET or a sample.
	Limited bool

	scope    *scope
	sources  []*sourceRel
	pre      *binder // binds over the rows of FROM
	post     *binder // binds over the grouped rows; pre when there is no grouping
	rel      *rel
	rows     *rel  // the rows of FROM that pass WHERE
	grouping *rel  // the rows that are grouped
	groupPre []Col // the group columns before grouping
	groupOut []Col
	groupTid Col
	// setID tells which of several grouping sets a row belongs to, varying are
	// the columns that some set leaves out, levels the GROUPING columns over
	// levelled.
	setID                     Col
	varying, levels, levelled set
	// twice are the columns that grouping sets can leave out in two ways,
	// setTexts the expression that each was first grouped by.
	twice     set
	setTexts  map[Col]string
	elementOf map[Col]string
	merges    []fullMerge
}

// selectBlock analyses one SELECT.
func (w *World) selectBlock(s *sql.Select, outer *scope, names *cteName, in *CTE) *Block {
	b := &Block{World: w, Select: s, CTE: in, InExpr: w.inExpr > 0}
	b.scope = &scope{parent: outer, ctes: names, block: b}
	w.Blocks = append(w.Blocks, b)
	var f from
	if s.From != nil {
		f = b.from(s.From, nil)
	} else {
		f = from{rel: newRel()}
		f.rel.card = Card{1, 1}
	}
	b.rel, b.sources = f.rel, f.sources
	b.scope.sources, b.scope.hole = f.sources, f.hole
	if s.ConnectBy != nil {
		b.hierarchy()
	}
	b.scope.plain = !w.Dialect.AliasInWhere
	if !b.scope.plain {
		b.nameItems()
	}
	b.pre = newBinder(b, b.scope)
	b.post = b.pre
	b.where()
	b.scope.plain = false
	b.nameItems()
	b.rows = b.rel
	b.group()
	b.rel = b.rel.clone()
	b.conditions(s.Having, Having)
	b.windows()
	b.conditions(s.Qualify, Qualify)
	b.project()
	return b
}

// nameItems makes the aliases of the select list names that clauses can use.
func (b *Block) nameItems() {
	for _, it := range b.Select.Items {
		if it.Alias != nil && !it.Alias.Hole && it.X != nil {
			fold := b.World.Dialect.Fold(it.Alias)
			if b.scope.aliases == nil {
				b.scope.aliases = map[string]*sql.Item{}
			}
			if _, twice := b.scope.aliases[fold]; !twice {
				b.scope.aliases[fold] = it
			}
		}
	}
}

// hierarchy handles CONNECT BY: a row comes once for every way that leads to
// it, and names such as LEVEL are known in every clause.
func (b *Block) hierarchy() {
	w := b.World
	b.rel = w.forget(b.rel)
	b.scope.hole = true
	bd := b.binderOver(b.sources)
	bd.scope.hole = true
	for _, e := range []sql.Expr{b.Select.StartWith, b.Select.ConnectBy} {
		if e != nil {
			bd.bind(e)
		}
	}
}

// where applies WHERE, then judges the joins again with what it says.
func (b *Block) where() {
	b.rel = b.rel.clone()
	before := b.rel.clone()
	var conds []sql.Expr
	for _, e := range []sql.Expr{b.Select.Prewhere, b.Select.Where} {
		conds = append(conds, conjuncts(e)...)
	}
	for _, e := range conds {
		b.filter(b.pre, e, Where, nil, before)
		if containsWindow(e) {
			continue
		}
		b.pre.apply(b.rel, e)
		if !tautology(e) {
			b.rel.card.Min = 0
		}
	}
	for _, j := range b.Joins {
		j.settle(b, conds)
	}
	b.rel.spread()
}

// filter records a conjunct.
func (b *Block) filter(bd *binder, e sql.Expr, c Clause, j *Join, before *rel) {
	f := &Filter{World: b.World, Block: b, Expr: e, Clause: c, Join: j, rel: before, bd: bd}
	f.cols = bd.reads(e)
	f.rejects = bd.rejects(e)
	bd.bind(e) // for what it contains
	b.Filters = append(b.Filters, f)
	b.World.Filters = append(b.World.Filters, f)
}

// settle judges a join again with the conditions of WHERE, which hold for what
// an inner join lets through and for the null-supplied side of an outer join
// that they reject NULLs of.
func (j *Join) settle(b *Block, where []sql.Expr) {
	if j.ext == nil {
		return
	}
	var extra []*JoinCond
	var unmatched fact
	var orig Col
	for _, e := range where {
		if !j.nullLeft && !j.nullRight {
			if j.strange(b, b.pre.reads(e)) {
				continue
			}
			c := j.cond(b.pre, e, j.right)
			c.Where = true
			if c.reads == both {
				j.Linked = true
			}
			extra = append(extra, c)
			continue
		}
		if j.nullRight && !j.nullLeft {
			if c := j.antiJoin(b, e); c != 0 && unmatched.why == nil {
				k := slices.IndexFunc(b.rel.conds, func(k cond) bool { return k.col == c && k.op == "is null" })
				unmatched = b.rel.conds[max(k, 0)].fact()
				orig = j.World.cols[c].from
			}
			if j.degrades(b, e) {
				c := j.extCond(b, e)
				extra = append(extra, c)
				j.Linked = j.Linked || newSet(b.pre.reads(e)...).meets(j.leftColumns(b, e))
			}
		}
	}
	j.settleSide(&j.Right, rightSide, extra)
	switch {
	case !j.nullRight:
		j.settleSide(&j.Left, leftSide, extra)
	case !j.nullLeft && j.Left.Status == FanOut:
		for _, e := range where {
			j.Left.Picked = j.Left.Picked || j.pickedBy(&j.Left, leftSide, []*JoinCond{j.cond(b.pre, e, j.right)})
		}
	}
	if unmatched.why != nil && j.Right.Status != Unique {
		j.Right = Verdict{Status: Unique, Side: j.RightName, world: j.World, On: j.Right.On, Strength: j.Right.Strength, meets: j.meets(rightSide, nil)}
		y := j.World.because(j.Span(), proof.Unmatched, unmatched)
		if j.right.notNull[orig] != nil {
			y.from = append(y.from, j.right.filledFact(orig))
		}
		j.Right.why = y.saying(j.Right.meets, b.rel.at)
		b.rel.addFD(fd{j.extLeft.tids, j.ext.tids, false, j.Right.because()})
	}
	j.absolve(b.rel)
}

func (j *Join) settleSide(v *Verdict, s side, extra []*JoinCond) {
	if v.Status == Unique || len(extra) == 0 {
		return
	}
	n := j.verdict(s, extra)
	if n.Status == Unique {
		*v = n
		from, to := j.extLeft, j.ext
		if s == leftSide {
			from, to = to, from
		}
		j.Block.rel.addFD(fd{from.tids, to.tids, false, v.because()})
		return
	}
	if v.Status == FanOut && n.Status != FanOut {
		*v = n
		return
	}
	v.Picked = v.Picked || v.Status == FanOut && j.pickedBy(v, s, extra)
}

// pickedBy reports whether a condition of WHERE picks rows of side s by a constant.
func (j *Join) pickedBy(v *Verdict, s side, where []*JoinCond) bool {
	lit := func(c Col) string { return j.World.cols[c].lit }
	return slices.ContainsFunc(where, func(c *JoinCond) bool {
		return c.eq != nil && (c.l == s && v.picks(c.eq.l, lit(c.eq.r)) || c.r == s && v.picks(c.eq.r, lit(c.eq.l)))
	})
}

// degrades reports whether WHERE conjunct e rejects the NULLs that the join
// supplies on its right, and if so makes the facts of that side hold again.
func (j *Join) degrades(b *Block, e sql.Expr) bool {
	if !slices.ContainsFunc(b.pre.rejects(e), j.supplies) {
		return false
	}
	j.restore(b.rel, b.pre.rejects(e))
	return true
}

// restore adds to r, whose rows all have a match of the outer join, what holds of
// its right side and is lost where there is none.
func (j *Join) restore(r *rel, rejected set) {
	i := slices.IndexFunc(rejected, j.supplies)
	there := r.filledFact(rejected[i])
	because := func(more ...fact) *why {
		return &why{rule: proof.Rejected, strength: finding.Struct, from: append([]fact{there}, more...)}
	}
	for _, c := range sortedCols(j.right.notNull) {
		if n := j.ext.extend(c); r.notNull[n] == nil {
			r.fill(n, because(j.right.filledFact(c)))
		}
	}
	l, x := j.fixed(leftSide, nil), j.fixed(rightSide, nil)
	for _, c := range x.cols {
		if n := j.ext.extend(c); r.notNull[n] == nil {
			r.fill(n, because()) // a match was made by `=`
		}
	}
	for _, c := range sortedCols(j.right.consts) {
		n := j.ext.extend(c)
		if _, ok := r.consts[n]; !ok {
			k := j.right.consts[c]
			r.fix(n, constant{k.lit, k.null, because(j.right.constFact(c))})
		}
	}
	for _, c := range j.Conds {
		if c.eq != nil && !c.eq.nullSafe && l.cols.has(c.eq.l) != l.cols.has(c.eq.r) {
			a, b := c.eq.l, c.eq.r
			if x.cols.has(a) {
				a, b = b, a
			}
			if l.cols.has(a) && x.cols.has(b) && !j.World.cols[a].fixed {
				r.equate(a, j.ext.extend(b), because())
			}
		}
	}
}

// strange reports whether some of the columns come from a relation of the block
// that is not in the join yet: what they are compared with is fixed by no row of
// it.
func (j *Join) strange(b *Block, cols []Col) bool {
	return slices.ContainsFunc(cols, func(c Col) bool {
		tids := newSet(j.World.cols[c].tids...)
		return tids.meets(b.rel.tids) && !tids.meets(j.left.tids) && !tids.meets(j.right.tids)
	})
}

// restoreOuter restores the earlier outer joins whose NULLs the conditions of an
// inner join reject.
func (b *Block) restoreOuter(r *rel, rejected set) {
	for _, j := range b.Joins {
		if j.ext != nil && j.nullRight && !j.nullLeft && slices.ContainsFunc(rejected, j.supplies) {
			j.restore(r, rejected)
		}
	}
}

// leftColumns returns the columns of e that come from the left side.
func (j *Join) leftColumns(b *Block, e sql.Expr) set {
	var out set
	for _, c := range b.pre.reads(e) {
		if t := j.World.cols[c].tids; len(t) > 0 && newSet(t...).within(j.extLeft.tids) {
			out = out.with(c)
		}
	}
	return out
}

// supplies reports whether c is a column that the join null-extends.
func (j *Join) supplies(c Col) bool {
	w := j.World
	for ; c > 0; c = w.cols[c].from {
		if w.cols[c].nullFrom == j {
			return true
		}
	}
	return false
}

// extCond reads a WHERE conjunct over the null-supplied side as a condition of
// the join.
func (j *Join) extCond(b *Block, e sql.Expr) *JoinCond {
	c := &JoinCond{Expr: e, Where: true, reads: both}
	eq, ok := b.pre.equality(e)
	if !ok {
		return c
	}
	back := func(x Col) (Col, side) {
		if j.World.cols[x].nullFrom == j && j.World.cols[x].from > 0 {
			return j.World.cols[x].from, rightSide
		}
		if j.strange(b, []Col{x}) {
			return x, unsure
		}
		return x, j.sideOf(j.World, []Col{x}, j.right)
	}
	eq.l, c.l = back(eq.l)
	eq.r, c.r = back(eq.r)
	c.eq = &eq
	return c
}

// antiJoin returns c of `where r.c is null` after a LEFT JOIN, 0 if e is none: c is joined by `=`
// or never NULL in the right side, so that no matched row passes.
func (j *Join) antiJoin(b *Block, e sql.Expr) Col {
	is, ok := sql.Unparen(e).(*sql.Is)
	if !ok || is.Not || is.What != sql.IsNull {
		return 0
	}
	c := b.pre.bind(is.X)
	if j.World.cols[c].nullFrom != j {
		return 0
	}
	if orig := j.World.cols[c].from; j.right.notNull[orig] != nil || slices.Contains(j.fixed(rightSide, nil).cols, orig) {
		return c
	}
	return 0
}

// conditions applies HAVING or QUALIFY.
func (b *Block) conditions(e sql.Expr, c Clause) {
	if e == nil {
		return
	}
	before := b.rel.clone()
	for _, x := range conjuncts(e) {
		b.filter(b.post, x, c, nil, before)
		b.post.apply(b.rel, x)
	}
	b.rel.card.Min = 0
}

// ordinal returns the select item at 1-based position n; ok is false when a
// star or hole before it makes the position unknown.
func (b *Block) ordinal(n int) (*sql.Item, bool) {
	items := b.Select.Items
	if n < 1 || n > len(items) {
		return nil, false
	}
	for _, it := range items[:n] {
		switch it.X.(type) {
		case nil, *sql.Star, *sql.Hole:
			return nil, false
		}
	}
	return items[n-1], true
}

// windows binds the window functions of the select list before QUALIFY, which
// may name them.
func (b *Block) windows() {
	for _, it := range b.Select.Items {
		if it.X != nil && containsWindow(it.X) {
			b.post.bind(it.X)
		}
	}
}

// namedWindow resolves OVER w and OVER (w ...); nil when it cannot.
func (b *Block) namedWindow(e *sql.Call, spec *sql.Window) *sql.Window {
	name := e.OverName()
	if spec != nil {
		name = spec.Base
	}
	if name == nil {
		return spec
	}
	for _, nw := range b.Select.Windows {
		if nw.Spec == nil || !b.World.Dialect.Same(nw.Name, name) || nw.Spec.Base != nil {
			continue
		}
		if spec == nil {
			return nw.Spec
		}
		merged := *spec
		merged.PartitionBy = nw.Spec.PartitionBy
		if len(merged.OrderBy) == 0 {
			merged.OrderBy = nw.Spec.OrderBy
		}
		return &merged
	}
	return nil
}
