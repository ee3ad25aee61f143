package engine_test

import (
	"context"
	"slices"
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
