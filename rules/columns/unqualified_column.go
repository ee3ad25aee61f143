package columns

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UnqualifiedColumn reports a bare name that two relations in FROM have: the
// warehouse refuses the query.
var UnqualifiedColumn = lint.Rule{
	Meta: finding.Meta{Code: "COL02", Name: "unqualified-column", Family: "columns", Severity: finding.Error,
		Summary: "a bare column name could come from several relations of the query", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if !whole(w) || w.Dialect.Name == "clickhouse" {
			return // ClickHouse takes the first relation that has the name
		}
		seen := map[string]bool{}
		for _, a := range w.Ambiguous {
			name := written(a.Column)
			if seen[name] {
				continue
			}
			seen[name] = true
			r := p.Report(a.Column.Span, "`%s` is ambiguous: %s have a column of that name", name, list(a.Relations))
			graded(r, p.Model).About(strings.ToLower(name)).
				Help("write `%s.%s`, with the relation that is meant", a.Relations[0], name).Quiet("a qualifier")
		}
	},
}
