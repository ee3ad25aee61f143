package manifest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

func load(t testing.TB, text string) *Manifest {
	t.Helper()
	return loadWith(t, text, Options{Adapter: "duckdb"})
}

func loadWith(t testing.TB, text string, o Options) *Manifest {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	p := project.Load(context.Background(), fsys, ".", project.Options{})
	if len(p.Problems) > 0 {
		t.Fatalf("the project has problems: %v", p.Problems)
	}
	return Load(context.Background(), p, o)
}

func (m *Manifest) get(t testing.TB, id string) *Node {
	t.Helper()
	n := m.ByID[id]
	if n == nil {
		t.Fatalf("there is no `%s`", id)
	}
	return n
}

// show writes a value as templates print it.
func show(v jinja.Value) string {
	if u, ok := v.(*jinja.Unknown); ok {
		return "unknown: " + u.Why
	}
	return jinja.ToString(v)
}

// problems writes the problems as lines "path:line kind message".
func problems(m *Manifest) string {
	var out []string
	for _, p := range m.Problems {
		at := ""
		if p.File != nil {
			at = fmt.Sprintf("%s:%d ", p.File.Path, p.File.LineOf(p.Span.Start))
		}
		out = append(out, at+p.Message)
	}
	return strings.Join(out, "\n")
}

const layered = `
-- dbt_project.yml --
name: shop
models:
  +materialized: view
  +tags: all
  +meta: {owner: nobody, level: 1}
  shop:
    marts:
      +materialized: table
      +tags: [marts]
      +unique_key: from_project
      finance:
        schema: money
        +meta: {level: 2}
  util:
    +materialized: table
    helpers:
      +tags: [root]
-- models/top.sql --
select 1 as id
-- models/marts/orders.sql --
{{ config(materialized='incremental', unique_key=['a', 'b'], tags=['sql'], meta={'from': 'sql'}) }}
{{ config(pre_hook="select 1") }}
select 1 as a, 2 as b
-- models/marts/finance/ledger.sql --
{{ config(enabled=var('ledger_on', true), alias='the_ledger') }}
select 1 as id
-- models/_models.yml --
models:
  - name: orders
    config:
      unique_key: from_yaml
      materialized: view
      tags: [yaml]
      meta: {from: yaml, owner: me}
      on_schema_change: "{{ var('change', 'fail') }}"
  - name: ledger
    meta: {old: true}
    tags: nightly
    config: {contract: {enforced: true}}
-- dbt_packages/util/dbt_project.yml --
name: util
models:
  +materialized: ephemeral
  util:
    +tags: [own]
-- dbt_packages/util/models/helpers/h.sql --
{{ config(materialized='incremental', schema='x') }}
select 1 as id
`

