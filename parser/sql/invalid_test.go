package sql

import (
	"strings"
	"testing"
)

// invalid are texts with a mark where the first error is expected, and what is
// expected there.
var invalid = []struct{ dialect, sql, want string }{
	{"postgres", `select‸`, "a column or an expression"},
	{"postgres", `select ‸,a from t`, "an expression"},
	{"postgres", `select a‸, from t`, "an expression after `,`"},
	{"postgres", `select a,‸, b from t`, "an expression"},
	{"postgres", `select a b ‸c from t`, "`,` or a clause"},
	{"postgres", `select a from‸`, "a table"},
	{"postgres", `select a from ‸where x`, "a table"},
	{"postgres", `select a from t where‸`, "an expression"},
	{"postgres", `select a from t where ‸and b`, "an expression"},
	{"postgres", `select a from t where a =‸`, "an expression"},
	{"postgres", `select a from t where a = ‸= b`, "an expression"},
	{"postgres", `select a from t where a and‸`, "an expression"},
	{"postgres", `select a from t where a or ‸or b`, "an expression"},
	{"postgres", `select a from t where (a‸`, "`)`"},
	{"postgres", `select a from t where a‸)`, "the end of the statement"},
	{"postgres", `select a from t where a in‸`, "an expression"},
	{"postgres", `select a from t where a in (1, 2‸`, "`,` or `)`"},
	{"postgres", `select a from t where a in (1 ‸2)`, "`,` or `)`"},
	{"postgres", `select a from t where a ‸not b`, "a clause or the end of the query"},
	{"postgres", `select a from t where a between 1‸`, "`and`"},
	{"postgres", `select a from t where a between 1 and‸`, "an expression"},
	{"postgres", `select a from t where a is ‸5`, "`null`, `true`, `false` or `distinct from`"},
	{"postgres", `select a from t where a like‸`, "an expression"},
	{"postgres", `select a from t where not‸`, "an expression"},
	{"postgres", `select a from t group ‸a`, "a clause or the end of the query"},
	{"postgres", `select a from t group by‸`, "an expression"},
	{"postgres", `select a from t group by a,‸`, "an expression"},
	{"postgres", `select a from t group by a ‸where b`, "`where` before `group by`"},
	{"postgres", `select a from t where a ‸where b`, "one `where` clause"},
	{"postgres", `select a from t having a ‸having b`, "one `having` clause"},
	{"postgres", `select a from t having a ‸group by b`, "`group by` before `having`"},
	{"postgres", `select a from t order by‸`, "an expression"},
	{"postgres", `select a from t order by a ‸b`, "the end of the statement"},
	{"postgres", `select a from t order ‸a`, "a clause or the end of the query"},
	{"postgres", `select a from t limit‸`, "an expression"},
	{"postgres", `select a from t where a = 1 limit 5 ‸where b`, "the end of the statement"},
	{"postgres", `select a from t join‸`, "a table"},
	{"postgres", `select a from t join u‸`, "`on` or `using`"},
	{"postgres", `select a from t join u on‸`, "an expression"},
	{"postgres", `select a from t left ‸u on a = b`, "a clause or the end of the query"},
	{"postgres", `select a from t join u on a = b ‸on c = d`, "a clause or the end of the query"},
	{"postgres", `select a from t join u using‸`, "`(`"},
	{"postgres", `select a from t join u using (a‸`, "`,` or `)`"},
	{"postgres", `select a from t inner join ‸where x`, "a table"},
	{"postgres", `select a from t‸, where x`, "an expression after `,`"},
	{"postgres", `select a from (select 1‸`, "`)`"},
	{"postgres", `select a from (select 1) t‸) u`, "the end of the statement"},
	{"postgres", `select a from (‸)`, "a table"},
	{"postgres", `select a from t u ‸v`, "a clause or the end of the query"},
	{"postgres", `select a frm ‸t`, "`,` or a clause"},
	{"postgres", `select a from t as‸`, "a name after `as`"},
	{"postgres", `select a as ‸from t`, "a name after `as`"},
	{"postgres", `select a as‸, b from t`, "a name after `as`"},
	{"postgres", `select a. ‸from t`, "a name after `.`"},
	{"postgres", `select a.‸, b from t`, "a name after `.`"},
	{"postgres", `select t.a b‸.c from t`, "`,` or a clause"},
	{"postgres", `select case when a then b ‸from t`, "`when`, `else` or `end`"},
	{"postgres", `select case when a ‸b end from t`, "`then`"},
	{"postgres", `select case when ‸then b end from t`, "an expression"},
	{"postgres", `select case ‸end from t`, "an expression"},
	{"postgres", `select case a ‸end from t`, "`when`"},
	{"postgres", `select case when a then b else ‸end from t`, "an expression"},
	{"postgres", `select case when a then b when ‸end from t`, "an expression"},
	{"postgres", `select cast(a‸) from t`, "`as`"},
	{"postgres", `select cast(a as‸) from t`, "a type"},
	{"postgres", `select cast(a as int ‸from t`, "`)`"},
	{"postgres", `select cast(a ‸int) from t`, "`as`"},
	{"postgres", `select sum(a ‸from t`, "`,` or `)`"},
	{"postgres", `select sum(a‸,) from t`, "an expression after `,`"},
	{"postgres", `select sum(a ‸b) from t`, "`,` or `)`"},
	{"postgres", `select sum(‸,a) from t`, "an expression"},
	{"postgres", `select sum(a) ‸over from t`, "`,` or a clause"},
	{"postgres", `select sum(a) over (partition ‸a) from t`, "`partition by`, `order by`, a frame or `)`"},
	{"postgres", `select sum(a) over (partition by‸) from t`, "an expression"},
	{"postgres", `select sum(a) over (order by a rows between 1 preceding‸) from t`, "`and`"},
	{"postgres", `select sum(a) over (order by a rows 1‸) from t`, "`preceding` or `following`"},
	{"postgres", `select a + ‸from t`, "an expression"},
	{"postgres", `select a + ‸* from t`, "an expression"},
	{"postgres", `select (a ‸from t`, "`)`"},
	{"postgres", `select a‸) from t`, "the end of the statement"},
	{"postgres", `select (a, b ‸from t`, "`,` or `)`"},
	{"postgres", `select ‸'abc from t`, "a closing '"},
	{"postgres", `select ‸"abc from t`, "a closing \""},
	{"postgres", `select a ‸/* b from t`, "`*/`"},
	{"postgres", `with a as ‸select 1 select * from a`, "`(`"},
	{"postgres", `with a as (select 1) ‸b as (select 2) select * from b`, "`,` or the main query"},
	{"postgres", `with a as (select 1)‸, select * from a`, "the main query"},
	{"postgres", `with a ‸(select 1) select * from a`, "`as`"},
	{"postgres", `with a as (select 1)‸`, "a query"},
	{"postgres", `with a as (select 1 ‸select * from a`, "`)`"},
	{"postgres", `with ‸as (select 1) select * from a`, "a name for the common table expression"},
	{"postgres", `with a as (‸) select * from a`, "a query"},
	{"postgres", `with a as (select x y ‸z from t), b as (select 1) select * from a`, "`,` or a clause"},
	{"postgres", `with a as (select 1), b as (‸selec 1), c as (select 3) select * from c`, "a query"},
	{"postgres", `select 1 union‸`, "a query"},
	{"postgres", `select 1 union all‸`, "a query"},
	{"postgres", `select 1 union all ‸from t`, "a query"},
	{"postgres", `select 1 union select 2 union‸`, "a query"},
	{"postgres", `select 1 ‸select 2`, "the end of the statement"},
	{"postgres", `‸selct a from t`, "a query"},
	{"postgres", `‸from`, "a query"},
	{"postgres", `‸foo bar`, "a query"},
	{"postgres", `‸)`, "a query"},
	{"postgres", `select a from t; select ‸from u; select b from v`, "a column or an expression"},
	{"postgres", `select a from t where a = 1 and‸`, "an expression"},
	{"postgres", `select date from t where date >‸`, "an expression"},
	{"postgres", `select a from t window ‸w as`, "a clause or the end of the query"},
	{"postgres", `select count(* ‸from t`, "`,` or `)`"},
	{"postgres", `select a[1 ‸from t`, "`]`"},
	{"postgres", `select [1, 2 ‸from t`, "`,` or `]`"},
	{"postgres", `select a:: ‸from t`, "a type"},
	{"postgres", `select a ‸not null_ b from t`, "`,` or a clause"},
	{"postgres", `select exists(select 1 from t‸`, "`)`"},
	{"postgres", `select a from t where a ‸! b`, "a clause or the end of the query"},
	{"postgres", `select distinct ‸from t`, "a column or an expression"},
	{"postgres", `select a b, c d ‸e f, g from t`, "`,` or a clause"},
	{"postgres", `select coalesce(a, b ‸c, d) from t`, "`,` or `)`"},
	{"postgres", `select a from t left join‸`, "a table"},
	{"postgres", `select a from t cross join ‸where a`, "a table"},
	{"postgres", `select * ‸except from t`, "`,` or a clause"},
	{"postgres", `select a from t where a = 'it'‸s' and b`, "a clause or the end of the query"},
	{"postgres", `select a from t limit 10, ‸`, "an expression"},
	{"postgres", `values (1, 2), (3‸`, "`,` or `)`"},
	{"postgres", `‸values`, "a query"},
	{"postgres", `select a from t union all select b from u where‸`, "an expression"},
	{"postgres", `select ‸¤ from t`, "SQL"},
	{"bigquery", `select a from t where a = ‸"x`, "a closing \""},
	{"bigquery", `select array<int64 ‸from t`, "a type"},
	{"bigquery", `select struct(1 as‸) from t`, "a name after `as`"},
	{"bigquery", `select * except () replace a from t where‸`, "an expression"},
	{"bigquery", `select a from t, unnest(b as c‸`, "`,` or `)`"},
	{"bigquery", `select a from t pivot (sum(a) b ‸in ('x'))`, "`for`"},
	{"bigquery", `select a from t unpivot (a ‸in (b))`, "`for`"},
	{"snowflake", `select a:b[0 ‸from t`, "`]`"},
	{"snowflake", `select a from t, lateral flatten(input => ‸) f`, "an expression"},
	{"snowflake", `select a::varchar(10 ‸from t`, "`,` or `)`"},
	{"snowflake", `select {'a': ‸} from t`, "an expression"},
	{"snowflake", `select {'a': 1 ‸from t`, "`,` or `}`"},
	{"snowflake", `select a from t qualify row_number() over (order by a‸`, "`)`"},
	{"snowflake", `select listagg(a, ',') within group (‸a) from t`, "`order`"},
	{"duckdb", `from t select‸`, "a column or an expression"},
	{"duckdb", `select [x for x ‸y] from t`, "`in`"},
	{"duckdb", `pivot t on a using‸`, "an expression"},
	{"duckdb", `unpivot t a‸`, "`on`"},
	{"spark", `select a from t lateral view explode ‸b as c`, "a function"},
	{"spark", `select transform(a, x -> ‸) from t`, "an expression"},
	{"tsql", `select top a from t where‸`, "an expression"},
	{"tsql", `select ‸[a from t`, "a closing ]"},
	{"tsql", `select convert(int ‸a) from t`, "`,`"},
	{"clickhouse", `with 1 ‸x select x`, "`as`"},
	{"clickhouse", `select a ? b ‸c from t`, "`:`"},
	{"clickhouse", `select quantile(0.5)(a ‸from t`, "`,` or `)`"},
	{"trino", `select cast(a as row(b int) ‸from t`, "`)`"},
	{"trino", `select a from t cross join unnest(‸`, "`,` or `)`"},
	{"snowflake", `select a:b. ‸from t`, "a name in the path"},
	{"postgres", "select a,\n  b,\n  c d ‸e\nfrom t", "`,` or a clause"},
	{"postgres", "select a from t where a = 1 and\n  ‸group by a", "an expression"},
}

