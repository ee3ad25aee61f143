package incremental

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

var schemaChanges = []string{"ignore", "fail", "append_new_columns", "sync_all_columns"}

// SchemaChange reports an on_schema_change that dbt takes for ignore.
var SchemaChange = lint.Rule{
	Meta: finding.Meta{Code: "INC19", Name: "schema-change", Family: "incremental", Severity: finding.Warning,
		Summary: "an on_schema_change that dbt does not know", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		v, known := m.Node.OnSchemaChange()
		if !m.Incremented() || !known {
			return
		}
		if !slices.Contains(schemaChanges, v) {
			r := atConfig(p, m, "on_schema_change", "dbt does not know `on_schema_change='%s'` and takes it for `ignore`", v)
			if near := finding.Nearest(v, schemaChanges); near != "" {
				r.Help("write `%s`", near)
			} else {
				r.Help("write ignore, fail, append_new_columns or sync_all_columns")
			}
			r.Quiet("one of the four values").About(v)
			return
		}
		if full := m.Full(); p.Settings.Thorough && v == "ignore" && full != nil && full.World != nil {
			if star := starOf(full.Tree.Query()); star != nil {
				p.ReportIn(full.Rendered, star.Span, "`*` with `on_schema_change='ignore'`: a new column upstream is not stored, one that goes makes the run fail").
					Lower(finding.Info).Help("list the columns, or set `on_schema_change`").Quiet("another `on_schema_change`")
			}
		}
	},
}

// starOf returns the `*` of a query over a table that is no CTE of its own, also
// through a query in FROM.
func starOf(q *sql.Query) *sql.Star {
	if q == nil || q.With != nil {
		return nil
	}
	sel, ok := q.Body.(*sql.Select)
	if !ok {
		return nil
	}
	for _, it := range sel.Items {
		if s, ok := it.X.(*sql.Star); ok && widens(sel.From) {
			return s
		}
	}
	return nil
}

// widens reports whether a new column upstream becomes one of a table expression.
func widens(t sql.TableExpr) bool {
	switch t := t.(type) {
	case *sql.Table:
		return true
	case *sql.Join:
		return widens(t.Left) || widens(t.Right)
	case *sql.Derived:
		return starOf(t.Query) != nil
	}
	return false
}
