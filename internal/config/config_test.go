package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

type lateOptions struct {
	MinJoins int      `json:"min-joins,omitempty" jsonschema:"joins between scan and filter"`
	Large    []string `json:"large,omitempty"`
	Ratio    float64  `json:"ratio,omitempty"`
	Seeds    bool     `json:"seeds,omitempty"`
}

func testRules() []Rule {
	return []Rule{
		{"DOC01", "undocumented-column", nil},
		{"FAN02", "inflated-aggregate", nil},
		{"FLT15", "late-filter", func() any { return &lateOptions{MinJoins: 1, Seeds: true} }},
	}
}

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse(source.NewFile("dbtvet.yml", text), ".", testRules())
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return c
}

func TestParse(t *testing.T) {
	c := parse(t, `
preset: [strict, conventions]
dialect: duckdb
target: ci
vars: {start: 2024-01-01}
env: [DBT_SCHEMA]
layers:
  marts: {prefixes: [f_]}
rules:
  FAN02: error
  late-filter:
    severity: warning
    options: {large: raw.events, ratio: 2}
paths:
  - files: models/legacy/
    rules: {DOC01: off}
  - files: [tmp/**, "*.sql"]
    exclude: true
fail-level: warning
`)
	if !reflect.DeepEqual(c.Presets, []string{"strict", "conventions"}) || c.Dialect != "duckdb" || c.Target != "ci" || c.FailLevel != finding.Warning {
		t.Errorf("scalars: %+v", c)
	}
	if c.Vars.Get("start").Text() != "2024-01-01" || !reflect.DeepEqual(c.Env, []string{"DBT_SCHEMA"}) {
		t.Errorf("vars %v, env %v", c.Vars, c.Env)
	}
	if want := (Layer{[]string{"marts"}, []string{"f_"}}); !reflect.DeepEqual(c.Layers.Marts, want) {
		t.Errorf("marts %v, want %v", c.Layers.Marts, want)
	}
	want := lateOptions{MinJoins: 1, Large: []string{"raw.events"}, Ratio: 2, Seeds: true}
	if got := c.Options("FLT15", nil); !reflect.DeepEqual(got, &want) {
		t.Errorf("options %+v, want %+v", got, want)
	}
	if got := c.Options("FAN02", "default"); got != "default" {
		t.Errorf("options of a rule without any: %v", got)
	}
}

func TestSeverity(t *testing.T) {
	c := parse(t, `
rules: {FAN02: error, DOC01: {severity: off}}
paths:
  - files: models/legacy
    rules: {FAN02: info, DOC01: warning}
  - files: models/legacy/core/*.sql
    rules: {inflated-aggregate: off}
  - {files: models/tmp/**, exclude: true}
`)
	for _, tc := range []struct {
		code, file string
		want       finding.Severity
	}{
		{"FAN02", "models/a.sql", finding.Error},
		{"FAN02", "models/legacy/a.sql", finding.Info},
		{"FAN02", "models/legacy_not/a.sql", finding.Error},
		{"FAN02", "models/legacy/core/a.sql", finding.Off},
		{"DOC01", "models/a.sql", finding.Off},
		{"DOC01", "models/legacy/a.sql", finding.Warning},
		{"FLT15", "models/a.sql", finding.Warning},
	} {
		if got := c.Severity(tc.code, tc.file, finding.Warning); got != tc.want {
			t.Errorf("%s in %s is %s, want %s", tc.code, tc.file, got, tc.want)
		}
	}
	if !c.Excluded("models/tmp/x/y.sql") || c.Excluded("models/y.sql") {
		t.Error("exclude is wrong")
	}
	if !c.Off("DOC01") || c.Off("FAN02") || !c.Asked("FAN02") || c.Asked("DOC01") || c.Asked("FLT15") {
		t.Error("Off or Asked is wrong")
	}
}

func TestRootOfGlobs(t *testing.T) {
	f := source.NewFile("dbt/shop/dbtvet.yml", "paths: [{files: models/**, exclude: true}]")
	c, err := Parse(f, "dbt/shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Excluded("dbt/shop/models/a.sql") || c.Excluded("models/a.sql") || c.Excluded("dbt/shop2/models/a.sql") {
		t.Error("globs are not relative to the root")
	}
}

