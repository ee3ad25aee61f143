package jinja

import (
	"math"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func filterJoin(s *State, v Value, c *CallArgs) (Value, error) {
	at := c.Place.Span
	sep, ok := c.Arg(0, "d")
	if !ok {
		sep = NewStr("")
	}
	items, err := s.itemsAndRest(s.usedOr(v, at))
	if err != nil {
		return nil, err
	}
	if attr, ok := c.Arg(1, "attribute"); ok && attr != nil {
		get := s.getter(attr, c)
		mapped := make([]Value, len(items))
		for i, item := range items {
			mapped[i] = get(item)
		}
		items = mapped
	}
	return s.join(s.text(sep, at), items, at), nil
}

func filterReplace(s *State, v Value, c *CallArgs) (Value, error) {
	at := c.Place.Span
	v = s.usedOr(v, at)
	old, ok := c.Arg(0, "old")
	with, ok2 := c.Arg(1, "new")
	if !ok || !ok2 {
		return nil, failure(TypeError, "replace needs what to replace and by what")
	}
	if _, unknown := v.(*Unknown); unknown || open(old) {
		return nil, errUnknown
	}
	n, ok := c.Int(2, "count")
	if !ok {
		n = -1
	}
	return s.replaced(s.text(v, at), s.text(old, at).text, s.text(with, at), n)
}

func filterFormat(s *State, v Value, c *CallArgs) (Value, error) {
	v = s.usedOr(v, c.Place.Span)
	if _, unknown := v.(*Unknown); unknown {
		return nil, errUnknown
	}
	f := s.text(v, c.Place.Span)
	if len(c.Named) == 0 {
		return s.percent(f, &Tuple{items: c.Args})
	}
	if len(c.Args) > 0 {
		return nil, failure(AssertionError, "can't handle positional and keyword arguments at the same time")
	}
	d := NewDict()
	for _, a := range c.Named {
		d.Set(a.Name, a.Value)
	}
	return s.percent(f, d)
}

// filterPPrint writes what fits a line; how a longer value is broken up is not
// carried out.
func filterPPrint(s *State, v Value, c *CallArgs) (Value, error) {
	if openInside(v) {
		return nil, errUnknown
	}
	text := Repr(v)
	if _, dict := v.(*Dict); dict || len(text) > 80 {
		return &Unknown{Kind: ScalarKind, Why: "filter `pprint`", At: c.Place}, nil
	}
	return NewStr(text), nil
}

func filterIndent(s *State, in Value, c *CallArgs) (Value, error) {
	in = s.needed(in, c.Place.Span)
	v, ok := in.(*Str)
	switch {
	case !ok && open(in):
		return nil, errUnknown
	case !ok:
		return nil, failure(TypeError, "unsupported operand type(s) for +=: %s and 'str'", quoted(typeName(in)))
	}
	pad := NewStr("    ")
	if w, ok := c.Arg(0, "width"); ok {
		if str, ok := w.(*Str); ok {
			pad = str
		} else if n, ok := toInt(w); ok {
			s.spend(int(max(0, min(n, math.MaxInt32))))
			pad = NewStr(strings.Repeat(" ", int(max(n, 0))))
		} else {
			return nil, failure(TypeError, "the width of indent must be a number or a string")
		}
	}
	first, _ := c.Bool(1, "first")
	blank, _ := c.Bool(2, "blank")
	s.spend(len(v.text) + (strings.Count(v.text, "\n")+1)*len(pad.text))
	return v.indent(pad, first, blank), nil
}

func filterTruncate(s *State, in Value, c *CallArgs) (Value, error) {
	length, ok := c.Int(0, "length")
	if !ok {
		length = 255
	}
	kill, _ := c.Bool(1, "killwords")
	end := NewStr("...")
	if e, ok := c.Arg(2, "end"); ok {
		end = s.text(e, c.Place.Span)
	}
	leeway, ok := c.Int(3, "leeway")
	if !ok {
		leeway = 5
	}
	v, ok := in.(*Str)
	if !ok { // a short list stays as it is
		n, err := filterLength(s, in, c)
		if size, ok := n.(int64); !ok || size <= int64(length+leeway) {
			return in, err
		}
		return nil, failure(TypeError, "can only truncate strings, not %s", typeName(in))
	}
	n := utf8.RuneCountInString(v.text)
	if n <= length+leeway {
		return v, nil
	}
	if v.open {
		return nil, errUnknown
	}
	keep := length - utf8.RuneCountInString(end.text)
	if keep < 0 {
		return nil, failure(AssertionError, "expected length >= %d, got %d", utf8.RuneCountInString(end.text), length)
	}
	cut := v.slice(0, byteOffset(v.text, keep, n))
	if i := strings.LastIndexByte(cut.text, ' '); i >= 0 && !kill {
		cut = cut.slice(0, i)
	}
	var w buffer
	w.str(cut, s.seg(c.Place.Span))
	w.str(end, s.seg(c.Place.Span))
	return w.take(), nil
}

func filterCenter(s *State, v *Str, c *CallArgs) (Value, error) {
	width, ok := c.Int(0, "width")
	if !ok {
		width = 80
	}
	return s.center(v, width, " "), nil
}

func filterWordCount(_ *State, v *Str, _ *CallArgs) (Value, error) {
	if v.open {
		return nil, errUnknown
	}
	return int64(len(strings.FieldsFunc(v.text, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}))), nil
}

