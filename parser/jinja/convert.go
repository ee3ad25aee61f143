package jinja

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextOf returns the characters of a string value.
func TextOf(v Value) (string, bool) {
	if s, ok := v.(*Str); ok {
		return s.text, true
	}
	return "", false
}

// ToString returns what printing v gives.
func ToString(v Value) string {
	switch v := v.(type) {
	case *Str:
		return v.text
	case Undefined:
		return ""
	}
	return Repr(v)
}

// Repr returns v as Python writes it inside a list.
func Repr(v Value) string {
	w := reprWriter{limit: maxText}
	w.value(v, 0)
	return w.b.String()
}

// reprOf is Repr of a container; unknown is what it holds if it cannot be
// written for something unknown in it.
func (s *State) reprOf(v Value) (text *Str, unknown *Unknown) {
	w := reprWriter{limit: s.budget.Output}
	w.value(v, 0)
	if w.unknown != nil {
		return nil, w.unknown
	}
	return &Str{text: w.b.String(), chosen: w.chosen}, nil
}

// maxText bounds what is written of one value outside of a render.
const maxText = 4 << 20

type reprWriter struct {
	b       strings.Builder
	limit   int
	unknown *Unknown
	chosen  bool // some of it was chosen by an unknown condition
}

func (w *reprWriter) value(v Value, depth int) {
	if w.b.Len() > w.limit {
		return
	}
	if depth > maxDepth {
		w.b.WriteString("...")
		return
	}
	w.chosen = w.chosen || chosen(v)
	switch v := v.(type) {
	case *Unknown:
		w.unknown = v
		w.b.WriteString("unknown")
	case *Str:
		if v.open && w.unknown == nil {
			w.unknown = &Unknown{Why: "made of an unknown value"}
		}
		reprText(&w.b, v.text)
	case *List:
		w.items("[", v.items, "]", depth)
	case *Tuple:
		end := ")"
		if len(v.items) == 1 {
			end = ",)"
		}
		w.items("(", v.items, end, depth)
	case *Set:
		if v.Len() == 0 {
			w.b.WriteString("set()")
			return
		}
		w.items("{", v.Items(), "}", depth)
	case *view:
		w.items(v.name+"([", v.items, "])", depth)
	case *Dict:
		if v.open {
			w.unknown = &Unknown{Why: openDict}
			return
		}
		w.dict(v, depth)
	case *namespace:
		w.b.WriteString("<Namespace ")
		w.dict(v.d, depth)
		w.b.WriteByte('>')
	default:
		w.b.WriteString(scalar(v))
	}
}

func (w *reprWriter) items(open string, items []Value, end string, depth int) {
	w.b.WriteString(open)
	for i, item := range items {
		if i > 0 {
			w.b.WriteString(", ")
		}
		w.value(item, depth+1)
	}
	w.b.WriteString(end)
}

func (w *reprWriter) dict(d *Dict, depth int) {
	w.b.WriteByte('{')
	for i, e := range d.entries {
		if i > 0 {
			w.b.WriteString(", ")
		}
		w.value(e.key, depth+1)
		w.b.WriteString(": ")
		w.value(e.val, depth+1)
	}
	w.b.WriteByte('}')
}

// scalar writes what is neither a string nor a container.
func scalar(v Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return floatText(v)
	case *big.Int:
		return v.String()
	case Undefined:
		return "Undefined"
	case *Macro:
		if v.caller {
			return "<Macro anonymous>"
		}
		return "<Macro " + quoted(v.Name) + ">"
	case *Func:
		return "<function " + v.Name + ">"
	case rangeValue:
		return v.text()
	case *loop:
		return v.text()
	case Printer:
		return v.Print()
	}
	return fmt.Sprintf("<%T>", v)
}

