package jinja

// method is a method of a built-in type.
type method = *builtin

type builtin struct {
	lazy bool // it accepts unknown arguments
	fn   func(s *State, recv Value, c *CallArgs) (Value, error)
}

// methodOf returns the built-in method name of v's type.
func methodOf(v Value, name string) (method, bool) {
	var b builtin
	switch v.(type) {
	case *Str:
		b = counted(name, strMethod(name))
	case *Dict:
		b = dictMethod(name)
	case *List:
		b = listMethod(name)
	case *Tuple:
		b = tupleMethod(name)
	case *Set:
		b = setMethod(name)
	case rangeValue:
		b = tupleMethod(name)
	case int64, float64:
		b = numberMethod(name)
	default:
		return nil, false
	}
	if b.fn == nil {
		return nil, false
	}
	return &b, true
}

func (s *State) callMethod(m method, recv Value, c *CallArgs) (Value, error) {
	if !m.lazy && c.unknownArg() {
		return nil, errUnknown
	}
	return m.fn(s, recv, c)
}

// bind returns a method as a value.
func bind(recv Value, name string, m method) *Func {
	return &Func{Name: name, Lazy: true, Fn: func(c *CallArgs) (Value, error) {
		return c.State.callMethod(m, recv, c)
	}}
}

func numberMethod(name string) builtin {
	switch name {
	case "is_integer":
		return builtin{fn: func(_ *State, v Value, _ *CallArgs) (Value, error) {
			f, ok := v.(float64)
			return !ok || f == float64(int64(f)), nil
		}}
	case "conjugate", "bit_length", "bit_count", "to_bytes", "as_integer_ratio", "hex":
		return unsupported(name)
	}
	return builtin{}
}

// tupleMethod returns a method of what is like a list that does not change.
func tupleMethod(name string) builtin {
	switch name {
	case "count", "index":
		m := listMethod(name)
		return builtin{m.lazy, func(s *State, v Value, c *CallArgs) (Value, error) {
			items, err := s.items(v)
			if err != nil {
				return nil, err
			}
			return m.fn(s, &List{items: items}, c)
		}}
	}
	return builtin{}
}

func listMethod(name string) builtin {
	on := func(f func(s *State, l *List, c *CallArgs) (Value, error)) builtin {
		return builtin{true, func(s *State, v Value, c *CallArgs) (Value, error) { return f(s, v.(*List), c) }}
	}
	changing := func(f func(s *State, l *List, c *CallArgs) (Value, error)) builtin {
		return on(func(s *State, l *List, c *CallArgs) (Value, error) { return l.changing(s, name, c, f) })
	}
	switch name {
	case "append":
		return changing(listAppend)
	case "extend":
		return changing(listExtend)
	case "insert":
		return changing(listInsert)
	case "pop":
		return changing(listPop)
	case "remove":
		return changing(listRemove)
	case "index":
		return on(listIndex)
	case "count":
		return on(listCount)
	case "copy":
		return on(func(s *State, l *List, _ *CallArgs) (Value, error) { return l.copy(s), nil })
	case "clear":
		return changing(func(_ *State, l *List, _ *CallArgs) (Value, error) { l.items = nil; return nil, nil })
	case "reverse":
		return changing(func(_ *State, l *List, _ *CallArgs) (Value, error) { l.items = reversed(l.items); return nil, nil })
	case "sort":
		return changing(listSort)
	}
	return builtin{}
}

// one returns the only argument of a method.
func (c *CallArgs) one(method string) (Value, error) {
	if len(c.Args) != 1 || len(c.Named) > 0 {
		return nil, failure(TypeError, "%s() takes exactly one argument (%d given)", method, len(c.Args)+len(c.Named))
	}
	return c.Args[0], nil
}

// changing carries out a method that changes l. Of a list of which nobody knows
// how it goes on, nobody knows either what else but adding to it does.
func (l *List) changing(s *State, method string, c *CallArgs, f func(*State, *List, *CallArgs) (Value, error)) (Value, error) {
	if l.frozen {
		return nil, errUnknown
	}
	adds := method == "append" || method == "extend"
	if !l.open || method == "clear" {
		keep := 0
		if adds {
			keep = len(l.items)
		}
		l.open = false
		v, err := f(s, l, c)
		s.changeList(l, keep)
		return v, err
	}
	if !adds {
		l.unsure(0, &Unknown{Why: "a list that is not known", At: c.Place})
		s.changeList(l, 0)
	}
	if method == "pop" {
		return nil, errUnknown
	}
	return nil, nil
}

