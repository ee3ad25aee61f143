package dbtctx

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Reference is a ref or source that a template or one of the macros it may call
// has in its text, whether or not a render comes there.
type Reference struct {
	Kind  EventKind // RefEvent or SourceEvent
	Args  []string  // as of an Event; jinja.AnyText stands for what is not known
	Place source.Place
	Reach jinja.Reach
}

// Dynamic reports whether a part of the name is not known.
func (r Reference) Dynamic() bool { return strings.Contains(strings.Join(r.Args, ""), jinja.AnyText) }

// References returns every ref and source in the text of n's template and,
// transitively, of the macros that it may call: those of every adapter for
// what is dispatched.
func (c *Context) References(n *Node) []Reference {
	t := n.template()
	w := staticWalk{ctx: c, space: c.lib.space(n.Package), local: map[string]*jinja.MacroDef{}, macros: map[*jinja.MacroDef]*reached{}}
	for _, def := range t.Macros {
		w.local[macroPrefix+def.Name] = def
	}
	out := w.walk(n.File, t.Body, 0, nil)
	for len(w.queue) > 0 {
		m := w.queue[0]
		w.queue = w.queue[1:]
		m.queued = false
		m.refs = w.walk(m.def.File(), m.def.Body, m.reach, m.args)
	}
	for _, m := range w.order {
		out = append(out, m.refs...)
	}
	return out
}

// staticWalk goes through the texts that one template reaches.
type staticWalk struct {
	ctx    *Context
	space  space
	local  map[string]*jinja.MacroDef
	macros map[*jinja.MacroDef]*reached
	order  []*reached
	queue  []*reached
}

// reached is a macro that may be called.
type reached struct {
	def    *jinja.MacroDef
	reach  jinja.Reach // the least that leads there
	args   map[string][]string
	refs   []Reference
	queued bool
}

// walk returns the references in the text of body and notes the macros that it
// calls. args are the texts that its parameters may have.
func (w *staticWalk) walk(f *source.File, body []jinja.Node, from jinja.Reach, args map[string][]string) []Reference {
	var out []Reference
	texts := jinja.TextsOf(body...)
	for name, list := range args {
		texts.Bind(name, list)
	}
	for call, reach := range jinja.Sites(body...) {
		reach |= from
		name := strings.TrimPrefix(call.Callee(), "builtins.")
		kind, isRef := map[string]EventKind{"ref": RefEvent, "source": SourceEvent}[name]
		if isRef {
			for _, a := range argTexts(call, texts) {
				out = append(out, Reference{Kind: kind, Args: a, Reach: reach, Place: source.Place{File: f, Span: call.Span}})
			}
		}
		for _, def := range w.callees(call, texts) {
			w.reach(def, reach, call, texts)
		}
	}
	return out
}

// argTexts returns the positional arguments that a call may have.
func argTexts(call *jinja.Call, texts jinja.Texts) [][]string {
	out := [][]string{nil}
	for _, e := range call.Args {
		var next [][]string
		for _, head := range out {
			for _, text := range texts.Of(e) {
				next = append(next, append(slices.Clone(head), text))
			}
		}
		out = next
	}
	return out
}

// reach notes that a macro may be called, and with what.
func (w *staticWalk) reach(def *jinja.MacroDef, r jinja.Reach, call *jinja.Call, texts jinja.Texts) {
	m, known := w.macros[def]
	if !known {
		m = &reached{def: def, reach: r, args: map[string][]string{}}
		w.macros[def] = m
		w.order = append(w.order, m)
	}
	changed := !known || m.reach&r != m.reach
	m.reach &= r
	for i, p := range def.Params {
		e := call.Arg(i, p.Name)
		if e == nil {
			e = p.Default
		}
		if e == nil {
			continue
		}
		for _, text := range texts.Of(e) {
			if len(m.args[p.Name]) < maxArgTexts && !slices.Contains(m.args[p.Name], text) {
				m.args[p.Name] = append(m.args[p.Name], text)
				changed = true
			}
		}
	}
	if changed && !m.queued {
		m.queued = true
		w.queue = append(w.queue, m)
	}
}

// maxArgTexts bounds the texts of one parameter.
const maxArgTexts = 64

// callees returns the macros that a call may mean.
func (w *staticWalk) callees(call *jinja.Call, texts jinja.Texts) []*jinja.MacroDef {
	if inner, ok := call.Fn.(*jinja.Call); ok && inner.Callee() == "adapter.dispatch" {
		return w.dispatched(inner, texts)
	}
	name := call.Callee()
	if def := w.local[name]; def != nil {
		return []*jinja.MacroDef{def}
	}
	var v jinja.Value
	if pkg, macro, dotted := strings.Cut(name, "."); dotted {
		if p, ok := w.space[pkg].value.(packageObject); ok {
			v = p.s.macros[macro]
		}
	} else {
		v = w.space[name].value
	}
	if m, ok := v.(*jinja.Macro); ok {
		return []*jinja.MacroDef{m.Def}
	}
	return nil
}

// dispatched returns the macros of any adapter that a dispatch may find.
func (w *staticWalk) dispatched(call *jinja.Call, texts jinja.Texts) []*jinja.MacroDef {
	text := func(i int, name string) string {
		if e := call.Arg(i, name); e != nil {
			if list := texts.Of(e); len(list) == 1 {
				return list[0]
			}
		}
		return ""
	}
	name := text(0, "macro_name")
	if name == "" || name == jinja.AnyText {
		return nil
	}
	var out []*jinja.MacroDef
	add := func(found string, v jinja.Value) {
		if prefix, ok := strings.CutSuffix(found, "__"+name); ok && prefix != "" && !strings.Contains(prefix, "__") {
			if m, ok := v.(*jinja.Macro); ok {
				out = append(out, m.Def)
			}
		}
	}
	for _, pkg := range w.ctx.lib.searchOrder(text(1, "macro_namespace")) {
		if sh := w.ctx.lib.packages[pkg]; sh != nil {
			for found, v := range sh.macros {
				add(found, v)
			}
			continue
		}
		for found, b := range w.space {
			add(found, b.value)
		}
	}
	return out
}
