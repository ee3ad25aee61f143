package pg

import (
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// writer writes trees of parser/sql in the normal form of a Summary.
type writer struct{ d *sql.Dialect }

// maxName is how many bytes of a name PostgreSQL keeps.
const maxName = 63

func cut(name string) string { return name[:min(len(name), maxName)] }

func (w writer) ident(id *sql.Ident) string {
	if id == nil {
		return ""
	}
	return cut(w.d.Fold(id))
}

func (w writer) idents(ids []*sql.Ident) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = w.ident(id)
	}
	return out
}

func (w writer) name(ids []*sql.Ident) string { return strings.Join(w.idents(ids), ".") }

func (w writer) block(s *sql.Select) string {
	columns := make([]string, len(s.Items))
	for i, it := range s.Items {
		columns[i] = w.column(it)
	}
	var groups []string
	if s.GroupBy != nil {
		groups = w.exprs(s.GroupBy.Items)
	}
	return block(columns, w.table(s.From), w.expr(s.Where), groups, w.expr(s.Having))
}

func (w writer) column(it *sql.Item) string {
	if it.Alias != nil {
		return w.ident(it.Alias)
	}
	switch x := sql.Unparen(it.X).(type) {
	case *sql.Column:
		return w.ident(x.Parts[len(x.Parts)-1])
	case *sql.Star:
		if x.Of == nil {
			return "*"
		}
	}
	return "-"
}

func (w writer) table(t sql.TableExpr) string {
	switch t := t.(type) {
	case nil:
		return ""
	case *sql.Table:
		return named(w.name(t.Name), w.alias(t.Alias))
	case *sql.Derived:
		return named("query", w.alias(t.Alias))
	case *sql.TableFunc:
		return named("function", w.alias(t.Alias))
	case *sql.Join:
		if t.Comma {
			return w.table(t.Left) + ", " + w.table(t.Right)
		}
		var using []string
		if t.Using != nil {
			using = w.idents(t.Using)
		}
		return joined(t.Kind.String(), w.table(t.Left), w.table(t.Right), w.expr(t.On), using, t.Natural, w.alias(t.Alias))
	}
	return unknown
}

func (w writer) alias(a *sql.Alias) string {
	if a == nil {
		return ""
	}
	return w.ident(a.Name)
}

func (w writer) exprs(xs []sql.Expr) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = w.expr(x)
	}
	return out
}

func (w writer) expr(e sql.Expr) string {
	switch x := e.(type) {
	case nil:
		return ""
	case *sql.Paren:
		return w.expr(x.X)
	case *sql.Column:
		return w.name(x.Parts)
	case *sql.Star:
		if x.Of != nil {
			return form("field", w.expr(x.Of), "*")
		}
		return w.name(append(x.Qualifier, &sql.Ident{Name: "*"}))
	case *sql.Literal:
		return literalText(x)
	case *sql.Unary:
		return w.unary(x)
	case *sql.Binary:
		return w.binary(x)
	case *sql.Subquery:
		return "query"
	case *sql.Exists:
		return "exists(query)"
	case *sql.Case:
		return w.caseOf(x)
	case *sql.Cast:
		return form("cast", w.expr(x.X))
	case *sql.Interval:
		return form("cast", w.expr(x.X))
	case *sql.Call:
		return w.call(x)
	case *sql.Tuple:
		return form("row", w.exprs(x.Items)...)
	case *sql.Array:
		return form("array", w.exprs(x.Items)...)
	case *sql.Index:
		return form("index", w.expr(x.X), w.expr(x.I))
	case *sql.Slice:
		return form("slice", w.expr(x.X), w.expr(x.Lo), w.expr(x.Hi))
	case *sql.Field:
		return form("field", w.expr(x.X), w.ident(x.Name))
	case *sql.AtTimeZone:
		return form("timezone", w.expr(x.Zone), w.expr(x.X))
	case *sql.Collate:
		return form("collate", w.expr(x.X))
	case *sql.Word:
		return x.Text
	}
	return w.predicate(e)
}

func (w writer) predicate(e sql.Expr) string {
	switch x := e.(type) {
	case *sql.Is:
		if x.What == sql.IsOther {
			return unknown
		}
		return negated(x.Not, form([...]string{"isnull", "istrue", "isfalse", "isunknown"}[x.What], w.expr(x.X)))
	case *sql.Between:
		name := "between"
		if x.Symmetric {
			name = "betweensymmetric"
		}
		return negated(x.Not, form(name, w.expr(x.X), w.expr(x.Lo), w.expr(x.Hi)))
	case *sql.In:
		switch {
		case x.Query != nil:
			return negated(x.Not, form("in", w.expr(x.X), "query"))
		case x.Of == nil:
			return negated(x.Not, form("in", append([]string{w.expr(x.X)}, w.exprs(x.List)...)...))
		}
	case *sql.LikeExpr:
		name, ok := map[sql.LikeKind]string{sql.Like: "like", sql.ILike: "ilike", sql.Similar: "similar"}[x.Kind]
		if !ok || x.Quant != sql.NoQuant {
			return unknown
		}
		pattern := w.expr(x.Pattern)
		if x.Escape != nil {
			pattern = form("escape", pattern, w.expr(x.Escape))
		}
		return negated(x.Not, form(name, w.expr(x.X), pattern))
	case *sql.Quantified:
		of := "query"
		if x.Query == nil {
			of = w.expr(x.Of)
		}
		return form([...]string{sql.AnyOf: "any", sql.AllOf: "all"}[x.Quant], operators[x.Op], w.expr(x.L), of)
	}
	return unknown
}