func TestEffectiveConfig(t *testing.T) {
	m := load(t, layered)
	for _, test := range []struct{ id, key, value, layer, at string }{
		{"model.shop.top", "materialized", "view", "dbt_project.yml", "view"},
		{"model.shop.top", "tags", "['all']", "dbt_project.yml", "all"},
		{"model.shop.top", "access", "protected", "default", ""},
		{"model.shop.top", "unique_key", "None", "unset", ""},
		{"model.shop.orders", "materialized", "incremental", "config()", "'incremental'"},
		{"model.shop.orders", "unique_key", "['a', 'b']", "config()", "['a', 'b']"},
		{"model.shop.orders", "tags", "['all', 'marts', 'yaml', 'sql']", "config()", "['sql']"},
		{"model.shop.orders", "meta", "{'owner': 'me', 'level': 1, 'from': 'sql'}", "config()", "{'from': 'sql'}"},
		{"model.shop.orders", "on_schema_change", "fail", "properties", `"{{ var('change', 'fail') }}"`},
		{"model.shop.orders", "pre-hook", "['select 1']", "config()", `"select 1"`},
		{"model.shop.ledger", "materialized", "table", "dbt_project.yml", "table"},
		{"model.shop.ledger", "schema", "money", "dbt_project.yml", "money"},
		{"model.shop.ledger", "meta", "{'owner': 'nobody', 'level': 2, 'old': True}", "properties", "{old: true}"},
		{"model.shop.ledger", "tags", "['all', 'marts']", "dbt_project.yml", "[marts]"}, // those beside config: say nothing
		{"model.shop.ledger", "enabled", "True", "config()", "var('ledger_on', true)"},
		{"model.util.h", "materialized", "table", "root dbt_project.yml", "table"},
		{"model.util.h", "tags", "['own', 'all', 'root']", "root dbt_project.yml", "[root]"},
		{"model.util.h", "schema", "x", "config()", "'x'"},
	} {
		t.Run(test.id+" "+test.key, func(t *testing.T) {
			v, origin := m.get(t, test.id).Config.Get(test.key)
			at := ""
			if origin.File != nil {
				at = origin.File.Slice(origin.Span)
			}
			if show(v) != test.value || origin.Layer.String() != test.layer || at != test.at {
				t.Errorf("got %s from %s at %q, want %s from %s at %q", show(v), origin.Layer, at, test.value, test.layer, test.at)
			}
		})
	}
	if got := problems(m); got != "" {
		t.Errorf("problems: %s", got)
	}
	layers := ""
	for _, s := range m.get(t, "model.shop.orders").Config.Layers("materialized") {
		layers += s.Origin.Layer.String() + "=" + show(s.Value) + " "
	}
	if want := "default=view dbt_project.yml=view dbt_project.yml=table properties=view config()=incremental "; layers != want {
		t.Errorf("layers: %s", layers)
	}
}

func TestNames(t *testing.T) {
	m := load(t, layered)
	for id, want := range map[string]string{
		"model.shop.top":    "memory.main.top",
		"model.shop.ledger": "memory.main_money.the_ledger",
		"model.util.h":      "memory.main_x.h",
	} {
		n := m.get(t, id)
		if got := n.Database + "." + n.Schema + "." + n.Alias; got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	key, origin, known := m.get(t, "model.shop.orders").UniqueKey()
	if strings.Join(key, ",") != "a,b" || origin.Layer != InFile || !known {
		t.Errorf("unique key: %v %v %v", key, origin, known)
	}
	if enforced, known := m.get(t, "model.shop.ledger").Contract(); !enforced || !known {
		t.Errorf("the contract of ledger is not seen")
	}
	if got := strings.Join(m.get(t, "model.shop.ledger").FQN, "."); got != "shop.marts.finance.ledger" {
		t.Errorf("fqn: %s", got)
	}
}

func TestCustomSchemaMacro(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- macros/names.sql --
{% macro generate_schema_name(custom_schema_name, node) %}
  {% if custom_schema_name is none %}{{ target.schema }}{% else %}{{ custom_schema_name | trim }}{% endif %}
{% endmacro %}
-- models/a.sql --
{{ config(schema='raw_name') }} select 1
-- models/b.sql --
select 1
`)
	if a, b := m.get(t, "model.shop.a").Schema, m.get(t, "model.shop.b").Schema; a != "raw_name" || b != "main" {
		t.Errorf("got %s and %s", a, b)
	}
}

func TestTarget(t *testing.T) {
	text := `
-- dbt_project.yml --
name: shop
profile: p
-- profiles.yml --
p:
  target: "{{ env_var('WHERE', 'dev') }}"
  outputs:
    dev: {type: duckdb, path: "data/dev.duckdb", schema: "{{ env_var('SCHEMA', 'me') }}"}
    prod: {type: snowflake, database: "{{ env_var('DB') }}", schema: core}
-- models/a.sql --
select 1
`
	for _, test := range []struct {
		name, want string
		o          Options
	}{
		{"defaults", "dev duckdb dev.me", Options{}},
		{"environment", "dev duckdb dev.you", Options{Env: map[string]string{"SCHEMA": "you"}}},
		{"chosen, and a value nobody knows", "prod snowflake .core", Options{Target: "prod"}},
		{"chosen by the environment", "prod snowflake raw.core", Options{Env: map[string]string{"WHERE": "prod", "DB": "raw"}}},
	} {
		m := loadWith(t, text, test.o)
		n := m.get(t, "model.shop.a")
		if got := m.Target.Name + " " + m.Target.Adapter + " " + n.Database + "." + n.Schema; got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestRefInMacroIsBlamedOnItsCall(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- macros/m.sql --
{% macro inner() %}{{ ref('nothing') }}{% endmacro %}
{% macro outer() %}{{ inner() }}{% endmacro %}
-- models/a.sql --
select *
from {{ outer() }}
`)
	if got := problems(m); got != "models/a.sql:2 `a` refers to `nothing`, which does not exist" {
		t.Fatalf("problems: %s", got)
	}
	if related := m.Problems[0].Related; len(related) != 1 || related[0].File.Path != "macros/m.sql" {
		t.Errorf("related: %v", related)
	}
}

