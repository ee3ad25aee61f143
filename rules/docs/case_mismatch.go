package docs

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// CaseMismatch reports an entry that is quoted and whose column has the name in
// another case: the warehouse does not take them for one.
var CaseMismatch = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC08", Name: "case-or-quote-mismatch", Family: "docs", Severity: finding.Warning,
		Summary: "a quoted entry names a column that the warehouse keeps in another case", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Model: func(p *lint.Pass, m *sema.Model) {
		cols, closed := m.Columns()
		if !closed || m.Node.Type != manifest.Model || !m.Adapter.Sure {
			return
		}
		for _, e := range m.Node.Columns {
			if !e.Quote {
				continue
			}
			fold := m.Dialect.FoldName(e.Name, true)
			near := ""
			for _, c := range cols {
				if c.Fold == fold {
					near = ""
					break
				}
				if strings.EqualFold(c.Name, e.Name) {
					near = c.Name
				}
			}
			if near == "" {
				continue
			}
			r := p.ReportAt(e.File, e.NameSpan, "the entry is quoted as `%s`, but the model's column is `%s`", e.Name, m.Dialect.FoldName(near, false)).About(strings.ToLower(e.Name))
			r.Help("take `quote: true` away, or quote the column in the query").Quiet("one spelling in both places")
			if !used(m.Node, e) {
				r.Lower(finding.Info)
			}
		}
	},
}

// used reports whether dbt writes the entry's name into SQL: for a test, or to
// store its description in the warehouse.
func used(n *manifest.Node, c *manifest.Column) bool {
	for _, t := range c.Tests {
		if t.Enabled {
			return true
		}
	}
	return n.Config.Has("persist_docs")
}
