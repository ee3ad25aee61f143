package jinja

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spec is a parsed format specification.
type spec struct {
	fill      string
	align     byte
	sign      byte
	alternate bool
	width     int
	group     byte
	precision int // -1 if not given
	verb      byte
}

// parseSpec reads a specification for a value of the given kind: 's' for text, 'd'
// for integers, 'f' for floats.
func parseSpec(text string, kind byte) (spec, error) {
	p := spec{fill: " ", precision: -1}
	const aligns = "<>=^"
	filled := false
	if _, n := utf8.DecodeRuneInString(text); n < len(text) && strings.IndexByte(aligns, text[n]) >= 0 {
		p.fill, p.align, text, filled = text[:n], text[n], text[n+1:], true
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
	if !filled && next("0") != 0 {
		p.fill = "0"
		if p.align == 0 && kind != 's' {
			p.align = '='
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
	if len(text) > 1 {
		return p, failure(ValueError, "Invalid format specifier")
	}
	if text != "" {
		p.verb = text[0]
	}
	return p, p.check(kind)
}

// check reports what the parts of a specification exclude.
func (p spec) check(kind byte) error {
	verb, of := p.verb, map[byte]string{'s': "str", 'd': "int", 'f': "float"}[kind]
	if verb == 0 && kind == 's' {
		verb = 's'
	}
	verbs := map[byte]string{'s': "s", 'd': "bcdoxXneEfFgG%", 'f': "neEfFgG%"}[kind]
	whole := kind == 'd' && strings.IndexByte("\x00bcdoxXn", verb) >= 0
	switch {
	case p.group != 0 && strings.IndexByte("\x00deEfFgG%", verb) < 0 && (p.group == ',' || strings.IndexByte("boxX", verb) < 0):
		return failure(ValueError, "Cannot specify '%c' with '%c'.", p.group, verb)
	case verb != 0 && strings.IndexByte(verbs, verb) < 0:
		return failure(ValueError, "Unknown format code '%c' for object of type '%s'", verb, of)
	case kind == 's' && p.sign != 0:
		return failure(ValueError, "Sign not allowed in string format specifier")
	case kind == 's' && p.alternate:
		return failure(ValueError, "Alternate form (#) not allowed in string format specifier")
	case kind == 's' && p.align == '=':
		return failure(ValueError, "'=' alignment not allowed in string format specifier")
	case whole && p.precision >= 0:
		return failure(ValueError, "Precision not allowed in integer format specifier")
	case whole && verb == 'c' && p.sign != 0:
		return failure(ValueError, "Sign not allowed with integer format specifier 'c'")
	case whole && verb == 'c' && p.alternate:
		return failure(ValueError, "Alternate form (#) not allowed with integer format specifier 'c'")
	}
	return nil
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

// number returns the digits of n, and what precedes them and any padding: the
// sign and the prefix of the base.
func (p spec) number(n num) (sign, digits string, err error) {
	if !n.float && p.verb != 0 && strings.IndexByte("eEfFgG%", p.verb) >= 0 {
		n = num{f: n.asFloat(), float: true}
	}
	negative, prefix := false, ""
	if n.float {
		negative = math.Signbit(n.f) && !math.IsNaN(n.f)
		digits, err = p.floatDigits(math.Abs(n.f))
	} else {
		negative = n.asBig().Sign() < 0
		prefix, digits, err = p.intDigits(new(big.Int).Abs(n.asBig()))
	}
	switch {
	case negative:
		sign = "-"
	case p.sign == '+' || p.sign == ' ':
		sign = string(p.sign)
	}
	return sign + prefix, digits, err
}

func (p spec) intDigits(n *big.Int) (prefix, digits string, err error) {
	base := 10
	switch p.verb {
	case 'b':
		prefix, base = "0b", 2
	case 'o':
		prefix, base = "0o", 8
	case 'x', 'X':
		prefix, base = "0x", 16
	case 'c':
		digits, err = codeText(n)
		return "", digits, err
	}
	if !p.alternate {
		prefix = ""
	}
	digits = n.Text(base)
	if p.verb == 'X' {
		prefix, digits = strings.ToUpper(prefix), strings.ToUpper(digits)
	}
	return prefix, digits, nil
}

// codeText is the character with the number n.
func codeText(n *big.Int) (string, error) {
	if n.Sign() < 0 || !n.IsInt64() || n.Int64() > utf8.MaxRune {
		return "", failure(OverflowError, "%%c arg not in range(0x110000)")
	}
	return string(rune(n.Int64())), nil
}

func (p spec) floatDigits(f float64) (string, error) {
	precision := min(p.precision, 400)
	if precision < 0 && p.verb != 0 {
		precision = 6
	}
	text := ""
	switch verb := p.verb | 0x20; {
	case math.IsInf(f, 0) || math.IsNaN(f):
		text = floatText(f)
	case p.verb == 0 && precision < 0:
		return p.pointed(floatText(f)), nil
	case p.verb == 0:
		text = general(f, precision, max(1, precision)-1, p.alternate)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
	case verb == 'e':
		text = p.pointed(strconv.FormatFloat(f, 'e', precision, 64))
	case verb == 'f':
		text = p.pointed(strconv.FormatFloat(f, 'f', precision, 64))
	case p.verb == '%':
		text = p.pointed(strconv.FormatFloat(f*100, 'f', precision, 64))
	default:
		text = general(f, precision, max(1, precision), p.alternate)
	}
	switch p.verb {
	case '%':
		text += "%"
	case 'E', 'F', 'G':
		text = strings.ToUpper(text)
	}
	return text, nil
}

// pointed adds the point that the alternate form has even before no decimals.
func (p spec) pointed(text string) string {
	if !p.alternate || strings.Contains(text, ".") {
		return text
	}
	mantissa, exponent, _ := strings.Cut(text, "e")
	if exponent != "" {
		exponent = "e" + exponent
	}
	return mantissa + "." + exponent
}

// general is %g: an exponent only if it is below -4 or not below limit.
func general(f float64, precision, limit int, keepZeros bool) string {
	precision = max(1, precision)
	text := strconv.FormatFloat(f, 'e', precision-1, 64)
	exp, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	mantissa, exponent := text[:strings.IndexByte(text, 'e')], text[strings.IndexByte(text, 'e'):]
	if exp >= -4 && exp < limit {
		mantissa, exponent = strconv.FormatFloat(f, 'f', precision-1-exp, 64), ""
	}
	switch {
	case keepZeros && !strings.Contains(mantissa, "."):
		mantissa += "."
	case !keepZeros && strings.Contains(mantissa, "."):
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return mantissa + exponent
}

// grouped puts separators between thousands (fours for other bases), in at
// least width characters.
func (p spec) grouped(digits string, width int) string {
	if p.group == 0 {
		return digits
	}
	size := 3
	if p.verb != 0 && strings.IndexByte("boxX", p.verb) >= 0 {
		size = 4
	}
	digits = strings.ReplaceAll(digits, string(p.group), "")
	end := strings.IndexAny(digits, ".eE%inIN") // or inf, nan
	if end < 0 || size == 4 {
		end = len(digits)
	}
	whole, rest := digits[:end], digits[end:]
	for grouped := len(whole) + (len(whole)-1)/size; grouped+len(rest) < width; grouped = len(whole) + (len(whole)-1)/size {
		whole = "0" + whole
	}
	var parts []string
	for len(whole) > size {
		parts = append(parts, whole[len(whole)-size:])
		whole = whole[:len(whole)-size]
	}
	parts = append(parts, whole)
	slices.Reverse(parts)
	return strings.Join(parts, string(p.group)) + rest
}