func TestUnknownIsNotAbsent(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- models/a.sql --
{{ config(unique_key=env_var('KEY'), materialized=run_query('x').columns) }} select 1
`)
	n := m.get(t, "model.shop.a")
	if _, _, known := n.UniqueKey(); known {
		v, _ := n.Config.Get("unique_key")
		t.Errorf("the key counts as known: %s", show(v))
	}
	if _, known := n.Config.Text("alias"); !known {
		t.Errorf("an unset key counts as unknown")
	}
}

func TestRefs(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- models/a.sql --
select * from {{ ref('b') }} join {{ source('raw', 'orders') }} using (id)
-- models/b.sql --
select * from {{ ref('util', 'h') }}
-- models/c.sql --
select * from {{ ref('oders') }} {{ source('raw', 'order') }}
{% if execute %}{{ ref('never') }}{% endif %}
-- models/d.sql --
{{ config(enabled=false) }} select * from {{ ref('nothing') }}
-- models/e.sql --
select * from {{ ref('d') }}
-- models/orders.sql --
select * from {{ ref('h') }} -- {{ ref('s') }}
-- seeds/s.csv --
id
1
-- models/sources.yml --
sources:
  - name: raw
    schema: raw_schema
    tables:
      - name: orders
        identifier: orders_v1
-- dbt_packages/util/dbt_project.yml --
name: util
-- dbt_packages/util/models/h.sql --
select 1 as id
`)
	for id, want := range map[string]string{
		"model.shop.a":      "model.shop.b source.shop.raw.orders",
		"model.shop.b":      "model.util.h",
		"model.shop.orders": "model.util.h seed.shop.s",
		"model.shop.c":      "",
	} {
		if got := strings.Join(m.get(t, id).DependsOn, " "); got != want {
			t.Errorf("%s depends on %s, want %s", id, got, want)
		}
	}
	want := strings.Join([]string{
		"models/c.sql:1 `c` refers to `oders`, which does not exist",
		"models/c.sql:1 `c` reads the source `raw.order`, which is not declared",
		"models/e.sql:1 `e` depends on `d`, which is disabled",
	}, "\n")
	if got := problems(m); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	if p := m.Problems[0]; p.Nearest != "orders" || p.File.Slice(p.Span) != "ref('oders')" {
		t.Errorf("nearest %q at %q", p.Nearest, p.File.Slice(p.Span))
	}
	src := m.get(t, "source.shop.raw.orders")
	if src.Schema != "raw_schema" || src.Alias != "orders_v1" || src.Source != "raw" {
		t.Errorf("source: %s %s %s", src.Source, src.Schema, src.Alias)
	}
	var order []string
	for _, n := range m.Order {
		order = append(order, n.Name)
	}
	if got := strings.Join(order, " "); got != "c e h b a s orders" {
		t.Errorf("order: %s", got)
	}
	if got := m.Children(m.get(t, "model.util.h")); len(got) != 2 {
		t.Errorf("children of h: %v", got)
	}
}

