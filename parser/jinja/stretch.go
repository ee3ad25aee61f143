package jinja

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// stretch is a part of the evaluation that depends on something unknown: the
// clause of an unknown condition, or the one pass that stands for a loop of
// unknown length. Stretches are numbered in the order in which they begin; 0 is
// the evaluation outside of all. What is older than a stretch and is changed in
// it is afterwards as it was or as it is now, and nobody knows which: it is
// doubted when the stretch ends, in a loop at once, since an earlier pass may
// have changed it before.
type stretch struct {
	number int32 // of the innermost stretch
	loop   int32 // of the innermost one that is a loop
	log    int   // how many changes there were when it began
}

// changed is what a stretch changed: a list, a dict, or a variable of a frame.
type changed struct {
	what any
	name string
}

// begin opens a stretch and returns the one around it, for end.
func (s *State) begin(loop bool) stretch {
	outer := s.stretch
	s.stretches++
	s.stretch = stretch{s.stretches, outer.loop, len(s.changes)}
	if loop {
		s.stretch.loop = s.stretches
	}
	return outer
}

// end closes the innermost stretch.
func (s *State) end(outer stretch) {
	first := s.stretch.log
	s.stretch = outer
	for _, doubt := range s.changes[first:] {
		doubt()
	}
	s.changes = s.changes[:first]
}

// leave closes the stretches that a macro left through return(), which began
// when there were first changes. A change by the macro in the stretch around
// is doubted early, and again at its end.
func (s *State) leave(outer stretch, first int) {
	if s.stretch.number == outer.number {
		return
	}
	s.stretch = outer
	for _, doubt := range s.changes[first:] {
		doubt()
	}
}

// change notes that x, made when born stretches had begun, was changed; doubt
// makes of it what it is when nobody knows whether that happened.
func (s *State) change(born int32, x changed, doubt func()) {
	switch {
	case born >= s.stretch.number:
	case born < s.stretch.loop:
		doubt()
	case s.logged[x] != s.stretch.number:
		if s.logged == nil {
			s.logged = map[changed]int32{}
		}
		s.logged[x] = s.stretch.number
		s.changes = append(s.changes, doubt)
	}
}

// variables is what templates set values in: a frame, or a namespace.
type variables interface {
	get(name string) (Value, bool) // as a template reads it
	own(name string) (Value, bool) // without what is around it
	set(name string, v Value)
	since() int32 // how many stretches had begun when it was made
}

// set gives a variable the value v.
func (s *State) set(in variables, name string, v Value) {
	born := in.since()
	if born >= s.stretch.number {
		in.set(name, v)
		return
	}
	old, ok := in.get(name)
	if !ok {
		old = Undefined{Name: name}
	}
	in.set(name, v)
	d := doubt{old, born < s.stretch.loop, s.place(s.at)}
	s.change(born, changed{in, name}, func() {
		if now, ok := in.own(name); ok {
			in.set(name, d.or(s, now))
		}
	})
}

// doubt is how a variable changes in a stretch.
type doubt struct {
	old  Value
	loop bool // perhaps more than once
	at   source.Place
}

// or returns what the variable holds that perhaps got v: v, undecided. Of text or
// a list that a loop makes longer, and of a list that is another one than before,
// the beginning is known.
func (d doubt) or(s *State, v Value) Value {
	if same(d.old, v) {
		return v
	}
	const why = "set under a condition that is not known"
	rest := &Unknown{Why: why, At: d.at}
	switch v := v.(type) {
	case nil:
		return &Unknown{Kind: ScalarKind, Why: why, At: d.at, presume: presumeFalse}
	case *Str:
		if before, ok := d.old.(*Str); ok && d.loop && strings.HasPrefix(v.text, before.text) {
			return before.followedBy(s, &Unknown{Kind: ScalarKind, Why: why, At: d.at})
		}
		if d.loop {
			return &Unknown{Kind: ScalarKind, Why: why, At: d.at, guess: v, presume: presumed(truth(v))}
		}
	case *List:
		if before, ok := d.old.(*List); ok {
			return before.beginning(v, rest)
		}
	case *Dict:
		if _, ok := d.old.(*Dict); ok {
			out := v.Copy()
			out.open = true
			return out
		}
	}
	return s.undecided(v, why, d.at)
}

// undecided is v where an unknown condition decided that it is that and not
// another one. A truth value or a number is unknown then: it would decide
// further conditions as if it were a fact. Text and lists are kept, as those of
// the branch, and so is what else holds others.
func (s *State) undecided(v Value, why string, at source.Place) Value {
	return s.undecidedIn(v, why, at, 0)
}

// maxUndecided bounds how deep values in each other are doubted; what is deeper
// is not known.
const maxUndecided = 4

