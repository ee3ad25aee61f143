package unused

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// Source reports the tables of a source that nothing in the project reads.
var Source = lint.Rule{
	Meta: finding.Meta{Code: "USE03", Name: "unused-source", Family: "unused", Severity: finding.Info,
		Summary: "a source table is declared and never read", Needs: finding.NeedGraph, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Project: func(p *lint.Pass, project *lint.Project) {
		if project.Partial || unsure(p.Manifest) {
			return
		}
		var order []string
		idle := map[string][]*manifest.Node{}
		for n := range p.Manifest.All(manifest.Source) {
			if !own(p, n.Package) || len(p.Manifest.Children(n)) > 0 || p.Manifest.MayBeRead(n) {
				continue
			}
			if idle[n.Source] == nil {
				order = append(order, n.Source)
			}
			idle[n.Source] = append(idle[n.Source], n)
		}
		for _, source := range order {
			var names []string
			for _, n := range idle[source] {
				names = append(names, n.Name)
			}
			n := idle[source][0]
			at := n.Patch.Name
			p.ReportAt(n.Patch.File, at, "nothing reads %s of source `%s`", list(names), source).On(n.ID).About(names...).
				Help("delete the entries, or keep them for what is to come").Quiet("a model that reads it")
		}
	},
}

// unsure reports whether a template of the project may refer to what is not
// known: one that did not render.
func unsure(m *manifest.Manifest) bool {
	for _, n := range m.Nodes {
		if n.Enabled && len(n.Errors) > 0 {
			return true
		}
	}
	return len(m.Project.Missing) > 0
}
