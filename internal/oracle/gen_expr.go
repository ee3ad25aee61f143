package oracle

import (
	"fmt"
	"strings"
)

func (g *generator) ofKind(scope []column, k kind) (column, bool) {
	var fit []column
	for _, c := range scope {
		if c.kind == k {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return column{}, false
	}
	return pick(g, fit...), true
}

// other is ofKind for another column than c, where there is one.
func (g *generator) other(scope []column, c column) column {
	d, _ := g.ofKind(scope, c.kind)
	for range 3 {
		if d.ref != c.ref {
			break
		}
		d, _ = g.ofKind(scope, c.kind)
	}
	return d
}

// refs returns one or two names in scope.
func (g *generator) refs(scope []column) []string {
	var out []string
	for range 1 + g.IntN(2) {
		if c, ok := g.ofKind(scope, number); ok {
			out = append(out, c.ref)
		}
	}
	return out
}

func (g *generator) where(q *Query, scope []column) {
	for range max(0, g.IntN(4)-1) {
		q.Where = append(q.Where, g.predicate(scope))
	}
}

// predicate is one conjunct.
func (g *generator) predicate(scope []column) string {
	c, ok := g.ofKind(scope, number)
	if !ok {
		return "true"
	}
	d := g.other(scope, c)
	lit := pick(g, "1", "1", "2", "3")
	t := pick(g, g.schema...)
	y := g.fresh("y")
	n := g.IntN(25)
	if g.simple && (n >= 14 && n <= 16 || n == 23) {
		n = 0
	}
	switch n {
	case 0, 1, 2:
		return c.ref + " = " + lit
	case 3:
		return c.ref + " is null"
	case 4, 5:
		return c.ref + " is not null"
	case 6:
		return c.ref + " in (1, " + lit + ")"
	case 7:
		return c.ref + pick(g, " <= ", " < ", " > ", " >= ", " <> ") + lit
	case 8:
		return "(" + g.predicate(scope) + " or " + g.predicate(scope) + ")"
	case 9:
		return "not (" + g.predicate(scope) + ")"
	case 10, 11:
		return c.ref + " = " + d.ref
	case 12:
		return c.ref + " is not distinct from " + pick(g, d.ref, lit, "null")
	case 13:
		return g.expr(scope, number, 1) + " = " + lit
	case 14:
		return fmt.Sprintf("%s %s (select %s.%s from %s as %s)", c.ref, pick(g, "in", "not in"), y, pick(g, t.Cols...), t.Name, y)
	case 15:
		return fmt.Sprintf("%s (select 1 from %s as %s where %s.%s = %s)", pick(g, "exists", "not exists"), t.Name, y, y, pick(g, t.Cols...), c.ref)
	case 16:
		return fmt.Sprintf("%s = (select max(%s.%s) from %s as %s%s)", c.ref, y, pick(g, t.Cols...), t.Name, y, pick(g, "", fmt.Sprintf(" where %s.%s = %s", y, pick(g, t.Cols...), d.ref)))
	case 17:
		return c.ref + pick(g, " not in (1, 2)", " between 1 and 2", " not between 1 and 1", " is distinct from 1", " = null", " in (1)", " not in (2)")
	case 18:
		return "(" + g.predicate(scope) + ") is " + pick(g, "true", "not true", "false", "not null", "null")
	case 19:
		return fmt.Sprintf("case when %s then %s else %s end", g.predicate(scope), g.predicate(scope), g.predicate(scope))
	case 20:
		return "(" + g.predicate(scope) + " and " + g.predicate(scope) + ")"
	case 21:
		return fmt.Sprintf("(%s = %s or (%s is null and %s is null))", c.ref, d.ref, c.ref, d.ref)
	case 22:
		return fmt.Sprintf("(%s, %s) = (1, %s)", c.ref, d.ref, lit)
	case 23:
		return fmt.Sprintf("(%s, %s) %s (select %s.%s, %s.%s from %s as %s)", c.ref, d.ref, pick(g, "in", "not in"), y, pick(g, t.Cols...), y, pick(g, t.Cols...), t.Name, y)
	}
	return "coalesce(" + c.ref + ", " + pick(g, "1", d.ref) + ") = " + pick(g, lit, d.ref)
}

// expr is an expression of a kind over the scope.
func (g *generator) expr(scope []column, k kind, depth int) string {
	if k == truth {
		return "(" + g.predicate(scope) + ")"
	}
	c, ok := g.ofKind(scope, number)
	if !ok {
		return []string{"1", "'x'"}[k]
	}
	x := c.ref
	if depth > 0 && g.one(4) {
		x = g.expr(scope, number, depth-1)
	}
	d := g.other(scope, c)
	if k == text {
		switch g.IntN(9) {
		case 0:
			return "'x'"
		case 1:
			return fmt.Sprintf("cast(%s as varchar) || '-' || cast(%s as varchar)", x, d.ref)
		case 2:
			return fmt.Sprintf("concat(%s, '-', %s)", x, d.ref)
		case 3:
			return fmt.Sprintf("concat_ws('-', %s, %s)", x, d.ref)
		case 4:
			return fmt.Sprintf("md5(cast(%s as varchar))", x)
		case 5:
			return fmt.Sprintf("md5(coalesce(cast(%s as varchar), '_null_') || '-' || coalesce(cast(%s as varchar), '_null_'))", x, d.ref)
		case 6:
			return fmt.Sprintf("md5(concat(%s, '-', %s))", x, d.ref)
		case 7:
			return fmt.Sprintf("coalesce(cast(%s as varchar), 'null')", x)
		}
		return "cast(" + x + " as varchar)"
	}
	t, y := pick(g, g.schema...), g.fresh("y")
	n := g.IntN(27)
	if g.simple && n >= 13 && n <= 15 {
		n = 0
	}
	switch n {
	case 0, 1:
		return "(" + x + pick(g, " + 1", " - 1", " * 1", " + 0", " * 2", " // 2", " % 2", " * 0", " + null") + ")"
	case 2:
		return "(" + pick(g, "1 - ", "1 + ", "2 * ", "-") + x + ")"
	case 3, 4:
		return "coalesce(" + x + ", " + pick(g, "0", "1", d.ref) + ")"
	case 5:
		return "nullif(" + x + ", " + pick(g, "1", d.ref) + ")"
	case 6:
		return "abs(" + x + " - 2)"
	case 7:
		return "(" + x + pick(g, " + ", " - ", " * ") + d.ref + ")"
	case 8:
		return fmt.Sprintf("case when %s then %s else %s end", g.predicate(scope), x, pick(g, d.ref, "1", "null", x))
	case 9:
		return fmt.Sprintf("case when %s then %s end", g.predicate(scope), x)
	case 10:
		return pick(g, "greatest", "least") + "(" + x + ", " + d.ref + ")"
	case 11:
		return "cast(cast(" + x + " as " + pick(g, "bigint", "varchar", "int", "double", "boolean", "decimal(4,1)") + ") as int)"
	case 12:
		return pick(g, "1", "2", "null", "1 + 1", "'1'::int")
	case 13:
		return fmt.Sprintf("(select max(%s.%s) from %s as %s%s)", y, pick(g, t.Cols...), t.Name, y, pick(g, "", fmt.Sprintf(" where %s.%s = %s", y, pick(g, t.Cols...), x)))
	case 14:
		return fmt.Sprintf("(select count(*) from %s as %s%s)", t.Name, y, pick(g, "", fmt.Sprintf(" where %s.%s = %s", y, pick(g, t.Cols...), x)))
	case 15:
		return fmt.Sprintf("(select %s.%s from %s as %s limit 1)", y, pick(g, t.Cols...), t.Name, y)
	case 16:
		return "(" + g.predicate(scope) + ")::int"
	case 17:
		return "round(" + x + pick(g, ", 0)", ")", " / 2)")
	case 18:
		return pick(g, "ifnull(", "coalesce(") + x + ", " + d.ref + ")"
	}
	return x
}

func (g *generator) over(scope []column) string {
	var parts []string
	if p, ok := g.ofKind(scope, number); ok && !g.one(5) {
		by := p.ref
		if o, ok := g.ofKind(scope, number); ok && g.one(3) {
			by += ", " + o.ref
		}
		if g.one(6) {
			by = g.expr(scope, number, 1)
		}
		parts = append(parts, "partition by "+by)
	}
	if o, ok := g.ofKind(scope, number); ok && !g.one(4) {
		by := o.ref + pick(g, "", " desc", " desc nulls last")
		if p, ok := g.ofKind(scope, number); ok && g.one(3) {
			by += ", " + p.ref
		}
		parts = append(parts, "order by "+by)
	}
	if g.one(5) {
		// GROUPS and an offset in RANGE would need an order; these do not.
		parts = append(parts, pick(g, "rows between unbounded preceding and current row", "rows between 1 preceding and 1 following", "rows between current row and unbounded following",
			"range between unbounded preceding and unbounded following", "range between unbounded preceding and current row", "rows between unbounded preceding and unbounded following exclude current row"))
	}
	return "(" + strings.Join(parts, " ") + ")"
}

func (g *generator) window(scope []column) string {
	c, ok := g.ofKind(scope, number)
	if !ok {
		return "row_number() over ()"
	}
	f := pick(g, "row_number()", "row_number()", "rank()", "dense_rank()", "count(*)", "sum("+c.ref+")", "max("+c.ref+")", "lag("+c.ref+")", "first_value("+c.ref+")", "count("+c.ref+")", "ntile(2)",
		"last_value("+c.ref+")", "lead("+c.ref+")", "nth_value("+c.ref+", 2)", "min("+c.ref+")", "any_value("+c.ref+")")
	over := g.over(scope)
	return numbered(f, over) + " over " + over
}

// ranked is a condition on a window: of one row per partition, or nearly.
func (g *generator) ranked(scope []column) string {
	f, over := pick(g, "row_number()", "row_number()", "row_number()", "rank()", "dense_rank()", "count(*)"), g.over(scope)
	if f == "count(*)" {
		if p, ok := g.ofKind(scope, number); ok {
			return "count(*) over (partition by " + p.ref + ") " + pick(g, "= 1", "= 1", "= 2", "<= 1", "> 1")
		}
	}
	return numbered(f, over) + " over " + over + pick(g, " = 1", " = 1", " = 1", " <= 1", " < 2", " = 2", " <= 2", " in (1)", " in (1, 2)")
}

// numbered keeps ranks from windows without an order, on which DuckDB 1.5
// crashes.
func numbered(f, over string) string {
	if strings.Contains(f, "rank") && !strings.Contains(over, "order by") {
		return "row_number()"
	}
	return f
}
