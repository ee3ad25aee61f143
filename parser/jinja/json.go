package jinja

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// filterToJSON is tojson: keys sorted, and what HTML would read as markup
// written as escape sequences.
func filterToJSON(s *State, v Value, c *CallArgs) (Value, error) {
	w := jsonWriter{limit: s.budget.Output}
	if n, ok := c.Int(0, "indent"); ok {
		w.indent = strings.Repeat(" ", max(0, min(n, 1000)))
		w.pretty = true
	}
	if err := w.value(v, 0); err != nil {
		return nil, err
	}
	s.spend(w.b.Len())
	return NewStr(markupEscapes.Replace(w.b.String())), nil
}

var markupEscapes = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "'", `\u0027`)

type jsonWriter struct {
	b      strings.Builder
	limit  int
	indent string
	pretty bool
}

func (w *jsonWriter) value(v Value, depth int) error {
	if open(v) {
		return errUnknown
	}
	if depth > maxDepth || w.b.Len() > w.limit {
		return failure(ValueError, "Circular reference detected")
	}
	switch v := v.(type) {
	case nil:
		w.b.WriteString("null")
	case bool:
		fmt.Fprintf(&w.b, "%t", v)
	case int64, *big.Int:
		fmt.Fprintf(&w.b, "%d", v)
	case float64:
		w.b.WriteString(strings.NewReplacer("inf", "Infinity", "nan", "NaN").Replace(floatText(v)))
	case *Str:
		w.text(v.text)
	case *List:
		return w.items(v.items, depth)
	case *Tuple:
		return w.items(v.items, depth)
	case *Dict:
		return w.dict(v, depth)
	default:
		return failure(TypeError, "Object of type %s is not JSON serializable", typeName(v))
	}
	return nil
}

// between writes the white space before an element or the closing bracket.
func (w *jsonWriter) between(first bool, depth int) {
	switch {
	case w.pretty && first:
		w.b.WriteString("\n" + strings.Repeat(w.indent, depth))
	case w.pretty:
		w.b.WriteString(",\n" + strings.Repeat(w.indent, depth))
	case !first:
		w.b.WriteString(", ")
	}
}

func (w *jsonWriter) items(items []Value, depth int) error {
	w.b.WriteByte('[')
	for i, item := range items {
		w.between(i == 0, depth+1)
		if err := w.value(item, depth+1); err != nil {
			return err
		}
	}
	if len(items) > 0 && w.pretty {
		w.between(true, depth)
	}
	w.b.WriteByte(']')
	return nil
}

func (w *jsonWriter) dict(d *Dict, depth int) error {
	type field struct {
		name string
		val  Value
	}
	fields := make([]field, 0, d.Len())
	if d.Len() > 1 {
		if _, err := sortBy(d.Keys(), d.Keys(), false); err != nil {
			return err
		}
	}
	for _, e := range d.entries {
		name, ok := TextOf(e.key)
		if !ok {
			name = scalar(e.key)
			switch e.key.(type) {
			case nil:
				name = "null"
			case bool:
				name = strings.ToLower(name)
			case int64, float64:
			default:
				return failure(TypeError, "keys must be str, int, float, bool or None, not %s", typeName(e.key))
			}
		}
		fields = append(fields, field{name, e.val})
	}
	slices.SortStableFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	w.b.WriteByte('{')
	for i, f := range fields {
		w.between(i == 0, depth+1)
		w.text(f.name)
		w.b.WriteString(": ")
		if err := w.value(f.val, depth+1); err != nil {
			return err
		}
	}
	if len(fields) > 0 && w.pretty {
		w.between(true, depth)
	}
	w.b.WriteByte('}')
	return nil
}

// text writes a JSON string in ASCII.
func (w *jsonWriter) text(text string) {
	w.b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			w.b.WriteByte('\\')
			w.b.WriteRune(r)
		case r == '\n':
			w.b.WriteString(`\n`)
		case r == '\r':
			w.b.WriteString(`\r`)
		case r == '\t':
			w.b.WriteString(`\t`)
		case r == '\b':
			w.b.WriteString(`\b`)
		case r == '\f':
			w.b.WriteString(`\f`)
		case r < 0x20 || r >= 0x7f && r < 0x10000:
			fmt.Fprintf(&w.b, `\u%04x`, r)
		case r >= utf8.RuneSelf:
			r -= 0x10000
			fmt.Fprintf(&w.b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			w.b.WriteRune(r)
		}
	}
	w.b.WriteByte('"')
}
