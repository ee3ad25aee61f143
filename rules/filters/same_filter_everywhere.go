package filters

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SameFilter notes a condition that every reader of a CTE applies: it could
// stand in the CTE once.
var SameFilter = lint.Rule{
	Meta: finding.Meta{Code: "FLT10", Name: "same-filter-everywhere", Family: "filters", Severity: finding.Info,
		Summary: "every reader of a CTE applies the same condition", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		costly := fenced(p, w) // late-filter-across-cte says it, if the table is large
		for _, r := range w.Repeated() {
			name := r.CTE.Node.Name.Name
			if slices.ContainsFunc(costly, func(f sema.Fenced) bool { return f.CTE == r.CTE && f.Scan.Relation.Storage.Large.Text != "" }) {
				continue
			}
			rep := p.Report(r.Filters[0].Expr.Range(), "all %d readers of `%s` apply `%s`; it could stand in `%s` once", len(r.Filters), name, r.Cond, name)
			for _, f := range r.Filters[1:] {
				rep.Evidence("again", sema.Step{Text: "the same condition", Place: w.Place(f.Expr.Range()), Strength: finding.Struct})
			}
			rep.Help("add the condition to `%s`", name).Quiet("the condition in `%s`", name).About(name, r.Cond)
		}
	},
}
