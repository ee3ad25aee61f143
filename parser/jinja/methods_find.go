package jinja

import (
	"strings"
	"unicode/utf8"
)

// strAffix is startswith or endswith, of a string or a tuple of strings.
func strAffix(v *Str, c *CallArgs, prefix bool) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	if len(c.Args) == 0 {
		return nil, failure(TypeError, "startswith() and endswith() take at least 1 argument (0 given)")
	}
	in, _, err := window(v, c)
	if err != nil {
		return nil, err
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
		if in != nil && (prefix && strings.HasPrefix(*in, text) || !prefix && strings.HasSuffix(*in, text)) {
			return true, nil
		}
	}
	return false, nil
}

// window returns the part of v that the optional arguments start and end
// select, nil if start is behind the end, and the runes before it.
func window(v *Str, c *CallArgs) (text *string, before int, err error) {
	n := utf8.RuneCountInString(v.text)
	bounds := [2]int{0, n}
	for i := range bounds {
		if arg, _ := c.Arg(i+1, ""); arg == nil {
			continue
		}
		x, err := c.intArg(i+1, "", 0)
		if err != nil {
			return nil, 0, failure(TypeError, "slice indices must be integers or None")
		}
		if x < 0 {
			x = max(0, x+n)
		}
		bounds[i] = x
	}
	from, to := bounds[0], min(bounds[1], n)
	if from > to {
		return nil, 0, nil
	}
	part := v.text[byteOffset(v.text, from, n):byteOffset(v.text, to, n)]
	return &part, from, nil
}

func strFind(v *Str, c *CallArgs, find func(s, sub string) int, strict bool) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	sub, err := c.textArg(0, "")
	if err != nil {
		return nil, err
	}
	text, before, err := window(v, c)
	if err != nil {
		return nil, err
	}
	if text != nil {
		if i := find(*text, sub); i >= 0 {
			return int64(before + utf8.RuneCountInString((*text)[:i])), nil
		}
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
	sub, err := c.textArg(0, "")
	if err != nil {
		return nil, err
	}
	text, _, err := window(v, c)
	if text == nil || err != nil {
		return int64(0), err
	}
	return int64(strings.Count(*text, sub)), nil
}
