package jinja

import (
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// percenter carries out the operator % of strings.
type percenter struct {
	s    *State
	args []Value
	dict *Dict // for %(key)s
	left bool  // arguments may be left over: what has items is asked by key
	used int
	at   source.Span
}

// percent is f % arg.
func (s *State) percent(f *Str, arg Value) (Value, error) {
	p := &percenter{s: s, args: []Value{arg}, at: s.at}
	switch a := arg.(type) {
	case *Tuple:
		p.args = a.items
	case *Dict:
		p.dict, p.left = a, true
	case *List, rangeValue:
		p.left = true
	}
	w, err := p.run(f)
	if err != nil && doubtful(f) { // who knows what the hole asks for
		return nil, errUnknown
	}
	if err != nil {
		return nil, err
	}
	return w.take(), nil
}

func (p *percenter) run(f *Str) (*buffer, error) {
	var w buffer
	text := f.text
	literal := func(from, to int) { w.str(f.slice(from, to), p.s.seg(p.at)) }
	for i := 0; i < len(text); {
		j := strings.IndexByte(text[i:], '%')
		if j < 0 {
			literal(i, len(text))
			break
		}
		literal(i, i+j)
		n, err := p.directive(&w, text[i+j:])
		if err != nil {
			return nil, err
		}
		i += j + n
	}
	if !p.left && p.used < len(p.args) {
		return nil, failure(TypeError, "not all arguments converted during string formatting")
	}
	return &w, nil
}

func (p *percenter) next() (Value, error) {
	if p.used >= len(p.args) {
		return nil, failure(TypeError, "not enough arguments for format string")
	}
	p.used++
	return p.args[p.used-1], nil
}

// directive writes what the directive at the beginning of text asks for and
// returns its length.
func (p *percenter) directive(w *buffer, text string) (int, error) {
	rest := text[1:]
	if strings.HasPrefix(rest, "%") {
		w.write("%", p.s.seg(p.at))
		return 2, nil
	}
	var v Value
	keyed := false
	if strings.HasPrefix(rest, "(") {
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return 0, failure(ValueError, "incomplete format key")
		}
		if p.dict == nil {
			return 0, failure(TypeError, "format requires a mapping")
		}
		var ok bool
		if v, ok = p.dict.Get(rest[1:end]); !ok {
			return 0, failure(KeyError, "%s", quoted(rest[1:end]))
		}
		keyed, rest = true, rest[end+1:]
	}
	f := spec{fill: " ", align: '>', precision: -1}
	for rest != "" && strings.IndexByte("-+ #0", rest[0]) >= 0 {
		f.flag(rest[0])
		rest = rest[1:]
	}
	if err := p.size(&rest, &f.width); err != nil {
		return 0, err
	}
	if strings.HasPrefix(rest, ".") {
		rest = rest[1:]
		f.precision = 0
		if err := p.size(&rest, &f.precision); err != nil {
			return 0, err
		}
	}
	if rest != "" && strings.IndexByte("hlL", rest[0]) >= 0 {
		rest = rest[1:]
	}
	if rest == "" {
		return 0, failure(ValueError, "incomplete format")
	}
	_, n := utf8.DecodeRuneInString(rest)
	verb := rest[:n]
	rest = rest[n:]
	if !keyed {
		var err error
		if v, err = p.next(); err != nil {
			return 0, err
		}
	}
	return len(text) - len(rest), p.write(w, v, f, verb)
}

func (f *spec) flag(c byte) {
	switch c {
	case '-':
		f.align, f.fill = '<', " "
	case '0':
		if f.align != '<' {
			f.align, f.fill = '=', "0"
		}
	case '#':
		f.alternate = true
	case '+':
		f.sign = '+'
	case ' ':
		if f.sign == 0 {
			f.sign = ' '
		}
	}
}

// size reads a width or precision: digits, or * for an argument.
func (p *percenter) size(rest *string, n *int) error {
	if !strings.HasPrefix(*rest, "*") {
		*n = leadingInt(rest)
		return nil
	}
	*rest = (*rest)[1:]
	v, err := p.next()
	if err != nil {
		return err
	}
	i, ok := toInt(v)
	if !ok {
		return failure(TypeError, "* wants int")
	}
	*n = int(max(-9_999_999, min(i, 9_999_999)))
	return nil
}

func (p *percenter) write(w *buffer, v Value, f spec, verb string) error {
	if _, unknown := v.(*Unknown); unknown {
		p.s.print(w, v, p.at)
		return nil
	}
	if f.width < 0 {
		f.align, f.fill, f.width = '<', " ", -f.width
	}
	plain := f // of text: neither a sign nor zeros
	plain.sign, plain.alternate = 0, false
	if plain.align == '=' {
		plain.align, plain.fill = '>', " "
	}
	switch verb {
	case "s":
		return p.s.formatStr(w, p.s.text(v, p.at), plain, p.at)
	case "r", "a":
		text, err := p.s.represented(v, verb == "a")
		if err != nil {
			return err
		}
		return p.s.formatStr(w, text, plain, p.at)
	case "c":
		plain.precision = -1
		text, err := character(v)
		if err != nil {
			return err
		}
		return p.s.formatStr(w, text, plain, p.at)
	}
	if len(verb) > 1 || !strings.Contains("diuoxXeEfFgG", verb) {
		return failure(ValueError, "unsupported format character '%s'", verb)
	}
	return p.number(w, v, f, verb[0])
}

func (p *percenter) number(w *buffer, v Value, f spec, verb byte) error {
	if open(v) {
		return errUnknown
	}
	n, ok := number(p.s.needed(v, p.at))
	if !ok {
		return failure(TypeError, "%%%c format: a real number is required, not %s", verb, typeName(v))
	}
	switch verb {
	case 'd', 'i', 'u':
		if n.float {
			i, _ := big.NewFloat(n.f).Int(nil)
			n = num{big: i}
		}
		verb = 'd'
	}
	precision := f.precision
	whole := strings.IndexByte("doxX", verb) >= 0
	if whole {
		if n.float {
			return failure(TypeError, "%%%c format: an integer is required, not float", verb)
		}
		f.precision = -1
	}
	f.verb = verb
	sign, digits, err := f.number(n)
	if err != nil {
		return err
	}
	if whole && precision > len(digits) {
		p.s.spend(precision)
		digits = strings.Repeat("0", precision-len(digits)) + digits
	}
	p.s.formatDigits(w, f, sign, digits, p.at)
	return nil
}

// character is what %c prints: a character, or that of a number.
func character(v Value) (*Str, error) {
	if open(v) {
		return nil, errUnknown
	}
	if str, ok := v.(*Str); ok && utf8.RuneCountInString(str.text) == 1 {
		return str, nil
	}
	n, ok := number(v)
	if !ok || n.float {
		return nil, failure(TypeError, "%%c requires int or char")
	}
	text, err := codeText(n.asBig())
	return NewStr(text), err
}
