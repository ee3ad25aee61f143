package manifest

import (
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// value returns a YAML value of package pkg as templates see it: texts that
// hold Jinja are rendered to native values.
func (b *builder) value(pkg string, f *source.File, n *yaml.Node) jinja.Value {
	switch {
	case n.IsNull():
		return nil
	case n.IsMap():
		d := jinja.NewDict()
		for _, p := range n.Pairs {
			d.Set(jinja.NewStr(p.Key.Value), b.value(pkg, f, p.Value))
		}
		return d
	case n.IsList():
		items := make([]jinja.Value, len(n.Items))
		for i, item := range n.Items {
			items[i] = b.value(pkg, f, item)
		}
		return jinja.NewList(items...)
	}
	text, ok := n.Typed().(string)
	switch {
	case !ok:
		return n.Typed()
	case hasJinja(text):
		v, _ := b.render(pkg, f, n, text)
		return v
	}
	return jinja.NewStr(strings.TrimSuffix(text, "\n")) // dbt renders every text, and a template loses it
}

// configValue is value for a configuration key: hooks and tests of rows are
// rendered later, when they are used.
func (b *builder) configValue(pkg string, f *source.File, key string, n *yaml.Node) jinja.Value {
	switch key {
	case "pre-hook", "post-hook", "where", "error_if", "warn_if", "loaded_at_query", "sql_header":
		return raw(n)
	}
	return b.value(pkg, f, n)
}

// raw returns a YAML value with its templates as they are written.
func raw(n *yaml.Node) jinja.Value {
	switch {
	case n.IsNull():
		return nil
	case n.IsMap():
		d := jinja.NewDict()
		for _, p := range n.Pairs {
			d.Set(jinja.NewStr(p.Key.Value), raw(p.Value))
		}
		return d
	case n.IsList():
		items := make([]jinja.Value, len(n.Items))
		for i, item := range n.Items {
			items[i] = raw(item)
		}
		return jinja.NewList(items...)
	}
	if text, ok := n.Typed().(string); ok {
		return jinja.NewStr(text)
	}
	return n.Typed()
}

// hasJinja reports whether a text is a template.
func hasJinja(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "{#")
}

// render renders a scalar natively. text is the scalar's, or that with braces
// put around it. A text that does not render gives an Unknown.
func (b *builder) render(pkg string, f *source.File, n *yaml.Node, text string) (jinja.Value, *dbtctx.Rendered) {
	in := f
	span, ok := n.Verbatim(f)
	if !ok || text != n.Value {
		// Escapes, folding or added braces: the text stands nowhere as it is.
		in = source.NewFile(f.Path, text)
		span = source.Span{End: int32(len(text))}
	}
	v, out := b.ctx.RenderText(pkg, in, span, true)
	if out == nil || len(out.Errors) == 0 {
		return v, out
	}
	e := out.Errors[0]
	if e.Package == "" {
		b.problem(Problem{Kind: BadTemplate, File: f, Span: n.Span, Message: e.Message})
	}
	return &jinja.Unknown{Why: e.Message, At: source.Place{File: f, Span: n.Span}}, out
}

// text returns a YAML scalar rendered to text; "" if there is none or its
// value is unknown.
func (b *builder) text(pkg string, f *source.File, n *yaml.Node) string {
	switch v := b.value(pkg, f, n).(type) {
	case nil, *jinja.Unknown:
		return ""
	case *jinja.Str:
		return v.Text()
	default:
		return jinja.ToString(v)
	}
}

// docCall is how a description asks for a docs block: doc('name') or
// doc('package', 'name').
var docCall = regexp.MustCompile(`\{\{-?\s*doc\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?\)\s*-?\}\}`)

// description returns a description as people read it, docs blocks put in,
// with the place where it is written.
func (b *builder) description(pkg string, f *source.File, n *yaml.Node) Text {
	if !n.IsScalar() {
		return Text{}
	}
	text := n.Value
	if strings.TrimSpace(f.Text[n.Span.Clamp(len(f.Text)).End:]) == "" {
		text = strings.TrimRight(text, "\n") // dbt strips the file
	}
	if hasJinja(text) {
		text = strings.TrimSuffix(text, "\n") // a template loses its last line end
		text = docCall.ReplaceAllStringFunc(text, func(call string) string {
			m := docCall.FindStringSubmatch(call)
			block := b.m.doc(pkg, m[1], m[2])
			if block == nil {
				return call
			}
			return strings.TrimSpace(block.File.Slice(block.Body))
		})
	}
	return Text{Value: text, File: f, Span: n.Span}
}

// doc finds the docs block of doc(first) or doc(first, second) in a file of
// package from: of the root project first, then of the package, then of any.
func (m *Manifest) doc(from, first, second string) *project.Block {
	if second != "" {
		return m.Docs[first+"."+second]
	}
	for _, pkg := range []string{m.Project.Root.Name, from} {
		if block := m.Docs[pkg+"."+first]; block != nil {
			return block
		}
	}
	for _, pkg := range m.Project.Packages {
		if block := m.Docs[pkg.Name+"."+first]; block != nil {
			return block
		}
	}
	return nil
}