func TestMissingPackageSilencesRefs(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- packages.yml --
packages: [{package: acme/not_here, version: 1.0.0}]
-- models/a.sql --
select * from {{ ref('maybe_there') }} {{ ref('not_here', 'x') }}
`)
	if got := problems(m); got != "" {
		t.Errorf("problems: %s", got)
	}
}

func TestBrokenPropertiesSilenceSources(t *testing.T) {
	fsys := fstest.MapFS{
		"dbt_project.yml": {Data: []byte("name: shop\n")},
		"models/a.sql":    {Data: []byte("select * from {{ source('raw', 'lost') }} join {{ ref('gone') }}")},
		"models/s.yml":    {Data: []byte("sources:\n  - name: raw\n    tables: [{name: here}]\n  - name: x: y\n")},
	}
	m := Load(context.Background(), project.Load(context.Background(), fsys, ".", project.Options{}), Options{})
	if got, want := problems(m), "models/a.sql:1 `a` refers to `gone`, which does not exist"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCycle(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- models/a.sql --
select * from {{ ref('c') }}
-- models/b.sql --
select * from {{ ref('a') }}
-- models/c.sql --
select * from {{ ref('b') }}
-- models/behind.sql --
select * from {{ ref('a') }}
-- models/self.sql --
select * from {{ ref('self') }}
`)
	want := "models/a.sql:1 the models depend on each other in a circle: `a`, `c`, `b`, `a`\n" +
		"models/self.sql:1 `self` depends on itself"
	if got := problems(m); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if len(m.Order) != 5 || len(m.Cycles) != 2 {
		t.Errorf("%d in order, %d cycles", len(m.Order), len(m.Cycles))
	}
}

func TestVersions(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
models: {shop: {dim: {v1: {+tags: old}}}}
-- models/dim_v1.sql --
select 1
-- models/special.sql --
select 2
-- models/dim.sql --
select 3
-- models/user.sql --
select * from {{ ref('dim') }} join {{ ref('dim', v=1) }} join {{ ref('dim', version='2') }}
-- models/lost.sql --
select * from {{ ref('dim', v=9) }}
-- models/m.yml --
models:
  - name: dim
    columns: [{name: id, data_tests: [unique]}, {name: gone}]
    versions:
      - v: 1
        columns: [{include: all, exclude: [gone]}, {name: extra}]
      - v: 2
        defined_in: special
        config: {materialized: table}
      - v: 10
`)
	for id, want := range map[string]string{
		"model.shop.dim.v1":  "dim 1 models/dim_v1.sql dim_v1 false id,extra",
		"model.shop.dim.v2":  "dim 2 models/special.sql dim_v2 false id,gone",
		"model.shop.dim.v10": "dim 10 models/dim.sql dim_v10 true id,gone",
	} {
		n := m.get(t, id)
		var columns []string
		for _, c := range n.Columns {
			columns = append(columns, c.Name)
		}
		if got := fmt.Sprint(n.Name, " ", n.Version, " ", n.Path, " ", n.Alias, " ", n.Latest, " ", strings.Join(columns, ",")); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	if got := strings.Join(m.get(t, "model.shop.user").DependsOn, " "); got != "model.shop.dim.v1 model.shop.dim.v10 model.shop.dim.v2" {
		t.Errorf("refs: %s", got)
	}
	if got := m.get(t, "model.shop.dim.v1").Tags; len(got) != 1 || got[0] != "old" {
		t.Errorf("tags of v1: %v", got)
	}
	if got, want := problems(m), "models/lost.sql:1 `lost` refers to a version that does not exist: `dim` has no version `9`"; got != want {
		t.Errorf("problems: %s", got)
	}
}

func TestSnapshotsAndSeeds(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
seeds: {shop: {+delimiter: ";"}}
snapshots: {shop: {+strategy: check}}
-- seeds/s.csv --
id;name
1;x
-- models/a.sql --
select 1 as id
-- snapshots/block.sql --
{% snapshot snap_a %}
{{ config(target_schema='history', unique_key='id', strategy='timestamp', updated_at='at') }}
select * from {{ ref('a') }}
{% endsnapshot %}
-- snapshots/y.yml --
snapshots:
  - name: snap_b
    relation: ref('a')
    config: {unique_key: [id, x], check_cols: all}
`)
	a, b := m.get(t, "snapshot.shop.snap_a"), m.get(t, "snapshot.shop.snap_b")
	if got := strings.Join(a.FQN, "."); got != "shop.block.snap_a" || a.Schema != "history" {
		t.Errorf("snap_a: %s in %s", got, a.Schema)
	}
	strategyA, _ := a.Strategy()
	strategyB, _ := b.Strategy()
	key, _, _ := b.UniqueKey()
	if strategyA != "timestamp" || strategyB != "check" || strings.Join(key, ",") != "id,x" {
		t.Errorf("strategies %s and %s, key %v", strategyA, strategyB, key)
	}
	for _, n := range []*Node{a, b} {
		if strings.Join(n.DependsOn, " ") != "model.shop.a" {
			t.Errorf("%s depends on %v", n.Name, n.DependsOn)
		}
	}
	if s := m.get(t, "seed.shop.s").Seed; len(s.Header) != 2 || s.Rows[0].Cells[1].Text != "x" {
		t.Errorf("the seed is not read with its delimiter")
	}
}

