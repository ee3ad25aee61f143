package sema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// stream proves of one stream that what its guards let through is computed as
// in a full refresh, and that it holds every row that is new or changed.
func (p *prover) stream(s *stream) *gap {
	if s.scan == nil {
		return nil
	}
	if g := p.determined(s); g != nil {
		return g
	}
	p.filters(s)
	for _, g := range s.guards {
		if lack := p.letsArrivals(s, g); lack != nil && !lack.arrivals() {
			return lack
		} else if lack != nil && p.order == nil {
			p.order = lack
		}
		for _, b := range s.barriers {
			judge := p.computedBelow
			if g.place.before(b.place) {
				judge = p.whole
			}
			if lack := judge(s, g, b); lack != nil {
				return lack
			}
		}
	}
	return nil
}

// determined says whether the query has one result: no order leaves open which
// row comes first, no aggregate picks any value.
func (p *prover) determined(s *stream) *gap {
	w := p.w
	for _, b := range s.barriers {
		if b.win == nil {
			continue
		}
		if !b.win.info.whole {
			return p.lacks("window", "a window could not be read in full", b.win.Call)
		}
		all := newSet(slices.Concat(b.win.info.partition, b.win.info.order)...)
		if peerSafe(b.win) || w.reachNotNull(b.rel(), all, all).all(b.rel().tids) {
			continue
		}
		return p.lacks("ties", fmt.Sprintf("rows can be equal in the order of `%s`: which one comes first is not determined", b.win.info.fn), b.win.Call)
	}
	for _, a := range w.Aggs {
		if !slices.Contains(s.path, a.Block) || certainAggs[a.Name] {
			continue
		}
		if a.rel == nil || !w.reach(a.rel, newSet(a.group...)).all(newSet(a.args...)) {
			return p.lacks("ties", "the result of `"+w.short(a.Call)+"` is not determined by its rows", a.Call)
		}
	}
	for _, b := range s.path {
		for _, f := range b.Filters {
			if !p.isGuard(f) && w.clocked(f.Expr) {
				return p.lacks("clock", "a condition goes by the clock", f.Expr)
			}
		}
	}
	if slices.ContainsFunc(w.out.cols, func(c outCol) bool { return w.cols[c.col].volatile }) {
		return p.lacks("volatile", "a column has another value in each run", nil)
	}
	return nil
}

var certainAggs = words(`count sum avg min max count_if countif bool_or bool_and logical_or logical_and median approx_count_distinct stddev variance`)

// peerSafe reports whether rows that are equal in the order get one value.
func peerSafe(win *Window) bool {
	switch win.info.fn {
	case "rank", "dense_rank", "percent_rank", "cume_dist":
		return true
	case "sum", "count", "avg", "min", "max":
		f := win.Call.Over
		return f != nil && (f.Frame == nil || f.Frame.Unit == sql.Range || f.Frame.Start.Kind == sql.UnboundedPreceding && f.Frame.End.Kind == sql.UnboundedFollowing)
	}
	return false
}

func (p *prover) isGuard(f *Filter) bool {
	return slices.ContainsFunc(p.guards, func(g *Guard) bool { return g.Filter == f })
}

// filters notes a condition by which a row of an earlier run can be gone later.
func (p *prover) filters(s *stream) {
	for i, b := range s.path {
		for _, f := range b.Filters {
			if p.isGuard(f) || slices.ContainsFunc(s.barriers, func(x barrier) bool { return x.first == f }) || p.onlyGrows(f) {
				continue
			}
			if f.Clause == On && f.Join != nil && (f.Join.nullLeft || f.Join.nullRight) {
				continue
			}
			for _, c := range f.cols {
				if !p.stable(s, c, place{i, f.Clause.phase()}) {
					s.takesBack = f
				}
			}
		}
	}
}

// onlyGrows reports whether a condition on an aggregate stays true as rows
// arrive: `count(*) > 1`, `max(x) >= 5`.
func (p *prover) onlyGrows(f *Filter) bool {
	e, ok := sql.Unparen(f.Expr).(*sql.Binary)
	if !ok || f.Clause != Having || e.Op != sql.OpGt && e.Op != sql.OpGe {
		return false
	}
	c, ok := sql.Unparen(e.L).(*sql.Call)
	_, lit := sql.Unparen(e.R).(*sql.Literal)
	return ok && lit && (funcName(c) == "count" || funcName(c) == "max")
}

