package dbtctx

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Reference is a ref, source or var that a template or one of the macros it may
// call has in its text, whether or not a render comes there.
type Reference struct {
	Kind  EventKind // RefEvent, SourceEvent or VarEvent
	Args  []string  // as of an Event; of a var its name alone; jinja.AnyText stands for what is not known
	Place source.Place
	Reach jinja.Reach
}

// Dynamic reports whether a part of the name is not known.
func (r Reference) Dynamic() bool { return strings.Contains(strings.Join(r.Args, ""), jinja.AnyText) }

// References returns every ref, source and var in the text of n's template and,
// transitively, of the macros that it may call: those of every adapter for
// what is dispatched. seen is called with each of these macros; it may be nil.
func (c *Context) References(n *Node, seen func(*jinja.MacroDef)) []Reference {
	t := n.template()
	w := staticWalk{ctx: c, pkg: n.Package, local: map[string]*jinja.MacroDef{}, macros: map[*jinja.MacroDef]*reached{}}
	for _, def := range t.Macros {
		w.local[macroPrefix+def.Name] = def
	}
	return append(w.walk(n.File, n.Package, t.Body, 0, nil), w.rest(seen)...)
}

// ReferencesOf is References for a macro of package pkg that is called nobody
// knows how.
func (c *Context) ReferencesOf(pkg string, def *jinja.MacroDef, seen func(*jinja.MacroDef)) []Reference {
	w := staticWalk{ctx: c, macros: map[*jinja.MacroDef]*reached{}}
	w.reach(def, pkg, 0, func(jinja.Param, int) []string { return nil })
	return w.rest(seen)
}

// staticWalk goes through the texts that one template reaches.
type staticWalk struct {
	ctx    *Context
	pkg    string // of the template
	local  map[string]*jinja.MacroDef
	macros map[*jinja.MacroDef]*reached
	order  []*reached
	queue  []*reached
}

// reached is a macro that may be called.
type reached struct {
	def    *jinja.MacroDef
	pkg    string      // whose names it sees
	reach  jinja.Reach // the least that leads there
	args   map[string][]string
	refs   []Reference
	queued bool
}

// rest walks the macros that were reached, and those that they reach.
func (w *staticWalk) rest(seen func(*jinja.MacroDef)) []Reference {
	for len(w.queue) > 0 {
		m := w.queue[0]
		w.queue = w.queue[1:]
		m.queued = false
		m.refs = w.walk(m.def.File(), m.pkg, m.def.Body, m.reach, m.args)
	}
	var out []Reference
	for _, m := range w.order {
		out = append(out, m.refs...)
		if seen != nil {
			seen(m.def)
		}
	}
	return out
}

// walk returns the references in the text of body and notes the macros that it
// calls. args are the texts that its parameters may have.
func (w *staticWalk) walk(f *source.File, pkg string, body []jinja.Node, from jinja.Reach, args map[string][]string) []Reference {
	var out []Reference
	texts := jinja.TextsOf(body...)
	for name, list := range args {
		texts.Bind(name, list)
	}
	space := w.ctx.lib.space(pkg)
	called := map[jinja.Expr]bool{}
	for call, reach := range jinja.Sites(body...) {
		reach |= from
		markCallee(call.Fn, called)
		at := source.Place{File: f, Span: call.Span}
		switch strings.TrimPrefix(call.Callee(), "builtins.") {
		case "ref":
			for _, a := range argTexts(call.Args, texts) {
				out = append(out, Reference{RefEvent, a, at, reach})
			}
		case "source":
			for _, a := range argTexts(call.Args, texts) {
				out = append(out, Reference{SourceEvent, a, at, reach})
			}
		case "var", "var.has_var":
			for _, name := range nameTexts(call, texts) {
				out = append(out, Reference{VarEvent, []string{name}, at, reach})
			}
		}
		for _, m := range w.callees(call, space, texts) {
			w.reach(m.def, m.pkg, reach, func(p jinja.Param, i int) []string {
				e := call.Arg(i, p.Name)
				if e == nil {
					e = p.Default
				}
				if e == nil || call.Star != nil || call.StarStar != nil {
					return nil
				}
				return texts.Of(e)
			})
		}
	}
	return append(out, w.passed(f, space, body, called)...)
}

