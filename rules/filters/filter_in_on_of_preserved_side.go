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
	World: func(p *lint.Pass, w *sema.World) {
		for _, i := range w.Idle() {
			j := i.Filter.Join
			kept := i.Kept
			if kept == "" {
				kept = j.LeftName
			}
			r := p.Report(i.Filter.Expr.Range(), "`%s` in ON drops no row of `%s`: rows that fail it are kept, without a match", oneLine(w.Text(i.Filter.Expr.Range())), kept)
			r.Help("move it to WHERE if it is meant to filter `%s`", kept).Quiet("if only the match is meant to depend on it, nothing is wrong").About(kept)
		}
	},
}
