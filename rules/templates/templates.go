// Package templates holds the rules about templates that do not render and
// texts that do not parse. They read what the template engine and the SQL
// parser said of each world, and know neither columns nor keys.
//
// An error counts where dbt itself would meet it: in the full refresh and in an
// incremental run. What was met only in a branch that was forced open is the
// business of nobody who never takes it.
package templates

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// report reports the template errors of one kind: each once, whatever number
// of worlds have it. subject gives what makes two errors of one file the same.
// It returns the reports with their errors.
func report(p *lint.Pass, m *sema.Model, kind dbtctx.ErrorKind, subject func(dbtctx.Error) string) map[*lint.Report]dbtctx.Error {
	out := map[*lint.Report]dbtctx.Error{}
	seen := map[string]bool{}
	for _, e := range errorsOf(m) {
		if e.Kind != kind || e.Package != "" {
			continue
		}
		at, chain := own(p.Manifest, m.Node, e)
		key := subject(e)
		if at.File == nil || seen[at.File.Path+"\x00"+key] {
			continue
		}
		seen[at.File.Path+"\x00"+key] = true
		r := p.ReportAt(at.File, at.Span, "%s", e.Message).About(key)
		out[r] = e
		for _, c := range chain {
			r.Related(c.File, c.Span, "`"+c.Name+"` is called here")
		}
	}
	return out
}

// errorsOf returns the errors that dbt would meet, of the parse pass last.
func errorsOf(m *sema.Model) []dbtctx.Error {
	var out []dbtctx.Error
	for _, v := range m.Variants {
		if len(v.Rendered.World.Forced) > 0 {
			continue
		}
		for _, e := range v.Rendered.Errors {
			if !e.Raised || v.Rendered.World.Incremental || !refused(m, e) {
				out = append(out, e)
			}
		}
	}
	return append(out, m.Node.Errors...)
}

// refused reports whether a model refuses the full refresh: it raises an error
// there that an incremental run does not meet.
func refused(m *sema.Model, e dbtctx.Error) bool {
	return slices.ContainsFunc(m.Variants, func(v *sema.Variant) bool {
		return v.Rendered.World.Incremental && !slices.ContainsFunc(v.Rendered.Errors, func(o dbtctx.Error) bool { return o.Message == e.Message })
	})
}

// own returns the place of an error in the project's own files: where it is,
// or the innermost call that leads from them into a package; and the calls
// around that place, innermost first.
func own(m *manifest.Manifest, n *manifest.Node, e dbtctx.Error) (source.Place, []source.Call) {
	if ours(m, n, e.Place.File) {
		return e.Place, e.Chain
	}
	for i, c := range e.Chain {
		if ours(m, n, c.File) {
			return source.Place{File: c.File, Span: c.Span, Call: c.Parent}, e.Chain[i+1:]
		}
	}
	return source.Place{}, nil
}

// ours reports whether f is the node's file or a macro file of the project:
// not one of dbt itself, nor of a package.
func ours(m *manifest.Manifest, n *manifest.Node, f *source.File) bool {
	return f != nil && (f == n.File || slices.ContainsFunc(m.Project.Root.Macros, func(x *project.Macro) bool { return x.File == f }))
}
