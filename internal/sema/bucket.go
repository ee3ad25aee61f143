package sema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// bucket is what a column's values are put into by a truncation: units of time,
// or numbers divided by a step. The zero bucket is none that is known.
type bucket struct {
	unit timeGrain
	step int64 // of an integer division; 1 for the value itself
}

var exact = bucket{instant, 1}

// functionOf reports whether the value put into b is a function of the value put
// into finer: a month of its days.
func (b bucket) functionOf(finer bucket) bool {
	if b.step == 0 || finer.step == 0 {
		return false
	}
	if b.step > 1 || finer.step > 1 {
		return b.unit == instant && finer.unit == instant && b.step%finer.step == 0
	}
	return b.unit.functionOf(finer.unit)
}

// bucketOf follows c down the stream through truncations: to the column that it
// puts into buckets. agg is the aggregate, max or min, that it passes.
func (p *prover) bucketOf(s *stream, c Col) (base Col, b bucket, agg string) {
	b = exact
	for range 400 {
		if n, ok := p.down(s, c); ok {
			c = n
			continue
		}
		col := &p.w.cols[c]
		if col.leaf != nil || col.expr == nil || len(col.in) != 1 {
			return c, b, agg
		}
		if call, ok := sql.Unparen(col.expr).(*sql.Call); ok && col.class == Grouped {
			if name := funcName(call); agg == "" && (name == "max" || name == "min") && call.Filter() == nil {
				agg, c = name, col.in[0]
				continue
			}
			return c, b, agg
		}
		if step, ok := division(col.expr); ok && b.unit == instant {
			b.step *= step
			c = col.in[0]
			continue
		}
		own, ok := grainOf(col.expr)
		if !ok || own == noGrain || b.step > 1 || !plainCast(col.expr) {
			return c, b, agg
		}
		if b.unit != instant && own != instant && !b.unit.functionOf(own) {
			return c, b, agg
		}
		b.unit = max(b.unit, own)
		c = col.in[0]
	}
	return c, bucket{}, agg
}

// plainCast reports whether a truncating expression has one input in a form
// that is a value of time for sure: nothing is parsed or converted between zones.
func plainCast(e sql.Expr) bool {
	c, ok := sql.Unparen(e).(*sql.Cast)
	return !ok || c.Kind != sql.TryCast && c.Format == nil
}

// division recognises x // n and floor(x / n).
func division(e sql.Expr) (int64, bool) {
	if c, ok := sql.Unparen(e).(*sql.Call); ok && funcName(c) == "floor" && len(c.Args) == 1 {
		if d, ok := sql.Unparen(c.Args[0].X).(*sql.Binary); ok && d.Op == sql.OpDiv {
			return wholeNumber(d.R)
		}
	}
	d, ok := sql.Unparen(e).(*sql.Binary)
	if !ok || d.Op != sql.OpIntDiv {
		return 0, false
	}
	return wholeNumber(d.R)
}

func wholeNumber(e sql.Expr) (int64, bool) {
	lit, ok := sql.Unparen(e).(*sql.Literal)
	if !ok || lit.Kind != sql.NumberLit {
		return 0, false
	}
	n, err := strconv.ParseInt(lit.Text, 10, 64)
	return n, err == nil && n > 0
}

// limit is the bound of a guard, read as the newest value of a column of the
// table that was truncated and moved back.
type limit struct {
	column *sql.Column // of the table; nil for a clock or a literal
	// start is the bucket that the bound is the beginning of: an exact one says
	// that it is any value.
	start bucket
	index bool // it counts buckets of start instead of being the beginning of one
	// back is set when it lies before the newest value, cut when it may.
	back, cut bool
	bare      bool // nothing stands in for the maximum of no rows
	fixed     bool // it does not depend on the table
}

// readLimit reads what a guard compares with.
func (p *prover) readLimit(s *stream, e sql.Expr) (limit, bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Subquery:
		sel, ok := e.Query.Body.(*sql.Select)
		if !ok || len(sel.Items) != 1 || sel.Items[0].X == nil || sel.Where != nil && !allTautologies(sel.Where) || sel.GroupBy != nil || sel.Having != nil || sel.Distinct || e.Query.With != nil || e.Query.Limit != nil || e.Query.Offset != nil {
			return limit{}, false
		}
		t, ok := sel.From.(*sql.Table)
		if !ok || !p.w.isThis(t) {
			return limit{}, false
		}
		return p.readLimit(s, sel.Items[0].X)
	case *sql.Literal:
		return limit{fixed: true, start: exact}, e.Kind != sql.NullLit
	case *sql.Cast:
		return p.truncated(s, e, e.X)
	case *sql.Binary:
		return p.moved(s, e)
	case *sql.Call:
		return p.limitCall(s, e)
	}
	return limit{}, false
}

