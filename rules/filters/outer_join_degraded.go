// Package filters holds the rules about where conditions stand: those that take
// back an outer join, and those that stand later than they could.
package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// OuterJoinDegraded reports a WHERE condition that no NULL passes, over a column
// that an outer join supplies with NULL: the rows that the join keeps are
// dropped again.
var OuterJoinDegraded = lint.Rule{
	Meta: finding.Meta{Code: "FLT01", Name: "outer-join-degraded", Family: "filters", Severity: finding.Warning,
		Summary: "a WHERE condition turns an outer join into an inner one", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, s := range w.Degraded() {
			if p.Model.GuardsNulls(s.Filter) {
				continue // guard-on-null-side says it
			}
			kind := kindOf(s.Join)
			cond := oneLine(w.Text(s.Filter.Expr.Range()))
			r := p.Report(s.Filter.Expr.Range(), "`%s` drops the rows that the %s keeps: `%s` is NULL where `%s` has no match", cond, kind, s.Column, s.Side)
			r.Evidence("join", sema.Step{Text: "the " + kind + " to `" + s.Side + "`", Place: w.Place(s.Join.Span()), Strength: finding.Struct})
			r.Help("move the condition into ON, or into the query that reads `%s`, to keep those rows; write %s if they are meant to go", s.Side, same(s.Join))
			r.Quiet("make the condition let NULL through, or the join an inner one")
			r.About(s.Column, s.Side)
			if s.Remark.Len() > 0 {
				r.Evidence("comment", sema.Step{Text: "a comment says that it is meant", Place: w.Place(s.Remark), Strength: finding.Hint}).Lower(finding.Info)
			}
			if s.NotNull || s.Elements || s.Habit {
				r.Lower(finding.Info)
			}
		}
	},
}

func kindOf(j *sema.Join) string {
	switch j.Kind {
	case sql.Right:
		return "RIGHT JOIN"
	case sql.Full:
		return "FULL JOIN"
	}
	return "LEFT JOIN"
}

// same names the join that has the result which the condition leaves.
func same(j *sema.Join) string {
	if j.Kind == sql.Full {
		return "the LEFT or RIGHT JOIN that keeps the tested side"
	}
	return "INNER JOIN"
}

func oneLine(s string) string { return finding.OneLine(s, 60) }
