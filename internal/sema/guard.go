package sema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Guard is a condition that only the incremental run has: the difference
// between the two worlds, on the way from a scanned relation to the output.
type Guard struct {
	*Filter
	// Leaf is the relation that it restricts, Column the column of it that it
	// compares; nil and empty when it cannot be told.
	Leaf   *Summary
	Column string
	Op     sql.Op
	Bound  Bound
	// left is the compared expression as a column, and its node.
	left     Col
	leftExpr sql.Expr
}

// BoundKind is what a guard compares with.
type BoundKind uint8

const (
	OtherBound BoundKind = iota
	ThisMax              // max(column) of {{ this }}, perhaps shifted
	Clock                // now, perhaps shifted
	Literal              // a constant, as a variable gives it
	ThisRows             // a comparison with rows of {{ this }}: not in, exists, except
)

// Bound is the right side of a guard.
type Bound struct {
	Kind BoundKind
	// Column is the column of {{ this }} whose maximum it is.
	Column *sql.Column
	// Shifted is set when something is added or subtracted.
	Shifted bool
	Expr    sql.Expr
}

// Guards returns the guards of the incremental world.
func (m *Model) Guards() []*Guard {
	if m.guarded {
		return m.guards
	}
	m.guarded = true
	full, incr := m.Full(), m.Incremental()
	if full == nil || incr == nil || full.World == nil || incr.World == nil {
		return nil
	}
	had := map[string]int{}
	for _, f := range full.World.Filters {
		had[f.text()]++
	}
	for _, f := range incr.World.Filters {
		if t := f.text(); had[t] > 0 {
			had[t]--
			continue
		}
		m.guards = append(m.guards, incr.World.guard(f))
	}
	return m.guards
}

// text is the filter as it is compared between worlds.
func (f *Filter) text() string {
	return string(rune('0'+f.Clause)) + sql.Print(f.Expr, f.World.Dialect)
}

// guard reads a filter as a guard.
func (w *World) guard(f *Filter) *Guard {
	g := &Guard{Filter: f}
	bd := f.Block.pre
	switch e := sql.Unparen(f.Expr).(type) {
	case *sql.Binary:
		g.compare(w, bd, e)
	case *sql.Between:
		g.side(w, bd, e.X, e.Lo, sql.OpGe)
	case *sql.In, *sql.Exists, *sql.Unary:
		if w.readsThis(f.Expr) {
			g.Bound.Kind = ThisRows
		}
	}
	return g
}

// otherWay is each comparison as it reads from the other side.
var otherWay = map[sql.Op]sql.Op{sql.OpLt: sql.OpGt, sql.OpLe: sql.OpGe, sql.OpGt: sql.OpLt, sql.OpGe: sql.OpLe, sql.OpEq: sql.OpEq}

func (g *Guard) compare(w *World, bd *binder, e *sql.Binary) {
	if _, ok := otherWay[e.Op]; !ok {
		return
	}
	if w.cols[bd.bind(e.R)].fixed || w.readsThis(e.R) {
		g.side(w, bd, e.L, e.R, e.Op)
		return
	}
	if w.cols[bd.bind(e.L)].fixed || w.readsThis(e.L) {
		g.side(w, bd, e.R, e.L, otherWay[e.Op])
	}
}

func (g *Guard) side(w *World, bd *binder, left, bound sql.Expr, op sql.Op) {
	g.leftExpr, g.left, g.Op = left, bd.bind(left), op
	g.Bound = w.bound(bound)
	reads := bd.reads(left)
	if len(reads) != 1 {
		return
	}
	if leaf := w.cols[w.root(reads[0])].leaf; leaf != nil {
		g.Leaf, g.Column = leaf.Relation, leaf.Column
	}
}

// readsThis reports whether a query inside e reads {{ this }}.
func (w *World) readsThis(e sql.Node) bool {
	for n := range sql.Walk(e) {
		if t, ok := n.(*sql.Table); ok && w.isThis(t) {
			return true
		}
	}
	return false
}

func (w *World) isThis(t *sql.Table) bool {
	return slices.ContainsFunc(w.This, func(s *Scan) bool { return s.Table == t })
}

