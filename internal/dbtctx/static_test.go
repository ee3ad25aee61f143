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
`)
	text := `{{ ref('a') }} {# {{ ref('no') }} #}{% if var('x', false) %}{{ ref('b') }}{% else %}{{ ref('shop', 'c') }}{% endif %}
{% set name = 'd' %}{{ ref(name) }}{{ ref(this.name) }}{{ ref('e_' ~ this.name) }}{{ ref('f') if execute }}{{ execute and source('s', 't') }}
{% for x in ['g', 'h'] %}{{ ref(x ~ '1') }}{% else %}{{ ref('i') }}{% endfor %}{% macro local() %}{{ ref('j') }}{% endmacro %}
{% call statement('s') %}{{ builtins.ref('k') }}{% endcall %}{% if var('y', false) %}{{ shop.rows('orders') }}{% endif %}{{ by() }}`
	var got []string
	for _, r := range c.References(node(text)) {
		name := strings.ReplaceAll(strings.Join(r.Args, "."), jinja.AnyText, "?")
		if r.Dynamic() != strings.Contains(name, "?") {
			t.Errorf("%s: dynamic %t", name, r.Dynamic())
		}
		how := map[jinja.Reach]string{0: "", jinja.UnderCondition: " if", jinja.InLoop: " for", jinja.UnderCondition | jinja.InLoop: " if for"}[r.Reach]
		got = append(got, name+how)
		if at := r.Place.File.Slice(r.Place.Span); !strings.HasPrefix(strings.TrimPrefix(at, "builtins."), "ref(") && !strings.HasPrefix(at, "source(") {
			t.Errorf("%s at %q", name, at)
		}
	}
	slices.Sort(got)
	want := []string{
		"?", "a", "app.orders if for", "b if", "by_default", "by_snowflake", "d", "e_?", "f if", "g1 for", "h1 for", "i if", "k if", "s.t if",
		"shop.c if", "stg_orders if",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}
