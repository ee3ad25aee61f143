package dbtctx

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// load reads the project in a txtar archive.
func load(t testing.TB, archive string) *project.Project {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	if fsys["dbt_project.yml"] == nil {
		fsys["dbt_project.yml"] = &fstest.MapFile{Data: []byte("name: shop\nversion: '1.0'\n")}
	}
	return project.Load(context.Background(), fsys, ".", project.Options{})
}

// newContext is the context of a project in a txtar archive on an adapter.
func newContext(t testing.TB, adapter, archive string) *Context {
	return New(Options{
		Project: load(t, archive),
		Target:  Target{Name: "dev", Adapter: adapter, Database: "db", Schema: "main"},
	})
}

// node is a model of package shop with the given template.
func node(text string, config ...any) *Node {
	f := source.NewFile("models/m.sql", text)
	return &Node{
		UniqueID: "model.shop.m", ResourceType: "model", Package: "shop", Name: "m", Alias: "m", Path: "models/m.sql",
		Database: "db", Schema: "main", File: f, Body: source.Span{End: int32(len(text))}, Config: dict(config...),
	}
}

// render renders a template of package shop in the full refresh world.
func render(t testing.TB, c *Context, text string, config ...any) *Rendered {
	t.Helper()
	r := c.Render(node(text, config...), FullRefresh)
	checkMap(t, r)
	return r
}

// checkMap asserts that the map covers the text in order, and that what is
// said to be exact is.
func checkMap(t testing.TB, r *Rendered) {
	t.Helper()
	if err := r.Map.Check(r.Text); err != nil {
		t.Fatalf("%q: %v", r.Text, err)
	}
}

// words is s with every run of white space made one blank.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func messages(r *Rendered) string {
	var out []string
	for _, e := range r.Errors {
		out = append(out, e.Message)
	}
	return strings.Join(out, "; ")
}

func TestMembers(t *testing.T) {
	c := newContext(t, "postgres", "")
	for _, tt := range []struct{ text, want string }{
		{`{{ ref('a') }}`, `"db"."main"."a"`},
		{`{{ source('raw', 'a') }}`, `"db"."raw"."a"`},
		{`{{ this }} {{ this.schema }} {{ this.include(database=false) }}`, `"db"."main"."m" main "main"."m"`},
		{`{{ this.quote(identifier=false) }}`, `"db"."main".m`},
		{`{{ this.without_identifier() }}|{{ this.name }}`, `"db"."main"|m`},
		{`{{ ref('a') ~ '_x' }}`, `"db"."main"."a"_x`},
		{`{{ this is mapping }} {{ this.get('metadata').get('type') }}`, `True Relation`},
		{`{{ api.Relation.create(schema='s', identifier='i') }}`, `"s"."i"`},
		{`{{ api.Relation.create(database='d', schema='s', identifier='i', quote_policy={'schema': false}) }}`, `"d".s."i"`},
		{`{{ target.type }} {{ target.name }} {{ target['schema'] }}`, `postgres dev main`},
		{`{{ adapter.quote('x') }} {{ adapter.type() }}`, `"x" postgres`},
		{`{{ config(materialized='view') }}{{ config.get('tags', []) }}`, `[]`},
		{`{{ config.get('materialized') }}`, `incremental`},
		{`{{ execute }} {{ is_incremental() }}`, `True False`},
		{`{{ var('x', 3) + 1 }} {{ var.has_var('x') }}`, `4 False`},
		{`{{ env_var('HOME', 'd') }}`, `d`},
		{`{{ fromjson('{"a": [1, 2.5, null]}')['a'] }} {{ tojson({'a': [1, 'é']}) }}`, `[1, 2.5, None] {"a": [1, "\u00e9"]}`},
		{`{{ fromyaml('a: [1, x]').a }}`, `[1, 'x']`},
		{`{{ local_md5('hello') }}`, `5d41402abc4b2a76b9719d911017c592`},
		{`{% for a, b in zip([1, 2], 'xy') %}{{ a }}{{ b }}{% endfor %}`, `1x2y`},
		{`{{ set([1, 1, 2]) | length }}`, `2`},
		{`{{ modules.re.sub('(a)(b)', '\\2\\1', 'abab') }} {{ modules.re.match('b', 'ab') is none }} {{ modules.re.search('(b)', 'ab').group(1) }}`, `baba True b`},
		{`{{ modules.datetime.date(2024, 1, 31).strftime('%Y%m%d') }}`, `20240131`},
		{`{{ modules.datetime.datetime.strptime('2024-02-28', '%Y-%m-%d') + modules.datetime.timedelta(days=2) }}`, `2024-03-01 00:00:00`},
		{`{{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }}`, `29`},
		{`{{ modules.itertools.product([1, 2], ['a']) | list }}`, `[(1, 'a'), (2, 'a')]`},
		{`{{ context['target'].name }} {{ context.get('nothing', 1) }}`, `dev 1`},
		{`{{ builtins.ref('a') }}`, `"db"."main"."a"`},
		{`{{ model.name }} {{ model.config.materialized }} {{ model['unique_id'] }}`, `m incremental model.shop.m`},
		{`{{ flags.FULL_REFRESH }} {{ flags.WHICH }}`, `True run`},
		{`{{ api.Column('a', 'varchar', 20).data_type }} {{ api.Column('a', dtype='numeric', numeric_precision=18, numeric_scale=2).numeric_scale }}`, `character varying(20) 2`},
		{`{{ api.Column.translate_type('string') }} {{ api.Column('a', 'varchar(20)').string_size() }}`, `TEXT 20`},
		{`{{ log('x') }}{{ print('x') }}{% do exceptions.warn('x') %}{{ return('x') if false }}.`, `.`},
		{`{{ dbt.type_string() }} {{ type_int() }} {{ dbt.length('x') }}`, "TEXT integer \n\n    length(\n        x\n    )"},
		{`{{ generate_schema_name('x', none) }} {{ generate_alias_name(none, model) }}`, `main_x m`},
		{`{{ project_name }} {{ schema }} {{ database }}`, `shop main db`},
		{`{{ 'yes' if 'x' | as_bool else 'no' }}`, `yes`},
		{`{{ get_quoted_csv(['a', 'b']) }}`, `"a", "b"`},
		{`{% set major, minor, patch = dbt_version.split('.') %}{{ major | int >= 1 and minor | int >= 10 }} {{ dbt_version }}`, `True 1.11.16`},
	} {
		r := render(t, c, tt.text, "materialized", jinja.NewStr("incremental"))
		if r.Text != tt.want || len(r.Errors) > 0 {
			t.Errorf("%s\n got %q (%s)\nwant %q", tt.text, r.Text, messages(r), tt.want)
		}
	}
}
