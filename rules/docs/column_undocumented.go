package docs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// columnOptions are the options of ColumnUndocumented.
type columnOptions struct {
	// MinCoverage is the share of a folder's models, in percent, that must
	// describe columns before one that does not is reported. A project that
	// documents nothing yet does not hear of every model.
	MinCoverage int `json:"min_coverage" jsonschema:"percentage of the models of a folder that must describe columns before the others are reported; 0 reports all"`
	// Inherit lets a column that is passed on unchanged, under its name, share the
	// description of the one that it is taken from.
	Inherit bool `json:"inherit" jsonschema:"a column that is passed on unchanged counts as described where the one that it is taken from is"`
	// Ignore are patterns of column names that need no description.
	Ignore []string `json:"ignore" jsonschema:"patterns of column names that need no description, such as _fivetran_*"`
}

// loaderColumns are what loading tools and dbt's snapshots add to every table.
var loaderColumns = []string{
	"_fivetran_*", "_airbyte_*", "_dlt_*", "_sdc_*", "_loaded_at", "_etl_loaded_at", "_dbt_source_relation",
	"dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_is_deleted", "dbt_change_type",
}

// ColumnUndocumented reports the columns of a model that its properties do not
// describe: one finding per model. A model without any entry is DOC06's, a
// description that says nothing DOC05's.
var ColumnUndocumented = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC01", Name: "column-undocumented", Family: "docs", Severity: finding.Warning,
		Summary: "a column of the model has no description", Needs: finding.NeedColumns, Since: "0.1.0", Fixable: true,
	},
	Options: func() any { return &columnOptions{MinCoverage: 60, Ignore: loaderColumns} },
	Model:   columnUndocumented,
}

func columnUndocumented(p *lint.Pass, m *sema.Model) {
	n := m.Node
	if !tables(n) || n.Patch == nil {
		return
	}
	cols, closed := m.Columns()
	o := lint.Options[columnOptions](p)
	var missing, unlisted, empty []string
	asked := 0 // columns that are to have a description
	for _, c := range cols {
		if matches(o.Ignore, c.Name) {
			continue
		}
		if asked++; o.Inherit && inherits(p, c) {
			continue
		}
		switch entry := entryOf(n, c.Name); {
		case entry == nil && !subfields(n, c.Name):
			unlisted = append(unlisted, c.Name)
		case entry != nil && plain(entry.Description.Value) == "":
			empty = append(empty, c.Name)
		default:
			continue
		}
		missing = append(missing, c.Name)
	}
	if len(missing) == 0 || !p.Settings.Thorough && !covered(p, n, o.MinCoverage) {
		return
	}
	r := p.ReportAt(n.Patch.File, n.Patch.Name, "%s", undocumented(title(n), missing, asked, closed)).
		About(missing...).Help("describe them under `columns` of `%s`", title(n)).Quiet("a description, or a pattern of the option `ignore`")
	graded(r, promised(p, n))
	if len(unlisted) > 0 && len(empty) > 0 {
		r.Note("unlisted", "%s", names(unlisted))
		r.Note("empty", "%s", names(empty))
	}
	if fix, ok := stubs(n, unlisted); ok {
		r.Fix(fix)
	}
	if !closed {
		r.Note("columns", "not all columns of the model are known")
	}
}

// undocumented is the message about a model of which total known columns are to
// have a description.
func undocumented(model string, missing []string, total int, closed bool) string {
	list := names(missing)
	switch {
	case closed && len(missing) == 1:
		return fmt.Sprintf("column %s of `%s` has no description", list, model)
	case closed:
		return fmt.Sprintf("%d of %d columns of `%s` have no description: %s", len(missing), total, model, list)
	case len(missing) == 1:
		return fmt.Sprintf("at least one column of `%s` has no description: %s", model, list)
	}
	return fmt.Sprintf("at least %d columns of `%s` have no description: %s", len(missing), model, list)
}

// names lists at most ten names, and how many more there are.
func names(all []string) string {
	const most = 10
	shown := all[:min(len(all), most)]
	text := "`" + strings.Join(shown, "`, `") + "`"
	if more := len(all) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// entryOf returns the entry of the column, whatever quotes the entry's name
// has; nil if there is none.
func entryOf(n *manifest.Node, column string) *manifest.Column {
	for _, equal := range []func(c *manifest.Column) bool{
		func(c *manifest.Column) bool { return c.Name == column }, // mostly, and soon found
		func(c *manifest.Column) bool { return strings.EqualFold(bare(c.Name), column) },
	} {
		if i := slices.IndexFunc(n.Columns, equal); i >= 0 {
			return n.Columns[i]
		}
	}
	return nil
}

// bare is the name of an entry without quotes that belong to SQL.
func bare(name string) string { return strings.Trim(strings.TrimSpace(name), "\"`[]") }

// subfields reports whether entries describe fields of the column: a.b.
func subfields(n *manifest.Node, column string) bool {
	for _, c := range n.Columns {
		if parent, _, ok := strings.Cut(c.Name, "."); ok && strings.EqualFold(bare(parent), column) {
			return true
		}
	}
	return false
}

// covered reports whether at least percent of the models beside n describe
// columns.
func covered(p *lint.Pass, n *manifest.Node, percent int) bool {
	return percent <= p.Manifest.PerFolder(n, "percent of models that describe columns", describing)
}

// describing returns how many percent of the nodes describe a column.
func describing(nodes []*manifest.Node) int {
	all, done := 0, 0
	for _, s := range nodes {
		if !tables(s) {
			continue
		}
		all++
		if slices.ContainsFunc(s.Columns, func(c *manifest.Column) bool { return described(c.Description, c.Name) }) {
			done++
		}
	}
	if all == 0 {
		return 100
	}
	return done * 100 / all
}
