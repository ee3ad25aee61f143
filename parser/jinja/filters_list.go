package jinja

import (
	"unicode/utf8"
)

// lengthOf is the unknown length of a list that is presumed to have n elements.
func lengthOf(s *State, n int64, c *CallArgs) *Unknown {
	return &Unknown{Kind: ScalarKind, Why: "the length of a list that is not known", At: c.Place, guess: n, presume: presumed(n > 0)}
}

func filterLength(s *State, v Value, c *CallArgs) (Value, error) {
	switch x := v.(type) {
	case *Str:
		if x.open || x.chosen {
			return nil, errUnknown
		}
		return int64(utf8.RuneCountInString(x.text)), nil
	case rangeValue:
		return int64(x.len()), nil
	case *Dict:
		if x.open {
			return nil, errUnknown
		}
		return int64(x.Len()), nil
	case *List:
		if x.open || x.chosen {
			return lengthOf(s, int64(len(x.items)), c), nil
		}
	case Undefined:
		return int64(0), nil
	}
	items, err := s.items(v)
	if err == errUnknown {
		return nil, err
	}
	if err != nil {
		return nil, failure(TypeError, "object of type %s has no len()", quoted(typeName(v)))
	}
	return int64(len(items)), nil
}

func filterEnd(s *State, v Value, c *CallArgs, last bool) (Value, error) {
	if l, ok := v.(*List); ok && l.open && !last {
		return l.items[0], nil
	}
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return Undefined{At: c.Place}, nil
	}
	if last {
		return items[len(items)-1], nil
	}
	return items[0], nil
}

func filterList(s *State, v Value, _ *CallArgs) (Value, error) {
	if l, ok := v.(*List); ok {
		return l.copy(s), nil
	}
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	return s.list(append([]Value(nil), items...)), nil
}

func filterReverse(s *State, v Value, _ *CallArgs) (Value, error) {
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	if str, ok := v.(*Str); ok {
		return s.join(NewStr(""), reversed(s.characters(str)), s.at), nil
	}
	return &List{items: reversed(items)}, nil
}

func filterSum(s *State, v Value, c *CallArgs) (Value, error) {
	attribute, _ := c.Arg(0, "attribute")
	total, ok := c.Arg(1, "start")
	if !ok {
		total = int64(0)
	}
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	get := s.getter(attribute, c)
	for _, item := range items {
		if total, err = s.arith(Add, total, s.needed(get(item), c.Place.Span)); err != nil {
			return nil, err
		}
	}
	return total, nil
}

func filterExtreme(s *State, v Value, c *CallArgs, largest bool) (Value, error) {
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return Undefined{At: c.Place}, nil
	}
	attribute, _ := c.Arg(1, "attribute")
	keys := s.keysOf(items, attribute, c, 0)
	best := 0
	for i := 1; i < len(items); i++ {
		d, err := order(keys[i], keys[best])
		if err != nil {
			return nil, err
		}
		if largest && d > 0 && d != unordered || !largest && d < 0 {
			best = i
		}
	}
	return items[best], nil
}

func filterSort(s *State, v Value, c *CallArgs) (Value, error) {
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	reverse, _ := c.Bool(0, "reverse")
	attribute, _ := c.Arg(2, "attribute")
	paths := []Value{attribute}
	if str, ok := attribute.(*Str); ok {
		paths = str.split(",", -1)
	}
	keys := make([]Value, len(items))
	columns := make([][]Value, len(paths))
	for i, p := range paths {
		columns[i] = s.keysOf(items, p, c, 1)
	}
	for k := range items {
		t := &Tuple{}
		for i := range paths {
			t.items = append(t.items, columns[i][k])
		}
		keys[k] = t
	}
	items, err = sortBy(items, keys, reverse)
	return &List{items: items}, err
}

