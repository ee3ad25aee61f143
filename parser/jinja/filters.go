package jinja

import (
	"cmp"
	"slices"
	"strings"
)

func (n *Filter) eval(s *State) Value { return n.apply(s, n.X.eval(s)) }

// apply filters v. The X of a filter of a block is the filter inside, if any.
func (n *Filter) apply(s *State, v Value) Value {
	if inner, ok := n.X.(*Filter); ok && n.inBlock() {
		v = inner.apply(s, v)
	}
	s.step()
	c := &CallArgs{State: s, Place: s.place(n.Span), Node: n.Args}
	if n.Args != nil {
		if u := n.Args.evalArgs(s, c); u != nil {
			return u
		}
	}
	s.at = n.Span
	s.read(v)
	x, err := s.filter(n.Name, v, c)
	return s.madeOf(v, c, x, err)
}

// inBlock reports whether the innermost filter of the chain has no operand.
func (n *Filter) inBlock() bool {
	for {
		inner, ok := n.X.(*Filter)
		if !ok {
			return n.X == nil
		}
		n = inner
	}
}

// filter applies the filter name to v.
func (s *State) filter(name string, v Value, c *CallArgs) (Value, error) {
	if f, ok := s.opts.Filters[name]; ok {
		c.Args = append([]Value{v}, c.Args...)
		return s.callValue(f, c)
	}
	f := filterNamed(name)
	if f.fn == nil {
		return nil, failure(AssertionError, "No filter named %s.", quoted(name))
	}
	if f.lazy {
		return f.fn(s, v, c)
	}
	if v = s.usedOr(v, c.Place.Span); c.unknownArg() {
		return nil, errUnknown
	}
	if u, ok := v.(*Unknown); ok {
		k := AnyKind
		switch name {
		case "list", "map", "select", "reject", "selectattr", "rejectattr", "sort", "unique", "reverse", "batch", "slice", "dictsort", "items":
			k = ListKind
		case "string", "upper", "lower", "trim", "int", "float", "length", "count", "tojson", "round", "abs", "replace", "join":
			k = ScalarKind
		}
		if name == "length" || name == "count" {
			return lengthOf(s, 1, c), nil
		}
		return s.derived(u, k), nil
	}
	return f.fn(s, v, c)
}

// filterNamed returns the built-in filter; a lazy one looks itself at unknown
// and undefined values.
func filterNamed(name string) builtin {
	eager := func(f func(s *State, v Value, c *CallArgs) (Value, error)) builtin { return builtin{false, f} }
	lazy := func(f func(s *State, v Value, c *CallArgs) (Value, error)) builtin { return builtin{true, f} }
	text := func(f func(s *State, v *Str, c *CallArgs) (Value, error)) builtin {
		return eager(func(s *State, v Value, c *CallArgs) (Value, error) { return f(s, s.text(v, c.Place.Span), c) })
	}
	cased := func(f func(string) string) builtin {
		return text(func(_ *State, v *Str, _ *CallArgs) (Value, error) { return v.mapCase(f), nil })
	}
	switch name {
	case "default", "d":
		return lazy(filterDefault)
	case "join":
		return lazy(filterJoin)
	case "replace":
		return lazy(filterReplace)
	case "format":
		return lazy(filterFormat)
	case "upper":
		return cased(upperCase)
	case "lower":
		return cased(lowerCase)
	case "title":
		return cased(titleFilter)
	case "capitalize":
		return cased(capitalize)
	case "pprint":
		return eager(filterPPrint)
	case "string", "safe":
		return text(func(_ *State, v *Str, _ *CallArgs) (Value, error) { return v, nil })
	case "trim":
		return text(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, err := cutset(c)
			return v.trim(cut, true, true), err
		})
	case "indent":
		return eager(filterIndent)
	case "truncate":
		return eager(filterTruncate)
	case "center":
		return text(filterCenter)
	case "wordcount":
		return text(filterWordCount)
	case "escape", "e", "forceescape":
		return text(filterEscape)
	case "striptags":
		return text(filterStripTags)
	case "urlencode":
		return eager(filterURLEncode)
	case "length", "count":
		return eager(filterLength)
	case "int":
		return eager(filterInt)
	case "float":
		return eager(filterFloat)
	case "abs":
		return eager(filterAbs)
	case "round":
		return eager(filterRound)
	case "sum":
		return eager(filterSum)
	case "min", "max":
		return eager(func(s *State, v Value, c *CallArgs) (Value, error) { return filterExtreme(s, v, c, name == "max") })
	case "first", "last":
		return eager(func(s *State, v Value, c *CallArgs) (Value, error) { return filterEnd(s, v, c, name == "last") })
	case "list":
		return eager(filterList)
	case "reverse":
		return eager(filterReverse)
	case "sort":
		return eager(filterSort)
	case "unique":
		return eager(filterUnique)
	case "dictsort":
		return eager(filterDictSort)
	case "items":
		return eager(filterItems)
	case "groupby":
		return eager(filterGroupBy)
	case "batch":
		return eager(filterBatch)
	case "slice":
		return eager(filterSlice)
	case "map":
		return eager(filterMap)
	case "select", "reject":
		return eager(func(s *State, v Value, c *CallArgs) (Value, error) {
			return selection(s, v, c, false, name == "select")
		})
	case "selectattr", "rejectattr":
		return eager(func(s *State, v Value, c *CallArgs) (Value, error) {
			return selection(s, v, c, true, name == "selectattr")
		})
	case "attr":
		return eager(filterAttr)
	case "tojson":
		return eager(filterToJSON)
	case "random":
		return eager(func(_ *State, _ Value, c *CallArgs) (Value, error) {
			return &Unknown{Why: "random", At: c.Place}, nil
		})
	case "wordwrap", "urlize", "xmlattr", "filesizeformat":
		return eager(func(_ *State, _ Value, c *CallArgs) (Value, error) {
			return &Unknown{Kind: ScalarKind, Why: "filter `" + name + "`", At: c.Place}, nil
		})
	}
	return builtin{}
}