// truncated is a limit inside a truncation.
func (p *prover) truncated(s *stream, e, x sql.Expr) (limit, bool) {
	l, ok := p.readLimit(s, x)
	own, known := grainOf(e)
	if !ok || !known || own == noGrain || l.index {
		return l, false
	}
	if own != instant && !(l.start.step == 1 && l.start.unit.functionOf(own)) {
		l.start, l.cut = bucket{own, 1}, true
	}
	return l, true
}

func (p *prover) limitCall(s *stream, e *sql.Call) (limit, bool) {
	name := funcName(e)
	switch {
	case p.w.literalLike(e):
		return limit{fixed: true, start: exact}, true
	case stables[name] && len(e.Args) == 0:
		l := limit{fixed: true, start: exact}
		if name == "current_date" || name == "today" {
			l.start = bucket{day, 1}
		}
		return l, true
	case name == "max" && len(e.Args) == 1 && e.Over == nil && e.Filter() == nil:
		return p.newest(s, e.Args[0].X)
	case (name == "coalesce" || name == "ifnull" || name == "nvl") && len(e.Args) > 1:
		l, ok := p.readLimit(s, e.Args[0].X)
		l.bare = false
		for _, a := range e.Args[1:] {
			if a.X == nil || !p.w.literalLike(a.X) {
				return l, false
			}
		}
		return l, ok
	case (name == "dateadd" || name == "timestampadd" || name == "date_add") && len(e.Args) == 3:
		unit, _ := unitArg(name, e.Args[0].X)
		return p.shifted(s, e.Args[2].X, amount(e.Args[1].X), grainWords[strings.TrimSuffix(unit, "s")])
	case unitsAdded[name] != noGrain && len(e.Args) == 2:
		by := amount(e.Args[1].X)
		if strings.HasPrefix(name, "subtract") {
			by = -by
		}
		if by == 0 && isZero(e.Args[1].X) {
			return p.readLimit(s, e.Args[0].X)
		}
		return p.shifted(s, e.Args[0].X, by, unitsAdded[name])
	case (strings.HasSuffix(name, "_add") || strings.HasSuffix(name, "_sub")) && len(e.Args) == 2:
		by := amount(e.Args[1].X)
		if strings.HasSuffix(name, "_sub") {
			by = -by
		}
		return p.shifted(s, e.Args[0].X, by, intervalUnit(e.Args[1].X))
	}
	if own, ok := grainOf(e); ok && own != noGrain {
		for _, a := range e.Args {
			if _, unit := sql.Unparen(a.X).(*sql.Literal); unit {
				continue
			}
			if l, ok := p.truncated(s, e, a.X); ok {
				return l, true
			}
		}
	}
	return limit{}, false
}

// isZero reports whether e is the number 0, with a sign or without.
func isZero(e sql.Expr) bool {
	n, ok := numberOf(e)
	return ok && n == 0
}

// unitsAdded are the functions that have the unit which they add in their name.
var unitsAdded = map[string]timeGrain{
	"addhours": hour, "adddays": day, "addweeks": week, "addmonths": month, "addquarters": quarter, "addyears": year,
	"subtracthours": hour, "subtractdays": day, "subtractweeks": week, "subtractmonths": month, "subtractquarters": quarter, "subtractyears": year,
}

// literalLike reports whether e is a constant, perhaps cast.
func (w *World) literalLike(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal, *sql.Word:
		return true
	case *sql.Interval:
		return w.literalLike(e.X)
	case *sql.Cast:
		return w.literalLike(e.X)
	case *sql.Unary:
		return w.literalLike(e.X)
	case *sql.Call:
		return !slices.ContainsFunc(e.Args, func(a *sql.Arg) bool { return a.X == nil || !w.literalLike(a.X) }) && !stables[funcName(e)] && !volatiles[funcName(e)]
	}
	return false
}