func TestGenericTests(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
data_tests: {shop: {+severity: warn}}
-- models/a.sql --
select 1 as id
-- models/b.sql --
select 1 as id
-- models/m.yml --
models:
  - name: a
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments: {combination_of_columns: [id, "{{ var('second', 'x') }}"]}
          config: {where: "x = {{ 1 }}", severity: error}
    columns:
      - name: id
        tests:
          - unique
          - not_null: {where: "id > 0", enabled: false}
          - relationships: {to: ref('b'), field: id, error_if: ">10", limit: 5}
          - name: my_name
            test_name: accepted_values
            values: [1, 2]
          - {unique: {}, not_null: {}}
`)
	a := m.get(t, "model.shop.a")
	var got []string
	for test := range a.AllTests() {
		var args []string
		for _, arg := range test.Args {
			if arg.To != nil {
				args = append(args, arg.Name+"->"+arg.To.ID)
				continue
			}
			args = append(args, arg.Name+"="+show(arg.Value))
		}
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%v|%d|%s", test.Package, test.Name, test.Title, test.Column,
			strings.Join(args, " "), test.Severity, test.Where, test.Enabled, test.Limit, strings.Join(test.DependsOn, " ")))
	}
	want := []string{
		"dbt_utils|unique_combination_of_columns|||combination_of_columns=['id', 'x']|error|x = {{ 1 }}|true|0|",
		"|unique||id||warn||true|0|",
		"|not_null||id||warn|id > 0|false|0|",
		"|relationships||id|to->model.shop.b field=id|warn||true|5|model.shop.b",
		"|accepted_values|my_name|id|values=[1, 2]|warn||true|0|",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := problems(m); got != "models/m.yml:16 a test of `a` must be a name, or one name with its arguments below it" {
		t.Errorf("problems: %s", got)
	}
}

func TestConfigOfTestMacro(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
data_tests: {+severity: error, +limit: 3}
-- tests/generic/even.sql --
{% test even(model, column_name, how) %}
{{ config(severity='warn', error_if='>' ~ 5, warn_if=how) }}
select 1
{% endtest %}
-- models/a.sql --
select 1 as id
-- models/m.yml --
models:
  - name: a
    columns: [{name: id, data_tests: [even, {even: {config: {severity: error}}}]}]
`)
	var got []string
	for test := range m.get(t, "model.shop.a").AllTests() {
		_, known := test.Config.Text("warn_if")
		got = append(got, fmt.Sprint(test.Severity, test.ErrorIf, test.Limit, known))
	}
	if want := "warn>53 false error>53 false"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEntries(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
-- models/orders.sql --
select 1 as id
-- models/m.yml --
models:
  - name: orders
    description: "{{ doc('o') }}"
    constraints: [{type: primary_key, columns: [id]}]
    columns:
      - {name: ID, data_type: integer, quote: yes, constraints: [{type: not_null}], tags: [k]}
  - name: orderz
  - description: nameless
  - name: orders
exposures:
  - name: board
    type: dashboard
    owner: {email: a@example.org}
    depends_on: [ref('orders'), ref('gone')]
groups: [{name: core, owner: {name: x}}]
semantic_models:
  - name: sem
    model: ref('orders')
    entities: [{name: order, type: primary, expr: id}]
    measures: [{name: total, agg: sum}]
metrics:
  - name: m1
    type: simple
    type_params: {measure: total}
  - name: m2
    type: ratio
    type_params: {numerator: m1, denominator: {name: m1}}
unit_tests:
  - name: u
    model: orders
    given: [{input: ref('orders')}, {input: this}]
  - name: w
    model: ordres
`)
	want := strings.Join([]string{
		"models/m.yml:7 `models` describes `orderz`, but there is no such resource in package `shop`",
		"models/m.yml:8 an entry of `models` has no `name`",
		"models/m.yml:9 `orders` is described a second time, dbt refuses two entries for one resource",
		"models/m.yml:14 `board` refers to `gone`, which does not exist",
		"models/m.yml:33 `unit_tests` describes `ordres`, but there is no such resource in package `shop`",
	}, "\n")
	if got := problems(m); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	orders := m.get(t, "model.shop.orders")
	c := orders.Column("id")
	if c == nil || !c.Quote || c.DataType != "integer" || c.Constraints[0].Type != "not_null" || c.Tags[0] != "k" {
		t.Errorf("column: %+v", c)
	}
	if orders.Constraints[0].Columns[0] != "id" || orders.Description.Value != "{{ doc('o') }}" {
		t.Errorf("constraints or description: %+v %+v", orders.Constraints, orders.Description)
	}
	for id, want := range map[string]string{
		"exposure.shop.board":     "model.shop.orders",
		"semantic_model.shop.sem": "model.shop.orders",
		"metric.shop.m1":          "semantic_model.shop.sem",
		"metric.shop.m2":          "metric.shop.m1",
	} {
		if got := strings.Join(m.get(t, id).DependsOn, " "); got != want {
			t.Errorf("%s depends on %s, want %s", id, got, want)
		}
	}
	if e := m.get(t, "semantic_model.shop.sem").Entities[0]; e.Type != "primary" || e.Expr != "id" {
		t.Errorf("entity: %+v", e)
	}
	if u := m.UnitTests[0]; u.Node != orders || u.Given[0].Node != orders || u.Given[1].Node != nil {
		t.Errorf("unit test: %+v", u)
	}
}

func TestSelect(t *testing.T) {
	m := load(t, `
-- dbt_project.yml --
name: shop
models: {shop: {marts: {+tags: [m], +materialized: table}}}
-- models/staging/stg_a.sql --
select * from {{ source('raw', 't') }}
-- models/staging/stg_b.sql --
select 1
-- models/marts/dim.sql --
select * from {{ ref('stg_a') }}
-- models/marts/fct.sql --
select * from {{ ref('dim') }} join {{ ref('stg_b') }}
-- models/s.yml --
sources: [{name: raw, tables: [{name: t}]}]
`)
	for _, test := range []struct{ include, exclude, want string }{
		{"", "", "dim fct stg_a stg_b t"},
		{"dim", "", "dim"},
		{"+dim", "", "dim stg_a t"},
		{"1+dim", "", "dim stg_a"},
		{"dim+", "", "dim fct"},
		{"+dim+", "", "dim fct stg_a t"},
		{"@stg_a", "", "dim fct stg_a stg_b t"},
		{"stg_*", "", "stg_a stg_b"},
		{"marts", "", "dim fct"},
		{"shop.marts", "", "dim fct"},
		{"models/marts", "", "dim fct"},
		{"path:models/**/stg_?.sql", "", "stg_a stg_b"},
		{"fct.sql", "", "fct"},
		{"tag:m", "fct", "dim"},
		{"tag:m,+stg_b+", "", "fct"},
		{"dim stg_b", "", "dim stg_b"},
		{"config.materialized:view", "", "stg_a stg_b"},
		{"source:raw+", "fct", "dim stg_a t"},
		{"source:shop.raw.t", "", "t"},
		{"resource_type:source", "", "t"},
		{"nothing", "", ""},
	} {
		t.Run(test.include+" - "+test.exclude, func(t *testing.T) {
			found, err := m.Select(Selection{Include: strings.Fields(test.include), Exclude: strings.Fields(test.exclude)})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, n := range found {
				names = append(names, n.Name)
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for _, bad := range []string{"tags:m", "state:modified", "@dim+", "dim,"} {
		if _, err := m.Select(Selection{Include: []string{bad}}); err == nil {
			t.Errorf("`%s` is accepted", bad)
		}
	}
}

func FuzzSelect(f *testing.F) {
	for _, seed := range []string{"a", "+a+", "@a", "2+tag:x+1,path:models/*", "config.meta.x:1 b", "source:raw.*+", "[", "+", ",", ":"} {
		f.Add(seed)
	}
	m := load(f, layered)
	f.Fuzz(func(t *testing.T, text string) {
		found, err := m.Select(Selection{Include: []string{text}})
		if err != nil && found != nil {
			t.Fatalf("both nodes and an error: %v", err)
		}
	})
}

func TestParallelIsDeterministic(t *testing.T) {
	describe := func(workers int) string {
		m := loadWith(t, layered, Options{Adapter: "duckdb", Parallelism: workers})
		var b strings.Builder
		for _, n := range m.Nodes {
			fmt.Fprintln(&b, n.ID, show(n.Config.Dict()), n.DependsOn)
		}
		return b.String() + problems(m)
	}
	if one, eight := describe(1), describe(8); one != eight {
		t.Errorf("one worker:\n%s\neight:\n%s", one, eight)
	}
}

// What may read a variable: templates and macros, also those that nothing calls,
// YAML values, Python, and names that are known in part.
func TestVarMayBeRead(t *testing.T) {
	m := load(t, `-- dbt_project.yml --
name: shop
on-run-end: ["{{ log(var('in_hook')) }}"]
models: {shop: {+enabled: "{{ var('in_config', true) }}"}}
-- macros/m.sql --
{% macro get(name) %}{{ return(var(name)) }}{% endmacro %}
{% macro alone() %}{{ var('in_macro') }}{% endmacro %}
{% macro part(x) %}{{ var('part_' ~ x) }}{% endmacro %}
-- models/a.sql --
{% if false %}{{ get('through_macro') }}{% endif %} select {{ var('in_model') }} {# var('in_comment') #}
-- models/b.py --
def model(dbt, session):
    return session.sql("select 1", dbt.config.get("in_python"))
-- models/_a.yml --
models: [{name: a, data_tests: [{accepted_values: {arguments: {values: "{{ var('in_test') }}"}}}]}]
`)
	for name, want := range map[string]bool{
		"in_hook": true, "in_config": true, "in_macro": true, "through_macro": true, "in_model": true, "in_python": true, "in_test": true, "part_x": true,
		"in_comment": false, "other": false, "apart_x": false,
	} {
		if got := m.VarMayBeRead(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	all := load(t, "-- dbt_project.yml --\nname: shop\n-- macros/m.sql --\n{% macro get(name) %}{{ return(var(name)) }}{% endmacro %}\n")
	if !all.VarMayBeRead("anything") || len(all.VarsRead()) > 0 {
		t.Error("a macro that may be called with any name")
	}
}