// letsArrivals says whether every row that arrives passes a guard.
func (p *prover) letsArrivals(s *stream, g placed) *gap {
	switch p.kindOf(g) {
	case notHeld:
		return p.letsNew(s, g)
	case changedKeys:
		return p.letsChanged(s, g)
	}
	w := p.w
	base, b, agg := p.bucketOf(s, g.left)
	if b.step == 0 || w.cols[base].leaf == nil || g.leftExpr == nil || !newSet(w.cols[base].tids...).equal(set{s.scan.tid}) {
		return p.lacks("guard", "it is not known what `"+w.short(g.Expr)+"` compares", g.Expr)
	}
	if _, between := sql.Unparen(g.Expr).(*sql.Between); between || g.Op != sql.OpGt && g.Op != sql.OpGe || agg == "min" {
		return p.lacks("guard", "`"+w.short(g.Expr)+"` is no lower bound: later rows may not pass", g.Expr)
	}
	name := w.cols[base].leaf.Column
	if p.arrival == Anytime {
		return p.lacks("late", "a row that arrives late does not pass `"+w.short(g.Expr)+"`", g.Expr)
	}
	l, ok := p.readLimit(s, g.Bound.Expr)
	switch {
	case !ok:
		return p.lacks("bound", "it is not known where the bound of `"+w.short(g.Expr)+"` lies", g.Expr)
	case l.fixed:
		p.assume("no row arrives that does not pass `" + w.short(g.Expr) + "`")
	default:
		if lack := p.newestOfAll(s, g, l, base); lack != nil {
			return lack
		}
		if b != exact && !(l.index && l.start == b) && (l.index || !l.start.functionOf(b)) || l.index && b != l.start {
			return p.lacks("bound", "`"+w.short(g.leftExpr)+"` is truncated, its bound is not: rows of the newest unit do not pass", g.Expr)
		}
		if g.Op == sql.OpGt && !l.back {
			own := w.reach(s.scan.rel, set{base})
			if p.arrival == InOrder && !own.known(s.scan.tid) || b != exact {
				return p.lacks("strict", "`"+w.short(g.Expr)+"` leaves out rows that arrive later with the newest value", g.Expr)
			}
			if p.arrival == InOrder {
				p.steps = append(p.steps, w.steps(own.proof(set{s.scan.tid}))...)
			}
		}
		if l.bare {
			p.assume("the first run finds a row")
		}
	}
	p.assume(fmt.Sprintf(p.arrival.String(), name))
	p.assume("`" + name + "` is never NULL")
	p.step("`"+w.short(g.Expr)+"` lets every row through that arrives", g.Expr.Range())
	return nil
}

// newestOfAll says whether the bound is the newest of what the guard compares:
// every branch of the output gives the column its own guarded one.
func (p *prover) newestOfAll(s *stream, g placed, l limit, base Col) *gap {
	w := p.w
	c, ok := w.out.named(w.Dialect.Fold(l.column.Parts[len(l.column.Parts)-1]))
	if !ok {
		return p.lacks("bound", "the table has no such column", g.Expr)
	}
	for _, o := range p.streams {
		held, _, _ := p.bucketOf(o, c)
		leaf := w.cols[held].leaf
		if o == s && (leaf == nil || !sameColumn(leaf, w.cols[base].leaf)) {
			return p.lacks("watermark", "`"+w.colName(c)+"` of the table is not the newest `"+w.cols[base].leaf.Column+"`", g.Expr)
		}
		if o != s && (leaf == nil || !p.guardsColumn(leaf)) {
			return p.lacks("watermark", "another branch of the union decides as well what `"+w.colName(c)+"` of the table is", g.Expr)
		}
	}
	return nil
}

func sameColumn(a, b *Leaf) bool {
	return a != nil && b != nil && same(a.Relation, b.Relation) && a.Column == b.Column
}

