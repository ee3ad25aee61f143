package dbtctx

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// shopProject has a package that defines what the root overrides, and one that
// is listed and not installed.
const shopProject = `
-- dbt_project.yml --
name: shop
version: '1.0'
vars:
  rate: 1
  shared: root
  helper:
    inner: from root
dispatch:
  - macro_namespace: ordered
    search_order: [helper, shop]
-- packages.yml --
packages:
  - local: lib/helper
  - package: dbt-labs/dbt_utils
    version: 1.3.0
  - package: someone/absent
    version: 1.0.0
-- lib/helper/dbt_project.yml --
name: helper
version: '1.0'
vars:
  inner: own
  shared: package
  only: here
-- dbt_packages/helper/dbt_project.yml --
name: helper
version: '1.0'
vars:
  inner: own
  shared: package
  only: here
-- dbt_packages/helper/macros/m.sql --
{% macro both() %}helper{% endmacro %}
{% macro mine() %}helper mine{% endmacro %}
{% macro pick() %}{{ return(adapter.dispatch('pick', 'helper')()) }}{% endmacro %}
{% macro default__pick() %}helper default{% endmacro %}
{% macro postgres__pick() %}helper postgres{% endmacro %}
{% macro sort() %}{{ adapter.dispatch('sort', 'ordered')() }}{% endmacro %}
{% macro default__sort() %}helper sort{% endmacro %}
{% macro outer_value() %}{{ both() }}{% endmacro %}
-- macros/m.sql --
{% macro both() %}shop{% endmacro %}
{% macro default__pick() %}shop default{% endmacro %}
{% macro redshift__sort() %}shop sort{% endmacro %}
{% macro default__length(expression) %}my_length({{ expression }}){% endmacro %}
{% macro type_int() %}my_int{% endmacro %}
{% macro ref(name) %}{{ return(builtins.ref('stg_' ~ name)) }}{% endmacro %}
{% macro default__generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name }}!{% endmacro %}
{% macro one() %}{{ two('x') }}{% endmacro %}
{% macro two(name) %}a.{{ name }}{% endmacro %}
{% macro guard() %}{{ exceptions.raise_compiler_error('not on ' ~ target.type) if target.type != 'postgres' }}ok{% endmacro %}
`

func TestLookup(t *testing.T) {
	for _, tt := range []struct{ adapter, pkg, text, want string }{
		{"postgres", "shop", `{{ both() }}`, "shop"},
		{"postgres", "helper", `{{ both() }}`, "helper"},
		{"postgres", "shop", `{{ helper.both() }} {{ shop.both() }}`, "helper shop"},
		{"postgres", "helper", `{{ one() }}`, "a.x"}, // the root's macros are everyone's
		// Macros see what the node sees, not what their own package does.
		{"postgres", "shop", `{{ helper.outer_value() }}`, "shop"},
		{"postgres", "helper", `{{ outer_value() }}`, "helper"},
		// The package goes before the prefix.
		{"postgres", "shop", `{{ helper.pick() }}`, "shop default"},
		{"postgres", "shop", `{{ helper.sort() }}`, "helper sort"},
		{"redshift", "shop", `{{ helper.sort() }}`, "helper sort"},
		// dbt's own macros: overridden by prefix, and by name when asked without `dbt.`.
		{"postgres", "shop", `{{ dbt.length('a') }} {{ length('a') }}`, "my_length(a) my_length(a)"},
		{"redshift", "shop", `{{ dbt.length('a') }}`, "len( a )"},
		{"postgres", "shop", `{{ type_int() }} {{ dbt.type_int() }}`, "my_int integer"},
		{"postgres", "shop", `{{ ref('a') }} {{ builtins.ref('a') }}`, `"db"."main"."stg_a" "db"."main"."a"`},
		{"postgres", "shop", `{{ generate_schema_name('x', none) }}`, "x!"},
		{"redshift", "shop", `{{ adapter.dispatch('split_part', 'dbt')('a', 'b', 1) }}`, "split_part( a, b, 1 )"},
		{"postgres", "shop", `{{ adapter.dispatch('mine2', 'helper') is callable }}`, ""},
		{"postgres", "shop", `{% set f = helper.pick %}{{ f() }}`, "shop default"},
	} {
		c := newContext(t, tt.adapter, shopProject)
		n := node(tt.text)
		n.Package = tt.pkg
		r := c.Render(n, FullRefresh)
		checkMap(t, r)
		if tt.want == "" {
			if len(r.Errors) != 1 || r.Errors[0].Kind != UndefinedName {
				t.Errorf("%s: errors %v", tt.text, r.Errors)
			}
			continue
		}
		if words(r.Text) != tt.want || len(r.Errors) > 0 {
			t.Errorf("%s on %s in %s\n got %q (%s)\nwant %q", tt.text, tt.adapter, tt.pkg, r.Text, messages(r), tt.want)
		}
	}
}

