package dbtctx

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// byName is the position of an argument that is only taken by its name.
const byName = 1 << 20

// run is one render: what its functions know and what they record.
type run struct {
	ctx    *Context
	node   *Node
	world  World
	space  space
	out    *Rendered
	said   map[string]bool // what is reported once per name
	config *jinja.Dict     // what config() was given so far
	model  *jinja.Dict
	this   *Relation
	depth  int  // variables being rendered inside each other
	native bool // a value is wanted, not a text
	// denoting are the texts that as_bool and the like made of native values, with
	// the name of the filter.
	denoting map[*jinja.Str]string
	copies   map[jinja.Value]jinja.Value
}

// own returns v for a template to change: a list or dict that renders share is
// copied once for each render, so that a change is seen where the same value is
// asked for again.
func (r *run) own(v jinja.Value) jinja.Value {
	switch v.(type) {
	case *jinja.List, *jinja.Dict:
	default:
		return v
	}
	if c, ok := r.copies[v]; ok {
		return c
	}
	if r.copies == nil {
		r.copies = map[jinja.Value]jinja.Value{}
	}
	c := jinja.CopyOf(v)
	r.copies[v] = c
	return c
}

// runOf returns the render that s belongs to.
func runOf(s *jinja.State) *run { return s.Data().(*run) }

// Render renders the node's body in world w.
func (c *Context) Render(n *Node, w World) *Rendered {
	r := c.newRun(n, w)
	r.finish(jinja.Render(n.template(), r.options()))
	return r.out
}

func (c *Context) renderText(n *Node, w World, native bool) (jinja.Value, *Rendered) {
	r := c.newRun(n, w)
	o := r.options()
	t := jinja.Parse(n.File, n.Body)
	if !native {
		r.finish(jinja.Render(t, o))
		return jinja.NewStr(r.out.Text), r.out
	}
	r.native = true
	v, res := jinja.RenderNative(t, o)
	r.finish(res)
	if text, ok := v.(*jinja.Str); ok {
		v = r.denoted(text, source.Place{File: n.File, Span: n.Body})
	}
	return v, r.out
}

// denoted is the native value of what is printed at a place: text, unless a filter
// says that it is to be read. dbt refuses what is not of the type that it names.
func (r *run) denoted(text *jinja.Str, at source.Place) jinja.Value {
	filter, reads := r.denoting[text]
	if !reads {
		return text
	}
	v := jinja.Denoted(text)
	want, ok := "", true
	switch filter {
	case "as_bool":
		want = "a truth value"
		_, ok = v.(bool)
	case "as_number":
		want = "a number"
		switch v.(type) {
		case int64, float64:
		default:
			ok = false
		}
	}
	if !ok && !text.Open() {
		r.out.Errors = append(r.out.Errors, Error{
			Kind: CompileError, Message: "`" + filter + "`: " + strconv.Quote(text.Text()) + " is not " + want, Place: at,
		})
	}
	return v
}

// Evaluate returns the value of an expression of a template, written in
// braces, as a part of package pkg.
func (c *Context) Evaluate(pkg string, f *source.File, span source.Span) (jinja.Value, *Rendered) {
	r := c.newRun(&Node{ResourceType: "text", Package: pkg, File: f, Body: span, Path: f.Path}, World{Name: "text"})
	v, res := jinja.Evaluate(jinja.Parse(f, span), r.options())
	r.finish(res)
	return v, r.out
}

// CallUnknown calls a macro of package pkg in the parse pass, every argument
// unknown, and returns what it records.
func (c *Context) CallUnknown(pkg string, def *jinja.MacroDef) []Event {
	const text = "{{ call() }}"
	f := source.NewFile(def.Name, text)
	r := c.newRun(&Node{ResourceType: "text", Package: pkg, Name: def.Name, File: f}, World{Name: "parse", Parse: true})
	macro := jinja.NewMacro(def, scope{}, def.Name)
	call := lazy("call", func(a *jinja.CallArgs) (jinja.Value, error) {
		args := make([]jinja.Value, len(def.Params))
		for i, p := range def.Params {
			args[i] = unknown(jinja.AnyKind, "argument `"+p.Name+"` of `"+def.Name+"`", a.Place)
		}
		return a.State.Call(macro, args, nil, a.Place)
	})
	o := r.options()
	o.Scope = withName{"call", call}
	jinja.Render(jinja.Parse(f, source.Span{End: int32(len(text))}), o)
	return r.out.Events
}

