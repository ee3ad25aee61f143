package incremental

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// GuardBoundToLastOr reports a guard that AND binds to the last arm of an OR.
var GuardBoundToLastOr = lint.Rule{
	Meta: finding.Meta{Code: "INC22", Name: "guard-bound-to-last-or", Family: "incremental", Severity: finding.Error,
		Summary: "a guard restricts only the last arm of an OR", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, l := range m.LooseOrs() {
			r := p.ReportIn(l.World.Rendered, written(l.Block.Select.Where), "the guard restricts only the last arm of the OR: rows of `%s` are read by every run", strings.Join(l.Arms, "` or `"))
			r.Note("guard", "`%s` is tied to the arm before it: AND binds closer than OR", oneLine(l.Guard))
			r.Help("put parentheses around the OR").Quiet("parentheses around the OR").About(l.Arms...)
		}
	},
}

// written returns the first column that a condition names, which is written in
// the model itself more often than what it is compared with.
func written(where sql.Expr) sql.Span {
	for n := range sql.Walk(where) {
		if c, ok := n.(*sql.Column); ok {
			return c.Span
		}
	}
	return where.Range()
}
