// Package config reads dbtvet.yml, the settings of a project. It knows what
// may be set, checks every key and value against that, and says by line and
// column what is wrong and what was perhaps meant. It does not know the rules:
// their codes, names and option types come as an argument. It knows no flags
// either; the command line changes the Config that comes out of here.
//
// Everything has a default, a project needs no file:
//
//	preset: recommended
//	rules:
//	  FAN02: error                   # a severity, or off
//	  late-filter:                   # code or name
//	    severity: warning
//	    options: {large: [raw.events]}
//	paths:
//	  - files: models/legacy/**
//	    rules: {DOC01: off}
//
// Globs are relative to the folder of the file. A later entry of paths wins
// over an earlier one, and paths win over rules.
package config

import (
	"path"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Name is what the file is called.
const Name = "dbtvet.yml"

// Rule is what the configuration must know of a rule.
type Rule struct {
	Code string
	Name string
	// Options returns a pointer to a new struct that holds the defaults, its
	// fields named by json tags; nil when the rule has no options.
	Options func() any
}

// Config is the settings of one project.
type Config struct {
	// File is where they were read from; nil for the defaults.
	File *source.File
	// Root is the folder that globs are relative to, slash-separated from the
	// root of the run; "." for that root itself.
	Root    string
	Presets []string
	Dialect string // SQL dialect when no profile tells; empty: infer it
	Target  string // target of profiles.yml; empty: its default
	// Vars is a mapping of variables, as dbt's --vars; nil if there is none.
	Vars      *yaml.Node
	Env       []string // names of environment variables that templates may see
	Layers    Layers
	Overrides map[string]Override // by rule code
	Paths     []PathRule          // in order; a later one wins
	FailLevel finding.Severity
}

// Override is what a project says about one rule.
type Override struct {
	// Severity replaces the rule's; nil leaves it.
	Severity *finding.Severity
	// Options is what the rule's Options returned, with the project's values
	// on top; nil when the project sets none.
	Options any
}

// PathRule changes what is reported for some files.
type PathRule struct {
	Files      []string // globs
	Exclude    bool     // report nothing
	Severities map[string]finding.Severity
}

// PresetNames returns the names that preset takes, mildest first.
func PresetNames() []string { return []string{"recommended", "strict", "teaching", "conventions"} }

// Dialects returns the names that dialect takes.
func Dialects() []string {
	return []string{"athena", "bigquery", "clickhouse", "databricks", "duckdb", "fabric", "postgres", "redshift", "snowflake", "spark", "sqlserver", "trino"}
}

// Default returns the settings of a project without a file.
func Default() *Config {
	return &Config{Root: ".", Presets: []string{"recommended"}, Layers: DefaultLayers(), FailLevel: finding.Error}
}

// Severity returns the severity that findings of the rule in the file at
// path, from the root of the run, are reported with, given the rule's own.
func (c *Config) Severity(code, file string, own finding.Severity) finding.Severity {
	if o := c.Overrides[code]; o.Severity != nil {
		own = *o.Severity
	}
	for _, p := range c.Paths {
		if s, ok := p.Severities[code]; ok && c.matches(p, file) {
			own = s
		}
	}
	return own
}

// Off reports whether the rule is switched off for the whole project.
func (c *Config) Off(code string) bool {
	o := c.Overrides[code]
	return o.Severity != nil && *o.Severity == finding.Off
}

// Asked reports whether the project itself switches the rule on, whatever its
// presets say.
func (c *Config) Asked(code string) bool {
	o, ok := c.Overrides[code]
	return ok && (o.Severity == nil || *o.Severity != finding.Off)
}

// Excluded reports whether nothing is to be reported for the file at path,
// from the root of the run.
func (c *Config) Excluded(file string) bool {
	excluded := false
	for _, p := range c.Paths {
		if p.Exclude && c.matches(p, file) {
			excluded = true
		}
	}
	return excluded
}

// Options returns the options that the project sets for the rule, a pointer of
// the type that Rule.Options returns, or defaults if it sets none.
func (c *Config) Options(code string, defaults any) any {
	if o := c.Overrides[code].Options; o != nil {
		return o
	}
	return defaults
}

// Layers says which folders and prefixes belong to which layer of a project.
type Layers struct {
	Staging      Layer `json:"staging,omitzero" jsonschema:"models that clean one source each"`
	Intermediate Layer `json:"intermediate,omitzero" jsonschema:"models between staging and marts"`
	Marts        Layer `json:"marts,omitzero" jsonschema:"models that people query"`
}

// Layer is one layer's folders and prefixes of model names.
type Layer struct {
	Folders  []string `json:"folders,omitempty" jsonschema:"names of folders below the model paths"`
	Prefixes []string `json:"prefixes,omitempty" jsonschema:"how the names of its models begin"`
}

// DefaultLayers returns the layers that dbt's own guide proposes.
func DefaultLayers() Layers {
	return Layers{
		Staging:      Layer{[]string{"staging"}, []string{"stg_"}},
		Intermediate: Layer{[]string{"intermediate"}, []string{"int_"}},
		Marts:        Layer{[]string{"marts"}, []string{"fct_", "dim_", "mart_"}},
	}
}

// Of returns the layer of the model name in the file at path: "staging",
// "intermediate", "marts", or "" if nothing or more than one thing speaks for
// it. A folder counts more than a prefix, and one of sources has no marts: there
// the prefix is a part of a table's name.
func (l Layers) Of(file, name string) string {
	folders := strings.Split(path.Dir(file), "/")
	byFolder := l.only(func(a Layer) bool {
		return slices.ContainsFunc(a.Folders, func(f string) bool { return slices.Contains(folders, f) })
	})
	if len(byFolder) > 0 {
		return single(byFolder)
	}
	byPrefix := single(l.only(func(a Layer) bool {
		return slices.ContainsFunc(a.Prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	}))
	if byPrefix == "marts" && (slices.Contains(folders, "sources") || slices.Contains(folders, "source")) {
		return ""
	}
	return byPrefix
}

// only returns the names of the layers that is holds for.
func (l Layers) only(is func(Layer) bool) []string {
	var out []string
	for i, layer := range []Layer{l.Staging, l.Intermediate, l.Marts} {
		if is(layer) {
			out = append(out, [...]string{"staging", "intermediate", "marts"}[i])
		}
	}
	return out
}

func single(names []string) string {
	if len(names) != 1 {
		return ""
	}
	return names[0]
}