// guardsColumn reports whether some guard compares a column of a relation.
func (p *prover) guardsColumn(l *Leaf) bool {
	return slices.ContainsFunc(p.guards, func(g *Guard) bool { return sameColumn(p.leafOf(g.left), l) })
}

// guardKind is how a guard chooses its rows.
type guardKind uint8

const (
	byBound     guardKind = iota
	notHeld               // rows whose key the table does not hold
	changedKeys           // rows whose key has a row behind the bound
)

func (p *prover) kindOf(g placed) guardKind {
	if notInQuery(g.Expr) != nil || notExists(g.Expr) != nil {
		return notHeld
	}
	if in, ok := sql.Unparen(g.Expr).(*sql.In); ok && in.Query != nil {
		return changedKeys
	}
	return byBound
}

func notExists(e sql.Expr) *sql.Exists {
	u, ok := sql.Unparen(e).(*sql.Unary)
	if !ok || u.Op != sql.OpNot {
		return nil
	}
	x, _ := sql.Unparen(u.X).(*sql.Exists)
	return x
}

// compared returns the columns by which a notHeld or changedKeys guard looks rows
// up, with the columns of the other side, in the same order.
func (p *prover) compared(g placed) (own []Col, other []*sql.Column, from *sql.Select, ok bool) {
	bd := g.Block.pre
	if g.Clause == Having || g.Clause == Qualify {
		bd = g.Block.post
	}
	in := notInQuery(g.Expr)
	if in == nil {
		in, _ = sql.Unparen(g.Expr).(*sql.In)
	}
	if in != nil {
		sel, is := in.Query.Body.(*sql.Select)
		if !is || len(sel.Items) != 1 || in.Query.With != nil || in.Query.Limit != nil {
			return nil, nil, nil, false
		}
		c, is := sql.Unparen(sel.Items[0].X).(*sql.Column)
		return []Col{bd.bind(in.X)}, []*sql.Column{c}, sel, is
	}
	x := notExists(g.Expr)
	if x == nil {
		return nil, nil, nil, false
	}
	sel, is := x.Query.Body.(*sql.Select)
	if !is || sel.GroupBy != nil || sel.Having != nil {
		return nil, nil, nil, false
	}
	t, is := sel.From.(*sql.Table)
	if !is || t.Alias == nil || t.Alias.Name == nil {
		return nil, nil, nil, false
	}
	for _, e := range conjuncts(sel.Where) {
		b, is := sql.Unparen(e).(*sql.Binary)
		if !is || b.Op != sql.OpEq {
			return nil, nil, nil, false
		}
		l, r := ofTable(p.w, b.L, t), ofTable(p.w, b.R, t)
		switch {
		case l != nil && r == nil && qualified(b.R):
			own, other = append(own, bd.bind(b.R)), append(other, l)
		case r != nil && l == nil && qualified(b.L):
			own, other = append(own, bd.bind(b.L)), append(other, r)
		default:
			return nil, nil, nil, false
		}
	}
	return own, other, sel, len(own) > 0
}

// qualified reports whether e is a column that is named with its relation: a
// bare name in a subquery is the subquery's own.
func qualified(e sql.Expr) bool {
	c, ok := sql.Unparen(e).(*sql.Column)
	return ok && len(c.Parts) > 1
}

// ofTable returns e if it is a column qualified with the alias of t.
func ofTable(w *World, e sql.Expr, t *sql.Table) *sql.Column {
	c, ok := sql.Unparen(e).(*sql.Column)
	if !ok || len(c.Parts) != 2 || !w.Dialect.Same(c.Parts[0], t.Alias.Name) {
		return nil
	}
	return c
}