// withName is the scope of all templates, with one more name.
type withName struct {
	name  string
	value jinja.Value
}

// Lookup returns the value of the name, or what scope has.
func (w withName) Lookup(s *jinja.State, name string) (jinja.Value, bool) {
	if name == w.name {
		return w.value, true
	}
	return scope{}.Lookup(s, name)
}

func (c *Context) newRun(n *Node, w World) *run {
	return &run{ctx: c, node: n, world: w, space: c.lib.space(n.Package), out: &Rendered{World: w}}
}

func (r *run) options() jinja.Options {
	return jinja.Options{
		Scope: scope{}, Filters: r.ctx.filters, Forced: r.world.Forced,
		Data: r, Undefined: undefinedName, MacroPrefix: macroPrefix,
	}
}

// macroPrefix is what dbt puts before the name of every macro that it parses: a
// macro that a model defines is not known to it by its own name.
const macroPrefix = "dbt_macro__"

// template returns the node's body, parsed. dbt strips the text of a model
// before it parses it.
func (n *Node) template() *jinja.Template {
	if n.Template != nil {
		return n.Template
	}
	return jinja.Parse(n.File, trimmed(n.File, n.Body))
}

// trimmed returns s without the white space at both ends.
func trimmed(f *source.File, s source.Span) source.Span {
	s = s.Clamp(len(f.Text))
	text := f.Slice(s)
	s.Start += int32(len(text) - len(strings.TrimLeft(text, " \t\r\n\f\v")))
	s.End -= int32(len(text) - len(strings.TrimRight(text, " \t\r\n\f\v")))
	return source.Span{Start: min(s.Start, s.End), End: s.End}
}

// finish takes over what the engine has to say.
func (r *run) finish(res *jinja.Result) {
	o := r.out
	o.Text, o.Map, o.Holes, o.Stopped = res.Text, res.Map, res.Holes, res.Stopped
	o.Conditions, o.Forks = res.Conditions, res.Forks
	for _, e := range res.Errors {
		if r.world.Parse && e.Kind != jinja.SyntaxError && !isHostError(e) {
			continue // dbt's parse pass looks over these
		}
		o.Errors = append(o.Errors, templateError(e))
	}
}

func isHostError(e *jinja.Error) bool {
	var host hostError
	return errors.As(e, &host) || isRaised(e)
}

func isRaised(e *jinja.Error) bool {
	var raised raisedError
	return errors.As(e, &raised)
}

// templateError translates an error of the engine.
func templateError(e *jinja.Error) Error {
	out := Error{Kind: CompileError, Message: e.Msg, Name: e.Name, Place: e.Place, Chain: e.Chain, Raised: isRaised(e)}
	switch e.Kind {
	case jinja.SyntaxError, jinja.Unsupported:
		out.Kind = SyntaxError
	case jinja.UndefinedError:
		if e.Name != "" {
			out.Kind = UndefinedName
		}
	}
	return out
}

// hostError is an error that dbt itself raises, such as a wrong call;
// raisedError one that a template raises through exceptions.raise_compiler_error.
type (
	hostError   string
	raisedError string
)

func (e hostError) Error() string   { return string(e) }
func (e raisedError) Error() string { return string(e) }

// fail records an error at place, once per what; under a condition that
// depends on something unknown it is not recorded, since dbt may not get there.
func (r *run) fail(s *jinja.State, e Error, what string) {
	if s.Tainted() || !r.once(what) {
		return
	}
	if e.Kind == UndefinedName && e.Package == "" && r.ctx.o.Project != nil {
		r.ctx.elsewhere(&e)
	}
	e.Chain = s.ChainOf(e.Place)
	r.out.Errors = append(r.out.Errors, e)
}

// elsewhere looks for an undefined name in the other projects of the tree.
func (c *Context) elsewhere(e *Error) {
	switch who, ok := c.o.Project.Macro(e.Name); {
	case ok && who.In != nil:
		e.Package = who.Name
	case ok:
		e.Sibling = who.Name
	}
}

