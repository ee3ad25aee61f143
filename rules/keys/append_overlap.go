package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// AppendOverlap reports an incremental run that inserts every row of a batch
// which is not disjoint from the table: rows at the boundary come again.
var AppendOverlap = lint.Rule{
	Meta: finding.Meta{Code: "UK04", Name: "append-overlap", Family: "keys", Severity: finding.Error,
		Summary: "an appended batch overlaps the rows that are there", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect != sema.Append || s.Explicit && s.Name != "append" || m.ExcludesHeld() || m.Replaces() {
			return
		}
		var guards []*sema.Guard
		for _, g := range m.Guards() {
			if g.Clause == sema.Where && !g.Block.InExpr && g.Bound.Kind != sema.OtherBound && g.Bound.Kind != sema.Literal {
				guards = append(guards, g)
			}
		}
		for _, g := range guards {
			if !g.Inclusive() {
				continue
			}
			sure := g.Rereads(m.Run().Output)
			r := p.ReportIn(g.World.Rendered, g.Expr.Range(), message(sure, s), g.World.Text(g.Expr.Range()))
			r.Message = squeeze(r.Message)
			r.Note("strategy", "%s: %s %s", strategyText(m, s), "an incremental run", s.Effect)
			r.Witness(m.Example("append")...).About(g.Column)
			if !sure || !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
			if !sure && g.Bound.Kind != sema.ThisMax {
				r.Lower(finding.Info)
			}
			suggest(r, m)
			r.Quiet("set a `unique_key` that the strategy uses, or compare with `>` a value that no later row shares")
			return
		}
	}),
}

func message(sure bool, s sema.Strategy) string {
	if sure {
		return "`%s` reads the newest rows again, and without a key each run inserts them once more"
	}
	return "`%s` can read rows again that the table holds, and without a key they are inserted once more"
}

// strategyText says which strategy is in force and why.
func strategyText(m *sema.Model, s sema.Strategy) string {
	if s.Explicit {
		return "`" + s.Name + "`"
	}
	return "`" + s.Name + "` is the default of " + m.Adapter.Name
}
