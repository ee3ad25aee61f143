package yamlcheck

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// DeprecatedProperty reports keys that dbt still reads and has announced to
// drop or to want elsewhere; once for each file and habit.
var DeprecatedProperty = lint.Rule{
	Meta: finding.Meta{
		Code: "YML06", Name: "deprecated-property", Family: "yamlcheck", Severity: finding.Warning,
		Summary: "a key stands where dbt will not look for it much longer", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		d := &deprecations{byKey: map[string]*habit{}}
		root := in.Manifest.Project.Root
		d.projectFile(root.Doc)
		for s := range settings(in.Manifest.Project) {
			if !s.plus {
				d.add(root.Doc.File, s.key.Span, missingPlus, "")
			}
		}
		for e := range entries(in.Manifest.Project) {
			d.entry(e)
		}
		current := root.Needs(1, 10)
		before1 := root.Older(1, 0) // the names of settings changed in dbt 1.0
		for _, h := range d.list {
			r := p.ReportAt(h.file, h.at, "%s", h.message()).About(h.kind.name, h.key).Help("%s", h.help())
			if !current && h.kind.announced || before1 && h.kind.name == renamedSetting.name {
				r.Lower(finding.Info)
			}
			r.Lower(h.kind.severity)
		}
	},
}

// deprecation is a kind of key that dbt has announced to drop.
type deprecation struct {
	name     string
	text     string // what is so, after "`key` "
	help     string // with %s for the key
	severity finding.Severity
	// announced says that dbt 1.10 was the first to warn: a project that may
	// run with an older one is told as information.
	announced bool
}

var (
	renamedSetting = deprecation{name: "renamed-setting", text: "is an old name of a setting", severity: finding.Warning}
	runSetting     = deprecation{
		name: "run-setting", text: "is a setting of a run, not of a project", severity: finding.Info,
		help: "pass it as a flag or an environment variable when dbt runs; leave `%s` out here",
	}
	missingPlus = deprecation{
		name: "missing-plus", text: "a configuration is written without its `+`", severity: finding.Warning, announced: true,
		help: "write `+` before it, so that it cannot be taken for a folder",
	}
	moved = deprecation{
		name: "moved", text: "stands beside `config:`", severity: finding.Warning, announced: true,
		help: "move `%s` under `config:`",
	}
	oldTests = deprecation{
		name: "tests", text: "is the old name of `data_tests`", severity: finding.Info,
		help: "rename `%s` to `data_tests`",
	}
	looseArguments = deprecation{
		name: "arguments", text: "the arguments of a test stand beside its settings", severity: finding.Warning, announced: true,
		help: "put them under `arguments:`",
	}
	overrides = deprecation{
		name: "overrides", text: "of a source will not be read any more", severity: finding.Warning, announced: true,
		help: "disable the package's source and declare your own, without `%s`",
	}
)

// renamed are settings of dbt_project.yml by their old names.
var renamed = map[string]string{"source-paths": "model-paths", "data-paths": "seed-paths", "modules-path": "packages-install-path"}

// habit is what one file does again and again.
type habit struct {
	kind  *deprecation
	key   string // empty if any
	file  *source.File
	at    source.Span // the first time
	times int
}

func (h *habit) message() string {
	text := h.kind.text
	if h.key != "" {
		text = "`" + h.key + "` " + text
	}
	if h.times > 1 {
		text += fmt.Sprintf(", %d times in this file", h.times)
	}
	return text
}

func (h *habit) help() string {
	if to := renamed[h.key]; to != "" && h.kind.name == renamedSetting.name {
		return "rename it to `" + to + "`"
	}
	if h.key == "" {
		return h.kind.help
	}
	return fmt.Sprintf(h.kind.help, h.key)
}

type deprecations struct {
	byKey map[string]*habit
	list  []*habit // in order of the files
}

func (d *deprecations) add(f *source.File, at source.Span, kind deprecation, key string) {
	id := f.Path + "\x00" + kind.name + "\x00" + key
	if h := d.byKey[id]; h != nil {
		h.times++
		return
	}
	h := &habit{&kind, key, f, at, 1}
	d.byKey[id] = h
	d.list = append(d.list, h)
}

func (d *deprecations) projectFile(doc *yaml.Document) {
	for _, key := range sortedKeys(renamed) {
		if k, _ := doc.Root.Entry(key); k != nil {
			d.add(doc.File, k.Span, renamedSetting, key)
		}
	}
	for _, key := range []string{"log-path", "target-path"} {
		if k, _ := doc.Root.Entry(key); k != nil {
			d.add(doc.File, k.Span, runSetting, key)
		}
	}
}

// movedKeys are the keys that belong under config: since dbt 1.10, by the kind
// of entry.
var movedKeys = map[string][]string{
	"model":    {"meta", "tags", "docs", "access", "group", "freshness", "enabled"},
	"seed":     {"meta", "tags", "docs", "group", "enabled"},
	"snapshot": {"meta", "tags", "docs", "group", "enabled"},
	"analysis": {"meta", "tags", "docs", "group"},
	"source":   {"meta", "tags", "freshness", "enabled"},
	"table":    {"meta", "tags", "freshness", "enabled"},
	"column":   {"meta", "tags"},
	"version":  {"meta", "tags", "docs", "access", "group"},
}

func (d *deprecations) entry(e entry) {
	for _, pair := range e.node.Entries() {
		key := pair.Key.Value
		switch {
		case slices.Contains(movedKeys[e.kind], key):
			d.add(e.file, pair.Key.Span, moved, key)
		case key == "tests":
			d.add(e.file, pair.Key.Span, oldTests, key)
		case key == "overrides" && e.kind == "source":
			d.add(e.file, pair.Key.Span, overrides, key)
		}
		if key == "tests" || key == "data_tests" {
			for _, test := range pair.Value.List() {
				d.test(e, test)
			}
		}
	}
}

// testSettings may stand directly below the name of a test.
var testSettings = words(`arguments config name description column_name test_name severity tags enabled where limit warn_if
	error_if fail_calc store_failures store_failures_as meta database schema alias group`)

// test looks for arguments that are not under `arguments:`.
func (d *deprecations) test(e entry, test *yaml.Node) {
	args := test
	if test.Get("test_name") == nil {
		if len(test.Entries()) != 1 {
			return
		}
		args = test.Pairs[0].Value
	}
	for _, pair := range args.Entries() {
		if !slices.Contains(testSettings, pair.Key.Value) {
			d.add(e.file, pair.Key.Span, looseArguments, "")
			return
		}
	}
}