// once reports whether what is met for the first time in this render.
func (r *run) once(what string) bool {
	if r.said[what] {
		return false
	}
	if r.said == nil {
		r.said = map[string]bool{}
	}
	r.said[what] = true
	return true
}

func (r *run) record(e Event) { r.out.Events = append(r.out.Events, e) }

func unknown(kind jinja.Kind, why string, at source.Place) *jinja.Unknown {
	return &jinja.Unknown{Kind: kind, Why: why, At: at}
}

// isOpen reports whether v is unknown, or a text with a hole in it.
func isOpen(v jinja.Value) bool {
	if s, ok := v.(*jinja.Str); ok {
		return s.Open()
	}
	_, open := v.(*jinja.Unknown)
	return open
}

// undefinedName says what becomes of a name that nobody defines. While dbt
// parses, it is an object that swallows everything. Later it is an error to
// call it or to look into it, and nothing more is known. dbt itself prints it
// as nothing; that is an error here only where it is all that is printed, not
// where a template passes on a name such as `null` as if it were a value.
func undefinedName(s *jinja.State, name string, at source.Place) jinja.Value {
	r := runOf(s)
	if fn := former[name]; fn != nil && r.world.Parse {
		return fn
	} else if r.world.Parse {
		return forgiving{}
	}
	before, after := around(at)
	called := after != "" && strings.ContainsRune("(.[", rune(after[0]))
	alone := strings.HasSuffix(before, "{{") && strings.HasPrefix(after, "}}")
	if !called && !alone {
		return jinja.Undefined{Name: name, At: at}
	}
	e := Error{Kind: UndefinedName, Message: "`" + name + "` is not defined", Name: name, Place: at}
	if slices.ContainsFunc(r.node.template().Macros, func(m *jinja.MacroDef) bool { return m.Name == name }) {
		e.Message += ": dbt does not find a macro that is defined beside the query, move it to a file below `macro-paths`"
	}
	if pkg := r.ctx.lib.suspect(name); pkg != "" && after[0] == '.' {
		e.Package = pkg
		e.Message = "`" + name + "` is not defined, and package `" + pkg + "` is not installed"
	}
	r.fail(s, e, "name "+name)
	if fn := former[name]; fn != nil && called {
		return fn
	}
	return unknown(jinja.AnyKind, "`"+name+"` is not defined", at)
}

// former are functions that dbt had once: they are undefined, and what stands behind
// a call of one can be read all the same.
var former = map[string]*jinja.Func{"adapter_macro": strict("adapter_macro", adapterMacro)}

// adapterMacro is adapter_macro('package.macro', ...), which dbt 0.18 put
// adapter.dispatch in place of.
func adapterMacro(c *jinja.CallArgs) (jinja.Value, error) {
	name, ok := c.String(0, "name")
	if !ok {
		return unknown(jinja.AnyKind, "adapter_macro takes the name of a macro", c.Place), nil
	}
	pkg, macro, dotted := strings.Cut(name, ".")
	if !dotted {
		pkg, macro = "", name
	}
	fn, err := runOf(c.State).dispatch(c.State, macro, pkg)
	if err != nil || len(c.Args) == 0 {
		return fn, err
	}
	return c.State.Call(fn, c.Args[1:], c.Named, c.Place)
}

// around returns the text before and after a place, without the white space
// and the dashes that trim it.
func around(at source.Place) (before, after string) {
	if at.File == nil {
		return "", ""
	}
	text, s := at.File.Text, at.Span.Clamp(len(at.File.Text))
	const reach, blank = 200, " \t\r\n-"
	before = strings.TrimRight(text[max(0, int(s.Start)-reach):s.Start], blank)
	after = strings.TrimLeft(text[s.End:min(len(text), int(s.End)+reach)], blank)
	return before, after
}

// forgiving stands for an undefined name in the parse pass.
type forgiving struct{}

func (f forgiving) Attr(*jinja.State, string) (jinja.Value, bool)       { return f, true }
func (f forgiving) Index(*jinja.State, jinja.Value) (jinja.Value, bool) { return f, true }
func (f forgiving) Call(*jinja.CallArgs) (jinja.Value, error)           { return f, nil }
func (f forgiving) Lazy() bool                                          { return true }
func (f forgiving) Items() []jinja.Value                                { return nil }
func (f forgiving) Print() string                                       { return "" }