// letsNew: rows are told from those that the table holds by a key of theirs.
func (p *prover) letsNew(s *stream, g placed) *gap {
	w := p.w
	own, held, sel, ok := p.compared(g)
	t, isTable := tableOf(sel)
	if !ok || !isTable || !w.isThis(t) || sel.Where != nil && notExists(g.Expr) == nil || sel.GroupBy != nil {
		return p.lacks("guard", "it is not known which rows `"+w.short(g.Expr)+"` leaves out", g.Expr)
	}
	key := newSet(own...)
	for i, c := range own {
		out, found := w.out.named(w.Dialect.Fold(held[i].Parts[len(held[i].Parts)-1]))
		if !found {
			return p.lacks("guard", "the table has no column `"+held[i].Parts[len(held[i].Parts)-1].Name+"`", g.Expr)
		}
		for _, o := range p.streams {
			if x, ok := p.into(o, out, g.rel.tids); o != s || !ok || x != c {
				return p.lacks("guard", "the table holds something else in `"+w.colName(out)+"` than `"+w.short(g.Expr)+"` compares", g.Expr)
			}
		}
		if lack := p.filled(out); lack != nil {
			return lack
		}
	}
	at := g.rel.tids
	if !w.reachNotNull(g.rel, key, key).all(p.tidsOf(s, at)) {
		return p.lacks("key", "several rows can have one "+Tuple(w.names(own))+": later ones are left out", g.Expr)
	}
	p.step(Tuple(w.names(own))+" tells rows apart: those that are new pass `"+w.short(g.Expr)+"`, and no other", g.Expr.Range())
	return nil
}

// tableOf returns the only relation that a SELECT reads.
func tableOf(sel *sql.Select) (*sql.Table, bool) {
	if sel == nil {
		return nil, false
	}
	t, ok := sel.From.(*sql.Table)
	return t, ok
}

// tidsOf returns the tuple ids of a relation that number rows of the stream's
// source.
func (p *prover) tidsOf(s *stream, tids set) set {
	var out set
	for _, t := range tids {
		for x := t; x > 0; x = p.w.cols[x].from {
			if x == s.scan.tid {
				out = out.with(t)
			}
		}
	}
	if len(out) == 0 {
		return tids
	}
	return out
}

// letsChanged: the keys with new rows are looked up in the same relation.
func (p *prover) letsChanged(s *stream, g placed) *gap {
	w := p.w
	own, other, sel, ok := p.compared(g)
	unread := p.lacks("guard", "it is not known which keys `"+w.short(g.Expr)+"` takes", g.Expr)
	if !ok || len(own) != 1 || sel.GroupBy != nil || sel.Having != nil || sel.Qualify != nil {
		return unread
	}
	for _, in := range w.Blocks {
		if in.Select != sel || len(in.sources) != 1 || len(in.Filters) != 1 {
			continue
		}
		inner, lack := p.source(in, in.sources[0], 0)
		mine, theirs := p.leafOf(own[0]), p.leafOf(in.pre.bind(other[0]))
		base, _, _ := p.bucketOf(s, own[0])
		if lack != nil || len(inner) != 1 || inner[0].scan == nil || len(inner[0].barriers) > 0 || !same(inner[0].scan.Relation, s.scan.Relation) || !sameColumn(mine, theirs) || w.cols[base].leaf == nil {
			return unread
		}
		if lack := p.letsArrivalsOf(s, inner[0], placed{w.guard(in.Filters[0]), place{0, atWhere}}); lack != nil {
			return lack
		}
		if lack := p.filledLeaf(mine); lack != nil {
			return lack
		}
		p.step("`"+w.short(g.Expr)+"` takes every "+Tuple(w.names(own))+" that has a new row, with all its rows", g.Expr.Range())
		return nil
	}
	return unread
}

// letsArrivalsOf is letsArrivals for a guard over another reading of the
// stream's source.
func (p *prover) letsArrivalsOf(s, inner *stream, g placed) *gap {
	unread := p.lacks("guard", "it is not known which rows `"+p.w.short(g.Expr)+"` takes", g.Expr)
	if p.kindOf(g) != byBound || g.leftExpr == nil {
		return unread
	}
	base, b, _ := p.bucketOf(inner, g.left)
	leaf := p.w.cols[base].leaf
	if b != exact || leaf == nil {
		return unread
	}
	for _, c := range s.scan.rel.cols {
		if own := p.w.cols[c.col].leaf; own != nil && own.Column == leaf.Column {
			outer := *g.Guard
			outer.left = c.col
			return p.letsArrivals(s, placed{&outer, g.place})
		}
	}
	return unread
}

