package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SelfScan notes a subquery that reads every row of the model's own table, which
// grows with each run.
var SelfScan = lint.Rule{
	Meta: finding.Meta{Code: "FLT14", Name: "self-scan-full", Family: "filters", Severity: finding.Info,
		Summary: "a subquery reads the whole of {{ this }}", Needs: finding.NeedSQL, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, s := range w.SelfScans() {
			p.Report(s.Table.Span, "the subquery reads every row of `{{ this }}`, more with each run").
				Help("limit it to the rows that can match, by a condition on a date").Quiet("a single min() or max() is not meant").About("this")
		}
	},
}
