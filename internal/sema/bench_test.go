package sema

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// wide returns a model of 40 columns that joins a fact to six dimensions, one of
// them made unique on the way, and groups the result; and what is declared of
// its parents.
func wide(tb testing.TB) Input {
	tb.Helper()
	dialect, ok := sql.Lookup("snowflake")
	if !ok {
		tb.Fatal("there is no dialect snowflake")
	}
	relations := map[string]*Summary{"f": {ID: "model.p.f", Name: "f", Card: Card{0, Many}}}
	f := relations["f"]
	column := func(s *Summary, name string) {
		s.Columns = append(s.Columns, Column{Name: name, Fold: dialect.FoldName(name, false)})
	}
	column(f, "id")
	f.Keys = []Key{{Cols: []int{0}, Strength: finding.Tested}}
	f.Columns[0].NotNull = true
	var imports, joins, picked []string
	for d := range 6 {
		name := fmt.Sprintf("d%d", d)
		s := &Summary{ID: "model.p." + name, Name: name, Card: Card{0, Many}}
		for c := range 8 {
			column(s, fmt.Sprintf("%s_c%d", name, c))
		}
		s.Keys = []Key{{Cols: []int{0}, Lax: true, Strength: finding.Tested}}
		relations[name] = s
		column(f, name+"_id")
		imports = append(imports, fmt.Sprintf("%s as (select * from d%d)", "i"+name, d))
		joins = append(joins, fmt.Sprintf("left join i%s on i%s.%s_c0 = f.%s_id", name, name, name, name))
		for c := 1; c < 7; c++ {
			picked = append(picked, fmt.Sprintf("i%s.%s_c%d", name, name, c))
		}
	}
	for c := range 4 {
		column(f, fmt.Sprintf("v%d", c))
	}
	text := "with " + strings.Join(imports, ",\n") + ",\nlatest as (select * from f qualify row_number() over (partition by id order by v0 desc) = 1),\n" +
		"joined as (select f.id, f.v0, f.v1, f.v2, " + strings.Join(picked, ", ") + "\nfrom latest f\n" + strings.Join(joins, "\n") +
		"\nwhere f.v1 > 0 and coalesce(f.v2, 0) <> 3)\nselect * from joined"
	tree := sql.Parse(text, dialect)
	if len(tree.Errors) > 0 {
		tb.Fatal(tree.Errors[0].Message)
	}
	return Input{Tree: tree, Dialect: dialect, Relation: func(t *sql.Table) *Summary {
		return relations[t.Name[len(t.Name)-1].Name]
	}}
}

// TestWide checks that what is measured is the whole analysis.
func TestWide(t *testing.T) {
	w := Analyse(wide(t))
	if len(w.Output.Columns) != 40 || len(w.Joins) != 6 || len(w.Output.Keys) == 0 {
		t.Fatalf("%d columns, %d joins, %d keys", len(w.Output.Columns), len(w.Joins), len(w.Output.Keys))
	}
	for _, j := range w.Joins {
		if j.Right.Status != Unique {
			t.Errorf("the join to %s: %s", j.RightName, j.Right.Reason)
		}
	}
}

// BenchmarkAnalyse analyses one model of 40 columns and 6 joins on all
// processors, with the program's setting of the garbage collector.
func BenchmarkAnalyse(b *testing.B) {
	in := wide(b)
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			Analyse(in)
		}
	})
}
