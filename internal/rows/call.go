package rows

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

func funcName(c *sql.Call) string {
	if len(c.Name) == 0 {
		return ""
	}
	return strings.ToLower(c.Name[len(c.Name)-1].Name)
}

func isWindow(c *sql.Call) bool { return c.Over != nil || c.OverName() != nil }

var aggregates = []string{"count", "sum", "avg", "min", "max", "max_by", "min_by", "arg_max", "arg_min", "bool_or", "bool_and", "any_value", "array_agg", "string_agg", "listagg", "count_if", "median", "first", "last", "approx_count_distinct", "stddev", "variance", "mode", "list"}

func isAggregate(c *sql.Call) bool {
	return !isWindow(c) && slices.Contains(aggregates, funcName(c))
}

// strict are the functions that give NULL for NULL, of those that are executed.
var strict = map[string]bool{"lower": true, "upper": true, "trim": true, "md5": true, "sha256": true, "abs": true, "floor": true, "round": true, "ceil": true, "mod": true}

// call evaluates a scalar function.
func (e *env) call(c *sql.Call) any {
	if c.Open || len(c.Params()) > 0 || c.Distinct || c.Star {
		fail(unknown("a call"))
	}
	name := funcName(c)
	switch name {
	case "current_timestamp", "now", "current_datetime", "getdate", "sysdate", "localtimestamp":
		return e.d.Now
	case "current_date", "today":
		return day(e.d.Now)
	case "coalesce", "ifnull", "nvl":
		for _, a := range c.Args {
			if v := e.eval(a.X); v != nil {
				return v
			}
		}
		return nil
	case "if", "iff":
		if len(c.Args) == 3 {
			if truth(e.eval(c.Args[0].X)) == yes {
				return e.eval(c.Args[1].X)
			}
			return e.eval(c.Args[2].X)
		}
	case "concat":
		return e.concat(c)
	}
	if v, ok := e.timeCall(name, c); ok {
		return v
	}
	var args []any
	for _, a := range c.Args {
		v := e.eval(a.X)
		if v == nil && strict[name] {
			return nil
		}
		args = append(args, v)
	}
	return scalar(name, args)
}

func (e *env) concat(c *sql.Call) any {
	var b strings.Builder
	for _, a := range c.Args {
		v := e.eval(a.X)
		if v == nil {
			fail(unknown("concat over NULL")) // engines differ
		}
		b.WriteString(Text(v))
	}
	return b.String()
}

func scalar(name string, args []any) any {
	one := func() string {
		s, ok := args[0].(string)
		if !ok {
			fail(unknown(name))
		}
		return s
	}
	switch {
	case len(args) == 1:
		switch name {
		case "lower":
			return strings.ToLower(one())
		case "upper":
			return strings.ToUpper(one())
		case "trim":
			return strings.TrimSpace(one())
		case "md5":
			return fmt.Sprintf("%x", md5.Sum([]byte(one())))
		case "sha256":
			return fmt.Sprintf("%x", sha256.Sum256([]byte(one())))
		case "abs":
			if n, ok := args[0].(int64); ok {
				return max(n, -n)
			}
		case "floor", "round", "ceil":
			if n, ok := args[0].(int64); ok {
				return n
			}
		}
	case name == "greatest" || name == "least":
		return extreme(name == "greatest", args)
	case name == "nullif" && len(args) == 2:
		if equal(args[0], args[1]) == yes {
			return nil
		}
		return args[0]
	case name == "mod" && len(args) == 2:
		return arithmetic(sql.OpMod, args[0], args[1])
	}
	fail(unknown("the function " + name))
	return nil
}

func extreme(most bool, args []any) any {
	var best any
	for _, v := range args {
		if v == nil {
			fail(unknown("greatest over NULL")) // engines differ
		}
		if best == nil || (compare(v, best) > 0) == most {
			best = v
		}
	}
	return best
}

