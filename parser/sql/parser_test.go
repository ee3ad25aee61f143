package sql

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"parentheses":  "select " + strings.Repeat("(", 100_000) + "1",
		"balanced":     "select " + strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000),
		"subqueries":   strings.Repeat("select * from (", 3000) + "select 1",
		"functions":    "select " + strings.Repeat("f(", 3000),
		"minus":        "select " + strings.Repeat("- ", 50_000) + "1",
		"pluses":       "select " + strings.Repeat("+", 200_000) + "1",
		"operators":    "select a " + strings.Repeat("@-", 100_000) + " 1",
		"bangs":        "select " + strings.Repeat("!", 200_000) + "1",
		"not":          "select " + strings.Repeat("not ", 50_000) + "a",
		"case":         "select " + strings.Repeat("case when ", 3000),
		"types":        "select cast(a as " + strings.Repeat("array<", 3000),
		"brackets":     "select " + strings.Repeat("[", 3000),
		"braces":       "select " + strings.Repeat("{'a': ", 3000),
		"lambdas":      "select " + strings.Repeat("x -> ", 3000) + "x",
		"quotes":       strings.Repeat("'", 20_001),
		"tables":       "select * from " + strings.Repeat("(", 3000) + "t",
		"ctes":         strings.Repeat("with a as (", 3000) + "select 1",
		"ands":         "select " + strings.Repeat("a and ", 200_000) + "a",
		"unions":       strings.Repeat("select 1 union all ", 60_000) + "select 1",
		"joins":        "select * from a" + strings.Repeat(" cross join a", 60_000),
		"subscripts":   "select a" + strings.Repeat("[1]", 60_000),
		"ins":          "select a in " + strings.Repeat("((select 1), ", 2000),
		"casts":        "select " + strings.Repeat("cast(", 400) + "a" + strings.Repeat(", 'b')", 400),
		"ternaries":    "select " + strings.Repeat("a ? ", 3000),
		"holes":        "select " + strings.Repeat("__hole_1__ ", 50_000),
		"hole list":    "select " + strings.Repeat("__hole_1__ a, ", 20_000),
		"hole clauses": "select a from t" + strings.Repeat(" __hole_1__ where __hole_2__ ", 10_000),
		"join ons":     "select * from a" + strings.Repeat(" join a", 5000) + strings.Repeat(" on b", 5000),
		"betweens":     "select a" + strings.Repeat(" between b", 3000),
		"open comment": strings.Repeat("/* ", 20_000) + "*/",
		"open dollars": strings.Repeat("$a$ $b$ ", 5000),
		"open strings": strings.Repeat("'''a ", 20_000),
		"pipes":        "from t " + strings.Repeat("|> where a ", 20_000) + strings.Repeat("|> ", 20_000),
		"bodies":       strings.Repeat("with function f() returns int begin if a then ", 5000),
		"hierarchies":  "select a from t " + strings.Repeat("start with a connect by b ", 10_000),
		"left joins":   "select * from a" + strings.Repeat(" join a join b on c", 5000) + strings.Repeat(" on b", 5000),
	} {
		for _, d := range dialectsOf("postgres bigquery clickhouse tsql generic") {
			start := time.Now()
			tree := Parse(text, d)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: %s took %v", d.Name, name, took)
			}
			if err := invariants(tree); err != nil {
				t.Errorf("%s: %s: %v", d.Name, name, err)
			}
		}
	}
}

func TestLongChainsAreRead(t *testing.T) {
	for _, text := range []string{
		"select " + strings.Repeat("a and b or ", 10_000) + "c from t",
		"select " + strings.Repeat("a || ", 20_000) + "c from t",
		strings.Repeat("select 1 union all ", 20_000) + "select 1",
		"select a in (" + strings.Repeat("1, ", 20_000) + "2)",
		"select case " + strings.Repeat("when a then b ", 20_000) + "end",
	} {
		tree := parseChecked(t, text, Generic)
		if len(tree.Errors) > 0 || tree.Opaques > 0 {
			t.Errorf("%.40s: %s", text, errorsOf(tree))
		}
		Print(tree.Query(), Generic)
	}
}

func TestParseNeedsNoDialect(t *testing.T) {
	if got := Parse("select 1", nil).Dialect; got != Generic {
		t.Errorf("dialect %v", got)
	}
}

// unsound are texts that once gave a tree with a node outside of its parent, or
// none at all.
var unsound = []string{
	"from t array join ",
	"with function a(0",
	"select order by using#00",
	"select a from t order by a using",
	"from 00ArrAY join #",
	"from t |>",
	"from t |> |> where a |> ) |> (",
}

// FuzzParse asserts that every text gives a sound tree in every dialect, and
// that printing and dumping it does not fail.
func FuzzParse(f *testing.F) {
	for _, c := range accepted {
		f.Add(c.sql)
	}
	for _, s := range holed {
		f.Add(s)
	}
	for _, c := range invalid {
		f.Add(strings.Replace(c.sql, "‸", "", 1))
	}
	for _, s := range unsound {
		f.Add(s)
	}
	f.Add(model)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 20_000 {
			return
		}
		for _, d := range allDialects {
			tree := parseChecked(t, text, d)
			Dump(io.Discard, tree)
			for _, s := range tree.Statements {
				Print(s, d)
			}
		}
	})
}
