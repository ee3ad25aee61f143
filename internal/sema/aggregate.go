package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Aggregate is one aggregate call of a block, with what it reads.
type Aggregate struct {
	World *World
	Block *Block
	Call  *sql.Call
	Name  string
	args  []Col
	rel   *rel // the rows it aggregates
	group []Col
	col   Col // its result
}

// aggregate binds an aggregate call and records it.
func (b *binder) aggregate(e *sql.Call) Col {
	pre := b
	if b.groups != nil {
		pre = b.block.pre
	}
	a := &Aggregate{World: b.w, Block: b.block, Call: e, Name: funcName(e)}
	var fixed = true
	for _, arg := range e.Args {
		if arg.X == nil {
			continue
		}
		switch arg.X.(type) {
		case *sql.Star, *sql.Hole:
			fixed = false
			continue
		}
		if _, ok := unitArg(a.Name, arg.X); ok {
			continue
		}
		c := pre.bind(arg.X)
		a.args = append(a.args, c)
		fixed = fixed && b.w.cols[c].fixed
	}
	if e.Filter() != nil {
		pre.bind(e.Filter())
	}
	for _, o := range slices.Concat(e.OrderBy(), e.WithinGroup()) {
		pre.bind(o.X)
	}
	if c, ok := b.sameAggregate(a); ok {
		a.col, a.rel, a.group = c, b.block.grouping, b.block.groupPre
		b.w.Aggs = append(b.w.Aggs, a)
		return c
	}
	c := b.w.mint(column{class: Grouped, in: a.args, cutoff: true, expr: e})
	a.col = c
	if b.block != nil {
		a.rel, a.group = b.block.grouping, b.block.groupPre
		if b.groups != nil {
			b.w.cols[c].tids = b.block.groupTids()
			if a.Name == "grouping" || a.Name == "grouping_id" {
				b.block.level(c, a.args)
			}
			if g, ok := b.ofGroup(a); ok {
				b.block.rel.addFD(fd{set{c}, []Col{g}, false, b.w.because(e.Span, proof.OfGroup)})
			}
			if why := b.filled(a); why != nil {
				b.block.rel.fill(c, why)
			}
		}
		b.w.Aggs = append(b.w.Aggs, a)
	}
	return c
}

// filled says why an aggregate is never NULL, or returns nothing: it counts, or
// it is over a column without NULL, of which each group has a row.
func (b *binder) filled(a *Aggregate) *why {
	if aggregates[a.Name].neverNull {
		return b.w.because(a.Call.Span, proof.Counted)
	}
	grouped := !b.block.rollup() && b.w.varies(b.block.groupPre)
	if grouped && a.Call.Filter() == nil && keepsValues[a.Name] && len(a.args) == 1 && b.block.grouping.notNull[a.args[0]] != nil {
		return b.w.because(a.Call.Span, proof.GroupHasRow, b.block.grouping.filledFact(a.args[0])).worded(b.w.colName(a.args[0]))
	}
	return nil
}

// keepsValues are the aggregates that are NULL only where all values are.
var keepsValues = words("min max any_value arbitrary first last sum avg bool_and bool_or array_agg string_agg listagg")

// sameAggregate returns the column of an earlier call in the block that has the
// same value in every group.
func (b *binder) sameAggregate(a *Aggregate) (Col, bool) {
	if b.groups == nil || !repeatable[a.Name] || !plainCall(a.Call) {
		return 0, false
	}
	for _, o := range slices.Backward(b.w.Aggs) {
		if o.Block != b.block {
			break
		}
		if o.Name == a.Name && o.Call.Distinct == a.Call.Distinct && o.Call.Star == a.Call.Star && plainCall(o.Call) && slices.Equal(o.args, a.args) && o.rel == b.block.grouping {
			return o.col, true
		}
	}
	return 0, false
}

// repeatable are the aggregates that give rows of one group the same value each
// time.
var repeatable = words("count min max sum avg bool_and bool_or count_if")

// plainCall reports whether an aggregate is a function of its arguments alone.
func plainCall(e *sql.Call) bool {
	return e.Filter() == nil && len(e.OrderBy())+len(e.WithinGroup())+len(e.Params()) == 0 && !e.Open
}

// ofGroup returns the group column that an aggregate picks a value of, which all
// rows of the group have.
func (b *binder) ofGroup(a *Aggregate) (Col, bool) {
	if !picks[a.Name] || len(a.args) != 1 || a.Call.Filter() != nil || b.block.rollup() {
		return 0, false
	}
	g, ok := b.groups[a.args[0]]
	return g, ok
}

// picks are the aggregates whose result is one of the values they read.
var picks = words("min max any_value arbitrary first last")

// Additive reports whether a repeated row changes the aggregate's result.
func (a *Aggregate) Additive() bool {
	return aggregates[a.Name].additive && !a.Call.Distinct
}

