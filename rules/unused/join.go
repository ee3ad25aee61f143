package unused

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Join reports a LEFT JOIN that changes nothing: no column of its right side is
// read, and at most one row of it meets a row. One that may meet more multiplies
// rows, which is another mistake, and an INNER JOIN filters.
var Join = lint.Rule{
	Meta: finding.Meta{Code: "USE02", Name: "unused-join", Family: "unused", Severity: finding.Warning,
		Summary: "a LEFT JOIN has no effect on the result", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if w.Rendered == nil || len(w.Rendered.World.Forced) > 0 || !seen(p.Model) {
			return
		}
		for _, j := range w.IdleJoins() {
			if readElsewhere(p.Model, w, j) {
				continue
			}
			r := p.Report(j.Span(), "the join to `%s` has no effect: no column of it is read, and at most one row of it matches", j.RightName)
			r.Evidence("key", j.Right.Proof()...).About(j.RightName)
			r.Help("delete the join, or select what it was meant for").Quiet("a column of it that is read")
			if j.Right.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
		}
	},
}

// readElsewhere reports whether another world of the model has the join of w, and
// reads a column of its right side.
func readElsewhere(m *sema.Model, w *sema.World, j *sema.Join) bool {
	at := w.Place(j.Span())
	return slices.ContainsFunc(m.Worlds(), func(o *sema.World) bool {
		return o != w && slices.ContainsFunc(o.Joins, func(k *sema.Join) bool {
			there := o.Place(k.Span())
			return there.File == at.File && there.Span.Start == at.Span.Start && !slices.Contains(o.IdleJoins(), k)
		})
	})
}
