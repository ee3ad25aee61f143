package jinja

import (
	"math"
	"math/big"
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
		return plain(func(v *Str) Value { return v.mapCase(upperCase) })
	case "lower":
		return plain(func(v *Str) Value { return v.mapCase(lowerCase) })
	case "casefold":
		return plain(func(v *Str) Value { return v.mapCase(caseFold) })
	case "title":
		return plain(func(v *Str) Value { return v.mapCase(titleCase) })
	case "capitalize":
		return plain(func(v *Str) Value { return v.mapCase(capitalize) })
	case "swapcase":
		return plain(func(v *Str) Value { return v.mapCase(swapCase) })
	case "strip", "lstrip", "rstrip":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, err := cutset(c)
			return v.trim(cut, name != "rstrip", name != "lstrip"), err
		})
	case "removeprefix":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, err := c.textArg(0, "")
			return v.slice(len(v.text)-len(strings.TrimPrefix(v.text, cut)), len(v.text)), err
		})
	case "removesuffix":
		return on(func(_ *State, v *Str, c *CallArgs) (Value, error) {
			cut, err := c.textArg(0, "")
			return v.slice(0, len(strings.TrimSuffix(v.text, cut))), err
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
		return on(strTabs)
	case "isdecimal":
		return known(func(text string) Value { return every(text, unicode.IsDigit) })
	case "isdigit":
		return known(func(text string) Value {
			return every(text, func(r rune) bool { return unicode.IsDigit(r) || unicode.Is(otherDigits, r) })
		})
	case "isnumeric":
		return known(func(text string) Value {
			return every(text, func(r rune) bool { return unicode.IsNumber(r) || strings.ContainsRune(numerals, r) })
		})
	case "isalpha":
		return known(func(text string) Value { return every(text, unicode.IsLetter) })
	case "isalnum":
		return known(func(text string) Value {
			return every(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
		})
	case "isspace":
		return known(func(text string) Value { return every(text, isPythonSpace) })
	case "isupper":
		return known(func(text string) Value { return allCased(text, isUpperCase, isLowerCase) })
	case "islower":
		return known(func(text string) Value { return allCased(text, isLowerCase, isUpperCase) })
	case "istitle":
		return known(func(text string) Value { return isTitleCase(text) })
	case "isascii":
		return known(func(text string) Value { return isASCII(text) })
	case "isprintable":
		return known(func(text string) Value {
			return !strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) })
		})
	case "isidentifier":
		return known(func(text string) Value { return isIdentifier(text) })
	case "encode", "translate", "maketrans":
		return unsupported(name)
	}
	return builtin{}
}

// unsupported is a method that exists and is not carried out.
func unsupported(name string) builtin {
	return builtin{true, func(_ *State, _ Value, c *CallArgs) (Value, error) {
		return &Unknown{Why: "method `" + name + "`", At: c.Place}, nil
	}}
}

// strArgs says how many arguments the methods of strings take, at least and at most.
var strArgs = map[string][2]int{
	"upper": {0, 0}, "lower": {0, 0}, "casefold": {0, 0}, "title": {0, 0}, "capitalize": {0, 0}, "swapcase": {0, 0},
	"strip": {0, 1}, "lstrip": {0, 1}, "rstrip": {0, 1}, "removeprefix": {1, 1}, "removesuffix": {1, 1},
	"split": {0, 2}, "rsplit": {0, 2}, "splitlines": {0, 1}, "partition": {1, 1}, "rpartition": {1, 1},
	"join": {1, 1}, "replace": {2, 3}, "format_map": {1, 1}, "startswith": {1, 3}, "endswith": {1, 3},
	"find": {1, 3}, "rfind": {1, 3}, "index": {1, 3}, "rindex": {1, 3}, "count": {1, 3},
	"ljust": {1, 2}, "rjust": {1, 2}, "center": {1, 2}, "zfill": {1, 1}, "expandtabs": {0, 1},
	"isdecimal": {0, 0}, "isdigit": {0, 0}, "isnumeric": {0, 0}, "isalpha": {0, 0}, "isalnum": {0, 0}, "isspace": {0, 0},
	"isupper": {0, 0}, "islower": {0, 0}, "istitle": {0, 0}, "isascii": {0, 0}, "isprintable": {0, 0}, "isidentifier": {0, 0},
}

