package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// OrJoin reports a join on one column or another: where the two lead to
// different rows, both are met.
var OrJoin = lint.Rule{
	Meta: finding.Meta{Code: "FAN09", Name: "or-join", Family: "joins", Severity: finding.Warning,
		Summary: "a join on one key or another can meet a row by each", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, o := range w.OrJoins(keysOf(p.Model)) {
			if o.Breaks == nil && !p.Settings.Thorough {
				continue // nothing says that a row is to be met once
			}
			right := o.Join.RightName
			arms := strings.Join(o.Arms, "` and one by `")
			var r *lint.Report
			if o.Breaks != nil {
				r = p.Report(o.Cond.Range(), "%s is declared unique, but the join to `%s` can meet one row by `%s`, and repeat it", sema.Tuple(o.Breaks.Cols), right, arms)
				r.Evidence("key", o.Breaks.Step)
			} else {
				r = p.Report(o.Cond.Range(), "the join to `%s` meets one row by `%s`, and perhaps another: a row repeats when they differ", right, arms)
			}
			r.Evidence("join", sema.Step{Text: "the conditions are joined by OR", Place: w.Place(o.Cond.Range()), Strength: finding.Struct})
			if o.Once {
				r.Note("blame", "each condition alone meets at most one row of `%s`", right)
			}
			r.Help("join twice, on one condition each, and take the first match with COALESCE").
				Quiet("make the conditions exclude each other").About(right)
			if o.Shifts || o.Breaks == nil || o.Breaks.Step.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
		}
	},
}
