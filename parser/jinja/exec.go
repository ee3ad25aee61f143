package jinja

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/source"
)

// signal is how a statement ended.
type signal uint8

const (
	proceed signal = iota
	breakLoop
	continueLoop
)

func (s *State) execAll(nodes []Node) signal {
	for _, n := range nodes {
		if sig := n.(Stmt).exec(s); sig != proceed {
			return sig
		}
	}
	return proceed
}

func (n *Data) exec(s *State) signal {
	s.spend(len(n.Text))
	s.native.add(s, printedText{})
	s.out.write(n.Text, source.Segment{File: s.file, Src: n.Span, Call: s.call, Fid: n.fid})
	return proceed
}

func (n *Output) exec(s *State) signal {
	s.step()
	s.at = n.Span
	v := n.X.eval(s)
	if s.native != nil && !constant(n.X, s.opts.Filters) {
		v = s.usedOr(v, n.Span)
		s.native.add(s, v)
	} else {
		s.native.add(s, printedText{})
	}
	s.at = n.Span
	s.print(s.out, v, n.Span)
	return proceed
}

// print writes v to w; text of no known origin is made by the span at.
func (s *State) print(w *buffer, v Value, at source.Span) {
	if u, ok := v.(Undefined); ok {
		v = s.used(u, at)
	}
	switch v := v.(type) {
	case *Str:
		s.spendStr(v)
		w.str(v, s.seg(at))
	case Undefined:
	case *Unknown:
		text, seg := s.hole(v, at)
		w.write(text, seg)
		w.open = true
	case Printer:
		seg := s.seg(at)
		seg.Mark = s.markOf(v)
		w.write(v.Print(), seg)
	case *List, *Tuple, *Dict, *Set:
		text, open := s.reprOf(v)
		if open != nil {
			s.print(w, open, at)
			return
		}
		s.spend(len(text.text))
		w.str(text, s.seg(at))
	default:
		text := ToString(v)
		s.spend(len(text))
		w.write(text, s.seg(at))
	}
}

// text returns what printing v gives, as a string that keeps its origin.
func (s *State) text(v Value, at source.Span) *Str {
	if str, ok := v.(*Str); ok {
		return str
	}
	var w buffer
	s.print(&w, v, at)
	return w.take()
}

func (n *Do) exec(s *State) signal {
	s.step()
	s.at = n.Span
	n.X.eval(s)
	return proceed
}

func (n *Group) exec(s *State) signal {
	outer := s.push()
	sig := s.execAll(n.Body)
	s.frame = outer
	return sig
}

func (n *Jump) exec(*State) signal {
	if n.Break {
		return breakLoop
	}
	return continueLoop
}

func (n *Foreign) exec(s *State) signal {
	s.fail(failure(Unsupported, "`%s` is not carried out: dbt has no template files to load", n.Kind), n.Span)
	return proceed
}

func (n *MacroDef) exec(s *State) signal {
	s.frame.set(s.opts.MacroPrefix+n.Name, &Macro{Def: n, Scope: s.scope, Name: n.Name, closure: s.frame})
	return proceed
}

// decision is how a condition came out.
type decision struct {
	holds   bool
	unknown *Unknown
}

// decide evaluates the condition test, which is number cond of its template.
func (s *State) decide(test Expr, cond int32) decision {
	v := test.eval(s)
	d := decision{}
	if u, ok := unknownTruth(v); ok {
		d = decision{u.presume != presumeFalse, u}
	} else {
		d.holds = truth(v)
	}
	if s.tmpl != s.root {
		return s.fork(d, cond)
	}
	c := &s.taken[cond]
	if f := s.forcing(cond); f != nil {
		d = d.forced(f)
	}
	c.Unknown = c.Unknown || d.unknown != nil
	c.take(d.holds)
	return d
}

// take notes that the condition came out so.
func (c *Condition) take(holds bool) {
	if holds {
		c.Taken[1] = true
	} else {
		c.Taken[0] = true
	}
}

// forced returns what becomes of d under f: it is decided, so that a separator
// is printed or not.
func (d decision) forced(f *Forcing) decision {
	out := decision{holds: f.Holds}
	if d.unknown != nil {
		out.unknown = &Unknown{Kind: d.unknown.Kind, Why: d.unknown.Why, At: d.unknown.At}
	}
	return out
}

// forcing returns how the options decide condition cond of the root now; nil if
// they do not.
func (s *State) forcing(cond int32) *Forcing {
	if s.tmpl != s.root || s.forced == nil || s.forced[cond] == nil {
		return nil
	}
	f := s.forced[cond]
	if f.First && s.taken[cond].Taken != ([2]bool{}) {
		return nil
	}
	return f
}

// fork decides an unknown condition of a macro, as the options say, and records
// it.
func (s *State) fork(d decision, cond int32) decision {
	if d.unknown == nil || d.unknown.presume != presumeNothing || d.unknown.separator {
		return d
	}
	c := s.tmpl.conds[cond]
	key := Fork{s.tmpl.File, c.Span}
	if f, ok := s.opts.Forced[key]; ok {
		d = d.forced(&f)
	}
	chain := s.Chain()
	if len(chain) == 0 {
		return d
	}
	call := chain[len(chain)-1].Span
	i := slices.IndexFunc(s.forks, func(f MacroFork) bool { return f.Fork == key && f.Call == call })
	if i < 0 {
		c.Unknown = true
		s.forks = append(s.forks, MacroFork{key, c, call})
		i = len(s.forks) - 1
	}
	s.forks[i].take(d.holds)
	return d
}

