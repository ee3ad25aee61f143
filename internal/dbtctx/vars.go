package dbtctx

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// varTable is the variables that the nodes of one package see.
type varTable struct{ m map[string]variable }

// variable is the value of a variable. Text that holds Jinja stays as it is
// written until it is used.
type variable struct {
	value jinja.Value
	late  bool // the text at file and span is rendered when used
	file  *source.File
	span  source.Span
}

// loadVars merges the variables as seen from each package, weakest first: the
// package's own, the root's, those of the command line. In each file the keys
// at the top come before those under the name of the package.
func loadVars(p *project.Project, cli map[string]jinja.Value) map[string]*varTable {
	out := map[string]*varTable{}
	if p == nil || p.Root == nil {
		out[""] = &varTable{m: map[string]variable{}}
		out[""].override(cli)
		return out
	}
	for _, pkg := range p.Packages {
		t := &varTable{m: map[string]variable{}}
		t.addPackage(pkg, pkg.Name)
		if pkg != p.Root {
			t.addPackage(p.Root, pkg.Name)
		}
		t.override(cli)
		out[pkg.Name] = t
	}
	out[""] = out[p.Root.Name]
	return out
}

func (t *varTable) addPackage(from *project.Package, node string) {
	var file *source.File
	if from.Doc != nil {
		file = from.Doc.File
	}
	t.add(file, from.Vars)
	t.add(file, from.Vars.Get(node))
	if from.VarsDoc == nil || from.VarsDoc.Root == nil {
		return
	}
	root := from.VarsDoc.Root
	if v := root.Get("vars"); v.IsMap() {
		root = v
	}
	t.add(from.VarsDoc.File, root)
	t.add(from.VarsDoc.File, root.Get(node))
}

func (t *varTable) add(f *source.File, n *yaml.Node) {
	for _, e := range n.Entries() {
		v := variable{value: fromYAML(e.Value), file: f}
		if text, ok := e.Value.Typed().(string); ok && hasJinja(text) && f != nil {
			v.late, v.span = true, contentSpan(f, e.Value)
		}
		t.m[e.Key.Value] = v
	}
}

func (t *varTable) override(cli map[string]jinja.Value) {
	for name, v := range cli {
		t.m[name] = variable{value: v}
	}
}

func (t *varTable) names() []string { return slices.Sorted(maps.Keys(t.m)) }

func (c *Context) varsOf(pkg string) *varTable {
	if t := c.vars[pkg]; t != nil {
		return t
	}
	return c.vars[""]
}

func hasJinja(text string) bool { return strings.Contains(text, "{{") || strings.Contains(text, "{%") }

// contentSpan is a scalar without its quotes.
func contentSpan(f *source.File, n *yaml.Node) source.Span {
	s := n.Span
	if (n.Style == yaml.SingleQuoted || n.Style == yaml.DoubleQuoted) && s.Len() >= 2 {
		s.Start, s.End = s.Start+1, s.End-1
	}
	return s.Clamp(len(f.Text))
}

// fromYAML returns the value of a YAML tree.
func fromYAML(n *yaml.Node) jinja.Value {
	switch {
	case n.IsNull():
		return nil
	case n.IsMap():
		d := jinja.NewDict()
		for _, e := range n.Entries() {
			d.Set(fromYAML(e.Key), fromYAML(e.Value))
		}
		return d
	case n.IsList():
		l := jinja.NewList()
		for _, item := range n.List() {
			l.Append(fromYAML(item))
		}
		return l
	}
	return jinja.FromGo(n.Typed())
}

// variableObject is `var`.
type variableObject struct{}

// Attr returns has_var.
func (variableObject) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	if name != "has_var" {
		return nil, false
	}
	return &jinja.Func{Name: "var.has_var", Fn: func(c *jinja.CallArgs) (jinja.Value, error) {
		r := runOf(c.State)
		name, _ := c.String(0, "var_name")
		_, ok := r.ctx.varsOf(r.node.Package).m[name]
		return ok, nil
	}}, true
}

// Lazy: the default may be unknown.
func (variableObject) Lazy() bool { return true }

// Call is var(name, default).
func (variableObject) Call(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	name, ok := c.String(0, "var_name")
	if !ok {
		return unknown(jinja.AnyKind, "a variable of unknown name", c.Place), nil
	}
	if v, ok := r.ctx.varsOf(r.node.Package).m[name]; ok {
		value := r.variableValue(v)
		r.record(Event{Kind: VarEvent, Name: name, Place: c.Place, Blank: blank(value)})
		return value, nil
	}
	if v, ok := c.Arg(1, "default"); ok {
		r.record(Event{Kind: VarEvent, Name: name, Place: c.Place, Blank: blank(v)})
		return v, nil
	}
	r.record(Event{Kind: VarEvent, Name: name, Place: c.Place})
	if r.world.Parse {
		return nil, nil
	}
	why := "variable `" + name + "` has no value and no default"
	r.fail(c.State, Error{Kind: MissingVariable, Message: why, Name: name, Place: c.Place}, "var "+name)
	return unknown(jinja.AnyKind, why, c.Place), nil
}

// blank reports whether a value is none, or text without anything in it.
func blank(v jinja.Value) bool {
	s, ok := v.(*jinja.Str)
	return v == nil || ok && s.Text() == "" && !s.Open()
}

// variableValue renders the text of a variable that holds Jinja.
func (r *run) variableValue(v variable) jinja.Value {
	if !v.late || r.native || r.depth > maxVarDepth {
		return r.own(v.value) // dbt does not render it where a properties file asks for it
	}
	o := r.options()
	o.Forced = nil
	r.depth++
	res := jinja.Render(jinja.Parse(v.file, v.span), o)
	r.depth--
	if len(res.Holes) > 0 {
		return unknown(jinja.ScalarKind, res.Holes[0].Why, res.Holes[0].At)
	}
	return jinja.NewStr(res.Text)
}

// maxVarDepth bounds variables that are made of variables.
const maxVarDepth = 10

// envVar is env_var(name, default): only names that the configuration allows.
func envVar(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	name, ok := c.String(0, "var")
	if !ok {
		return unknown(jinja.ScalarKind, "an environment variable of unknown name", c.Place), nil
	}
	r.record(Event{Kind: EnvEvent, Name: name, Place: c.Place})
	if v, ok := r.ctx.o.Env[name]; ok && !strings.Contains(strings.ToUpper(name), "SECRET") {
		return jinja.NewStr(v), nil
	}
	if v, ok := c.Arg(1, "default"); ok {
		return v, nil
	}
	return unknown(jinja.ScalarKind, "environment variable `"+name+"`", c.Place), nil
}
