package sema

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Narrowed reports whether an interval makes the window of the guard smaller
// where lookbacks make it larger: it is taken from the source's column, or
// added to the maximum of {{ this }}. expr is the shifted expression.
func (g *Guard) Narrowed() (expr sql.Expr, ok bool) {
	if g.Bound.Kind != ThisMax || g.Op != sql.OpGt && g.Op != sql.OpGe {
		return nil, false
	}
	if shift(g.leftExpr) < 0 {
		return g.leftExpr, true
	}
	if g.Op == sql.OpGt && shift(g.Bound.Expr) > 0 {
		return g.Bound.Expr, true
	}
	return nil, false
}

// shift returns the sign of what an expression adds to a time: 0 if nothing, or
// if it cannot be told.
func shift(e sql.Expr) int {
	switch e := sql.Unparen(e).(type) {
	case *sql.Cast:
		return shift(e.X)
	case *sql.Binary:
		s := amount(e.R)
		switch e.Op {
		case sql.OpAdd:
			return s
		case sql.OpSub:
			return -s
		}
	case *sql.Subquery:
		if sel, ok := e.Query.Body.(*sql.Select); ok && len(sel.Items) == 1 && sel.Items[0].X != nil {
			return shift(sel.Items[0].X)
		}
	case *sql.Call:
		return shiftCall(e)
	}
	return 0
}

// shiftCall reads dateadd(unit, n, x), date_add(x, interval), date_sub and the
// like, also inside coalesce and conversions.
func shiftCall(e *sql.Call) int {
	name := funcName(e)
	switch {
	case name == "dateadd" || name == "timestampadd":
		if len(e.Args) == 3 {
			return amount(e.Args[1].X)
		}
	case strings.HasSuffix(name, "_add") && len(e.Args) == 2:
		return amount(e.Args[1].X)
	case strings.HasSuffix(name, "_sub") && len(e.Args) == 2:
		return -amount(e.Args[1].X)
	case (name == "coalesce" || name == "ifnull" || name == "nvl" || grainFuncs[name] > 0) && len(e.Args) > 0 && e.Args[0].X != nil:
		return shift(e.Args[0].X)
	}
	return 0
}

// amount returns the sign of a number or an interval; 0 if it is neither, or
// zero.
func amount(e sql.Expr) int {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		return sign(e)
	case *sql.Interval:
		return amount(e.X)
	case *sql.Unary:
		if e.Op == sql.OpSub {
			return -amount(e.X)
		}
	case *sql.Binary:
		if e.Op == sql.OpMul {
			return amount(e.L) * amount(e.R)
		}
	case *sql.Cast: // '3 days'::interval
		if e.Type != nil && e.Type.Name == "interval" {
			return amount(e.X)
		}
	}
	return 0
}

func sign(l *sql.Literal) int {
	text := strings.TrimSpace(l.Text)
	switch {
	case l.Kind != sql.NumberLit && l.Kind != sql.StringLit, strings.Trim(text, "0 ") == "":
		return 0
	case strings.HasPrefix(text, "-"):
		return -1
	case text[0] >= '0' && text[0] <= '9':
		return 1
	}
	return 0
}
