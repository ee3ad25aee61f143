package docs

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// PlaceholderDoc reports descriptions that say nothing: the name again, or a
// word that stands for a description to come.
var PlaceholderDoc = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC05", Name: "placeholder-doc", Family: "docs", Severity: finding.Info,
		Summary: "a description only repeats the name, or stands for one to come", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Presets: []string{"strict", "teaching"},
	Project: func(p *lint.Pass, _ *lint.Project) {
		root := p.Manifest.Project.Root.Name
		for _, n := range p.Manifest.Nodes {
			if n.Package != root || !n.Enabled {
				continue
			}
			var empty []*manifest.Column
			for _, c := range n.Columns {
				if hollow(c.Description, c.Name) {
					empty = append(empty, c)
				}
			}
			if hollow(n.Description, n.Name) {
				p.ReportAt(n.Description.File, n.Description.Span, "the description of `%s` says nothing: `%s`", title(n), n.Description.Value).On(n.ID)
			}
			if len(empty) > 0 {
				p.ReportAt(empty[0].Description.File, empty[0].Description.Span, "the descriptions of %s of `%s` say nothing: %s", countOf(len(empty), "column", "columns"), title(n), names(called(empty))).
					On(n.ID).About(called(empty)...).Help("say what the values mean, or leave the description out").Quiet("a description that says more than the name")
			}
		}
	},
}

// hollow reports whether there is a description that says nothing.
func hollow(text manifest.Text, name string) bool {
	return plain(text.Value) != "" && !described(text, name)
}

func called(cols []*manifest.Column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}
