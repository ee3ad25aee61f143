package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PredicateNarrowerThanGuard reports incremental_predicates that keep a run from
// finding rows of the table which the batch holds again: they are inserted
// twice.
var PredicateNarrowerThanGuard = lint.Rule{
	Meta: finding.Meta{Code: "UK18", Name: "predicate-narrower-than-guard", Family: "keys", Severity: finding.Warning,
		Summary: "incremental_predicates reach less far back than the batch", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert || homeMade(p.Manifest, s.Name) {
			return
		}
		narrow := m.NarrowPredicates()
		if len(narrow) == 0 {
			return
		}
		n := narrow[0]
		r := at(p, m, n.Origin, "`%s` limits which rows of the table are found, and the batch holds older ones: these are inserted again", short(n.Predicate))
		switch {
		case n.Guard != nil:
			w := n.Guard.World
			r.Evidence("guard", sema.Step{Text: "the guard reaches further back: `" + short(w.Text(n.Guard.Expr.Range())) + "`", Place: w.Place(n.Guard.Expr.Range()), Strength: finding.Struct})
			r.Help("let the predicate reach as far back as the guard")
		case n.Keys != nil:
			w := n.Keys.World
			r.Evidence("guard", sema.Step{Text: "the batch holds all rows of the keys that changed, however old", Place: w.Place(n.Keys.Expr.Range()), Strength: finding.Struct})
			r.Help("remove the predicate, or limit the batch by `%s` as well", n.Column)
		default:
			r.Note("guard", "nothing limits the batch by `%s`", n.Column)
			r.Help("remove the predicate, or limit the batch by `%s` as well", n.Column)
		}
		r.Note("strategy", "%s: an incremental run %s", strategyText(m, s), s.Effect)
		r.Quiet("a predicate that reaches as far back as the batch").About(n.Column)
		if !m.Adapter.Sure && !s.Explicit {
			r.Lower(finding.Info)
		}
	},
}
