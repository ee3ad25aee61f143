package jinja

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// Return returns the function that ends the macro it is called in, with its
// argument, of any type, as the macro's result.
func Return() *Func {
	return &Func{Name: "return", Lazy: true, Fn: func(c *CallArgs) (Value, error) {
		v, _ := c.Arg(0, "data")
		panic(unwind{v})
	}}
}

// Lazy is a Callable that may be called with unknown arguments.
type Lazy interface {
	Callable
	Lazy() bool
}

// Call calls fn, as a template at the given place would. The error is one of
// the call itself; what goes wrong inside a macro is collected, not returned.
func (s *State) Call(fn Value, args []Value, named []Named, at source.Place) (Value, error) {
	if at.File == nil {
		at = s.Place()
	}
	v, err := s.callValue(fn, &CallArgs{State: s, Args: args, Named: named, Place: at})
	if err == errUnknown {
		return s.fail(err, at.Span), nil
	}
	return v, err
}

func (n *Call) eval(s *State) Value { return n.invoke(s) }

// invoke carries out the call with further keyword arguments.
func (n *Call) invoke(s *State, extra ...Named) Value {
	s.step()
	fn, recv, m := n.callee(s)
	c := &CallArgs{State: s, Place: s.place(n.Span), Node: n}
	if u := n.evalArgs(s, c, extra...); u != nil {
		return u
	}
	s.at = n.Span
	if m != nil {
		s.read(recv)
		v, err := s.callMethod(m, recv, c)
		return s.madeOf(recv, c, v, err)
	}
	v, err := s.callValue(s.needed(fn, n.Fn.Range()), c)
	return s.result(v, err, n.Span)
}

// callee evaluates what is called: a value, or a built-in method with its receiver.
func (n *Call) callee(s *State) (fn, recv Value, m method) {
	a, ok := n.Fn.(*Attr)
	if !ok {
		return n.Fn.eval(s), nil, nil
	}
	recv = a.X.eval(s)
	if m, ok := methodOf(recv, a.Name); ok {
		return nil, recv, m
	}
	return s.attr(recv, a.Name, a.Span), nil, nil
}

// evalArgs evaluates the arguments into c, with further keyword arguments. If what * or ** expands is
// unknown, nobody knows what is passed: that value is returned.
func (n *Call) evalArgs(s *State, c *CallArgs, extra ...Named) *Unknown {
	c.Args = make([]Value, len(n.Args))
	for i, e := range n.Args {
		c.Args[i] = e.eval(s)
	}
	if len(n.Keywords) > 0 {
		c.Named = make([]Named, len(n.Keywords), len(n.Keywords)+1)
		for i, k := range n.Keywords {
			c.Named[i] = Named{k.Name, k.X.eval(s)}
		}
	}
	c.Named = append(c.Named, extra...)
	if n.Star != nil {
		v := s.needed(n.Star.eval(s), n.Star.Range())
		if u, ok := v.(*Unknown); ok {
			return s.derived(u, AnyKind)
		}
		items, err := s.items(v)
		if err != nil {
			return s.fail(err, n.Star.Range())
		}
		c.Args = append(c.Args, items...)
	}
	if n.StarStar == nil {
		return nil
	}
	switch d := s.needed(n.StarStar.eval(s), n.StarStar.Range()).(type) {
	case *Dict:
		if d.open {
			return s.fail(errUnknown, n.StarStar.Range())
		}
		for k, v := range d.All() {
			name := ToString(k)
			if slices.ContainsFunc(c.Named, func(a Named) bool { return a.Name == name }) {
				return s.fail(failure(TypeError, "got multiple values for keyword argument %s", quoted(name)), n.StarStar.Range())
			}
			c.Named = append(c.Named, Named{name, v})
		}
		return nil
	case *Unknown:
		return s.derived(d, AnyKind)
	default:
		return s.fail(failure(TypeError, "argument after ** must be a mapping, not %s", typeName(d)), n.StarStar.Range())
	}
}

