package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// MismatchedWatermark reports a guard that compares one column with the maximum
// of another.
var MismatchedWatermark = lint.Rule{
	Meta: finding.Meta{Code: "INC11", Name: "mismatched-watermark", Family: "incremental", Severity: finding.Warning,
		Summary: "a guard compares a column with the maximum of another", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Guards() {
			x, ok := g.Mismatched()
			if !ok || g.Clause != sema.Where {
				continue
			}
			w := g.World
			r := p.ReportIn(w.Rendered, g.Expr.Range(), "`%s` is compared with the maximum of `%s`, which is `%s` of the same relation: the two run apart", g.Column, x.Held, x.From)
			r.Witness(m.Example("watermark")...).Help("compare `%s`, or keep the maximum of `%s`", x.From, g.Column)
			r.Quiet("compare a column with the maximum of what it becomes").About(g.Column, x.Held)
		}
	},
}
