package engine_test

import (
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/rules"
)

// TestOpenColumns checks that a run tells once, and why, that columns are not
// compared with the properties which list them.
func TestOpenColumns(t *testing.T) {
	files := fstest.MapFS{
		"dbt_project.yml":   {Data: []byte("name: shop\nversion: '1.0'\nprofile: shop\n")},
		"models/_m.yml":     {Data: []byte("sources: [{name: app, tables: [{name: orders}]}]\nmodels:\n  - {name: a, columns: [{name: id}]}\n  - {name: b, columns: [{name: id}]}\n  - {name: c, columns: [{name: id}]}\n")},
		"models/a.sql":      {Data: []byte("select * from {{ source('app', 'orders') }}")},
		"models/b.sql":      {Data: []byte("select * from {{ ref('a') }}")},
		"models/c.sql":      {Data: []byte("select 1 as id")},
		"models/listed.sql": {Data: []byte("select * from {{ source('app', 'orders') }}")},
	}
	r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range r.Coverage.Notes {
		if n.Code == "DOC02" {
			got = append(got, n.Text)
		}
	}
	want := "the columns of `a` and 1 more are not all known, and are not compared with its properties: the columns of source `app.orders` are not all declared"
	if len(got) != 1 || got[0] != want {
		t.Errorf("notes: %q", got)
	}
}
