package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
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

// Restricting returns the guards that stand in WHERE, on the way of rows to the
// output.
func (m *Model) Restricting() []*Guard {
	var out []*Guard
	for _, g := range m.Guards() {
		if g.Clause == Where && !g.Block.InExpr {
			out = append(out, g)
		}
	}
	return out
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
// value that is not known, a relation whose rows may be those of one run. A query that reads nothing has no rows to restrict.
func (w *World) Limits() bool {
	if len(w.Rendered.Holes) > 0 || len(w.Rendered.Forks) > 0 || len(w.This) > 0 || len(w.Scans) == 0 || w.truncated {
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
	if slices.ContainsFunc(w.Scans, func(s *Scan) bool { return s.Relation.Unseen }) {
		return true
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