// bound reads what a guard compares with.
func (w *World) bound(e sql.Expr) Bound {
	b := Bound{Expr: e}
	switch x := sql.Unparen(e).(type) {
	case *sql.Subquery:
		b = w.thisMax(x.Query)
		b.Expr = e
	case *sql.Binary:
		if x.Op == sql.OpAdd || x.Op == sql.OpSub {
			b = w.bound(x.L)
			if b.Kind == OtherBound {
				b = w.bound(x.R)
			}
			b.Shifted, b.Expr = true, e
		}
	case *sql.Call:
		b = w.boundCall(x)
		b.Expr = e
	case *sql.Cast:
		b = w.bound(x.X)
		b.Expr = e
	case *sql.AtTimeZone:
		b = w.bound(x.X)
	case *sql.Literal:
		b.Kind = Literal
	}
	return b
}

func (w *World) boundCall(x *sql.Call) Bound {
	name := funcName(x)
	if stables[name] && len(x.Args) == 0 {
		return Bound{Kind: Clock}
	}
	shift := strings.Contains(name, "add") || strings.Contains(name, "sub") && name != "substr" && name != "substring"
	for _, a := range x.Args {
		if a.X == nil {
			continue
		}
		if b := w.bound(a.X); b.Kind != OtherBound && b.Kind != Literal {
			b.Shifted = b.Shifted || shift
			return b
		}
	}
	return Bound{}
}

// thisMax recognises (select max(c) from {{ this }}), also inside coalesce,
// casts and shifts.
func (w *World) thisMax(q *sql.Query) Bound {
	sel, ok := q.Body.(*sql.Select)
	if !ok || len(sel.Items) != 1 || sel.Items[0].X == nil {
		return Bound{}
	}
	t, ok := sel.From.(*sql.Table)
	if !ok || !w.isThis(t) {
		return Bound{}
	}
	b := Bound{}
	for n := range sql.Walk(sel.Items[0].X) {
		switch n := n.(type) {
		case *sql.Call:
			name := funcName(n)
			if name == "max" && len(n.Args) == 1 {
				b.Kind = ThisMax
				for c := range sql.Walk(n.Args[0].X) {
					if c, ok := c.(*sql.Column); ok && b.Column == nil {
						b.Column = c
					}
				}
				if _, plain := sql.Unparen(n.Args[0].X).(*sql.Column); !plain {
					b.Shifted = b.Shifted || !isCast(n.Args[0].X)
				}
			} else if name != "coalesce" && name != "ifnull" && name != "nvl" && name != "min" {
				b.Shifted = true
			}
		case *sql.Binary:
			b.Shifted = true
		}
	}
	return b
}

func isCast(e sql.Expr) bool {
	c, ok := sql.Unparen(e).(*sql.Cast)
	if !ok {
		return false
	}
	_, col := sql.Unparen(c.X).(*sql.Column)
	return col
}

// Inclusive reports whether the guard lets rows through that the table may
// already hold: >= or a shifted bound.
func (g *Guard) Inclusive() bool {
	return g.Op == sql.OpGe || g.Op == sql.OpEq || g.Bound.Shifted && (g.Op == sql.OpGt)
}

// Rereads reports whether the guard certainly lets the newest rows of the table
// through again: the table's own column is compared, unchanged and inclusively,
// with its maximum.
func (g *Guard) Rereads(out *Summary) bool {
	w := g.World
	if g.Bound.Kind != ThisMax || g.Op != sql.OpGe || g.Bound.Column == nil || out == nil || g.Leaf == nil {
		return false
	}
	if _, plain := sql.Unparen(g.leftExpr).(*sql.Column); !plain {
		return false
	}
	i := out.Index(w.Dialect.Fold(g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1]))
	if i < 0 {
		return false
	}
	return slices.ContainsFunc(out.Columns[i].Origins, func(o Origin) bool {
		return o.Class == Identity && o.Relation == g.Leaf.ID && strings.EqualFold(o.Column, g.Column) && len(out.Columns[i].Origins) == 1
	})
}

// Partial is an aggregate below which a guard cuts groups apart.
type Partial struct {
	Guard *Guard
	Block *Block
	// Aggs are the aggregates of the block whose value depends on all rows of
	// a group.
	Aggs []*Aggregate
	// Group names the group columns.
	Group []string
}

// CutsGroups applies the alignment test: it returns the first grouped block
// above the guard whose groups the guard does not take whole. It returns nil
// when every group is taken whole, or when it cannot be told.
//
// A guard is aligned when what it compares is a function of the group columns,
// as a month is of its days; also when a group column is a truncation of it and
// the bound is the beginning of such a unit (group by ts::date, ts >= max(d)).
func (g *Guard) CutsGroups() *Partial {
	if g.Bound.Kind == OtherBound || g.left == 0 || g.Clause != Where || g.Block.InExpr {
		return nil
	}
	for _, b := range g.World.Blocks {
		if !b.Grouped || b.InExpr {
			continue
		}
		switch g.alignment(b) {
		case misaligned:
			return g.partial(b)
		case undecided:
			return nil
		}
	}
	return nil
}