// newest is the maximum of a column of the table, perhaps truncated.
func (p *prover) newest(s *stream, e sql.Expr) (limit, bool) {
	switch x := sql.Unparen(e).(type) {
	case *sql.Column:
		c, ok := p.w.held(p.w.Dialect.Fold(x.Parts[len(x.Parts)-1]))
		if !ok {
			return limit{}, false
		}
		_, b, _ := p.bucketOf(s, c)
		if b.step == 0 {
			return limit{}, false
		}
		return limit{column: x, start: b, index: b.step > 1, bare: true}, true
	case *sql.Cast:
		return p.newestCut(s, x, x.X)
	case *sql.Call:
		for _, a := range x.Args {
			if a.X == nil {
				return limit{}, false
			}
			if _, unit := sql.Unparen(a.X).(*sql.Literal); !unit {
				return p.newestCut(s, x, a.X)
			}
		}
	}
	return limit{}, false
}

// newestCut is the maximum of e, which truncates x.
func (p *prover) newestCut(s *stream, e, x sql.Expr) (limit, bool) {
	own, ok := grainOf(e)
	l, read := p.newest(s, x)
	if !ok || !read || own == noGrain || l.index {
		return limit{}, false
	}
	if own != instant && !l.start.unit.functionOf(own) {
		l.start, l.cut = bucket{own, 1}, true
	}
	return l, true
}

// moved is a limit plus or minus something.
func (p *prover) moved(s *stream, e *sql.Binary) (limit, bool) {
	switch e.Op {
	case sql.OpIntDiv:
		l, ok := p.readLimit(s, e.L)
		step, whole := wholeNumber(e.R)
		if !ok || !whole || l.index || l.start.unit != instant || l.start.step != 1 {
			return l, false
		}
		l.start, l.index, l.cut = bucket{instant, step}, true, step > 1
		return l, true
	case sql.OpMul:
		l, ok := p.readLimit(s, e.L)
		step, whole := wholeNumber(e.R)
		if !ok || !whole || !l.index || l.start.step != step || l.back {
			return l, false
		}
		l.index, l.cut = false, true
		return l, true
	case sql.OpAdd, sql.OpSub:
		by := amount(e.R)
		if e.Op == sql.OpSub {
			by = -by
		}
		unit := intervalUnit(e.R)
		if _, number := sql.Unparen(e.R).(*sql.Literal); number {
			unit = day
			if l, ok := p.readLimit(s, e.L); ok && l.start.unit == instant {
				if by >= 0 {
					return l, false
				}
				n, whole := wholeNumber(e.R)
				if l.start.step > 1 && !l.index && (!whole || n%l.start.step != 0) {
					l.start = exact
				}
				l.back = true
				return l, true
			}
		}
		return p.shifted(s, e.L, by, unit)
	}
	return limit{}, false
}

// shifted is a limit moved by an amount of a unit of time.
func (p *prover) shifted(s *stream, e sql.Expr, by int, unit timeGrain) (limit, bool) {
	l, ok := p.readLimit(s, e)
	if !ok || by >= 0 || unit == noGrain || l.index {
		return l, false
	}
	l.back = true
	switch start := l.start.unit; {
	case start == instant, unit < day:
		l.start = exact
	case start == week && unit == week:
	case start == week || unit == week:
		l.start.unit = day
	default:
		l.start.unit = min(start, unit)
	}
	return l, true
}

// intervalUnit returns the unit of an interval; noGrain if it is none that is
// known.
func intervalUnit(e sql.Expr) timeGrain {
	unit := func(text string) timeGrain { return grainWords[strings.TrimSuffix(strings.ToLower(text), "s")] }
	switch e := sql.Unparen(e).(type) {
	case *sql.Interval:
		if e.To != "" {
			return noGrain
		}
		if e.Unit != "" {
			return unit(e.Unit)
		}
		return intervalUnit(e.X)
	case *sql.Literal:
		words := strings.Fields(e.Text)
		if e.Kind == sql.StringLit && len(words) == 2 {
			return unit(words[1])
		}
	case *sql.Cast:
		if e.Type != nil && e.Type.Name == "interval" {
			return intervalUnit(e.X)
		}
	case *sql.Binary:
		if e.Op == sql.OpMul {
			return max(intervalUnit(e.L), intervalUnit(e.R))
		}
	}
	return noGrain
}