// looks are the columns that a guard's choice is a function of.
func (p *prover) looks(g placed) []Col {
	if p.kindOf(g) == byBound {
		return []Col{g.left}
	}
	own, _, _, _ := p.compared(g)
	return own
}

// aligned reports whether a guard takes all rows or none of those that agree on
// cols; unit truncates a single column further.
func (p *prover) aligned(s *stream, g placed, cols []Col, unit timeGrain) (Col, bool) {
	w := p.w
	var group set
	for _, c := range cols {
		if x, ok := p.into(s, c, g.rel.tids); ok && !w.cols[x].volatile {
			group = group.with(x)
		}
	}
	looks := p.looks(g)
	if unit == noGrain && len(looks) > 0 && w.reach(g.rel, group).all(newSet(looks...)) {
		return looks[0], true
	}
	if p.kindOf(g) != byBound {
		return 0, false
	}
	base, b, agg := p.bucketOf(s, g.left)
	l, read := p.readLimit(s, g.Bound.Expr)
	for _, c := range cols {
		cb, cut, cagg := p.bucketOf(s, c)
		if cb != base || cagg != agg || cut.step == 0 {
			continue
		}
		if unit != noGrain {
			if cut.step > 1 || cut.unit != instant && !unit.functionOf(cut.unit) {
				continue
			}
			cut.unit = max(cut.unit, unit)
		}
		if b.functionOf(cut) {
			return c, true
		}
		if read && g.Op == sql.OpGe && !l.index && l.start.functionOf(cut) && (b == exact || l.start.functionOf(b)) {
			return c, true
		}
	}
	return 0, false
}

// whole says whether what a barrier computes from the rows that a guard lets
// through is what it computes from all rows.
func (p *prover) whole(s *stream, g placed, b barrier) *gap {
	w := p.w
	all, per := w.sharing(b.cols)
	if c, ok := p.aligned(s, g, b.cols, noGrain); ok {
		p.step(fmt.Sprintf("%s are taken together or not at all: the guard is decided by `%s`", all, w.colName(c)), b.span())
		return nil
	}
	switch {
	case p.kindOf(g) != byBound:
		return p.lacks("group", fmt.Sprintf("`%s` takes a part of the %s", w.short(g.Expr), all), g.Expr)
	case len(s.barriers) > 1 || len(s.guards) > 1:
		return p.lacks("group", fmt.Sprintf("`%s` takes a part of the %s", w.short(g.Expr), all), g.Expr)
	case b.first != nil:
		return p.newestFirst(s, g, b)
	case b.win != nil:
		return p.lacks("window", fmt.Sprintf("`%s`%s sees only the rows of `%s`", b.win.info.fn, per, w.short(g.Expr)), b.win.Call)
	}
	return p.newestWins(s, g, b)
}

// rel is the rows that a window function sees, before a filter on its value adds
// what it knows of them.
func (b barrier) rel() *rel {
	for _, f := range b.block.Filters {
		if f.Clause == Qualify {
			return f.rel
		}
	}
	return b.win.rel
}

// sharing names the rows that agree on some columns, and what one result stands
// for.
func (w *World) sharing(cols []Col) (all, per string) {
	if len(cols) == 0 {
		return "rows of the whole table", " over the whole table"
	}
	key := Tuple(w.names(cols))
	return "rows with one " + key, " per " + key
}

func (b barrier) span() sql.Span {
	switch {
	case b.win != nil:
		return b.win.Call.Span
	case b.block.Select.GroupBy != nil && b.phase == atGroup:
		return b.block.Select.GroupBy.Span
	}
	return b.block.Select.Span
}

// newestWins: every aggregate of a group gives the newest part what it gives all
// of it.
func (p *prover) newestWins(s *stream, g placed, b barrier) *gap {
	w := p.w
	base, _, _ := p.bucketOf(s, g.left)
	for _, a := range w.Aggs {
		if a.Block != b.block || b.phase != atGroup {
			continue
		}
		if a.Name == "max" && len(a.args) == 1 && a.Call.Filter == nil {
			if of, _, agg := p.bucketOf(s, a.args[0]); of == base && agg == "" {
				continue
			}
		}
		_, per := w.sharing(b.cols)
		return p.lacks("group", fmt.Sprintf("`%s`%s is computed from the rows of `%s` alone", w.short(a.Call), per, w.short(g.Expr)), a.Call)
	}
	if !p.replaces() {
		return p.lacks("group", "a group with new rows comes again, and nothing replaces it", g.Expr)
	}
	s.byKey = true
	p.step("the newest rows of a group give what all of its rows give", b.span())
	return nil
}

