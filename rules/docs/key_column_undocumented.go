package docs

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyColumnUndocumented reports a column that rows are told apart by and that has no description.
var KeyColumnUndocumented = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC10", Name: "key-column-undocumented", Family: "docs", Severity: finding.Warning,
		Summary: "a column of the model's key has no description", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Presets: []string{"strict", "teaching"},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if !tables(n) || n.Patch == nil {
			return
		}
		cols, _ := m.Columns()
		var open []string
		for _, c := range cols {
			entry := entryOf(n, c.Name)
			if isKey(m, c.Fold) && (entry == nil || strings.TrimSpace(entry.Description.Value) == "") {
				open = append(open, c.Name)
			}
		}
		if len(open) > 0 {
			p.ReportAt(n.Patch.File, n.Patch.Name, "%s of the key of `%s` %s no description: %s", countOf(len(open), "column", "columns"), title(n), have(len(open)), names(open)).
				About(open...).Help("say what one value of it stands for").Quiet("a description")
		}
	},
}

func have(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// isKey reports whether a declared key, or the unique_key that rows are replaced
// by one by one, names the column. The unique_key of delete+insert may be the
// window that is loaded anew.
func isKey(m *sema.Model, fold string) bool {
	is := func(name string) bool { return m.Dialect.FoldName(bare(name), false) == fold }
	for _, k := range m.Declared.Keys {
		if slices.ContainsFunc(k.Cols, is) {
			return true
		}
	}
	key, _, _ := m.Node.UniqueKey()
	incremental, _ := m.IsIncremental()
	loaded := m.Node.Type == manifest.Snapshot || incremental && m.Strategy().Effect == sema.Upsert
	return loaded && slices.ContainsFunc(key, is)
}
