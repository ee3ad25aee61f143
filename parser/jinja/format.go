package jinja

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// formatter carries out str.format.
type formatter struct {
	s     *State
	args  []Value
	named []Named
	at    source.Span
	auto  int  // the next argument of an empty field
	given bool // a field named the number of its argument
}

func (s *State) format(v *Str, args []Value, named []Named, at source.Span) (Value, error) {
	f := &formatter{s: s, args: args, named: named, at: at}
	return f.run(v, 0)
}

// run writes v with its fields replaced. What is wrong with a text that has a
// hole is not known.
func (f *formatter) run(v *Str, depth int) (*Str, error) {
	w, err := f.fields(v, depth)
	if err != nil && doubtful(v) {
		err = errUnknown
	}
	if err != nil {
		return nil, err
	}
	return w.take(), nil
}

func (f *formatter) fields(v *Str, depth int) (*buffer, error) {
	var w buffer
	text := v.text
	literal := func(from, to int) { w.str(v.slice(from, to), f.s.seg(f.at)) }
	for i := 0; i < len(text); {
		j := strings.IndexAny(text[i:], "{}")
		if j < 0 {
			literal(i, len(text))
			break
		}
		j += i
		literal(i, j)
		if j+1 < len(text) && text[j+1] == text[j] {
			literal(j, j+1)
			i = j + 2
			continue
		}
		if text[j] == '}' {
			return nil, failure(ValueError, "Single '}' encountered in format string")
		}
		end := fieldEnd(text, j+1)
		if end < 0 {
			return nil, failure(ValueError, "expected '}' before end of string")
		}
		if err := f.field(&w, text[j+1:end], depth); err != nil {
			return nil, err
		}
		i = end + 1
	}
	return &w, nil
}

