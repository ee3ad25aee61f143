package manifest

import (
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
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

// define reads the config() calls in the tests of a package. Their values are
// evaluated where they stand: what depends on an argument of the test is
// unknown.
func (b *builder) define(pkg *project.Package) {
	for _, m := range pkg.Macros {
		if m.Def == nil || m.Kind != "test" && m.Kind != "data_test" {
			continue
		}
		d := &definition{}
		for c := range jinja.Calls(m.Def.Body...) {
			if c.Callee() != "config" {
				continue
			}
			for _, k := range c.Keywords {
				at := k.X.Range()
				text := "{{ " + m.File.Slice(at) + " }}"
				v, out := b.ctx.Evaluate(pkg.Name, source.NewFile(m.File.Path, text), source.Span{End: int32(len(text))})
				if out == nil || len(out.Errors) > 0 {
					v = &jinja.Unknown{Why: "an argument of the test", At: source.Place{File: m.File, Span: at}}
				}
				d.entries = append(d.entries, entry{canonical(k.Name), Setting{Value: v, Origin: Origin{m.File, at, InFile}}})
			}
		}
		b.definitions[pkg.Name+"."+m.Name] = d
	}
}
