package jinja

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// List is a Python list. It is shared by reference.
type List struct {
	items  []Value
	born   int32 // how many stretches had begun when it was made; 0 if that is not known
	open   bool  // nobody knows how it goes on: the last item is unknown and stands for that
	chosen bool  // an unknown condition decided that it is this one
	frozen bool  // it is the host's: no method changes it
}

// Tuple is a Python tuple.
type Tuple struct {
	items []Value
	group bool // a group of groupby: it has the attributes grouper and list
}

// NewList returns a list of the given values.
func NewList(items ...Value) *List { return &List{items: items} }

// NewTuple returns a tuple of the given values.
func NewTuple(items ...Value) *Tuple { return &Tuple{items: items} }

// Items returns the elements; the slice belongs to the list.
func (l *List) Items() []Value { return l.items }

// Append adds values at the end.
func (l *List) Append(v ...Value) { l.items = append(l.items, v...) }

// Len returns the number of elements.
func (l *List) Len() int { return len(l.items) }

// Items returns the elements; the slice belongs to the tuple.
func (t *Tuple) Items() []Value { return t.items }

// Len returns the number of elements.
func (t *Tuple) Len() int { return len(t.items) }

// Dict is a Python dict: it keeps the order of insertion and takes every
// hashable value as a key. It is shared by reference.
type Dict struct {
	entries []entry
	index   map[any]int32 // positions by hash; nil while the dict is small
	born    int32         // as of a list
	open    bool          // a key that nobody knows was set: nothing of it is known
	frozen  bool          // it is the host's: no method changes it
}

type entry struct {
	hash     any // comparable stand-in of key
	key, val Value
}

// smallDict is the size up to which scanning beats a map.
const smallDict = 8

// NewDict returns an empty dict.
func NewDict() *Dict { return &Dict{} }

// Len returns the number of keys.
func (d *Dict) Len() int { return len(d.entries) }

func (d *Dict) find(hash any) int {
	if d.index != nil {
		if i, ok := d.index[hash]; ok {
			return int(i)
		}
		return -1
	}
	for i := range d.entries {
		if d.entries[i].hash == hash {
			return i
		}
	}
	return -1
}

// Get returns the value of key, which is a Value or a Go string.
func (d *Dict) Get(key any) (Value, bool) {
	hash, ok := hashOf(key)
	if !ok {
		return nil, false
	}
	if i := d.find(hash); i >= 0 {
		return d.entries[i].val, true
	}
	return nil, false
}

// Set gives key, a Value or a Go string, the value v. It reports false, and
// does nothing, if key is not hashable.
func (d *Dict) Set(key any, v Value) bool {
	hash, ok := hashOf(key)
	if !ok {
		return false
	}
	if i := d.find(hash); i >= 0 {
		d.entries[i].val = v
		return true
	}
	if name, ok := key.(string); ok {
		key = NewStr(name)
	}
	d.entries = append(d.entries, entry{hash, key, v})
	switch {
	case d.index != nil:
		d.index[hash] = int32(len(d.entries) - 1)
	case len(d.entries) > smallDict:
		d.reindex()
	}
	return true
}

// Delete removes key and returns the value it had.
func (d *Dict) Delete(key any) (Value, bool) {
	hash, ok := hashOf(key)
	if !ok {
		return nil, false
	}
	i := d.find(hash)
	if i < 0 {
		return nil, false
	}
	v := d.entries[i].val
	d.entries = slices.Delete(d.entries, i, i+1)
	if d.index != nil {
		d.reindex()
	}
	return v, true
}

func (d *Dict) reindex() {
	d.index = make(map[any]int32, len(d.entries)+1)
	for i := range d.entries {
		d.index[d.entries[i].hash] = int32(i)
	}
}

// Keys returns the keys in order.
func (d *Dict) Keys() []Value {
	out := make([]Value, len(d.entries))
	for i := range d.entries {
		out[i] = d.entries[i].key
	}
	return out
}

// All yields the keys and values in order.
func (d *Dict) All() func(yield func(Value, Value) bool) {
	return func(yield func(Value, Value) bool) {
		for _, e := range d.entries {
			if !yield(e.key, e.val) {
				return
			}
		}
	}
}

// Copy returns a shallow copy.
func (d *Dict) Copy() *Dict {
	c := &Dict{entries: slices.Clone(d.entries), open: d.open}
	if len(c.entries) > smallDict {
		c.reindex()
	}
	return c
}

func (d *Dict) values() []Value {
	out := make([]Value, len(d.entries))
	for i := range d.entries {
		out[i] = d.entries[i].val
	}
	return out
}

func (d *Dict) pairs() []Value {
	out := make([]Value, len(d.entries))
	for i, e := range d.entries {
		out[i] = NewTuple(e.key, e.val)
	}
	return out
}

// Set is a Python set. Its order is that of insertion, where Python's is
// arbitrary.
type Set struct{ d Dict }

// NewSet returns a set of the hashable ones of the given values.
func NewSet(items ...Value) *Set {
	s := &Set{}
	for _, v := range items {
		s.Add(v)
	}
	return s
}

// Add adds v; it reports false if v is not hashable.
func (s *Set) Add(v Value) bool {
	if s.Has(v) {
		return true
	}
	return s.d.Set(v, nil)
}

// Has reports whether v is in the set.
func (s *Set) Has(v Value) bool { _, ok := s.d.Get(v); return ok }

// Items returns the elements in order of insertion.
func (s *Set) Items() []Value { return s.d.Keys() }

// Len returns the number of elements.
func (s *Set) Len() int { return s.d.Len() }

// tupleKey is the stand-in of a tuple: the stand-ins of its elements, spelled.
type tupleKey string

type noneKey struct{}

// hashOf returns a comparable stand-in for a hashable value: equal values, as
// Python counts 1, 1.0 and True, have equal ones.
func hashOf(v Value) (any, bool) {
	switch v := v.(type) {
	case nil:
		return noneKey{}, true
	case string:
		return v, true
	case *Str:
		return v.text, true
	case bool:
		if v {
			return int64(1), true
		}
		return int64(0), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<62 {
			return int64(v), true
		}
		return v, true
	case *Tuple:
		return hashTuple(v, 0)
	case *List, *Dict, *Set:
		return nil, false
	case Keyed:
		return v.Key(), true
	}
	return v, reflect.TypeOf(v).Comparable()
}

func hashTuple(t *Tuple, depth int) (any, bool) {
	var b strings.Builder
	for _, item := range t.items {
		var h any
		var ok bool
		if inner, is := item.(*Tuple); is {
			if depth > 8 { // tuples in tuples may share parts: what is spelled doubles each time
				return nil, false
			}
			h, ok = hashTuple(inner, depth+1)
		} else {
			h, ok = hashOf(item)
		}
		if !ok {
			return nil, false
		}
		switch h := h.(type) {
		case string:
			b.WriteString(strconv.Quote(h))
		case tupleKey:
			b.WriteString("(" + string(h) + ")")
		case int64:
			b.WriteString(strconv.FormatInt(h, 10))
		case float64:
			b.WriteString(strconv.FormatFloat(h, 'g', -1, 64))
		case noneKey:
			b.WriteString("None")
		default: // an object: by identity, which only its address can spell
			return nil, false
		}
		b.WriteByte(',')
	}
	return tupleKey(b.String()), true
}