func TestVars(t *testing.T) {
	p := load(t, shopProject)
	c := New(Options{Project: p, Target: Target{Adapter: "duckdb"}, Vars: map[string]jinja.Value{"rate": int64(9)}})
	for _, tt := range []struct{ pkg, name, want string }{
		{"shop", "rate", "9"},
		{"shop", "shared", "root"},
		{"helper", "shared", "root"},
		{"helper", "inner", "from root"},
		{"helper", "only", "here"},
		{"shop", "only", "none"},
	} {
		n := node(`{{ var('` + tt.name + `', 'none') }}`)
		n.Package = tt.pkg
		if r := c.Render(n, FullRefresh); r.Text != tt.want {
			t.Errorf("%s in %s: got %q, want %q", tt.name, tt.pkg, r.Text, tt.want)
		}
	}
	late := newContext(t, "duckdb", "-- dbt_project.yml --\nname: shop\nvars:\n  a: \"{{ target.name }}_x\"\n  b: \"{{ var('a') }}!\"\n  loop: \"{{ var('loop') }}\"\n")
	if r := render(t, late, `{{ var('b') }}`); r.Text != "dev_x!" {
		t.Errorf("a variable that holds a template: %q", r.Text)
	}
	render(t, late, `{{ var('loop') }}`) // ends
	if r := render(t, late, `{{ var('nowhere') }}`); len(r.Errors) != 1 || r.Errors[0].Kind != MissingVariable {
		t.Errorf("a variable without a value: %v", r.Errors)
	}
}

func TestEnv(t *testing.T) {
	c := New(Options{Project: load(t, ""), Env: map[string]string{"SHOWN": "1", "DBT_ENV_SECRET_X": "2"}})
	r := render(t, c, `{{ env_var('SHOWN') }}{{ env_var('DBT_ENV_SECRET_X', 'no') }}{{ env_var('OTHER') }}`)
	if r.Text != "1no__hole_1__" {
		t.Errorf("got %q", r.Text)
	}
}

func TestUndefined(t *testing.T) {
	c := newContext(t, "postgres", shopProject)
	for _, tt := range []struct{ text, name, pkg string }{
		{`{{ nothing() }}{{ nothing() }}`, "nothing", ""},
		{`{{ helper.nothing() }}`, "helper.nothing", ""},
		{`{{ absent.f(1) }} {{ absent.f(2) }}`, "absent.f", "absent"},
		{`{{ dbt_utils.no_such() }}`, "dbt_utils.no_such", "dbt_utils"},
		{`{{ nopkg.f() }}`, "nopkg", "absent"}, // absent may have brought it
		{`{{ typo }}`, "typo", ""},
		{`{{ typo | upper }}{{ [null] }}{% for x in typo %}{% endfor %}`, "", ""}, // dbt looks over these
		{`{{ dbt.create_table_as(true, this, 'x') }}`, "", ""},
		{`{% if run_query('x') %}{{ nothing() }}{% endif %}`, "", ""},
		{`{% if nothing is defined %}{{ nothing() }}{% endif %}`, "", ""},
	} {
		r := render(t, c, tt.text)
		if tt.name == "" {
			if len(r.Errors) > 0 {
				t.Errorf("%s: %s", tt.text, messages(r))
			}
			continue
		}
		if len(r.Errors) != 1 || r.Errors[0].Kind != UndefinedName || r.Errors[0].Name != tt.name || r.Errors[0].Package != tt.pkg {
			t.Errorf("%s: %+v", tt.text, r.Errors)
		}
	}
}

func TestChain(t *testing.T) {
	c := newContext(t, "postgres", shopProject)
	text := "select {{ one() }} from {{ ref('a') }}"
	r := render(t, c, text)
	at := int32(strings.Index(r.Text, "a.x"))
	seg := r.Map.Segments[r.Map.Index(at)]
	var names []string
	for call := seg.Call; call != 0; call = r.Map.Calls[call].Parent {
		names = append(names, r.Map.Calls[call].Name)
	}
	if got := strings.Join(names, " "); got != "two one" || seg.File.Path != "macros/m.sql" {
		t.Errorf("chain %q in %s", got, seg.File.Path)
	}
	mark, span := r.Map.Mark(int32(strings.Index(r.Text, `"db"`)))
	if rel, ok := mark.(*Relation); !ok || rel.Identifier != "stg_a" || r.Text[span.Start:span.End] != `"db"."main"."stg_a"` {
		t.Errorf("mark %v %v", mark, span)
	}
	guarded := newContext(t, "duckdb", shopProject)
	g := render(t, guarded, "{{ guard() }}")
	if len(g.Errors) != 1 || g.Errors[0].Message != "not on duckdb" || len(g.Errors[0].Chain) != 1 || g.Errors[0].Chain[0].Name != "guard" {
		t.Errorf("guard: %+v", g.Errors)
	}
}

func TestMacroEvents(t *testing.T) {
	c := newContext(t, "postgres", shopProject)
	r := render(t, c, "{{ one() }}{{ helper.pick() }}{{ dbt.type_string() }}")
	var names []string
	for _, e := range r.Events {
		if e.Kind == MacroEvent {
			names = append(names, e.Name)
		}
	}
	if got := strings.Join(names, " "); got != "shop.one shop.two helper.pick shop.default__pick dbt.type_string dbt.default__type_string" {
		t.Errorf("macro events: %s", got)
	}
}

// TestFormer calls a function that dbt no longer has: an error, behind which the
// macro that it meant is rendered.
func TestFormer(t *testing.T) {
	for _, tt := range []struct{ adapter, text, want string }{
		{"postgres", `{{ adapter_macro('helper.pick') }}`, "shop default"},
		{"redshift", `{{ adapter_macro('sort') }}`, "shop sort"},
		{"postgres", `{{ adapter_macro('helper.length', 'a') }}`, "my_length(a)"},
	} {
		c := newContext(t, tt.adapter, shopProject)
		n := node(tt.text)
		n.Package = "shop"
		r := c.Render(n, FullRefresh)
		if words(r.Text) != tt.want || len(r.Errors) != 1 || r.Errors[0].Kind != UndefinedName || r.Errors[0].Name != "adapter_macro" {
			t.Errorf("%s on %s\n got %q (%s)\nwant %q", tt.text, tt.adapter, r.Text, messages(r), tt.want)
		}
	}
}
