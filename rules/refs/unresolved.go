package refs

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// UndefinedRef reports a ref that names no model, seed or snapshot. The
// manifest keeps silent where a package that is listed and not installed may
// have it.
var UndefinedRef = lint.Rule{
	Meta: finding.Meta{
		Code: "REF02", Name: "undefined-ref", Family: "refs", Severity: finding.Error,
		Summary: "ref() names no model, seed or snapshot", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, manifest.UndefinedRef) },
}

// UndefinedSource reports a source that no properties file declares.
var UndefinedSource = lint.Rule{
	Meta: finding.Meta{
		Code: "REF03", Name: "undefined-source", Family: "refs", Severity: finding.Error,
		Summary: "source() names no declared table", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, manifest.UndefinedSource) },
}

// DisabledRef reports a ref or source whose node is there and switched off.
var DisabledRef = lint.Rule{
	Meta: finding.Meta{
		Code: "REF04", Name: "disabled-ref", Family: "refs", Severity: finding.Error,
		Summary: "ref() or source() names something that is disabled", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, manifest.DisabledRef) },
}

// CyclicRef reports models that depend on each other.
var CyclicRef = lint.Rule{
	Meta: finding.Meta{
		Code: "REF05", Name: "cyclic-ref", Family: "refs", Severity: finding.Error,
		Summary: "models depend on each other in a circle", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, manifest.Cycle) },
}

// report reports the problems of one kind that the project's own nodes have: a
// name that a node has several times once, with the further places.
func report(p *lint.Pass, in *lint.Project, kind manifest.ProblemKind) {
	type subject struct{ node, name string }
	said := map[subject]*lint.Report{}
	for _, problem := range in.Manifest.Problems {
		n := problem.Node
		if problem.Kind != kind || problem.File == nil || n != nil && n.Package != in.Manifest.Project.Root.Name {
			continue
		}
		test := n != nil && n.Type == manifest.SingularTest
		if test && kind == manifest.DisabledRef {
			continue // dbt leaves such a test out
		}
		if n != nil && said[subject{n.ID, problem.Name}] != nil {
			said[subject{n.ID, problem.Name}].Related(problem.File, problem.Span, "here too")
			continue
		}
		r := p.ReportAt(problem.File, problem.Span, "%s", problem.Message).About(problem.Name)
		if n != nil {
			said[subject{n.ID, problem.Name}] = r.On(n.ID)
		}
		if test && kind != manifest.Cycle {
			r.Lower(finding.Warning).Note("effect", "dbt warns and leaves the test out")
		}
		if problem.Sibling != "" {
			r.Lower(finding.Warning).Help("list `%s` in packages.yml, as `local:`", problem.Sibling)
		}
		if problem.Nearest != "" {
			r.Help("did you mean `%s`?", problem.Nearest)
		}
		for _, place := range problem.Related {
			r.Related(place.File, place.Span, "")
		}
	}
}
