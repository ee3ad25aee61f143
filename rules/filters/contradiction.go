package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Contradiction reports conditions that no row fulfils, or every row, although
// they read as if they chose some.
var Contradiction = lint.Rule{
	Meta: finding.Meta{Code: "FLT04", Name: "contradiction", Family: "filters", Severity: finding.Error,
		Summary: "a condition is true for no row, or for every row", Needs: finding.NeedSQL, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, v := range w.Vain() {
			text := oneLine(w.Text(v.Expr.Range()))
			var r *lint.Report
			switch v.Kind {
			case sema.NullCompared:
				r = p.Report(v.Expr.Range(), "`%s` is never true: a comparison with NULL is NULL", text).
					Help("write IS NULL or IS NOT NULL")
			case sema.NullWhen:
				r = p.Report(v.Expr.Range(), "WHEN NULL is never taken: CASE compares with `=`, and a comparison with NULL is NULL").
					Help("write CASE WHEN ... IS NULL")
			case sema.NullListed:
				r = p.Report(v.Expr.Range(), "`%s` is never true: the list holds NULL", text).Lower(finding.Warning).
					Help("take NULL out of the list")
			case sema.EmptyRange:
				r = p.Report(v.Expr.Range(), "`%s` is never true: the lower bound is above the upper one", text).Lower(finding.Warning).
					Help("swap the bounds")
			case sema.OneValue:
				r = p.Report(v.Expr.Range(), "`%s` holds for a single value: both bounds are `%s`", text, v.Other).Lower(finding.Warning).
					Help("name the column of the other bound").Quiet("write `=` if one value is meant")
			case sema.AlwaysTrue:
				r = p.Report(v.Expr.Range(), "`%s` is true for every value: whatever differs from one differs from the other", text).Lower(finding.Warning).
					Help("write AND, or NOT IN with both values")
			default:
				r = p.Report(v.Expr.Range(), "`%s` contradicts %s: no row fulfils both", text, v.Other).Lower(finding.Warning).
					Help("take one of the two conditions out, or write OR")
			}
			if r.Finding.Quiet == "" {
				r.Quiet("a condition that some rows fulfil and others do not; `1 = 0` and `1 = 1` are taken as meant")
			}
			r.About(text)
		}
	},
}
