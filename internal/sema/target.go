package sema

import (
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Lookback is how far back a comparison with the clock or with the newest row
// reaches.
type Lookback struct {
	Days float64
	// Slack is what a truncation may add to it.
	Slack float64
}

// days of the units of time.
var unitDays = map[string]float64{
	"second": 1.0 / 86400, "minute": 1.0 / 1440, "hour": 1.0 / 24, "day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.25,
}

// lookbackOf returns how far back e lies behind the clock or the maximum that it is
// computed from; ok is false when that cannot be told.
func lookbackOf(e sql.Expr) (r Lookback, ok bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Cast:
		r, ok = lookbackOf(e.X)
		if g, cut := grainOf(e); cut {
			r.Slack += unitDays[grainNames[g]]
		}
		return r, ok
	case *sql.AtTimeZone:
		return lookbackOf(e.X)
	case *sql.Binary:
		if e.Op != sql.OpAdd && e.Op != sql.OpSub {
			return r, false
		}
		r, ok = lookbackOf(e.L)
		d, known := daysOf(e.R)
		if e.Op == sql.OpAdd {
			d = -d
		}
		r.Days += d
		return r, ok && known
	case *sql.Subquery:
		sel, one := e.Query.Body.(*sql.Select)
		if !one || len(sel.Items) != 1 || sel.Items[0].X == nil {
			return r, false
		}
		return lookbackOf(sel.Items[0].X)
	case *sql.Call:
		return lookbackOfCall(e)
	}
	return r, false
}

func lookbackOfCall(e *sql.Call) (r Lookback, ok bool) {
	name := funcName(e)
	arg := func(i int) sql.Expr { return e.Args[i].X }
	switch {
	case stables[name] || name == "max":
		r.Slack = unitDays[grainNames[grainFuncs[name]]]
		return r, true
	case (name == "dateadd" || name == "timestampadd" || name == "date_add") && len(e.Args) == 3:
		n, known := numberOf(arg(1))
		r, ok = lookbackOf(arg(2))
		u, unit := unitDays[unitWord(arg(0))]
		r.Days -= n * u
		return r, ok && known && unit
	case (strings.HasSuffix(name, "_sub") || strings.HasSuffix(name, "_add")) && len(e.Args) == 2, name == "adddays" && len(e.Args) == 2:
		d, known := daysOf(arg(1))
		if !strings.HasSuffix(name, "_sub") {
			d = -d
		}
		r, ok = lookbackOf(arg(0))
		r.Days += d
		return r, ok && known
	case (name == "coalesce" || name == "ifnull" || name == "nvl") && len(e.Args) > 0 && e.Args[0].X != nil:
		return lookbackOf(arg(0))
	}
	g, cut := grainOf(e)
	if !cut {
		return r, false
	}
	for _, a := range e.Args {
		if a.X == nil {
			continue
		}
		if r, ok = lookbackOf(a.X); ok {
			r.Slack += unitDays[grainNames[g]]
			return r, true
		}
	}
	return r, false
}

func unitWord(e sql.Expr) string {
	switch x := sql.Unparen(e).(type) {
	case *sql.Literal:
		return strings.TrimSuffix(strings.ToLower(x.Text), "s")
	case *sql.Word:
		return strings.TrimSuffix(strings.ToLower(x.Text), "s")
	case *sql.Column:
		if len(x.Parts) == 1 {
			return strings.TrimSuffix(strings.ToLower(x.Parts[0].Name), "s")
		}
	}
	return ""
}

// daysOf returns the length of an interval, or of a number of days.
func daysOf(e sql.Expr) (float64, bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		if e.Kind == sql.NumberLit {
			return numberOf(e)
		}
		n, unit, ok := strings.Cut(strings.TrimSpace(e.Text), " ")
		x, err := strconv.ParseFloat(n, 64)
		d, known := unitDays[strings.TrimSuffix(strings.ToLower(strings.TrimSpace(unit)), "s")]
		return x * d, ok && err == nil && known
	case *sql.Interval:
		if e.Unit == "" {
			return daysOf(e.X)
		}
		n, ok := numberOf(e.X)
		d, known := unitDays[strings.TrimSuffix(e.Unit, "s")]
		return n * d, ok && known
	case *sql.Cast:
		if e.Type != nil && e.Type.Name == "interval" {
			return daysOf(e.X)
		}
	case *sql.Unary:
		if e.Op == sql.OpSub {
			d, ok := daysOf(e.X)
			return -d, ok
		}
	}
	return 0, false
}

func numberOf(e sql.Expr) (float64, bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		x, err := strconv.ParseFloat(strings.TrimSpace(e.Text), 64)
		return x, err == nil
	case *sql.Unary:
		if e.Op == sql.OpSub {
			x, ok := numberOf(e.X)
			return -x, ok
		}
	}
	return 0, false
}

