package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// strMethod returns the method name of strings. Those that build text from
// their arguments are lazy: unknown pieces become holes.
func strMethod(name string) builtin {
	on := func(f func(s *State, v *Str, c *CallArgs) (Value, error)) builtin {
		return builtin{false, func(s *State, v Value, c *CallArgs) (Value, error) { return f(s, v.(*Str), c) }}
	}
	lazy := func(f func(s *State, v *Str, c *CallArgs) (Value, error)) builtin {
		b := on(f)
		b.lazy = true
		return b
	}
	plain := func(f func(v *Str) Value) builtin {
		return on(func(_ *State, v *Str, _ *CallArgs) (Value, error) { return f(v), nil })
	}
	known := func(f func(text string) Value) builtin {
		return on(func(_ *State, v *Str, _ *CallArgs) (Value, error) {
			if v.open {
				return nil, errUnknown
			}
			return f(v.text), nil
		})
	}
	switch name {
	case "upper":
		return plain(func(v *Str) Value { return v.mapCase(strings.ToUpper) })
	case "lower", "casefold":
		return plain(func(v *Str) Value { return v.mapCase(strings.ToLower) })
	case "title":
		return plain(func(v *Str) Value { return v.mapCase(titleCase) })
	case "capitalize":
		return plain(func(v *Str) Value { return v.mapCase(capitalize) })
	case "swapcase":
		return plain(func(v *Str) Value { return v.mapCase(swapCase) })
	case "strip", "lstrip", "rstrip":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			return v.trim(cutset(c), name != "rstrip", name != "lstrip"), nil
		})
	case "removeprefix":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, _ := c.String(0, "")
			return v.slice(len(v.text)-len(strings.TrimPrefix(v.text, cut)), len(v.text)), nil
		})
	case "removesuffix":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, _ := c.String(0, "")
			return v.slice(0, len(strings.TrimSuffix(v.text, cut))), nil
		})
	case "split":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) { return strSplit(v, c, (*Str).split, (*Str).fields) })
	case "rsplit":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			return strSplit(v, c, (*Str).rsplit, (*Str).rfields)
		})
	case "splitlines":
		return on(strLines)
	case "partition", "rpartition":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) { return strPartition(v, c, name == "rpartition") })
	case "join":
		return lazy(strJoin)
	case "replace":
		return lazy(strReplace)
	case "format":
		return lazy(func(s *State, v *Str, c *CallArgs) (Value, error) { return s.format(v, c.Args, c.Named, c.Place.Span) })
	case "format_map":
		return lazy(strFormatMap)
	case "startswith", "endswith":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) { return strAffix(v, c, name == "startswith") })
	case "find", "index":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			return strFind(v, c, strings.Index, name == "index")
		})
	case "rfind", "rindex":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			return strFind(v, c, strings.LastIndex, name == "rindex")
		})
	case "count":
		return on(strCount)
	case "ljust", "rjust", "center":
		return on(func(s *State, v *Str, c *CallArgs) (Value, error) { return strJustify(s, v, c, name) })
	case "zfill":
		return on(strZfill)
	case "expandtabs":
		return known(func(text string) Value { return NewStr(strings.ReplaceAll(text, "\t", "        ")) })
	case "isdigit", "isdecimal", "isnumeric":
		return known(func(text string) Value { return every(text, unicode.IsDigit) })
	case "isalpha":
		return known(func(text string) Value { return every(text, unicode.IsLetter) })
	case "isalnum":
		return known(func(text string) Value {
			return every(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
		})
	case "isspace":
		return known(func(text string) Value { return every(text, isPythonSpace) })
	case "isupper":
		return known(func(text string) Value { return isCased(text, unicode.IsUpper, unicode.IsLower) })
	case "islower":
		return known(func(text string) Value { return isCased(text, unicode.IsLower, unicode.IsUpper) })
	case "istitle":
		return known(func(text string) Value {
			return titleCase(text) == text && strings.ContainsFunc(text, unicode.IsUpper)
		})
	case "isascii":
		return known(func(text string) Value {
			return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
		})
	case "isidentifier":
		return known(func(text string) Value { return isIdentifier(text) })
	}
	return builtin{}
}

