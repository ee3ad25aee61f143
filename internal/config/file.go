package config

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// settings is dbtvet.yml as it is written; its JSON Schema is made from this.
type settings struct {
	Preset    presets             `json:"preset,omitempty" jsonschema:"which rules run, and how strictly"`
	Dialect   dialect             `json:"dialect,omitempty" jsonschema:"SQL dialect when profiles.yml does not tell the adapter"`
	Target    string              `json:"target,omitempty" jsonschema:"target of profiles.yml, as dbt's --target"`
	Vars      vars                `json:"vars,omitempty" jsonschema:"variables, as dbt's --vars"`
	Env       []string            `json:"env,omitempty" jsonschema:"names of environment variables that env_var may read"`
	Layers    Layers              `json:"layers,omitzero" jsonschema:"folders and prefixes of the layers"`
	Rules     map[string]ruleNode `json:"rules,omitempty" jsonschema:"by code or name: a severity, or severity and options"`
	Paths     []pathEntry         `json:"paths,omitempty" jsonschema:"other severities for some files; a later entry wins"`
	FailLevel failLevel           `json:"fail-level,omitempty" jsonschema:"lowest severity that makes the exit code 1"`
}

// ruleNode is an entry of rules, decoded when its rule is known.
type ruleNode struct{ *yaml.Node }

func (r *ruleNode) decode(_ *decoder, n *yaml.Node) { r.Node = n }

// ruleEntry is the long form of an entry of rules.
type ruleEntry struct {
	Severity level    `json:"severity,omitempty"`
	Options  ruleNode `json:"options,omitempty"`
}

// pathEntry is an entry of paths.
type pathEntry struct {
	Files   globs               `json:"files" jsonschema:"globs, relative to this file's folder"`
	Exclude bool                `json:"exclude,omitempty" jsonschema:"report nothing for these files"`
	Rules   map[string]ruleNode `json:"rules,omitempty" jsonschema:"severities by code or name"`
}

// presets is one name or a list of them.
type presets []string

func (p *presets) decode(d *decoder, n *yaml.Node) {
	items := n.List()
	if n.IsScalar() {
		items = []*yaml.Node{n}
	}
	if len(items) == 0 {
		d.errorf(n, "expected a preset or a list of them, got %s", shape(n))
	}
	for _, item := range items {
		d.choice(item, "preset", PresetNames())
		*p = append(*p, item.Text())
	}
}

// dialect is one of Dialects.
type dialect string

func (l *dialect) decode(d *decoder, n *yaml.Node) {
	d.choice(n, "dialect", Dialects())
	*l = dialect(n.Text())
}

// level is a severity; nil if none was given.
type level struct{ *finding.Severity }

func (l *level) decode(d *decoder, n *yaml.Node) {
	s, ok := finding.ParseSeverity(n.Text())
	if !ok {
		d.unknown(n, "severity", Levels())
		return
	}
	l.Severity = &s
}

// Levels returns the names of all severities and of none.
func Levels() []string { return []string{"error", "warning", "info", "off"} }

// FailLevels returns the names that fail-level takes.
func FailLevels() []string { return Levels()[:3] }

// failLevel is a severity that is not off.
type failLevel struct{ level }

func (l *failLevel) decode(d *decoder, n *yaml.Node) {
	if !slices.Contains(FailLevels(), n.Text()) {
		d.unknown(n, "severity", FailLevels())
		return
	}
	l.level.decode(d, n)
}

// vars is a mapping of any values.
type vars struct{ *yaml.Node }

func (v *vars) decode(d *decoder, n *yaml.Node) {
	if !n.IsMap() {
		d.errorf(n, "expected a mapping of variables, got %s", shape(n))
		return
	}
	v.Node = n
}

// globs is one glob or a list of them.
type globs []string

func (g *globs) decode(d *decoder, n *yaml.Node) {
	items := n.List()
	if n.IsScalar() {
		items = []*yaml.Node{n}
	}
	if len(items) == 0 {
		d.errorf(n, "expected a glob or a list of them, got %s", shape(n))
	}
	for _, item := range items {
		text, ok := item.Str()
		if !ok || !doublestar.ValidatePattern(text) {
			d.errorf(item, "%s is not a glob", shape(item))
			continue
		}
		*g = append(*g, strings.TrimPrefix(text, "./"))
	}
}

// choice reports a value that is none of those allowed.
func (d *decoder) choice(n *yaml.Node, what string, allowed []string) {
	if !n.IsScalar() || !slices.Contains(allowed, n.Value) {
		d.unknown(n, what, allowed)
	}
}

