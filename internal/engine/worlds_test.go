package engine_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	vet "github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// What only a forced world shows is a branch that the target does not take: it
// is never an error. What several worlds show alike is told once.
func TestForcedWorldsFindLess(t *testing.T) {
	word := &vet.Rule{
		Meta: finding.Meta{Code: "TST99", Name: "bad-word", Severity: finding.Error},
		World: func(p *vet.Pass, w *sema.World) {
			text := w.Rendered.Text
			for _, bad := range []string{"bad_forced", "bad_plain"} {
				if i := strings.Index(text, bad); i >= 0 {
					p.Report(sql.Span{Start: int32(i), End: int32(i + len(bad))}, "%s", bad)
				}
			}
		},
	}
	r, err := engine.Lint(context.Background(), engine.Options{Rules: []*vet.Rule{word}, Dialect: "duckdb", FS: fstest.MapFS{
		"dbt_project.yml": {Data: []byte("name: shop\nversion: '1.0'\n")},
		"models/a.sql":    {Data: []byte("select 1 as bad_plain\n{% if var('on', false) %}, 2 as bad_forced{% endif %}\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		if f.Code == "TST99" {
			got = append(got, f.Message+" "+f.Severity.String()+" "+strings.Join(f.Worlds, ","))
		}
	}
	slices.Sort(got)
	if want := []string{"bad_forced warning if `var('on', false)`", "bad_plain error "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Where a condition is not known, a model exports what holds either way.
func TestWhatHoldsEitherWay(t *testing.T) {
	var exported = map[string]*sema.Summary{}
	look := &vet.Rule{
		Meta: finding.Meta{Code: "TST98", Name: "look"},
		Project: func(_ *vet.Pass, p *vet.Project) {
			for _, m := range p.Models {
				exported[m.Node.Name] = m.Summary
			}
		},
	}
	var many strings.Builder
	for i := range 12 {
		many.WriteString("{% if run_started_at.day > " + strconv.Itoa(i) + " %}, 2 as d" + strconv.Itoa(i) + "{% endif %}")
	}
	const macros = "{% macro late() %}{% if run_started_at.day > 3 %}group by id{% else %}group by id, b{% endif %}{% endmacro %}"
	_, err := engine.Lint(context.Background(), engine.Options{Rules: []*vet.Rule{look}, Dialect: "duckdb", FS: fstest.MapFS{
		"dbt_project.yml":    {Data: []byte("name: shop\n")},
		"macros/late.sql":    {Data: []byte(macros)},
		"models/_s.yml":      {Data: []byte("sources: [{name: s, tables: [{name: t}]}]\n")},
		"models/known.sql":   {Data: []byte("select id, 1 as c from {{ source('s', 't') }} group by {% if target.name == 'x' %}id, b{% else %}id{% endif %}")},
		"models/macro.sql":   {Data: []byte("select id, 1 as c from {{ source('s', 't') }} {{ late() }}")},
		"models/columns.sql": {Data: []byte("select id, 1 as c {% if run_started_at.day > 3 %}, 2 as d{% endif %} from {{ source('s', 't') }} group by id")},
		"models/many.sql":    {Data: []byte("select id, 1 as c" + many.String() + " from {{ source('s', 't') }} group by id")},
		"models/loaded.sql": {Data: []byte("{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}select id, max(c) as c from {{ source('s', 't') }} " +
			"{% if is_incremental() %}where at > (select max(at) from {{ this }}){% endif %} group by id{% if run_started_at.day > 3 %}, b{% endif %}")},
		"models/known_load.sql": {Data: []byte("{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}select id, max(c) as c from {{ source('s', 't') }} " +
			"{% if is_incremental() %}where at > (select max(at) from {{ this }}){% endif %} group by id")},
		"models/in_run.sql": {Data: []byte("{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}select id, max(c) as c from {{ source('s', 't') }} " +
			"group by id{% if is_incremental() and run_started_at.day > 3 %}{% else %}{% endif %}{% if is_incremental() %}{% if run_started_at.day > 3 %}{% else %}, b{% endif %}{% endif %}")},
		"models/either.sql": {Data: []byte("select {% if run_started_at.day > 3 %}distinct{% endif %} id, 1 as c from {{ source('s', 't') }} {% if run_started_at.hour > 3 %}group by id{% endif %}")},
		"models/value.sql":  {Data: []byte("select id, {{ 1 if run_started_at.day > 3 else 'null' }} as c from {{ source('s', 't') }} group by id")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		key, open bool
		value     string
	}{
		"known": {true, false, "1"}, "macro": {false, false, "1"}, "columns": {true, true, "1"}, "value": {true, false, ""},
		"either": {false, false, "1"}, "many": {false, true, ""}, "loaded": {false, false, ""}, "known_load": {true, false, ""}, "in_run": {false, false, ""},
	} {
		s := exported[name]
		_, key := s.Grain()
		c := s.Columns[s.Index("c")]
		if key != want.key || s.Open != want.open || c.Const != want.value {
			t.Errorf("%s: key %t, open %t, value %q", name, key, s.Open, c.Const)
		}
	}
}

// A template that empties the graph empties it for no other.
func TestGraphIsNobodys(t *testing.T) {
	files := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: shop\n")}}
	for _, name := range []string{"a", "b", "c", "d"} {
		files["models/"+name+".sql"] = &fstest.MapFile{Data: []byte("{% do graph.nodes.clear() %}{% do graph.nodes.update({'x': 1}) %}select {{ graph.nodes | length }} as n")}
	}
	look := &vet.Rule{
		Meta: finding.Meta{Code: "TST97", Name: "look"},
		World: func(_ *vet.Pass, w *sema.World) {
			if w.Rendered.Text != "select 4 as n" {
				t.Errorf("%q", w.Rendered.Text)
			}
		},
	}
	if _, err := engine.Lint(context.Background(), engine.Options{Rules: []*vet.Rule{look}, Dialect: "duckdb", FS: files}); err != nil {
		t.Fatal(err)
	}
}
