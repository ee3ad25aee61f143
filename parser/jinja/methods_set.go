package jinja

func (s *Set) minus(o *Set) *Set {
	out := &Set{}
	for _, v := range s.Items() {
		if !o.Has(v) {
			out.Add(v)
		}
	}
	return out
}

func setMethod(name string) builtin {
	on := func(f func(a, b *Set) Value) builtin {
		return builtin{false, func(s *State, v Value, c *CallArgs) (Value, error) {
			set := &v.(*Set).d
			if set.open {
				return nil, errUnknown
			}
			if name == "update" {
				defer s.change(set.born, changed{set, ""}, func() { set.open = true })
			}
			other := &Set{}
			for _, arg := range c.Args {
				items, err := s.items(arg)
				if err != nil {
					return nil, err
				}
				for _, item := range items {
					other.Add(item)
				}
			}
			return f(v.(*Set), other), nil
		}}
	}
	both := func(a, b *Set) Value { return NewSet(append(a.Items(), b.Items()...)...) }
	switch name {
	case "union":
		return on(both)
	case "intersection":
		return on(func(a, b *Set) Value { return a.minus(a.minus(b)) })
	case "difference":
		return on(func(a, b *Set) Value { return a.minus(b) })
	case "symmetric_difference":
		return on(func(a, b *Set) Value { return both(a.minus(b), b.minus(a)) })
	case "issubset":
		return on(func(a, b *Set) Value { return a.minus(b).Len() == 0 })
	case "issuperset":
		return on(func(a, b *Set) Value { return b.minus(a).Len() == 0 })
	case "isdisjoint":
		return on(func(a, b *Set) Value { return a.minus(b).Len() == a.Len() })
	case "update":
		return on(func(a, b *Set) Value {
			for _, v := range b.Items() {
				a.Add(v)
			}
			return nil
		})
	case "copy":
		return on(func(a, _ *Set) Value { return NewSet(a.Items()...) })
	case "pop": // any element; nobody knows which
		return builtin{false, func(s *State, v Value, c *CallArgs) (Value, error) {
			set := v.(*Set)
			if set.Len() == 0 && !set.d.open {
				return nil, failure(KeyError, "'pop from an empty set'")
			}
			set.d.open = true
			return nil, errUnknown
		}}
	case "add", "remove", "discard":
		return builtin{true, func(s *State, v Value, c *CallArgs) (Value, error) {
			set := v.(*Set)
			set.d.open = set.d.open || c.unknownArg()
			if set.d.open {
				return nil, nil
			}
			defer s.change(set.d.born, changed{set, ""}, func() { set.d.open = true })
			return setChange(set, name, c)
		}}
	}
	return builtin{}
}

func setChange(set *Set, name string, c *CallArgs) (Value, error) {
	v, err := c.one(name)
	if err != nil {
		return nil, err
	}
	if name == "add" {
		if !set.Add(v) {
			return nil, failure(TypeError, "unhashable type: %s", quoted(typeName(v)))
		}
		return nil, nil
	}
	if _, ok := set.d.Delete(v); !ok && name == "remove" {
		return nil, failure(KeyError, "%s", Repr(v))
	}
	return nil, nil
}
