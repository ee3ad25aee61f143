package sema

import (
	"slices"
	"testing"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// TestDialectClauses checks what is concluded from constructs that one warehouse
// alone has: the relations that are read, the columns that come out, and that a
// key of l(a) is forgotten where rows can repeat.
func TestDialectClauses(t *testing.T) {
	for _, c := range []struct {
		dialect, query string
		scans          []string
		columns        []string // nil: not known
		key            bool     // a is still unique
	}{
		{"redshift", "select *, 1 as z exclude (b, v) from l", []string{"l"}, []string{"a", "z"}, true},
		{"snowflake", "select a from l start with b is null connect by prior a = b", []string{"l"}, []string{"a"}, false},
		{"snowflake", "select level as n, a from l start with exists (select 1 from r) connect by prior a = b", []string{"l", "r"}, []string{"n", "a"}, false},
		{"bigquery", "from l |> where a > 1 |> select a", []string{"l"}, nil, false},
		{"bigquery", "with c as (select a from l) from c |> join r on k = a |> union all (select k from r) |> where a in (select b from l)", []string{"l", "l", "r", "r"}, nil, false},
		{"tsql", "select a from l order by a for xml path('')", []string{"l"}, nil, false},
		{"duckdb", "select a from l order by a using sample 10", []string{"l"}, []string{"a"}, true},
		{"duckdb", "select x.a from x: l", []string{"l"}, []string{"a"}, true},
		{"spark", "select transform(a) using 'cat' as (c, d) from l", []string{"l"}, nil, false},
		{"redshift", "select l.a, v, i from l, l.b as v at i", []string{"l"}, []string{"a", "v", "i"}, false},
		{"redshift", "select l.a, k from l, unpivot l.b as v at k", []string{"l"}, []string{"a", "k"}, false},
		{"trino", "with function f(x int) returns int return x + 1 with c as (select a from l) select f(a) as b, a from c", []string{"l"}, []string{"b", "a"}, true},
		{"postgres", "with d as (delete from l returning *) select * from d", nil, nil, false},
		{"bigquery", "select * from l pivot (sum(v) for b in ('x', 'y z' as yz)) as p", []string{"l"}, []string{"a", "x", "yz"}, true},
		{"bigquery", "select * from l pivot (sum(v) as s, count(*) as n for b in ('x', 'y'))", []string{"l"}, []string{"a", "s_x", "n_x", "s_y", "n_y"}, true},
		{"bigquery", "select * from l pivot (sum(v), count(*) as n for b in ('x', 'y'))", []string{"l"}, nil, true},
		{"bigquery", "select * from l pivot (sum(v) for b in (1, 2))", []string{"l"}, nil, true},
		{"snowflake", "select * from l pivot (sum(v) for b in ('x', 'y')) as p (a, x, y)", []string{"l"}, []string{"a", "x", "y"}, true},
		{"snowflake", "select * from l pivot (sum(v) for b in ('x', 'y' as y))", []string{"l"}, []string{"a", "'x'", "y"}, true},
		{"snowflake", "select * from l pivot (sum(v) for b in (any))", []string{"l"}, nil, true},
		{"databricks", "select * from l pivot (sum(v) as s for b in ('x', 'y' as z))", []string{"l"}, []string{"a", "x", "z"}, true},
		{"databricks", "select * from l pivot (sum(v) as s, max(v) as m for b in ('x'))", []string{"l"}, []string{"a", "x_s", "x_m"}, true},
		{"duckdb", "select * from l pivot (sum(v) as s for b in ('x', 'y' as z))", []string{"l"}, []string{"a", "x_s", "z_s"}, true},
		{"snowflake", "select a from l match_recognize (measures b as c pattern (x) define x as true)", []string{"l"}, []string{"a"}, false},
	} {
		d, _ := sql.Lookup(c.dialect)
		tree := sql.Parse(c.query, d)
		if len(tree.Errors) > 0 {
			t.Fatalf("%s: %s", c.query, tree.Errors[0].Message)
		}
		known := tables("l strict(a)")
		fold := func(s *Summary) *Summary { // the test's names as the dialect folds them
			for i := range s.Columns {
				s.Columns[i].Fold = d.FoldName(s.Columns[i].Name, false)
			}
			return s
		}
		w := Analyse(Input{Tree: tree, Dialect: d, Relation: func(t *sql.Table) *Summary {
			if s := known[t.Name[len(t.Name)-1].Name]; s != nil {
				return fold(s)
			}
			return &Summary{Name: "unknown", Open: true, Card: Card{0, Many}}
		}})
		var scans []string
		for _, s := range w.Scans {
			scans = append(scans, s.Relation.Name)
		}
		slices.Sort(scans)
		if !slices.Equal(scans, c.scans) {
			t.Errorf("%s: reads %v, want %v", c.query, scans, c.scans)
		}
		if len(w.Unbound) > 0 {
			t.Errorf("%s: `%s` is said to be missing", c.query, w.Unbound[0].Column.Parts[0].Name)
		}
		var cols []string
		if !w.Output.Open {
			for _, col := range w.Output.Columns {
				cols = append(cols, col.Name)
			}
		}
		if !slices.Equal(cols, c.columns) {
			t.Errorf("%s: columns %v, want %v", c.query, cols, c.columns)
		}
		at := w.Output.Index(d.FoldName("a", false))
		if got := at >= 0 && w.Output.HasKey([]int{at}, false); got != c.key {
			t.Errorf("%s: key a is %t", c.query, got)
		}
	}
}
