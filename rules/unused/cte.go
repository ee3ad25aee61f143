package unused

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// CTE reports a common table expression that nothing reads, in any world of the
// model. One that only an unused one reads is not reported beside it.
var CTE = lint.Rule{
	Meta: finding.Meta{Code: "USE01", Name: "unused-cte", Family: "unused", Severity: finding.Warning,
		Summary: "a common table expression is never read", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if m.Node.Type != manifest.Model || !seen(m) {
			return
		}
		uses := map[string]int{}
		for _, w := range m.Worlds() {
			for _, c := range w.CTEs {
				if c.Node.Name != nil {
					uses[w.Dialect.Fold(c.Node.Name)] += c.Uses
				}
			}
		}
		for _, w := range m.Worlds() {
			done := map[string]bool{}
			if len(w.Rendered.World.Forced) > 0 {
				continue
			}
			for _, c := range w.CTEs {
				n := c.Node.Name
				if n == nil || n.Hole || c.Node.Scalar != nil || uses[w.Dialect.Fold(n)] > 0 || done[w.Dialect.Fold(n)] || !m.Writes(w, n.Span) {
					continue
				}
				done[w.Dialect.Fold(n)] = true
				p.ReportIn(w.Rendered, n.Span, "the common table expression `%s` is never read", n.Name).
					About(n.Name).Help("delete it, or read it where it was meant to be read").Quiet("a query of any world that reads it")
			}
		}
	},
}
