package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// RangeJoin reports a point-in-time join with BETWEEN over spans of which each
// ends where the next begins.
var RangeJoin = lint.Rule{
	Meta: finding.Meta{Code: "FAN08", Name: "range-join-unproven", Family: "joins", Severity: finding.Warning,
		Summary: "a range join includes the instant at which two versions meet twice", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, b := range w.BothEnds() {
			right := b.Join.RightName
			r := p.Report(b.Cond.Range(), "BETWEEN includes both ends, and `%s` of `%s` is the next row's `%s`: that instant is in two spans", b.Hi, right, b.Lo)
			r.Evidence("end", sema.Step{Text: "`" + b.Hi + "` is the beginning of the next span", Place: w.Place(b.Lead), Strength: finding.Struct})
			r.Help("compare with `>= %s` and `< %s`", b.Lo, b.Hi).Quiet("a half-open range, or a test of mutually exclusive ranges").About(right, b.Lo, b.Hi)
		}
	},
}