func TestErrors(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"presset: strict", "1:1: unknown key `presset`: did you mean `preset`?"},
		{"fail_level: error", "1:1: unknown key `fail_level`: did you mean `fail-level`?"},
		{"colour: red", "1:1: unknown key `colour`: expected `preset`, `dialect`, `target`, `vars`, `env`, `layers`, `rules`, `paths` or `fail-level`"},
		{"preset: strct", "1:9: unknown preset `strct`: did you mean `strict`?"},
		{"preset: {a: b}", "1:9: expected a preset or a list of them, got a mapping"},
		{"dialect: postgre", "1:10: unknown dialect `postgre`: did you mean `postgres`?"},
		{"fail-level: fatal", "1:13: unknown severity `fatal`: expected `error`, `warning` or `info`"},
		{"fail-level: off", "1:13: unknown severity `off`: expected `error`, `warning` or `info`"},
		{"rules:\n  FAN20: off", "2:3: unknown rule `FAN20`: did you mean `FAN02`?"},
		{"rules:\n  late_filter: off", "2:3: unknown rule `late_filter`: did you mean `late-filter`?"},
		{"rules:\n  FAN02: warn", "2:10: unknown severity `warn`: expected `error`, `warning`, `info` or `off`"},
		{"rules:\n  FAN02: {severty: off}", "2:11: unknown key `severty`: did you mean `severity`?"},
		{"rules:\n  FAN02: {options: {a: 1}}", "2:20: rule FAN02 has no options"},
		{"rules:\n  FLT15: {options: {min-join: 1}}", "2:21: unknown key `min-join`: did you mean `min-joins`?"},
		{"rules:\n  FLT15: {options: {min-joins: many}}", "2:32: expected a whole number, got `many`"},
		{"rules:\n  FLT15: {options: {seeds: 3}}", "2:28: expected true or false, got `3`"},
		{"rules:\n  FLT15: {options: {ratio: [1]}}", "2:28: expected a number, got a list"},
		{"rules:\n  FAN02: off\n  inflated-aggregate: off", "3:3: rule FAN02 is here twice, by code and by name"},
		{"rules: FAN02", "1:8: expected a mapping, got `FAN02`"},
		{"paths: models", "1:8: expected a mapping, got `models`"},
		{"paths: [{exclude: true}]", "1:9: an entry of paths needs `files`"},
		{"paths: [{files: '[a', exclude: true}]", "1:17: `[a` is not a glob"},
		{"vars: [a]", "1:7: expected a mapping of variables, got a list"},
		{"target: [a]", "1:9: expected a string, got a list"},
		{"- a", "1:1: expected a mapping, got a list"},
		{"preset: strict\npreset: strict", "2:1: "},
		{"rules: [", "1:"},
	} {
		_, err := Parse(source.NewFile("dbtvet.yml", tc.text), ".", testRules())
		var all Errors
		if !errors.As(err, &all) {
			t.Errorf("%q: error %v, want one of type Errors", tc.text, err)
			continue
		}
		if got := all[0].Error(); !strings.HasPrefix(got, "dbtvet.yml:"+tc.want) {
			t.Errorf("%q:\ngot  %s\nwant %s", tc.text, got, "dbtvet.yml:"+tc.want)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := Parse(source.NewFile("dbtvet.yml", "rules: {X: off}\npresset: a\nfail-level: b"), ".", testRules())
	if got := strings.Count(err.Error(), "\n") + 1; got != 3 {
		t.Errorf("%d errors, want 3:\n%v", got, err)
	}
}

func TestEmptyFileIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "rules:\npaths:\n", "~"} {
		c, want := parse(t, text), Default()
		want.File, want.Overrides = c.File, map[string]Override{}
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%q gives %+v, want %+v", text, c, want)
		}
	}
}

func TestLayerOf(t *testing.T) {
	for _, tc := range []struct{ file, name, want string }{
		{"models/staging/shop/x.sql", "x", "staging"},
		{"models/marts/stg_x.sql", "stg_x", "marts"}, // the folder counts more
		{"models/fct_x.sql", "fct_x", "marts"},
		{"models/int_x.sql", "int_x", "intermediate"},
		{"models/x.sql", "x", ""},
		{"models/staging/marts/x.sql", "x", ""},
		{"models/sources/mart_clone_source.sql", "mart_clone_source", ""},
		{"models/sources/stg_x.sql", "stg_x", "staging"},
	} {
		if got := DefaultLayers().Of(tc.file, tc.name); got != tc.want {
			t.Errorf("layer of %s is %q, want %q", tc.file, got, tc.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"preset: strict", "rules: {FAN02: {options: {a: 1}}}", "paths: [{files: a, rules: {DOC01: off}}]", "paths: 3", "layers: {marts: {folders: a}}", "a: &a [*a]", "rules: {FLT15: {options: {min-joins: 99999999999999999999}}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(source.NewFile("dbtvet.yml", text), ".", testRules())
		c.Severity("FAN02", "models/a.sql", finding.Error)
		var all Errors
		if err != nil && !errors.As(err, &all) {
			t.Errorf("an error of type %T", err)
		}
		_ = all.Error()
	})
}