func filterUnique(s *State, v Value, c *CallArgs) (Value, error) {
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	attribute, _ := c.Arg(1, "attribute")
	keys := s.keysOf(items, attribute, c, 0)
	seen := NewDict()
	out := &List{items: []Value{}}
	for i, item := range items {
		if open(keys[i]) {
			return nil, errUnknown
		}
		if _, dup := seen.Get(keys[i]); dup {
			continue
		}
		if !seen.Set(keys[i], nil) {
			return nil, failure(TypeError, "unhashable type: %s", quoted(typeName(keys[i])))
		}
		out.items = append(out.items, item)
	}
	return out, nil
}

func filterDictSort(s *State, v Value, c *CallArgs) (Value, error) {
	d, ok := v.(*Dict)
	if !ok {
		return nil, failure(AttributeError, "%s object has no attribute 'items'", quoted(typeName(v)))
	}
	if d.open {
		return nil, errUnknown
	}
	sensitive, _ := c.Bool(0, "case_sensitive")
	reverse, _ := c.Bool(2, "reverse")
	by, given := c.String(1, "by")
	if given && by != "key" && by != "value" {
		return nil, failure(ArgumentError, `You can only sort by either "key" or "value"`)
	}
	pairs := d.pairs()
	keys := d.Keys()
	if by == "value" {
		keys = d.values()
	}
	for i := range keys {
		if !sensitive && !open(keys[i]) {
			keys[i] = folded(keys[i])
		}
	}
	pairs, err := sortBy(pairs, keys, reverse)
	return &List{items: pairs}, err
}

func filterItems(s *State, v Value, _ *CallArgs) (Value, error) {
	switch x := v.(type) {
	case Undefined:
		return NewList(), nil
	case *Dict:
		if x.open {
			return nil, errUnknown
		}
		return &List{items: x.pairs()}, nil
	}
	return nil, failure(TypeError, "Can only get item pairs from a mapping.")
}

func filterGroupBy(s *State, v Value, c *CallArgs) (Value, error) {
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	attribute, ok := c.Arg(0, "attribute")
	if !ok {
		return nil, failure(TypeError, "groupby needs an attribute")
	}
	get := s.getter(attribute, c)
	if def, ok := c.Arg(1, "default"); ok {
		inner := get
		get = func(v Value) Value {
			x := inner(v)
			if _, undefined := x.(Undefined); undefined {
				return def
			}
			return x
		}
	}
	keys := make([]Value, len(items))
	sensitive, _ := c.Bool(2, "case_sensitive")
	for i, item := range items {
		if keys[i] = get(item); !sensitive && !open(keys[i]) {
			keys[i] = folded(keys[i])
		}
	}
	pairs := make([]Value, len(items))
	for i := range items {
		pairs[i] = NewTuple(keys[i], items[i])
	}
	sorted, err := sortBy(pairs, keys, false)
	if err != nil {
		return nil, err
	}
	out := &List{items: []Value{}}
	var last Value
	for i, p := range sorted {
		key, item := p.(*Tuple).items[0], p.(*Tuple).items[1]
		if i > 0 {
			eq, err := equal(key, last)
			if err != nil {
				return nil, err
			}
			if eq {
				group := out.items[len(out.items)-1].(*Tuple).items[1].(*List)
				group.items = append(group.items, item)
				continue
			}
		}
		last = key
		out.items = append(out.items, &Tuple{items: []Value{get(item), NewList(item)}, group: true})
	}
	return out, nil
}

// filterBatch cuts a list into rows of n; as in the original, a number below one
// gives an empty row and then the rest.
func filterBatch(s *State, v Value, c *CallArgs) (Value, error) {
	n, ok := c.Int(0, "linecount")
	if !ok {
		return nil, failure(TypeError, "batch needs a number of items")
	}
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	out, row := &List{items: []Value{}}, []Value{}
	for _, item := range items {
		if len(row) == n {
			out.items = append(out.items, &List{items: row})
			row = []Value{}
		}
		row = append(row, item)
	}
	if len(row) == 0 {
		return out, nil
	}
	if fill, ok := c.Arg(1, "fill_with"); ok && fill != nil && len(row) < n {
		s.iterate(n - len(row))
		for len(row) < n {
			row = append(row, fill)
		}
	}
	out.items = append(out.items, &List{items: row})
	return out, nil
}

