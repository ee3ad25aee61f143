package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// AntiJoinOnNullable reports `left join r ... where r.c is null` where r.c is no
// join column: rows that matched pass as well when their c is NULL.
var AntiJoinOnNullable = lint.Rule{
	Meta: finding.Meta{Code: "FAN12", Name: "anti-join-on-nullable", Family: "joins", Severity: finding.Warning,
		Summary: "an anti-join tests a column that can be NULL in a row that matched", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, h := range w.HalfAntis() {
			right := h.Join.RightName
			r := p.Report(h.Filter.Expr.Range(), "rows with a match in `%s` pass too when its `%s` is NULL, once per match", right, h.Column)
			r.Evidence("join", sema.Step{Text: "the LEFT JOIN to `" + right + "`", Place: w.Place(h.Join.Span()), Strength: finding.Struct})
			r.Help("test a column of the join condition: %s", names(h.Join.Right.On)).Quiet("a not_null test of `%s`, or a test of a join column", h.Column).About(h.Column, right)
			r.Evidence("null", h.Why)
		}
	},
}
