package sql

import (
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
)

// Dump writes the tree for people and golden tests: one line for each node
// with the field it stands in, its byte range and its plain fields. Names are
// written as they are; errors and comments come last.
func Dump(w io.Writer, t *Tree) {
	for _, s := range t.Statements {
		dumpNode(w, "", reflect.ValueOf(s), 0)
	}
	for _, c := range t.Comments {
		fmt.Fprintf(w, "comment %d-%d\n", c.Start, c.End)
	}
	for _, e := range t.Errors {
		fmt.Fprintf(w, "error %d-%d %s\n", e.Start, e.End, e.Message)
	}
}

// DumpTokens writes the tokens and comments of a text in their order: one line
// for each with its byte range, its kind, and what is written there.
func DumpTokens(w io.Writer, t *Tree) {
	comments := t.Comments
	for _, tok := range t.Tokens {
		for len(comments) > 0 && comments[0].Start < tok.Start {
			dumpToken(w, t, comments[0], "comment")
			comments = comments[1:]
		}
		kind := tok.Kind.String()
		if tok.word != kwNone {
			kind = "keyword"
		}
		dumpToken(w, t, tok.Span, kind)
	}
	for _, c := range comments {
		dumpToken(w, t, c, "comment")
	}
}

func dumpToken(w io.Writer, t *Tree, s Span, kind string) {
	fmt.Fprintf(w, "%d-%d %s %q\n", s.Start, s.End, kind, t.Text[s.Start:s.End])
}

// dumpNode writes the node that v points to and, indented, those below it.
func dumpNode(w io.Writer, field string, v reflect.Value, depth int) {
	if depth > maxDepth {
		return
	}
	s := v.Elem()
	fmt.Fprintf(w, "%s%s%s", strings.Repeat("  ", depth), field, s.Type().Name())
	if n, ok := v.Interface().(Node); ok {
		fmt.Fprintf(w, " %d-%d", n.Range().Start, n.Range().End)
	}
	for name, f := range fields(s) {
		if text := plainField(f); text != "" && name != "Span" {
			fmt.Fprintf(w, " %s=%s", name, text)
		}
	}
	fmt.Fprintln(w)
	for name, f := range fields(s) {
		dumpField(w, name+": ", f, depth+1)
	}
}

// fields yields the fields of a node, those that few calls have among them.
func fields(s reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for i := range s.NumField() {
			f := s.Field(i)
			if f.Type() != reflect.TypeFor[*Clauses]() {
				if !yield(s.Type().Field(i).Name, f) {
					return
				}
				continue
			}
			if f.IsNil() {
				continue
			}
			for name, rare := range fields(f.Elem()) {
				if !yield(name, rare) {
					return
				}
			}
		}
	}
}

// dumpField writes the nodes in the field f.
func dumpField(w io.Writer, name string, f reflect.Value, depth int) {
	switch f.Kind() {
	case reflect.Interface:
		if !f.IsNil() {
			dumpField(w, name, f.Elem(), depth)
		}
	case reflect.Pointer:
		if !f.IsNil() {
			dumpNode(w, name, f, depth)
		}
	case reflect.Slice:
		for i := range f.Len() {
			dumpField(w, name, f.Index(i), depth)
		}
	case reflect.Struct:
		if b, ok := f.Interface().(Bound); ok {
			fmt.Fprintf(w, "%s%s%d\n", strings.Repeat("  ", depth), name, b.Kind)
			dumpField(w, name, f.FieldByName("X"), depth+1)
		}
	}
}

// plainField is the text of a field that is no node; empty if it says nothing.
func plainField(f reflect.Value) string {
	if f.IsZero() {
		return ""
	}
	switch f.Kind() {
	case reflect.Bool:
		return "true"
	case reflect.String:
		return fmt.Sprintf("%q", f.String())
	case reflect.Int, reflect.Int8, reflect.Int32, reflect.Uint8:
		return fmt.Sprint(f.Interface())
	}
	return ""
}

// wordOf is the word for a kind or an operator; ok is false for other values.
func wordOf(f reflect.Value) (text string, ok bool) {
	if !f.CanInterface() || f.Kind() != reflect.Uint8 {
		return "", false
	}
	s, ok := f.Interface().(fmt.Stringer)
	if !ok {
		return "", false
	}
	return s.String(), true
}

func (k JoinKind) String() string { return joinText[k] }

func (k SetOpKind) String() string { return [...]string{"union", "intersect", "except"}[k] }

// String returns the operator as Print writes it.
func (o Op) String() string { return opText[o] }

func (k LiteralKind) String() string {
	return [...]string{"null", "bool", "number", "string", "bytes", "dollar"}[k]
}

func (k CastKind) String() string { return [...]string{"cast", "try_cast", "::"}[k] }

func (k IsKind) String() string { return [...]string{"null", "true", "false", "unknown", "other"}[k] }

func (k LikeKind) String() string {
	return [...]string{"like", "ilike", "rlike", "similar to", "glob"}[k]
}