func listAppend(s *State, l *List, c *CallArgs) (Value, error) {
	v, err := c.one("append")
	if err == nil {
		s.iterate(1)
		l.items = append(l.items, v)
	}
	return nil, err
}

func listExtend(s *State, l *List, c *CallArgs) (Value, error) {
	v, err := c.one("extend")
	if err != nil {
		return nil, err
	}
	if u, ok := v.(*Unknown); ok {
		l.unsure(len(l.items), s.derived(u, AnyKind))
		return nil, nil
	}
	if other, ok := v.(*List); ok && other.open {
		s.iterate(len(other.items))
		l.items, l.open = append(l.items, other.items...), true
		return nil, nil
	}
	items, err := s.items(v)
	if err == nil {
		s.iterate(len(items))
		l.items = append(l.items, items...)
	}
	return nil, err
}

func listInsert(s *State, l *List, c *CallArgs) (Value, error) {
	i, ok := c.Int(0, "")
	if !ok || len(c.Args) != 2 {
		return nil, failure(TypeError, "insert() takes an index and a value")
	}
	if i < 0 {
		i += len(l.items)
	}
	i = max(0, min(i, len(l.items)))
	s.iterate(1)
	l.items = append(l.items, nil)
	copy(l.items[i+1:], l.items[i:])
	l.items[i] = c.Args[1]
	return nil, nil
}

func listPop(_ *State, l *List, c *CallArgs) (Value, error) {
	i := len(l.items) - 1
	if len(c.Args) > 0 {
		if open(c.Args[0]) {
			return nil, errUnknown
		}
		var ok bool
		if i, ok = indexOf(c.Args[0], len(l.items)); !ok {
			return nil, failure(IndexError, "pop index out of range")
		}
	}
	if i < 0 {
		return nil, failure(IndexError, "pop from empty list")
	}
	v := l.items[i]
	l.items = append(l.items[:i:i], l.items[i+1:]...)
	return v, nil
}

func listFind(l *List, v Value) (int, error) {
	for i, item := range l.items {
		if eq, err := equal(item, v); eq || err != nil {
			return i, err
		}
	}
	return -1, nil
}

func listRemove(_ *State, l *List, c *CallArgs) (Value, error) {
	v, err := c.one("remove")
	if err != nil {
		return nil, err
	}
	i, err := listFind(l, v)
	if err != nil {
		return nil, err
	}
	if i < 0 {
		return nil, failure(ValueError, "list.remove(x): x not in list")
	}
	l.items = append(l.items[:i:i], l.items[i+1:]...)
	return nil, nil
}

func listIndex(_ *State, l *List, c *CallArgs) (Value, error) {
	if len(c.Args) == 0 {
		return nil, failure(TypeError, "index expected at least 1 argument, got 0")
	}
	var parts [3]Value
	copy(parts[:2], c.Args[1:])
	from, to, _, err := sliceBounds(len(l.items), parts)
	if err != nil {
		return nil, err
	}
	i, err := listFind(&List{items: l.items[from:max(from, to)]}, c.Args[0])
	if err == nil && i < 0 {
		return nil, failure(ValueError, "%s is not in list", Repr(c.Args[0]))
	}
	return from + int64(i), err
}

func listCount(_ *State, l *List, c *CallArgs) (Value, error) {
	v, err := c.one("count")
	if err != nil {
		return nil, err
	}
	n := int64(0)
	for _, item := range l.items {
		eq, err := equal(item, v)
		if err != nil {
			return nil, err
		}
		if eq {
			n++
		}
	}
	return n, nil
}

func listSort(s *State, l *List, c *CallArgs) (Value, error) {
	reverse, _ := c.Bool(-1, "reverse")
	keys := l.items
	if f, ok := c.Arg(-1, "key"); ok && f != nil {
		keys = make([]Value, len(l.items))
		for i, item := range l.items {
			v, err := s.Call(f, []Value{item}, nil, c.Place)
			if err != nil {
				return nil, err
			}
			keys[i] = v
		}
	}
	sorted, err := sortBy(l.items, keys, reverse)
	if err == nil {
		l.items = sorted
	}
	return nil, err
}

