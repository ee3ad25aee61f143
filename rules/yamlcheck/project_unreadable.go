// Package yamlcheck holds the rules about the files that dbt reads before any
// SQL: dbt_project.yml, properties, packages. They report what the loader of
// the project met, and know no resource.
package yamlcheck

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
)

// ProjectUnreadable reports files that cannot be read, and settings without
// which dbt does not load a project.
var ProjectUnreadable = lint.Rule{
	Meta: finding.Meta{
		Code: "PRJ01", Name: "project-unreadable", Family: "yamlcheck", Severity: finding.Error,
		Summary: "dbt cannot load the project or one of its packages", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		report(p, in, project.Unreadable, project.Invalid, project.Duplicate)
	},
}

// report reports the problems of the given kinds: all of the project's own
// files, and of an installed package those that keep dbt from loading it.
func report(p *lint.Pass, in *lint.Project, kinds ...project.ProblemKind) {
	for _, problem := range in.Manifest.Project.Problems {
		fatal := problem.Kind == project.Unreadable || problem.Kind == project.Invalid
		if !slices.Contains(kinds, problem.Kind) || !fatal && foreign(in.Manifest.Project, problem.Path) {
			continue
		}
		f := problem.File
		if f == nil {
			f = source.NewFile(problem.Path, "")
		}
		r := p.ReportAt(f, problem.Span, "%s", problem.Message).About(f.Path, problem.Message).Help("%s", problem.Hint)
		if problem.Same {
			r.Lower(finding.Warning)
		}
		if problem.Related != (source.Span{}) {
			r.Related(f, problem.Related, "the first one")
		}
	}
}

// foreign reports whether the file at name belongs to an installed package.
func foreign(p *project.Project, name string) bool {
	return slices.ContainsFunc(p.Packages, func(pkg *project.Package) bool {
		return !pkg.Root && strings.HasPrefix(name, pkg.Dir+"/")
	})
}
