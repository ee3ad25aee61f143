// Package columns holds the rules about the names of columns: those that a
// query reads, which must be there and mean one thing, and those that it gives,
// which must differ and be chosen. A relation of which not all columns are
// known may have any name, so that most of what a query names is never accused.
package columns

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// whole reports whether the text of a world is what the target compiles: no
// branch was forced, nothing failed, nothing was left out.
func whole(w *sema.World) bool {
	r := w.Rendered
	return r != nil && len(r.World.Forced) == 0 && r.Stopped == "" && len(r.Errors) == 0 && !w.Truncated()
}

// graded makes a report a warning at most where the warehouse is only guessed:
// it depends on what that warehouse refuses.
func graded(r *lint.Report, m *sema.Model) *lint.Report {
	if !m.Adapter.Sure {
		r.Lower(finding.Warning)
	}
	return r
}

// stored reports whether the model's query is run as it is, to make a relation
// of the warehouse.
func stored(m *sema.Model) bool {
	name, known := m.Node.Materialized()
	if m.Node.Type != manifest.Model || !known {
		return false
	}
	switch name {
	case "table", "view", "incremental", "materialized_view", "dynamic_table":
		return true
	}
	return false
}

// written is a reference as the query has it, without quotes.
func written(c *sql.Column) string {
	parts := make([]string, len(c.Parts))
	for i, p := range c.Parts {
		parts[i] = p.Name
	}
	return strings.Join(parts, ".")
}

// list quotes names, ten at most.
func list(names []string) string {
	text := "`" + strings.Join(names[:min(len(names), 10)], "`, `") + "`"
	if len(names) > 10 {
		text += ", ..."
	}
	return text
}
