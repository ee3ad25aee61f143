package oracle

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/rules"
)

// TestRuleExamples executes in DuckDB what findings of the rules on keys and
// guards print for the projects of their own examples: runs that leave the table
// unlike a refresh, and joins that meet several rows.
func TestRuleExamples(t *testing.T) {
	t.Parallel()
	h := &loads{T: t, c: open(t)}
	shown, bare := map[string]int{}, map[string]int{}
	for _, m := range rules.Metas() {
		if m.Family != "keys" && m.Family != "incremental" {
			continue
		}
		e, err := fixtures.Of(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range e.Projects {
			files := fstest.MapFS{}
			for name, data := range p.Tree() {
				files[name] = &fstest.MapFile{Data: data}
			}
			for _, f := range findingsOf(t, m, p, files) {
				if len(f.Witness) == 0 {
					bare[m.Code]++
					t.Logf("%s %s %s %s: no example; %s", m.Code, p.Name, f.Path(), f.Message, whyNone(t, files, f))
					continue
				}
				shown[m.Code]++
				h.printed(t, files, f, m.Code+" "+p.Name)
			}
		}
	}
	total := 0
	for _, n := range shown {
		total += n
	}
	t.Logf("%d examples executed: %v; findings without one: %v", total, shown, bare)
	for _, code := range []string{"INC01", "INC05", "INC06", "INC08", "INC11", "INC14", "INC24", "UK03", "UK04", "UK05", "UK07", "UK09", "UK14", "UK16", "UK21"} {
		if shown[code] == 0 {
			t.Errorf("no finding of %s prints an example", code)
		}
	}
}

func findingsOf(t *testing.T, m finding.Meta, p *fixtures.Project, files fstest.MapFS) []*finding.Finding {
	t.Helper()
	r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All(), Presets: []string{rules.Strict}})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(r.Findings, func(f *finding.Finding) bool { return f.Code != m.Code || !p.Bad })
}

func inspected(t *testing.T, files fstest.MapFS, f *finding.Finding) *sema.Model {
	t.Helper()
	if f.Model == "" {
		return nil
	}
	models, err := engine.Inspect(context.Background(), engine.Options{FS: files}, f.Model)
	if err != nil || len(models) != 1 {
		return nil
	}
	return models[0]
}

func whyNone(t *testing.T, files fstest.MapFS, f *finding.Finding) string {
	m := inspected(t, files, f)
	if m == nil {
		return "no model of its own"
	}
	d, ok := m.Refresh(sema.InOrder)
	return fmt.Sprint(ok, " ", d.Answer, " ", d.Kind, " ", d.Gap)
}

func (h *loads) printed(t *testing.T, files fstest.MapFS, f *finding.Finding, what string) {
	m := inspected(t, files, f)
	if m == nil {
		t.Errorf("%s: %s is no model", what, f.Path())
		return
	}
	d, _ := m.Refresh(sema.InOrder)
	if d.Answer == sema.Differs && slices.Equal(f.Witness, d.Example.Lines()) {
		h.example(m, d, what)
		return
	}
	if len(f.Witness) == 2 && h.doubles(f.Witness) {
		return
	}
	t.Errorf("%s: nothing executes\n%s", what, strings.Join(f.Witness, "\n"))
}

// witnessed is a row of a witness, cells the columns of one with their values.
var (
	witnessed = regexp.MustCompile(`\(([^)]*)\)`)
	cells     = regexp.MustCompile(`(\w+)=(\d+)`)
)

// doubles executes the witness of a join: the row of the first line meets two of the
// second by what they have in common.
func (h *loads) doubles(lines []string) bool {
	var sides []string
	on := "true"
	for i, line := range lines {
		var rs []string
		for _, row := range witnessed.FindAllStringSubmatch(line, -1) {
			var vals []string
			for _, cell := range cells.FindAllStringSubmatch(row[1], -1) {
				vals = append(vals, cell[2]+" as "+cell[1])
				if i == 0 {
					on += " and l." + cell[1] + " = r." + cell[1]
				}
			}
			rs = append(rs, "select "+strings.Join(vals, ", "))
		}
		sides = append(sides, strings.Join(rs, " union all "))
	}
	return h.mustQuery(nil, "", "select count(*) from ("+sides[0]+") l join ("+sides[1]+") r on "+on)[0] == "(2)"
}
