package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Where a filter stands.
type Clause uint8

const (
	Where Clause = iota
	On
	Having
	Qualify
)

// Filter is one conjunct of a WHERE, HAVING or QUALIFY, or of an ON.
type Filter struct {
	World  *World
	Block  *Block
	Expr   sql.Expr
	Clause Clause
	Join   *Join // the join of an ON conjunct
	// cols are the columns it reads, in order.
	cols []Col
	// rejects are those of them whose NULL makes it not true.
	rejects []Col
	rel     *rel // the rows it filters, before it
	bd      *binder
}

// conjuncts splits e at AND, looking through parentheses.
func conjuncts(e sql.Expr) []sql.Expr {
	var out []sql.Expr
	if e == nil {
		return nil
	}
	for c := range sql.And(e) {
		if inner, ok := notNot(c); ok {
			out = append(out, conjuncts(inner)...)
			continue
		}
		out = append(out, byParts(c)...)
	}
	return out
}

// notNot returns the condition that stands under two NOTs.
func notNot(e sql.Expr) (sql.Expr, bool) {
	outer, ok := e.(*sql.Unary)
	if !ok || outer.Op != sql.OpNot {
		return nil, false
	}
	inner, ok := sql.Unparen(outer.X).(*sql.Unary)
	if !ok || inner.Op != sql.OpNot {
		return nil, false
	}
	return inner.X, true
}

// byParts splits (a, b) = (x, y) into its parts. Whether two rows with NULL are
// equal differs between engines, so the parts are compared as if NULLs were.
func byParts(e sql.Expr) []sql.Expr {
	b, ok := e.(*sql.Binary)
	if !ok || b.Op != sql.OpEq {
		return []sql.Expr{e}
	}
	l, ok1 := sql.Unparen(b.L).(*sql.Tuple)
	r, ok2 := sql.Unparen(b.R).(*sql.Tuple)
	if !ok1 || !ok2 || len(l.Items) != len(r.Items) {
		return []sql.Expr{e}
	}
	var out []sql.Expr
	for i := range l.Items {
		out = append(out, &sql.Binary{Span: e.Range(), Op: sql.OpNotDistinct, L: l.Items[i], R: r.Items[i]})
	}
	return out
}

// reads returns the columns that e names, bound, without those of subqueries'
// own relations; correlated ones are included.
func (b *binder) reads(e sql.Expr) []Col {
	var out []Col
	var visit func(n sql.Node)
	visit = func(n sql.Node) {
		switch n := n.(type) {
		case *sql.Column:
			out = append(out, b.bind(n))
			return
		case *sql.Call:
			if isWindow(n) || isAggregate(n) {
				out = append(out, b.bind(n))
				return
			}
			name := funcName(n)
			for _, a := range n.Args {
				if _, ok := unitArg(name, a.X); !ok && a.X != nil {
					visit(a.X)
				}
			}
			return
		case *sql.Query:
			return
		case *sql.Lambda:
			return
		case *sql.Subquery:
			c := b.bind(n)
			out = append(out, b.w.cols[c].in...)
			return
		}
		for c := range sql.Children(n) {
			visit(c)
		}
	}
	visit(e)
	slices.Sort(out)
	return slices.Compact(out)
}

// rejects returns the columns whose NULL makes predicate e not true.
func (b *binder) rejects(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpAnd:
			return b.rejects(e.L).with(b.rejects(e.R)...)
		case sql.OpOr:
			return intersect(b.rejects(e.L), b.rejects(e.R))
		}
		return b.nulls(e)
	case *sql.Unary:
		if e.Op == sql.OpNot {
			return b.nulls(e.X) // NOT NULL is NULL: what makes the operand NULL rejects
		}
	case *sql.Is:
		switch {
		case e.What == sql.IsNull && e.Not, e.What == sql.IsUnknown && e.Not:
			return b.strict(e.X)
		case e.What == sql.IsTrue && !e.Not:
			return b.rejects(e.X)
		case e.What == sql.IsFalse && !e.Not:
			return b.nulls(e.X)
		}
		return nil
	case *sql.In:
		if e.Query != nil && !e.Not {
			return b.strict(e.X)
		}
		return b.nulls(e)
	default:
		return b.nulls(e)
	}
	return nil
}

// nulls returns the columns whose NULL makes the boolean e NULL.
func (b *binder) nulls(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe, sql.OpMatch:
			return b.strict(e.L).with(b.strict(e.R)...)
		case sql.OpAnd, sql.OpOr:
			return intersect(b.nulls(e.L), b.nulls(e.R))
		}
	case *sql.Between:
		return b.strict(e.X)
	case *sql.In:
		if e.Query != nil {
			return nil // over no rows IN is false and NOT IN is true, of NULL too
		}
		return b.strict(e.X)
	case *sql.LikeExpr:
		return b.strict(e.X)
	case *sql.Unary:
		if e.Op == sql.OpNot {
			return b.nulls(e.X)
		}
	case *sql.Column:
		return newSet(b.bind(e))
	case *sql.Cast:
		return b.strict(e)
	}
	return nil
}

// strict returns the columns whose NULL makes the value of e NULL.
func (b *binder) strict(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Column:
		return newSet(b.bind(e))
	case *sql.Cast:
		return b.strict(e.X)
	case *sql.Unary:
		if e.Op != sql.OpNot {
			return b.strict(e.X)
		}
	case *sql.AtTimeZone:
		return b.strict(e.X)
	case *sql.Binary:
		switch e.Op {
		case sql.OpAdd, sql.OpSub, sql.OpMul, sql.OpDiv, sql.OpIntDiv, sql.OpMod, sql.OpPow, sql.OpConcat:
			return b.strict(e.L).with(b.strict(e.R)...)
		}
	case *sql.Call:
		return b.strictCall(e)
	}
	return nil
}

func (b *binder) strictCall(e *sql.Call) set {
	name := funcName(e)
	if isWindow(e) || isAggregate(e) {
		return newSet(b.bind(e))
	}
	if !strictFuncs[name] {
		return nil
	}
	var out set
	for i, a := range e.Args {
		if a.X == nil || name == "nullif" && i > 0 {
			continue
		}
		if _, ok := unitArg(name, a.X); !ok {
			out = out.with(b.strict(a.X)...)
		}
	}
	return out
}

func intersect(a, b set) set {
	var out set
	for _, c := range a {
		if b.has(c) {
			out = append(out, c)
		}
	}
	return out
}