func TestInvalid(t *testing.T) {
	for _, c := range invalid {
		d, _ := Lookup(c.dialect)
		at := strings.Index(c.sql, "‸")
		text := strings.Replace(c.sql, "‸", "", 1)
		tree := parseChecked(t, text, d)
		if len(tree.Errors) == 0 {
			t.Errorf("%s: %s: no error", c.dialect, c.sql)
			continue
		}
		e := tree.Errors[0]
		if int(e.Start) != at || !strings.HasPrefix(e.Message, "expected "+c.want+", found ") {
			t.Errorf("%s: %s: error at %d: %s", c.dialect, c.sql, e.Start, e.Message)
		}
	}
}

// recovered are texts with an error, and what is read all the same.
var recovered = []struct{ sql, want string }{
	{"with a as (select x y z from t), b as (selec 1), c as (select 3) select * from c where d",
		"with a as (select x as y, z from t), b as (selec 1), c as (select 3) select * from c where d"},
	{"select sum(a b), c from t group by d", "select sum(a, b), c from t group by d"},
	{"select a + , b from t where c", "select a + , b from t where c"},
	{"select a from t where a not b group by c order by d", "select a from t where a group by c not b order by d"},
	{"select (a, b from t where c", "select (a, b) from t where c"},
	{"select case when a b end, c from t", "select case when a then b end, c from t"},
	{"select a from t join where b", "select a from t join where b"},
	{"select a from (select b from t where) u where c", "select a from (select b from t where ) as u where c"},
	{"select a from t where b union all select c from u where", "select a from t where b union all select c from u where "},
	{"select a from t where; select b from u", "select a from t where ; select b from u"},
	{"select a b c d from t", "select a as b, c as d from t"},
	{"select f(a, (b from t where c", "select f(a, b) from t where c"},
}

func TestRecovery(t *testing.T) {
	d := &dialectPostgres
	for _, c := range recovered {
		tree := parseChecked(t, c.sql, d)
		var got []string
		for _, s := range tree.Statements {
			got = append(got, Print(s, d))
		}
		if s := strings.Join(got, "; "); s != c.want || len(tree.Errors) == 0 {
			t.Errorf("%s\n got %s\nwant %s\n%s", c.sql, s, c.want, errorsOf(tree))
		}
	}
}

func TestErrorsAreFewAndOnOneLine(t *testing.T) {
	tree := parseChecked(t, strings.Repeat("select a b 'c\nd' from ;", 1000), Generic)
	if len(tree.Errors) != maxErrors {
		t.Errorf("%d errors", len(tree.Errors))
	}
	for _, e := range tree.Errors {
		if strings.Contains(e.Message, "\n") {
			t.Errorf("message %q", e.Message)
		}
	}
}
