package jinja

import (
	"math/big"
	"slices"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// attr is v.name: an attribute or method, else an item of that name.
func (s *State) attr(v Value, name string, at source.Span) Value {
	switch v := s.needed(v, at).(type) {
	case *Unknown:
		return s.derived(v, AnyKind)
	case Object:
		if x, ok := v.Attr(s, name); ok {
			return x
		}
		if ix, ok := v.(Indexer); ok {
			if x, ok := ix.Index(s, NewStr(name)); ok {
				return x
			}
		}
	default:
		if m, ok := methodOf(v, name); ok {
			return bind(v, name, m)
		}
		switch v := v.(type) {
		case *Dict:
			if v.open {
				return s.fail(errUnknown, at)
			}
			if x, ok := v.Get(name); ok {
				return x
			}
		case *Macro:
			if x, ok := v.attr(name); ok {
				return x
			}
		case rangeValue:
			if i := slices.Index([]string{"start", "stop", "step"}, name); i >= 0 {
				return []Value{v.start, v.stop, v.step}[i]
			}
		case bool, int64, float64, *big.Int:
			if x, ok := numberAttr(v, name); ok {
				return x
			}
		case *Tuple:
			if i := slices.Index([]string{"grouper", "list"}, name); v.group && i >= 0 {
				return v.items[i]
			}
		}
	}
	return Undefined{Name: name, At: s.place(at), what: noAttr, of: owner(v)}
}

// numberAttr is an attribute of a number.
func numberAttr(v Value, name string) (Value, bool) {
	n, _ := number(v)
	switch {
	case name == "real" && n.float:
		return n.f, true
	case name == "imag" && n.float:
		return 0.0, true
	case name == "real", name == "numerator" && !n.float:
		return small(n.asBig()), true
	case name == "imag":
		return int64(0), true
	case name == "denominator" && !n.float:
		return int64(1), true
	}
	return nil, false
}

// owner names v in messages about what it lacks.
func owner(v Value) string {
	if v == nil {
		return "None"
	}
	return typeName(v) + " object"
}

// item is v[key]: an item, else for a string key an attribute of that name.
func (s *State) item(v, key Value, at source.Span) Value {
	v = s.needed(v, at)
	if u, ok := v.(*Unknown); ok {
		return s.derived(u, AnyKind)
	}
	if u, ok := key.(*Unknown); ok {
		return s.derived(u, AnyKind)
	}
	switch x := v.(type) {
	case *Dict:
		if x.open {
			return s.fail(errUnknown, at)
		}
	case *List:
		if i, ok := toInt(key); ok && x.open && i < 0 {
			return s.fail(errUnknown, at)
		}
	}
	if x, ok := s.itemOf(v, key); ok {
		return s.takenOf(key, s.takenOf(v, x, at), at)
	}
	if doubtful(key) || doubtful(v) {
		return s.fail(errUnknown, at)
	}
	name, ok := TextOf(key)
	if !ok {
		return Undefined{Name: Repr(key), At: s.place(at), what: noItem, of: owner(v)}
	}
	if d, ok := v.(*Dict); ok {
		if m, ok := methodOf(d, name); ok {
			return bind(d, name, m)
		}
		return Undefined{Name: name, At: s.place(at), what: noAttr, of: owner(v)}
	}
	return s.attr(v, name, at)
}

// itemOf returns the item of a container.
func (s *State) itemOf(v, key Value) (Value, bool) {
	switch v := v.(type) {
	case *Dict:
		return v.Get(key)
	case *List:
		return at(v.items, key)
	case *Tuple:
		return at(v.items, key)
	case rangeValue:
		if i, ok := indexOf(key, v.len()); ok {
			return v.start + int64(i)*v.step, true
		}
	case *Str:
		n := utf8.RuneCountInString(v.text)
		if i, ok := indexOf(key, n); ok && v.knowsAt(key) {
			from := byteOffset(v.text, i, n)
			return v.slice(from, byteOffset(v.text, i+1, n)), true
		}
	case Indexer:
		return v.Index(s, key)
	}
	return nil, false
}

func at(items []Value, key Value) (Value, bool) {
	if i, ok := indexOf(key, len(items)); ok {
		return items[i], true
	}
	return nil, false
}

// indexOf returns the offset that key, an integer that may be negative, means
// in a sequence of n elements.
func indexOf(key Value, n int) (int, bool) {
	i, ok := toInt(key)
	if !ok {
		return 0, false
	}
	if i < 0 {
		i += int64(n)
	}
	return int(i), i >= 0 && i < int64(n)
}

// byteOffset returns the offset of rune i of text, which has n runes.
func byteOffset(text string, i, n int) int {
	if n == len(text) {
		return i
	}
	if i >= n {
		return len(text)
	}
	off := 0
	for ; i > 0; i-- {
		_, size := utf8.DecodeRuneInString(text[off:])
		off += size
	}
	return off
}

// toInt returns v if it is an integer, or a bool, which Python counts as one.
func toInt(v Value) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case *big.Int:
		if v.IsInt64() {
			return v.Int64(), true
		}
	}
	return 0, false
}