// Read reports whether the aggregate may have a part in the output: a column is
// computed from it, or a condition compares it. What is not known counts as read.
func (a *Aggregate) Read() bool {
	w := a.World
	if w.out == nil || w.out.open != nil {
		return true
	}
	leads := func(c Col) bool { return w.leadsThrough(c, a.col) }
	for _, c := range w.out.cols {
		if leads(c.col) || w.cols[w.root(c.col)].class == Opaque {
			return true
		}
	}
	return slices.ContainsFunc(w.Filters, func(f *Filter) bool { return slices.ContainsFunc(f.cols, leads) })
}

// Orders reports whether the aggregate orders the rows of a window function, or
// divides them, whose result is read.
func (a *Aggregate) Orders() bool {
	w := a.World
	leads := func(c Col) bool { return w.leadsThrough(c, a.col) }
	return slices.ContainsFunc(w.Blocks, func(b *Block) bool {
		return slices.ContainsFunc(b.Windows, func(win *Window) bool {
			return (slices.ContainsFunc(win.info.order, leads) || slices.ContainsFunc(win.info.partition, leads)) && w.keeps(win.col)
		})
	})
}

// MultipliedBy returns the join that repeats the rows which the aggregate's
// argument comes from, or nil when none is known to. The argument must stem
// from one relation alone: an expression over both sides of a join is meant for
// the joined rows. Rows that the GROUP BY columns tell apart are not repeated.
func (a *Aggregate) MultipliedBy() *Join {
	if a.rel == nil {
		return nil
	}
	for _, c := range a.args {
		if !a.World.cols[c].fixed && len(a.World.cols[c].tids) == 0 {
			return nil
		}
	}
	from := a.rows()
	if len(from) != 1 || !from.within(a.rel.tids) {
		return nil
	}
	j := a.World.multiplied(a.rel, from[0], a.group)
	if j != nil && lists[a.Name] && j.ext != nil && j.looksAt(from[0]) {
		return nil
	}
	return j
}

// lists are the aggregates that list what they read.
var lists = words("array_agg string_agg listagg group_concat list collect_list grouparray json_agg jsonb_agg json_arrayagg xmlagg json_group_array wm_concat")

// looksAt reports whether t numbers rows of the right side, each looked up for rows
// of the left: a list of them has an entry for each left row.
func (j *Join) looksAt(t Col) bool {
	for ; t > 0; t = j.World.cols[t].from {
		if j.ext.tids.has(t) {
			return j.Right.Status == Unique
		}
	}
	return false
}

// multiplied returns the join that repeats the rows of t in r within groups of
// equal columns, if one is blamed.
func (w *World) multiplied(r *rel, t Col, group []Col) *Join {
	if len(r.dups[t]) == 0 {
		return nil
	}
	c := w.reach(r, newSet(append([]Col{t}, group...)...))
	if c.all(r.tids) {
		return nil
	}
	for _, b := range r.dups[t] {
		if !c.all(b.by) && !w.perElement(b, group) {
			return b.join
		}
	}
	return nil
}

// perElement reports whether rows that are grouped by group, and that a collection
// repeats, are grouped by what its elements hold: a row counts once for each.
func (w *World) perElement(b *blame, group []Col) bool {
	return b.join.Elements && slices.ContainsFunc(group, func(c Col) bool { return newSet(w.cols[c].tids...).meets(b.added) })
}

// Source returns the relation that the argument comes from, as the query names
// it, or empty.
func (a *Aggregate) Source() string {
	for _, t := range a.rows() {
		if n := a.World.tidName(t); n != "" {
			return n
		}
	}
	return ""
}

// ArgColumns returns the names of the columns in the argument.
func (a *Aggregate) ArgColumns() []string {
	var out []string
	for n := range sql.Walk(a.Call) {
		if c, ok := n.(*sql.Column); ok {
			out = append(out, c.Parts[len(c.Parts)-1].Name)
		}
	}
	return out
}

// tidName returns the name of the relation that tuple id t numbers.
func (w *World) tidName(t Col) string {
	for ; t > 0; t = w.cols[t].from {
		if s := w.cols[t].scan; s != nil {
			return s.Relation.Name
		}
	}
	return ""
}

// window binds a window function call: its value is a function of the row, and
// a ranking's with its partition identifies the row.
func (b *binder) window(e *sql.Call) Col {
	spec := e.Over
	if spec == nil || spec.Base != nil {
		spec = b.block.namedWindow(e, spec)
	}
	for _, a := range e.Args {
		if a.X == nil {
			continue
		}
		switch a.X.(type) {
		case *sql.Star, *sql.Hole, *sql.Word:
			continue
		}
		b.bind(a.X)
	}
	win := &windowCol{fn: funcName(e), whole: true, call: e}
	c := b.w.mint(column{class: Windowed, expr: e, window: win})
	if b.block == nil || b.block.rel == nil {
		return c
	}
	r := b.block.rel
	b.w.cols[c].tids = r.tids
	if spec == nil || len(spec.Holes) > 0 {
		win.whole = false
		return c
	}
	for _, p := range spec.PartitionBy {
		win.partition = append(win.partition, b.bind(p))
	}
	for _, o := range spec.OrderBy {
		win.order = append(win.order, b.bind(o.X))
		win.desc = append(win.desc, o.Desc)
	}
	order, proof := b.w.orderOf(win, r)
	b.windowFacts(c, win, spec, r)
	b.block.Windows = append(b.block.Windows, &Window{Call: e, Block: b.block, col: c, info: win, rel: r, order: order, proof: proof})
	return c
}