// unknownArg reports whether an argument is not fully known.
func (c *CallArgs) unknownArg() bool {
	for _, v := range c.Args {
		if openInside(v) {
			return true
		}
	}
	for _, a := range c.Named {
		if openInside(a.Value) {
			return true
		}
	}
	return false
}

func (s *State) callValue(fn Value, c *CallArgs) (Value, error) {
	switch fn := fn.(type) {
	case *Macro:
		return s.callMacro(fn, c)
	case *Func:
		if !fn.Lazy && c.unknownArg() {
			return &Unknown{Why: "`" + fn.Name + "` of an unknown value", At: c.Place}, nil
		}
		v, err := s.callHost(fn.Fn, c)
		if !fn.Lazy {
			v = s.madeWith(c, v)
		}
		return v, err
	case *Unknown:
		return s.derived(fn, AnyKind), nil
	case Callable:
		lazy, ok := fn.(Lazy)
		if !(ok && lazy.Lazy()) && c.unknownArg() {
			return &Unknown{Why: "a call with an unknown value", At: c.Place}, nil
		}
		return s.callHost(fn.Call, c)
	}
	return nil, failure(TypeError, "%s object is not callable", quoted(typeName(fn)))
}

func (s *State) callHost(f func(*CallArgs) (Value, error), c *CallArgs) (Value, error) {
	s.enter()
	v, err := f(c)
	s.depth--
	return v, err
}

// callMacro runs a macro; its text, or what it returns, is the result.
func (s *State) callMacro(m *Macro, c *CallArgs) (v Value, err error) {
	before := s.mark()
	s.enter()
	s.tmpl, s.file, s.scope = m.Def.tmpl, m.Def.tmpl.File, m.Scope
	if m.caller {
		s.call = m.call
	} else {
		s.m.Calls = append(s.newCalls(), source.Call{Parent: c.Place.Call, Name: m.Name, File: c.Place.File, Span: c.Place.Span})
		s.call = source.CallID(len(s.m.Calls) - 1)
		defer func() {
			if x := recover(); x != nil {
				u, ok := x.(unwind)
				if !ok {
					panic(x)
				}
				v, err = s.returned(u.value, s.stretch.number > before.stretch.number, m, c), nil
				s.unwindTo(before)
			}
		}()
	}
	w := buffer{b: s.scratch()}
	s.out, s.frame = &w, s.inside(m.closure)
	if err = s.bind(m, c); err == nil {
		s.execAll(m.Def.Body)
		v = w.take()
	}
	s.release(w.b)
	s.unwindTo(before)
	return v, err
}

// returned is the result of a macro that ended with return(), perhaps under an
// unknown condition.
func (s *State) returned(v Value, undecided bool, m *Macro, c *CallArgs) Value {
	if !undecided {
		return v
	}
	return s.undecided(v, "what `"+m.Name+"` returns", s.place(c.Place.Span))
}

// newCalls returns the call table with its unused first entry.
func (s *State) newCalls() []source.Call {
	if s.m.Calls == nil {
		return make([]source.Call, 1, 8)
	}
	return s.m.Calls
}

// bind gives the parameters of m their values in the current frame. Defaults
// are evaluated there in order, so that they may use what was passed, and the
// defaults of earlier parameters.
func (s *State) bind(m *Macro, c *CallArgs) error {
	def := m.Def
	named := c.Named
	var caller Value = Undefined{Name: "caller", what: noCaller}
	hasCaller := false
	if def.caller && !def.has("caller") {
		for i, a := range named {
			if a.Name == "caller" {
				caller, hasCaller = a.Value, true
				named = append(append([]Named(nil), named[:i]...), named[i+1:]...)
				break
			}
		}
	}
	used := 0
	f := s.frame
	f.names, f.vals = make([]string, 0, len(def.Params)+3), make([]Value, 0, len(def.Params)+3)
	for i := range def.Params {
		p := &def.Params[i]
		v, from := argument(p.Name, i, c.Args, named)
		switch from {
		case byName:
			used++
		case missing:
			v = Undefined{Name: p.Name, At: source.Place{File: s.file, Span: p.Span, Call: s.call}, what: noArgument}
		}
		f.set(p.Name, v)
	}
	for i := range def.Params {
		p := &def.Params[i]
		if _, from := argument(p.Name, i, c.Args, named); from == missing && p.Default != nil {
			f.set(p.Name, p.Default.eval(s))
		}
	}
	if def.caller && (hasCaller || !def.has("caller")) {
		f.set("caller", caller)
	}
	return s.bindRest(m, c.Args, named, used)
}

