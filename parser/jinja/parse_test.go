package jinja

import (
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

// recoveries are templates with errors: what is reported, as "text at error:
// message", and what is still rendered.
var recoveries = []struct{ name, text, at, message, renders string }{
	{"operand", "a{{ 1 + }}b", "}}", "expected an expression, found the end of the tag", "a__hole_1__b"},
	{"unknown tag", "a{% foo bar %}b", "foo", "unknown statement `foo`", "ab"},
	{"stray end", "a{% endif %}b", "endif", "`endif` without a block that it could belong to", "ab"},
	{"open block", "{% if true %}a", "if", "expected `endif`, found the end of the template", "a"},
	{"crossed", "{% if true %}{% for i in [1] %}a{% endif %}b", "endif", "expected `endfor` or `else`, found `endif`", "ab"},
	{"string", "a{{ 'x }}b", "'", "expected an expression, found a string that does not end", "a__hole_1__b"},
	{"bracket", "{{ f(1 }}b", "}", "expected `,` or `)`, found `}`", "__hole_1__b"},
	{"bracket on later line", "{% set a = [1, %}\nselect 1", "%", "expected an expression, found `%`", "\nselect 1"},
	{"condition kept", "{% if %}a{% endif %}b", "%}", "expected an expression, found the end of the tag", "ab"},
	{"comment", "a{# b", "{#", "expected `#}`, found the end of the template", "a"},
	{"raw", "{% raw %}{{ x", "{% raw %}", "expected `{% endraw %}`, found the end of the template", "{{ x"},
	{"no end of tag", "a{% set x = 1", "", "expected `%}`, found the end of the template", "a"},
	{"two words", "{{ a b }}c", "b", "expected `}}`, found `b`", "__hole_1__c"},
	{"junk", "{% ##### %}a", "#", "expected the name of a statement, found `#`", "a"},
	{"broken head of macro", "{% macro m(1) %}x{% endmacro %}{{ m(5, 6) }}", "1", "expected the name of a parameter, found `1`", "__hole_1__"},
	{"broken set", "{% set x = %}[{{ x is defined }}]", "%}", "expected an expression, found the end of the tag", "[True]"},
}

func TestRecovery(t *testing.T) {
	for _, c := range recoveries {
		t.Run(c.name, func(t *testing.T) {
			tmpl := parseText(c.text)
			checkTemplate(t, tmpl)
			if len(tmpl.Errors) != 1 {
				t.Fatalf("errors: %v", tmpl.Errors)
			}
			e := tmpl.Errors[0]
			if got := tmpl.File.Slice(e.Place.Span); got != c.at || e.Msg != c.message {
				t.Errorf("error at %q: %s", got, e.Msg)
			}
			r := Render(tmpl, Options{})
			checkMap(t, r)
			if r.Text != c.renders {
				t.Errorf("renders %q, want %q", r.Text, c.renders)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("{% if x %}", 5000),
		"{{ " + strings.Repeat("(", 5000),
		"{{ " + strings.Repeat("-", 5000) + "1 }}",
		"{{ " + strings.Repeat("not ", 5000) + "1 }}",
		"{{ " + strings.Repeat("a if b else ", 5000) + "1 }}",
		"{{ 1" + strings.Repeat("+1", maxChain+10) + " }}",
	} {
		if tmpl := parseText(text); len(tmpl.Errors) == 0 {
			t.Errorf("%.30s... is accepted", text)
		}
	}
}

func TestWalkFindsCalls(t *testing.T) {
	tmpl := parseText(`{{ config(x=1) }}{% if a %}{{ ref('m') }}{% else %}{{ dbt.f(source('s', name='t')) }}{% endif %}
{% macro m(p=ref('d')) %}{{ x | f(var('v')) }}{% endmacro %}`)
	var got []string
	for c := range Calls(tmpl.nodes()...) {
		first, _ := LiteralText(c.Arg(0, ""))
		name, _ := LiteralText(c.Arg(-1, "name"))
		got = append(got, c.Callee()+"("+first+name+")")
	}
	want := []string{"config()", "ref(m)", "dbt.f()", "source(st)", "ref(d)", "var(v)"}
	if !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
	for range Calls(tmpl.nodes()...) {
		break
	}
}

func (t *Template) nodes() []Node { return t.Body }

func TestParseOfPart(t *testing.T) {
	f := source.NewFile("m.sql", "junk {% ## {% macro m(a: list[string], b: optional[int]=2) -%} {{ a }}{{ b }} {%- endmacro %} {% more")
	blocks, errs := Scan(f, "macro")
	if len(blocks) != 1 || len(errs) != 0 {
		t.Fatal(blocks, errs)
	}
	tmpl := Parse(f, blocks[0].Span)
	if len(tmpl.Errors) > 0 || len(tmpl.Macros) != 1 {
		t.Fatal(tmpl.Errors)
	}
	def := tmpl.Macros[0]
	if def.Params[0].Type != "list[string]" || def.Params[1].Type != "optional[int]" || def.Span != blocks[0].Span {
		t.Errorf("%+v", def)
	}
	use := parseText("{{ m('x') }}")
	r := Render(use, Options{Scope: testScope{"m": NewMacro(def, nil, "m")}})
	checkMap(t, r)
	if r.Text != "x2" {
		t.Errorf("%q", r.Text)
	}
}

// scans are macro files with the blocks found in them.
var scans = []struct {
	name, text string
	want       []string // kind name head|body
	errors     int
}{
	{"plain", "{% macro a(x) %}b{% endmacro %}", []string{"macro a a(x)|b"}, 0},
	{"trims", "{%- macro a() -%} b {%- endmacro -%}", []string{"macro a a()| b "}, 0},
	{"junk between", "{% ######## \n{% macro a() %}1{% endmacro %} {% ## don't %}{% macro b() %}2{% endmacro %}", []string{"macro a a()|1", "macro b b()|2"}, 0},
	{"nested", "{% macro a() %}{% macro b() %}{% endmacro %}x{% endmacro %}", []string{"macro a a()|{% macro b() %}{% endmacro %}x"}, 1},
	{"comment", "{# {% macro a() %} #}{% macro b() %}{# {% endmacro %} #}{% endmacro %}", []string{"macro b b()|{# {% endmacro %} #}"}, 0},
	{"raw", "{% raw %}{% macro a() %}{% endraw %}{% macro b() %}{% raw %}{% endmacro %}{% endraw %}{% endmacro %}", []string{"macro b b()|{% raw %}{% endmacro %}{% endraw %}"}, 0},
	{"string", "{% macro a() %}{{ '{% endmacro %}' }}{% set x = '%}' %}{% endmacro %}", []string{"macro a a()|{{ '{% endmacro %}' }}{% set x = '%}' %}"}, 0},
	{"kinds", "{% test t(model) %}1{% endtest %}{% snapshot s %}2{% endsnapshot %}{% docs d %}3{% enddocs %}", []string{"test t t(model)|1", "snapshot s s|2"}, 0},
	{"materialization", "{% materialization my, adapter='duckdb' %}x{% endmaterialization %}", []string{"materialization my my, adapter='duckdb'|x"}, 0},
	{"no end", "{% macro a() %}1 {% macro b() %}2{% endmacro %}", []string{"macro a a()|1 ", "macro b b()|2"}, 1},
	{"in if", "{% if x %}{% macro a() %}1{% endmacro %}{% endif %}", []string{"macro a a()|1"}, 1},
	{"comment without end", "{% macro a() %}1{% endmacro %}{# ", []string{"macro a a()|1"}, 1},
	{"of another kind inside", "{% macro a() %}{% test b(m) %}{% endtest %}{% endmacro %}", []string{"macro a a()|{% test b(m) %}{% endtest %}"}, 1},
	{"control without a start", "{% endif %}{% for a in b %}{% endif %}{% endfor %}{% macro a() %}1{% endmacro %}", []string{"macro a a()|1"}, 2},
	{"expression without end", "{% macro a() %}1{% endmacro %}{{ x", []string{"macro a a()|1"}, 1},
	{"raw without end", "{% macro a() %}1{% endmacro %}{% raw %}x", []string{"macro a a()|1"}, 1},
	{"tag without end", "{% macro a() %}1{% endmacro %}{% macro b(", []string{"macro a a()|1"}, 0},
}

func TestScan(t *testing.T) {
	for _, c := range scans {
		t.Run(c.name, func(t *testing.T) {
			f := source.NewFile("m.sql", c.text)
			blocks, errs := Scan(f, "macro", "test", "snapshot", "materialization")
			var got []string
			for _, b := range blocks {
				got = append(got, b.Kind+" "+b.Name+" "+f.Slice(b.Head)+"|"+f.Slice(b.Body))
			}
			if !slices.Equal(got, c.want) || len(errs) != c.errors {
				t.Errorf("got %q, errors %v", got, errs)
			}
		})
	}
}

func TestMacroNamesOfBlocks(t *testing.T) {
	for text, want := range map[string]string{
		"{% test unique2(model) %}{% endtest %}":                                                     "test_unique2",
		"{% data_test d(model) %}{% enddata_test %}":                                                 "test_d",
		"{% materialization a, default %}{% endmaterialization %}":                                   "materialization_a_default",
		"{% materialization a, adapter='redshift' %}{% endmaterialization %}":                        "materialization_a_redshift",
		"{% materialization a, adapter='x', supported_languages=['sql'] -%}{% endmaterialization %}": "materialization_a_x",
	} {
		tmpl := parseText(text)
		if len(tmpl.Errors) > 0 || len(tmpl.Macros) != 1 || tmpl.Macros[0].Name != want {
			t.Errorf("%s: %v %v", text, tmpl.Errors, tmpl.Macros)
		}
	}
}
