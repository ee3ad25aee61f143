package rules_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/ignore"
	"github.com/dbtvet/dbtvet/rules"
)

var update = flag.Bool("update", false, "write the pages of docs/rules anew")

// TestExamples lints the projects of every rule's example: a bad one must give
// exactly the marked findings of the rule, a good one none.
func TestExamples(t *testing.T) {
	for _, m := range rules.Metas() {
		t.Run(m.Code, func(t *testing.T) {
			t.Parallel()
			e, err := fixtures.Of(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range e.Projects {
				t.Run(p.Name, func(t *testing.T) {
					r := lint(t, m, p.Tree(), p.Preset)
					check(t, m, p, r)
					checkFixes(t, m, p, r)
				})
			}
		})
	}
}

// lint runs the rules of recommended over a project, and those of m's presets.
func lint(t *testing.T, m finding.Meta, tree map[string][]byte, preset string) *finding.Report {
	t.Helper()
	files := fstest.MapFS{}
	for name, data := range tree {
		files[name] = &fstest.MapFile{Data: data}
	}
	presets := rules.Presets(m.Code)
	if slices.Contains(presets, rules.Recommended) {
		presets = []string{rules.Recommended}
	}
	if preset != "" {
		presets = []string{preset}
	}
	r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All(), Presets: presets, Config: settings(files)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestThorough checks that strict and teaching hear of the columns of a folder
// that documents hardly any, which recommended is spared.
func TestThorough(t *testing.T) {
	files := fstest.MapFS{
		"dbt_project.yml":   {Data: []byte("name: shop\nversion: '1.0'\nprofile: shop\n")},
		"models/orders.sql": {Data: []byte("select 1 as order_id")},
		"models/_m.yml":     {Data: []byte("models: [{name: orders, description: One row per order.}]")},
	}
	for preset, want := range map[string]int{rules.Recommended: 0, rules.Strict: 1, rules.Teaching: 1} {
		r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All(), Presets: []string{preset}})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, f := range r.Findings {
			if f.Code == "DOC01" {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d findings of DOC01, want %d", preset, got, want)
		}
	}
}

// TestPresets checks which rules a preset has.
func TestPresets(t *testing.T) {
	all := rules.All()
	for _, name := range []string{rules.Recommended, rules.Strict, rules.Teaching} {
		for _, r := range rules.Preset(name) {
			if !slices.Contains(rules.Presets(r.Code), name) {
				t.Errorf("%s is listed in %s and does not say so", r.Code, name)
			}
		}
	}
	if n := len(rules.Preset(rules.Strict)); n < len(rules.Preset(rules.Recommended)) || n > len(all) {
		t.Errorf("strict has %d rules of %d", n, len(all))
	}
	if rules.Preset("lenient") != nil {
		t.Error("there is no preset `lenient`")
	}
}

// TestPresetsInForce checks that the engine runs the rules that a preset is
// said to hold.
func TestPresetsInForce(t *testing.T) {
	files := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: shop\nversion: '1.0'\nprofile: shop\n")}}
	for _, preset := range []string{rules.Recommended, rules.Strict, rules.Teaching, rules.Conventions} {
		r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All(), Presets: []string{preset}})
		if err != nil {
			t.Fatal(err)
		}
		var ran, listed []string
		for _, m := range r.Rules {
			if !slices.ContainsFunc(ignore.Rules(), func(i finding.Meta) bool { return i.Code == m.Code }) {
				ran = append(ran, m.Code)
			}
		}
		for _, rule := range rules.Preset(preset) {
			listed = append(listed, rule.Code)
		}
		slices.Sort(listed)
		if !slices.Equal(ran, listed) {
			t.Errorf("%s ran %v, and holds %v", preset, ran, listed)
		}
	}
}

// settings returns how the engine reads a project's dbtvet.yml.
func settings(files fs.FS) func(dir string) (*config.Config, error) {
	var known []config.Rule
	for _, r := range rules.All() {
		known = append(known, config.Rule{Code: r.Code, Name: r.Name, Options: r.Options})
	}
	return func(dir string) (*config.Config, error) { return config.Load(files, dir, known) }
}

