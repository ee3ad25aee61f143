//go:build pgquery

package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/rules"
)

// TestSecondOpinion lints models of which nothing but PostgreSQL's own grammar
// can tell whose mistake it is that they do not parse.
func TestSecondOpinion(t *testing.T) {
	deep := "select " + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600) + " as a"
	files := fstest.MapFS{
		"dbt_project.yml":   {Data: []byte("name: p\nversion: '1.0'\nprofile: p\n")},
		"models/broken.sql": {Data: []byte("select a b c from x\n")},
		"models/deep.sql":   {Data: []byte(deep)},
		"models/hole.sql":   {Data: []byte("select a b c from {{ run_query('select 1') }}\n")},
		"models/good.sql":   {Data: []byte("select 1 as a\n")},
	}
	for dialect, found := range map[string]int{"postgres": 1, "redshift": 1, "snowflake": 0} {
		r, err := engine.Lint(context.Background(), engine.Options{FS: files, Rules: rules.All(), Only: []string{"SQL01"}, Dialect: dialect})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != found {
			t.Errorf("%s: %d findings", dialect, len(r.Findings))
		}
		for _, f := range r.Findings {
			if f.File.Path != "models/broken.sql" || !strings.Contains(f.Evidence[0].Text, `syntax error at or near "c"`) {
				t.Errorf("%s: %s: %s, %s", dialect, f.File.Path, f.Message, f.Evidence[0].Text)
			}
		}
		gap := gapOf(r, "model.p.deep")
		if says := strings.Contains(gap, "PostgreSQL's own grammar reads it"); says != (found > 0) {
			t.Errorf("%s: gap %q", dialect, gap)
		}
		if gap := gapOf(r, "model.p.broken"); strings.Contains(gap, "PostgreSQL") {
			t.Errorf("%s: gap %q", dialect, gap)
		}
	}
}

// gapOf is the reason why a model was not analysed.
func gapOf(r *finding.Report, model string) string {
	for _, g := range r.Coverage.NotAnalysed {
		if g.Model == model {
			return g.Reason
		}
	}
	return ""
}
