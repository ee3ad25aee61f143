package project

import (
	"path"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// entry reads one file by its extension and the resource path it was found
// under, as dbt does.
func (r *reader) entry(pkg *Package, e entry) (out part) {
	ext := path.Ext(e.file)
	switch {
	case ext == ".csv" && e.under == "seeds":
		out.seed = r.seed(e)
	case (ext == ".yml" || ext == ".yaml") && e.under != "docs":
		if doc := r.yaml(e.file); doc != nil {
			out.properties = &Properties{Doc: doc, Path: e.path, Rel: e.rel, Under: e.under}
		}
	case ext == ".md" && (e.under == "docs" || pkg.Paths.Docs == nil):
		out.docs = r.blocks(e, "docs")
	case (ext == ".sql" || ext == ".py") && e.under == "functions":
		out.functions = r.template(e, ext == ".py")
	case ext == ".py" && e.under == "models":
		out.models = r.template(e, true)
	case ext != ".sql":
	case e.under == "models":
		out.models = r.template(e, false)
	case e.under == "analyses":
		out.analyses = r.template(e, false)
	case e.under == "snapshots":
		out.snapshots = r.blocks(e, "snapshot")
	case e.under == "tests" && generic(e.rel):
		out.macros = r.macros(e, "test", "data_test")
	case e.under == "tests":
		out.tests = r.template(e, false)
	case e.under == "macros":
		out.macros = r.macros(e, "macro", "materialization", "test", "data_test")
	}
	return out
}

func (r *reader) template(e entry, python bool) []*Template {
	f := r.file(e.file)
	if f == nil {
		return nil
	}
	return []*Template{{File: f, Name: e.name(), Path: e.path, Rel: e.rel, Python: python}}
}

// blocks returns the blocks of one kind in a file.
func (r *reader) blocks(e entry, kind string) []*Block {
	f := r.file(e.file)
	if f == nil {
		return nil
	}
	var out []*Block
	for _, b := range r.scan(f, kind) {
		t := Template{File: f, Name: b.Name, Path: e.path, Rel: e.rel}
		out = append(out, &Block{Template: t, Span: b.Span, Body: b.Body})
	}
	return out
}

// macros returns the macros that a file defines.
func (r *reader) macros(e entry, kinds ...string) []*Macro {
	f := r.file(e.file)
	if f == nil {
		return nil
	}
	var out []*Macro
	for _, b := range r.scan(f, kinds...) {
		m := &Macro{Kind: b.Kind, Name: b.Name, File: f, Path: e.path, Span: b.Span}
		t := jinja.Parse(f, b.Span)
		for _, def := range t.Macros {
			if m.Def == nil || def.Start < m.Def.Start { // the block itself, not a macro in it
				m.Def, m.Name = def, def.Name
			}
		}
		r.syntax(f, t.Errors)
		out = append(out, m)
	}
	return out
}

func (r *reader) scan(f *source.File, kinds ...string) []jinja.Block {
	blocks, errs := jinja.Scan(f, kinds...)
	r.syntax(f, errs)
	return blocks
}

func (r *reader) syntax(f *source.File, errs []*jinja.Error) {
	for _, e := range errs {
		r.add(Problem{Kind: JinjaSyntax, File: f, Span: e.Place.Span, Message: e.Msg})
	}
}
