package pg

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// models are statements as people write them in models, for what the tests of
// parser/sql show only in single constructs.
var models = []string{
	`with src as (select * from raw.orders where status <> 'x' and amount > 0), agg as (select customer_id, sum(amount) as total, count(*) as n from src group by 1) select c.id, a.total, a.n from raw.customers c left join agg a on a.customer_id = c.id where c.deleted_at is null and c.region in ('eu', 'us')`,
	`select id, row_number() over (partition by user_id order by created_at desc) as rn from events where created_at >= current_date - interval '7 days'`,
	`select date_trunc('month', o.ordered_at)::date as month, count(distinct o.id) as orders, sum(oi.quantity * oi.price) as revenue from orders o join order_items oi on oi.order_id = o.id group by 1 order by 1 desc limit 100`,
	`select case when a > 0 then 'pos' when a < 0 then 'neg' else 'zero' end as sign, coalesce(b, 0) as b, nullif(c, '') as c from t`,
	`select * from (select id, max(ts) as ts from logs group by id having count(*) > 1) l join users using (id) where ts between '2020-01-01' and '2020-12-31'`,
	`select a.id from a where exists (select 1 from b where b.a_id = a.id and b.x is not null) and a.y not in (select y from c)`,
	`select id, name from first_source union all select id, name from second_source union all select id, name from third_source`,
	`select cast(x as numeric(10, 2)) as x, y::varchar(20) as y, extract(year from z) as yr, lower(trim(w)) as w from s.t where y like 'a%' and not flag`,
	`select u.id, p.value ->> 'name' as name, (p.value -> 'tags')::jsonb as tags from users u cross join lateral jsonb_array_elements(u.props) as p(value)`,
	`select sum(x) filter (where x > 0) as pos, avg(x) as mean, string_agg(name, ', ' order by name) as names from t group by grouping sets ((a, b), (a), ())`,
	`select a, b from t1 full outer join t2 on t1.k = t2.k and t1.d = t2.d inner join t3 on t3.k = t1.k or t3.k = t2.k`,
	`with recursive tree as (select id, parent_id, 1 as depth from nodes where parent_id is null union all select n.id, n.parent_id, t.depth + 1 from nodes n join tree t on n.parent_id = t.id) select * from tree where depth <= 5`,
	`select first_value(a) over w as f, lag(a, 1) over w as l from t window w as (partition by b order by c rows between unbounded preceding and current row)`,
	`select (a + b) * c - d / e as v, -f as g, a || '-' || b as k from t where (a = 1 or b = 2) and (c <> 3 or d >= 4)`,
}

// accepted returns the statements that the tests of parser/sql expect to be
// read in the dialect, read out of their table.
func accepted(t *testing.T, dialect string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../parser/sql/accept_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if !ok || len(row.Elts) != 2 {
			return true
		}
		names, text := literal(row.Elts[0]), literal(row.Elts[1])
		if slices.Contains(strings.Fields(names), dialect) {
			out = append(out, text)
		}
		return true
	})
	return out
}

// literal is the value of a string literal, and empty for other expressions.
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// both returns the statements that both grammars read, those to change at
// random: queries, in ASCII so that offsets are comparable, without names whose
// escapes only PostgreSQL resolves.
func both(t *testing.T) []string {
	all := append(slices.Clone(models), accepted(t, "postgres")...)
	all = append(all, accepted(t, "all")...)
	return slices.DeleteFunc(all, func(s string) bool {
		_, err := Postgres(s)
		changes := strings.Contains(s, "insert into") || strings.Contains(s, "delete from")
		escaped := strings.Contains(s, `u&"`) || strings.Contains(s, `U&"`)
		return err != nil || changes || escaped || strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
	})
}

// generator writes random queries of the common grammar.
type generator struct{ *rand.Rand }

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

