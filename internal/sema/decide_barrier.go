package sema

import (
	"fmt"
	"slices"

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

// determined says whether the query has one result: no aggregate picks any value,
// and, as the proof then assumes, no order leaves open which row comes first.
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
		if slices.ContainsFunc(all, func(c Col) bool { return w.cols[c].volatile || w.cols[c].class == Opaque }) || len(b.win.info.order) == 0 {
			if !slices.ContainsFunc(all, func(c Col) bool { return w.cols[c].volatile }) && p.sameInAnyOrder(b.win.Call) {
				continue
			}
			return p.lacks("ties", fmt.Sprintf("rows can be equal in the order of `%s`: which one comes first is not determined", b.win.info.fn), b.win.Call)
		}
		p.untied = true
		rows, _ := w.sharing(b.win.info.partition)
		p.assume(fmt.Sprintf("no two %s are equal in the order of `%s`, by %s", rows, b.win.info.fn, Tuple(w.names(b.win.info.order))))
	}
	for _, a := range w.Aggs {
		if !slices.Contains(s.path, a.Block) || certainAggs[a.Name] {
			continue
		}
		if (a.rel == nil || !w.reach(a.rel, newSet(a.group...)).all(newSet(a.args...))) && !p.sameInAnyOrder(a.Call) {
			return p.lacks("ties", "the result of `"+w.short(a.Call)+"` is not determined by its rows", a.Call)
		}
	}
	for i, b := range s.path {
		for _, f := range b.Filters {
			if !p.isGuard(f) && w.clocked(f.Expr) && !p.byClock(s, i, f) {
				return p.lacks("clock", "a condition goes by the clock", f.Expr)
			}
		}
	}
	if slices.ContainsFunc(w.out.cols, func(c outCol) bool { return w.cols[c.col].volatile }) {
		return p.lacks("volatile", "a column has another value in each run", nil)
	}
	return nil
}

var certainAggs = words(`count sum avg min max count_if countif countdistinct countdistinctif bool_or bool_and logical_or logical_and boolor_agg booland_agg every median
	approx_count_distinct approx_distinct stddev stddev_pop stddev_samp stddevpop stddevsamp variance var_pop var_samp varpop varsamp corr covar_pop covar_samp
	sumif avgif minif maxif sum_if avg_if min_if max_if summerge countmerge uniq uniqif uniqexact uniqexactif uniqmerge groupbitmap groupbitmapmerge groupbitmapstate
	quantileexact quantileexactweighted medianexact percentile_cont percentile_disc bit_and bit_or bit_xor bit_and_agg bit_or_agg bit_xor_agg product`)

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
	same := newSet(looks...).within(group)
	if !s.collapsedBefore(g.place) { // facts of single rows are the same in each run
		same = w.reach(g.rel, group).all(newSet(looks...))
	}
	if unit == noGrain && len(looks) > 0 && same {
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

// collapsedBefore reports whether rows are computed from several before a place.
func (s *stream) collapsedBefore(at place) bool {
	return slices.ContainsFunc(s.barriers, func(b barrier) bool { return b.place.before(at) })
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
	lack := p.newestOf(s, g, b, all, per)
	if lack != nil && p.taken(s, g, b.cols) {
		p.step(all+" are taken together or not at all", b.span())
		return nil
	}
	return lack
}

// newestOf says whether the newest rows of a barrier, which a guard lets through,
// give what all of them give.
func (p *prover) newestOf(s *stream, g placed, b barrier, all, per string) *gap {
	w := p.w
	switch {
	case p.kindOf(g) != byBound:
		return p.lacks("group", fmt.Sprintf("`%s` takes a part of the %s", w.short(g.Expr), all), g.Expr)
	case len(s.barriers) > 1 || !p.oneBound(s, g):
		return p.lacks("group", fmt.Sprintf("`%s` takes a part of the %s", w.short(g.Expr), all), g.Expr)
	case b.first != nil:
		return p.newestFirst(s, g, b)
	case b.win != nil:
		return p.lacks("window", fmt.Sprintf("`%s`%s sees only the rows of `%s`", b.win.info.fn, per, w.short(g.Expr)), b.win.Call)
	}
	return p.newestWins(s, g, b)
}

// oneBound reports whether all guards of a stream are lower bounds of the column
// that g compares, on the same rows: together they are one.
func (p *prover) oneBound(s *stream, g placed) bool {
	base, _, agg := p.bucketOf(s, g.left)
	return len(s.guards) == 1 || agg == "" && !slices.ContainsFunc(s.guards, func(o placed) bool { return o.Block != g.Block || o.Clause != g.Clause || !p.follows(s, o, base) })
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
		if a.Name == "max" && len(a.args) == 1 && a.Call.Filter() == nil {
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