type alignment uint8

const (
	unrelated alignment = iota // the block does not read what the guard restricts
	aligned
	misaligned
	undecided
)

func (g *Guard) alignment(b *Block) alignment {
	w, dom := g.World, g.rel
	if !g.below(b) {
		return unrelated
	}
	var group set
	timed := false // a group column is a function of what the guard compares
	event := false // a group holds a time of its own: it may be one event, that arrives whole
	base, left := w.truncation(g.left)
	for _, c := range b.groupPre {
		col := &w.cols[c]
		if col.class == Opaque || col.volatile {
			return undecided
		}
		d, ok := w.descend(c, dom.tids, 0)
		if ok {
			group = group.with(d...)
		} else if b != g.Block && !col.fixed {
			return undecided // grouped by what another relation brings in
		}
		gb, unit := w.truncation(c)
		if gb != base {
			if w.leadsTo(gb, base) {
				return undecided // a group column made of what is compared
			}
			event = event || timeName.MatchString(w.colName(gb)) || eventName.MatchString(w.colName(gb))
			continue
		}
		timed = true
		if left.functionOf(unit) || g.Op == sql.OpGe && g.boundary(g.Bound.Expr).functionOf(unit) {
			return aligned
		}
	}
	if b.Select.GroupBy != nil && len(b.Select.GroupBy.Holes) > 0 {
		return undecided
	}
	if w.reach(dom, group).known(g.left) {
		return aligned
	}
	if w.cols[g.left].class == Opaque || event || timed && !g.instantBound() {
		return undecided
	}
	return misaligned
}

// timeName matches columns that hold a time, by the names people give them.
var timeName = regexp.MustCompile(`(?i)(^|_)(at|ts|time|timestamp|date|day|datetime|hour|week|month|on)$|timestamp|_block$|block_number`)

// eventName matches columns that name one event, by the names people give them.
var eventName = regexp.MustCompile(`(?i)(^|_)(hash|txid|uuid|guid|event_id|log_index|evt_index|trace_address|message_id|request_id|session_id)$`)

// instantBound reports whether the bound is the maximum of a point in time,
// unchanged: it lies inside a day or month for sure.
func (g *Guard) instantBound() bool {
	w := g.World
	if g.Bound.Kind != ThisMax || g.Bound.Shifted || g.Bound.Column == nil || w.out == nil {
		return false
	}
	c, ok := w.out.named(w.Dialect.Fold(g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1]))
	if !ok {
		return false
	}
	base, unit := w.truncation(w.extreme(c))
	own, _ := w.truncation(g.left)
	return unit == instant && base == own
}

// extreme returns what column c is the maximum or minimum of, or c.
func (w *World) extreme(c Col) Col {
	for x := c; x > 0; x = w.cols[x].from {
		if call, ok := w.cols[x].expr.(*sql.Call); ok && (funcName(call) == "max" || funcName(call) == "min") && len(w.cols[x].in) == 1 {
			return w.cols[x].in[0]
		}
	}
	return c
}

// below reports whether the rows that the guard restricts flow into block b:
// it is the guard's own block, or reads a column that descends from it.
func (g *Guard) below(b *Block) bool {
	if b == g.Block {
		return true
	}
	w := g.World
	for _, src := range b.sources {
		for _, c := range src.rel.cols {
			if d, ok := w.descend(c.col, g.rel.tids, 0); ok && len(d) > 0 && !w.cols[d[0]].fixed {
				return true
			}
		}
	}
	return false
}

// descend follows column c down to columns of the rows with tuple ids dom: the
// column it is a copy of, or the inputs of a deterministic expression. ok is
// false when it does not lead there.
func (w *World) descend(c Col, dom set, depth int) ([]Col, bool) {
	for c > 0 && depth < 60 {
		col := &w.cols[c]
		if len(col.tids) > 0 && newSet(col.tids...).within(dom) {
			return []Col{c}, true
		}
		if col.fixed {
			return nil, true
		}
		if col.from <= 0 {
			break
		}
		c = col.from
		depth++
	}
	return nil, false
}

