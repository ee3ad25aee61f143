package sql

import (
	"slices"
	"testing"
)

// Different spellings of one meaning print alike.
func TestPrintNormalises(t *testing.T) {
	for _, c := range []struct{ dialect, a, b string }{
		{"generic", "select (a) + ((b)*c) from T -- x", "SELECT a + b * c\nFROM t"},
		{"generic", "select (a + b) * c", "select ((a) + b) * (c)"},
		{"generic", "select a and (b and c)", "select (a and b) and c"},
		{"generic", "select a::int", "select cast(a as INT)"},
		{"generic", "select a != b, a == c", "select a <> b, a = c"},
		{"generic", "select * from a inner join b on (a.x = b.x)", "select * from a join b on a.x = b.x"},
		{"generic", "select 1 union distinct select 2", "select 1 union select 2"},
		{"snowflake", `select a, "B"`, `select A, b`},
		{"generic", "select sum(a) over (order by b rows unbounded preceding)",
			"select sum(a) over (order by b asc rows between unbounded preceding and current row)"},
	} {
		d, _ := Lookup(c.dialect)
		a, b := Print(parseChecked(t, c.a, d).Query(), d), Print(parseChecked(t, c.b, d).Query(), d)
		if a != b {
			t.Errorf("%s\n%s", a, b)
		}
	}
}

// Different meanings print differently.
func TestPrintTellsApart(t *testing.T) {
	texts := []string{
		"a - (b - c)", "a - b - c", "(a + b) * c", "a + b * c", "not (a and b)", "not a and b", "a", `"a"`, "'a'", "a.b",
		"(a or b) and c", "a or b and c", "count(a)", "count(distinct a)", "count(*)", "cast(a as int)", "try_cast(a as int)",
		"a is null", "a is not null", "a in (1)", "a in (select 1)", "a not in (1)", "- -a", "-a", "a || (b || c)", "a || b || c",
		"(a, b)", "[a, b]", "a[1]", "a[1:2]", "x:a", "x:a.b", "a = any (select 1)", "a = all (select 1)",
		"sum(a) over ()", "sum(a) over (order by b)", "sum(a) filter (where b)", "case when a then b end",
		"case a when b then c end", "(a = b) = c", "a = (b = c)", "(select 1)", "exists (select 1)", "a like b", "a ilike b",
		"a @> b", "a <@ b", `"null"`, "null", `"true"`, "true", `"current_date"`, "current_date", `"case"`,
	}
	seen := map[string]string{}
	for _, text := range texts {
		tree := parseChecked(t, "select "+text, &dialectSnowflake)
		got := Print(tree.Query(), &dialectSnowflake)
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s both print %s", text, other, got)
		}
		seen[got] = text
	}
}

// What is printed is read again, and means the same.
func TestPrintIsStable(t *testing.T) {
	for _, c := range accepted {
		for _, d := range dialectsOf(c.dialects) {
			tree := Parse(c.sql, d)
			if tree.Query() == nil {
				continue
			}
			once := Print(tree.Query(), d)
			again := parseChecked(t, once, d)
			if again.Query() == nil {
				t.Errorf("%s: %s\nprints %s\n%s", d.Name, c.sql, once, errorsOf(again))
				continue
			}
			if twice := Print(again.Query(), d); twice != once {
				t.Errorf("%s: %s\n once %s\ntwice %s", d.Name, c.sql, once, twice)
			}
		}
	}
}

// Names and strings that would be read as something else keep their quotes.
func TestPrintQuotes(t *testing.T) {
	for _, c := range []struct{ dialect, sql string }{
		{"postgres", `select case when "end" then "null" else "true" end from "order" as "group"`},
		{"duckdb", `select "My Function"("interval", "current_date")`},
		{"bigquery", `select case a when 'x' then '\'' || '\\\'' when 'y' then '' end`},
		{"bigquery", "select `end`, `Case` from `a-b`.c"},
		{"postgres", `select "user", user, t.user from t`},
		{"snowflake", `select user, x:"a b".c, "a", "from"`},
	} {
		d, _ := Lookup(c.dialect)
		tree := parseChecked(t, c.sql, d)
		once := Print(tree.Query(), d)
		again := parseChecked(t, once, d)
		if twice := Print(again.Query(), d); len(tree.Errors)+len(again.Errors) > 0 || twice != once || len(tree.Tokens) != len(again.Tokens) {
			t.Errorf("%s: %s\n once %s\ntwice %s\n%s", c.dialect, c.sql, once, twice, errorsOf(again))
		}
	}
}

func TestAnd(t *testing.T) {
	tree := parseChecked(t, "select 1 from t where (a and (b or c)) and ((d) and e = f)", Generic)
	var got []string
	for x := range And(tree.Query().Body.(*Select).Where) {
		got = append(got, Print(x, Generic))
	}
	if want := []string{"a", "b or c", "d", "e = f"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for range And(nil) {
		t.Error("no expression has no conjuncts")
	}
}

func TestInspectSkips(t *testing.T) {
	tree := parseChecked(t, "select a, (select b) from t", Generic)
	var got []string
	Inspect(tree.Query(), func(n Node) bool {
		if id, ok := n.(*Ident); ok {
			got = append(got, id.Name)
		}
		_, sub := n.(*Subquery)
		return !sub
	})
	if want := []string{"a", "t"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestComplete(t *testing.T) {
	for text, want := range map[string]bool{
		"select a from t": true, "select __hole_1__ from t": false, "select a from t___hole_1__": false,
		"select cast(a as __hole_1__)": false, "select a +": false, "select * except (__hole_1__) from t": false,
		"select a from t for update": true,
	} {
		if got := Complete(Parse(text, Generic).Query()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