// floatText writes a float as Python does: the shortest digits that read back
// the same, with an exponent from 1e16 on and below 1e-4.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	if a := math.Abs(f); a != 0 && (a >= 1e16 || a < 1e-4) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// reprText writes a string literal: in single quotes, unless there are single
// and no double quotes inside.
func reprText(b *strings.Builder, text string) {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	b.WriteRune(quote)
	for i, r := range text {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError && text[i] != 0xef:
			fmt.Fprintf(b, `\x%02x`, text[i])
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
}

// represented is what the conversions r and, in ASCII, a make of v.
func (s *State) represented(v Value, ascii bool) (*Str, error) {
	text, unknown := s.reprOf(v)
	if unknown != nil {
		return nil, errUnknown
	}
	if ascii {
		text.text = inASCII(text.text)
	}
	return text, nil
}

// inASCII writes what is not ASCII in a text of reprText as escape sequences.
func inASCII(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// typeName is the name of v's Python type.
func typeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64, *big.Int:
		return "int"
	case float64:
		return "float"
	case *Str:
		return "str"
	case *List:
		return "list"
	case *Tuple:
		return "tuple"
	case *Dict:
		return "dict"
	case *Set:
		return "set"
	case *view:
		return v.name
	case rangeValue:
		return "range"
	case *Macro:
		return "Macro"
	case *Func:
		return "function"
	case Undefined:
		return "Undefined"
	}
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

// items returns what iterating over v gives.
func (s *State) items(v Value) ([]Value, error) {
	if open(v) {
		return nil, errUnknown
	}
	switch v := v.(type) {
	case *List:
		return v.items, nil
	case *Tuple:
		return v.items, nil
	case *Dict:
		return v.Keys(), nil
	case *Set:
		return v.Items(), nil
	case *view:
		return v.items, nil
	case rangeValue:
		s.iterate(v.len())
		return v.items(), nil
	case *Str:
		return s.characters(v), nil
	case Undefined:
		return nil, nil
	case Iterable:
		return v.Items(), nil
	}
	return nil, failure(TypeError, "%s object is not iterable", quoted(typeName(v)))
}

// itemsAndRest is items, with the unknown rest of a list of which only the
// beginning is known.
func (s *State) itemsAndRest(v Value) ([]Value, error) {
	if l, ok := v.(*List); ok {
		return l.items, nil
	}
	return s.items(v)
}

func (s *State) characters(v *Str) []Value {
	n := utf8.RuneCountInString(v.text)
	s.iterate(n)
	out := make([]Value, 0, n)
	for i := 0; i < len(v.text); {
		_, size := utf8.DecodeRuneInString(v.text[i:])
		out = append(out, v.slice(i, i+size))
		i += size
	}
	return out
}

// FromGo returns the value for Go data: nil, bool, numbers, strings, slices and
// maps of these, in any depth; maps come in the order of their keys. A Value
// stays as it is.
func FromGo(v any) Value {
	switch v := v.(type) {
	case string:
		return NewStr(v)
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint64:
		return small(new(big.Int).SetUint64(v))
	case float32:
		return float64(v)
	case []any:
		l := &List{items: make([]Value, len(v))}
		for i, x := range v {
			l.items[i] = FromGo(x)
		}
		return l
	case []string:
		l := &List{items: make([]Value, len(v))}
		for i, x := range v {
			l.items[i] = NewStr(x)
		}
		return l
	case map[string]any:
		d := NewDict()
		for _, k := range slices.Sorted(maps.Keys(v)) {
			d.Set(k, FromGo(v[k]))
		}
		return d
	case map[string]string:
		d := NewDict()
		for _, k := range slices.Sorted(maps.Keys(v)) {
			d.Set(k, NewStr(v[k]))
		}
		return d
	}
	return v
}

// ToGo is the reverse of FromGo: nil, bool, int64, float64, string, []any and
// map[string]any; what has no such form stays as it is. What is nested deeper
// than 100, as in containers that hold themselves, is cut off, and so is what
// comes after a million elements.
func ToGo(v Value) any {
	left := 1_000_000
	return toGo(v, 0, &left)
}

func toGo(v Value, depth int, left *int) any {
	if *left--; depth > maxDepth || *left < 0 {
		return nil
	}
	list := func(items []Value) any {
		out := make([]any, len(items))
		for i, x := range items {
			out[i] = toGo(x, depth+1, left)
		}
		return out
	}
	switch v := v.(type) {
	case *Str:
		return v.text
	case *List:
		return list(v.items)
	case *Tuple:
		return list(v.items)
	case *Set:
		return list(v.Items())
	case *Dict:
		out := make(map[string]any, v.Len())
		for _, e := range v.entries {
			out[ToString(e.key)] = toGo(e.val, depth+1, left)
		}
		return out
	}
	return v
}