// replaces reports whether the load replaces rows by key.
func (p *prover) replaces() bool {
	switch p.load.Effect {
	case Upsert, DeleteInsert, OverwriteParts:
		return len(p.load.Key) > 0
	}
	return false
}

// newestFirst: the first row of a partition is the newest, which is in the batch
// if any of the partition is.
func (p *prover) newestFirst(s *stream, g placed, b barrier) *gap {
	w := p.w
	_, per := w.sharing(b.cols)
	base, cut, _ := p.bucketOf(s, g.left)
	order := b.win.info.order
	if len(order) > 0 && b.win.info.desc[0] {
		if of, finer, agg := p.bucketOf(s, order[0]); of == base && agg == "" && cut.functionOf(finer) {
			if !p.replaces() {
				return p.lacks("group", "the newest row"+per+" comes beside the one before it", g.Expr)
			}
			s.byKey = true
			p.step("the newest row"+per+" is in the batch if any of its rows is", b.win.Call.Span)
			return nil
		}
	}
	return p.lacks("window", "the first row"+per+" is not in the batch: a later one takes its place", b.win.Call)
}

// causal are the window functions whose value at a row depends on the rows up to
// it alone, when their frame ends there.
var causal = words(`row_number rank dense_rank lag first_value sum count avg min max`)

// computedBelow says whether a guard above a barrier lets through every row of
// its result that new rows change.
func (p *prover) computedBelow(s *stream, g placed, b barrier) *gap {
	w := p.w
	below := 0
	for _, o := range s.barriers {
		if o.place.before(g.place) {
			below++
		}
	}
	missed := p.lacks("window", "rows that `"+w.short(g.Expr)+"` leaves out can change", g.Expr)
	if p.kindOf(g) != byBound {
		return missed
	}
	base, cut, agg := p.bucketOf(s, g.left)
	switch {
	case below > 1 && (agg != "" || b.win != nil):
		return missed
	case b.win == nil:
		p.step("groups are computed from all rows, and those with new rows pass", b.span())
		return nil
	case b.first != nil:
		p.step("the first row of each partition is chosen from all rows: another one is new, and passes", b.span())
		return nil
	}
	if x, ok := p.into(s, g.left, b.rel().tids); ok && w.reach(b.rel(), newSet(b.cols...)).known(x) {
		p.step("the guard takes partitions whole, which are computed from all rows", b.span())
		return nil
	}
	order := b.win.info.order
	if !causal[b.win.info.fn] || len(order) == 0 || b.win.info.desc[0] || !endsAtRow(b.win.Call.Over) {
		return missed
	}
	if of, finer, _ := p.bucketOf(s, order[0]); of != base || !cut.functionOf(finer) {
		return missed
	}
	p.step("`"+b.win.info.fn+"` is computed from all rows, and looks at earlier ones alone", b.span())
	return nil
}

// endsAtRow reports whether the frame of a window ends at its row.
func endsAtRow(w *sql.Window) bool {
	return w != nil && (w.Frame == nil || w.Frame.End.Kind == sql.CurrentRow && w.Frame.Exclude == "" && (w.Frame.Start.Kind == sql.UnboundedPreceding || w.Frame.Start.Kind == sql.Preceding))
}

// stable reports whether the value of column c at a place, for what a row stands
// for, is the same after rows arrive: it is a group column, or one of a row.
func (p *prover) stable(s *stream, c Col, at place) bool {
	var collapsing []barrier
	for _, b := range slices.Backward(s.barriers) {
		if b.place.before(at) && (b.win == nil || b.first != nil) {
			collapsing = append(collapsing, b)
		}
	}
	return p.stableAt(s, c, collapsing, 0)
}

