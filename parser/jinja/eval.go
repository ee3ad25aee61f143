package jinja

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

func (n *Bad) eval(s *State) Value {
	return &Unknown{Why: "syntax error", At: s.place(n.Span)}
}

// eval stamps a string literal with the call it is evaluated in.
func (n *Literal) eval(s *State) Value {
	str, ok := n.Val.(*Str)
	if !ok || s.call == 0 || len(str.segs) == 0 {
		return n.Val
	}
	if len(str.segs) == 1 {
		x := &oneSeg{s: Str{text: str.text}, seg: [1]source.Segment{str.segs[0]}}
		x.seg[0].Call = s.call
		x.s.segs = x.seg[:]
		return &x.s
	}
	out := &Str{text: str.text, segs: make([]source.Segment, len(str.segs))}
	for i, seg := range str.segs {
		seg.Call = s.call
		out.segs[i] = seg
	}
	return out
}

// bare evaluates an expression of which only the value counts, not where its
// characters came from.
func bare(s *State, e Expr) Value {
	if l, ok := e.(*Literal); ok {
		return l.Val
	}
	return e.eval(s)
}

func (n *Name) eval(s *State) Value { return s.lookup(n.Name, n.Span) }

// eval reads the attribute; in a template a NamespaceRef is only assigned to.
func (n *NamespaceRef) eval(s *State) Value {
	return s.attr(s.lookup(n.Name, n.Span), n.Attr, n.Span)
}

func (n *Attr) eval(s *State) Value { return s.attr(n.X.eval(s), n.Name, n.Span) }

func (n *Item) eval(s *State) Value {
	x := n.X.eval(s)
	if sl, ok := n.Key.(*SliceExpr); ok {
		return sl.of(s, x, n.Span)
	}
	return s.item(x, bare(s, n.Key), n.Span)
}

// eval gives what a slice is outside of brackets, where it cannot stand.
func (n *SliceExpr) eval(s *State) Value {
	return s.fail(failure(TypeError, "unhashable type: 'slice'"), n.Span)
}

func (n *ListExpr) eval(s *State) Value { return s.list(s.evalAll(n.Items)) }

func (n *TupleExpr) eval(s *State) Value { return &Tuple{items: s.evalAll(n.Items)} }

func (s *State) evalAll(list []Expr) []Value {
	out := make([]Value, len(list))
	for i, e := range list {
		out[i] = e.eval(s)
	}
	return out
}

// openDict is why nothing is known of a dict.
const openDict = "a dict with an unknown key"

func (n *DictExpr) eval(s *State) Value {
	d := &Dict{entries: make([]entry, 0, len(n.Keys)), born: s.stretches}
	for i, k := range n.Keys {
		key := k.eval(s)
		v := n.Values[i].eval(s)
		if open(key) { // the dict has a key that nobody knows
			return &Unknown{Why: openDict, At: s.place(n.Span)}
		}
		if !d.Set(key, v) {
			s.fail(failure(TypeError, "unhashable type: %s", quoted(typeName(key))), k.Range())
		}
	}
	return d
}

func (n *Unary) eval(s *State) Value {
	x := s.needed(n.X.eval(s), n.X.Range())
	v, err := negate(n.Op, x)
	return s.result(v, err, n.Span)
}

func (n *Not) eval(s *State) Value {
	v := n.X.eval(s)
	u, ok := unknownTruth(v)
	if !ok {
		return !truth(v)
	}
	opposite := *u
	switch u.presume {
	case presumeTrue:
		opposite.presume = presumeFalse
	case presumeFalse:
		opposite.presume = presumeTrue
	}
	return &opposite
}

func (n *Binary) eval(s *State) Value {
	l, r := n.L.eval(s), n.R.eval(s)
	l, r = s.needed(l, n.L.Range()), s.needed(r, n.R.Range())
	if a, ok := l.(*Str); ok && n.Op == Add {
		if v, ok := s.plus(a, r, n); ok {
			return v
		}
	}
	v, err := s.arith(n.Op, l, r)
	return s.result(v, err, n.Span)
}