// check compares the findings of rule m with the marks of p.
func check(t *testing.T, m finding.Meta, p *fixtures.Project, r *finding.Report) {
	t.Helper()
	wants := slices.Clone(p.Wants)
	for _, f := range r.Findings {
		if f.Code != m.Code && !slices.ContainsFunc(p.Wants, func(w fixtures.Want) bool { return w.Code == f.Code }) {
			continue
		}
		line := f.File.Position(f.Span.Start).Line
		i := slices.IndexFunc(wants, func(w fixtures.Want) bool {
			return w.Code == f.Code && w.File == f.Path() && w.Line == line && w.Pattern.MatchString(f.Message) && (w.Severity == finding.Off || w.Severity == f.Severity) && (w.World == "" || w.World == worlds(f))
		})
		if i < 0 {
			t.Errorf("not wanted: %s:%d %s %s (%s) %q", f.Path(), line, f.Code, f.Severity, worlds(f), f.Message)
			continue
		}
		wants = slices.Delete(wants, i, i+1)
	}
	for _, w := range wants {
		t.Errorf("missing: %s:%d %s %s (%s) %q", w.File, w.Line, w.Code, w.Severity, w.World, w.Pattern)
	}
	if p.Bad || readsBroken(m) {
		return
	}
	// A rule is silent about what is not understood, which proves nothing.
	for _, g := range r.Coverage.NotAnalysed {
		t.Errorf("not analysed: %s: %s", g.Model, g.Reason)
	}
}

// worlds names those that a finding holds in, as marks do.
func worlds(f *finding.Finding) string {
	if len(f.Worlds) == 0 {
		return "every"
	}
	return strings.Join(f.Worlds, ", ")
}

