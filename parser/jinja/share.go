package jinja

// Freeze makes v, and all that it holds, unchangeable by templates, so that
// renders may share it: a method that would change a list or dict does nothing,
// and its result is unknown. It returns v.
func Freeze(v Value) Value {
	switch v := v.(type) {
	case *List:
		if !v.frozen {
			v.frozen = true
			freezeAll(v.items)
		}
	case *Tuple:
		freezeAll(v.items)
	case *Dict:
		if v != nil && !v.frozen {
			v.frozen = true
			for _, e := range v.entries {
				Freeze(e.val)
			}
		}
	}
	return v
}

func freezeAll(items []Value) {
	for _, item := range items {
		Freeze(item)
	}
}

// CopyOf returns v with every list and dict in it made anew, for a render to
// change. What v holds twice, or holds itself in, the copy does as well.
func CopyOf(v Value) Value { return copier{}.of(v) }

type copier map[Value]Value

func (c copier) of(v Value) Value {
	if done, ok := c.known(v); ok {
		return done
	}
	switch v := v.(type) {
	case *List:
		out := &List{items: make([]Value, len(v.items)), open: v.open, chosen: v.chosen}
		c[v] = out
		for i, item := range v.items {
			out.items[i] = c.of(item)
		}
		return out
	case *Dict:
		if v == nil {
			return v
		}
		out := v.Copy()
		c[v] = out
		for i := range out.entries {
			out.entries[i].val = c.of(out.entries[i].val)
		}
		return out
	}
	return v
}

func (c copier) known(v Value) (Value, bool) {
	switch v.(type) {
	case *List, *Dict:
		done, ok := c[v]
		return done, ok
	}
	return nil, false
}
