package sema

import (
	"slices"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// TestRefuted holds what executions have refuted: facts that the analyser once
// claimed of queries cut down to their core, and must never claim again.
func TestRefuted(t *testing.T) {
	notNull := func(s *Summary) bool { return s.Columns[0].NotNull }
	for _, c := range []struct {
		name, query string
		claimed     func(s *Summary) bool
	}{
		{"lag() differs within a partition without an order", "select b, lag(v) over (partition by b) as n from l", func(s *Summary) bool { return len(s.FDs) > 0 }},
		{"ntile() differs within a partition without an order", "select b, ntile(2) over (partition by b) as n from l", func(s *Summary) bool { return len(s.FDs) > 0 }},
		{"NULL passes NOT IN over no rows", "select a from l where a not in (select k from r)", notNull},
		{"NULL passes NOT (IN) over no rows", "select a from l where not (a in (select k from r))", notNull},
		{"NULL passes a comparison with ALL of no rows", "select a from l where a = all (select k from r)", notNull},
		{"a subtotal has NULL in place of a coalesce", "select coalesce(a, 1) as c from l group by rollup(coalesce(a, 1))", notNull},
		{"a subtotal has NULL in place of a constant", "select 'x' as c from l group by cube('x')", func(s *Summary) bool { return notNull(s) || s.Columns[0].Const != "" }},
		{"a subtotal has NULL in place of a subquery", "select exists (select 1 from r where k = l.a) as c from l group by rollup(exists (select 1 from r where k = l.a))", notNull},
		{"two expressions of one column are left out each on its own", "select e, 1 + 1 as f from (select 1 + 1 as e, b from l) as x group by cube(e, b, 1 + 1)", func(s *Summary) bool {
			return len(s.FDs) > 0 || slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Const != "" || c.NotNull })
		}},
		{"a column and its copy are left out each on its own", "select a, c, b from (select a, a as c, b from l where a is not null and b is not null) as x group by cube(a, c, b)", func(s *Summary) bool { return len(s.FDs) > 0 }},
		{"a subtotal is told apart by what it leaves out", "select distinct a, (select count(*) from r where k = l.a) as n from l group by cube(a, (select count(*) from r where k = l.a))", func(s *Summary) bool { return s.HasKey([]int{0}, false) }},
		{"an outer join that finds no row of a lateral query leaves NULL, whatever the left row has", "select l.a, x.m from l left join lateral (select k as m from r where k = l.a) as x on true", func(s *Summary) bool {
			return slices.ContainsFunc(s.FDs, func(f FD) bool { return slices.Equal(f.From, []int{1}) })
		}},
		{"UNION BY NAME has the columns of all branches", "select a from l union by name select k from r", func(s *Summary) bool { return len(s.Columns) != 2 }},
		{"a column that a branch lacks is NULL there", "select b, a from l where a is not null union by name select t as b from r", func(s *Summary) bool { return s.Columns[1].NotNull }},
		{"a subquery over a name that is not found may depend on the row", "with w as (select b, a as v from l) select (select count(*) from r as y where y.k = x.v) as n from l as z left join w as x using (v) full join r as u on x.b = u.k group by (select count(*) from r as y where y.k = x.v)", func(s *Summary) bool { return s.Card.Max == 1 }},
		{"DuckDB's GROUP BY ALL does not group where all is constant", "select coalesce((select count(*) from r), 0) as n from l group by all", func(s *Summary) bool { return s.Card.Max == 1 }},
		{"DISTINCT ON means the column of the output", "select distinct on (a) l.v as a, l.a as e from l", func(s *Summary) bool { return s.HasKey([]int{1}, true) }},
		{"NATURAL joins by all names that both sides have, also by those that are not known", "select l.b, b as m from l cross join unnest([l.a, 1]) as x(v) natural full join l as y", func(s *Summary) bool { return len(s.FDs) > 0 || s.HasKey([]int{1}, false) }},
		{"a text made with NULL is NULL, whatever else is in it", "select a, cast(x.n as varchar) || '-' || cast(a as varchar) as e from l join (select 1 + null as n, k from r) as x on l.a = x.k", func(s *Summary) bool {
			return slices.ContainsFunc(s.FDs, func(f FD) bool { return slices.Equal(f.From, []int{1}) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.claimed(worldOf(t, "", c.query).Output) {
				t.Errorf("claimed of %s", c.query)
			}
		})
	}
}

// TestAggregateOverNoRows: where all that is grouped by is constant, an aggregate is
// over all rows, and over none it is NULL.
func TestAggregateOverNoRows(t *testing.T) {
	w := worldOf(t, "r notnull(k)", "select coalesce((select count(*) from l), 0) as n, max(k) as m from r group by all")
	if w.Output.Columns[1].NotNull {
		t.Error("the maximum of an empty table is never NULL")
	}
}

// TestComparedWithLater: a condition with a relation that is joined later fixes
// nothing for the joins before it.
func TestComparedWithLater(t *testing.T) {
	w := worldOf(t, "r lax(k)", "select r.t from l cross join r cross join l as x where x.b = r.k")
	if w.Joins[0].Right.Status == Unique {
		t.Errorf("a row of l meets every r that has an x: %v", w.Joins[0].Right.Proof())
	}
	for _, q := range []string{
		"select l.a from l left join r on r.k = l.a cross join l as x where r.t = x.b",
		"select l.a from l left join r on r.k = l.a cross join l as x where r.t = (select max(y.v) from l as y where y.a = x.b)",
	} {
		if w := worldOf(t, "r lax(k, t)", q); w.Joins[0].Right.Status == Unique {
			t.Errorf("%s: a row of l meets every r that has an x: %v", q, w.Joins[0].Right.Proof())
		}
	}
}

// TestTableOfAliasName: a table of the project is no array of an alias that has
// the name of its schema.
func TestTableOfAliasName(t *testing.T) {
	w := worldOf(t, "", "select r.t from u as nft, nft.r")
	if len(w.Joins) != 1 || w.Joins[0].Elements {
		t.Error("nft.r is read as an array of l")
	}
}

// TestPartialKeyOfOneSide: a key of the rows of one relation that fulfil a
// condition says nothing of what they are joined with.
func TestPartialKeyOfOneSide(t *testing.T) {
	dialect, _ := sql.Lookup("duckdb")
	known := tables("")
	known["l"].Keys = []Key{{Cols: []int{0}, When: &When{Col: 1, Op: "=", Lit: "1"}, Strength: finding.Tested}}
	for text, want := range map[string]bool{
		"select a from l where b = 1":                                                 true,
		"select l.a from l cross join r where l.b = 1":                                false,
		"select l.a, l.b from l":                                                      false,
		"select x.b, md5(concat(y.a, '-', x.a)) as a from l as y join l as x on true": false,
	} {
		tree := sql.Parse(text, dialect)
		out := Analyse(Input{Tree: tree, Dialect: dialect, Relation: func(t *sql.Table) *Summary { return known[t.Name[0].Name] }}).Output
		if got := out.claims([]string{"a"}, false); got != want {
			t.Errorf("%s: key a is %t", text, got)
		}
		for _, k := range out.Keys {
			if k.When != nil && text[len(text)-1] == 'e' {
				t.Errorf("%s: a partial key %v", text, k.Cols)
			}
		}
	}
}