// windowFacts adds what the window column says about the rows of r.
func (b *binder) windowFacts(c Col, win *windowCol, spec *sql.Window, r *rel) {
	w := b.w
	part := newSet(win.partition...)
	because := func(rule proof.Rule, from ...fact) *why { return w.because(win.call.Span, rule, from...) }
	switch win.fn {
	case "row_number":
		if one := w.reach(r, part); one.all(r.tids) {
			r.addFD(fd{to: []Col{c}, why: because(proof.OneRowPartition, one.proof(r.tids)...)})
		} else {
			r.addStrict(part.with(c), because(proof.RowNumber))
		}
		r.fill(c, because(proof.RowNumberValue))
	case "rank", "dense_rank":
		if all := w.reach(r, part.with(win.order...)); all.all(r.tids) {
			r.addStrict(part.with(c), because(proof.RankKey, all.proof(r.tids)...))
		}
		r.fill(c, because(proof.RankValue))
		r.addFD(fd{part.with(win.order...), []Col{c}, false, because(proof.RankShared)})
	default:
		switch {
		case w.perPartition(win, spec):
			r.addFD(fd{part, []Col{c}, false, because(proof.PerPartition).worded(win.fn)})
		case spec.Frame == nil && len(spec.OrderBy) > 0 && perPeer[win.fn]:
			r.addFD(fd{part.with(win.order...), []Col{c}, false, because(proof.PerPeer)})
		}
	}
}

// perPeer are the window functions that give rows of one place in the order one
// value: shares of ranks, and aggregates over the default frame, which ends with the last
// of such rows.
var perPeer = words("percent_rank cume_dist count sum avg min max bool_and bool_or")

// frameRows are the window functions that give the value of one row of the frame.
var frameRows = words("first_value last_value nth_value")

// perPartition reports whether a window function has one value in all rows of a
// partition: it reads the whole of it, or the first row of frames that all begin
// with the partition. lag, lead and ntile tell rows apart even where no order is
// asked for.
func (w *World) perPartition(win *windowCol, spec *sql.Window) bool {
	if _, ok := aggregates[win.fn]; !ok && !frameRows[win.fn] {
		return false
	}
	first := win.fn == "first_value" && win.call.Nulls >= 0
	switch f := spec.Frame; {
	case f == nil:
		whole := frameRows[win.fn] && w.Dialect.Name == "snowflake" // the whole partition is the default there
		return len(spec.OrderBy) == 0 || first || whole
	case f.Exclude != "" || f.Start.Kind != sql.UnboundedPreceding:
		return false
	case f.End.Kind == sql.UnboundedFollowing:
		return true
	default:
		return first && (f.End.Kind == sql.CurrentRow || f.End.Kind == sql.Following)
	}
}

// Window is one window function call of a block.
type Window struct {
	Call  *sql.Call
	Block *Block
	col   Col
	info  *windowCol
	rel   *rel
	order OrderKind
	proof []fact
}

// Multiplier returns the verdict of join j on the side that repeats what the
// aggregate counts.
func (a *Aggregate) Multiplier(j *Join) Verdict {
	for _, t := range a.rows() {
		for _, b := range a.rel.dups[t] {
			if b.join == j {
				return j.repeats(b)
			}
		}
	}
	return j.Right
}

// repeats returns the verdict of the side of j that a blame is about. Columns
// may have been renamed since; the kind of the added rows tells the side.
func (j *Join) repeats(b *blame) Verdict {
	if j.Right.Status == FanOut && j.Left.Status == FanOut {
		w := j.World
		for _, t := range b.added {
			for x := t; x > 0; x = w.cols[x].from {
				if j.extLeft.tids.has(x) {
					return j.Left
				}
			}
		}
		return j.Right
	}
	if j.Right.Status == FanOut {
		return j.Right
	}
	return j.Left
}

// HavingCount reports whether the block is a search for duplicates, such as
// `having count(*) > 1`: it counts rows on purpose.
func (b *Block) HavingCount() bool {
	for _, f := range b.Filters {
		if f.Clause != Having {
			continue
		}
		for n := range sql.Walk(f.Expr) {
			if c, ok := n.(*sql.Call); ok && funcName(c) == "count" {
				return true
			}
		}
	}
	return false
}