// passed looks at functions that a text passes on as values: a macro may be
// called with anything then, and var with any name.
func (w *staticWalk) passed(f *source.File, space space, body []jinja.Node, called map[jinja.Expr]bool) []Reference {
	var out []Reference
	anyVar := func(at source.Span) {
		out = append(out, Reference{VarEvent, []string{jinja.AnyText}, source.Place{File: f, Span: at}, jinja.UnderCondition})
	}
	for n := range jinja.Walk(body...) {
		e, ok := n.(jinja.Expr)
		if !ok || called[e] {
			continue
		}
		switch e := e.(type) {
		case *jinja.Literal: // of context['var']
			if text, ok := jinja.TextOf(e.Val); ok && text == "var" {
				anyVar(e.Span)
			}
		case *jinja.Name:
			if e.Name == "var" {
				anyVar(e.Span)
			}
			w.reachAnyhow(e, space)
		case *jinja.Attr:
			w.reachAnyhow(e, space)
		}
	}
	return out
}

// markCallee notes the parts of what is called.
func markCallee(fn jinja.Expr, called map[jinja.Expr]bool) {
	for {
		called[fn] = true
		a, ok := fn.(*jinja.Attr)
		if !ok {
			return
		}
		fn = a.X
	}
}

// argTexts returns the arguments that a call may have.
func argTexts(args []jinja.Expr, texts jinja.Texts) [][]string {
	out := [][]string{nil}
	for _, e := range args {
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

// nameTexts returns the names that a call of var may ask for.
func nameTexts(call *jinja.Call, texts jinja.Texts) []string {
	if e := call.Arg(0, "name"); e != nil && call.StarStar == nil {
		return texts.Of(e)
	}
	return []string{jinja.AnyText}
}

// reach notes that a macro may be called, and with what: args gives the texts of
// a parameter, none if nobody knows it.
func (w *staticWalk) reach(def *jinja.MacroDef, pkg string, r jinja.Reach, args func(p jinja.Param, i int) []string) {
	m, known := w.macros[def]
	if !known {
		m = &reached{def: def, pkg: pkg, reach: r, args: map[string][]string{}}
		w.macros[def] = m
		w.order = append(w.order, m)
	}
	changed := !known || m.reach&r != m.reach
	m.reach &= r
	for i, p := range def.Params {
		texts := args(p, i)
		if len(texts) == 0 {
			texts = []string{jinja.AnyText}
		}
		for _, text := range texts {
			switch have := m.args[p.Name]; {
			case slices.Contains(have, text):
			case len(have) < maxArgTexts:
				m.args[p.Name] = append(have, text)
				changed = true
			case !slices.Contains(have, jinja.AnyText): // too many to be told apart
				m.args[p.Name] = append(have, jinja.AnyText)
				changed = true
			}
		}
	}
	if changed && !m.queued {
		m.queued = true
		w.queue = append(w.queue, m)
	}
}

// reachAnyhow notes that the macro which e names, if it names one, may be called
// with anything.
func (w *staticWalk) reachAnyhow(e jinja.Expr, space space) {
	if m, ok := w.named(jinja.Dotted(e), space); ok {
		w.reach(m.def, m.pkg, jinja.UnderCondition, func(jinja.Param, int) []string { return nil })
	}
}

// maxArgTexts bounds the texts of one parameter.
const maxArgTexts = 64

// homed is a macro and the package whose names it sees.
type homed struct {
	def *jinja.MacroDef
	pkg string
}

// callees returns the macros that a call may mean.
func (w *staticWalk) callees(call *jinja.Call, space space, texts jinja.Texts) []homed {
	if inner, ok := call.Fn.(*jinja.Call); ok && inner.Callee() == "adapter.dispatch" {
		return w.dispatched(inner, space, texts)
	}
	if m, ok := w.named(call.Callee(), space); ok {
		return []homed{m}
	}
	return nil
}

// named returns the macro that a dotted name means.
func (w *staticWalk) named(name string, space space) (homed, bool) {
	if def := w.local[name]; def != nil {
		return homed{def, w.pkg}, true
	}
	var v jinja.Value
	if pkg, macro, dotted := strings.Cut(name, "."); dotted {
		if p, ok := space[pkg].value.(packageObject); ok {
			v = p.s.macros[macro]
		}
	} else {
		v = space[name].value
	}
	return w.home(v)
}

func (w *staticWalk) home(v jinja.Value) (homed, bool) {
	m, ok := v.(*jinja.Macro)
	if !ok {
		return homed{}, false
	}
	return homed{m.Def, w.ctx.lib.homes[m.Def]}, true
}

// dispatched returns the macros of any adapter that a dispatch may find.
func (w *staticWalk) dispatched(call *jinja.Call, space space, texts jinja.Texts) []homed {
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
	var out []homed
	add := func(found string, v jinja.Value) {
		if prefix, ok := strings.CutSuffix(found, "__"+name); ok && prefix != "" && !strings.Contains(prefix, "__") {
			if m, ok := w.home(v); ok {
				out = append(out, m)
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
		for found, b := range space {
			add(found, b.value)
		}
	}
	return out
}
