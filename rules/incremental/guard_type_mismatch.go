package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// GuardTypeMismatch reports a guard that compares a column with the maximum of
// one of another type.
var GuardTypeMismatch = lint.Rule{
	Meta: finding.Meta{Code: "INC20", Name: "guard-type-mismatch", Family: "incremental", Severity: finding.Warning,
		Summary: "a guard compares values of two types", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Guards() {
			t, ok := g.TypeClash(m.Adapter.Name)
			if !ok || g.Clause != sema.Where {
				continue
			}
			w := g.World
			text := oneLine(w.Text(g.Expr.Range()))
			r := p.ReportIn(w.Rendered, g.Expr.Range(), "`%s` compares %s with %s", text, t.Left, t.Right)
			switch {
			case t.Fails:
				r.Message += ": " + m.Adapter.Name + " refuses that, and the incremental run fails"
				r.Help("cast one of them")
			case t.Cuts:
				r.Message += ": a date is its midnight, so that the rest of the newest day is left out"
				r.Help("cast `%s` to a date, and compare with `>=`", t.Held)
			default:
				r.Help("cast one of them").Lower(finding.Info)
			}
			r.Note("types", "`%s` is %s, `%s` of the table is %s", g.Column, t.Left, t.Held, t.Right)
			if !m.Adapter.Sure && !t.Cuts {
				r.Lower(finding.Info)
			}
			r.Quiet("compare values of one type").About(g.Column, t.Held)
		}
	},
}
