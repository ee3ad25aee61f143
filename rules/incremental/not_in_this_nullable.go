package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// NotInThisNullable reports NOT IN over a column of {{ this }} that is NULL in
// some rows: one NULL, and no run inserts anything any more.
var NotInThisNullable = lint.Rule{
	Meta: finding.Meta{Code: "INC16", Name: "not-in-this-nullable", Family: "incremental", Severity: finding.Error,
		Summary: "NOT IN over a column of {{ this }} that can be NULL", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Guards() {
			in, ok := notIn(g)
			if !ok {
				continue
			}
			sel, ok := in.Query.Body.(*sql.Select)
			if !ok || len(sel.Items) != 1 || sel.Where != nil {
				continue
			}
			col, ok := sel.Items[0].X.(*sql.Column)
			if !ok {
				continue
			}
			w := g.World
			name := col.Parts[len(col.Parts)-1].Name
			n := w.MayBeNull(name)
			if n == nil {
				continue
			}
			r := p.ReportIn(w.Rendered, in.Span, "`%s` of the table can be NULL, and NOT IN a list with a NULL is never true: the run inserts nothing", name)
			r.Evidence("null", sema.Step{Text: n.Why, Place: n.Place, Strength: finding.Struct})
			r.Help("write `not exists`, or add `where %s is not null`", name).Quiet("leave out the NULLs").About(name)
		}
	},
}

// notIn returns the NOT IN with a query over {{ this }} that a guard is.
func notIn(g *sema.Guard) (*sql.In, bool) {
	if g.Bound.Kind != sema.ThisRows || g.Block.InExpr {
		return nil, false
	}
	e := sql.Unparen(g.Expr)
	not := false
	if u, ok := e.(*sql.Unary); ok && u.Op == sql.OpNot {
		e, not = sql.Unparen(u.X), true
	}
	in, ok := e.(*sql.In)
	return in, ok && in.Query != nil && in.Not != not
}
