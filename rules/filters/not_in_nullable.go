package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// NotInNullable reports NOT IN over a subquery whose column may be NULL: with
// one NULL in the list the condition is true for no row.
var NotInNullable = lint.Rule{
	Meta: finding.Meta{Code: "FLT03", Name: "not-in-nullable", Family: "filters", Severity: finding.Error,
		Summary: "NOT IN over a subquery that may give NULL keeps no row", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if w.Dialect.Name == "clickhouse" {
			return // transform_null_in is off by default: NULLs are not taken into the set
		}
		for _, n := range w.NotIns() {
			r := p.Report(n.In.Span, "NOT IN keeps no row at all once `%s` of the subquery is NULL", n.Column)
			r.Help("add `where %s is not null` to the subquery, or write NOT EXISTS", n.Column)
			r.Quiet("test `%s` not null where it comes from: this finding disappears", n.Column).About(n.Column)
			switch {
			case n.Certain:
				r.Evidence("null", n.Why)
			case n.Why.Text != "":
				r.Evidence("null", n.Why).Lower(finding.Warning)
				if n.Hint {
					r.Lower(finding.Info)
				}
			default:
				r.Note("null", "nothing says that `%s` is never NULL", n.Column).Lower(finding.Info)
			}
		}
	},
}