// Narrow is an incremental_predicate that keeps rows of the table from being
// found which the batch holds again.
type Narrow struct {
	Predicate string
	Column    string // of the table, that it compares
	Origin    manifest.Origin
	// Guard is the guard that reaches further back; nil when nothing limits the
	// batch by that column.
	Guard *Guard
	// Keys is the guard that reads whole the groups of changed keys, if it is
	// that; both are nil when nothing limits the batch at all.
	Keys *Guard
}

// NarrowPredicates returns the incremental_predicates that reach less far back
// than the batch does: they go by the clock, and the batch by an earlier time,
// by changed keys, or by nothing.
func (m *Model) NarrowPredicates() []Narrow {
	w := m.Run()
	texts, origin, ok := settingOf(m.Node.Config, "predicates", "incremental_predicates")
	if !ok || w == nil || w.out == nil || w.truncated || len(w.Rendered.Holes) > 0 {
		return nil
	}
	var out []Narrow
	for _, text := range texts {
		col, bound := m.predicate(text)
		c, found := w.out.named(m.Dialect.FoldName(col, false))
		if bound == nil || !found || !w.clocked(bound) {
			continue
		}
		r, known := lookbackOf(bound)
		if !known {
			continue
		}
		if n, narrow := m.narrower(w, c, r); narrow {
			n.Predicate, n.Column, n.Origin = text, col, origin
			out = append(out, n)
		}
	}
	return out
}

// predicate reads `DBT_INTERNAL_DEST.c >= bound`.
func (m *Model) predicate(text string) (column string, bound sql.Expr) {
	q := sql.Parse("select 1 from t where "+text, m.Dialect).Query()
	if q == nil {
		return "", nil
	}
	sel, ok := q.Body.(*sql.Select)
	if !ok {
		return "", nil
	}
	cmp, ok := sql.Unparen(sel.Where).(*sql.Binary)
	if !ok || cmp.Op != sql.OpGe && cmp.Op != sql.OpGt {
		return "", nil
	}
	c, ok := sql.Unparen(cmp.L).(*sql.Column)
	if !ok || len(c.Parts) > 2 {
		return "", nil
	}
	return c.Parts[len(c.Parts)-1].Name, cmp.R
}

// narrower compares a window of the table on output column c with what limits
// the batch.
func (m *Model) narrower(w *World, c Col, r Lookback) (Narrow, bool) {
	base, _ := w.truncation(c)
	bases := map[Col]bool{base: true}
	for _, o := range w.sourcesOf(c) {
		b, _ := w.truncation(o)
		bases[b] = true
	}
	var keys *Guard
	for _, g := range m.Guards() {
		if g.Block.InExpr || g.Clause != Where {
			continue
		}
		own, _ := w.truncation(g.left)
		if g.left > 0 && bases[own] {
			far, ok := lookbackOf(g.Bound.Expr)
			if !ok || g.Bound.Kind != Clock && g.Bound.Kind != ThisMax || far.Days <= r.Days+r.Slack {
				return Narrow{}, false
			}
			return Narrow{Guard: g}, true
		}
		if in, ok := sql.Unparen(g.Expr).(*sql.In); ok && !in.Not && in.Query != nil && !w.readsThis(in) {
			keys = g
		}
	}
	// Whatever else compares the column, or something that cannot be told, may
	// limit the batch as well.
	for _, f := range w.Filters {
		if f.Block.InExpr || keys != nil && f == keys.Filter {
			continue
		}
		if w.clocked(f.Expr) || w.readsThis(f.Expr) {
			if keys == nil || !w.feeds(f.Block, keys) {
				return Narrow{}, false
			}
		}
	}
	if len(w.This) > 0 || keys == nil && w.Limits() {
		return Narrow{}, false
	}
	return Narrow{Keys: keys}, true
}

// feeds reports whether a block is what the query of changed keys reads, and not
// what the batch is made of.
func (w *World) feeds(b *Block, keys *Guard) bool {
	in := sql.Unparen(keys.Expr).(*sql.In)
	if b.CTE == nil {
		return false
	}
	read := false
	for n := range sql.Walk(in.Query) {
		if t, ok := n.(*sql.Table); ok && len(t.Name) == 1 && strings.EqualFold(t.Name[0].Name, b.CTE.Node.Name.Name) {
			read = true
		}
	}
	return read
}

// sourcesOf returns the columns that c comes from in the branches of set
// operations, and c.
func (w *World) sourcesOf(c Col) []Col {
	out := []Col{c}
	for i := 0; i < len(out) && len(out) < 200; i++ {
		x := w.root(out[i])
		col := &w.cols[x]
		if col.leaf == nil && col.class == Identity {
			out = append(out, col.in...)
		}
	}
	return out
}