// plus adds to a string another one or an unknown value.
func (s *State) plus(a *Str, r Value, n *Binary) (Value, bool) {
	switch r.(type) {
	case *Str, *Unknown:
		var w buffer
		s.print(&w, a, n.L.Range())
		s.print(&w, r, n.R.Range())
		return w.take(), true
	}
	return nil, false
}

func (n *Concat) eval(s *State) Value {
	var w buffer
	for _, part := range n.Parts {
		s.print(&w, part.eval(s), part.Range())
	}
	return w.take()
}

// result returns v, or records err and returns the unknown value it leaves.
func (s *State) result(v Value, err error, at source.Span) Value {
	if err != nil {
		return s.fail(err, at)
	}
	return v
}

// eval knows the outcome as soon as one side settles it, even if
// the other is unknown.
func (n *Logic) eval(s *State) Value {
	l := n.L.eval(s)
	u, unknown := unknownTruth(l)
	if !unknown {
		if truth(l) != n.And {
			return l
		}
		return n.R.eval(s)
	}
	outer := s.begin(false)
	r := n.R.eval(s)
	s.end(outer)
	other, both := unknownTruth(r)
	if !both {
		if truth(r) != n.And {
			return r
		}
		return s.derived(u, u.Kind)
	}
	out := &Unknown{Why: u.Why, At: u.At, separator: u.separator && other.separator}
	decisive, weak := presumeFalse, presumeTrue
	if !n.And {
		decisive, weak = presumeTrue, presumeFalse
	}
	switch {
	case u.presume == decisive || other.presume == decisive:
		out.presume = decisive
	case u.presume == weak && other.presume == weak:
		out.presume = weak
	}
	return out
}

func (n *Compare) eval(s *State) Value {
	l := bare(s, n.X)
	for i, o := range n.Rest {
		r := bare(s, o.X)
		v, err := s.comparison(o.Op, l, r, n.Span)
		if err == errUnknown {
			return s.guessed(o.Op, l, r, n.Span)
		}
		v = s.result(v, err, n.Span)
		if i == len(n.Rest)-1 {
			return v
		}
		if u, ok := v.(*Unknown); ok {
			return u
		}
		if !truth(v) {
			return false
		}
		l = r
	}
	return true
}

// comparison carries out one comparison.
func (s *State) comparison(op Op, l, r Value, at source.Span) (Value, error) {
	s.read(l)
	s.read(r)
	switch op {
	case Eq, Ne:
		eq, err := equal(l, r)
		return eq == (op == Eq), err
	case In, NotIn:
		in, err := s.contains(s.usedOr(r, at), l)
		return in == (op == In), err
	}
	l, r = s.needed(l, at), s.needed(r, at)
	if within, ok := subset(op, l, r); ok {
		return within, nil
	}
	c, err := order(l, r)
	if err != nil || c == unordered {
		return false, err
	}
	switch op {
	case Lt:
		return c < 0, nil
	case Le:
		return c <= 0, nil
	case Gt:
		return c > 0, nil
	}
	return c >= 0, nil
}

// guessed is the result of comparing something unknown. If there is a guess at
// it, such as at a position in a loop of unknown length, the result is presumed
// as for that.
func (s *State) guessed(op Op, l, r Value, at source.Span) Value {
	u := s.fail(errUnknown, at)
	a, first := guess(l)
	b, second := guess(r)
	if !first && !second {
		return u
	}
	u.separator = separates(l) || separates(r)
	if v, err := s.comparison(op, a, b, at); err == nil {
		u.presume = presumed(truth(v))
	}
	return u
}

func guess(v Value) (Value, bool) {
	switch v := v.(type) {
	case *Unknown:
		if u := v.guess; u != nil {
			return u, true
		}
	case *Str:
		if v.chosen && !v.open {
			return NewStr(v.text), true
		}
	case *List:
		if v.chosen && !v.open {
			return &List{items: v.items}, true
		}
	}
	return v, false
}