func (s *State) undecidedIn(v Value, why string, at source.Place, depth int) Value {
	switch v := v.(type) {
	case nil:
		return &Unknown{Kind: ScalarKind, Why: why, At: at, presume: presumeFalse}
	case bool, int64, float64:
		return &Unknown{Kind: ScalarKind, Why: why, At: at, guess: v, presume: presumed(truth(v))}
	case *Str:
		return v.asChosen()
	case *List:
		return v.asChosen()
	case *view:
		return &List{items: v.items, born: s.stretches, chosen: true}
	case *Tuple:
		if depth >= maxUndecided {
			return &Unknown{Why: why, At: at}
		}
		s.iterate(len(v.items))
		out := &Tuple{items: make([]Value, len(v.items)), group: v.group}
		for i, item := range v.items {
			out.items[i] = s.undecidedIn(item, why, at, depth+1)
		}
		return out
	case *Dict:
		if v.frozen {
			return v
		}
		if depth >= maxUndecided {
			return &Unknown{Why: why, At: at}
		}
		s.iterate(len(v.entries))
		out := v.Copy()
		out.born = s.stretches
		for i := range out.entries {
			out.entries[i].val = s.undecidedIn(out.entries[i].val, why, at, depth+1)
		}
		return out
	}
	return v
}

// takenOf is v, which is an item of the value from or made of it: if an unknown
// condition chose that, v is undecided.
func (s *State) takenOf(from, v Value, at source.Span) Value {
	if v != nil && chosen(from) {
		return s.undecided(v, whyChosen, s.place(at))
	}
	return v
}

// madeOf is what a method or filter made of the value from: v, or the error err;
// both are undecided where an unknown condition chose from or an argument.
func (s *State) madeOf(from Value, c *CallArgs, v Value, err error) Value {
	if err != nil && (chosen(from) || c.chosenArg()) {
		err = errUnknown
	}
	at := c.Place.Span
	return s.madeWith(c, s.takenOf(from, s.result(v, err, at), at))
}

func (c *CallArgs) chosenArg() bool {
	return slices.ContainsFunc(c.Args, chosen) || slices.ContainsFunc(c.Named, func(a Named) bool { return chosen(a.Value) })
}

// madeWith is takenOf for what was made with the arguments of c.
func (s *State) madeWith(c *CallArgs, v Value) Value {
	if v != nil && c.chosenArg() {
		return s.undecided(v, whyChosen, c.Place)
	}
	return v
}

// chosen reports whether an unknown condition decided that v is this text or list.
func chosen(v Value) bool {
	switch v := v.(type) {
	case *Str:
		return v.chosen
	case *List:
		return v.chosen
	}
	return false
}

// allTakenOf is takenOf for several items of a list.
func (s *State) allTakenOf(from *List, items []Value, at source.Span) []Value {
	out := make([]Value, len(items))
	for i, item := range items {
		out[i] = s.takenOf(from, item, at)
	}
	return out
}

// followedBy returns s with a hole behind it.
func (s *Str) followedBy(st *State, u *Unknown) *Str {
	var w buffer
	w.str(s, source.Segment{})
	text, seg := st.hole(u, u.At.Span)
	w.write(text, seg)
	w.open = true
	return w.take()
}

// asChosen returns s as a text of which nobody knows whether it is the right one.
func (s *Str) asChosen() *Str {
	if s.chosen {
		return s
	}
	out := *s
	out.chosen = true
	return &out
}

// asChosen is that of a list.
func (l *List) asChosen() *List {
	if l.chosen {
		return l
	}
	out := *l
	out.chosen = true
	return &out
}

// copy returns a new list with the elements of l.
func (l *List) copy(s *State) *List {
	return &List{items: append([]Value(nil), l.items...), born: s.stretches, open: l.open, chosen: l.chosen}
}

// list returns a new list.
func (s *State) list(items []Value) *List { return &List{items: items, born: s.stretches} }

// changeList notes that l was changed by a method; of its elements the first
// keep are what they were.
func (s *State) changeList(l *List, keep int) {
	name := "end"
	if keep == 0 {
		name = "all"
	}
	at := s.place(s.at)
	s.change(l.born, changed{l, name}, func() {
		l.unsure(min(keep, len(l.items)), &Unknown{Why: "a list changed under a condition that is not known", At: at})
	})
}

// unsure makes l a list that begins with its first keep elements and goes on
// nobody knows how.
func (l *List) unsure(keep int, rest *Unknown) {
	if l.open {
		keep = min(keep, len(l.items)-1)
	}
	l.items, l.open = append(l.items[:keep:keep], rest), true
}

// beginning returns what l and other have in common at their beginning, as a
// list that goes on nobody knows how.
func (l *List) beginning(other *List, rest *Unknown) *List {
	n := 0
	for n < len(l.items) && n < len(other.items) && same(l.items[n], other.items[n]) {
		n++
	}
	out := &List{items: other.items, open: other.open, born: other.born}
	out.unsure(n, rest)
	return out
}
