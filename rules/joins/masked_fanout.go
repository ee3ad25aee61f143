package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// MaskedFanout notes a join of which nothing is shown, over which DISTINCT or a
// GROUP BY removes the rows that it repeated.
var MaskedFanout = lint.Rule{
	Meta: finding.Meta{Code: "FAN14", Name: "masked-fanout", Family: "joins", Severity: finding.Info,
		Summary: "a join repeats rows that DISTINCT removes again", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, m := range w.Masked() {
			v := m.Join.Right
			by := "DISTINCT"
			if m.Grouped {
				by = "GROUP BY"
			}
			r := p.Report(m.Join.Span(), "the join to `%s` repeats rows that %s removes again, and nothing of `%s` is shown", v.Side, by, v.Side)
			r.Evidence("grain", v.Proof()...).About(v.Side).Help("write WHERE EXISTS or IN instead of the join")
		}
	},
}
