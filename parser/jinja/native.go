package jinja

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// RenderNative evaluates t to a value instead of a text, as dbt does with the
// values of YAML files: if all that is printed is one expression, the value is
// that of the expression, whatever decided that it is printed. A string stays
// one, whatever it reads like; so does an expression of nothing but constants,
// which is text before it is rendered:
//
//	{{ var('n') }}                       5, if the variable is a number; '5', if it is a text
//	{% if a %}{{ var('n') }}{% endif %}  the same
//	{{ 2 + 3 }}                          '5'
//	{{ 2 }}{{ 3 }}                       '23'
func RenderNative(t *Template, o Options) (Value, *Result) {
	s := newState(t, &o)
	s.native = &printed{}
	r := &Result{}
	s.run(r, func() { s.execAll(t.Body) })
	r.Text = s.finish(r)
	if _, text := s.native.last.(printedText); s.native.count == 1 && !text {
		return s.native.last, r
	}
	return &Str{text: r.Text, segs: r.Map.Segments, open: len(r.Holes) > 0}, r
}

// printed is what a native render has printed so far, not counting what a
// macro or a set block collects.
type printed struct {
	count int
	last  Value // printedText, unless the last to print was an expression
}

// printedText stands for what is text before it is printed.
type printedText struct{}

// add counts what is about to be printed.
func (p *printed) add(s *State, v Value) {
	if p != nil && s.out == &s.main {
		p.count++
		p.last = v
	}
}

// Evaluate gives the value of a template that is one expression; none if it is
// anything else.
func Evaluate(t *Template, o Options) (Value, *Result) {
	s := newState(t, &o)
	r := &Result{}
	var v Value
	s.run(r, func() {
		out, one := t.expression()
		if !one {
			return
		}
		s.at = out.Span
		v = s.usedOr(out.X.eval(s), out.Span)
		s.at = out.Span
		s.print(s.out, v, out.Span)
	})
	r.Text = s.finish(r)
	return v, r
}

// constant reports whether an expression depends on nothing: no name, no call,
// no filter of the host or of the context.
func constant(x Expr, host map[string]*Func) bool {
	for n := range Walk(x) {
		switch n := n.(type) {
		case *Name:
			return false
		case *Call:
			if n.Fn != nil {
				return false
			}
		case *Filter:
			switch n.Name {
			case "map", "select", "reject", "selectattr", "rejectattr", "random":
				return false
			}
			if host[n.Name] != nil {
				return false
			}
		}
	}
	return true
}

// expression returns the output statement that is the whole template, if it is one.
func (t *Template) expression() (*Output, bool) {
	if len(t.Body) != 1 {
		return nil, false
	}
	out, ok := t.Body[0].(*Output)
	return out, ok
}

// Denoted returns the value that a text denotes if it reads as a Python
// literal, else the text itself.
func Denoted(v *Str) Value {
	if v.open || v.text == "" || len(v.text) > 1<<16 {
		return v
	}
	if x, ok := literal(strings.TrimLeft(v.text, " \t\n\f\r")); ok {
		return x
	}
	return v
}

// literal evaluates a Python literal: numbers, strings, True, False, None,
// tuples, lists, dicts and sets of these.
func literal(text string) (Value, bool) {
	f := source.NewFile("", text)
	p := &parser{file: f, tmpl: &Template{File: f}}
	p.src, p.limit = text, len(text)
	p.open(0, '}')
	x := p.tuple(tupleFull)
	if p.failed || p.tok.kind != tEnd || int(p.tok.end) != len(text) || p.closed {
		return nil, false
	}
	return literalValue(text, x)
}

func literalValue(text string, e Expr) (Value, bool) {
	switch e := e.(type) {
	case *Literal:
		return literalScalar(text[e.Start:e.End], e.Val)
	case *Unary:
		v, ok := literalValue(text, e.X)
		if _, isBool := v.(bool); isBool || !ok {
			return nil, false
		}
		v, err := negate(e.Op, v)
		return v, err == nil
	case *ListExpr:
		items, ok := literalItems(text, e.Items)
		return &List{items: items}, ok
	case *TupleExpr:
		items, ok := literalItems(text, e.Items)
		return &Tuple{items: items}, ok
	case *DictExpr:
		keys, ok := literalItems(text, e.Keys)
		values, ok2 := literalItems(text, e.Values)
		if !ok || !ok2 {
			return nil, false
		}
		d := NewDict()
		for i, k := range keys {
			if !d.Set(k, values[i]) {
				return nil, false
			}
		}
		return d, true
	}
	return nil, false
}

func literalItems(text string, list []Expr) ([]Value, bool) {
	out := make([]Value, len(list))
	for i, e := range list {
		v, ok := literalValue(text, e)
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

// literalScalar drops what a template allows and Python does not: the names
// true, false and none.
func literalScalar(written string, v Value) (Value, bool) {
	switch v := v.(type) {
	case nil, bool:
		return v, written[0] >= 'A' && written[0] <= 'Z'
	case *Str:
		return NewStr(v.text), true
	case int64, *big.Int:
		return v, true
	case float64:
		_, err := strconv.ParseFloat(strings.ReplaceAll(written, "_", ""), 64)
		return v, err == nil
	}
	return nil, false
}
