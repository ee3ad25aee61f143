package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// OrJoin notes a join on several keys combined by OR: each finds at most one
// row, together they find several.
var OrJoin = lint.Rule{
	Meta: finding.Meta{Code: "FAN09", Name: "or-join", Family: "joins", Severity: finding.Info,
		Summary: "a join on one key or another can meet a row by each", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, o := range w.OrJoins() {
			right := o.Join.RightName
			p.Report(o.Cond.Range(), "the join to `%s` meets one row by `%s`, and perhaps another: a row repeats when they differ", right, strings.Join(o.Arms, "` and one by `")).
				Note("blame", "each condition alone meets at most one row of `%s`", right).
				Help("join twice, on one condition each, and take the first match with COALESCE").
				Quiet("make the conditions exclude each other").About(right)
		}
	},
}