func every(text string, ok func(rune) bool) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !ok(r) })
}

func isCased(text string, some, none func(rune) bool) bool {
	return strings.ContainsFunc(text, some) && !strings.ContainsFunc(text, none)
}

func isIdentifier(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != ""
}

// cutset returns what strip was told to strip, or nil for white space.
func cutset(c *CallArgs) *string {
	if text, ok := c.String(0, "chars"); ok {
		return &text
	}
	return nil
}

func strSplit(v *Str, c *CallArgs, by func(*Str, string, int) []Value, fields func(*Str, int) []Value) (Value, error) {
	if v.open {
		return nil, errUnknown // what is not known may hold the separator
	}
	n, ok := c.Int(1, "maxsplit")
	if !ok {
		n = -1
	}
	sep, given := c.Arg(0, "sep")
	if !given || sep == nil {
		return &List{items: fields(v, n)}, nil
	}
	text, ok := TextOf(sep)
	if !ok {
		return nil, failure(TypeError, "must be str or None, not %s", typeName(sep))
	}
	if text == "" {
		return nil, failure(ValueError, "empty separator")
	}
	return &List{items: by(v, text, n)}, nil
}

func strLines(_ *State, v *Str, c *CallArgs) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	keep, _ := c.Bool(0, "keepends")
	out := &List{}
	for _, line := range v.lines(keep) {
		out.items = append(out.items, line)
	}
	return out, nil
}

func strPartition(v *Str, c *CallArgs, last bool) (Value, error) {
	sep, ok := c.String(0, "sep")
	if !ok || sep == "" {
		return nil, failure(ValueError, "empty separator")
	}
	before, behind := v.known()
	i := strings.Index(v.text[:before], sep)
	if last {
		if i = strings.LastIndex(v.text[behind:], sep); i >= 0 {
			i += behind
		}
	}
	if i < 0 && v.open {
		return nil, errUnknown
	}
	empty := NewStr("")
	switch {
	case i >= 0:
		return NewTuple(v.slice(0, i), v.slice(i, i+len(sep)), v.slice(i+len(sep), len(v.text))), nil
	case last:
		return NewTuple(empty, empty, v), nil
	}
	return NewTuple(v, empty, empty), nil
}

func strJoin(s *State, v *Str, c *CallArgs) (Value, error) {
	arg, err := c.one("join")
	if err != nil {
		return nil, err
	}
	items, err := s.items(s.needed(arg, c.Place.Span))
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		switch item.(type) {
		case *Str, *Unknown:
		default:
			return nil, failure(TypeError, "sequence item %d: expected str instance, %s found", i, typeName(item))
		}
	}
	return s.join(v, items, c.Place.Span), nil
}

func strReplace(s *State, v *Str, c *CallArgs) (Value, error) {
	old, _ := c.Arg(0, "old")
	with, _ := c.Arg(1, "new")
	if open(old) {
		return nil, errUnknown
	}
	text, ok := TextOf(old)
	if !ok {
		return nil, failure(TypeError, "replace() argument 1 must be str, not %s", typeName(old))
	}
	switch with.(type) {
	case *Str, *Unknown:
	default:
		return nil, failure(TypeError, "replace() argument 2 must be str, not %s", typeName(with))
	}
	n, ok := c.Int(2, "count")
	if !ok {
		n = -1
	}
	return s.replaced(v, text, s.text(with, c.Place.Span), n)
}

// replaced is Str.replace within the budget.
func (s *State) replaced(v *Str, old string, with *Str, n int) (Value, error) {
	if v.open && (old == "" || n >= 0) {
		return nil, errUnknown
	}
	times := strings.Count(v.text, old)
	if n >= 0 {
		times = min(times, n)
	}
	s.spendStr(v)
	s.spend(times * (len(with.text) + (len(with.segs)+1)*segmentSize))
	if v.open {
		return v.replaceAround(old, with), nil
	}
	return v.replace(old, with, n), nil
}

