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
