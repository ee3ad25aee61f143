package dbtctx

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

func TestReferences(t *testing.T) {
	c := newContext(t, "duckdb", `-- dbt_project.yml --
name: shop
-- macros/m.sql --
{% macro rows(model, sep='_') %}{{ ref('stg' ~ sep ~ model) }}{{ deeper(model) if model else none }}{% endmacro %}
{% macro deeper(m) %}{% for i in [1] %}{{ source('app', m) }}{% endfor %}{{ rows(m) }}{% endmacro %}
{% macro by() %}{{ return(adapter.dispatch('by', 'shop')()) }}{% endmacro %}
{% macro default__by() %}{{ ref('by_default') }}{% endmacro %}
{% macro snowflake__by() %}{{ ref('by_snowflake') }}{% endmacro %}
{% macro never() %}{{ ref('never') }}{% endmacro %}
{% macro setting(name, fallback=none) %}{% do var.has_var('p_' ~ name) %}{{ return(var(name, fallback)) }}{% endmacro %}
{% macro each(f) %}{{ f('z') }}{% endmacro %}
{% macro passed(v) %}{{ var('passed_' ~ v) }}{% endmacro %}
-- dbt_packages/util/dbt_project.yml --
name: util
-- dbt_packages/util/macros/u.sql --
{% macro outer() %}{{ deeper() }}{% endmacro %}
{% macro deeper() %}{{ ref('of_util') }}{% endmacro %}
`)
	text := `{{ ref('a') }} {# {{ ref('no') }} #}{% if var('x', false) %}{{ ref('b') }}{% else %}{{ ref('shop', 'c') }}{% endif %}
{% set name = 'd' %}{{ ref(name) }}{{ ref(this.name) }}{{ ref('e_' ~ this.name) }}{{ ref('f') if execute }}{{ execute and source('s', 't') }}
{% for x in ['g', 'h'] %}{{ ref(x ~ '1') }}{% else %}{{ ref('i') }}{% endfor %}{% macro local() %}{{ ref('j') }}{% endmacro %}
{% call statement('s') %}{{ builtins.ref('k') }}{% endcall %}{% if var('y', false) %}{{ shop.rows('orders') }}{% endif %}{{ by() }}
{{ setting('v') }}{{ setting(name='w' if execute else 'w2') }}{{ each(passed) }}{{ util.outer() }}`
	var got []string
	for _, r := range c.References(node(text), nil) {
		name := strings.ReplaceAll(strings.Join(r.Args, "."), jinja.AnyText, "?")
		if r.Dynamic() != strings.Contains(name, "?") {
			t.Errorf("%s: dynamic %t", name, r.Dynamic())
		}
		how := map[jinja.Reach]string{0: "", jinja.UnderCondition: " if", jinja.InLoop: " for", jinja.UnderCondition | jinja.InLoop: " if for"}[r.Reach]
		got = append(got, name+how)
		if r.Kind == VarEvent {
			got[len(got)-1] = "var " + got[len(got)-1]
			continue
		}
		if at := r.Place.File.Slice(r.Place.Span); !strings.HasPrefix(strings.TrimPrefix(at, "builtins."), "ref(") && !strings.HasPrefix(at, "source(") {
			t.Errorf("%s at %q", name, at)
		}
	}
	slices.Sort(got)
	want := []string{
		"?", "a", "app.orders if for", "b if", "by_default", "by_snowflake", "d", "e_?", "f if", "g1 for", "h1 for", "i if", "k if", "s.t if",
		"shop.c if", "stg_orders if", "of_util", "var passed_? if", "var p_v", "var p_w", "var p_w2", "var v", "var w", "var w2", "var x", "var y",
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}

// A macro that is called nobody knows how, and functions that are passed on.
func TestReferencesOfMacros(t *testing.T) {
	c := newContext(t, "duckdb", `-- dbt_project.yml --
name: shop
-- macros/m.sql --
{% macro setting(name) %}{{ var(name) }}{{ deeper() }}{% endmacro %}
{% macro deeper() %}{{ var('deep') }}{% endmacro %}
`)
	macro := func(name string) *jinja.MacroDef { return c.lib.packages["shop"].macros[name].(*jinja.Macro).Def }
	names := func(refs []Reference) string {
		var out []string
		for _, r := range refs {
			out = append(out, strings.ReplaceAll(r.Args[0], jinja.AnyText, "?"))
		}
		return strings.Join(out, " ")
	}
	var seen []string
	refs := c.ReferencesOf("shop", macro("setting"), func(d *jinja.MacroDef) { seen = append(seen, d.Name) })
	if got := names(refs); got != "? deep" || strings.Join(seen, " ") != "setting deeper" {
		t.Errorf("%s; %s", got, seen)
	}
	for text, want := range map[string]string{
		"{{ var('a') }}": "a", "{% set v = var %}{{ v('a') }}": "?", "{{ context['var']('a') }}": "?", "{{ var(**{'name': 'a'}) }}": "?", "{{ builtins.var('a', 'b') }}": "a",
		"{{ var(name='a') }}": "a", "{{ setting(*['a']) }}": "? deep", "{{ this.var }}": "",
	} {
		if got := names(c.References(node(text), nil)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