func (p *prover) stableAt(s *stream, c Col, above []barrier, depth int) bool {
	w := p.w
	col := &w.cols[c]
	switch {
	case c <= 0 || depth > 400 || col.volatile:
		return false
	case col.fixed:
		return true
	case col.window != nil && col.from <= 0, col.class == Grouped && col.from <= 0:
		return false
	case len(above) > 0 && col.nullFrom != nil:
		return false // which row it comes from may change
	}
	if len(above) > 0 {
		b := above[0]
		if b.first != nil && len(col.tids) > 0 && newSet(col.tids...).within(b.rel().tids) {
			if !w.reach(b.rel(), newSet(b.cols...)).known(c) {
				return false
			}
			return !slices.ContainsFunc(b.cols, func(x Col) bool { return !p.stableAt(s, x, above[1:], depth+1) })
		}
		if b.first == nil && slices.Contains(b.out(), c) {
			if col.from <= 0 {
				return true // a constant
			}
			return p.stableAt(s, col.from, above[1:], depth+1)
		}
	}
	if n, ok := p.down(s, c); ok {
		return p.stableAt(s, n, above, depth+1)
	}
	if col.leaf != nil {
		// A column of another relation than rows arrive in: a filter that reads
		// it reads the same row of it again.
		return len(above) == 0 || !slices.Contains(col.tids, s.scan.tid) && !p.growing[col.leaf.Relation]
	}
	return len(col.in) > 0 && !slices.ContainsFunc(col.in, func(i Col) bool { return !p.stableAt(s, i, above, depth+1) })
}

// out are the columns that a grouping barrier gives.
func (b barrier) out() []Col {
	if b.phase == atGroup {
		return b.block.groupOut
	}
	var out []Col
	for _, c := range b.block.Out.cols {
		out = append(out, c.col)
	}
	return out
}

// filled says whether an output column has a value in every row: it is proven,
// or it is a plain value of which nothing says that it can be missing.
func (p *prover) filled(c Col) *gap {
	w := p.w
	if w.out.notNull[c] != nil {
		return nil
	}
	if why := p.missing(c, 0); why != "" {
		return &gap{kind: "null", text: "`" + w.colName(c) + "` can be NULL (" + why + "), and NULL is not found again"}
	}
	p.assume("`" + w.colName(c) + "` is never NULL")
	return nil
}

func (p *prover) filledLeaf(l *Leaf) *gap {
	if l.Index >= 0 {
		c := l.Relation.Columns[l.Index]
		if c.NotNull {
			return nil
		}
		if c.Empty != nil {
			return &gap{kind: "null", text: "`" + l.Column + "` can be NULL (" + c.Empty.Text + ")"}
		}
	}
	p.assume("`" + l.Column + "` is never NULL")
	return nil
}

// missing says why a value can be NULL; empty if nothing speaks for it.
func (p *prover) missing(c Col, depth int) string {
	w := p.w
	col := &w.cols[c]
	switch {
	case depth > 60:
		return "it could not be followed"
	case col.fixed:
		if col.lit == "null" || col.lit == "" {
			return "its value is not known"
		}
		return ""
	case col.nullFrom != nil:
		return "an outer join supplies it"
	case col.from > 0:
		return p.missing(col.from, depth+1)
	case col.leaf != nil:
		if col.leaf.Index >= 0 {
			if l := col.leaf.Relation.Columns[col.leaf.Index]; !l.NotNull && l.Empty != nil {
				return l.Empty.Text
			}
		}
		return ""
	case col.class == Grouped || col.class == Opaque:
		return "it is computed"
	case col.window != nil:
		return "it is computed"
	}
	if e := col.expr; e != nil {
		switch x := sql.Unparen(e).(type) {
		case *sql.Case, *sql.Subquery:
			return "`" + w.short(x) + "` gives it"
		case *sql.Call:
			if n := funcName(x); n == "nullif" || strings.HasPrefix(n, "try_") || strings.HasPrefix(n, "safe_") {
				return "`" + w.short(x) + "` gives it"
			}
		case *sql.Cast:
			if x.Kind == sql.TryCast {
				return "`" + w.short(x) + "` gives it"
			}
		}
	}
	for _, i := range col.in {
		if why := p.missing(i, depth+1); why != "" {
			return why
		}
	}
	return ""
}
