package incremental

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// RefOnlyInGuard reports a ref that only the incremental run evaluates: dbt does
// not know it when it builds the graph, and refuses it at run time.
var RefOnlyInGuard = lint.Rule{
	Meta: finding.Meta{Code: "INC15", Name: "ref-only-in-guard", Family: "incremental", Severity: finding.Error,
		Summary: "a ref stands only under is_incremental()", Needs: finding.NeedGraph, Since: "0.1.0", Fixable: true},
	Model: func(p *lint.Pass, m *sema.Model) {
		full, incr := m.Full(), m.Incremental()
		if !m.Incremented() || full == nil || incr == nil {
			return
		}
		always := m.Node.Unlisted(full.Rendered.Events)
		for _, e := range m.Node.Unlisted(incr.Rendered.Events) {
			place := e.Origin()
			if place.File != m.Node.File || slices.ContainsFunc(always, func(o dbtctx.Event) bool { return o.Resolved.UniqueID == e.Resolved.UniqueID }) {
				continue
			}
			p.ReportAt(place.File, place.Span, "`%s` is evaluated under `is_incremental()` alone: dbt does not know the dependency, and the incremental run fails", lint.RefText(e)).
				Unlisted(m.Node, e)
		}
	},
}
