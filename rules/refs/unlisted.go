package refs

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UnlistedRef reports a ref that an ordinary run evaluates and dbt's parse pass
// does not: dbt does not know the dependency, and refuses it when it gets there.
// What only an incremental run evaluates is another rule's.
var UnlistedRef = lint.Rule{
	Meta: finding.Meta{
		Code: "REF06", Name: "ref-in-unexecuted-branch", Family: "refs", Severity: finding.Error,
		Summary: "a ref stands only where dbt does not come to while it parses", Needs: finding.NeedGraph, Since: "0.1.0", Fixable: true,
	},
	Tests: true,
	Model: func(p *lint.Pass, m *sema.Model) {
		full := m.Full()
		if full == nil {
			return
		}
		for _, e := range m.Node.Unlisted(full.Rendered.Events) {
			if place := e.Origin(); place.File == m.Node.File {
				p.ReportAt(place.File, place.Span, "`%s` is not evaluated while dbt parses: it does not know the dependency, and stops here when it runs the %s", lint.RefText(e), m.Node.Type).
					Unlisted(m.Node, e)
			}
		}
	},
}