func dictMethod(name string) builtin {
	on := func(f func(s *State, d *Dict, c *CallArgs) (Value, error)) builtin {
		return builtin{true, func(s *State, v Value, c *CallArgs) (Value, error) {
			d := v.(*Dict)
			switch name {
			case "update", "setdefault", "pop", "popitem", "clear":
				if d.frozen {
					return nil, errUnknown
				}
				defer s.change(d.born, changed{d, ""}, func() { d.open = true })
			}
			if d.open && name != "clear" && name != "copy" && name != "update" {
				return &Unknown{Kind: kindOf(name), Why: openDict, At: c.Place}, nil
			}
			return f(s, d, c)
		}}
	}
	switch name {
	case "get":
		return on(dictGet)
	case "items":
		return on(func(_ *State, d *Dict, _ *CallArgs) (Value, error) { return &view{"dict_items", d.pairs()}, nil })
	case "keys":
		return on(func(_ *State, d *Dict, _ *CallArgs) (Value, error) { return &view{"dict_keys", d.Keys()}, nil })
	case "values":
		return on(func(_ *State, d *Dict, _ *CallArgs) (Value, error) { return &view{"dict_values", d.values()}, nil })
	case "update":
		return on(func(s *State, d *Dict, c *CallArgs) (Value, error) { return nil, s.update(d, c) })
	case "setdefault":
		return on(dictSetDefault)
	case "pop":
		return on(dictPop)
	case "popitem":
		return on(dictPopItem)
	case "copy":
		return on(func(_ *State, d *Dict, _ *CallArgs) (Value, error) { return d.Copy(), nil })
	case "clear":
		return on(func(_ *State, d *Dict, _ *CallArgs) (Value, error) { *d = Dict{born: d.born}; return nil, nil })
	case "fromkeys":
		return unsupported(name)
	}
	return builtin{}
}

// kindOf is the kind of what a method of a dict returns.
func kindOf(method string) Kind {
	switch method {
	case "items", "keys", "values":
		return ListKind
	}
	return AnyKind
}

// dictKey returns the key a method of a dict was given.
func dictKey(c *CallArgs, method string) (Value, error) {
	if len(c.Args) == 0 || len(c.Args) > 2 || len(c.Named) > 0 {
		return nil, failure(TypeError, "%s expected 1 or 2 arguments, got %d", method, len(c.Args)+len(c.Named))
	}
	if open(c.Args[0]) {
		return nil, errUnknown
	}
	if _, ok := hashOf(c.Args[0]); !ok {
		return nil, failure(TypeError, "unhashable type: %s", quoted(typeName(c.Args[0])))
	}
	return c.Args[0], nil
}

func dictGet(_ *State, d *Dict, c *CallArgs) (Value, error) {
	key, err := dictKey(c, "get")
	if err != nil {
		return nil, err
	}
	if v, ok := d.Get(key); ok {
		return v, nil
	}
	v, ok := c.Arg(1, "")
	if !ok && chosen(key) {
		return nil, errUnknown
	}
	return v, nil
}

func dictSetDefault(s *State, d *Dict, c *CallArgs) (Value, error) {
	key, err := dictKey(c, "setdefault")
	if err != nil {
		d.open = err == errUnknown
		return nil, err
	}
	if v, ok := d.Get(key); ok {
		return v, nil
	}
	v, _ := c.Arg(1, "")
	d.Set(key, v)
	return v, nil
}

func dictPop(_ *State, d *Dict, c *CallArgs) (Value, error) {
	key, err := dictKey(c, "pop")
	if err != nil {
		return nil, err
	}
	if v, ok := d.Delete(key); ok {
		return v, nil
	}
	if v, ok := c.Arg(1, ""); ok {
		return v, nil
	}
	return nil, failure(KeyError, "%s", Repr(key))
}

func dictPopItem(_ *State, d *Dict, _ *CallArgs) (Value, error) {
	if d.Len() == 0 {
		return nil, failure(KeyError, "popitem(): dictionary is empty")
	}
	e := d.entries[d.Len()-1]
	d.Delete(e.key)
	return NewTuple(e.key, e.val), nil
}
