package keys

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UpdateColumnsUnknown reports columns for a merge to update that the model does
// not select.
var UpdateColumnsUnknown = lint.Rule{
	Meta: finding.Meta{Code: "UK19", Name: "update-columns-unknown", Family: "keys", Severity: finding.Error,
		Summary: "a merge is to update columns that the model does not have", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		run := m.Run()
		if !m.Incremented() || m.Strategy().Effect != sema.Upsert || run == nil || run.Output == nil || run.Output.Open {
			return
		}
		for _, key := range []string{"merge_update_columns", "merge_exclude_columns"} {
			cols, known := m.Node.Config.Strings(key)
			if !known {
				continue
			}
			_, origin := m.Node.Config.Get(key)
			for _, c := range cols {
				if !plain.MatchString(c) || hasColumn(run.Output, m, c, false) {
					continue
				}
				r := at(p, m, origin, "`%s` names `%s`, which the model does not select", key, c)
				r.Note("columns", "the model selects `%s`", strings.Join(columnNames(run.Output)[:min(len(run.Output.Columns), 12)], "`, `"))
				r.Help("name a column of the model").Quiet("columns of the model").About(c)
				if key == "merge_exclude_columns" {
					r.Lower(finding.Info)
				}
			}
			unique, _, _ := m.Node.UniqueKey()
			if p.Settings.Thorough && key == "merge_update_columns" && len(cols) > 0 && !slices.ContainsFunc(cols, func(c string) bool {
				return !slices.ContainsFunc(unique, func(u string) bool { return strings.EqualFold(u, c) })
			}) {
				at(p, m, origin, "`merge_update_columns` holds columns of the `unique_key` alone: no row ever changes").
					Lower(finding.Info).Help("name the columns that change").Quiet("a column beside the key").About(cols...)
			}
		}
	},
}
