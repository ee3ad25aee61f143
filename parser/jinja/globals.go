package jinja

import (
	"cmp"
	"strconv"
)

// globals are the names that every template knows, unless the host gives them
// another meaning.
var globals = map[string]Value{
	"range":     &Func{Name: "range", Fn: newRange},
	"dict":      &Func{Name: "dict", Lazy: true, Fn: newDict},
	"namespace": &Func{Name: "namespace", Lazy: true, Fn: newNamespace},
	"cycler":    &Func{Name: "cycler", Lazy: true, Fn: newCycler},
	"joiner":    &Func{Name: "joiner", Lazy: true, Fn: newJoiner},
	"lipsum":    &Func{Name: "lipsum", Lazy: true, Fn: lipsum},
}

// maxRange bounds the bounds and the steps of ranges.
const maxRange = 1 << 40

// rangeValue is Python's range.
type rangeValue struct{ start, stop, step int64 }

func newRange(c *CallArgs) (Value, error) {
	var n [3]int64
	if len(c.Args) == 0 || len(c.Args) > 3 || len(c.Named) > 0 {
		return nil, failure(TypeError, "range expected 1 to 3 arguments, got %d", len(c.Args)+len(c.Named))
	}
	for i, v := range c.Args {
		var ok bool
		if n[i], ok = toInt(v); !ok {
			return nil, failure(TypeError, "%s object cannot be interpreted as an integer", quoted(typeName(v)))
		}
	}
	r := rangeValue{n[0], n[1], n[2]}
	switch {
	case len(c.Args) == 1:
		r = rangeValue{0, n[0], 1}
	case len(c.Args) == 2:
		r.step = 1
	case r.step == 0:
		return nil, failure(ValueError, "range() arg 3 must not be zero")
	}
	clip := func(x int64) int64 { return max(-maxRange, min(x, maxRange)) }
	return rangeValue{clip(r.start), clip(r.stop), clip(r.step)}, nil
}

func (r rangeValue) len() int {
	switch {
	case r.step > 0 && r.stop > r.start:
		return int((r.stop - r.start + r.step - 1) / r.step)
	case r.step < 0 && r.start > r.stop:
		return int((r.start - r.stop - r.step - 1) / -r.step)
	}
	return 0
}

func (r rangeValue) has(n int64) bool {
	i := (n - r.start) / r.step
	return i >= 0 && i < int64(r.len()) && r.start+i*r.step == n
}

func (r rangeValue) items() []Value {
	out := make([]Value, r.len())
	for i := range out {
		out[i] = r.start + int64(i)*r.step
	}
	return out
}

// slice is r[lo:hi:step], a range again.
func (r rangeValue) slice(parts [3]Value) (Value, error) {
	from, to, step, err := sliceBounds(r.len(), parts)
	if err != nil {
		return nil, err
	}
	out := rangeValue{r.start + from*r.step, r.start + to*r.step, step * r.step}
	if far := maxRange / max(r.step, -r.step); step > far || step < -far { // more than one step leaves the range
		out.step = int64(cmp.Compare(step, 0)*cmp.Compare(r.step, 0)) * maxRange
	}
	return out, nil
}

func (r rangeValue) text() string {
	text := "range(" + strconv.FormatInt(r.start, 10) + ", " + strconv.FormatInt(r.stop, 10)
	if r.step != 1 {
		text += ", " + strconv.FormatInt(r.step, 10)
	}
	return text + ")"
}

// view is what the keys, values and items methods of a dict return.
type view struct {
	name  string
	items []Value
}

func newDict(c *CallArgs) (Value, error) {
	d := &Dict{born: c.State.stretches}
	return d, c.State.update(d, c)
}

// update adds to d what the arguments of dict() or update() say: a mapping or
// a list of pairs, and keywords.
//
// What is set under a key that nobody knows leaves all of d open.
func (s *State) update(d *Dict, c *CallArgs) error {
	if len(c.Args) > 1 {
		return failure(TypeError, "dict expected at most 1 argument, got %d", len(c.Args))
	}
	if len(c.Args) == 1 {
		err := s.updateFrom(d, c.Args[0])
		d.open = d.open || err == errUnknown
		if err != nil {
			return err
		}
	}
	for _, a := range c.Named {
		d.Set(a.Name, a.Value)
	}
	return nil
}

