package manifest

import (
	"strings"
	"testing"
)

// What dbt's own manifest showed, in the smallest form.
const shown = `
-- dbt_project.yml --
name: shop
models:
  +schema: core
  +unique_key: id
  shop:
    plain:
      +schema: null
-- models/plain/a.sql --
{{ config(unique_key=none) }} select 1 as id
-- models/b.sql --
select 1 as id
-- models/_m.yml --
models:
  - name: a
    description: "{{ doc('rows') }}, {{ doc('shop', 'rows') }} and {{ doc('nowhere') }}"
    data_tests:
      - not_null: {arguments: {column_name: id}}
  - name: b
    config: {unique_key: null, meta: {n: "{{ 2 * 21 }}", t: "{{ '7' }}", v: "{{ var('n') }}", w: "{{ var('s') | as_number }}"}}
metrics:
  - {name: m, label: m, type: simple}
exposures:
  - {name: e, type: dashboard, owner: {name: x}, depends_on: [metric('m'), ref('a')]}
-- vars.yml --
vars: {n: 5, s: '6'}
-- models/docs.md --
{% docs rows %}
one row
{% enddocs %}
`

func TestWhatDbtShowed(t *testing.T) {
	m := load(t, shown)
	a, b := m.get(t, "model.shop.a"), m.get(t, "model.shop.b")
	for _, tc := range []struct{ what, got, want string }{
		{"none in config() says nothing", show(first(a.Config.Get("unique_key"))), "id"},
		{"null in a properties file says nothing", show(first(b.Config.Get("unique_key"))), "id"},
		{"null in dbt_project.yml takes back", show(first(a.Config.Get("schema"))), "None"},
		{"docs blocks", a.Description.Value, "one row, one row and {{ doc('nowhere') }}"},
		{"native values", show(b.Meta), "{'n': '42', 't': '7', 'v': 5, 'w': 6}"},
		{"the column of a test, as an argument", a.Tests[0].Column, "id"},
		{"an exposure reads metrics", strings.Join(m.get(t, "exposure.shop.e").DependsOn, " "), "metric.shop.m model.shop.a"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.what, tc.got, tc.want)
		}
	}
}

// Two packages, on BigQuery, which calls a schema a dataset.
const shownBetween = `
-- dbt_project.yml --
name: shop
models:
  +dataset: core
  +post-hook: "grant select on {{ this }} to {{ ref('readers') }} {{ audit() }}"
  shop: {readers: {+post-hook: []}}
seeds:
  helper: {+enabled: false}
vars: {word: "{{ target.type }}"}
exposures: {+meta: {a: 1}}
-- macros/m.sql --
{% macro audit() %}{{ inner() }}{% endmacro %}
{% macro inner() %}{% endmacro %}
{% macro default__test_wide(model, column_name) %}
  {% set calc %}max(n){% endset %}
  {{ config(fail_calc=calc, limit=10, where=column_name) }}
{% endmacro %}
-- models/readers.sql --
select 1 as id, '{{ type_string() }}' as t
-- models/deep/orders.sql --
{{ config(meta={'path': model.path}) }} select {{ dbt.type_int() }} as id
-- seeds/exceptions.csv --
id
1
-- models/_m.yml --
models:
  - name: orders
    tags: [passed over]
    columns:
      - name: id
        description: first
        data_tests: [{unique: {arguments: {config: {error_if: '>5'}}}}, helper.wide]
      - name: id
        description: second
        data_type: "{{ 'INT' ~ '64' }}"
        data_tests:
          - relationships: {arguments: {to: ref('nothing'), field: id}}
    config:
      meta: {cased: "{% if true %}{{ var('n') }}{% endif %}", raw: "{{ var('word') }}"}
exposures:
  - {name: e, type: dashboard, owner: {name: x}, meta: {b: 2}}
-- vars.yml --
vars: {n: 5}
-- packages.yml --
packages: [{local: helper}]
-- dbt_packages/helper/dbt_project.yml --
name: helper
-- dbt_packages/helper/seeds/exceptions.csv --
id
2
-- dbt_packages/helper/macros/m.sql --
{% test wide(model, column_name) %}{{ return(adapter.dispatch('test_wide', 'helper')(model, column_name)) }}{% endtest %}
-- dbt_packages/helper/seeds/_s.yml --
seeds:
  - name: exceptions
    description: >
      what is left out
`

func TestWhatDbtShowedBetweenPackages(t *testing.T) {
	m := loadWith(t, shownBetween, Options{Adapter: "bigquery"})
	orders := m.get(t, "model.shop.orders")
	id := orders.Column("id")
	if len(orders.Columns) != 1 || len(id.Tests) != 3 {
		t.Fatalf("%d columns, %d tests", len(orders.Columns), len(id.Tests))
	}
	unique, wide, broken := id.Tests[0], id.Tests[1], id.Tests[2]
	seed := m.get(t, "seed.shop.exceptions")
	for _, tc := range []struct{ what, got, want string }{
		{"the adapter's name of a configuration", orders.Schema, "dbt_core"},
		{"tags beside the configuration of a model", strings.Join(orders.Tags, " "), ""},
		{"what the hooks refer to", strings.Join(orders.DependsOn, " "), "model.shop.readers"},
		{"what template and hooks call", strings.Join(orders.Macros, " "), "macro.dbt.type_int macro.shop.audit"},
		{"what a template calls", strings.Join(m.get(t, "model.shop.readers").Macros, " "), "macro.dbt.type_string macro.shop.audit"},
		{"a type that is a template", id.DataType, "INT64"},
		{"the second entry of a column", id.Description.Value, "second"},
		{"what unique calls", strings.Join(unique.Macros, " "), "macro.dbt.test_unique"},
		{"a configuration below the arguments", unique.ErrorIf, ">5"},
		{"what other tests call", strings.Join(wide.Macros, " "), "macro.dbt.get_where_subquery macro.helper.test_wide"},
		{"config() behind a dispatch", show(first(wide.Config.Get("fail_calc"))), "max(n)"},
		{"config() with an argument", show(first(wide.Config.Get("where"))), "unknown: argument `column_name` of `test_wide`"},
		{"a test that refers to nothing", show(broken.Enabled), "False"},
		{"a value behind a condition", show(first(orders.Meta.Get("cased"))), "5"},
		{"a variable that holds a template", show(first(orders.Meta.Get("raw"))), "{{ target.type }}"},
		{"the path of a model", show(first(orders.Meta.Get("path"))), "deep/orders.sql"},
		{"the entry of a seed that is off", seed.Description.Value + ", " + m.PatchPath(seed), "what is left out, helper://seeds/_s.yml"},
		{"the meta of an exposure", show(m.get(t, "exposure.shop.e").Meta), "{'b': 2}"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.what, tc.got, tc.want)
		}
	}
}
