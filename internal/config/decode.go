package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Error is one thing wrong with a configuration file.
type Error struct {
	File    *source.File
	Span    source.Span
	Message string
}

func (e Error) Error() string {
	p := e.File.Position(e.Span.Start)
	return fmt.Sprintf("%s:%d:%d: %s", e.File.Path, p.Line, p.Column, e.Message)
}

// Errors is everything wrong with a configuration file, in the file's order.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// decoder writes YAML nodes into Go values and collects what does not fit. Go
// on after an error: a user should see all of them at once.
type decoder struct {
	file   *source.File
	errors Errors
}

// nodeDecoder is a type that reads itself.
type nodeDecoder interface {
	decode(d *decoder, n *yaml.Node)
}

func (d *decoder) errorf(n *yaml.Node, format string, args ...any) {
	d.errors = append(d.errors, Error{d.file, n.Span, fmt.Sprintf(format, args...)})
}

// result returns the errors in the order of the file, or nil.
func (d *decoder) result() error {
	if len(d.errors) == 0 {
		return nil
	}
	slices.SortStableFunc(d.errors, func(a, b Error) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return d.errors
}

// value decodes n into v, which must be settable. Null leaves v as it is.
func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	if n.IsNull() {
		return
	}
	if self, ok := v.Addr().Interface().(nodeDecoder); ok {
		self.decode(d, n)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Map:
		d.mapping(n, v)
	case reflect.Slice:
		d.slice(n, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem())
	default:
		d.scalar(n, v)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if text, ok := n.Str(); ok {
			v.SetString(text)
			return
		}
	case reflect.Bool:
		if b, ok := n.Bool(); ok {
			v.SetBool(b)
			return
		}
	case reflect.Int:
		if i, ok := n.Int(); ok && int64(int(i)) == i {
			v.SetInt(i)
			return
		}
	case reflect.Float64:
		switch f := n.Typed().(type) {
		case float64:
			v.SetFloat(f)
			return
		case int64:
			v.SetFloat(float64(f))
			return
		}
	}
	d.errorf(n, "expected %s, got %s", kindName(v.Type()), shape(n))
}

// slice accepts a single scalar for a list of one.
func (d *decoder) slice(n *yaml.Node, v reflect.Value) {
	items := n.List()
	switch {
	case n.IsScalar():
		items = []*yaml.Node{n}
	case !n.IsList():
		d.errorf(n, "expected %s, got %s", kindName(v.Type()), shape(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(item, out.Index(i))
	}
	v.Set(out)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value) {
	if !n.IsMap() {
		d.errorf(n, "expected %s, got %s", kindName(v.Type()), shape(n))
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, p := range n.Entries() {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, item)
		out.SetMapIndex(reflect.ValueOf(p.Key.Value), item)
	}
	v.Set(out)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) {
	if !n.IsMap() {
		d.errorf(n, "expected %s, got %s", kindName(v.Type()), shape(n))
		return
	}
	fields := map[string]int{}
	var names []string
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
			names = append(names, name)
		}
	}
	for _, p := range n.Entries() {
		i, ok := fields[p.Key.Value]
		if !ok {
			d.unknown(p.Key, "key", names)
			continue
		}
		d.value(p.Value, v.Field(i))
	}
}

// unknown reports a name that is none of those allowed.
func (d *decoder) unknown(n *yaml.Node, what string, allowed []string) {
	d.errorf(n, "%s", Unknown(what, n.Value, allowed))
}

// Unknown returns the message for a name that is none of those allowed: with
// the nearest one, or with all of them when they are few.
func Unknown(what, name string, allowed []string) string {
	text := fmt.Sprintf("unknown %s `%s`", what, name)
	if near := finding.Nearest(name, allowed); near != "" {
		return text + fmt.Sprintf(": did you mean `%s`?", near)
	}
	if len(allowed) > 0 && len(allowed) <= 16 {
		return text + ": expected " + oneOf(allowed)
	}
	return text
}

// oneOf returns "`a`, `b` or `c`".
func oneOf(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// kindName names a Go type as a writer of YAML would.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "a mapping"
}

// shape says what a node is, with its text when it is short.
func shape(n *yaml.Node) string {
	if text, ok := n.Str(); ok && len(text) <= 40 {
		return "`" + text + "`"
	}
	switch {
	case n.IsList():
		return "a list"
	case n.IsMap():
		return "a mapping"
	}
	return "a text"
}