// timeCall evaluates functions over times; ok is false for any other.
func (e *env) timeCall(name string, c *sql.Call) (v any, ok bool) {
	arg := func(i int) any { return e.eval(c.Args[i].X) }
	switch {
	case (name == "date" || name == "to_date" || name == "todate") && len(c.Args) == 1:
		if v := arg(0); v != nil {
			return day(asTime(v)), true
		}
		return nil, true
	case (strings.HasSuffix(name, "_trunc") || name == "datetrunc") && len(c.Args) == 2:
		unit, at := word(c.Args[0].X), 1
		if unit == "" || name != "date_trunc" && name != "datetrunc" {
			unit, at = word(c.Args[1].X), 0
		}
		if unit == "" && at == 0 {
			unit, at = word(c.Args[0].X), 1
		}
		if v := arg(at); v != nil {
			return truncate(asTime(v), unit), true
		}
		return nil, true
	case (name == "dateadd" || name == "timestampadd" || name == "date_add") && len(c.Args) == 3:
		n, t := arg(1), arg(2)
		if n == nil || t == nil {
			return nil, true
		}
		k, isInt := n.(int64)
		if !isInt {
			fail(unknown(name))
		}
		return shift(asTime(t), span(int(k), word(c.Args[0].X))), true
	case (strings.HasSuffix(name, "_add") || strings.HasSuffix(name, "_sub")) && len(c.Args) == 2:
		t, n := arg(0), arg(1)
		if t == nil {
			return nil, true
		}
		op := sql.OpAdd
		if strings.HasSuffix(name, "_sub") {
			op = sql.OpSub
		}
		return timeArithmetic(op, asTime(t), n), true
	}
	return nil, false
}

// word returns the unit that an argument names.
func word(x sql.Expr) string {
	switch x := sql.Unparen(x).(type) {
	case *sql.Word:
		return x.Text
	case *sql.Literal:
		if x.Kind == sql.StringLit {
			return x.Text
		}
	case *sql.Column:
		if len(x.Parts) == 1 && slices.Contains([]string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"}, strings.ToLower(x.Parts[0].Name)) {
			return x.Parts[0].Name
		}
	}
	return ""
}

// aggregate evaluates an aggregate over the rows of the group.
func (e *env) aggregate(c *sql.Call) any {
	if !e.grouped || len(c.OrderBy()) > 0 || len(c.WithinGroup()) > 0 || c.Having() != nil || len(c.Params()) > 0 || c.Open {
		fail(unknown("an aggregate"))
	}
	var rows [][]any
	for _, r := range e.group {
		if c.Filter() != nil && truth(r.eval(c.Filter())) != yes {
			continue
		}
		var args []any
		for _, a := range c.Args {
			if _, star := a.X.(*sql.Star); !star {
				args = append(args, r.eval(a.X))
			}
		}
		rows = append(rows, args)
	}
	return fold(funcName(c), rows, c.Distinct)
}

// fold aggregates the arguments of each row.
func fold(name string, rows [][]any, unique bool) any {
	if name == "count" && (len(rows) == 0 || len(rows[0]) == 0) {
		return int64(len(rows))
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r []any) bool { return slices.Contains(r, nil) })
	if unique {
		rows = distinct(rows)
	}
	switch name {
	case "count":
		return int64(len(rows))
	case "max_by", "arg_max", "min_by", "arg_min":
		return pickBy(rows, name == "max_by" || name == "arg_max")
	case "any_value":
		if len(distinct(rows)) > 1 {
			fail(ErrOpen)
		}
	}
	var out any
	for _, r := range rows {
		if len(r) != 1 {
			fail(unknown("an aggregate"))
		}
		if out == nil {
			out = r[0]
			continue
		}
		switch name {
		case "sum", "avg":
			out = arithmetic(sql.OpAdd, out, r[0])
		case "max", "min":
			if (compare(r[0], out) > 0) == (name == "max") {
				out = r[0]
			}
		case "bool_or", "bool_and":
			if truth(r[0]) == yes == (name == "bool_or") {
				out = r[0]
			}
		case "any_value":
		default:
			fail(unknown("the aggregate " + name))
		}
	}
	if name == "avg" && out != nil {
		return float(out) / float64(len(rows))
	}
	return out
}

func pickBy(rows [][]any, most bool) any {
	var best []any
	tie := false
	for _, r := range rows {
		if len(r) != 2 {
			fail(unknown("an aggregate"))
		}
		switch {
		case best == nil:
			best = r
		case compare(r[1], best[1]) == 0:
			tie = tie || compare(r[0], best[0]) != 0
		case (compare(r[1], best[1]) > 0) == most:
			best, tie = r, false
		}
	}
	if tie {
		fail(ErrOpen)
	}
	if best == nil {
		return nil
	}
	return best[0]
}
