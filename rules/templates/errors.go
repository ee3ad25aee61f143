package templates

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// JinjaSyntax reports templates that the engine cannot read: of a model when it
// is rendered, of a macro file when its blocks are read.
var JinjaSyntax = lint.Rule{
	Meta: finding.Meta{
		Code: "JIN01", Name: "jinja-syntax", Family: "templates", Severity: finding.Error,
		Summary: "a template is not valid Jinja", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Tests: true,
	Model: func(p *lint.Pass, m *sema.Model) {
		for _, e := range m.Node.Template.Errors {
			p.ReportAt(e.Place.File, e.Place.Span, "%s", e.Msg).About(e.Msg)
		}
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		var last project.Problem // the scan for blocks and the parser stumble over the same thing
		for _, problem := range in.Manifest.Project.Problems {
			if problem.Kind != project.JinjaSyntax || problem.Package != in.Manifest.Project.Root.Name {
				continue
			}
			if problem.File != last.File || problem.File.LineOf(problem.Span.Start) != last.File.LineOf(last.Span.Start) {
				p.ReportAt(problem.File, problem.Span, "%s", problem.Message).About(problem.Path)
			}
			last = problem
		}
	},
}

// UndefinedMacro reports a macro, variable or package that does not exist. What
// may come from a package that is not installed is a note of the run instead.
var UndefinedMacro = lint.Rule{
	Meta: finding.Meta{
		Code: "JIN02", Name: "undefined-macro", Family: "templates", Severity: finding.Error,
		Summary: "a template uses a macro or name that does not exist", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Tests: true,
	Model: func(p *lint.Pass, m *sema.Model) {
		for r, e := range report(p, m, dbtctx.UndefinedName, func(e dbtctx.Error) string { return e.Name }) {
			if e.Sibling != "" {
				r.Message += " here, but in the project `" + e.Sibling + "` of the same repository, which is not listed as a package"
				r.Lower(finding.Warning)
				continue
			}
			if printed(e) {
				r.Message += ": nothing is printed in its place"
				r.Lower(finding.Warning)
			}
		}
	},
}

// printed reports whether an undefined name is only printed, which Jinja does
// not mind: it prints nothing. To call it or to ask for a part of it fails.
func printed(e dbtctx.Error) bool {
	if e.Message != "`"+e.Name+"` is not defined" || e.Place.File == nil {
		return false
	}
	s := e.Place.Span.Clamp(len(e.Place.File.Text))
	rest := strings.TrimLeft(e.Place.File.Text[s.End:], " \t\r\n")
	return e.Place.File.Slice(s) == e.Name && (rest == "" || !strings.Contains("([.", rest[:1]))
}

// CompileError reports what dbt refuses while it renders: a variable without a
// value, a wrong call, an error that the project raises itself. The value of a
// variable may be given on the command line of every run, so that is a note.
var CompileError = lint.Rule{
	Meta: finding.Meta{
		Code: "JIN03", Name: "compile-error", Family: "templates", Severity: finding.Error,
		Summary: "a template fails while it is rendered", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Tests: true,
	Model: func(p *lint.Pass, m *sema.Model) {
		report(p, m, dbtctx.CompileError, func(e dbtctx.Error) string { return e.Message })
		for r, e := range report(p, m, dbtctx.MissingVariable, func(e dbtctx.Error) string { return e.Name }) {
			r.Lower(finding.Info).Note("effect", "dbt refuses to run the model without `--vars`")
			r.Help("set `%s` under `vars:` in dbt_project.yml, or give it a default", e.Name)
			r.Quiet("set the value that your runs pass under `vars` in dbtvet.yml")
		}
	},
}
