// Package tests holds the rules about data tests: that they exist, and that
// they are where they are needed.
package tests

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
)

// UndefinedTest reports a generic test that nobody defines: dbt does not
// compile the project. Where a package that is listed and not installed may
// define it, or a macro file is broken, nothing is said.
var UndefinedTest = lint.Rule{
	Meta: finding.Meta{
		Code: "TST02", Name: "undefined-test", Family: "tests", Severity: finding.Error,
		Summary: "a generic test is defined neither by dbt nor by the project or a package", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		d := definedTests(in.Manifest.Project)
		first := map[string]*use{}
		var order []*use
		for _, n := range in.Manifest.Nodes {
			for t := range n.AllTests() {
				if !t.Enabled || n.Package != in.Manifest.Project.Root.Name || d.has(t) {
					continue
				}
				name := fullName(t)
				if u := first[name]; u != nil {
					u.times++
					continue
				}
				first[name] = &use{t, 1}
				order = append(order, first[name])
			}
		}
		for _, u := range order {
			u.report(p, d)
		}
	},
}

// use is a test that nobody defines, where it is used first.
type use struct {
	test  *manifest.Test
	times int
}

func (u *use) report(p *lint.Pass, d *definitions) {
	t := u.test
	name := fullName(t)
	r := p.ReportAt(t.File, nameOf(t), "there is no generic test `%s`", name).On(t.Node.ID).About(name)
	if u.times > 1 {
		r.Note("uses", "it is used %d times", u.times)
	}
	if t.Package != "" && d.packages[t.Package] == nil {
		r.Note("package", "no package is called `%s`", t.Package)
	}
	if near := d.nearest(t); near != "" {
		r.Help("did you mean `%s`?", near)
	}
}

func fullName(t *manifest.Test) string {
	if t.Package != "" {
		return t.Package + "." + t.Name
	}
	return t.Name
}

// nameOf is where the test is named: its entry, or the key of it.
func nameOf(t *manifest.Test) source.Span {
	if named := t.Entry.Get("test_name"); named != nil {
		return named.Span
	}
	if entries := t.Entry.Entries(); len(entries) > 0 {
		return entries[0].Key.Span
	}
	return t.Span
}

// definitions are the generic tests that a project can use.
type definitions struct {
	packages map[string]map[string]bool // names of tests by package
	missing  []project.Dependency
	broken   bool // a macro file is not wholly read: a test may be in it
}

// dbtTests are those of dbt itself.
var dbtTests = []string{"unique", "not_null", "accepted_values", "relationships"}

func definedTests(p *project.Project) *definitions {
	d := &definitions{packages: map[string]map[string]bool{"dbt": {}}, missing: p.Missing}
	for _, name := range dbtTests {
		d.packages["dbt"][name] = true
	}
	for _, pkg := range p.Packages {
		names := map[string]bool{}
		for _, m := range pkg.Macros {
			if name, ok := strings.CutPrefix(m.Name, "test_"); ok {
				names[name] = true
			}
		}
		d.packages[pkg.Name] = names
	}
	d.broken = slices.ContainsFunc(p.Problems, func(x project.Problem) bool {
		return x.Kind == project.JinjaSyntax || x.Kind == project.Unreadable || x.Kind == project.TooLarge
	})
	return d
}

// has reports whether the test is defined, or may be.
func (d *definitions) has(t *manifest.Test) bool {
	if d.broken || strings.Contains(t.Name, "{{") {
		return true
	}
	if t.Package != "" {
		tests, installed := d.packages[t.Package]
		return tests[t.Name] || !installed && len(d.missing) > 0
	}
	for _, tests := range d.packages {
		if tests[t.Name] {
			return true
		}
	}
	return len(d.missing) > 0
}

// nearest returns the test that was perhaps meant.
func (d *definitions) nearest(t *manifest.Test) string {
	if t.Package != "" && d.packages[t.Package] == nil {
		return finding.Nearest(t.Package, slices.Collect(maps.Keys(d.packages)))
	}
	var names []string
	for pkg, tests := range d.packages {
		for name := range tests {
			switch {
			case t.Package == pkg:
				names = append(names, name)
			case t.Package == "" && pkg == "dbt":
				names = append(names, name)
			case t.Package == "":
				names = append(names, name, fmt.Sprintf("%s.%s", pkg, name))
			}
		}
	}
	return finding.Nearest(t.Name, names)
}
