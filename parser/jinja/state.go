package jinja

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/dbtvet/dbtvet/parser/source"
)

// State is one render in progress. Host functions receive it; it must not be
// kept after the render.
type State struct {
	opts   *Options
	budget Budget
	root   *Template
	tmpl   *Template // whose text is being evaluated
	file   *source.File
	call   source.CallID
	scope  Scope
	frame  *frame
	out    *buffer
	main   buffer
	at     source.Span // the expression being called or printed

	m         source.Map
	taken     []Condition
	forced    []*Forcing // by the number of the root's condition
	forks     []MacroFork
	errors    []*Error
	reported  map[errorKey]bool
	stretch   stretch
	stretches int32 // how many began so far
	changes   []func()
	logged    map[changed]int32
	denied    int32 // the stretch that the template refuses to go through
	depth     int
	steps     int
	made      int // bytes of text made
	loops     int
	holes     int
	free      [][]byte // buffers of finished calls
	native    *printed // in a native render
}

type errorKey struct {
	file *source.File
	span source.Span
	msg  string
}

// stop unwinds to the edge of the render when a budget is used up.
type stop struct{ why string }

// unwind is what return() throws: it is caught by the nearest macro call.
type unwind struct{ value Value }

// internalError begins Result.Stopped after a panic that was not foreseen.
const internalError = "internal error: "

// maxErrors bounds the errors of one render.
const maxErrors = 200

func (b Budget) withDefaults() Budget {
	set := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	set(&b.Steps, 5_000_000)
	set(&b.Depth, 150)
	set(&b.Output, 24<<20)
	set(&b.Loop, 200_000)
	return b
}

// Render evaluates t. It does not fail: errors are collected, and the values
// that they leave open are unknown.
func Render(t *Template, o Options) *Result {
	s := newState(t, &o)
	r := &Result{}
	s.run(r, func() { s.execAll(t.Body) })
	text := s.finish(r)
	r.Text = text
	return r
}

func newState(t *Template, o *Options) *State {
	s := &State{opts: o, budget: o.Budget.withDefaults(), root: t, tmpl: t, file: t.File, scope: o.Scope, frame: &frame{}}
	s.main.b = make([]byte, 0, t.Span.Len()+t.Span.Len()/4)
	s.out = &s.main
	s.taken = append([]Condition(nil), t.conds...)
	if len(o.Forced) > 0 {
		s.forced = make([]*Forcing, len(t.conds))
		for i, c := range t.conds {
			if f, ok := o.Forced[Fork{t.File, c.Span}]; ok {
				s.forced[i] = &f
			}
		}
	}
	return s
}

// run executes body and catches what unwinds to the edge of the render.
func (s *State) run(r *Result, body func()) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case stop:
			r.Stopped = x.why
		case unwind:
			s.unwindTo(mark{frame: s.frame, tmpl: s.root, file: s.root.File, scope: s.opts.Scope, out: &s.main})
			s.fail(failure(RuntimeError, "`return` outside of a macro"), s.at)
		default: // a mistake of ours must not end the run over a whole project
			r.Stopped = internalError + fmt.Sprint(x)
		}
	}()
	body()
}

// finish fills r from what the render left behind and returns the text. After
// a stop, buffers of unfinished macros are lost.
func (s *State) finish(r *Result) string {
	m := s.m
	m.Segments, m.Len = s.main.segs, int32(len(s.main.b))
	r.Map, r.Errors, r.Conditions, r.Forks = &m, s.errors, s.taken, s.forks
	for _, seg := range m.Segments {
		if seg.Mark > 0 {
			if u, ok := m.Marks[seg.Mark-1].(*Unknown); ok {
				r.Holes = append(r.Holes, u)
			}
		}
	}
	return string(s.main.b)
}

// mark is what a call changes in the state and must put back.
type mark struct {
	frame   *frame
	tmpl    *Template
	file    *source.File
	call    source.CallID
	scope   Scope
	out     *buffer
	at      source.Span
	depth   int
	stretch stretch
	changes int
}

