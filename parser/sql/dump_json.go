package sql

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// MarshalJSON returns the statements, comments and errors of the tree for
// tools: every node is an object with its type ("node"), its byte range
// ("start", "end") and the fields that say something, named as in this package.
// Below maxDepth levels only the range is given.
func (t *Tree) MarshalJSON() ([]byte, error) {
	var w jsonWriter
	w.object(func() {
		w.field("dialect", t.Dialect.Name)
		w.key("statements")
		w.list(len(t.Statements), func(i int) { w.node(reflect.ValueOf(t.Statements[i]), 0) })
		w.key("comments")
		w.list(len(t.Comments), func(i int) { w.object(func() { w.span(t.Comments[i]) }) })
		w.key("errors")
		w.list(len(t.Errors), func(i int) {
			w.object(func() {
				w.span(t.Errors[i].Span)
				w.field("message", t.Errors[i].Message)
			})
		})
	})
	return w.Bytes(), nil
}

// jsonWriter writes JSON whose keys keep their order.
type jsonWriter struct {
	bytes.Buffer
	more bool // a comma is due before the next key or element
}

func (w *jsonWriter) object(fields func()) {
	w.WriteByte('{')
	w.more = false
	fields()
	w.WriteByte('}')
	w.more = true
}

func (w *jsonWriter) list(n int, element func(int)) {
	w.WriteByte('[')
	w.more = false
	for i := range n {
		w.comma()
		element(i)
	}
	w.WriteByte(']')
	w.more = true
}

func (w *jsonWriter) comma() {
	if w.more {
		w.WriteByte(',')
	}
	w.more = true
}

func (w *jsonWriter) key(name string) {
	w.comma()
	w.scalar(name)
	w.WriteByte(':')
}

func (w *jsonWriter) field(name string, value any) {
	w.key(name)
	w.scalar(value)
}

// scalar writes a string, number or bool; marshalling one cannot fail.
func (w *jsonWriter) scalar(value any) {
	b, _ := json.Marshal(value)
	w.Write(b)
}

func (w *jsonWriter) span(s Span) {
	w.field("start", s.Start)
	w.field("end", s.End)
}

// node writes the node that v points to.
func (w *jsonWriter) node(v reflect.Value, depth int) {
	s := v.Elem()
	w.object(func() {
		w.field("node", s.Type().Name())
		if n, ok := v.Interface().(Node); ok {
			w.span(n.Range())
		}
		for name, f := range fields(s) {
			if name != "Span" && depth < maxDepth {
				w.value(name, f, depth+1)
			}
		}
	})
}

// value writes a field of a node, unless it says nothing.
func (w *jsonWriter) value(name string, f reflect.Value, depth int) {
	if text, ok := wordOf(f); ok && text != "" {
		w.field(name, text)
		return
	}
	switch f.Kind() {
	case reflect.Interface:
		if !f.IsNil() {
			w.value(name, f.Elem(), depth)
		}
	case reflect.Pointer:
		if !f.IsNil() {
			w.key(name)
			w.node(f, depth)
		}
	case reflect.Slice:
		w.elements(name, f, depth)
	case reflect.Struct:
		w.structValue(name, f, depth)
	default:
		if !f.IsZero() {
			w.field(name, f.Interface())
		}
	}
}

// elements writes a list of nodes; an element may be missing.
func (w *jsonWriter) elements(name string, f reflect.Value, depth int) {
	if f.Len() == 0 {
		return
	}
	w.key(name)
	w.list(f.Len(), func(i int) {
		e := f.Index(i)
		if e.Kind() == reflect.Interface {
			e = e.Elem()
		}
		if e.Kind() != reflect.Pointer || e.IsNil() {
			w.WriteString("null")
			return
		}
		w.node(e, depth)
		w.more = true
	})
}

// structValue writes the fields that are no nodes: a range, a frame's bound.
func (w *jsonWriter) structValue(name string, f reflect.Value, depth int) {
	switch v := f.Interface().(type) {
	case Span:
		if v != (Span{}) {
			w.key(name)
			w.object(func() { w.span(v) })
		}
	case Bound:
		w.key(name)
		w.object(func() {
			w.field("kind", v.Kind)
			w.value("X", f.FieldByName("X"), depth)
		})
	}
}