// TestParts checks that what the rules about joins, filters, columns and
// descriptions report says what would fix it, or what would make it silent.
func TestParts(t *testing.T) {
	families := []string{"joins", "filters", "columns", "sets", "order", "unused", "dag"}
	for _, m := range rules.Metas() {
		if !slices.Contains(families, m.Family) {
			continue
		}
		t.Run(m.Code, func(t *testing.T) {
			t.Parallel()
			e, err := fixtures.Of(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range e.Projects {
				for _, f := range lint(t, m, p.Tree(), p.Preset).Findings {
					if f.Code == m.Code && (f.Quiet == "" && f.Help == "" || len(f.Witness) > 3) {
						t.Errorf("%s: %q: help %q, quiet %q, %d rows", p.Name, f.Message, f.Help, f.Quiet, len(f.Witness))
					}
				}
			}
		})
	}
}

// checkFixes applies the safe fixes of rule m, compares the result with what the
// example says, and checks that there is nothing left to fix.
func checkFixes(t *testing.T, m finding.Meta, p *fixtures.Project, r *finding.Report) {
	t.Helper()
	tree := p.Tree()
	fixed := edited(m, r)
	for name, text := range fixed {
		if want, ok := p.Fixed[name]; !ok || want != text {
			t.Errorf("%s after the fixes:\n%s\nwant:\n%s", name, text, want)
		}
		tree[name] = []byte(text)
	}
	for name := range p.Fixed {
		if _, ok := fixed[name]; !ok {
			t.Errorf("nothing is fixed in %s", name)
		}
	}
	if len(fixed) == 0 {
		return
	}
	for name, text := range edited(m, lint(t, m, tree, p.Preset)) {
		t.Errorf("the fixes of %s are not done at once, the second time it is:\n%s", name, text)
	}
}

// edited returns the files that safe fixes of rule m change, by path.
func edited(m finding.Meta, r *finding.Report) map[string]string {
	out := map[string]string{}
	for _, f := range slices.Backward(r.Findings) {
		for _, fix := range f.Fixes {
			if f.Code != m.Code || fix.Grade != finding.Safe {
				continue
			}
			for _, e := range slices.Backward(fix.Edits) {
				text, ok := out[e.File.Path]
				if !ok {
					text = e.File.Text
				}
				out[e.File.Path] = text[:e.Span.Start] + e.New + text[e.Span.End:]
			}
		}
	}
	return out
}

// readsBroken reports whether a rule is about projects that cannot be wholly
// read, so that its good examples may hold such things too.
func readsBroken(m finding.Meta) bool { return m.Family == "templates" || m.Family == "yamlcheck" }

var (
	codeForm = regexp.MustCompile(`^[A-Z]{2,4}[0-9]{2}$`)
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// TestMetas checks what every rule says of itself.
func TestMetas(t *testing.T) {
	names := map[string]bool{}
	metas := rules.Metas()
	for i, m := range metas {
		if i > 0 && metas[i-1].Code >= m.Code {
			t.Errorf("%s stands after %s", m.Code, metas[i-1].Code)
		}
		if !codeForm.MatchString(m.Code) || !nameForm.MatchString(m.Name) || names[m.Name] {
			t.Errorf("%s %q: a malformed or second code or name", m.Code, m.Name)
		}
		names[m.Name] = true
		if m.Summary == "" || strings.HasSuffix(m.Summary, ".") || len(m.Summary) > 100 || m.Since == "" {
			t.Errorf("%s: summary %q since %q", m.Code, m.Summary, m.Since)
		}
		if m.Severity == finding.Off {
			t.Errorf("%s has no severity", m.Code)
		}
		if len(rules.Presets(m.Code)) == 0 {
			t.Errorf("%s is in no preset", m.Code)
		}
	}
	listed := rules.All()
	for i, r := range listed {
		if i > 0 && listed[i-1].Code >= r.Code {
			t.Errorf("All: %s stands after %s", r.Code, listed[i-1].Code)
		}
		if r.World == nil && r.Model == nil && r.Project == nil {
			t.Errorf("%s judges nothing", r.Code)
		}
	}
}

// TestExampleForm checks that every rule has an example with all its parts, and
// every example a rule.
func TestExampleForm(t *testing.T) {
	known := map[string]bool{}
	for _, m := range rules.Metas() {
		known[fixtures.PathOf(m)] = true
		e, err := fixtures.Of(m)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := wellFormed(m, e); err != nil {
			t.Errorf("%s: %v", e.Path, err)
		}
	}
	err := fs.WalkDir(fixtures.Rules, "rules", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() && !known[name] {
			t.Errorf("%s: there is no such rule", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func wellFormed(m finding.Meta, e *fixtures.Example) error {
	for _, part := range []string{"\n## Why\n", "\n## When it stays silent\n"} {
		if !strings.Contains(e.Prose, part) {
			return fmt.Errorf("no heading %q", strings.TrimSpace(part))
		}
	}
	if e.Prose == "" || strings.HasPrefix(e.Prose, "#") {
		return fmt.Errorf("it does not begin with what the rule finds")
	}
	bad, good := 0, 0
	for _, p := range e.Projects {
		switch {
		case p.Bad && len(p.Wants) == 0 || !p.Bad && len(p.Wants) > 0:
			return fmt.Errorf("%s has %d marks", p.Name, len(p.Wants))
		case p.Bad:
			bad++
		default:
			good++
		}
		if p.Bad && !slices.ContainsFunc(p.Wants, func(w fixtures.Want) bool { return w.Code == m.Code }) {
			return fmt.Errorf("%s: no mark of %s", p.Name, m.Code)
		}
	}
	if bad == 0 || good == 0 {
		return fmt.Errorf("%d bad and %d good projects", bad, good)
	}
	return nil
}

// TestPages checks that docs/rules is what the examples say; -update writes it.
func TestPages(t *testing.T) {
	dir := filepath.Join("..", "docs", "rules")
	want := map[string]string{"README.md": index()}
	for _, m := range rules.Metas() {
		page, err := fixtures.Page(m, rules.Presets(m.Code))
		if err != nil {
			t.Error(err)
			continue
		}
		want[m.Code+".md"] = page
	}
	if *update {
		write(t, dir, want)
	}
	have, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range have {
		if _, ok := want[f.Name()]; !ok {
			t.Errorf("docs/rules/%s is no rule's page", f.Name())
		}
	}
	for name, text := range want {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != text {
			t.Errorf("docs/rules/%s is not what its example says: run `go test ./rules -update`", name)
		}
	}
}

func write(t *testing.T, dir string, pages map[string]string) {
	t.Helper()
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// index is the table of all rules, by family.
func index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nEvery page is made from the rule's example in `fixtures/rules`, which is also its test.\n")
	byFamily := map[string][]finding.Meta{}
	var families []string
	for _, m := range rules.Metas() {
		if byFamily[m.Family] == nil {
			families = append(families, m.Family)
		}
		byFamily[m.Family] = append(byFamily[m.Family], m)
	}
	slices.Sort(families)
	for _, family := range families {
		fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | finds |\n|---|---|---|\n", family)
		for _, m := range byFamily[family] {
			fmt.Fprintf(&b, "| [%s %s](%s) | %s | %s |\n", m.Code, m.Name, m.Code+".md", m.Severity, m.Summary)
		}
	}
	return b.String()
}
