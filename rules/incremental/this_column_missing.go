package incremental

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// ThisColumnMissing reports a column that is read from {{ this }} and that the
// model does not select.
var ThisColumnMissing = lint.Rule{
	Meta: finding.Meta{Code: "INC04", Name: "this-column-missing", Family: "incremental", Severity: finding.Error,
		Summary: "a column read from {{ this }} is not selected by the model", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		cols, closed := m.Columns()
		if !closed || len(cols) == 0 || holes(m) {
			return
		}
		has := map[string]bool{}
		for _, c := range cols {
			has[strings.ToLower(c.Name)] = true
		}
		said := map[string]bool{}
		for _, w := range m.Worlds() {
			for _, s := range w.This {
				for _, name := range slices.Sorted(maps.Keys(s.Asked)) {
					col := s.Asked[name]
					last := col.Parts[len(col.Parts)-1]
					if has[strings.ToLower(last.Name)] || said[name] || strings.HasPrefix(last.Name, "_") || strings.HasPrefix(last.Name, "$") {
						continue
					}
					said[name] = true
					r := p.ReportIn(w.Rendered, col.Span, "`%s` is read from `{{ this }}`, but the model does not select it: the incremental run fails", last.Name)
					r.Note("columns", "the model selects %s", listed(cols))
					r.Help("select `%s`, or compare with a column that the model has", last.Name)
					r.Quiet("select the column in every branch of the template").About(last.Name)
				}
			}
		}
	},
}

func holes(m *sema.Model) bool {
	return slices.ContainsFunc(m.Variants, func(v *sema.Variant) bool { return len(v.Rendered.Holes) > 0 })
}

func listed(cols []sema.Column) string {
	var out []string
	for _, c := range cols[:min(len(cols), 12)] {
		out = append(out, "`"+c.Name+"`")
	}
	if len(cols) > 12 {
		out = append(out, "...")
	}
	return strings.Join(out, ", ")
}

func step(text string, f *source.File, s source.Span) sema.Step {
	return sema.Step{Text: text, Place: finding.Place{File: f, Span: s}}
}