// partial describes a block whose groups are cut, unless every aggregate of it
// gives the same result on the newest part of a group.
func (g *Guard) partial(b *Block) *Partial {
	w := g.World
	p := &Partial{Guard: g, Block: b, Group: w.names(b.groupPre)}
	for _, a := range w.Aggs {
		if a.Block == b && !g.newestWins(a) && a.Read() {
			p.Aggs = append(p.Aggs, a)
		}
	}
	if len(p.Aggs) == 0 {
		return nil
	}
	return p
}

// Upserts reports whether the groups of the block are what the run replaces: the
// columns of the unique_key are among the group columns. A key that is not
// replaces larger batches, whose groups may well be whole.
func (p *Partial) Upserts(key []string) bool {
	w := p.Guard.World
	if w.out == nil || len(key) == 0 {
		return false
	}
	for _, k := range key {
		c, ok := w.out.named(w.Dialect.FoldName(k, false))
		if !ok || !p.holds(c) {
			return false
		}
	}
	return true
}

// holds reports whether output column c is a group column of the block, or is
// computed from group columns alone.
func (p *Partial) holds(c Col) bool {
	w := p.Guard.World
	for x := c; x > 0; x = w.cols[x].from {
		if slices.Contains(p.Block.groupOut, x) || slices.Contains(p.Block.groupPre, x) {
			return true
		}
		if w.cols[x].from <= 0 {
			in := w.cols[x].in
			return len(in) > 0 && w.cols[x].class <= Lossy && !slices.ContainsFunc(in, func(i Col) bool { return !w.cols[i].fixed && !p.holds(i) })
		}
	}
	return false
}

// newestWins reports whether an aggregate over the newest rows of a group is
// that of the whole group: max of the guarded column, or the value at it.
func (g *Guard) newestWins(a *Aggregate) bool {
	w := g.World
	if len(a.args) == 0 {
		return false
	}
	by := a.args[len(a.args)-1]
	switch a.Name {
	case "max", "max_by", "arg_max", "argmax":
		x, _ := w.truncation(by)
		y, _ := w.truncation(g.left)
		return x == y
	}
	return false
}

// ExcludesHeld reports whether the incremental query compares its rows with
// those of {{ this }} other than by a bound (an anti-join, EXCEPT, NOT EXISTS):
// it may leave out what the table already holds.
func (m *Model) ExcludesHeld() bool {
	run := m.Run()
	if run == nil {
		return true // not known
	}
	bounds := map[*sql.Table]bool{}
	for _, g := range m.Guards() {
		if g.Bound.Kind != ThisMax {
			continue
		}
		for n := range sql.Walk(g.Bound.Expr) {
			if t, ok := n.(*sql.Table); ok {
				bounds[t] = true
			}
		}
	}
	return slices.ContainsFunc(run.This, func(s *Scan) bool { return !bounds[s.Table] })
}

// Replaces reports whether the engine itself removes rows of equal key, as
// ClickHouse's ReplacingMergeTree does.
func (m *Model) Replaces() bool {
	engine, known := m.Node.Config.Text("engine")
	return !known || strings.Contains(strings.ToLower(engine), "replacing") || strings.Contains(strings.ToLower(engine), "collapsing")
}

// Limits reports whether something besides is_incremental() may restrict the
// rows of a run: a clock, {{ this }}, a constant false, a LIMIT, a template
// value that is not known. A query that reads nothing has no rows to restrict.
func (w *World) Limits() bool {
	if len(w.Rendered.Holes) > 0 || len(w.This) > 0 || len(w.Scans) == 0 || w.truncated {
		return true
	}
	for _, c := range w.Rendered.Conditions {
		if c.Unknown {
			return true
		}
	}
	for _, e := range w.Rendered.Events {
		if e.Kind == dbtctx.VarEvent || e.Kind == dbtctx.EnvEvent {
			return true
		}
	}
	for _, f := range w.Filters {
		if w.clocked(f.Expr) || len(f.cols) == 0 {
			return true
		}
	}
	return slices.ContainsFunc(w.Blocks, func(b *Block) bool { return b.Limited })
}

// clocked reports whether an expression reads the clock.
func (w *World) clocked(e sql.Node) bool {
	for n := range sql.Walk(e) {
		if c, ok := n.(*sql.Call); ok && stables[funcName(c)] {
			return true
		}
	}
	return false
}

// Undecided reports whether a place of the template is rendered only under a
// condition whose value is not known.
func (v *Variant) Undecided(p finding.Place) bool {
	for _, c := range v.Rendered.Conditions {
		if c.Unknown && (c.Then.Contains(p.Span) || c.Else.Contains(p.Span)) {
			return true
		}
	}
	return false
}