// Parse reads the settings in f. Globs are relative to root, the folder of
// the project. The error is of type Errors and holds all that is wrong; the
// Config holds what is right all the same.
func Parse(f *source.File, root string, rules []Rule) (*Config, error) {
	d := &decoder{file: f}
	doc := yaml.Parse(f)
	for _, e := range doc.Errors {
		d.errors = append(d.errors, Error{f, e.Span, strings.TrimSuffix(e.Message+": "+e.Hint, ": ")})
	}
	var s settings
	if doc.Root != nil {
		d.value(doc.Root, reflect.ValueOf(&s).Elem())
	}
	c := Default()
	c.File, c.Root = f, path.Clean(root)
	c.Dialect, c.Target, c.Vars, c.Env = string(s.Dialect), s.Target, s.Vars.Node, s.Env
	if len(s.Preset) > 0 {
		c.Presets = s.Preset
	}
	if s.FailLevel.Severity != nil {
		c.FailLevel = *s.FailLevel.Severity
	}
	c.Layers = mergeLayers(c.Layers, s.Layers)
	c.Overrides = overrides(d, doc.Root.Get("rules"), rules)
	for i, n := range doc.Root.Get("paths").List() {
		c.Paths = append(c.Paths, d.pathRule(s.Paths[i], n, rules))
	}
	return c, d.result()
}

// mergeLayers replaces the folders and prefixes that set names.
func mergeLayers(l, set Layers) Layers {
	merge := func(to *Layer, from Layer) {
		if from.Folders != nil {
			to.Folders = from.Folders
		}
		if from.Prefixes != nil {
			to.Prefixes = from.Prefixes
		}
	}
	merge(&l.Staging, set.Staging)
	merge(&l.Intermediate, set.Intermediate)
	merge(&l.Marts, set.Marts)
	return l
}

// eachRule calls do for every entry of a mapping from rules, with its rule.
// Unknown and repeated rules are reported.
func eachRule(d *decoder, n *yaml.Node, rules []Rule, do func(Rule, *yaml.Node)) {
	seen := map[string]bool{}
	for _, p := range n.Entries() {
		i := slices.IndexFunc(rules, func(r Rule) bool { return p.Key.Value == r.Code || p.Key.Value == r.Name })
		if i < 0 {
			d.errors = append(d.errors, Error{d.file, p.Key.Span, UnknownRule(p.Key.Value, rules)})
			continue
		}
		if seen[rules[i].Code] {
			d.errorf(p.Key, "rule %s is here twice, by code and by name", rules[i].Code)
			continue
		}
		seen[rules[i].Code] = true
		do(rules[i], p.Value)
	}
}

// UnknownRule returns the message for a rule that does not exist, with the
// code or name that was perhaps meant.
func UnknownRule(key string, rules []Rule) string {
	var names []string
	for _, r := range rules {
		names = append(names, r.Code, r.Name)
	}
	return Unknown("rule", key, names)
}

func overrides(d *decoder, n *yaml.Node, rules []Rule) map[string]Override {
	out := map[string]Override{}
	eachRule(d, n, rules, func(r Rule, n *yaml.Node) { out[r.Code] = d.override(n, r) })
	return out
}

// override decodes an entry of rules: a severity, or severity and options.
func (d *decoder) override(n *yaml.Node, r Rule) Override {
	var e ruleEntry
	if n.IsScalar() {
		e.Severity.decode(d, n)
		return Override{Severity: e.Severity.Severity}
	}
	d.value(n, reflect.ValueOf(&e).Elem())
	o := Override{Severity: e.Severity.Severity}
	switch {
	case e.Options.IsNull():
	case r.Options == nil:
		d.errorf(e.Options.Node, "rule %s has no options", r.Code)
	default:
		o.Options = r.Options()
		d.value(e.Options.Node, reflect.ValueOf(o.Options).Elem())
	}
	return o
}

func (d *decoder) pathRule(p pathEntry, n *yaml.Node, rules []Rule) PathRule {
	if len(p.Files) == 0 && n.IsMap() && n.Get("files").IsNull() {
		d.errorf(n, "an entry of paths needs `files`")
	}
	out := PathRule{Files: p.Files, Exclude: p.Exclude, Severities: map[string]finding.Severity{}}
	eachRule(d, n.Get("rules"), rules, func(r Rule, n *yaml.Node) {
		var l level
		l.decode(d, n)
		if l.Severity != nil {
			out.Severities[r.Code] = *l.Severity
		}
	})
	return out
}

// matches reports whether one of the entry's globs matches the file at path,
// from the root of the run. A glob that names a folder means all below it.
func (c *Config) matches(p PathRule, file string) bool {
	if c.Root != "." {
		rest, ok := strings.CutPrefix(file, c.Root+"/")
		if !ok {
			return false
		}
		file = rest
	}
	return slices.ContainsFunc(p.Files, func(glob string) bool {
		glob = strings.TrimSuffix(glob, "/")
		return doublestar.MatchUnvalidated(glob, file) || doublestar.MatchUnvalidated(glob+"/**", file)
	})
}