// fieldEnd returns the offset of the brace that closes the field at from.
func fieldEnd(text string, from int) int {
	for depth, i := 1, from; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// field writes one replacement field: name!conversion:spec.
func (f *formatter) field(w *buffer, field string, depth int) error {
	name, spec, _ := cutOutside(field, ':')
	conversion := byte(0)
	if i := strings.LastIndexByte(name, '!'); i >= 0 && i == len(name)-2 {
		name, conversion = name[:i], name[i+1]
	}
	v, err := f.value(name)
	if err != nil {
		return err
	}
	switch conversion {
	case 's':
		v = f.s.text(v, f.at)
	case 'r', 'a':
		if v, err = f.s.represented(v, conversion == 'a'); err != nil {
			return err
		}
	case 0:
	default:
		return failure(ValueError, "Unknown conversion specifier %c", conversion)
	}
	if strings.Contains(spec, "{") {
		if depth >= 2 {
			return failure(ValueError, "Max string recursion exceeded")
		}
		inner, err := f.run(NewStr(spec), depth+1)
		if err != nil {
			return err
		}
		spec = inner.text
	}
	return f.s.formatValue(w, v, spec, f.at)
}

// cutOutside cuts s at the first sep that is not in brackets.
func cutOutside(s string, sep byte) (before, after string, found bool) {
	bracket := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '[':
			bracket = true
		case s[i] == ']':
			bracket = false
		case s[i] == sep && !bracket:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// value finds the argument that a field names, with attributes and items.
func (f *formatter) value(name string) (Value, error) {
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	v, err := f.argument(name[:end], end == len(name))
	rest := name[end:]
	const empty = "Empty attribute in format string"
	for rest != "" && err == nil {
		if rest[0] != '.' && rest[0] != '[' {
			return nil, failure(ValueError, "Only '.' or '[' may follow ']' in format field specifier")
		}
		if rest[0] == '.' {
			n := strings.IndexAny(rest[1:], ".[") + 1
			if n == 0 {
				n = len(rest)
			}
			if n == 1 {
				return nil, failure(ValueError, empty)
			}
			v, rest = f.s.attr(v, rest[1:n], f.at), rest[n:]
			continue
		}
		n := strings.IndexByte(rest, ']')
		if n < 0 {
			return nil, failure(ValueError, "expected ']' before end of string")
		}
		if n == 1 {
			return nil, failure(ValueError, empty)
		}
		var key Value = NewStr(rest[1:n])
		if i, err := strconv.Atoi(rest[1:n]); err == nil {
			key = int64(i)
		}
		v, rest = f.s.item(v, key, f.at), rest[n+1:]
	}
	return v, err
}

// argument returns the argument that a field begins with; only a field that is
// nothing else decides between counted and numbered ones.
func (f *formatter) argument(name string, alone bool) (Value, error) {
	i, numbered := 0, strings.Trim(name, decimal) == ""
	switch {
	case name == "":
		i = f.auto
		f.auto++
	case numbered:
		i, _ = strconv.Atoi(name[:min(len(name), 9)])
		f.given = f.given || alone
	}
	switch {
	case f.auto > 0 && f.given && name == "":
		return nil, failure(ValueError, "cannot switch from manual field specification to automatic field numbering")
	case f.auto > 0 && f.given && numbered && alone:
		return nil, failure(ValueError, "cannot switch from automatic field numbering to manual field specification")
	case numbered && i >= len(f.args):
		return nil, failure(IndexError, "Replacement index %d out of range for positional args tuple", i)
	case numbered:
		return f.args[i], nil
	}
	for _, a := range f.named {
		if a.Name == name {
			return a.Value, nil
		}
	}
	return nil, failure(KeyError, "%s", quoted(name))
}

// formatValue writes v as format(v, spec) does. A string without padding
// keeps its places; what is unknown becomes a hole.
func (s *State) formatValue(w *buffer, v Value, text string, at source.Span) error {
	if _, unknown := v.(*Unknown); text == "" || unknown {
		s.print(w, v, at)
		return nil
	}
	v = s.needed(v, at)
	if u, unknown := v.(*Unknown); unknown {
		s.print(w, u, at)
		return nil
	}
	if str, ok := v.(*Str); ok {
		p, err := parseSpec(text, 's')
		if err != nil {
			return err
		}
		return s.formatStr(w, str, p, at)
	}
	n, ok := number(v)
	if !ok {
		return failure(TypeError, "unsupported format string passed to %s.__format__", typeName(v))
	}
	kind := byte('d')
	if n.float {
		kind = 'f'
	}
	p, err := parseSpec(text, kind)
	if err != nil {
		return err
	}
	sign, digits, err := p.number(n)
	if err == nil {
		s.formatDigits(w, p, sign, digits, at)
	}
	return err
}

// formatDigits writes a number that is padded and grouped.
func (s *State) formatDigits(w *buffer, p spec, sign, digits string, at source.Span) {
	digits = p.grouped(digits, 0)
	if p.fill == "0" && p.align == '=' && p.group != 0 { // the zeros are grouped as well
		s.spend(p.width)
		digits = p.grouped(digits, p.width-len(sign))
	}
	missing := max(0, p.width-utf8.RuneCountInString(digits)-len(sign))
	s.spend(missing*len(p.fill) + len(digits))
	left, middle, right := p.padding(missing, '>')
	w.write(left+sign+middle+digits+right, s.seg(at))
}

func (s *State) formatStr(w *buffer, v *Str, p spec, at source.Span) error {
	if v.open && (p.precision >= 0 && !v.knows(int64(p.precision)) || p.width > 0 && p.fill != " ") {
		return errUnknown
	}
	n := utf8.RuneCountInString(v.text)
	if p.precision >= 0 && p.precision < n {
		v = v.slice(0, byteOffset(v.text, p.precision, n))
		n = p.precision
	}
	missing := max(0, p.width-n)
	s.spend(missing*len(p.fill) + len(v.text))
	left, _, right := p.padding(missing, '<')
	w.write(left, s.seg(at))
	w.str(v, s.seg(at))
	w.write(right, s.seg(at))
	return nil
}