func (s *State) updateFrom(d *Dict, v Value) error {
	if from, ok := v.(*Dict); ok && !from.open {
		for _, e := range from.entries {
			d.Set(e.key, e.val)
		}
		return nil
	}
	if from, ok := v.(*namespace); ok {
		return s.updateFrom(d, from.d)
	}
	items, err := s.items(v)
	if err != nil {
		return err
	}
	for _, item := range items {
		pair, err := s.items(item)
		if err != nil {
			return err
		}
		if len(pair) != 2 {
			return failure(ValueError, "dictionary update sequence element has length %d; 2 is required", len(pair))
		}
		if open(pair[0]) {
			return errUnknown
		}
		if !d.Set(pair[0], pair[1]) {
			return failure(TypeError, "unhashable type: %s", quoted(typeName(pair[0])))
		}
	}
	return nil
}

// namespace is an object whose attributes set can assign to.
type namespace struct{ d *Dict }

func newNamespace(c *CallArgs) (Value, error) {
	ns := &namespace{&Dict{born: c.State.stretches}}
	return ns, c.State.update(ns.d, c)
}

// Attr returns an attribute that was assigned.
func (n *namespace) Attr(_ *State, name string) (Value, bool) { return n.d.Get(name) }

func (n *namespace) own(name string) (Value, bool) { return n.d.Get(name) }
func (n *namespace) get(name string) (Value, bool) { return n.d.Get(name) }
func (n *namespace) set(name string, v Value)      { n.d.Set(name, v) }
func (n *namespace) since() int32                  { return n.d.born }

// cycler goes through its items again and again.
type cycler struct {
	items []Value
	pos   int
	born  int32 // how many stretches had begun when it was made
	open  bool  // nobody knows the position
}

func newCycler(c *CallArgs) (Value, error) {
	if len(c.Args) == 0 {
		return nil, failure(RuntimeError, "at least one item has to be provided")
	}
	return &cycler{items: c.Args, born: c.State.stretches}, nil
}

// Attr returns current, next and reset.
func (y *cycler) Attr(s *State, name string) (Value, bool) {
	switch name {
	case "current":
		if y.open {
			return &Unknown{Why: "where a cycler stands", At: s.Place()}, true
		}
		return y.items[y.pos], true
	case "next":
		return &Func{Name: "cycler.next", Fn: func(c *CallArgs) (Value, error) {
			c.State.change(y.born, changed{y, "next"}, func() { y.open = true })
			if y.open {
				return nil, errUnknown
			}
			v := y.items[y.pos]
			y.pos = (y.pos + 1) % len(y.items)
			return v, nil
		}}, true
	case "reset":
		return &Func{Name: "cycler.reset", Fn: func(*CallArgs) (Value, error) {
			y.pos, y.open = 0, false
			return nil, nil
		}}, true
	}
	return nil, false
}

// joiner prints nothing the first time it is called, then its separator.
type joiner struct {
	sep  Value
	used bool
	born int32 // how many stretches had begun when it was made
	open bool  // nobody knows whether it was used
}

func newJoiner(c *CallArgs) (Value, error) {
	j := &joiner{sep: NewStr(", "), born: c.State.stretches}
	if v, ok := c.Arg(0, "sep"); ok {
		j.sep = v
	}
	return j, nil
}

// Attr returns nothing: a joiner is only called.
func (j *joiner) Attr(*State, string) (Value, bool) { return nil, false }

// Call returns the separator from the second time on.
func (j *joiner) Call(c *CallArgs) (Value, error) {
	if !j.used {
		c.State.change(j.born, changed{j, "used"}, func() { j.open = true })
	}
	if j.open {
		return nil, errUnknown
	}
	if !j.used {
		j.used = true
		return NewStr(""), nil
	}
	return j.sep, nil
}

// lipsum would be random text.
func lipsum(c *CallArgs) (Value, error) {
	return &Unknown{Kind: ScalarKind, Why: "random text", At: c.Place}, nil
}
