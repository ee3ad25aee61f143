package oracle

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestPrintedExamples executes in DuckDB the examples that are printed for the
// incremental models of a project: each must show the difference it claims.
func TestPrintedExamples(t *testing.T) {
	t.Parallel()
	models, err := engine.Inspect(context.Background(), engine.Options{FS: os.DirFS("../.."), Paths: []string{"fixtures/projects/vyaparbazaar"}}, "config.materialized:incremental")
	if err != nil {
		t.Fatal(err)
	}
	h := &loads{T: t, c: open(t)}
	shown := 0
	for _, m := range models {
		d, ok := m.Refresh(sema.InOrder)
		if !ok || d.Answer != sema.Differs {
			continue
		}
		shown++
		h.example(m, d, m.Node.Name)
	}
	if shown < 3 {
		t.Errorf("only %d examples", shown)
	}
}

// example executes an example: two runs and a refresh must give what it says.
func (h *loads) example(m *sema.Model, d sema.Decision, what string) {
	full, run := overExample(m.Full().World, d.Example), overExample(m.Run(), d.Example)
	full, run = full+"\n", run+"\n" // it may end in a comment
	text := clock(d.Example.Now)
	for i, g := range d.Example.Given {
		text += tableFor(fmt.Sprintf("r%d", i), g) + into(i, g.Before)
	}
	text += "create or replace table tgt as " + full + ";"
	for i, g := range d.Example.Given {
		text += into(i, g.After)
	}
	text += "create or replace table batch as " + run + ";"
	if d.Load.Effect == sema.Upsert {
		n := h.mustQuery(nil, text, clash(d.Load))
		if (n[0] != "(0)") != (d.Example.Failure != "") {
			h.Errorf("%s: %s rows clash, but the example says %q", what, n[0], d.Example.Failure)
		}
		text = ""
	}
	if d.Example.Failure != "" {
		return
	}
	table := h.mustQuery(nil, text+statements(d.Load), "from tgt")
	if !slices.Equal(table, tuplesOf(d.Example.Table)) {
		h.Errorf("%s: the table holds %v\n%s", what, table, strings.Join(d.Example.Lines(), "\n"))
	}
	refresh := h.mustQuery(nil, "", full)
	if !slices.Equal(refresh, tuplesOf(d.Example.Refresh)) {
		h.Errorf("%s: a refresh gives %v\n%s", what, refresh, strings.Join(d.Example.Lines(), "\n"))
	}
	if slices.Equal(table, refresh) {
		h.Errorf("%s: the runs give what a refresh gives", what)
	}
}

// clock makes the functions that tell the time tell this one, by the names that
// warehouses have for them.
func clock(now time.Time) string {
	text := "create or replace macro current_date() as date '" + now.Format(time.DateOnly) + "';" +
		"create or replace macro timestamp_sub(t, i) as t - i;"
	for _, name := range []string{"now", "get_current_timestamp", "current_timestamp", "sysdate"} {
		text += "create or replace macro " + name + "() as " + value(now) + ";"
	}
	return text
}

// overExample is the text of a world over the tables of an example.
func overExample(w *sema.World, e *sema.Arrivals) string {
	text := w.Tree.Text
	scans := slices.Clone(w.Scans)
	slices.SortFunc(scans, func(a, b *sema.Scan) int { return int(b.Table.Start - a.Table.Start) })
	for _, s := range scans {
		name := "tgt"
		if i := slices.IndexFunc(e.Given, func(g sema.Given) bool { return g.Relation.ID == s.Relation.ID }); i >= 0 && !s.Relation.This {
			name = fmt.Sprintf("r%d", i)
		}
		if s.Table.Alias == nil {
			name += " as " + s.Table.Name[len(s.Table.Name)-1].Name
		}
		text = text[:s.Table.Start] + name + text[s.Table.NameEnd:]
	}
	return text
}

// tableFor creates the table of a relation, with types by its values.
func tableFor(name string, g sema.Given) string {
	var cols []string
	for i, c := range g.Cols {
		kind := "bigint"
		for _, row := range slices.Concat(g.Before, g.After) {
			switch row[i].(type) {
			case time.Time:
				kind = "timestamp"
			case string:
				kind = "varchar"
			case bool:
				kind = "boolean"
			}
		}
		cols = append(cols, c+" "+kind)
	}
	return "create or replace table " + name + "(" + strings.Join(cols, ", ") + ");"
}

func into(i int, rs [][]any) string {
	out := ""
	for _, row := range rs {
		var vals []string
		for _, v := range row {
			vals = append(vals, value(v))
		}
		out += fmt.Sprintf("insert into r%d values (%s);", i, strings.Join(vals, ", "))
	}
	return out
}
