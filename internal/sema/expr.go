package sema

import (
	"fmt"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// funcName returns the last part of a call's name in lower case.
func funcName(c *sql.Call) string {
	if len(c.Name) == 0 {
		return ""
	}
	return strings.ToLower(c.Name[len(c.Name)-1].Name)
}

// isAggregate reports whether c aggregates rows: a known aggregate without OVER.
func isAggregate(c *sql.Call) bool {
	if c.Over != nil || c.OverName() != nil {
		return false
	}
	name := funcName(c)
	if c.Filter() != nil || len(c.WithinGroup()) > 0 {
		return true
	}
	// DuckDB's and Snowflake's scalar list functions share names with none of
	// these; `first(x)` and `any(x)` with several arguments are scalar.
	_, ok := aggregates[name]
	return ok
}

// isWindow reports whether c is a window function call.
func isWindow(c *sql.Call) bool { return c.Over != nil || c.OverName() != nil }

// containsAggregate reports whether e aggregates in its own query.
func containsAggregate(e sql.Node) bool { return containsCall(e, isAggregate) }

// containsWindow reports whether e calls a window function in its own query.
func containsWindow(e sql.Node) bool { return containsCall(e, isWindow) }

func containsCall(e sql.Node, is func(*sql.Call) bool) bool {
	switch e := e.(type) {
	case nil, *sql.Query, *sql.Column, *sql.Literal:
		return false
	case *sql.Call:
		if is(e) {
			return true
		}
	}
	for c := range sql.Children(e) {
		if containsCall(c, is) {
			return true
		}
	}
	return false
}

var opTexts = map[sql.Op]string{
	sql.OpOr: " or ", sql.OpAnd: " and ", sql.OpNot: "not ", sql.OpEq: " = ", sql.OpNe: " <> ", sql.OpLt: " < ", sql.OpLe: " <= ",
	sql.OpGt: " > ", sql.OpGe: " >= ", sql.OpDistinct: " is distinct from ", sql.OpNotDistinct: " <=> ", sql.OpAdd: " + ",
	sql.OpSub: " - ", sql.OpMul: " * ", sql.OpDiv: " / ", sql.OpIntDiv: " // ", sql.OpMod: " % ", sql.OpPow: " ^ ", sql.OpConcat: " || ",
	sql.OpBitAnd: " & ", sql.OpBitOr: " | ", sql.OpBitXor: " # ", sql.OpBitNot: "~", sql.OpShl: " << ", sql.OpShr: " >> ", sql.OpArrow: " -> ", sql.OpArrow2: " ->> ",
}

func opText(op sql.Op) string {
	if t, ok := opTexts[op]; ok {
		return t
	}
	return fmt.Sprintf(" op%d ", op)
}

// shape names the kind of an expression with the flags that tell it apart.
func shape(e sql.Expr) string {
	switch e := e.(type) {
	case *sql.Is:
		return fmt.Sprintf("is%d%t", e.What, e.Not)
	case *sql.Between:
		return fmt.Sprintf("between%t", e.Not)
	case *sql.In:
		return fmt.Sprintf("in%t", e.Not)
	case *sql.LikeExpr:
		return fmt.Sprintf("like%d%t", e.Kind, e.Not)
	case *sql.Case:
		return fmt.Sprintf("case%d%t%t", len(e.Whens), e.Operand != nil, e.Else != nil)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", e), "*sql.")
}

// call binds a function call.
func (b *binder) call(e *sql.Call) Col {
	if isWindow(e) {
		return b.window(e)
	}
	if isAggregate(e) {
		return b.aggregate(e)
	}
	if name := funcName(e); name == "coalesce" || name == "ifnull" || name == "nvl" {
		if c, ok := b.merged(e); ok {
			return c
		}
		if c, ok := b.alike(e); ok {
			return c
		}
	}
	return b.compose(e)
}

// alike returns the column that all arguments of a coalesce are.
func (b *binder) alike(e *sql.Call) (Col, bool) {
	if len(e.Args) < 2 || e.Open {
		return 0, false
	}
	c := b.bind(e.Args[0].X)
	for _, a := range e.Args[1:] {
		if b.bind(a.X) != c {
			return 0, false
		}
	}
	return c, !b.w.cols[c].fixed && b.w.cols[c].class != Opaque
}

// merged recognises coalesce(l.k, r.k) over the two sides of a FULL JOIN, which
// is the join's merged column.
func (b *binder) merged(e *sql.Call) (Col, bool) {
	if len(e.Args) != 2 || b.block == nil {
		return 0, false
	}
	x, y := b.bind(e.Args[0].X), b.bind(e.Args[1].X)
	for _, m := range b.block.merges {
		if m.left == x && m.right == y || m.left == y && m.right == x {
			return b.grouped(m.col), true
		}
	}
	return 0, false
}

func (p *pattern) call(e *sql.Call) {
	name := funcName(e)
	p.text.WriteString(name)
	p.text.WriteByte('(')
	if volatiles[name] {
		p.volatile = true
	}
	if stables[name] && len(e.Args) == 0 {
		p.text.WriteByte(')')
		return
	}
	if e.Open || len(e.Params()) > 0 {
		p.opaque = true
	}
	for i, a := range e.Args {
		if i > 0 {
			p.text.WriteByte(',')
		}
		if a.Name != nil {
			p.text.WriteString(p.b.w.Dialect.Fold(a.Name) + "=>")
		}
		if word, ok := unitArg(name, a.X); ok {
			p.text.WriteString(word)
			continue
		}
		if a.X == nil {
			continue
		}
		switch a.X.(type) {
		case *sql.Hole, *sql.Lambda, *sql.Opaque, *sql.Star:
			p.opaque = true
			continue
		}
		p.leaf(a.X)
	}
	p.text.WriteByte(')')
}

// unitArg recognises the bare unit of a date function.
func unitArg(fn string, e sql.Expr) (string, bool) {
	if w, ok := e.(*sql.Word); ok {
		return w.Text, true
	}
	c, ok := e.(*sql.Column)
	if !ok || len(c.Parts) != 1 || c.Parts[0].Quoted || !unitFuncs[fn] {
		return "", false
	}
	word := strings.ToLower(c.Parts[0].Name)
	return word, units[word]
}

// classOf returns how the value of e follows from its parts, for an expression
// that is deterministic.
func classOf(e sql.Expr) Class {
	switch e := e.(type) {
	case *sql.Paren:
		return classOf(e.X)
	case *sql.Unary:
		if e.Op == sql.OpSub {
			return Injective
		}
	case *sql.Binary:
		return classOfBinary(e)
	case *sql.Cast:
		return classOfCast(e)
	case *sql.Call:
		name := funcName(e)
		switch {
		case hashFuncs[name]:
			return Hashed
		case monotoneFuncs[name]:
			return Monotone
		case name == "concat" && separated(e.Args), name == "concat_ws":
			return Hashed
		case (name == "coalesce" || name == "ifnull" || name == "nvl") && sentinel(e.Args):
			return Hashed
		}
	}
	return Lossy
}

// classOfBinary knows that adding a constant keeps values apart, and that a
// concatenation with a separator is taken to.
func classOfBinary(e *sql.Binary) Class {
	switch e.Op {
	case sql.OpMul:
		if isFactor(e.L) || isFactor(e.R) {
			return Injective
		}
	case sql.OpAdd, sql.OpSub, sql.OpConcat:
		if isValue(e.L) || isValue(e.R) {
			return Injective
		}
		if e.Op == sql.OpConcat && hasSeparator(e) {
			return Hashed
		}
	}
	return Lossy
}

// isValue reports whether e is a literal other than NULL, or made of such by
// operators that give a value or fail.
func isValue(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		return e.Kind != sql.NullLit
	case *sql.Binary:
		switch e.Op {
		case sql.OpConcat, sql.OpAdd, sql.OpSub, sql.OpMul:
			return isValue(e.L) && isValue(e.R)
		}
	}
	return false
}

// isFactor reports whether e is a whole number other than zero.
func isFactor(e sql.Expr) bool {
	lit, ok := sql.Unparen(e).(*sql.Literal)
	return ok && lit.Kind == sql.NumberLit && digits(lit.Text) && lit.Text != "0"
}

// hasSeparator reports whether a chain of || puts a literal between its parts.
func hasSeparator(e *sql.Binary) bool {
	l, ok := sql.Unparen(e.L).(*sql.Binary)
	if !ok || l.Op != sql.OpConcat {
		return false
	}
	_, lit := sql.Unparen(l.R).(*sql.Literal)
	return lit
}

// classOfCast: a conversion to text keeps values apart, one to a date keeps the
// order, any other may lose either.
func classOfCast(e *sql.Cast) Class {
	if e.Type == nil || e.Kind == sql.TryCast {
		return Lossy
	}
	switch e.Type.Name {
	case "text", "varchar", "string", "char varying", "character varying", "nvarchar":
		if len(e.Type.Args) == 0 {
			return Injective
		}
	case "bigint", "int64", "hugeint", "int8":
		return Lossy
	case "date", "timestamp", "datetime", "timestamp_ntz", "timestamptz", "timestamp_tz":
		return Monotone
	}
	return Lossy
}

// separated reports whether every second argument is a literal, as in
// concat(a, '-', b).
func separated(args []*sql.Arg) bool {
	for i, a := range args {
		if _, lit := a.X.(*sql.Literal); i%2 == 1 && !lit {
			return false
		}
	}
	return len(args) >= 3
}

// sentinel reports whether the arguments are a value and a text that stands
// for NULL and is taken never to occur, as dbt_utils' surrogate keys use it.
func sentinel(args []*sql.Arg) bool {
	if len(args) != 2 {
		return false
	}
	lit, ok := sql.Unparen(args[1].X).(*sql.Literal)
	return ok && lit.Kind == sql.StringLit && strings.Contains(strings.ToLower(lit.Text), "null")
}
