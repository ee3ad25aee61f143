package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// ChasmTrap notes two joins off one relation of which each finds several rows,
// with nothing that connects them: each row of one meets each of the other.
var ChasmTrap = lint.Rule{
	Meta: finding.Meta{Code: "FAN03", Name: "chasm-trap", Family: "joins", Severity: finding.Info,
		Summary: "two joins multiply the rows of each other", Needs: finding.NeedKeys, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, c := range w.Chasms() {
			a, b := c.First.Right, c.Second.Right
			if !a.Accuses() || !b.Accuses() {
				continue // a declared key or a reference says little of several rows on both sides
			}
			r := p.Report(c.Second.Span(), "each row of `%s` meets each row of `%s`: both joins find several rows, and nothing connects them", a.Side, b.Side)
			r.Evidence("first", a.Proof()...).Evidence("second", b.Proof()...).About(a.Side, b.Side)
			r.Help("aggregate `%s` and `%s` before they are joined, each on its own", a.Side, b.Side)
			quiet(r, b)
		}
	},
}
