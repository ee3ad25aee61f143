package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// timeGrain is the unit of time that an expression truncates another column to.
type timeGrain uint8

const (
	noGrain timeGrain = iota // not a truncation that is known
	instant                  // the value itself
	second
	minute
	hour
	day
	week
	month
	quarter
	year
)

var grainWords = map[string]timeGrain{
	"second": second, "minute": minute, "hour": hour, "day": day, "date": day, "week": week, "isoweek": week, "month": month,
	"quarter": quarter, "year": year, "isoyear": noGrain,
}

// grainFuncs are functions that truncate to the unit in their name.
var grainFuncs = map[string]timeGrain{
	"date": day, "to_date": day, "todate": day, "todate32": day, "tostartofminute": minute, "tostartofhour": hour, "tostartofday": day,
	"tostartofweek": week, "tomonday": week, "tostartofmonth": month, "tostartofquarter": quarter, "tostartofyear": year, "current_date": day, "today": day,
}

// within reports whether the value truncated to g is a function of the value
// truncated to finer: a month is one of its days, a week is none of its months.
func (g timeGrain) functionOf(finer timeGrain) bool {
	if g == noGrain || finer == noGrain || finer > g {
		return false
	}
	return finer != week || g == week
}

// coarser returns the coarser of two truncations applied one after the other.
func coarser(a, b timeGrain) timeGrain {
	if a == noGrain || b == noGrain {
		return noGrain
	}
	return max(a, b)
}

// truncation returns the leaf or base column that c is a truncation of, and
// the unit. A plain column is its own instant.
func (w *World) truncation(c Col) (base Col, g timeGrain) {
	g = instant
	for range maxDepth * 4 {
		for w.cols[c].from > 0 {
			c = w.cols[c].from
		}
		col := &w.cols[c]
		if col.expr == nil || col.leaf != nil {
			return c, g
		}
		own, ok := grainOf(col.expr)
		if !ok || len(col.in) != 1 {
			return c, g
		}
		g = coarser(g, own)
		c = col.in[0]
	}
	return c, noGrain
}

// grainOf returns the unit that an expression truncates its only column to.
func grainOf(e sql.Expr) (timeGrain, bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Cast:
		if e.Type == nil {
			return noGrain, false
		}
		switch e.Type.Name {
		case "date", "date32":
			return day, true
		case "timestamp", "datetime", "timestamptz", "timestamp_ntz", "timestamp_tz", "timestamp with time zone", "timestamp without time zone", "datetime64":
			return instant, true
		}
	case *sql.Call:
		name := funcName(e)
		if g, ok := grainFuncs[name]; ok {
			return g, true
		}
		if strings.Contains(name, "trunc") && name != "trunc" || name == "trunc" && len(e.Args) == 2 {
			return unitOf(e), true
		}
	}
	return noGrain, false
}

// unitOf returns the unit argument of a truncating call.
func unitOf(e *sql.Call) timeGrain {
	for _, a := range e.Args {
		switch x := sql.Unparen(a.X).(type) {
		case *sql.Literal:
			if g, ok := grainWords[strings.ToLower(x.Text)]; ok {
				return g
			}
		case *sql.Word:
			if g, ok := grainWords[x.Text]; ok {
				return g
			}
		case *sql.Column:
			if len(x.Parts) == 1 {
				if g, ok := grainWords[strings.ToLower(x.Parts[0].Name)]; ok {
					return g
				}
			}
		}
	}
	return noGrain
}

// boundary returns the unit that a guard's bound is a beginning of: day for
// current_date and for the maximum of a column that holds dates. Shifts by
// whole units keep it.
func (g *Guard) boundary(e sql.Expr) timeGrain {
	w := g.World
	switch e := sql.Unparen(e).(type) {
	case *sql.Call:
		name := funcName(e)
		if own, ok := grainOf(e); ok && own != noGrain && len(e.Args) > 0 {
			return own
		}
		if name == "current_date" || name == "today" {
			return day
		}
		var best timeGrain
		for _, a := range e.Args {
			if a.X != nil {
				best = max(best, g.boundary(a.X))
			}
		}
		if strings.Contains(name, "hour") || strings.Contains(name, "minute") || shiftsByLess(e) {
			return noGrain
		}
		return best
	case *sql.Cast:
		if own, ok := grainOf(e); ok && own != instant {
			return own
		}
		return g.boundary(e.X)
	case *sql.Binary:
		if shiftsByLess(e) {
			return noGrain
		}
		return max(g.boundary(e.L), g.boundary(e.R))
	case *sql.Subquery:
		if g.Bound.Kind != ThisMax || g.Bound.Column == nil || w.out == nil {
			return noGrain
		}
		sel, ok := e.Query.Body.(*sql.Select)
		if !ok || len(sel.Items) != 1 {
			return noGrain
		}
		own := g.boundary(sel.Items[0].X)
		if c, ok := w.out.named(w.Dialect.Fold(g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1])); ok {
			_, held := w.truncation(c)
			return max(own, held)
		}
		return own
	}
	return noGrain
}

// shiftsByLess reports whether an expression adds hours, minutes or seconds.
func shiftsByLess(e sql.Node) bool {
	for n := range sql.Walk(e) {
		switch n := n.(type) {
		case *sql.Interval:
			if small(n.Unit) {
				return true
			}
			if lit, ok := n.X.(*sql.Literal); ok && small(lit.Text) {
				return true
			}
		case *sql.Word:
			if small(n.Text) {
				return true
			}
		case *sql.Literal:
			if n.Kind == sql.StringLit && small(n.Text) && len(n.Text) < 12 {
				return true
			}
		}
	}
	return false
}

func small(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "hour") || strings.Contains(text, "minute") || strings.Contains(text, "second")
}

var grainNames = map[timeGrain]string{day: "day", week: "week", month: "month", quarter: "quarter", year: "year"}

// Finished reports whether the query leaves out what the clock has not passed
// yet, of the column that the guard compares: its days are whole.
func (g *Guard) Finished() bool {
	w := g.World
	base, _ := w.truncation(g.left)
	return slices.ContainsFunc(w.Filters, func(f *Filter) bool {
		return f != g.Filter && w.clocked(f.Expr) && slices.ContainsFunc(f.cols, func(c Col) bool {
			b, _ := w.truncation(c)
			return b == base || w.sameLeaf(b, base)
		})
	})
}

// Truncates returns the unit that the guard's column is truncated to, when it is
// one of a day or more: the column, and the expression that it is compared by.
func (g *Guard) Truncates() (unit string, ok bool) {
	if g.left == 0 {
		return "", false
	}
	_, own := g.World.truncation(g.left)
	unit, ok = grainNames[own]
	return unit, ok
}