func filterEscape(_ *State, v *Str, _ *CallArgs) (Value, error) {
	for _, r := range []struct{ old, with string }{{"&", "&amp;"}, {">", "&gt;"}, {"<", "&lt;"}, {"'", "&#39;"}, {`"`, "&#34;"}} {
		v = v.replace(r.old, NewStr(r.with), -1)
	}
	return v, nil
}

func filterStripTags(_ *State, v *Str, _ *CallArgs) (Value, error) {
	text := v.text
	for {
		open := strings.IndexByte(text, '<')
		if open < 0 {
			break
		}
		end, n := strings.IndexByte(text[open:], '>'), 1
		if strings.HasPrefix(text[open:], "<!--") {
			end, n = strings.Index(text[open:], "-->"), 3
		}
		if end < 0 {
			break
		}
		text = text[:open] + text[open+end+n:]
	}
	return v.whole(strings.Join(strings.Fields(text), " ")), nil
}

func filterURLEncode(s *State, v Value, c *CallArgs) (Value, error) {
	quote := func(v Value, slash bool) string {
		text := strings.ReplaceAll(url.QueryEscape(ToString(v)), "%7E", "~")
		if slash {
			return strings.ReplaceAll(strings.ReplaceAll(text, "%2F", "/"), "+", "%20")
		}
		return text
	}
	var pairs []Value
	switch x := v.(type) {
	case *Str:
		return x.whole(quote(x, true)), nil
	case *Dict:
		pairs = x.pairs()
	case *List:
		pairs = x.items
	case *Tuple:
		pairs = x.items
	default:
		return NewStr(quote(v, true)), nil
	}
	var parts []string
	for _, p := range pairs {
		kv, err := s.items(p)
		if err != nil {
			return nil, failure(TypeError, "cannot unpack non-iterable %s object", typeName(p))
		}
		if len(kv) != 2 {
			return nil, failure(ValueError, "expected 2 values to unpack, got %d", len(kv))
		}
		parts = append(parts, quote(kv[0], false)+"="+quote(kv[1], false))
	}
	return NewStr(strings.Join(parts, "&")), nil
}

// parseInt reads an integer as Python's int() does.
func parseInt(text string, base int) (Value, bool) {
	text = plainDigits(strings.TrimFunc(text, isPythonSpace))
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || digits == "" || strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return nil, false
	}
	digits = strings.ReplaceAll(digits, "_", "")
	if len(digits) > 2 && digits[0] == '0' && base != 10 {
		switch prefix := digits[1] | 0x20; {
		case prefix == 'x' && base == 16, prefix == 'o' && base == 8, prefix == 'b' && base == 2:
			digits = digits[2:]
		}
	}
	if base < 2 || base > 36 || len(digits) > maxBits/3 {
		return nil, false
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok || strings.ContainsAny(digits, "+-") {
		return nil, false
	}
	if text[0] == '-' {
		n.Neg(n)
	}
	return small(n), true
}

