package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// GuardOnNullSide reports a guard over the null-supplied side of an outer join,
// in WHERE: in the incremental run alone the join is an inner one.
var GuardOnNullSide = lint.Rule{
	Meta: finding.Meta{Code: "INC14", Name: "guard-on-null-side", Family: "incremental", Severity: finding.Warning,
		Summary: "a guard drops the rows that an outer join keeps", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, s := range m.NullGuards() {
			w := s.Filter.World
			r := p.ReportIn(w.Rendered, s.Filter.Expr.Range(), "the guard drops rows without a match in `%s`, which the full refresh keeps: `%s` is NULL there", s.Side, s.Column)
			r.Evidence("join", sema.Step{Text: "the outer join to `" + s.Side + "`", Place: w.Place(s.Join.Span()), Strength: finding.Struct})
			if len(m.Guards()) == 1 { // else it may show what another one does
				r.Witness(m.Example("outer")...)
			}
			r.Help("let the guard compare a column of the side that is kept, or let NULL pass").Quiet("a guard that NULL passes").About(s.Column, s.Side)
		}
	},
}

// GuardBlanksRows reports a guard on the null-supplied side of an outer join
// whose other side is read whole: rows without news come out with NULLs, and
// replace the good ones.
var GuardBlanksRows = lint.Rule{
	Meta: finding.Meta{Code: "INC24", Name: "guard-blanks-rows", Family: "incremental", Severity: finding.Error,
		Summary: "rows outside of the batch are overwritten with NULLs", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect == sema.UnknownEffect || s.Effect == sema.Append || m.ExcludesHeld() {
			return
		}
		for _, b := range m.Blanks() {
			w := b.Guard.World
			r := p.ReportIn(w.Rendered, b.Join.Span(), "an incremental run reads all of `%s` and only the newest of `%s`: `%s` of all other rows becomes NULL", b.Join.LeftName, b.Join.RightName, b.Column)
			r.Evidence("guard", sema.Step{Text: "the guard, on the side that is joined", Place: w.Place(b.Guard.Expr.Range()), Strength: finding.Struct})
			r.Note("strategy", "`%s`: an incremental run %s", s.Name, s.Effect).Witness(m.Example("outer")...)
			r.Help("limit `%s` to the keys that have news, or read `%s` whole", b.Join.LeftName, b.Join.RightName)
			r.Quiet("restrict the side that is kept").About(b.Column)
			if s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert || !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
		}
	},
}
