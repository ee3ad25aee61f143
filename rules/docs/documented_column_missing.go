package docs

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// DocumentedColumnMissing reports an entry of a column that the model does not
// have. It speaks only when all columns are known in every world.
var DocumentedColumnMissing = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC02", Name: "documented-column-missing", Family: "docs", Severity: finding.Error,
		Summary: "the properties describe or test a column that the model does not have", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Model: documentedColumnMissing,
}

func documentedColumnMissing(p *lint.Pass, m *sema.Model) {
	n := m.Node
	if n.Type == manifest.Snapshot && n.Config.Has("snapshot_meta_column_names") || len(n.Columns) == 0 || len(n.Template.Errors) > 0 || !wholly(m) {
		return
	}
	cols, closed := m.Columns()
	if !closed || len(cols) == 0 {
		return
	}
	enforced, _ := n.Contract()
	for _, c := range n.Columns {
		if produced(c.Name, cols) || n.Type == manifest.Snapshot && matches(loaderColumns, c.Name) {
			continue
		}
		r := p.ReportAt(c.File, c.NameSpan, "`%s` has no column `%s`", n.Name, c.Name).About(strings.ToLower(c.Name))
		switch {
		case enforced:
			r.Note("contract", "the contract is enforced: the build fails")
		case len(c.Tests) > 0:
			r.Note("test", "the test `%s` of the column fails", c.Tests[0].Name)
		case len(c.Constraints) == 0:
			r.Lower(finding.Warning)
		}
		meant(r, c.Name, cols)
	}
}

// wholly reports whether every text that the model may have was seen: each
// world was analysed, without errors, and no branch of the template is left
// that none of them took.
func wholly(m *sema.Model) bool {
	taken := map[source.Span][2]bool{}
	for _, v := range m.Variants {
		if v.World == nil || v.World.Truncated() || v.Rendered.Stopped != "" || len(v.Rendered.Errors) > 0 {
			return false
		}
		for _, c := range v.Rendered.Conditions {
			t := taken[c.Span]
			taken[c.Span] = [2]bool{t[0] || c.Taken[0], t[1] || c.Taken[1]}
		}
	}
	for _, v := range m.Variants {
		for _, c := range v.Rendered.Conditions {
			t := taken[c.Span]
			if c.Then.Len() > 0 && !t[1] || c.Else.Len() > 0 && !t[0] {
				return false
			}
		}
	}
	return len(m.Variants) > 0
}

// produced reports whether the model gives the column that an entry names. An
// entry a.b is a field of the column a.
func produced(entry string, cols []sema.Column) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(cols, func(c sema.Column) bool { return strings.EqualFold(c.Name, name) })
	}
	parent, _, nested := strings.Cut(entry, ".")
	return strings.Contains(entry, "{{") || has(entry) || has(bare(entry)) || nested && has(bare(parent))
}

// meant says which column an entry was perhaps meant for: the one that its
// name was renamed to, else one with a similar name.
func meant(r *lint.Report, entry string, cols []sema.Column) {
	if cut := strings.Trim(entry, " ,;:"); cut != entry && produced(cut, cols) {
		r.Help("the name is `%s`: take away what stands around it", cut)
		return
	}
	var all []string
	for _, c := range cols {
		all = append(all, c.Name)
		if len(c.Origins) == 1 && c.Origins[0].Class == sema.Identity && strings.EqualFold(c.Origins[0].Column, entry) {
			r.Help("the model renames it to `%s`", c.Name)
			return
		}
	}
	if near := finding.Nearest(entry, all); near != "" {
		r.Help("did you mean `%s`?", near)
		return
	}
	r.Note("columns", "the model has %s", names(all))
}
