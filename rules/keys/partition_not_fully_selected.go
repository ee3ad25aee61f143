package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PartitionNotFullySelected reports a guard that reads a part of the days that a
// run replaces: the rest of them is deleted.
var PartitionNotFullySelected = lint.Rule{
	Meta: finding.Meta{Code: "UK16", Name: "partition-not-fully-selected", Family: "keys", Severity: finding.Warning,
		Summary: "a run replaces days of which it reads a part", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || m.ExcludesHeld() || homeMade(p.Manifest, s.Name) {
			return
		}
		parts := m.CutParts()
		if len(parts) == 0 {
			return
		}
		c := parts[0]
		g := c.Guard
		r := p.ReportIn(g.World.Rendered, g.Expr.Range(), "a run replaces every %s of `%s` that it touches, and `%s` reads the first of them in part: its earlier rows are deleted", c.Unit, c.Column, short(g.World.Text(g.Expr.Range())))
		r.Note("strategy", "%s: an incremental run %s", strategyText(m, s), s.Effect)
		r.Evidence("guard", sema.Step{Text: "the bound lies within a " + c.Unit, Place: g.World.Place(g.Bound.Expr.Range()), Strength: finding.Struct})
		r.Witness(m.Example("rest")...).Help("truncate the bound to the %s, and compare with `>=`", c.Unit)
		r.Quiet("a bound that is the beginning of a %s", c.Unit).About(c.Column)
		if !m.Adapter.Sure && !s.Explicit {
			r.Lower(finding.Info)
		}
	},
}
