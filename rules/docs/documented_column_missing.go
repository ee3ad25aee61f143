package docs

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
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
	var idle []*manifest.Column
	for _, c := range n.Columns {
		if produced(c.Name, cols) || n.Type == manifest.Snapshot && matches(loaderColumns, c.Name) {
			continue
		}
		if why := breaks(n, c); why != "" {
			r := p.ReportAt(c.File, c.NameSpan, "`%s` has no column `%s`", title(n), c.Name).About(strings.ToLower(c.Name))
			meant(r.Note("effect", "%s", why), c.Name, cols)
			continue
		}
		idle = append(idle, c)
	}
	reportIdle(p, n, idle, cols)
}

// breaks says how an entry of a column that is not there breaks the build, or
// "" if it only describes.
func breaks(n *manifest.Node, c *manifest.Column) string {
	enforced, _ := n.Contract()
	switch {
	case enforced:
		return "the contract is enforced: the build fails"
	}
	for _, t := range c.Tests {
		if t.Enabled {
			return "the test `" + t.Name + "` of the column fails"
		}
	}
	return ""
}

// reportIdle reports the entries that only describe: one finding for all.
func reportIdle(p *lint.Pass, n *manifest.Node, idle []*manifest.Column, cols []sema.Column) {
	switch len(idle) {
	case 0:
		return
	case 1:
		r := p.ReportAt(idle[0].File, idle[0].NameSpan, "`%s` has no column `%s`", title(n), idle[0].Name)
		meant(r.About(strings.ToLower(idle[0].Name)).Lower(finding.Warning), idle[0].Name, cols)
		return
	}
	var all []string
	for _, c := range idle {
		all = append(all, c.Name)
	}
	r := p.ReportAt(idle[0].File, idle[0].NameSpan, "`%s` does not have %d of the columns that are described: %s", title(n), len(idle), names(all)).
		Lower(finding.Warning).About(all...)
	for _, c := range idle[1:min(len(idle), 10)] {
		r.Related(c.File, c.NameSpan, "and `"+c.Name+"`")
	}
	r.Note("columns", "the model has %s", names(namesOf(cols))).Help("delete the entries, or rename them to the columns that they mean").Quiet("entries for columns of the query")
}

func namesOf(cols []sema.Column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}

// wholly reports whether every text that the model may have was seen: each
// world was analysed, without errors, and no branch of the template is left
// that none of them took.
func wholly(m *sema.Model) bool {
	for _, v := range m.Variants {
		if v.World == nil || v.World.Truncated() || v.Rendered.Stopped != "" || len(v.Rendered.Errors) > 0 {
			return false
		}
	}
	return m.Covered()
}

// produced reports whether the model gives the column that an entry names. An
// entry a.b is a field of the column a, and one that is an expression of SQL
// is no column at all: tests take those too.
func produced(entry string, cols []sema.Column) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(cols, func(c sema.Column) bool { return strings.EqualFold(c.Name, name) })
	}
	parent, _, nested := strings.Cut(entry, ".")
	return strings.ContainsAny(entry, "({|'") || has(entry) || has(bare(entry)) || nested && has(bare(parent))
}

// meant says which column an entry was perhaps meant for: the one that its
// name was renamed to, else one with a similar name.
func meant(r *lint.Report, entry string, cols []sema.Column) {
	if cut := strings.Trim(entry, " ,;:"); cut != entry && produced(cut, cols) {
		r.Help("the name is `%s`: take away what stands around it", cut)
		return
	}
	all := namesOf(cols)
	for _, c := range cols {
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
