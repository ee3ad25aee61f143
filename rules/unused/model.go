package unused

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// Model reports a staging or intermediate model that nothing but tests reads.
// What a mart is for may lie outside of the project.
var Model = lint.Rule{
	Meta: finding.Meta{Code: "USE04", Name: "dead-model", Family: "unused", Severity: finding.Info,
		Summary: "a staging or intermediate model is never read", Needs: finding.NeedGraph, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Project: func(p *lint.Pass, project *lint.Project) {
		if project.Partial || unsure(p.Manifest) {
			return
		}
		for n := range p.Manifest.All(manifest.Model) {
			layer := p.Layer(n)
			if !own(p, n.Package) || layer != "staging" && layer != "intermediate" || n.Access == "public" || !n.Latest {
				continue
			}
			if slices.ContainsFunc(p.Manifest.Children(n), func(c *manifest.Node) bool { return c.Type != manifest.SingularTest }) {
				continue
			}
			if p.Manifest.MayBeRead(n) {
				continue // in a branch that is not taken here
			}
			line := n.File.LineSpan(n.File.LineOf(n.Body.Start))
			p.ReportAt(n.File, line, "nothing reads the %s model `%s`", layer, n.Name).On(n.ID).
				Help("delete it, or name what uses it in an exposure").Quiet("a model, test or exposure that reads it")
		}
	},
}
