package jinja

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

// trace writes a map as a list of segments: the output text, then where it
// came from: = exact, ~ altered, ? whole, with the source text, and the names
// of the calls around it.
func trace(r *Result) string {
	var out []string
	for i, seg := range r.Map.Segments {
		mark := [...]string{"=", "~", "?"}[seg.Fid]
		src := seg.File.Slice(seg.Src)
		part := fmt.Sprintf("%s%s", r.Text[seg.Out:r.Map.End(i)], mark)
		if seg.Fid != source.Exact {
			part += src
		}
		for _, c := range r.Map.Chain(source.Place{Call: seg.Call}) {
			part += "<" + c.Name
		}
		out = append(out, part)
	}
	return strings.Join(out, " | ")
}

func TestProvenance(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"data", "select 1", "select 1="},
		{"literal", "a {{ 'b' }}", "a = | b="},
		{"number", "a{{ 1 + 2 }}", "a= | 3?{{ 1 + 2 }}"},
		{"crlf", "a\r\nb", "a= | \nb="},
		{"lone cr", "a\rb", "a= | \n~\r | b="},
		{"escape", `{{ 'a\nb' }}`, `a= | ` + "\n?\\n | b="},
		{"set block", "{% set q %}x {{ 'y' }}{% endset %}{{ q }}", "x = | y="},
		{"macro", "{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m('v') }}", "<=<m | v= | >=<m"},
		{"literal in macro", "{% macro m() %}{{ 'x' }}{% endmacro %}{{ m() }}", "x=<m"},
		{"macro in macro", "{% macro a() %}1{% endmacro %}{% macro b() %}{{ a() }}2{% endmacro %}{{ b() }}", "1=<a<b | 2=<b"},
		{"concat", "{{ 'a' ~ 1 ~ 'b' }}", "a= | 1?1 | b="},
		{"plus", "{{ 'a' + 'b' }}", "a= | b="},
		{"slice", "{{ 'abcdef'[1:3] }}", "bc="},
		{"index", "{{ 'abc'[-1] }}", "c="},
		{"strip", "{% set q %}  a  {% endset %}{{ q.strip() }}{{ q | trim }}", "a= | a="},
		{"split and join", "{{ 'a,b'.split(',') | join(' or ') }}", "a= |  or = | b="},
		{"join of words", "{{ ' and '.join(['x', 'y']) }}", "x= |  and = | y="},
		{"replace", "{{ 'a-b' | replace('-', '_') }}", "a= | _= | b="},
		{"upper", "{{ 'ab' | upper }}", "AB~ab"},
		{"title keeps case", "{{ 'AB' | upper }}", "AB="},
		{"lower", "{{ 'aB' | lower }}{{ 'CD'.lower() }}", "ab~aB | cd~CD"},
		{"title", "{{ 'ab' | title }}", "Ab~ab"},
		{"parts", "{% set p = 'a.b.c'.rpartition('.') %}{{ p[2] }}{{ 'x-y'.removeprefix('x-') }}", "c= | y="},
		{"whole span of others", "{{ 'a b' | urlencode }}", "a%20b?a b"},
		{"replace in text of a macro", "{% macro m() %}a-{{ 'b' }}{% endmacro %}{{ m() | replace('-', '+') }}", "a=<m | += | b=<m"},
		{"format", "{{ 'f({}, {})'.format('x', 1) }}", "f(= | x= | , = | 1?'f({}, {})'.format('x', 1) | )="},
		{"percent", "{{ '%s=%s' | format('a', 'b') }}", "a= | == | b="},
		{"indent", "{% filter indent(2) %}a\nb{% endfilter %}", "a= | \n  ?a\nb | b="},
		{"call block", "{% macro w() %}({{ caller() }}){% endmacro %}{% call w() %}in{% endcall %}", "(=<w | in= | )=<w"},
		{"loop", "{% for x in ['a', 'b'] %}{{ x }},{% endfor %}", "a= | ,= | b= | ,="},
		{"default parameter", "{% macro m(a='d') %}{{ a }}{% endmacro %}{{ m() }}", "d=<m"},
		{"length", "{{ 'abc' | length }}", "3?{{ 'abc' | length }}"},
		{"filter of a host", "{{ 'abc' | shout }}", "abc!?{{ 'abc' | shout }}"},
		{"return", "{% macro m() %}lost{{ return('kept') }}{% endmacro %}{{ m() }}", "kept=<m"},
		{"characters", "{% for c in 'ab' %}{{ c }}{% endfor %}", "ab="},
	} {
		t.Run(c.name, func(t *testing.T) {
			shout := &Func{Name: "shout", Fn: func(c *CallArgs) (Value, error) {
				text, _ := c.String(0, "")
				return NewStr(text + "!"), nil
			}}
			r := Render(parseText(c.text), Options{Scope: hostScope(nil), Filters: map[string]*Func{"shout": shout}})
			checkMap(t, r)
			if len(r.Errors) > 0 {
				t.Fatal(r.Errors)
			}
			if got := trace(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A place in the output leads through three macros of two files back to the model.
func TestCallChain(t *testing.T) {
	lib := source.NewFile("macros/lib.sql", "{% macro cents(c) %}round({{ c }}, 2){% endmacro %}{% macro money(c) %}{{ cents(c) }}{% endmacro %}")
	defs := Parse(lib, source.Span{End: int32(len(lib.Text))})
	scope := testScope{}
	for _, d := range defs.Macros {
		scope[d.Name] = NewMacro(d, scope, d.Name)
	}
	model := parseText("select {{ money('amount') }}\nfrom t")
	r := Render(model, Options{Scope: scope})
	checkMap(t, r)
	at := int32(strings.Index(r.Text, "round"))
	place, exact := r.Map.Source(source.Span{Start: at, End: at + 5})
	if place.File != lib || !exact || lib.Slice(place.Span) != "round" {
		t.Fatalf("place %+v exact %v", place, exact)
	}
	var chain []string
	for _, c := range r.Map.Chain(place) {
		chain = append(chain, fmt.Sprintf("%s at %s:%d", c.Name, c.File.Path, c.File.Position(c.Span.Start).Column))
	}
	if got := strings.Join(chain, ", "); got != "cents at macros/lib.sql:75, money at models/m.sql:11" {
		t.Error(got)
	}
	at = int32(strings.Index(r.Text, "amount"))
	if place, exact := r.Map.Source(source.Span{Start: at, End: at + 6}); place.File != model.File || !exact {
		t.Errorf("the argument is at %v", place)
	}
	whole, _ := r.Map.Source(source.Span{Start: at - 3, End: at + 8})
	if whole.File != lib || !strings.HasPrefix(lib.Slice(whole.Span), "nd({{") {
		t.Errorf("an argument in the text of a macro: %v %q", whole, lib.Slice(whole.Span))
	}
}

// relation is an object that prints.
type relation struct{ name string }

func (r *relation) Attr(_ *State, name string) (Value, bool) {
	if name == "identifier" {
		return NewStr(r.name), true
	}
	return nil, false
}
func (r *relation) Print() string       { return `"` + r.name + `"` }
func (r *relation) Is(test string) bool { return test == "mapping" }

func TestMarks(t *testing.T) {
	rel := &relation{"orders"}
	scope := testScope{"rel": rel, "unk": &Unknown{Why: "why"}}
	r := Render(parseText("from {{ rel }} a {{ 'x.' ~ rel }} {{ rel is mapping }}{{ rel.identifier }}{{ unk }}"), Options{Scope: scope})
	checkMap(t, r)
	if want := `from "orders" a x."orders" Trueorders__hole_1__`; r.Text != want {
		t.Fatalf("%q", r.Text)
	}
	for _, at := range []int{5, 18} {
		mark, span := r.Map.Mark(int32(at))
		if mark != any(rel) || r.Text[span.Start:span.End] != `"orders"` {
			t.Errorf("mark at %d is %v %v", at, mark, span)
		}
	}
	if mark, _ := r.Map.Mark(0); mark != nil {
		t.Errorf("text is marked with %v", mark)
	}
	if len(r.Holes) != 1 || r.Holes[0].Why != "why" {
		t.Errorf("holes %v", r.Holes)
	}
}