// of carries out v[lo:hi:step].
func (n *SliceExpr) of(s *State, v Value, where source.Span) Value {
	var parts [3]Value
	for i, e := range []Expr{n.Lo, n.Hi, n.Step} {
		if e == nil {
			continue
		}
		parts[i] = s.needed(e.eval(s), e.Range())
		if u, ok := parts[i].(*Unknown); ok {
			return s.derived(u, AnyKind)
		}
	}
	v = s.needed(v, where)
	if u, ok := v.(*Unknown); ok {
		return s.derived(u, u.Kind)
	}
	x, err := s.slice(v, parts)
	return s.result(x, err, where)
}

func (s *State) slice(v Value, parts [3]Value) (Value, error) {
	switch v := v.(type) {
	case *Str:
		return s.sliceStr(v, parts)
	case *List:
		if v.open {
			return nil, errUnknown
		}
		items, err := sliceItems(v.items, parts)
		return &List{items: items, born: s.stretches, chosen: v.chosen}, err
	case *Tuple:
		items, err := sliceItems(v.items, parts)
		return &Tuple{items: items}, err
	case rangeValue:
		return v.slice(parts)
	case Iterable:
		items, err := s.items(v)
		if err != nil {
			return nil, err
		}
		items, err = sliceItems(items, parts)
		return &List{items: items}, err
	}
	return nil, failure(TypeError, "%s object is not subscriptable", quoted(typeName(v)))
}

func sliceItems(items []Value, parts [3]Value) ([]Value, error) {
	lo, step, count, err := sliceRange(len(items), parts)
	if err != nil {
		return nil, err
	}
	out := make([]Value, count)
	for i := range out {
		out[i] = items[lo+i*step]
	}
	return out, nil
}

func (s *State) sliceStr(v *Str, parts [3]Value) (Value, error) {
	s.read(v)
	if !v.knowsSlice(parts) {
		return nil, errUnknown
	}
	n := utf8.RuneCountInString(v.text)
	lo, step, count, err := sliceRange(n, parts)
	if err != nil {
		return nil, err
	}
	if step == 1 {
		return v.slice(byteOffset(v.text, lo, n), byteOffset(v.text, lo+count, n)), nil
	}
	s.iterate(count)
	offsets := make([]int, 0, n+1)
	for i := range v.text {
		offsets = append(offsets, i)
	}
	offsets = append(offsets, len(v.text))
	var w buffer
	for i := range count {
		s.step()
		k := lo + i*step
		w.str(v.slice(offsets[k], offsets[k+1]), source.Segment{})
	}
	return w.take(), nil
}

// sliceRange returns the first index, the step and the number of elements
// that a slice of n elements selects.
func sliceRange(n int, parts [3]Value) (lo, step, count int, err error) {
	from, to, st, err := sliceBounds(n, parts)
	if err != nil {
		return 0, 0, 0, err
	}
	size := int64(n)
	st = max(-size-1, min(st, size+1))
	c := int64(0)
	if st > 0 && to > from {
		c = (to - from + st - 1) / st
	} else if st < 0 && from > to {
		c = (from - to - st - 1) / -st
	}
	return int(from), int(st), int(c), nil
}

// sliceBounds returns where a slice of n elements begins and ends, as Python
// clips it, and its step.
func sliceBounds(n int, parts [3]Value) (from, to, step int64, err error) {
	var set [3]bool
	var val [3]int64
	for i, p := range parts {
		if p == nil {
			continue
		}
		var ok bool
		if val[i], ok = toInt(p); !ok {
			return 0, 0, 0, failure(TypeError, "slice indices must be integers or None")
		}
		set[i] = true
	}
	step = 1
	if set[2] {
		step = val[2]
	}
	if step == 0 {
		return 0, 0, 0, failure(ValueError, "slice step cannot be zero")
	}
	size := int64(n)
	clip := func(x, low, high int64) int64 {
		if x < 0 {
			x += size
		}
		return max(low, min(x, high))
	}
	from, to = int64(0), size
	low, high := int64(0), size
	if step < 0 {
		from, to, low, high = size-1, -1, -1, size-1
	}
	if set[0] {
		from = clip(val[0], low, high)
	}
	if set[1] {
		to = clip(val[1], low, high)
	}
	return from, to, step, nil
}
