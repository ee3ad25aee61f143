package incremental

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// RefOnlyInGuard reports a ref that only the incremental run evaluates: dbt does
// not know it when it builds the graph, and refuses it at run time.
var RefOnlyInGuard = lint.Rule{
	Meta: finding.Meta{Code: "INC15", Name: "ref-only-in-guard", Family: "incremental", Severity: finding.Error,
		Summary: "a ref stands only under is_incremental()", Needs: finding.NeedGraph, Since: "0.1.0", Fixable: true},
	Model: func(p *lint.Pass, m *sema.Model) {
		incr := m.Incremental()
		if !m.Incremented() || incr == nil || len(m.Node.Errors) > 0 {
			return
		}
		said := map[string]bool{}
		for _, e := range incr.Rendered.Events {
			if e.Kind != dbtctx.RefEvent || e.Resolved == nil || len(e.Args) != 1 || e.Ver != "" || said[e.Resolved.UniqueID] || e.Resolved.UniqueID == m.Node.ID || slices.Contains(m.Node.DependsOn, e.Resolved.UniqueID) {
				continue
			}
			said[e.Resolved.UniqueID] = true
			place := e.Origin()
			if place.File != m.Node.File {
				continue
			}
			name := e.Args[0]
			r := p.ReportAt(place.File, place.Span, "`ref('%s')` is evaluated under `is_incremental()` alone: dbt does not know the dependency, and the incremental run fails", name)
			hint := "-- depends_on: {{ ref('" + name + "') }}\n"
			r.Help("add `-- depends_on: {{ ref('%s') }}` at the top of the model", name).Quiet("a ref outside of the block, or the comment").About(name)
			if len(e.Chain) == 0 && !m.Node.Made {
				r.Fix(finding.Fix{Title: "name the dependency in a comment", Grade: finding.Safe, Edits: []finding.Edit{{File: place.File, Span: source.At(m.Node.Body.Start), New: hint}}})
			}
		}
	},
}