func (s *State) mark() mark {
	return mark{s.frame, s.tmpl, s.file, s.call, s.scope, s.out, s.at, s.depth, s.stretch, len(s.changes)}
}

func (s *State) unwindTo(m mark) {
	s.frame, s.tmpl, s.file, s.call, s.scope, s.out = m.frame, m.tmpl, m.file, m.call, m.scope, m.out
	s.at, s.depth = m.at, m.depth
	s.leave(m.stretch, m.changes)
}

// Data returns Options.Data.
func (s *State) Data() any { return s.opts.Data }

// Place returns the place of the call or output that is being evaluated.
func (s *State) Place() source.Place { return s.place(s.at) }

func (s *State) place(at source.Span) source.Place {
	return source.Place{File: s.file, Span: at, Call: s.call}
}

// Chain returns the active macro calls, innermost first.
func (s *State) Chain() []source.Call {
	return s.m.Chain(source.Place{Call: s.call})
}

// ChainOf returns the calls that led to p, innermost first.
func (s *State) ChainOf(p source.Place) []source.Call { return s.m.Chain(p) }

// Scope returns the scope in which free names are resolved now: that of the
// macro being executed, or of the template.
func (s *State) Scope() Scope { return s.scope }

// Tainted reports whether the evaluation is under a condition, or in a loop,
// that depended on an unknown value, so that perhaps it would not get here.
func (s *State) Tainted() bool { return s.stretch.number > 0 }

// Deny says that the template does not go on from here: it raises an error. An
// unknown condition that led here is taken to come out otherwise.
func (s *State) Deny() { s.denied = s.stretch.number }

// OutputLen returns the number of bytes in the output of the template itself;
// inside a macro, whose text is not there yet, where the text of the whole
// call will begin at the earliest.
func (s *State) OutputLen() int { return s.main.len() }

// Report records an error of a host at the current place; it is dropped if
// the evaluation is tainted.
func (s *State) Report(err error) { s.fail(err, s.at) }

// fail records err, raised at span at, and returns the unknown value that
// stands for what it prevented.
func (s *State) fail(err error, at source.Span) *Unknown {
	place := s.place(at)
	if err == errUnknown {
		return &Unknown{Why: "made of an unknown value", At: place}
	}
	e, ours := err.(*Error)
	if !ours {
		e = &Error{Kind: HostError, Msg: err.Error(), err: err}
	}
	if e.Place.File == nil {
		e.Place = place
	}
	u := &Unknown{Why: e.Msg, At: place}
	if s.Tainted() && e.Kind != Unsupported || len(s.errors) >= maxErrors {
		return u
	}
	key := errorKey{e.Place.File, e.Place.Span, e.Msg}
	if s.reported[key] {
		return u
	}
	if s.reported == nil {
		s.reported = map[errorKey]bool{}
	}
	s.reported[key] = true
	e.Chain = s.Chain()
	s.errors = append(s.errors, e)
	return u
}

// step counts a unit of work.
func (s *State) step() {
	if s.steps++; s.steps > s.budget.Steps {
		panic(stop{"more than " + strconv.Itoa(s.budget.Steps) + " steps"})
	}
}

// spend counts n bytes of text that are about to be made.
func (s *State) spend(n int) {
	if s.made += n; s.made > s.budget.Output || n < 0 {
		panic(stop{"more than " + strconv.Itoa(s.budget.Output) + " bytes of text"})
	}
}

// spendStr counts a string that is about to be copied: its bytes, and what is
// kept of where they came from.
func (s *State) spendStr(v *Str) { s.spend(len(v.text) + len(v.segs)*segmentSize) }

const segmentSize = int(unsafe.Sizeof(source.Segment{}))

// read counts the work of looking through a long string.
func (s *State) read(v Value) {
	if v, ok := v.(*Str); ok && len(v.text) > bytesPerStep {
		s.steps += len(v.text) / bytesPerStep
		s.step()
	}
}

// bytesPerStep is how much of a string is looked through in one step.
const bytesPerStep = 128

