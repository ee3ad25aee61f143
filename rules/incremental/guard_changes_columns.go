package incremental

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// GuardChangesColumns reports an incremental query with other columns than the
// full refresh has.
var GuardChangesColumns = lint.Rule{
	Meta: finding.Meta{Code: "INC13", Name: "guard-changes-columns", Family: "incremental", Severity: finding.Error,
		Summary: "the incremental query has other columns than the full refresh", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		full, incr := m.Full(), m.Incremental()
		if !m.Incremented() || holes(m) || !closed(full) || !closed(incr) {
			return
		}
		lost := without(missing(full.World.Output, incr.World.Output), keyOf(m))
		added := missing(incr.World.Output, full.World.Output)
		change, known := m.Node.OnSchemaChange()
		switch {
		case len(lost) > 0:
			r := atConfig(p, m, "materialized", "an incremental run does not select %s, which the table has from the full refresh", quoted(lost))
			r.Help("select the same columns in both worlds").Quiet("the same columns with and without `is_incremental()`").About(lost...)
			if !known || change != "ignore" && change != "fail" {
				r.Lower(finding.Warning)
			} else {
				r.Note("effect", "the insert names the columns of the table, and fails")
			}
		case len(added) > 0:
			r := atConfig(p, m, "materialized", "an incremental run selects %s, which the full refresh does not", quoted(added))
			r.Note("effect", "`on_schema_change` is `%s`", change)
			r.Help("select the same columns in both worlds").Quiet("the same columns with and without `is_incremental()`").About(added...).Lower(finding.Warning)
			if known && change == "ignore" {
				r.Lower(finding.Info) // they are left out, nothing fails
			}
		}
	},
}

func closed(v *sema.Variant) bool {
	return v != nil && v.World != nil && v.World.Output != nil && !v.World.Output.Open && v.Rendered.Stopped == ""
}

// missing returns the columns of a that b does not have.
func missing(a, b *sema.Summary) []string {
	var out []string
	for _, c := range a.Columns {
		if c.Fold == "" {
			return nil
		}
		if b.Index(c.Fold) < 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

// keyOf returns the columns of the unique_key: key-column-missing (UK06) speaks of
// those that a run does not select.
func keyOf(m *sema.Model) []string {
	key, _, known := m.Node.UniqueKey()
	if !known || m.Strategy().Effect == sema.Append && m.Strategy().Explicit {
		return nil
	}
	return key
}

func without(names, less []string) []string {
	return slices.DeleteFunc(names, func(n string) bool {
		return slices.ContainsFunc(less, func(l string) bool { return strings.EqualFold(l, n) })
	})
}

func quoted(names []string) string {
	return "`" + strings.Join(names[:min(len(names), 6)], "`, `") + "`"
}
