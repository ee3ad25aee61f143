package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/rules"
)

// fake is an engine that reports one finding of severity sev, and keeps what
// it was asked.
type fake struct {
	sev    finding.Severity
	models int // not parsed, of two
	err    error
	asked  engine.Options
	config *config.Config
}

func testRules() []*lint.Rule {
	return []*lint.Rule{
		{Meta: finding.Meta{Code: "DOC01", Name: "undocumented-column", Severity: finding.Info, Summary: "no description"}},
		{Meta: finding.Meta{Code: "FAN02", Name: "inflated-aggregate", Severity: finding.Error, Summary: "counted twice"}, Presets: []string{"strict"}},
	}
}

func (f *fake) engine() engineCalls {
	return engineCalls{
		lint: func(_ context.Context, o engine.Options) (*finding.Report, error) {
			f.asked = o
			if f.err != nil {
				return nil, f.err
			}
			f.config, _ = o.Config("dbt")
			r := &finding.Report{Tool: finding.Tool{Name: "dbtvet", Version: "test"}, Coverage: finding.Coverage{Models: 2, Rendered: 2, Parsed: 2 - f.models}}
			if f.sev != finding.Off {
				file := source.NewFile("dbt/models/a.sql", "select 1")
				r.Findings = []*finding.Finding{{Code: "FAN02", Rule: "inflated-aggregate", Severity: f.sev, Message: "m", Place: finding.Place{File: file, Span: source.Span{Start: 0, End: 6}}}}
			}
			r.Finish()
			return r, nil
		},
	}
}

// ran is what a run did.
type ran struct {
	code           int
	stdout, stderr string
}

// run runs the command line in the current folder; shop makes it a project.
func run(f *fake, env map[string]string, args ...string) ran {
	var stdout, stderr bytes.Buffer
	a := &app{strings.NewReader(""), &stdout, &stderr, func(name string) string { return env[name] }, testRules(), f.engine()}
	code := a.run(context.Background(), args)
	return ran{code, stdout.String(), stderr.String()}
}