// filterSlice cuts a list into n columns; the later ones are filled up, as in the
// original also if none lacks an item.
func filterSlice(s *State, v Value, c *CallArgs) (Value, error) {
	n, ok := c.Int(0, "slices")
	if !ok {
		return nil, failure(TypeError, "slice needs a number of slices")
	}
	items, err := s.items(v)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, failure(ZeroDivision, "integer division or modulo by zero")
	}
	out := &List{items: []Value{}}
	if n < 0 {
		return out, nil
	}
	s.iterate(n)
	fill, fills := c.Arg(1, "fill_with")
	size, extra := len(items)/n, len(items)%n
	at := 0
	for i := range n {
		end := at + size
		if i < extra {
			end++
		}
		row := append([]Value(nil), items[at:end]...)
		if fills && fill != nil && i >= extra {
			row = append(row, fill)
		}
		out.items = append(out.items, &List{items: row})
		at = end
	}
	return out, nil
}

// filtered are the items of what map, select and so on are applied to: nothing of a
// value that is false, whatever it is.
func (s *State) filtered(v Value) ([]Value, error) {
	if _, unknown := unknownTruth(v); !unknown && !truth(v) {
		return nil, nil
	}
	return s.items(v)
}

func filterMap(s *State, v Value, c *CallArgs) (Value, error) {
	items, err := s.filtered(v)
	if err != nil {
		return nil, err
	}
	s.iterate(len(items))
	out := &List{items: make([]Value, len(items))}
	if attribute, ok := c.Arg(-1, "attribute"); ok && len(c.Args) == 0 {
		get := s.getter(attribute, c)
		def, hasDefault := c.Arg(-1, "default")
		for i, item := range items {
			out.items[i] = get(item)
			if _, undefined := out.items[i].(Undefined); undefined && hasDefault {
				out.items[i] = def
			}
		}
		return out, nil
	}
	if len(items) == 0 {
		return out, nil
	}
	name, ok := c.String(0, "")
	if !ok {
		return nil, failure(ArgumentError, "map requires a filter argument")
	}
	for i, item := range items {
		call := &CallArgs{State: s, Args: c.Args[1:], Named: c.Named, Place: c.Place}
		if out.items[i], err = s.filter(name, item, call); err == errUnknown {
			out.items[i], err = s.fail(err, c.Place.Span), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// selection is select and reject, or with attr selectattr and rejectattr.
func selection(s *State, v Value, c *CallArgs, attr, want bool) (Value, error) {
	items, err := s.filtered(v)
	if err != nil {
		return nil, err
	}
	s.iterate(len(items))
	args := c.Args
	get := func(v Value) Value { return v }
	if attr {
		if len(args) == 0 {
			return nil, failure(ArgumentError, "Missing parameter for attribute name")
		}
		get, args = s.getter(args[0], c), args[1:]
	}
	name := ""
	if len(args) > 0 {
		var ok bool
		if name, ok = TextOf(args[0]); !ok {
			return nil, failure(TypeError, "the name of a test must be a string")
		}
		args = args[1:]
	}
	out := &List{items: []Value{}}
	for _, item := range items {
		x := get(item)
		if name != "" {
			if x, err = s.test(name, x, &CallArgs{State: s, Args: args, Named: c.Named, Place: c.Place}); err != nil {
				return nil, err
			}
		}
		if _, unknown := unknownTruth(x); unknown {
			return nil, errUnknown
		}
		if truth(x) == want {
			out.items = append(out.items, item)
		}
	}
	return out, nil
}

func filterAttr(s *State, v Value, c *CallArgs) (Value, error) {
	name, ok := c.String(0, "name")
	if !ok {
		return nil, failure(TypeError, "attr needs the name of an attribute")
	}
	if _, isDict := v.(*Dict); isDict {
		if m, ok := methodOf(v, name); ok {
			return bind(v, name, m), nil
		}
		return Undefined{Name: name, At: c.Place, what: noAttr, of: owner(v)}, nil
	}
	return s.attr(v, name, c.Place.Span), nil
}
