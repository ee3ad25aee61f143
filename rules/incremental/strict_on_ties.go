package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// StrictOnTies reports a strict comparison with the newest day of the table:
// what arrives later on that day is never read.
var StrictOnTies = lint.Rule{
	Meta: finding.Meta{Code: "INC08", Name: "strict-on-ties", Family: "incremental", Severity: finding.Warning,
		Summary: "> leaves out later rows with the value of the newest", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Restricting() {
			if g.Op != sql.OpGt || g.Bound.Kind != sema.ThisMax || g.Bound.Shifted || g.Finished() || g.Ordered() || g.Distinct() {
				continue
			}
			w := g.World
			unit, truncated := g.Truncates()
			if !truncated && !p.Settings.Thorough {
				continue
			}
			text := oneLine(w.Text(g.Expr.Range()))
			if !truncated {
				r := p.ReportIn(w.Rendered, g.Expr.Range(), "`%s` leaves out rows that arrive later with the newest value of the table", text)
				r.Help("compare with `>=` and replace rows by key").Quiet("a value that no two rows share").About(g.Column).Lower(finding.Info)
				continue
			}
			r := p.ReportIn(w.Rendered, g.Expr.Range(), "`%s` compares whole %ss: rows of the newest %s that arrive after the run are never read", text, unit, unit)
			r.Witness(m.Example("strict")...).Help("compare with `>=` and replace the %s by key", unit).Quiet("compare with `>=`, or the time itself").About(g.Column)
		}
	},
}
