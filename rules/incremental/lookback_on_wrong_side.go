package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// LookbackOnWrongSide reports an interval that makes the window of a guard
// smaller.
var LookbackOnWrongSide = lint.Rule{
	Meta: finding.Meta{Code: "INC23", Name: "lookback-on-wrong-side", Family: "incremental", Severity: finding.Warning,
		Summary: "an interval makes a guard's window smaller", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Guards() {
			e, ok := g.Narrowed()
			if !ok || g.Clause != sema.Where {
				continue
			}
			w := g.World
			r := p.ReportIn(w.Rendered, e.Range(), "`%s` reads less, not more: rows that are newer than the table by less than the interval are left out", oneLine(w.Text(g.Expr.Range())))
			r.Help("subtract the interval from the maximum of `{{ this }}`").Quiet("an interval that is taken from the bound").About(g.Column)
		}
	},
}
