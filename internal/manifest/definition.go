package manifest

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// definition is what the macro of a generic test says about every test that
// is made with it.
type definition struct{ entries []entry }

// definitionOf returns the definition of the test `name` as seen from package
// from; nil for dbt's own tests and for what is not installed.
func (b *builder) definitionOf(from, pkg, name string) *definition {
	order := []string{pkg}
	if pkg == "" {
		order = []string{from, b.m.Project.Root.Name}
	}
	for _, in := range order {
		if d := b.definitions[in+".test_"+name]; d != nil {
			return d
		}
	}
	return nil
}

// define runs the macros of a package's tests, to read what they configure.
// Their arguments are not known yet, and what depends on one is unknown.
func (b *builder) define(pkg *project.Package) {
	for _, m := range pkg.Macros {
		if m.Def != nil && strings.HasPrefix(m.Name, "test_") {
			b.definitions[pkg.Name+"."+m.Name] = &definition{b.configured(pkg, m)}
		}
	}
}

// configured returns what the config() calls of a test's macro set.
func (b *builder) configured(pkg *project.Package, m *project.Macro) []entry {
	var out []entry
	for _, e := range b.ctx.CallUnknown(pkg.Name, m.Def) {
		if e.Config == nil {
			continue
		}
		for k, v := range e.Config.All() {
			name, _ := jinja.TextOf(k)
			at, ok := e.Places[name]
			if !ok {
				at = e.Place
			}
			if s, isText := v.(*jinja.Str); isText && s.Open() {
				v = &jinja.Unknown{Why: "an argument of the test", At: at}
			}
			out = append(out, entry{b.canonical(name), Setting{Value: v, Origin: Origin{at.File, at.Span, InFile}}})
		}
	}
	return out
}
