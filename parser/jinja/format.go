package jinja

import (
	"math"
	"math/big"
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
	auto  int // the next argument of an empty field
}

func (s *State) format(v *Str, args []Value, named []Named, at source.Span) (Value, error) {
	f := &formatter{s: s, args: args, named: named, at: at}
	return f.run(v, 0)
}

func (f *formatter) run(v *Str, depth int) (*Str, error) {
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
	return w.take(), nil
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
	switch conversion {
	case 's':
		v = f.s.text(v, f.at)
	case 'r', 'a':
		if openInside(v) {
			return errUnknown
		}
		v = NewStr(Repr(v))
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
	v, err := f.argument(name[:end])
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

func (f *formatter) argument(name string) (Value, error) {
	i, err := strconv.Atoi(name)
	if name == "" {
		i, err = f.auto, nil
		f.auto++
	}
	if err == nil {
		if i < 0 || i >= len(f.args) {
			return nil, failure(IndexError, "Replacement index %d out of range for positional args tuple", i)
		}
		return f.args[i], nil
	}
	for _, a := range f.named {
		if a.Name == name {
			return a.Value, nil
		}
	}
	return nil, failure(KeyError, "%s", quoted(name))
}

// spec is a parsed format specification.
type spec struct {
	fill      string
	align     byte
	sign      byte
	alternate bool
	zero      bool
	width     int
	group     byte
	precision int // -1 if not given
	verb      byte
}

func parseSpec(text string) (spec, error) {
	p := spec{fill: " ", precision: -1}
	const aligns = "<>=^"
	if _, n := utf8.DecodeRuneInString(text); n < len(text) && strings.IndexByte(aligns, text[n]) >= 0 {
		p.fill, p.align, text = text[:n], text[n], text[n+1:]
	} else if text != "" && strings.IndexByte(aligns, text[0]) >= 0 {
		p.align, text = text[0], text[1:]
	}
	next := func(set string) byte {
		if text == "" || strings.IndexByte(set, text[0]) < 0 {
			return 0
		}
		c := text[0]
		text = text[1:]
		return c
	}
	p.sign = next("+- ")
	p.alternate = next("#") != 0
	if next("0") != 0 {
		p.zero = true
		if p.align == 0 {
			p.fill, p.align = "0", '='
		}
	}
	p.width = leadingInt(&text)
	p.group = next(",_")
	if next(".") != 0 {
		if text == "" || text[0] < '0' || text[0] > '9' {
			return p, failure(ValueError, "Format specifier missing precision")
		}
		p.precision = leadingInt(&text)
	}
	p.verb = next("bcdeEfFgGnosxX%")
	if text != "" {
		return p, failure(ValueError, "Invalid format specifier")
	}
	return p, nil
}

// leadingInt cuts a number of at most seven digits off text; a larger one
// counts as the largest.
func leadingInt(text *string) int {
	n, t := 0, *text
	for t != "" && t[0] >= '0' && t[0] <= '9' {
		n = min(n*10+int(t[0]-'0'), 9_999_999)
		t = t[1:]
	}
	*text = t
	return n
}

// formatValue writes v as format(v, spec) does. A string without padding
// keeps its places; what is unknown becomes a hole.
func (s *State) formatValue(w *buffer, v Value, text string, at source.Span) error {
	if _, unknown := v.(*Unknown); text == "" || unknown {
		s.print(w, v, at)
		return nil
	}
	p, err := parseSpec(text)
	if err != nil {
		return err
	}
	v = s.needed(v, at)
	if str, ok := v.(*Str); ok {
		return s.formatStr(w, str, p, at)
	}
	if b, ok := v.(bool); ok && p.verb == 0 && p.width == 0 {
		s.print(w, b, at)
		return nil
	}
	n, ok := number(v)
	if !ok {
		return failure(TypeError, "unsupported format string passed to %s.__format__", typeName(v))
	}
	sign, digits, err := p.number(n)
	if err != nil {
		return err
	}
	width := utf8.RuneCountInString(digits) + len(sign)
	missing := max(0, p.width-width)
	s.spend(missing*len(p.fill) + len(digits))
	left, middle, right := p.padding(missing, '>')
	w.write(left+sign+middle+digits+right, s.seg(at))
	return nil
}

// padding returns what to put before, between sign and digits, and behind.
func (p spec) padding(missing int, align byte) (left, middle, right string) {
	if p.align != 0 {
		align = p.align
	}
	fill := func(n int) string { return strings.Repeat(p.fill, n) }
	switch align {
	case '<':
		return "", "", fill(missing)
	case '^':
		return fill(missing / 2), "", fill(missing - missing/2)
	case '=':
		return "", fill(missing), ""
	}
	return fill(missing), "", ""
}

func (s *State) formatStr(w *buffer, v *Str, p spec, at source.Span) error {
	if p.verb != 0 && p.verb != 's' {
		return failure(ValueError, "Unknown format code '%c' for object of type 'str'", p.verb)
	}
	if p.align == '=' && !p.zero {
		return failure(ValueError, "'=' alignment not allowed in string format specifier")
	}
	n := utf8.RuneCountInString(v.text)
	if p.precision >= 0 && p.precision < n {
		v = v.slice(0, byteOffset(v.text, p.precision, n))
		n = p.precision
	}
	missing := max(0, p.width-n)
	s.spend(missing*len(p.fill) + len(v.text))
	if p.align == '=' {
		p.align = '<'
	}
	left, _, right := p.padding(missing, '<')
	w.write(left, s.seg(at))
	w.str(v, s.seg(at))
	w.write(right, s.seg(at))
	return nil
}

// number returns the sign and the digits of n.
func (p spec) number(n num) (sign, digits string, err error) {
	if !n.float && strings.IndexByte("eEfFgG%", p.verb) >= 0 && p.verb != 0 {
		n = num{f: n.asFloat(), float: true}
	}
	negative := false
	if n.float {
		negative = math.Signbit(n.f) && !math.IsNaN(n.f)
		digits, err = p.floatDigits(math.Abs(n.f))
	} else {
		negative = n.asBig().Sign() < 0
		digits, err = p.intDigits(new(big.Int).Abs(n.asBig()))
	}
	switch {
	case negative:
		sign = "-"
	case p.sign == '+' || p.sign == ' ':
		sign = string(p.sign)
	}
	return sign, p.grouped(digits), err
}

func (p spec) intDigits(n *big.Int) (string, error) {
	prefix, base := "", 10
	switch p.verb {
	case 0, 'd', 'n':
	case 'b':
		prefix, base = "0b", 2
	case 'o':
		prefix, base = "0o", 8
	case 'x', 'X':
		prefix, base = "0x", 16
	case 'c':
		if !n.IsInt64() || n.Int64() > utf8.MaxRune {
			return "", failure(ValueError, "%%c arg not in range(0x110000)")
		}
		return string(rune(n.Int64())), nil
	default:
		return "", failure(ValueError, "Unknown format code '%c' for object of type 'int'", p.verb)
	}
	if p.precision >= 0 {
		return "", failure(ValueError, "Precision not allowed in integer format specifier")
	}
	digits := n.Text(base)
	if p.alternate {
		digits = prefix + digits
	}
	if p.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	return digits, nil
}

func (p spec) floatDigits(f float64) (string, error) {
	precision := min(p.precision, 400)
	if precision < 0 && p.verb != 0 {
		precision = 6
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return floatText(f), nil
	}
	switch p.verb {
	case 0:
		if precision < 0 {
			return floatText(f), nil
		}
		text := general(f, precision, p.alternate)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text, nil
	case 'e', 'E':
		text := strconv.FormatFloat(f, p.verb, precision, 64)
		return text, nil
	case 'f', 'F':
		return strconv.FormatFloat(f, 'f', precision, 64), nil
	case 'g', 'G', 'n':
		text := general(f, precision, p.alternate)
		if p.verb == 'G' {
			text = strings.ToUpper(text)
		}
		return text, nil
	case '%':
		return strconv.FormatFloat(f*100, 'f', precision, 64) + "%", nil
	}
	return "", failure(ValueError, "Unknown format code '%c' for object of type 'float'", p.verb)
}

// general is %g: an exponent only if it is below -4 or not below the precision.
func general(f float64, precision int, keepZeros bool) string {
	precision = max(1, precision)
	text := strconv.FormatFloat(f, 'e', precision-1, 64)
	exp, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	mantissa, exponent := text[:strings.IndexByte(text, 'e')], text[strings.IndexByte(text, 'e'):]
	if exp >= -4 && exp < precision {
		mantissa, exponent = strconv.FormatFloat(f, 'f', precision-1-exp, 64), ""
	}
	if !keepZeros && strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return mantissa + exponent
}

// grouped puts separators between thousands (fours for other bases).
func (p spec) grouped(digits string) string {
	if p.group == 0 {
		return digits
	}
	size := 3
	if strings.IndexByte("boxX", p.verb) >= 0 && p.verb != 0 {
		size = 4
	}
	end := strings.IndexAny(digits, ".e%")
	if end < 0 {
		end = len(digits)
	}
	whole := digits[:end]
	var parts []string
	for len(whole) > size {
		parts = append([]string{whole[len(whole)-size:]}, parts...)
		whole = whole[:len(whole)-size]
	}
	return strings.Join(append([]string{whole}, parts...), string(p.group)) + digits[end:]
}