func strFormatMap(s *State, v *Str, c *CallArgs) (Value, error) {
	arg, err := c.one("format_map")
	if err != nil {
		return nil, err
	}
	d, ok := arg.(*Dict)
	if !ok {
		return nil, errUnknown
	}
	var named []Named
	for _, e := range d.entries {
		named = append(named, Named{ToString(e.key), e.val})
	}
	return s.format(v, nil, named, c.Place.Span)
}

// strAffix is startswith or endswith, of a string or a tuple of strings.
func strAffix(v *Str, c *CallArgs, prefix bool) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	if len(c.Args) == 0 {
		return nil, failure(TypeError, "startswith() and endswith() take at least 1 argument (0 given)")
	}
	options := []Value{c.Args[0]}
	if t, ok := c.Args[0].(*Tuple); ok {
		options = t.items
	}
	for _, o := range options {
		text, ok := TextOf(o)
		if !ok {
			return nil, failure(TypeError, "first arg must be str or a tuple of str, not %s", typeName(o))
		}
		if prefix && strings.HasPrefix(v.text, text) || !prefix && strings.HasSuffix(v.text, text) {
			return true, nil
		}
	}
	return false, nil
}

// window returns the part of v that the optional arguments start and end
// select, and the runes before it.
func window(v *Str, c *CallArgs) (text string, before int) {
	n := utf8.RuneCountInString(v.text)
	bound := func(i, def int) int {
		x, ok := c.Int(i, "")
		if !ok {
			return def
		}
		if x < 0 {
			x += n
		}
		return max(0, min(x, n))
	}
	from, to := bound(1, 0), bound(2, n)
	to = max(from, to)
	return v.text[byteOffset(v.text, from, n):byteOffset(v.text, to, n)], from
}

func strFind(v *Str, c *CallArgs, find func(s, sub string) int, strict bool) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	sub, ok := c.String(0, "sub")
	if !ok {
		return nil, failure(TypeError, "must be str")
	}
	text, before := window(v, c)
	i := find(text, sub)
	if i >= 0 {
		return int64(before + utf8.RuneCountInString(text[:i])), nil
	}
	if strict {
		return nil, failure(ValueError, "substring not found")
	}
	return int64(-1), nil
}

func strCount(_ *State, v *Str, c *CallArgs) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	sub, ok := c.String(0, "sub")
	if !ok {
		return nil, failure(TypeError, "must be str")
	}
	text, _ := window(v, c)
	return int64(strings.Count(text, sub)), nil
}

func strJustify(s *State, v *Str, c *CallArgs, name string) (Value, error) {
	width, ok := c.Int(0, "width")
	if !ok {
		return nil, failure(TypeError, "%s() needs a width", name)
	}
	fill, ok := c.String(1, "fillchar")
	if !ok {
		fill = " "
	}
	missing := max(0, width-utf8.RuneCountInString(v.text))
	switch name {
	case "ljust":
		return s.pad(v, fill, 0, missing), nil
	case "rjust":
		return s.pad(v, fill, missing, 0), nil
	}
	return s.center(v, width, fill), nil
}

// center puts v in the middle as Python does: the odd space is on the left if
// the width is odd.
func (s *State) center(v *Str, width int, fill string) *Str {
	missing := max(0, width-utf8.RuneCountInString(v.text))
	left := missing/2 + missing&width&1
	return s.pad(v, fill, left, missing-left)
}

func strZfill(s *State, v *Str, c *CallArgs) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	width, ok := c.Int(0, "width")
	if !ok {
		return nil, failure(TypeError, "zfill() needs a width")
	}
	missing := max(0, width-utf8.RuneCountInString(v.text))
	if len(v.text) > 0 && (v.text[0] == '-' || v.text[0] == '+') {
		var w buffer
		gap, _ := v.origin()
		w.str(v.slice(0, 1), gap)
		w.str(s.pad(v.slice(1, len(v.text)), "0", missing, 0), gap)
		return w.take(), nil
	}
	return s.pad(v, "0", missing, 0), nil
}
