package filters

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// lateOptions are the options of LateFilter.
type lateOptions struct {
	// Small are patterns of relations of which it does not matter.
	Small []string `json:"small_relations" jsonschema:"patterns of names of models and sources that are too small to matter"`
	// Layers are the layers that hear of it; all when there is none.
	Layers []string `json:"layers" jsonschema:"layers whose models are judged: staging, intermediate, marts; all when empty"`
}

// LateFilter notes conditions over one relation that could stand at the CTE
// which imports it, with equal results. It is a note on readability: most
// engines move such a condition themselves.
var LateFilter = lint.Rule{
	Meta: finding.Meta{Code: "FLT15", Name: "late-filter", Family: "filters", Severity: finding.Info,
		Summary: "a condition on one relation stands later than its import", Needs: finding.NeedColumns, Since: "0.1.0"},
	Options: func() any { return &lateOptions{} },
	World: func(p *lint.Pass, w *sema.World) {
		o := lint.Options[lateOptions](p)
		if len(o.Layers) > 0 && !slices.Contains(o.Layers, p.Layer(p.Model.Node)) {
			return
		}
		for _, l := range w.LateFilters() {
			if names(o.Small, l.Relation.Name) || w.Place(l.Scan.Table.Span).File != p.Model.Node.File {
				continue // a macro that prints an import takes no condition
			}
			var conds []string
			for _, f := range l.Filters {
				conds = append(conds, "`"+oneLine(w.Text(f.Expr.Range()))+"`")
			}
			name := l.Import.Node.Name.Name
			r := p.Report(l.Filters[0].Expr.Range(), "%s only concerns `%s` and stands above %s; it could stand in `%s`, where it is read", strings.Join(conds, ", "), l.Relation.Name, l.Above, name)
			r.Evidence("import", sema.Step{Text: "`" + l.Relation.Name + "` is read here without a condition", Place: w.Place(l.Scan.Table.Span), Strength: finding.Struct})
			r.Help("add WHERE to `%s`", name).Quiet("filter where the relation is read").About(l.Relation.Name)
		}
	},
}