func (n *If) exec(s *State) signal {
	s.step()
	outer := s.stretch
	sig := n.run(s)
	if s.stretch.number > outer.number {
		s.end(outer)
		s.out.chosen = true
	}
	return sig
}

// run executes the clause that is chosen, in a stretch if an unknown condition
// had a part in that. What an if without else would print between the passes of a
// loop of unknown length may be there or not: it becomes a hole.
func (n *If) run(s *State) signal {
	outer := s.stretch
	for i := range n.Clauses {
		c := &n.Clauses[i]
		d := s.decide(c.Test, c.cond)
		if d.unknown != nil && s.stretch.number == outer.number {
			s.begin(false)
		}
		if d.unknown != nil && d.unknown.separator && d.unknown.presume != presumeTrue && len(n.Clauses) == 1 && n.Else == nil {
			s.print(s.out, d.unknown, n.Span)
			return proceed
		}
		if d.holds {
			start := s.out.mark()
			sig := s.execAll(c.Body)
			if s.stretch.number == outer.number || s.denied != s.stretch.number {
				return sig
			}
			s.out.reset(start) // no run comes through here
			if s.tmpl == s.root {
				s.taken[c.cond].take(false)
			}
		}
	}
	return s.execAll(n.Else)
}

func (n *CondExpr) eval(s *State) Value {
	forced := s.forcing(n.cond) != nil
	d := s.decide(n.Test, n.cond)
	if d.unknown == nil {
		return n.choose(s, d.holds)
	}
	if n.B == nil && !forced { // printed, it may be there or not
		return &Unknown{Why: d.unknown.Why, At: s.place(n.Span)}
	}
	outer := s.begin(false)
	v := n.choose(s, d.holds)
	s.end(outer)
	return s.undecided(v, d.unknown.Why, s.place(n.Span))
}

func (n *CondExpr) choose(s *State, holds bool) Value {
	if holds {
		return n.A.eval(s)
	}
	if n.B != nil {
		return n.B.eval(s)
	}
	return Undefined{At: s.place(n.Span)}
}

func (n *Assign) exec(s *State) signal {
	s.step()
	s.at = n.Span
	s.assign(n.Target, n.X.eval(s))
	return proceed
}

// assign gives target the value v; a tuple of targets takes v apart.
func (s *State) assign(target Expr, v Value) {
	switch t := target.(type) {
	case *Name:
		s.set(s.frame, t.Name, v)
	case *NamespaceRef:
		s.assignAttr(t, v)
	case *TupleExpr:
		s.unpack(t, v)
	}
}

func (s *State) assignAttr(t *NamespaceRef, v Value) {
	switch ns := s.lookup(t.Name, t.Span).(type) {
	case *namespace:
		s.set(ns, t.Attr, v)
	case *Unknown:
	default:
		s.fail(failure(RuntimeError, "cannot assign attribute on non-namespace object"), t.Span)
	}
}

func (s *State) unpack(t *TupleExpr, v Value) {
	v = s.needed(v, t.Span)
	if u, ok := v.(*Unknown); ok {
		for _, item := range t.Items {
			s.assign(item, s.derived(u, AnyKind))
		}
		return
	}
	items, err := s.items(v)
	switch {
	case err != nil:
		items = nil
		u := s.fail(err, t.Span)
		for range t.Items {
			items = append(items, u)
		}
	case len(items) < len(t.Items):
		s.fail(failure(ValueError, "not enough values to unpack (expected %d, got %d)", len(t.Items), len(items)), t.Span)
	case len(items) > len(t.Items):
		s.fail(failure(ValueError, "too many values to unpack (expected %d)", len(t.Items)), t.Span)
	}
	for i, target := range t.Items {
		if i < len(items) {
			s.assign(target, s.takenOf(v, items[i], t.Span))
			continue
		}
		s.assign(target, &Unknown{Why: "not enough values to unpack", At: s.place(t.Span)})
	}
}

// captureBody runs body in a frame of its own and with its output captured.
func (s *State) captureBody(body []Node) (out *Str, sig signal) {
	outer := s.push()
	out = s.capture(func() { sig = s.execAll(body) })
	s.frame = outer
	return out, sig
}

func (n *SetBlock) exec(s *State) signal {
	s.step()
	body, sig := s.captureBody(n.Body)
	if sig != proceed { // a jump out of the block leaves nothing of it
		return sig
	}
	var v Value = body
	if n.Filter != nil {
		v = n.Filter.apply(s, v)
	}
	s.assign(n.Target, v)
	return proceed
}

func (n *FilterBlock) exec(s *State) signal {
	s.step()
	s.at = n.Span
	s.native.add(s, printedText{})
	body, sig := s.captureBody(n.Body)
	if sig == proceed {
		s.print(s.out, n.Filter.apply(s, body), n.Span)
	}
	return sig
}

func (n *With) exec(s *State) signal {
	s.step()
	outer := s.frame
	inner := s.inside(outer)
	for i, t := range n.Targets {
		v := n.Values[i].eval(s)
		s.frame = inner
		s.assign(t, v)
		s.frame = outer
	}
	s.frame = inner
	sig := s.execAll(n.Body)
	s.frame = outer
	return sig
}

func (n *CallBlock) exec(s *State) signal {
	s.step()
	s.at = n.Call.Span
	caller := &Macro{Def: n.Body, Scope: s.scope, Name: "caller", closure: s.frame, caller: true, call: s.call}
	v := n.Call.invoke(s, Named{"caller", caller})
	s.native.add(s, printedText{})
	s.at = n.Span
	s.print(s.out, v, n.Span)
	return proceed
}