// bindRest gives varargs and kwargs what the parameters left over.
func (s *State) bindRest(m *Macro, args []Value, named []Named, used int) error {
	def := m.Def
	if def.varargs {
		s.frame.set("varargs", &Tuple{items: args[min(len(args), len(def.Params)):]})
	} else if len(args) > len(def.Params) {
		return failure(TypeError, "macro %s takes not more than %d argument(s)", quoted(m.Name), len(def.Params))
	}
	if !def.takeKwargs && used == len(named) {
		return nil
	}
	rest := NewDict()
	for _, a := range named {
		if i := def.index(a.Name); i < 0 || i < len(args) {
			rest.Set(a.Name, a.Value)
		}
	}
	if def.takeKwargs {
		s.frame.set("kwargs", rest)
		return nil
	}
	if rest.Len() == 0 {
		return nil
	}
	name := ToString(rest.entries[0].key)
	return failure(TypeError, "macro %s takes no keyword argument %s", quoted(m.Name), quoted(name))
}

func (d *MacroDef) index(param string) int {
	for i := range d.Params {
		if d.Params[i].Name == param {
			return i
		}
	}
	return -1
}

func (d *MacroDef) has(param string) bool { return d.index(param) >= 0 }

// passing is how an argument is given.
type passing uint8

const (
	missing passing = iota
	byPosition
	byName
)

func argument(name string, i int, args []Value, named []Named) (Value, passing) {
	if i >= 0 && i < len(args) {
		return args[i], byPosition
	}
	for _, a := range named {
		if a.Name == name {
			return a.Value, byName
		}
	}
	return nil, missing
}

func (m *Macro) attr(name string) (Value, bool) {
	switch name {
	case "name":
		return NewStr(strings.TrimSpace(m.Name)), true
	case "arguments":
		t := &Tuple{}
		for _, p := range m.Def.Params {
			t.items = append(t.items, NewStr(p.Name))
		}
		return t, true
	case "catch_varargs":
		return m.Def.varargs, true
	case "catch_kwargs":
		return m.Def.takeKwargs, true
	case "caller":
		return m.Def.caller, true
	}
	return nil, false
}

// scratch returns an empty buffer, reused between calls.
func (s *State) scratch() []byte {
	n := len(s.free)
	if n == 0 {
		return nil
	}
	b := s.free[n-1]
	s.free = s.free[:n-1]
	return b[:0]
}

func (s *State) release(b []byte) { s.free = append(s.free, b) }

// Arg returns the positional argument i or the keyword argument name.
func (c *CallArgs) Arg(i int, name string) (Value, bool) {
	v, from := argument(name, i, c.Args, c.Named)
	return v, from != missing
}

// String returns the argument i or name if it is a string.
func (c *CallArgs) String(i int, name string) (string, bool) {
	v, _ := c.Arg(i, name)
	return TextOf(v)
}

// Bool returns the truth of the argument i or name; ok is false if it is not given.
func (c *CallArgs) Bool(i int, name string) (value, ok bool) {
	v, ok := c.Arg(i, name)
	return ok && Truth(c.State, v), ok
}

// Int returns the argument i or name if it is an integer.
func (c *CallArgs) Int(i int, name string) (int, bool) {
	v, _ := c.Arg(i, name)
	n, ok := toInt(v)
	return int(n), ok
}

// PlaceOf returns where the argument i or name is written; that of the call
// if it is not written there as such.
func (c *CallArgs) PlaceOf(i int, name string) source.Place {
	place := c.Place
	if c.Node != nil {
		if e := c.Node.Arg(i, name); e != nil {
			place.Span = e.Range()
		}
	}
	return place
}
