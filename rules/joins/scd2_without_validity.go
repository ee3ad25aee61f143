package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SCD2WithoutValidity reports a join to a relation with past versions that
// meets all of them, since nothing chooses the one that is meant.
var SCD2WithoutValidity = lint.Rule{
	Meta: finding.Meta{Code: "FAN07", Name: "scd2-without-validity", Family: "joins", Severity: finding.Warning,
		Summary: "a join meets every version of a row, current and past", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, v := range w.PastVersions() {
			right := v.Join.RightName
			current := "`" + v.When + " " + v.Op
			if v.Lit != "" {
				current += " " + v.Lit
			}
			current += "`"
			r := p.Report(v.Join.Span(), "the join to `%s` on %s meets every version of a row: %s is unique only where %s", right, names(v.Join.Right.On), sema.Tuple(v.Key), current)
			r.Evidence("key", v.Steps...).About(append(v.Key, right)...)
			r.Help("add %s to the condition, or compare a date with the span in which the version was valid", current)
			r.Quiet("choose a version, or show `%s` in the output if every version is meant", v.When)
			if !v.Snapshot && r.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
		}
	},
}