func separates(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.separator
}

func presumed(holds bool) presumption {
	if holds {
		return presumeTrue
	}
	return presumeFalse
}

// usedOr returns the host's replacement of an undefined name.
func (s *State) usedOr(v Value, at source.Span) Value {
	if u, ok := v.(Undefined); ok {
		return s.used(u, at)
	}
	return v
}

// derived returns what an operation on u gives.
func (s *State) derived(u *Unknown, k Kind) *Unknown {
	if u.Kind == k && u.presume == presumeNothing {
		return u
	}
	return &Unknown{Kind: k, Why: u.Why, At: u.At}
}

// open reports whether v is unknown, a string with a hole in it, or a list or
// dict of which nobody knows what more is in it.
func open(v Value) bool {
	switch v := v.(type) {
	case *Unknown:
		return true
	case *Str:
		return v.open
	case *List:
		return v.open
	case *Dict:
		return v.open
	case *Set:
		return v.d.open
	}
	return false
}

// doubtful reports whether v is open, or what an unknown condition chose.
func doubtful(v Value) bool {
	switch v := v.(type) {
	case *Str:
		return v.open || v.chosen
	case *List:
		return v.open || v.chosen
	}
	return open(v)
}

// openInside reports whether v, or what it holds at any depth, is open. Of a
// value that holds more than maxInside others, only so many are looked at.
func openInside(v Value) bool {
	left := maxInside
	return openWithin(v, &left, 0)
}

const maxInside = 10_000

func openWithin(v Value, left *int, depth int) bool {
	if open(v) {
		return true
	}
	var items []Value
	switch v := v.(type) {
	case *List:
		items = v.items
	case *Tuple:
		items = v.items
	case *Dict:
		for i := range v.entries {
			if *left--; *left < 0 || depth > maxDepth {
				return false
			}
			if openWithin(v.entries[i].val, left, depth+1) {
				return true
			}
		}
	case *view:
		items = v.items
	case *Set:
		items = v.d.Keys()
	}
	if depth > maxDepth {
		return false
	}
	for _, item := range items {
		if *left--; *left < 0 {
			return false
		}
		if openWithin(item, left, depth+1) {
			return true
		}
	}
	return false
}

// whyChosen is why a condition on such a value is unknown.
const whyChosen = "made under a condition that is not known"

// unknownTruth reports whether the truth of v is unknown, and why.
func unknownTruth(v Value) (*Unknown, bool) {
	switch v := v.(type) {
	case *Unknown:
		if v.presume == presumeNothing && (v.Kind == ListKind || v.Kind == RowsKind) {
			return &Unknown{Kind: v.Kind, Why: v.Why, At: v.At, presume: presumeTrue}, true
		}
		return v, true
	case *Str:
		if v.open && onlyHoles(v.text) {
			return &Unknown{Why: "made of an unknown value"}, true
		}
		if v.chosen {
			return &Unknown{Why: whyChosen, presume: presumed(v.text != "")}, true
		}
	case *List:
		if v.chosen || v.open && len(v.items) == 1 {
			return &Unknown{Why: whyChosen, presume: presumed(len(v.items) > 0)}, true
		}
	case *Dict:
		if v.open {
			return &Unknown{Why: openDict, presume: presumeTrue}, true
		}
	}
	return nil, false
}

// onlyHoles reports whether text consists of hole tokens and white space.
func onlyHoles(text string) bool {
	for _, word := range strings.Fields(text) {
		if !strings.HasPrefix(word, holePrefix) || !strings.HasSuffix(word, "__") {
			return false
		}
	}
	return true
}

// Truth returns what v counts as in a condition; the unknown counts as true.
func Truth(_ *State, v Value) bool {
	if u, ok := unknownTruth(v); ok {
		return u.presume != presumeFalse
	}
	return truth(v)
}
