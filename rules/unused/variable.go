package unused

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Variable reports a variable that the project gives a value and that no text of
// it or its packages may ask for.
var Variable = lint.Rule{
	Meta: finding.Meta{Code: "USE05", Name: "unused-variable", Family: "unused", Severity: finding.Info,
		Summary: "a variable is given a value and never read", Needs: finding.NeedGraph, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Project: func(p *lint.Pass, in *lint.Project) {
		root := p.Manifest.Project.Root
		if in.Partial || unsure(p.Manifest) {
			return
		}
		judgeVars(p, root.Doc.File, root.Vars)
		if root.VarsDoc == nil {
			return
		}
		vars := root.VarsDoc.Root
		if v := vars.Get("vars"); v.IsMap() {
			vars = v
		}
		judgeVars(p, root.VarsDoc.File, vars)
	},
}

// judgeVars looks at the variables of one file, and at those that it keeps for
// one package.
func judgeVars(p *lint.Pass, f *source.File, vars *yaml.Node) {
	var idle []*yaml.Node
	for _, e := range vars.Entries() {
		if e.Value.IsMap() && p.Manifest.Project.Package(e.Key.Value) != nil {
			judgeVars(p, f, e.Value)
			continue
		}
		if !p.Manifest.VarMayBeRead(e.Key.Value) {
			idle = append(idle, e.Key)
		}
	}
	reportIdle(p, f, idle)
}

// reportIdle reports the variables together, but for those that look like another
// one which is read and has no value.
func reportIdle(p *lint.Pass, f *source.File, idle []*yaml.Node) {
	missing := valueless(p.Manifest)
	var names []string
	var places []source.Span
	for _, key := range idle {
		if meant := finding.Nearest(key.Value, missing); meant != "" {
			p.ReportAt(f, key.Span, "nothing reads the variable `%s`, and `%s`, which is read, is given no value", key.Value, meant).
				About(key.Value).Help("did you mean `%s`?", meant).Quiet("a template that reads it")
			continue
		}
		names, places = append(names, key.Value), append(places, key.Span)
	}
	if len(names) == 0 {
		return
	}
	r := p.ReportAt(f, places[0], "nothing reads %s %s", countVars(len(names)), list(names)).About(names...).
		Help("delete what nothing reads").Quiet("a template, macro or YAML value that reads it")
	for _, at := range places[1:] {
		r.Related(f, at, "here too")
	}
}

func countVars(n int) string {
	if n == 1 {
		return "the variable"
	}
	return "the variables"
}

// valueless returns the variables that are read and that the project itself gives
// no value.
func valueless(m *manifest.Manifest) []string {
	given := map[string]bool{}
	for _, name := range m.Context.Vars(m.Project.Root.Name) {
		given[name] = true
	}
	var out []string
	for _, name := range m.VarsRead() {
		if !given[name] {
			out = append(out, name)
		}
	}
	return out
}
