package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// OneBranchGuarded reports a UNION ALL some of whose branches are guarded and
// some not.
var OneBranchGuarded = lint.Rule{
	Meta: finding.Meta{Code: "INC07", Name: "one-branch-guarded", Family: "incremental", Severity: finding.Error,
		Summary: "a branch of a union is read whole by every run, another is guarded", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect == sema.UnknownEffect {
			return
		}
		for _, b := range m.OneBranches() {
			w := b.Guard.World
			r := p.ReportIn(w.Rendered, b.Reads.Table.Span, "every run reads all of `%s`, while another branch of the UNION ALL is guarded%s", b.Reads.Relation.Name, again(s))
			r.Evidence("guard", sema.Step{Text: "the guard of the other branch", Place: w.Place(b.Guard.Expr.Range()), Strength: finding.Struct})
			r.Note("strategy", "`%s`%s: an incremental run %s", s.Name, origin(m, s), s.Effect)
			r.Help("guard this branch as well").Quiet("a guard in each branch, or one above the union").About(b.Reads.Relation.Name)
			if !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
			if s.Effect != sema.Append {
				r.Lower(finding.Info) // read for nothing, and stored once
			}
		}
	},
}

func again(s sema.Strategy) string {
	if s.Effect == sema.Append {
		return ": its rows are inserted again"
	}
	return ""
}
