package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// OrderOrLimit notes an order that nobody sees, since a table and a CTE have
// none, and a LIMIT that cuts the model itself.
var OrderOrLimit = lint.Rule{
	Meta: finding.Meta{Code: "FLT12", Name: "order-or-limit-in-model", Family: "filters", Severity: finding.Info,
		Summary: "ORDER BY without LIMIT, or a LIMIT of the whole model", Needs: finding.NeedSQL, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, s := range w.Sorted() {
			switch {
			case s.Limit && w.Rendered != nil && len(w.Rendered.World.Forced) > 0:
				// A branch that this target does not take, as for development.
			case s.Limit:
				p.Report(s.Span, "LIMIT without ORDER BY: the model holds some of its rows, others in each run").
					Help("take it out, or put it under a condition on `target.name`").Quiet("an ORDER BY beside the LIMIT, or a condition on the target").About("limit")
			case s.Where != "":
				p.Report(s.Span, "ORDER BY in `%s` has no effect: who reads it sees the rows in any order", s.Where).Help("take it out").Quiet("a LIMIT in the same query, for which the order counts").About(s.Where)
			case clustered(p.Model, w):
			default:
				p.Report(s.Span, "ORDER BY has no effect on who reads the model: a table has no order").Help("take it out, and order where the rows are shown").Quiet("a LIMIT, for which the order counts").About("order")
			}
		}
	},
}

// clustered reports whether the order in which an incremental model is written
// stays with its table: Snowflake keeps the rows of a load together, and readers who
// filter by what orders them read less.
func clustered(m *sema.Model, w *sema.World) bool {
	mat, _ := m.Node.Materialized()
	return w.Dialect.Name == "snowflake" && mat == "incremental"
}
