package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UnionOverlap reports a UNION ALL that takes the same rows of one relation
// twice, although the model declares a key.
var UnionOverlap = lint.Rule{
	Meta: finding.Meta{Code: "FAN13", Name: "union-overlap", Family: "joins", Severity: finding.Warning,
		Summary: "two branches of a UNION ALL give the same rows", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, o := range w.Overlaps(keysOf(p.Model)) {
			r := p.Report(o.Op, "%s is declared unique, but every row of `%s` that the one branch reads is in the other too", sema.Tuple(o.Fact.Cols), o.Relation)
			r.Evidence("key", o.Fact.Step)
			r.Evidence("branch", sema.Step{Text: "it reads them all", Place: w.Place(o.First.Range()), Strength: finding.Struct},
				sema.Step{Text: "it reads some of them again", Place: w.Place(o.Second.Range()), Strength: finding.Struct})
			r.Help("exclude from one branch what the other has, or add a column to the key that tells the branches apart").Quiet("conditions by which no row is in both branches")
			r.About(append(o.Fact.Cols, o.Relation)...)
			if o.Fact.Step.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
		}
	},
}
