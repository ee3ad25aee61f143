package project

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// files returns a file system of a txtar text.
func files(text string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return fsys
}

func load(t *testing.T, text string) *Project {
	t.Helper()
	return Load(context.Background(), files(text), ".", Options{})
}

func paths[T any](items []T, path func(T) string) string {
	var out []string
	for _, item := range items {
		out = append(out, path(item))
	}
	return strings.Join(out, " ")
}

func templatePath(t *Template) string { return t.Path }

func TestDiscover(t *testing.T) {
	fsys := files(`
-- a/dbt_project.yml --
name: a
packages-install-path: vendor
-- a/models/nested/dbt_project.yml --
name: nested
-- a/integration_tests/dbt_project.yml --
name: it
-- a/models/deep/x.sql --
select 1
-- a/target/x/dbt_project.yml --
name: built
-- a/vendor/p/dbt_project.yml --
name: p
-- a/dbt_packages/q/dbt_project.yml --
name: q
-- .hidden/dbt_project.yml --
name: h
-- env/pyvenv.cfg --
-- env/lib/dbt_project.yml --
name: v
-- node_modules/m/dbt_project.yml --
name: m
-- target/dbt_project.yml --
name: target is no output here
`)
	for _, test := range []struct {
		name, want string
		problems   int
		roots      []string
	}{
		{"whole tree", "a a/integration_tests a/models/nested target", 0, nil},
		{"one project", "a a/integration_tests a/models/nested", 0, []string{"a"}},
		{"inside of a project", "a", 0, []string{"a/models/deep"}},
		{"a file of a project", "a", 0, []string{"a/models/deep/x.sql"}},
		{"a project that would be passed over", "a/vendor/p", 0, []string{"a/vendor"}},
		{"overlapping", "a a/integration_tests a/models/nested", 0, []string{"a", "a/integration_tests"}},
		{"outside of any project", "", 0, []string{"env"}},
		{"not there", "", 1, []string{"none"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, problems := Discover(fsys, test.roots...)
			if strings.Join(got, " ") != test.want || len(problems) != test.problems {
				t.Errorf("got %v, %v, want %s", got, problems, test.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	p := load(t, `
-- dbt_project.yml --
name: shop
version: '1.0'
profile: shop_profile
require-dbt-version: [">=1.6.0", "<2.0.0"]
source-paths: ["models", "more\\deep"]
seed-paths: [data]
vars:
  start: "{{ not_rendered }}"
dispatch:
  - macro_namespace: dbt_utils
    search_order: [shop, dbt_utils]
models:
  shop:
    +materialized: table
tests:
  +severity: warn
on-run-end: "grant x"
flags: {require_ref: true}
-- models/a.sql --
select 1
-- models/sub/b.sql --
select 2
-- models/sub/p.py --
def model(dbt, session): pass
-- models/sub/_models.yml --
models: [{name: a}]
-- models/readme.md --
{% docs orders %}
Orders.
{% enddocs %}
-- models/nested/dbt_project.yml --
name: nested
-- models/nested/models/c.sql --
select 3
-- more/deep/d.sql --
select 4
-- data/s.csv --
id,name
1,"a, b"
-- snapshots/x.sql --
{% snapshot one %} select 1 {% endsnapshot %}
between
{% snapshot two %} select 2 {% endsnapshot %}
-- macros/m.sql --
{% macro first(a) %}{{ a }}{% endmacro %}
{% ########## %} what stands between blocks is not read
{% test positive(model, column_name) %} select 1 {% endtest %}
{% materialization special, adapter='duckdb' %}{% endmaterialization %}
-- tests/singular.sql --
select 1 where false
-- tests/generic/g.sql --
{% test even(model, column_name) %} select 1 {% endtest %}
-- analyses/an.sql --
select 9
-- target/compiled/models/a.sql --
select 1
`)
	for _, test := range []struct{ what, got, want string }{
		{"name", p.Root.Name, "shop"},
		{"profile", p.Root.Profile, "shop_profile"},
		{"require", strings.Join(p.Root.RequireDBT, " "), ">=1.6.0 <2.0.0"},
		{"models", paths(p.Root.Models, templatePath), "models/a.sql models/sub/b.sql models/sub/p.py more/deep/d.sql"},
		{"rel", paths(p.Root.Models, func(t *Template) string { return t.Rel }), "a.sql sub/b.sql sub/p.py d.sql"},
		{"tests", paths(p.Root.Tests, templatePath), "tests/singular.sql"},
		{"analyses", paths(p.Root.Analyses, templatePath), "analyses/an.sql"},
		{"snapshots", paths(p.Root.Snapshots, func(b *Block) string { return b.Name + "@" + b.Path }), "one@snapshots/x.sql two@snapshots/x.sql"},
		{"docs", paths(p.Root.Docs, func(b *Block) string { return b.Name }), "orders"},
		{"properties", paths(p.Root.Properties, func(y *Properties) string { return y.Under + ":" + y.Rel }), "models:sub/_models.yml"},
		{"macros", paths(p.Root.Macros, func(m *Macro) string { return m.Name }), "test_even first test_positive materialization_special_duckdb"},
		{"seed", paths(p.Root.Seeds[0].Header, func(c Cell) string { return c.Text }), "id name"},
		{"vars", p.Root.Vars.Get("start").Text(), "{{ not_rendered }}"},
		{"dispatch", fmt.Sprint(p.Root.Dispatch), "[{dbt_utils [shop dbt_utils]}]"},
		{"models config", p.Root.Configs["models"].Path("shop", "+materialized").Text(), "table"},
		{"tests config", p.Root.Configs["data_tests"].Get("+severity").Text(), "warn"},
		{"on-run-end", p.Root.OnRunEnd[0].Text(), "grant x"},
		{"flags", p.Root.Flags.Get("require_ref").Text(), "true"},
		{"problems", fmt.Sprint(p.Problems), "[]"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.what, test.got, test.want)
		}
	}
	if body := p.Root.Snapshots[1].File.Slice(p.Root.Snapshots[1].Body); strings.TrimSpace(body) != "select 2" {
		t.Errorf("body of a snapshot: %q", body)
	}
}

func TestPackages(t *testing.T) {
	p := load(t, `
-- dbt_project.yml --
name: shop
-- packages.yml --
packages:
  - package: dbt-labs/dbt_utils
    version: [">=1.0.0", "<2.0.0"]
  - git: https://example.org/acme/odd-name.git
    revision: main
  - git: "https://{{ env_var('TOKEN') }}@example.org/acme/private.git"
  - package: calogica/dbt_date
    version: 0.10.0
  - local: ../local_one
  - local: shared
-- dependencies.yml --
projects:
  - name: platform
-- shared/dbt_project.yml --
name: shared
-- shared/macros/s.sql --
{% macro s() %}{% endmacro %}
-- dbt_packages/dbt_utils/dbt_project.yml --
name: dbt_utils
-- dbt_packages/dbt_utils/packages.yml --
packages:
  - package: acme/transitive
-- dbt_packages/odd-name/dbt_project.yml --
name: even_name
-- dbt_packages/thing/dbt_project.yml --
name: thing
-- dbt_packages/zz/dbt_project.yml --
name: thing
-- dbt_packages/notes/readme.md --
`)
	if got := paths(p.Packages, func(p *Package) string { return p.Name + "@" + p.Dir }); got !=
		"shop@. dbt_utils@dbt_packages/dbt_utils even_name@dbt_packages/odd-name shared@shared thing@dbt_packages/thing" {
		t.Errorf("packages: %s", got)
	}
	if got := paths(p.Missing, func(d Dependency) string { return d.Source }); got != "calogica/dbt_date ../local_one platform acme/transitive" {
		t.Errorf("missing: %s", got)
	}
	var deps []string
	for _, d := range p.Root.Dependencies {
		if d.Package != nil {
			deps = append(deps, d.Package.Name)
		}
	}
	if got := strings.Join(deps, " "); got != "dbt_utils even_name thing shared" {
		t.Errorf("installed dependencies: %s", got)
	}
	if got := p.Root.Dependencies[0].Version; got != ">=1.0.0,<2.0.0" {
		t.Errorf("version: %s", got)
	}
	if len(p.Problems) != 1 || p.Problems[0].Kind != Duplicate {
		t.Errorf("problems: %v", p.Problems)
	}
}

func TestProfilesKeepNoSecret(t *testing.T) {
	fsys := files(`
-- p/dbt_project.yml --
name: p
-- home/profiles.yml --
config: {send_anonymous_usage_stats: false}
shop:
  target: "{{ env_var('T', 'dev') }}"
  outputs:
    dev: {type: postgres, dbname: db, schema: analytics, user: hidden1, password: hidden2, host: hidden3, threads: 4}
    bq: {type: bigquery, project: proj, dataset: ds, keyfile: hidden4}
    duck: {type: duckdb, path: x.duckdb}
`)
	p := Load(context.Background(), fsys, "p", Options{Profiles: []string{"home"}})
	profile, ok := p.Profiles.Profile("shop")
	if !ok || profile.Target != "{{ env_var('T', 'dev') }}" {
		t.Fatalf("profile: %v", profile)
	}
	dev, _ := profile.Output("dev")
	bq, _ := profile.Output("bq")
	duck, _ := profile.Output("duck")
	got := fmt.Sprint(dev.Adapter, dev.Database, dev.Schema, dev.Threads, bq.Adapter, bq.Database, bq.Schema, duck.Path)
	if want := fmt.Sprint("postgres", "db", "analytics", "4", "bigquery", "proj", "ds", "x.duckdb"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if text := fmt.Sprintf("%+v", p.Profiles); strings.Contains(text, "hidden") {
		t.Errorf("a secret is kept: %s", text)
	}
}

func TestProblems(t *testing.T) {
	big := strings.Repeat("x", maxFile+1)
	base := files(`
-- dbt_project.yml --
version: 1
-- models/bad.yml --
models:
  - name: a
    name: b
  - name: {{ x }}
-- models/worse.yml --
a: b: c
-- macros/twice.sql --
{% macro m() %}{% endmacro %}
{% macro m() %}{% endmacro %}
`)
	base["models/big.sql"] = &fstest.MapFile{Data: []byte(big)}
	base["models/latin.sql"] = &fstest.MapFile{Data: []byte("select '\xe9'")}
	base["models/locked.sql"] = &fstest.MapFile{Data: []byte("select 1")}
	p := Load(context.Background(), unreadable{base, "models/locked.sql"}, ".", Options{})
	var got []string
	for _, x := range p.Problems {
		got = append(got, fmt.Sprintf("%s:%d", x.Path, x.Kind))
	}
	want := []string{
		fmt.Sprintf("dbt_project.yml:%d", Invalid),
		fmt.Sprintf("macros/twice.sql:%d", Duplicate),
		fmt.Sprintf("models/bad.yml:%d", YAMLDuplicate),
		fmt.Sprintf("models/bad.yml:%d", YAMLJinja),
		fmt.Sprintf("models/big.sql:%d", TooLarge),
		fmt.Sprintf("models/latin.sql:%d", BadEncoding),
		fmt.Sprintf("models/locked.sql:%d", Unreadable),
		fmt.Sprintf("models/worse.yml:%d", YAMLSyntax),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if len(p.Root.Models) != 1 {
		t.Errorf("the readable model is not there")
	}
}

// unreadable is a file system with one file that cannot be opened.
type unreadable struct {
	fstest.MapFS
	name string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: "/home/somebody/" + name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}

func TestNoProjectFile(t *testing.T) {
	p := load(t, "-- models/a.sql --\nselect 1\n")
	if len(p.Problems) != 1 || p.Problems[0].Kind != Unreadable || p.Root.Doc.File == nil {
		t.Errorf("problems: %v", p.Problems)
	}
}

func TestSeed(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain", "a,b\n1,2\n", "a|b / 1|2"},
		{"quoted", "a,b\n\"x, \"\"y\"\"\",2\r\n", "a|b / x, \"y\"|2"},
		{"line break in a field", "a,b\n\"1\n2\",3\n4,5", "a|b / 1\n2|3 / 4|5"},
		{"blank lines", "a\n\n1\n", "a / 1"},
		{"ragged", "a,b\n1\n", "a|b / 1"},
		{"open quote", "a\n\"1\n2", "a / 1\n2"},
		{"empty fields", "a,b,c\n,,\n", "a|b|c / ||"},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := seedOf(test.text)
			if got := seedText(s); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if (s.Ragged == 0) != (test.name == "ragged") {
				t.Errorf("ragged: %d", s.Ragged)
			}
		})
	}
	if got := seedText(seedOf("a;b\n1;2\n").WithDelimiter(';')); got != "a|b / 1|2" {
		t.Errorf("with a delimiter: %q", got)
	}
}

func TestLargeSeedKeepsItsHeader(t *testing.T) {
	fsys := files("-- dbt_project.yml --\nname: p\n")
	fsys["seeds/s.csv"] = &fstest.MapFile{Data: []byte("a,b\n" + strings.Repeat("1,2\n", maxRows/4))}
	s := Load(context.Background(), fsys, ".", Options{}).Root.Seeds[0]
	if s.Complete || len(s.Rows) != 0 || len(s.Header) != 2 {
		t.Errorf("complete %v, %d rows, %d columns", s.Complete, len(s.Rows), len(s.Header))
	}
}

// TestBrokenProfile checks that a profiles.yml which does not parse is reported
// at its place without a word of what stands there.
func TestBrokenProfile(t *testing.T) {
	fsys := fstest.MapFS{
		"dbt_project.yml": {Data: []byte("name: shop\nprofile: shop\n")},
		"profiles.yml":    {Data: []byte("shop:\n  outputs:\n    dev: {type: duckdb, password: hunter2\n")},
	}
	p := Load(t.Context(), fsys, ".", Options{})
	found := false
	for _, problem := range p.Problems {
		if problem.Path != "profiles.yml" && (problem.File == nil || problem.File.Path != "profiles.yml") {
			continue
		}
		found = true
		if problem.File != nil && strings.Contains(problem.File.Text, "hunter2") || strings.Contains(problem.Message+problem.Hint, "hunter2") {
			t.Errorf("the problem %q shows the password", problem.Message)
		}
	}
	if !found {
		t.Error("the broken profiles.yml is not reported")
	}
}