// parseFloat reads a float as Python's float() does.
func parseFloat(text string) (float64, bool) {
	text = plainDigits(strings.TrimFunc(text, isPythonSpace))
	if strings.ContainsAny(text, "xXpP") || strings.HasPrefix(text, "_") || strings.HasSuffix(text, "_") || strings.Contains(text, "__") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func truncated(f float64) (Value, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	n, _ := big.NewFloat(f).Int(nil)
	return small(n), true
}

func filterInt(_ *State, v Value, c *CallArgs) (Value, error) {
	def, ok := c.Arg(0, "default")
	if !ok {
		def = int64(0)
	}
	base, ok := c.Int(1, "base")
	if !ok {
		base = 10
	}
	switch x := v.(type) {
	case *Str:
		if x.open {
			return nil, errUnknown
		}
		if n, ok := parseInt(x.text, base); ok {
			return n, nil
		}
		if f, ok := parseFloat(x.text); ok {
			if n, ok := truncated(f); ok {
				return n, nil
			}
		}
	case float64:
		if n, ok := truncated(x); ok {
			return n, nil
		}
	case *big.Int:
		return x, nil
	case Undefined:
		return nil, undefinedError(x)
	default:
		if n, ok := toInt(v); ok {
			return n, nil
		}
	}
	return def, nil
}

func filterFloat(_ *State, v Value, c *CallArgs) (Value, error) {
	def, ok := c.Arg(0, "default")
	if !ok {
		def = 0.0
	}
	switch x := v.(type) {
	case *Str:
		if x.open {
			return nil, errUnknown
		}
		if f, ok := parseFloat(x.text); ok {
			return f, nil
		}
	case Undefined:
		return nil, undefinedError(x)
	default:
		if n, ok := number(v); ok {
			return n.asFloat(), nil
		}
	}
	return def, nil
}

func filterAbs(_ *State, v Value, _ *CallArgs) (Value, error) {
	n, ok := number(v)
	switch {
	case !ok:
		return nil, failure(TypeError, "bad operand type for abs(): %s", quoted(typeName(v)))
	case n.float:
		return math.Abs(n.f), nil
	}
	return small(new(big.Int).Abs(n.asBig())), nil
}

func filterRound(s *State, v Value, c *CallArgs) (Value, error) {
	precision, _ := c.Int(0, "precision")
	method, ok := c.String(1, "method")
	if !ok {
		method = "common"
	}
	if method != "common" && method != "ceil" && method != "floor" {
		return nil, failure(ArgumentError, "method must be common, ceil or floor")
	}
	v = s.needed(v, c.Place.Span)
	n, ok := number(v)
	if !ok {
		return nil, failure(TypeError, "type %s doesn't define __round__ method", typeName(v))
	}
	precision = max(-400, min(precision, 400))
	scale := math.Pow(10, float64(precision))
	round := math.Floor
	switch method {
	case "common":
		if !n.float && precision >= 0 {
			return small(n.asBig()), nil
		}
		return roundEven(n, precision), nil
	case "ceil":
		round = math.Ceil
	}
	return round(n.asFloat()*scale)/scale + 0, nil
}

// roundEven rounds to a number of decimals, halves to even; negative
// precisions round to tens, hundreds and so on.
func roundEven(n num, precision int) Value {
	if math.IsInf(n.asFloat(), 0) || math.IsNaN(n.asFloat()) {
		return n.asFloat()
	}
	if precision >= 0 {
		f, _ := strconv.ParseFloat(strconv.FormatFloat(n.f, 'f', precision, 64), 64)
		return f
	}
	if !n.float {
		return roundTens(n.asBig(), -precision)
	}
	scale := math.Pow(10, float64(-precision))
	return math.RoundToEven(n.f/scale) * scale
}

// roundTens rounds to a multiple of ten to the given power, halves to even.
func roundTens(n *big.Int, power int) Value {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(power)), nil)
	q, rest := new(big.Int).DivMod(n, unit, new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(unit) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		q.Add(q, new(big.Int).And(q, big.NewInt(1)))
	}
	return small(q.Mul(q, unit))
}