// operators are the operators as PostgreSQL names them.
var operators = map[sql.Op]string{
	sql.OpEq: "=", sql.OpNe: "<>", sql.OpLt: "<", sql.OpLe: "<=", sql.OpGt: ">", sql.OpGe: ">=", sql.OpAdd: "+", sql.OpSub: "-",
	sql.OpMul: "*", sql.OpDiv: "/", sql.OpMod: "%", sql.OpPow: "^", sql.OpConcat: "||", sql.OpBitAnd: "&", sql.OpBitOr: "|",
	sql.OpShl: "<<", sql.OpShr: ">>", sql.OpArrow: "->", sql.OpArrow2: "->>", sql.OpAnd: "and", sql.OpOr: "or",
}

func (w writer) binary(b *sql.Binary) string {
	l, r := w.expr(b.L), w.expr(b.R)
	switch b.Op {
	case sql.OpAnd, sql.OpOr:
		return flat(operators[b.Op], []string{l, r})
	case sql.OpDistinct, sql.OpNotDistinct:
		return negated(b.Op == sql.OpNotDistinct, form("distinct", l, r))
	case sql.OpMatch, sql.OpOther:
		if strings.ContainsAny(b.Text, "()") || b.Text == "" {
			return unknown
		}
		return form(b.Text, l, r)
	}
	if op, ok := operators[b.Op]; ok {
		return form(op, l, r)
	}
	return unknown
}

func (w writer) unary(u *sql.Unary) string {
	x := w.expr(u.X)
	switch u.Op {
	case sql.OpNot:
		return form("not", x)
	case sql.OpSub:
		return minus(x)
	case sql.OpAdd:
		return form("+", x)
	case sql.OpBitNot:
		return form("~", x)
	}
	return form(u.Text, x)
}

func (w writer) caseOf(c *sql.Case) string {
	parts := []string{w.expr(c.Operand)}
	for _, when := range c.Whens {
		parts = append(parts, w.expr(when.Cond), w.expr(when.Then))
	}
	return form("case", append(parts, w.expr(c.Else))...)
}

// reordered are the functions whose arguments PostgreSQL takes in another order
// or under another name when they are written with words.
var reordered = map[string]bool{"trim": true, "position": true, "overlay": true, "substring": true, "normalize": true, "collation": true, "xmlelement": true}

func (w writer) call(c *sql.Call) string {
	name := strings.TrimPrefix(w.name(c.Name), "pg_catalog.")
	if c.NoParens {
		return "value"
	}
	if reordered[name] || c.Tail != nil {
		return unknown
	}
	var args []string
	if c.Star {
		args = append(args, "*")
	}
	for _, a := range c.Args {
		if s, ok := a.X.(*sql.Subquery); ok && name == "array" && s.Span == s.Query.Span {
			return "array(query)"
		}
		arg := w.expr(a.X)
		if _, unit := a.X.(*sql.Word); unit && name == "extract" {
			arg = "'" + arg + "'"
		}
		if a.Name != nil {
			arg = w.ident(a.Name) + "=>" + arg
		}
		args = append(args, arg)
	}
	var order []string
	for _, o := range append(c.OrderBy(), c.WithinGroup()...) {
		order = append(order, w.expr(o.X))
	}
	return called(name, args, c.Distinct, order, w.expr(c.Filter()), c.Over != nil || c.OverName() != nil)
}

// called writes a call and what follows its arguments.
func called(name string, args []string, distinct bool, order []string, filter string, over bool) string {
	if distinct {
		name += " distinct "
	}
	out := form(name, args...)
	if order != nil {
		out += form(" order", order...)
	}
	if filter != "" {
		out += form(" filter", filter)
	}
	if over {
		out += " over"
	}
	return out
}

func literalText(l *sql.Literal) string {
	text := l.Text
	switch l.Kind {
	case sql.NullLit:
		return "null"
	case sql.BoolLit:
		return strings.ToLower(text)
	case sql.NumberLit:
		return number(text)
	case sql.BytesLit:
		if n := number(text); strings.HasPrefix(strings.ToLower(text), "0x") {
			return n
		}
		return "bits"
	}
	text = "'" + text + "'"
	if l.Type != "" {
		return form("cast", text)
	}
	return text
}

// number writes a number as PostgreSQL keeps it: small integers by their value.
func number(text string) string {
	digits := strings.ReplaceAll(text, "_", "")
	base := 10
	if len(digits) > 1 && digits[0] == '0' && !isDigit(digits[1]) {
		base = 0
	}
	if n, err := strconv.ParseInt(digits, base, 32); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return text
}
