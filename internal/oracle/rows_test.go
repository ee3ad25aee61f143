package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/rows"
	dsql "github.com/dbtvet/dbtvet/parser/sql"
)

// TestRows holds what internal/rows gives for random queries against DuckDB: what
// it executes it must execute alike, what it refuses does not count.
func TestRows(t *testing.T) {
	t.Parallel()
	n := 1500
	if testing.Short() {
		n = 200
	}
	c := open(t)
	dialect, _ := dsql.Lookup("duckdb")
	run, refused, wrong := 0, map[string]int{}, 0
	for i := range n {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		schema := randomSchema(r)
		data := randomData(r, schema)
		text := RandomQuery(r, schema, 1+r.IntN(3)).String()
		tree := dsql.Parse(text, dialect)
		if len(tree.Errors) > 0 {
			continue
		}
		db := &rows.Database{Dialect: dialect, Table: func(t *dsql.Table) *rows.Table { return tableOf(schema, data, t.Name[len(t.Name)-1].Name) }}
		got, err := db.Run(tree.Query())
		if err != nil {
			refused[err.Error()]++
			continue
		}
		exec(t, c, create("rowsdb", schema, data)+"set schema = 'rowsdb'")
		want, err := Run(c, text)
		if err != nil {
			continue
		}
		run++
		if a, b := lines(got.Rows), lines(want.Rows); a != b && wrong < *stop {
			wrong++
			t.Errorf("%s\n  %v\n  gives %s\n  duckdb gives %s", text, data, a, b)
		}
	}
	t.Logf("%d queries executed alike, %d refused: %s", run-wrong, n-run, counts(refused))
	if run*5 < n {
		t.Errorf("only %d of %d queries are executed", run, n)
	}
}

func tableOf(schema []*Table, data Data, name string) *rows.Table {
	for i, t := range schema {
		if t.Name != name {
			continue
		}
		out := &rows.Table{Cols: t.Cols}
		for _, row := range data[i] {
			vals := make([]any, len(row))
			for k, v := range row {
				if n, err := strconv.ParseInt(values[v], 10, 64); err == nil {
					vals[k] = n
				}
			}
			out.Rows = append(out.Rows, vals)
		}
		return out
	}
	return nil
}

func lines(rs [][]any) string {
	var out []string
	for _, r := range rs {
		var vals []string
		for _, v := range r {
			text := rows.Text(v)
			if f, ok := v.(float64); ok {
				text = fmt.Sprint(f)
			}
			vals = append(vals, text)
		}
		out = append(out, strings.Join(vals, ","))
	}
	slices.Sort(out)
	return strings.Join(out, " | ")
}