// iterate counts n iterations or elements that are about to be made.
func (s *State) iterate(n int) {
	if s.loops += n; s.loops > s.budget.Loop || n < 0 {
		panic(stop{"more than " + strconv.Itoa(s.budget.Loop) + " iterations"})
	}
}

func (s *State) enter() {
	if s.depth++; s.depth > s.budget.Depth {
		s.circle()
		panic(stop{"calls nested more than " + strconv.Itoa(s.budget.Depth) + " deep"})
	}
}

// circle records that macros call each other without end, if they do: Python
// gives up at fewer calls than the budget allows.
func (s *State) circle() {
	chain := s.Chain()
	if len(chain) < 2 || s.Tainted() {
		return
	}
	again := slices.IndexFunc(chain[1:], func(c source.Call) bool { return c.File == chain[0].File && c.Span == chain[0].Span })
	if again < 0 {
		return
	}
	var names []string
	for i := again; i >= 0; i-- {
		names = append(names, "`"+chain[i].Name+"`")
	}
	names = append(names, names[0])
	s.errors = append(s.errors, &Error{
		Kind: RuntimeError, Msg: "macros call each other without end: " + strings.Join(names, ", "),
		Place: source.Place{File: chain[0].File, Span: chain[0].Span},
		Chain: append(slices.Clone(chain[1:again+1]), chain[len(chain)-1]),
	})
}

// markOf returns the number under which v is, or now becomes, a mark of the map.
func (s *State) markOf(v any) int32 {
	s.m.Marks = append(s.m.Marks, v)
	return int32(len(s.m.Marks))
}

// hole returns the segment and token that stand for u in a text. Each printing
// is a hole of its own.
func (s *State) hole(u *Unknown, at source.Span) (string, source.Segment) {
	s.holes++
	seg := s.seg(at)
	seg.Mark = s.markOf(u)
	return holePrefix + strconv.Itoa(s.holes) + "__", seg
}

// seg is the origin of text that stems from span at as a whole.
func (s *State) seg(at source.Span) source.Segment {
	return source.Segment{File: s.file, Src: at, Call: s.call, Fid: source.Whole}
}

// capture runs body with its output in a buffer of its own.
func (s *State) capture(body func()) *Str {
	outer := s.out
	var w buffer
	s.out = &w
	body()
	s.out = outer
	return w.take()
}

// frame holds the variables of one block. Frames are small, so that looking
// through their names beats hashing.
type frame struct {
	outer *frame
	born  int32 // how many stretches had begun when it was opened
	names []string
	vals  []Value
}

func (f *frame) get(name string) (Value, bool) {
	for ; f != nil; f = f.outer {
		for i := len(f.names) - 1; i >= 0; i-- {
			if f.names[i] == name {
				return f.vals[i], true
			}
		}
	}
	return nil, false
}

// own returns a variable of f itself.
func (f *frame) own(name string) (Value, bool) {
	for i := range f.names {
		if f.names[i] == name {
			return f.vals[i], true
		}
	}
	return nil, false
}

func (f *frame) since() int32 { return f.born }

func (f *frame) set(name string, v Value) {
	for i := range f.names {
		if f.names[i] == name {
			f.vals[i] = v
			return
		}
	}
	f.names, f.vals = append(f.names, name), append(f.vals, v)
}

// push opens a frame inside the current one; it returns what to put back.
func (s *State) push() *frame {
	outer := s.frame
	s.frame = s.inside(outer)
	return outer
}

// inside returns a new frame in outer.
func (s *State) inside(outer *frame) *frame { return &frame{outer: outer, born: s.stretches} }

// lookup resolves a name: variables, the scope of the host, the engine's own.
func (s *State) lookup(name string, at source.Span) Value {
	if v, ok := s.frame.get(name); ok {
		return v
	}
	if s.scope != nil {
		if v, ok := s.scope.Lookup(s, name); ok {
			return v
		}
	}
	if v, ok := globals[name]; ok {
		return v
	}
	return Undefined{Name: name, At: s.place(at), what: noName}
}

func quoted(name string) string { return "'" + strings.ReplaceAll(name, "'", "\\'") + "'" }
