package rows

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// eval returns the value of an expression.
func (e *env) eval(x sql.Expr) any {
	if b := e.d.Budget; b != nil {
		if *b--; *b < 0 {
			fail(unknown("so much work"))
		}
	}
	switch x := x.(type) {
	case *sql.Paren:
		return e.eval(x.X)
	case *sql.Literal:
		return literal(x)
	case *sql.Column:
		return e.column(x)
	case *sql.Unary:
		return e.unary(x)
	case *sql.Binary:
		return e.binary(x)
	case *sql.Is:
		return e.is(x)
	case *sql.Between:
		v, lo, hi := e.eval(x.X), e.eval(x.Lo), e.eval(x.Hi)
		t := min(ordered(sql.OpGe, v, lo), ordered(sql.OpLe, v, hi))
		if x.Not {
			t = t.not()
		}
		return t.value()
	case *sql.In:
		return e.in(x)
	case *sql.Exists:
		return len(e.d.query(x.Query, e, e.with).rows) > 0
	case *sql.Subquery:
		return e.scalar(x.Query)
	case *sql.Case:
		return e.cases(x)
	case *sql.Cast:
		return cast(e.eval(x.X), x.Type)
	case *sql.Interval:
		v := e.eval(x.X)
		if n, ok := v.(int64); ok {
			return span(int(n), x.Unit)
		}
		if s, ok := v.(string); ok && x.To == "" {
			return parseInterval(s, x.Unit)
		}
	case *sql.Call:
		if v, ok := e.win[x]; ok {
			return v
		}
		if isWindow(x) {
			break
		}
		if isAggregate(x) {
			return e.aggregate(x)
		}
		return e.call(x)
	}
	fail(unknown("an expression"))
	return nil
}

func (e *env) unary(x *sql.Unary) any {
	v := e.eval(x.X)
	switch x.Op {
	case sql.OpNot:
		return truth(v).not().value()
	case sql.OpSub:
		switch v := v.(type) {
		case nil:
			return nil
		case int64:
			return -v
		case float64:
			return -v
		case interval:
			return v.negate()
		}
	case sql.OpAdd:
		return v
	}
	fail(unknown("an operator"))
	return nil
}

func (e *env) binary(x *sql.Binary) any {
	switch x.Op {
	case sql.OpAnd:
		if l := truth(e.eval(x.L)); l != no {
			return min(l, truth(e.eval(x.R))).value()
		}
		return false
	case sql.OpOr:
		if l := truth(e.eval(x.L)); l != yes {
			return max(l, truth(e.eval(x.R))).value()
		}
		return true
	}
	l, r := e.eval(x.L), e.eval(x.R)
	switch x.Op {
	case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe:
		return ordered(x.Op, l, r).value()
	case sql.OpNotDistinct, sql.OpDistinct:
		same := l == nil && r == nil || equal(l, r) == yes
		return same == (x.Op == sql.OpNotDistinct)
	}
	if l == nil || r == nil {
		return nil
	}
	if x.Op == sql.OpConcat {
		return Text(l) + Text(r)
	}
	return arithmetic(x.Op, l, r)
}

// ordered is a comparison of two values.
func ordered(op sql.Op, a, b any) tri {
	if a == nil || b == nil {
		return null
	}
	c := compare(a, b)
	ok := false
	switch op {
	case sql.OpEq:
		ok = c == 0
	case sql.OpNe:
		ok = c != 0
	case sql.OpLt:
		ok = c < 0
	case sql.OpLe:
		ok = c <= 0
	case sql.OpGt:
		ok = c > 0
	case sql.OpGe:
		ok = c >= 0
	}
	if ok {
		return yes
	}
	return no
}

func (e *env) is(x *sql.Is) any {
	v := e.eval(x.X)
	var ok bool
	switch x.What {
	case sql.IsNull, sql.IsUnknown:
		ok = v == nil
	case sql.IsTrue:
		ok = v != nil && truth(v) == yes
	case sql.IsFalse:
		ok = v != nil && truth(v) == no
	default:
		fail(unknown("an operator"))
	}
	return ok != x.Not
}

func (e *env) in(x *sql.In) any {
	if x.Of != nil || x.Open {
		fail(unknown("IN"))
	}
	var list []any
	if x.Query != nil {
		r := e.d.query(x.Query, e, e.with)
		if len(r.cols) != 1 {
			fail(unknown("IN over several columns"))
		}
		for _, row := range r.rows {
			list = append(list, row[0])
		}
	}
	for _, i := range x.List {
		list = append(list, e.eval(i))
	}
	v, t := e.eval(x.X), no
	for _, i := range list {
		t = max(t, equal(v, i))
	}
	if x.Not {
		t = t.not()
	}
	return t.value()
}

func (e *env) scalar(q *sql.Query) any {
	r := e.d.query(q, e, e.with)
	if len(r.cols) != 1 || len(r.rows) > 1 {
		fail(unknown("a subquery of several rows"))
	}
	if len(r.rows) == 0 {
		return nil
	}
	return r.rows[0][0]
}

func (e *env) cases(x *sql.Case) any {
	for _, w := range x.Whens {
		var t tri
		if x.Operand != nil {
			t = equal(e.eval(x.Operand), e.eval(w.Cond))
		} else {
			t = truth(e.eval(w.Cond))
		}
		if t == yes {
			return e.eval(w.Then)
		}
	}
	if x.Else == nil {
		return nil
	}
	return e.eval(x.Else)
}

func cast(v any, t *sql.Type) any {
	if v == nil || t == nil {
		return nil
	}
	name := strings.ToLower(t.Name)
	switch {
	case name == "date":
		return day(asTime(v))
	case strings.HasPrefix(name, "timestamp"), strings.HasPrefix(name, "datetime"):
		return asTime(v)
	case name == "varchar", name == "text", name == "string", name == "char":
		return Text(v)
	case strings.Contains(name, "int"), name == "integer", name == "bigint":
		if n, ok := v.(int64); ok {
			return n
		}
	case name == "interval":
		if s, ok := v.(string); ok {
			return parseInterval(s, "")
		}
	case strings.HasPrefix(name, "decimal"), strings.HasPrefix(name, "numeric"), name == "number", name == "double", strings.HasPrefix(name, "float"), name == "real":
		switch v.(type) {
		case int64, float64:
			return v
		}
	}
	fail(unknown("a cast"))
	return nil
}
