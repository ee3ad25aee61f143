package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PlainHaving notes a HAVING condition that reads group columns only: in WHERE
// it says the same before the rows are grouped.
var PlainHaving = lint.Rule{
	Meta: finding.Meta{Code: "FLT13", Name: "having-without-aggregate", Family: "filters", Severity: finding.Info,
		Summary: "a HAVING condition reads group columns only", Needs: finding.NeedColumns, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, f := range w.PlainHaving() {
			text := oneLine(w.Text(f.Expr.Range()))
			p.Report(f.Expr.Range(), "`%s` in HAVING reads group columns only; WHERE says the same before the rows are grouped", text).
				Help("move it to WHERE").Quiet("the condition in WHERE").About(text)
		}
	},
}
