package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// FilterInOn notes a condition in the ON of an outer join that reads only the
// side whose rows are kept: it drops no row.
var FilterInOn = lint.Rule{
	Meta: finding.Meta{Code: "FLT02", Name: "filter-in-on-of-preserved-side", Family: "filters", Severity: finding.Info,
		Summary: "a condition in ON reads only the side that the outer join keeps", Needs: finding.NeedColumns, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, i := range w.Idle() {
			text := oneLine(w.Text(i.Filter.Expr.Range()))
			p.Report(i.Filter.Expr.Range(), "`%s` in ON drops no row: those of the %s side that fail it are kept, without a match", text, i.Kept).
				Help("move it to WHERE if it is meant to filter").Quiet("if only the match is meant to depend on it, nothing is wrong").About(text)
		}
	},
}