// query returns a query; depth bounds how deeply it nests.
func (g generator) query(depth int) string {
	s := g.block(depth)
	if depth > 0 && g.IntN(4) == 0 {
		s += pick(g, " union all ", " union ", " except ", " intersect ") + g.block(depth-1)
	}
	if depth > 0 && g.IntN(3) == 0 {
		s = fmt.Sprintf("with c%d as (%s) %s", g.IntN(3), g.query(depth-1), s)
	}
	if g.IntN(4) == 0 {
		s += " order by 1" + pick(g, "", " desc", " nulls last") + pick(g, "", " limit 5", " limit 3 offset 2")
	}
	return s
}

func (g generator) block(depth int) string {
	items := make([]string, 1+g.IntN(3))
	for i := range items {
		items[i] = g.expr(depth) + pick(g, "", " as n"+strconv.Itoa(i), " m"+strconv.Itoa(i))
	}
	s := "select " + pick(g, "", "", "distinct ") + strings.Join(items, ", ") + " from " + g.from(depth)
	if g.IntN(2) == 0 {
		s += " where " + g.condition(depth)
	}
	if g.IntN(4) == 0 {
		s += " group by " + g.expr(0) + pick(g, "", " having count(*) > 1")
	}
	return s
}

func (g generator) from(depth int) string {
	s := g.factor(depth)
	for range g.IntN(3) {
		switch g.IntN(4) {
		case 0:
			s += ", " + g.factor(0)
		case 1:
			s += pick(g, " cross join ", " natural join ") + g.factor(0)
		case 2:
			s += pick(g, " join ", " left join ", " right outer join ", " full join ") + g.factor(depth) + " on " + g.condition(0)
		default:
			s += pick(g, " inner join ", " left outer join ") + g.factor(0) + " using (a, b)"
		}
	}
	return s
}

func (g generator) factor(depth int) string {
	if depth > 0 && g.IntN(4) == 0 {
		return "(" + g.query(depth-1) + ") as d" + strconv.Itoa(g.IntN(3))
	}
	return pick(g, "t", "s.u", `"V w"`, "c1", "generate_series(1, 3)") + pick(g, "", " x", " as y")
}

func (g generator) condition(depth int) string {
	s := g.predicate(depth)
	for range g.IntN(3) {
		s += pick(g, " and ", " and ", " or ") + g.predicate(depth)
	}
	return s
}

func (g generator) predicate(depth int) string {
	x := g.expr(0)
	switch g.IntN(8) {
	case 0:
		return x + pick(g, " is null", " is not null", " is true")
	case 1:
		return x + pick(g, "", " not") + " in (" + g.expr(0) + ", " + g.expr(0) + ")"
	case 2:
		return x + " between " + g.expr(0) + " and " + g.expr(0)
	case 3:
		return x + pick(g, "", " not") + " like 'a%'"
	case 4:
		if depth > 0 {
			return pick(g, "", "not ") + "exists (" + g.query(depth-1) + ")"
		}
	case 5:
		if depth > 0 {
			return "(" + g.condition(depth-1) + ")"
		}
	}
	return x + pick(g, " = ", " <> ", " < ", " >= ") + g.expr(depth)
}

func (g generator) expr(depth int) string {
	if depth <= 0 {
		return pick(g, "a", "x.b", "1", "'s'", "null", `"C d"`, "2.5")
	}
	switch g.IntN(8) {
	case 0:
		return "case when " + g.condition(depth-1) + " then " + g.expr(depth-1) + pick(g, "", " else "+g.expr(depth-1)) + " end"
	case 1:
		return pick(g, "coalesce", "greatest", "f") + "(" + g.expr(depth-1) + ", " + g.expr(depth-1) + ")"
	case 2:
		return "(" + g.expr(depth-1) + pick(g, " + ", " - ", " * ", " || ") + g.expr(depth-1) + ")"
	case 3:
		return "cast(" + g.expr(depth-1) + " as " + pick(g, "int", "numeric(10, 2)", "timestamp with time zone") + ")"
	case 4:
		return "sum(" + g.expr(depth-1) + ") over (partition by a order by b" + pick(g, "", " desc rows 3 preceding") + ")"
	case 5:
		return "count(distinct " + g.expr(0) + ")" + pick(g, "", " filter (where "+g.predicate(0)+")")
	case 6:
		return "(" + g.query(depth-1) + ")"
	}
	return g.expr(0) + "::text"
}
