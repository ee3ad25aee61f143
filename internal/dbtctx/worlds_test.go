package dbtctx

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

func TestWorlds(t *testing.T) {
	incremental := []any{"materialized", jinja.NewStr("incremental")}
	for _, tt := range []struct {
		name, text string
		config     []any
		want       []string // "world: text"
	}{
		{"plain", "select 1", nil, []string{"full refresh: select 1"}},
		{"incremental", "select 1{% if is_incremental() %} where x{% endif %}", incremental,
			[]string{"full refresh: select 1", "incremental: select 1 where x"}},
		{"asked by a table", "select 1{% if is_incremental() %} where x{% endif %}", []any{"materialized", jinja.NewStr("table")},
			[]string{"full refresh: select 1"}},
		{"asked among others by a table", "{% if var('x', false) and is_incremental() %}a{% endif %}{% if not (is_incremental() and var('y', true)) %}b{% else %}c{% endif %}" +
			"{% if is_incremental() or var('x', false) %}d{% else %}e{% endif %}", []any{"materialized", jinja.NewStr("table")},
			[]string{"full refresh: be", "if `is_incremental() or var('x', false)`: bd"}},
		{"full_refresh is true", "select 1{% if is_incremental() %} where x{% endif %}", append(incremental, "full_refresh", true),
			[]string{"full refresh: select 1"}},
		{"in a macro", "select 1 {{ since() }}", incremental, []string{"full refresh: select 1 ", "incremental: select 1 where d > 1"}},
		{"forced", "{% if var('x', false) %}a{% elif target.name == 'prod' %}bb{% else %}c{% endif %}", nil,
			[]string{"full refresh: c", "if `target.name == 'prod'`: bb", "if `var('x', false)`: a"}},
		{"inline if", "{{ 'a' if var('x', false) else 'b' }}", nil, []string{"full refresh: b", "if `var('x', false)`: a"}},
		{"nested", "{% if var('x', false) %}a{% if var('y', false) %}b{% endif %}{% endif %}", nil,
			[]string{"full refresh: ", "if `var('x', false)`: a", "if `var('y', false)`: ab"}},
		{"in the first pass of a loop", "{% for i in [1, 2] %}{% if i > 2 %}a{% endif %}{{ i }}{% endfor %}", nil, []string{"full refresh: 12", "if `i > 2`: a12"}},
		{"by what a pass sets", "{% for i in [1, 2] %}{% set j = i %}{% if j > 2 %}a{% endif %}{{ i }}{% endfor %}", nil, []string{"full refresh: 12", "if `j > 2`: a12"}},
		{"in every pass of a loop", "{% for i in [1, 2] %}{% if var('x', false) %}a{% endif %}{{ i }}{% endfor %}", nil, []string{"full refresh: 12", "if `var('x', false)`: a1a2"}},
		{"not by the place of a pass", "{% for i in [1] %}{% if not loop.last %},{% endif %}{{ ';' if loop.index > 1 else '' }}{{ i }}{% endfor %}", nil, []string{"full refresh: 1"}},
		{"an empty loop", "{% for i in var('x', []) %}a{{ i }}{% if var('y', false) %}b{% endif %}{% else %}c{% endfor %}", nil,
			[]string{"full refresh: c", "if `var('x', [])`: a__hole_1__", "if `var('y', false)`: a__hole_1__b"}},
		{"a loop over the unknown", "{% for i in run_query('x') %}a{% else %}c{% endfor %}", nil, []string{"full refresh: a", "if not `run_query('x')`: c"}},
		{"an unknown condition of a macro", "{{ known() }}{{ choice() }}{{ choice() }}", nil,
			[]string{"full refresh: a-a-", "if not `run_started_at.day > 3` (macros/m.sql): b-b-", "if not `run_started_at.hour > 3` (macros/m.sql): bc-bc-"}},
		{"raised by a macro", "{{ checked() }}x", nil, []string{"full refresh: ok x"}},
		{"else", "{% if target.name == 'dev' %}a{% else %}b{% endif %}", nil, []string{"full refresh: a", "if not `target.name == 'dev'`: b"}},
		{"in the incremental world", "{% if is_incremental() %}a{{ 'b' if var('x', false) }}{% if is_incremental() %}!{% endif %}{% endif %}", incremental,
			[]string{"full refresh: ", "incremental: a!", "incremental, if `var('x', false)`: ab!"}},
		{"asked twice", "{% if var('x', false) %}a{% endif %}{% if var( 'y', false) %}b{% endif %}{% if var('x',  false) %}aa{% else %}c{% endif %}", nil,
			[]string{"full refresh: c", "if `var('x', false)`: aaa", "if `var( 'y', false)`: bc"}},
		{"unknown in each kind of run", "{% if run_query('x') %}a{% endif %}{% if is_incremental() %}b{% endif %}", incremental,
			[]string{"full refresh: a", "incremental: ab", "if not `run_query('x')`: ", "incremental, if not `run_query('x')`: b"}},
		{"unknown in what is unknown", "{% if run_query('x') %}a{% if run_query('y') %}b{% endif %}{% endif %}{% if var('x', false) %}cccc{% endif %}", nil,
			[]string{"full refresh: ab", "if not `run_query('x')`: ", "if not `run_query('y')`: a", "if `var('x', false)`: abcccc"}},
		{"all that is unknown", "{% if run_query('x') %}a{% endif %}{% if run_query('y') %}b{% else %}c{% endif %}{% if run_query('x') %}d{% endif %}{% if var('v', false) %}v{% endif %}", nil,
			[]string{"full refresh: abd", "if not `run_query('y')`: acd", "if not `run_query('x')`: b", "if not `run_query('x')`, not `run_query('y')`: c", "if `var('v', false)`: abdv"}},
		{"same text once", "{% if var('x', false) %}a{% else %}a{% endif %}", nil, []string{"full refresh: a"}},
	} {
		c := newContext(t, "duckdb", "-- macros/m.sql --\n{% macro since() %}{% if is_incremental() %}where d > 1{% endif %}{% endmacro %}\n"+
			"{% macro choice() %}{% if run_started_at.day > 3 %}a{% else %}b{% if run_started_at.hour > 3 %}{% else %}c{% endif %}{% endif %}-{% endmacro %}\n"+
			"{% macro known() %}{% if target.name == 'prod' %}p{% endif %}{% if load_relation(this) is none %}{% endif %}{% endmacro %}\n"+
			"{% macro checked() %}{% if run_query('x') %}no{{ exceptions.raise_compiler_error('no') }}no{% else %}ok {% endif %}{% endmacro %}\n")
		var got []string
		worlds, _ := c.Worlds(node(tt.text, tt.config...))
		for _, r := range worlds {
			checkMap(t, r)
			got = append(got, r.World.Name+": "+r.Text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestWorldsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		b.WriteString("{% if var('x" + strings.Repeat("i", i) + "', false) %}a" + strings.Repeat("b", i) + "{% endif %}")
	}
	worlds, unseen := newContext(t, "duckdb", "").Worlds(node(b.String()))
	if len(worlds) != maxWorlds || len(unseen) != 40-(maxWorlds-1) || unseen[0].Possible || unseen[0].Tried || !unseen[0].Holds {
		t.Errorf("%d worlds, unseen %+v", len(worlds), unseen)
	}
}

// What the target may come to is shown before what it does not come to, and what
// is not shown is told.
func TestUnseen(t *testing.T) {
	c := newContext(t, "duckdb", "")
	var unknown, known strings.Builder
	for i := range 10 {
		n := string(rune('a' + i))
		unknown.WriteString("{% if run_query('" + n + "') %}" + n + "{% endif %}")
		known.WriteString("{% if var('" + n + "', false) %}known " + n + "{% endif %}")
	}
	for _, tt := range []struct {
		text             string
		possible, others int
	}{
		{"{% if run_query('a') %}a{% endif %}{% if var('x', false) %}b{% endif %}", 0, 0},
		{unknown.String(), 3 + 10, 0}, // 3 alone, and all of them together
		{known.String() + "{% if run_query('x') %}x{% endif %}", 0, 4},
		{known.String() + unknown.String(), 3 + 10, 10},
	} {
		_, unseen := c.Worlds(node(tt.text))
		possible, others := 0, 0
		for _, o := range unseen {
			if o.Possible {
				possible++
			} else {
				others++
			}
		}
		if possible != tt.possible || others != tt.others {
			t.Errorf("%d possible outcomes and %d others are not seen, want %d and %d", possible, others, tt.possible, tt.others)
		}
	}
	_, unseen := c.Worlds(node("{% macro never() %}{% if var('x', false) %}x{% endif %}{% endmacro %}y"))
	if len(unseen) != 1 || !unseen[0].Tried {
		t.Errorf("a macro that is not called: %+v", unseen)
	}
}

func TestParseWorld(t *testing.T) {
	c := newContext(t, "duckdb", "")
	text := `{{ config(materialized='incremental', tags=['a'], post_hook='x') }}{{ config({'alias': var('none')}) }}` +
		`{{ ref('a') }} {{ source('s', 't') }} {{ ref('p', 'b', v=2) }} {{ execute }} {{ config.get('x') }}{{ var('nothing') }}` +
		`{{ undefined_thing.x(1).y }}{% if is_incremental() %}no{% endif %}{% set q = run_query('select 1') %}{{ q }}` +
		`{% for col in adapter.get_columns_in_relation(this) %}no{% endfor %}{{ dbt_nothing.f() }}`
	n := node(text)
	n.Config = nil
	r := c.Render(n, World{Name: "parse", Parse: true})
	if want := `"db"."main"."m" "db"."main"."m" "db"."main"."m" False NoneNone`; r.Text != want || len(r.Errors) > 0 {
		t.Errorf("got %q (%s)\nwant %q", r.Text, messages(r), want)
	}
	var got []string
	for _, e := range r.Events {
		switch e.Kind {
		case RefEvent, SourceEvent:
			got = append(got, e.Name+"@"+e.Ver)
		case ConfigEvent:
			for k, v := range e.Config.All() {
				at := e.Places[jinja.ToString(k)]
				got = append(got, jinja.ToString(k)+"="+jinja.ToString(v)+" at "+at.File.Slice(at.Span))
			}
		}
	}
	want := []string{
		"materialized=incremental at 'incremental'", "tags=['a'] at ['a']", "post-hook=x at 'x'", "alias=None at var('none')",
		"a@", "s.t@", "p.b@2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("events\n got %q\nwant %q", got, want)
	}
	if !r.AskedIncremental {
		t.Error("is_incremental was asked")
	}
}

// dbt sees the references that it comes to while it parses: also those in
// comments of SQL, not those in comments of the template or behind `execute`.
func TestVisibleReferences(t *testing.T) {
	c := newContext(t, "duckdb", "")
	n := node("-- {{ ref('a') }}\n{# {{ ref('b') }} #}{% if execute %}{{ ref('c') }}{% endif %}")
	for _, tt := range []struct {
		world World
		want  string
	}{{World{Name: "parse", Parse: true}, "a"}, {FullRefresh, "a c"}} {
		var got []string
		for _, e := range c.Render(n, tt.world).Events {
			if e.Kind == RefEvent {
				got = append(got, e.Name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.world.Name, got, tt.want)
		}
	}
}

func TestUnknowns(t *testing.T) {
	c := newContext(t, "duckdb", "")
	for _, tt := range []struct{ text, want string }{
		{`{{ run_query('x').columns[0].values() }}`, "__hole_1__"},
		{`{% call statement('a', fetch_result=true) %}select {{ ref('x') }}{% endcall %}{{ load_result('a')['data'] }}`, "__hole_1__"},
		{`{{ run_started_at.strftime('%Y') }}`, "__hole_1__"},
		{`{{ ref(run_query('x')) }}`, "__hole_1__"},
		{`{{ adapter.quote(run_query('x')) }}`, "__hole_1__"},
		{`{% for c in adapter.get_columns_in_relation(ref('x')) %}{{ c.name }}{{ ', ' if not loop.last }}{% endfor %}`, "__hole_1____hole_2__"},
		{`{% if run_query('x') %}{{ exceptions.raise_compiler_error('no') }}{% endif %}a`, "a"},
		{`{{ target.warehouse }}`, "__hole_1__"},
		{`{{ modules.datetime.datetime.now().year }}`, "__hole_1__"},
		{`{{ var('x', run_query('x')) }}`, "__hole_1__"},
		{`{{ adapter.get_relation('a', 'b', 'c') }}`, "__hole_1__"},
		{`{{ config(tags=run_query('x')) }}`, ""},
		{`{{ config.get(run_query('x')) }}{{ context.get(run_query('x')) }}`, "__hole_1____hole_2__"},
		{`{{ ref('a', v='1' ~ run_query('x')) }}`, "__hole_2__"},
		{`{{ tojson({'a': [run_query('x')]}) }}{{ toyaml([[['x' ~ run_query('x')]]]) }}`, "__hole_1____hole_3__"},
		{`{{ set([['a']]) }}{{ set([['a']], 'no') }}`, "Noneno"},
	} {
		r := render(t, c, tt.text)
		if r.Text != tt.want || len(r.Errors) > 0 {
			t.Errorf("%s\n got %q (%s)\nwant %q", tt.text, r.Text, messages(r), tt.want)
		}
		if strings.Count(tt.want, "__hole_") != len(r.Holes) {
			t.Errorf("%s: %d holes", tt.text, len(r.Holes))
		}
	}
}

// staticResources resolves a few names.
type staticResources map[string]*Resource

func (s staticResources) Ref(_, _, name, _ string) (*Resource, *Problem) {
	if r := s[name]; r != nil {
		return r, nil
	}
	return nil, &Problem{Kind: NotFound, Nearest: "orders"}
}

func (s staticResources) Source(_, src, table string) (*Resource, *Problem) {
	return s.Ref("", "", src+"."+table, "")
}

func (s staticResources) Function(_, _, name string) (*Resource, *Problem) {
	return s.Ref("", "", name, "")
}

func (s staticResources) Graph() jinja.Value {
	return dict("nodes", dict("model.shop.orders", dict("name", "x")))
}

// staticColumns are columns by unique id.
type staticColumns map[string][]Column

func (s staticColumns) ColumnsOf(id string) ([]Column, bool) {
	cols, ok := s[id]
	return cols, ok
}

func TestResources(t *testing.T) {
	c := newContext(t, "duckdb", "-- packages.yml --\npackages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n")
	c = c.WithResources(staticResources{
		"orders": {UniqueID: "model.shop.orders", Type: "model", Database: "db", Schema: "core", Identifier: "orders_v2", Quote: [3]bool{true, false, true}, Materialized: "view"},
		"eph":    {UniqueID: "model.shop.eph", Identifier: "eph", Ephemeral: true, Quote: [3]bool{true, true, true}},
		"raw.t":  {UniqueID: "source.shop.raw.t", Type: "source", Schema: "raw", Identifier: "T", Quote: [3]bool{true, true, true}},
	}).WithColumns(staticColumns{
		"model.shop.orders": {{Name: "id", Type: "bigint"}, {Name: "note", Type: "varchar(20)"}, {Name: "free"}},
		"source.shop.raw.t": {{Name: "id", Type: "integer"}, {Name: "day", Type: "date"}},
	})
	for _, tt := range []struct{ text, want string }{
		{`{{ ref('orders') }} {{ ref('orders').type }} {{ ref('orders').is_view }}`, `"db".core."orders_v2" view True`},
		{`{{ ref('eph') }} {{ ref('eph').is_cte }}`, `__dbt__cte__eph True`},
		{`{{ source('raw', 't') }}`, `"raw"."T"`},
		{`{% for c in adapter.get_columns_in_relation(ref('orders')) %}{{ c.quoted }} {{ c.data_type }},{% endfor %}`, `"id" bigint,"note" character varying(20),"free" __hole_1__,`},
		{`{{ dbt_utils.star(ref('orders'), except=['ID']) }}`, `"note", "free"`},
		{`{{ dbt_utils.star(from=ref('orders'), relation_alias='o', prefix='p_', quote_identifiers=false) }}`, `o.id as p_id, o.note as p_note, o.free as p_free`},
		{`{{ dbt_utils.star(ref('nothing')) }}`, `__hole_1__`},
		{`{{ dbt_utils.union_relations([ref('orders'), source('raw', 't')], include=['id', 'day']) }}`,
			`( select cast('"db".core."orders_v2"' as TEXT) as _dbt_source_relation, cast("id" as bigint) as "id", cast(null as date) as "day" from "db".core."orders_v2" ) ` +
				`union all ( select cast('"raw"."T"' as TEXT) as _dbt_source_relation, cast("id" as bigint) as "id", cast("day" as date) as "day" from "raw"."T" )`},
		{`{{ dbt_utils.unpivot(source('raw', 't'), cast_to='text', exclude=['id']) }}`,
			`select id, cast('day' as TEXT) as field_name, cast(day as text) as value from "raw"."T"`},
		{`{{ dbt_utils.union_relations([ref('orders'), ref('nothing')]) }}`,
			`( select cast('"db".core."orders_v2"' as TEXT) as _dbt_source_relation, __hole_1__ from "db".core."orders_v2" ) union all ( select cast('"db"."main"."nothing"' as TEXT) as _dbt_source_relation, __hole_2__ from "db"."main"."nothing" )`},
		{`{{ ref('orders') == ref('orders') }} {{ ref('orders') in [ref('eph'), ref('orders')] }} {{ ref('orders') == ref('eph') }} {{ {ref('orders'): 1}[ref('orders')] }} {{ [ref('orders'), ref('orders')] | unique | list | length }}`, `True True False 1 1`},
		{`{% for id in graph.nodes %}{{ id }}{% endfor %}`, `model.shop.orders`},
	} {
		r := render(t, c, tt.text)
		if words(r.Text) != tt.want || len(r.Errors) > 0 {
			t.Errorf("%s\n got %q (%s)\nwant %q", tt.text, words(r.Text), messages(r), tt.want)
		}
	}
	r := render(t, c, `{{ ref('ordres') }}`)
	if p := r.Events[0].Problem; p == nil || p.Nearest != "orders" || r.Text != `"db"."main"."ordres"` {
		t.Errorf("an undefined ref: %+v %q", r.Events, r.Text)
	}
	spine := render(t, c, `{{ dbt_utils.date_spine('day', "'2024-01-01'", "'2024-02-01'") }}`)
	if !strings.Contains(spine.Text, "as date_day") || len(spine.Holes) == 0 || len(spine.Errors) > 0 {
		t.Errorf("date spine: %q %s", spine.Text, messages(spine))
	}
}

// Whether a relation exists: what is referred to does, the table of an
// incremental model from its second run on, and of the rest nobody knows.
func TestExisting(t *testing.T) {
	c := newContext(t, "duckdb", "").WithResources(staticResources{
		"orders": {UniqueID: "model.shop.orders", Type: "model", Database: "db", Schema: "core", Identifier: "orders_v2", Materialized: "view"},
		"codes":  {UniqueID: "seed.shop.codes", Type: "seed", Database: "db", Schema: "main", Identifier: "codes"},
		"eph":    {UniqueID: "model.shop.eph", Type: "model", Identifier: "eph", Materialized: "ephemeral", Ephemeral: true},
		"own":    {UniqueID: "model.shop.own", Type: "model", Database: "db", Schema: "main", Identifier: "own", Materialized: "my_way"},
		"raw.t":  {UniqueID: "source.shop.raw.t", Type: "source", Database: "db", Schema: "raw", Identifier: "t"},
	}).WithColumns(staticColumns{"model.shop.orders": {{Name: "id", Type: "bigint"}}})
	const incremental, table = "incremental", "table"
	for _, tt := range []struct {
		text, materialized string
		world              World
		want               string
	}{
		{`{{ load_relation(ref('orders')) }} {{ load_relation(ref('orders')).type }}`, table, FullRefresh, `db.core.orders_v2 view`},
		{`{{ load_relation(ref('codes')) is none }}`, table, FullRefresh, `False`},
		{`{{ load_relation(ref('eph')) is none }}`, table, FullRefresh, `True`},
		{`{{ load_relation(ref('own')) }}`, table, FullRefresh, `__hole_1__`},
		{`{{ load_relation(source('raw', 't')) }}`, table, FullRefresh, `__hole_1__`},
		{`{{ load_relation(run_query('x')) }}{{ load_relation(none) is none }}`, table, FullRefresh, `__hole_1__True`},
		// By name, after the dependency is told.
		{`{{ adapter.get_relation('db', 'core', 'orders_v2') }}`, table, FullRefresh, `__hole_1__`},
		{`-- {{ ref('orders') }}{% set r = adapter.get_relation('DB', 'core', 'orders_v2') %}` +
			`{% for c in adapter.get_columns_in_relation(r) %} {{ c.name }}{% endfor %}`, table, FullRefresh, `-- db.core.orders_v2 id`},
		{`{{ ref('orders') }} {{ adapter.get_relation('prod', 'core', 'orders_v2') }}`, table, FullRefresh, `db.core.orders_v2 __hole_1__`},
		{`{{ adapter.get_relation('db', 'core', 'a' ~ run_query('x')) }}`, table, FullRefresh, `__hole_2__`},
		// The node's own table.
		{`{% if load_relation(this) %}{{ load_relation(this) }}{% endif %}{{ should_full_refresh() }}`, incremental, Incremental, `"db"."main"."m"False`},
		{`{{ load_relation(this) is none }}`, incremental, FullRefresh, `True`},
		{`{{ adapter.get_relation(this.database, this.schema, this.identifier) is none }}`, incremental, FullRefresh, `True`},
		{`{{ adapter.get_relation('prod', this.schema, this.identifier) is none }}`, incremental, FullRefresh, `__hole_1__`},
		{`{{ load_relation(this) is none }}`, table, FullRefresh, `__hole_1__`},
		{`{{ load_relation(ref('orders')) }}`, table, World{Name: "parse", Parse: true}, `None`},
	} {
		r := c.Render(node(tt.text, "materialized", jinja.NewStr(tt.materialized)), tt.world)
		checkMap(t, r)
		if r.Text != tt.want || len(r.Errors) > 0 {
			t.Errorf("%s of a %s, %s\n got %q (%s)\nwant %q", tt.text, tt.materialized, tt.world.Name, r.Text, messages(r), tt.want)
		}
		if strings.Contains(tt.text, "load_relation(this)") && !r.AskedIncremental {
			t.Errorf("%s: nobody asked for the incremental world", tt.text)
		}
	}
}

func TestPrinting(t *testing.T) {
	for adapter, want := range map[string]string{
		"postgres": `"db"."s"."t"`, "redshift": `"db"."s"."t"`, "duckdb": `"db"."s"."t"`, "snowflake": `db.s.t`,
		"bigquery": "`db`.`s`.`t`", "databricks": "`db`.`s`.`t`", "spark": "s.t", "trino": `"db"."s"."t"`,
		"athena": `"db"."s"."t"`, "clickhouse": "`s`.`t`", "sqlserver": `"db"."s"."t"`, "fabric": "[db].[s].[t]",
		"unheard of": `"db"."s"."t"`,
	} {
		c := New(Options{Target: Target{Adapter: adapter}})
		if got := c.relation(RefEvent, "db", "s", "t").Print(); got != want {
			t.Errorf("%s: got %s, want %s", adapter, got, want)
		}
	}
}

func TestRenderText(t *testing.T) {
	c := newContext(t, "duckdb", "-- dbt_project.yml --\nname: shop\nvars: {n: 3}\n")
	for _, tt := range []struct {
		text string
		want any
	}{
		{"{{ var('n') }}", int64(3)}, {"{{ 'true' }}", "true"}, {"plain", "plain"}, {"{{ target.name }}_x", "dev_x"},
		{"{{ [1, var('n')] }}", []any{int64(1), int64(3)}}, {"{{ [1, 2] }}", "[1, 2]"},
		{"{{ '7' | as_number }}", int64(7)}, {"{{ var('n') | as_text }}", "3"}, {"{{ target.name == 'dev' }}", true}, {"{{ ref('a') }} x", `"db"."main"."a" x`},
		// What these filters make is a text until it is all that is printed.
		{"{{ '0x1f' | as_native }}", int64(31)}, {"{{ '0x1f' | as_native }}{{ var('n') }}", "0x1f3"}, {"{{ ' 1' | as_native }}", int64(1)},
		{"{{ false | as_bool }}", false}, {"{{ 'yes' if false | as_bool else 'no' }}", "yes"}, {"{% set b = (var('n') == 3) | as_bool %}{{ b }}", true},
		{"{{ 1 | default(5) }}", "1"}, {"{{ var('n') | default(5) }}", int64(3)},
	} {
		f := source.NewFile("a.yml", tt.text)
		v, r := c.RenderText("shop", f, source.Span{End: int32(len(tt.text))}, true)
		if !jinja.Equal(v, jinja.FromGo(tt.want)) || len(r.Errors) > 0 {
			t.Errorf("%s: got %s (%s)", tt.text, jinja.Repr(v), messages(r))
		}
	}
	for text, want := range map[string]string{
		"{{ 'yes' | as_bool }}": "`as_bool`: \"yes\" is not a truth value", "{{ var('n') | as_bool }}": "`as_bool`: \"3\" is not a truth value",
		"{{ true | as_number }}": "`as_number`: \"True\" is not a number", "x{{ 'yes' | as_bool }}": "", "{{ var('n') | as_number }}": "",
	} {
		if _, r := c.RenderText("shop", source.NewFile("a.yml", text), source.Span{End: int32(len(text))}, true); messages(r) != want {
			t.Errorf("%s: %s", text, messages(r))
		}
	}
	if _, r := c.RenderText("shop", source.NewFile("a.yml", "{{ this }}"), source.Span{End: 10}, false); len(r.Errors) != 1 {
		t.Errorf("`this` outside a node: %v", r.Errors)
	}
}

// Whatever two unknown conditions turn out to be, wherever a template asks for
// them, the text is that of a world that the target may come to.
func TestPossibleWorlds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tests := []string{"UA", "UA", "not UB", "not UB", "true", "false", "var('v', false)", "target.name == 'dev'", "is_incremental()"}
	letter := 0
	var text func(depth int) string
	text = func(depth int) string {
		var b strings.Builder
		for range 1 + r.IntN(3) {
			letter++
			test := tests[r.IntN(len(tests))]
			switch n := r.IntN(6); {
			case n < 2 || depth > 2:
				fmt.Fprintf(&b, "t%d ", letter)
			case n == 2:
				fmt.Fprintf(&b, "{{ 'i%d' if %s else 'j%d' }} ", letter, test, letter)
			case n == 3:
				fmt.Fprintf(&b, "{%% if %s %%}%s{%% endif %%}", test, text(depth+1))
			case n == 4:
				fmt.Fprintf(&b, "{%% if %s %%}%s{%% elif %s %%}%s{%% else %%}%s{%% endif %%}", test, text(depth+1), tests[r.IntN(len(tests))], text(depth+1), text(depth+1))
			default:
				fmt.Fprintf(&b, "{%% for x in ['p', 'q'] %%}%s{%% endfor %%}", text(depth+1))
			}
		}
		return b.String()
	}
	c := newContext(t, "duckdb", "")
	given := func(template, a, b string) *Node {
		return node(strings.NewReplacer("UA", a, "UB", b).Replace(template), "materialized", jinja.NewStr("incremental"))
	}
	open := 0
	for range 400 {
		template := text(0)
		worlds, unseen := c.Worlds(given(template, "run_query('a')", "run_query('b')"))
		if slices.ContainsFunc(unseen, func(o Outcome) bool { return o.Possible && !o.Tried }) {
			open++
			continue
		}
		for i, w := range []World{FullRefresh, FullRefresh, FullRefresh, FullRefresh, Incremental, Incremental, Incremental, Incremental} {
			want := c.Render(given(template, []string{"true", "false"}[i&1], []string{"true", "false"}[i>>1&1]), w).Text
			asked := slices.ContainsFunc(worlds, func(r *Rendered) bool { return r.Stands(true) })
			if !slices.ContainsFunc(worlds, func(r *Rendered) bool { return r.Text == want && r.Stands(w.Incremental && asked) }) {
				for _, r := range worlds {
					t.Log(r.World.Name, r.World.Possible, r.Text)
				}
				t.Fatalf("%s\n%s, a %t, b %t: no world has the text %q", template, w.Name, i&1 == 0, i>>1&1 == 0, want)
			}
		}
	}
	if open > 20 {
		t.Errorf("%d of 400 templates are open", open)
	}
}
