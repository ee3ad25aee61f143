package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// MaskedFanout reports a join whose repeated rows are removed again: by a
// row_number() that keeps any of them, or by DISTINCT or a GROUP BY where nothing
// of the joined side is shown.
var MaskedFanout = lint.Rule{
	Meta: finding.Meta{Code: "FAN14", Name: "masked-fanout", Family: "joins", Severity: finding.Warning,
		Summary: "a join repeats rows that are removed again", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, a := range w.Arbitrary() {
			v := a.Join.Right
			if v.Status != sema.FanOut {
				continue
			}
			r := p.Report(a.Join.Span(), "the join to `%s` repeats rows, of which `row_number() = 1` keeps any: %s can come from each of them", v.Side, names(first(a.Columns, 5)))
			r.Evidence("grain", v.Proof()...).Evidence("order", sema.Step{Text: "the repeated rows are equal in PARTITION BY and ORDER BY", Place: w.Place(a.Window.Call.Span), Strength: finding.Struct})
			r.About(append(a.Columns, v.Side)...).Help("deduplicate `%s` before the join, or order by a column of it", v.Side)
			quiet(graded(r, v), v)
		}
		for _, m := range w.Masked() {
			v := m.Join.Right
			by := "DISTINCT"
			if m.Grouped {
				by = "GROUP BY"
			}
			r := p.Report(m.Join.Span(), "the join to `%s` repeats rows that %s removes again, and nothing of `%s` is shown", v.Side, by, v.Side)
			r.Evidence("grain", v.Proof()...).About(v.Side).Lower(finding.Info).Help("write WHERE EXISTS or IN instead of the join").Quiet("a column of `%s` in the select list", v.Side)
		}
	},
}