// counted is m with a check of the number of its arguments.
func counted(name string, m builtin) builtin {
	takes, ok := strArgs[name]
	if !ok {
		return m
	}
	return builtin{m.lazy, func(s *State, v Value, c *CallArgs) (Value, error) {
		if n := len(c.Args) + len(c.Named); n < takes[0] || n > takes[1] {
			return nil, failure(TypeError, "str.%s() takes %d to %d arguments (%d given)", name, takes[0], takes[1], n)
		}
		return m.fn(s, v, c)
	}}
}

// textArg returns an argument that must be a string.
func (c *CallArgs) textArg(i int, name string) (string, error) {
	v, _ := c.Arg(i, name)
	if text, ok := TextOf(v); ok {
		return text, nil
	}
	return "", failure(TypeError, "must be str, not %s", typeName(v))
}

// intArg returns an argument that must be an integer, or def if it is not given.
func (c *CallArgs) intArg(i int, name string, def int) (int, error) {
	v, given := c.Arg(i, name)
	if !given {
		return def, nil
	}
	if n, ok := toInt(v); ok {
		return int(n), nil
	}
	if n, ok := v.(*big.Int); ok {
		return n.Sign() * math.MaxInt32, nil
	}
	return 0, failure(TypeError, "%s object cannot be interpreted as an integer", quoted(typeName(v)))
}

func strTabs(s *State, v *Str, c *CallArgs) (Value, error) {
	size, err := c.intArg(0, "tabsize", 8)
	if err != nil || !strings.Contains(v.text, "\t") {
		return v, err
	}
	if v.open {
		return nil, errUnknown
	}
	size = max(0, min(size, s.budget.Output))
	column := 0
	text := eachRune(v.text, func(r rune, _, _ int) string {
		switch {
		case r == '\n' || r == '\r':
			column = 0
		case r == '\t' && size == 0:
			return ""
		case r == '\t':
			n := size - column%size
			column += n
			s.spend(n)
			return strings.Repeat(" ", n)
		default:
			column++
		}
		return string(r)
	})
	return v.whole(text), nil
}

func every(text string, ok func(rune) bool) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !ok(r) })
}

// allCased reports whether text has letters of one case and none of the other.
func allCased(text string, some, none func(rune) bool) bool {
	return strings.ContainsFunc(text, some) && !strings.ContainsFunc(text, func(r rune) bool { return none(r) || unicode.IsTitle(r) })
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
func cutset(c *CallArgs) (*string, error) {
	v, _ := c.Arg(0, "chars")
	if v == nil {
		return nil, nil
	}
	text, err := c.textArg(0, "chars")
	return &text, err
}

func strSplit(v *Str, c *CallArgs, by func(*Str, string, int) []Value, fields func(*Str, int) []Value) (Value, error) {
	if v.open {
		return nil, errUnknown // what is not known may hold the separator
	}
	n, err := c.intArg(1, "maxsplit", -1)
	if err != nil {
		return nil, err
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
	keep, err := c.intArg(0, "keepends", 0)
	if err != nil {
		return nil, err
	}
	out := &List{}
	for _, line := range v.lines(keep != 0) {
		out.items = append(out.items, line)
	}
	return out, nil
}

func strPartition(v *Str, c *CallArgs, last bool) (Value, error) {
	sep, err := c.textArg(0, "")
	if err != nil {
		return nil, err
	}
	if sep == "" {
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
	items, err := s.items(s.usedOr(arg, c.Place.Span))
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
	n, err := c.intArg(2, "count", -1)
	if err != nil {
		return nil, err
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

func strJustify(s *State, v *Str, c *CallArgs, name string) (Value, error) {
	width, err := c.intArg(0, "", 0)
	if err != nil {
		return nil, err
	}
	fill := " "
	if len(c.Args) > 1 {
		if fill, err = c.textArg(1, ""); err != nil {
			return nil, err
		}
	}
	switch {
	case utf8.RuneCountInString(fill) != 1:
		return nil, failure(TypeError, "The fill character must be exactly one character long")
	case v.open && fill != " ":
		return nil, errUnknown
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
	width, err := c.intArg(0, "", 0)
	if err != nil {
		return nil, err
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