func filterDefault(_ *State, v Value, c *CallArgs) (Value, error) {
	def, ok := c.Arg(0, "default_value")
	if !ok {
		def = NewStr("")
	}
	boolean, _ := c.Bool(1, "boolean")
	if _, undefined := v.(Undefined); undefined {
		return def, nil
	}
	if _, unknown := v.(*Unknown); !unknown && boolean && !truth(v) {
		return def, nil
	}
	return v, nil
}

// getter returns the function that looks up a dotted attribute path, or an
// integer, in an item.
func (s *State) getter(path Value, c *CallArgs) func(Value) Value {
	if path == nil {
		return func(v Value) Value { return v }
	}
	at := c.Place.Span
	text, ok := TextOf(path)
	if !ok {
		return func(v Value) Value { return s.item(v, path, at) }
	}
	var keys []Value
	for part := range strings.SplitSeq(text, ".") {
		if part != "" && strings.Trim(part, decimal) == "" {
			keys = append(keys, integer(part))
			continue
		}
		keys = append(keys, NewStr(part))
	}
	return func(v Value) Value {
		for _, k := range keys {
			v = s.item(v, k, at)
		}
		return v
	}
}

// folded ignores the case of strings.
func folded(v Value) Value {
	if str, ok := v.(*Str); ok {
		return NewStr(lowerCase(str.text))
	}
	return v
}

// keysOf returns what items are compared by: an attribute of each, without
// regard to case unless the argument at position i or case_sensitive says so.
func (s *State) keysOf(items []Value, attribute Value, c *CallArgs, i int) []Value {
	sensitive, _ := c.Bool(i, "case_sensitive")
	get := s.getter(attribute, c)
	keys := make([]Value, len(items))
	for k, item := range items {
		if keys[k] = get(item); !sensitive && !open(keys[k]) {
			keys[k] = folded(keys[k])
		}
	}
	return keys
}

// sortBy returns items in the order of their keys; equal ones stay in order,
// also in reverse.
func sortBy(items, keys []Value, reverse bool) ([]Value, error) {
	index := make([]int, len(items))
	for i := range index {
		index[i] = i
	}
	var failed error
	slices.SortStableFunc(index, func(a, b int) int {
		if failed != nil {
			return 0
		}
		c, err := order(keys[a], keys[b])
		if err != nil {
			failed = err
			return 0
		}
		if reverse {
			c = -c
		}
		return cmp.Compare(c, 0)
	})
	if failed != nil {
		return nil, failed
	}
	out := make([]Value, len(items))
	for i, k := range index {
		out[i] = items[k]
	}
	return out, nil
}

func reversed(items []Value) []Value {
	out := slices.Clone(items)
	slices.Reverse(out)
	return out
}