// shop makes the current folder one with a dbt project in dbt/.
func shop(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("dbt/models", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("dbt/dbt_project.yml", []byte("name: shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExitCodes(t *testing.T) {
	shop(t)
	for _, tc := range []struct {
		name string
		fake fake
		args []string
		code int
		says string // on standard error
	}{
		{"clean", fake{}, nil, 0, ""},
		{"error", fake{sev: finding.Error}, nil, 1, ""},
		{"warning", fake{sev: finding.Warning}, nil, 0, ""},
		{"warning at its level", fake{sev: finding.Warning}, []string{"--fail-level", "warning"}, 1, ""},
		{"info below its level", fake{sev: finding.Info}, []string{"--fail-level", "warning"}, 0, ""},
		{"exit zero", fake{sev: finding.Error}, []string{"--exit-zero"}, 0, ""},
		{"incomplete is no failure", fake{models: 1}, nil, 0, ""},
		{"incomplete", fake{models: 1}, []string{"--require-complete"}, 3, "dbtvet: --require-complete: not every model was wholly analysed; the coverage says which\n"},
		{"incomplete, and an error", fake{sev: finding.Error, models: 1}, []string{"--require-complete"}, 1, ""},
		{"complete", fake{}, []string{"--require-complete"}, 0, ""},
		{"engine fails", fake{err: errors.New("boom")}, nil, 3, "dbtvet: boom\n"},
		{"no project", fake{err: engine.ErrNoProject}, nil, 2, "dbtvet: no dbt_project.yml found: name the folder of a dbt project, or run in one\n"},
		{"unknown flag", fake{}, []string{"--fail-levl", "info"}, 2, "dbtvet: unknown flag `--fail-levl`: did you mean `--fail-level`?\n"},
		{"unknown flag, nothing near", fake{}, []string{"--zzz"}, 2, "dbtvet: unknown flag `--zzz`: `dbtvet lint --help` lists the flags\n"},
		{"unknown level", fake{}, []string{"--fail-level", "fatal"}, 2, "dbtvet: unknown severity `fatal`: expected `error`, `warning` or `info`\n"},
		{"unknown rule", fake{}, []string{"--rules", "FAN20"}, 2, "dbtvet: unknown rule `FAN20`: did you mean `FAN02`?\n"},
		{"unknown rule to leave out", fake{}, []string{"--ignore-rules", "inflated-agregate"}, 2, "dbtvet: unknown rule `inflated-agregate`: did you mean `inflated-aggregate`?\n"},
		{"unknown preset", fake{}, []string{"--preset", "recomended"}, 2, "dbtvet: unknown preset `recomended`: did you mean `recommended`?\n"},
		{"unknown format", fake{}, []string{"--format", "sarf"}, 2, "dbtvet: unknown format `sarf`: did you mean `sarif`?\n"},
		{"unknown dialect", fake{}, []string{"--dialect", "postgre"}, 2, "dbtvet: unknown dialect `postgre`: did you mean `postgres`?\n"},
		{"output without file", fake{}, []string{"--output", "json"}, 2, "dbtvet: --output takes FORMAT=FILE, not `json`\n"},
		{"output of no format", fake{}, []string{"--output", "jsn=x"}, 2, "dbtvet: --output: unknown format `jsn`: did you mean `json`?\n"},
		{"show what", fake{}, []string{"--show", "all"}, 2, "dbtvet: --show takes `info`, not `all`\n"},
		{"vars are a mapping", fake{}, []string{"--vars", "3"}, 2, "dbtvet: --vars: expected a mapping such as `{start: 2024-01-01}`\n"},
		{"no such path", fake{}, []string{"nowhere"}, 2, "dbtvet: there is no `nowhere`\n"},
		{"no such configuration", fake{}, []string{"--config", "nowhere.yml"}, 2, "dbtvet: cannot read the configuration: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := run(&tc.fake, nil, append([]string{"lint"}, tc.args...)...)
			if got.code != tc.code || tc.says != "" && !strings.HasPrefix(got.stderr, tc.says) || tc.says == "" && got.stderr != "" {
				t.Errorf("code %d, stderr %q; want %d, %q", got.code, got.stderr, tc.code, tc.says)
			}
		})
	}
}

func TestPathsChooseFindings(t *testing.T) {
	shop(t)
	if err := os.WriteFile("dbt/models/b.sql", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("dbt/models/a.sql", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]int{".": 1, "dbt": 1, "dbt/models": 1, "dbt/models/a.sql": 1, "dbt/models/b.sql": 0} {
		if got := run(&fake{sev: finding.Error}, nil, "lint", path); got.code != code {
			t.Errorf("%s: code %d, want %d: %s", path, got.code, code, got.stderr)
		}
	}
}

func TestUnknownCommand(t *testing.T) {
	for args, want := range map[string]string{
		"lnt":   "dbtvet: unknown command `lnt`: did you mean `lint`?\n",
		"shout": "dbtvet: unknown command `shout`: the commands are compile, explain, lint, parse, rules, version\n",
	} {
		if got := run(&fake{}, nil, args); got.code != exitUsage || got.stderr != want {
			t.Errorf("%s: code %d, %q", args, got.code, got.stderr)
		}
	}
	if got := run(&fake{}, nil); got.code != exitClean || !strings.Contains(got.stdout, "lint") {
		t.Errorf("no command: code %d, %q", got.code, got.stdout)
	}
}

func TestRulesCommand(t *testing.T) {
	listed := func(args ...string) string {
		return "\n" + run(&fake{}, nil, append([]string{"rules"}, args...)...).stdout
	}
	all, strict := listed(), listed("--preset", "strict")
	for _, m := range rules.Metas() {
		line := "\n" + m.Code + " "
		if !strings.Contains(all, line) {
			t.Errorf("%s is not listed", m.Code)
		}
		if want := slices.Contains(rules.Presets(m.Code), "strict"); strings.Contains(strict, line) != want {
			t.Errorf("%s is listed as strict: %v, want %v", m.Code, !want, want)
		}
	}
	if got := run(&fake{}, nil, "rules", "--preset", "strct"); got.code != exitUsage {
		t.Errorf("unknown preset: code %d", got.code)
	}
}

// TestFlagsWin gives a configuration and flags that say otherwise.
func TestFlagsWin(t *testing.T) {
	shop(t)
	file := filepath.Join(t.TempDir(), "my.yml")
	if err := os.WriteFile(file, []byte("preset: strict\ndialect: duckdb\ntarget: dev\nvars: {a: 1, b: 2}\nfail-level: info\nenv: [SHOP_ENV, UNSET]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := fake{sev: finding.Info}
	if got := run(&f, map[string]string{"SHOP_ENV": "x", "OTHER": "y"}, "lint", "--config", file); got.code != exitFindings {
		t.Errorf("fail-level of the file: code %d, %s", got.code, got.stderr)
	}
	if env := f.asked.Env; len(env) != 1 || env["SHOP_ENV"] != "x" {
		t.Errorf("environment %v", env)
	}
	got := run(&f, nil, "lint", "--config", file, "--preset", "teaching,conventions", "--dialect", "snowflake", "--target", "ci",
		"--vars", "{b: 3, c: 4}", "--fail-level", "error", "--rules", "inflated-aggregate", "--ignore-rules", "DOC01", "--select", "+fct_orders", "--exclude", "tag:x", "--no-ignores")
	if got.code != exitClean {
		t.Fatalf("code %d, %s", got.code, got.stderr)
	}
	c, q := f.config, f.asked
	if !slices.Equal(c.Presets, []string{"teaching", "conventions"}) || c.Dialect != "snowflake" || c.Target != "ci" {
		t.Errorf("settings %+v", c)
	}
	for name, want := range map[string]string{"a": "1", "b": "3", "c": "4"} {
		if c.Vars.Get(name).Text() != want {
			t.Errorf("variable %s is %q, want %s", name, c.Vars.Get(name).Text(), want)
		}
	}
	if !slices.Equal(q.Only, []string{"FAN02"}) || !slices.Equal(q.Without, []string{"DOC01"}) || !slices.Equal(q.Select, []string{"+fct_orders"}) || !slices.Equal(q.Exclude, []string{"tag:x"}) || !q.NoIgnores || q.Target != "ci" {
		t.Errorf("request %+v", q)
	}
}

func TestBrokenConfiguration(t *testing.T) {
	shop(t)
	file := filepath.Join(t.TempDir(), "my.yml")
	if err := os.WriteFile(file, []byte("presset: strict\nrules: {FAN20: off}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(&fake{}, nil, "lint", "--config", file)
	want := "dbtvet: the configuration is wrong:\n" + file + ":1:1: unknown key `presset`: did you mean `preset`?\n" + file + ":2:9: unknown rule `FAN20`: did you mean `FAN02`?\n"
	if got.code != exitUsage || got.stderr != want {
		t.Errorf("code %d\n%s\nwant\n%s", got.code, got.stderr, want)
	}
}

func TestOutputs(t *testing.T) {
	shop(t)
	dir := t.TempDir()
	jsonFile, sarif, summary := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.sarif"), filepath.Join(dir, "summary.md")
	if err := os.WriteFile(summary, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(&fake{sev: finding.Error}, map[string]string{"GITHUB_STEP_SUMMARY": summary}, "lint", "--format", "github", "--output", "json="+jsonFile, "--output", "sarif="+sarif)
	if got.code != exitFindings || !strings.HasPrefix(got.stdout, "::error file=dbt/models/a.sql,") {
		t.Errorf("code %d, stdout %q, stderr %q", got.code, got.stdout, got.stderr)
	}
	for _, name := range []string{jsonFile, sarif} {
		text, err := os.ReadFile(name)
		if err != nil || !json.Valid(text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, _ := os.ReadFile(summary); !strings.HasPrefix(string(text), "before\n### dbtvet: 1 error") {
		t.Errorf("summary %q", text)
	}
	if got := run(&fake{}, nil, "lint", "--output", "json="+filepath.Join(dir, "no", "such", "folder")); got.code != exitUsage {
		t.Errorf("a file that cannot be written: code %d", got.code)
	}
}

func TestColour(t *testing.T) {
	for _, tc := range []struct {
		env  map[string]string
		flag string
		want bool
	}{
		{nil, "auto", false}, // a buffer is no terminal
		{nil, "always", true},
		{map[string]string{"FORCE_COLOR": "1"}, "auto", true},
		{map[string]string{"FORCE_COLOR": "0"}, "auto", false},
		{map[string]string{"CLICOLOR_FORCE": "1"}, "never", false},
		{map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, "auto", false},
		{map[string]string{"NO_COLOR": "1"}, "always", true},
		{map[string]string{"GITHUB_ACTIONS": "true"}, "auto", true},
		{map[string]string{"GITHUB_ACTIONS": "true", "NO_COLOR": "1"}, "auto", false},
	} {
		a := &app{env: func(name string) string { return tc.env[name] }}
		if o := a.terminal(io.Discard, tc.flag); o.Color != tc.want || o.Links || o.Width != 0 {
			t.Errorf("%v with --color %s: %+v, want colour %v", tc.env, tc.flag, o, tc.want)
		}
	}
}

func TestWorkspace(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"repo/.git", "repo/dbt/models", "loose/models"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(root, "loose"))
	for _, tc := range []struct {
		paths []string
		dir   string
		want  []string
	}{
		{nil, "loose", []string{"."}},
		{[]string{"models"}, "loose", []string{"models"}},
		{[]string{"../repo/dbt"}, "repo", []string{"dbt"}},
		{[]string{"../repo/dbt/models", "../repo"}, "repo", []string{"dbt/models", "."}},
		{[]string{"../repo/dbt", "models"}, "", nil},
	} {
		w, err := openWorkspace(tc.paths)
		if err != nil {
			if tc.want != nil || !strings.Contains(err.Error(), "`models` is not in ") {
				t.Errorf("%v: %v", tc.paths, err)
			}
			continue
		}
		w.close()
		if w.dir != filepath.Join(root, tc.dir) || !slices.Equal(w.paths, tc.want) {
			t.Errorf("%v: %s %v, want %s %v", tc.paths, w.dir, w.paths, tc.dir, tc.want)
		}
	}
}

func TestVersion(t *testing.T) {
	got := run(&fake{}, nil, "version")
	short := run(&fake{}, nil, "--version")
	if got.code != 0 || !strings.HasPrefix(got.stdout, "dbtvet "+version().version+"\n") || short.stdout != "dbtvet "+version().version+"\n" {
		t.Errorf("version %q, --version %q", got.stdout, short.stdout)
	}
}
