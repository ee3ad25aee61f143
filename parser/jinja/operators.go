package jinja

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// truth is Python's: zero, empty and undefined are false.
func truth(v Value) bool {
	switch v := v.(type) {
	case nil, Undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case *big.Int:
		return v.Sign() != 0
	case *Str:
		return v.text != ""
	case *List:
		return len(v.items) > 0
	case *Tuple:
		return len(v.items) > 0
	case *Dict:
		return v.Len() > 0
	case *Set:
		return v.Len() > 0
	case *view:
		return len(v.items) > 0
	case rangeValue:
		return v.len() > 0
	case Iterable:
		return len(v.Items()) > 0
	}
	return true
}

// maxDepth bounds the depth of containers in each other that operations look into.
const maxDepth = 100

// Equal reports whether a == b in Python; what depends on something unknown
// is not equal.
func Equal(a, b Value) bool {
	eq, err := equal(a, b)
	return eq && err == nil
}

// equal is ==. Its error is errUnknown, or that the values are nested too deep.
func equal(a, b Value) (bool, error) {
	c := comparer{left: maxCompared}
	return c.equal(a, b, 0)
}

// maxCompared bounds the pairs of elements that one comparison looks at: a
// few lists in each other may hold more elements than there is time.
const maxCompared = 100_000

type comparer struct{ left int }

func (c *comparer) equal(a, b Value, depth int) (bool, error) {
	if doubtful(a) || doubtful(b) {
		return false, errUnknown
	}
	if c.left--; depth > maxDepth || c.left < 0 {
		return false, failure(RuntimeError, "values are nested too deep to be compared")
	}
	switch x := a.(type) {
	case nil:
		return b == nil, nil
	case Undefined:
		_, ok := b.(Undefined)
		return ok, nil
	case *Str:
		y, ok := b.(*Str)
		return ok && x.text == y.text, nil
	case *List:
		if y, ok := b.(*List); ok {
			return c.equalItems(x.items, y.items, depth)
		}
		return false, nil
	case *Tuple:
		if y, ok := b.(*Tuple); ok {
			return c.equalItems(x.items, y.items, depth)
		}
		return false, nil
	case *Dict:
		if y, ok := b.(*Dict); ok {
			return c.equalDicts(x, y, depth)
		}
		return false, nil
	case *Set:
		y, ok := b.(*Set)
		return ok && x.Len() == y.Len() && !slices.ContainsFunc(x.Items(), func(v Value) bool { return !y.Has(v) }), nil
	}
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x.compare(y) == 0, nil
	}
	ha, ok := hashOf(a)
	hb, ok2 := hashOf(b)
	return ok && ok2 && ha == hb, nil
}

func (c *comparer) equalItems(a, b []Value, depth int) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	if len(a) > 0 && &a[0] == &b[0] {
		return true, nil // one and the same
	}
	for i := range a {
		if eq, err := c.equal(a[i], b[i], depth+1); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (c *comparer) equalDicts(a, b *Dict, depth int) (bool, error) {
	if a == b || a.Len() != b.Len() {
		return a == b, nil
	}
	for _, e := range a.entries {
		v, ok := b.Get(e.key)
		if !ok {
			return false, nil
		}
		if eq, err := c.equal(e.val, v, depth+1); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

// unordered is what order gives for a comparison with NaN.
const unordered = 2

// order compares a and b as < does: -1, 0, 1, or unordered.
func order(a, b Value) (int, error) { return orderAt(a, b, 0) }

func orderAt(a, b Value, depth int) (int, error) {
	if doubtful(a) || doubtful(b) {
		return 0, errUnknown
	}
	if depth > maxDepth {
		return 0, failure(RuntimeError, "values are nested too deep to be compared")
	}
	switch x := a.(type) {
	case *Str:
		if y, ok := b.(*Str); ok {
			return cmp.Compare(x.text, y.text), nil
		}
	case *List:
		if y, ok := b.(*List); ok {
			return orderItems(x.items, y.items, depth)
		}
	case *Tuple:
		if y, ok := b.(*Tuple); ok {
			return orderItems(x.items, y.items, depth)
		}
	}
	x, ok := number(a)
	y, ok2 := number(b)
	if ok && ok2 {
		return x.compare(y), nil
	}
	if o, ok := a.(Ordered); ok {
		if sign, ok := o.Order(b); ok {
			return cmp.Compare(sign, 0), nil
		}
	}
	for _, v := range []Value{a, b} {
		if u, ok := v.(Undefined); ok {
			return 0, undefinedError(u)
		}
	}
	return 0, failure(TypeError, "'<' not supported between instances of %s and %s", quoted(typeName(a)), quoted(typeName(b)))
}

func orderItems(a, b []Value, depth int) (int, error) {
	for i := range min(len(a), len(b)) {
		eq, err := equal(a[i], b[i])
		if err != nil {
			return 0, err
		}
		if !eq {
			return orderAt(a[i], b[i], depth+1)
		}
	}
	return cmp.Compare(len(a), len(b)), nil
}

// subset compares sets, or the keys or pairs of a dict, by what they hold.
func subset(op Op, l, r Value) (holds, ok bool) {
	a, ok := setOf(l)
	b, ok2 := setOf(r)
	if !ok || !ok2 {
		return false, false
	}
	if op == Gt || op == Ge {
		a, b = b, a
	}
	proper := op == Lt || op == Gt
	return a.minus(b).Len() == 0 && (!proper || a.Len() < b.Len()), true
}

func setOf(v Value) (*Set, bool) {
	switch v := v.(type) {
	case *Set:
		return v, !v.d.open
	case *view:
		return NewSet(v.items...), v.name != "dict_values"
	}
	return nil, false
}

// contains is v in container.
func (s *State) contains(container, v Value) (bool, error) {
	if l, ok := container.(*List); ok && l.open && !doubtful(v) {
		for _, item := range l.items {
			if Equal(item, v) {
				return true, nil
			}
		}
	}
	if doubtful(container) {
		return false, errUnknown
	}
	switch c := container.(type) {
	case *Str:
		if doubtful(v) {
			return false, errUnknown
		}
		if t, ok := TextOf(v); ok {
			return strings.Contains(c.text, t), nil
		}
		return false, failure(TypeError, "'in <string>' requires string as left operand, not %s", typeName(v))
	case *Dict:
		if doubtful(v) {
			return false, errUnknown
		}
		_, ok := c.Get(v)
		if _, hashable := hashOf(v); !hashable {
			return false, failure(TypeError, "unhashable type: %s", quoted(typeName(v)))
		}
		return ok, nil
	case rangeValue:
		if f, ok := v.(float64); ok && f == float64(int64(f)) {
			v = int64(f)
		}
		n, ok := toInt(v)
		return ok && c.has(n), nil
	case Undefined:
		return false, nil
	}
	items, err := s.items(container)
	if err != nil {
		return false, err
	}
	var unknown error
	for _, item := range items {
		eq, err := equal(item, v)
		if eq {
			return true, nil
		}
		if err != nil {
			unknown = err
		}
	}
	return false, unknown
}
