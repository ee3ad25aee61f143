package yamlcheck

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// UnknownKey reports keys that dbt passes over: nearly those that it knows, in
// entries and configurations; and since dbt 1.10 all others in entries.
var UnknownKey = lint.Rule{
	Meta: finding.Meta{
		Code: "YML05", Name: "unknown-key", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a key of an entry or a configuration is one that dbt does not know", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		strict := in.Manifest.Project.Root.Needs(1, 10)
		own := readKeys(in.Manifest)
		custom := &tally{first: map[string]*lint.Report{}, times: map[string]int{}}
		for e := range entries(in.Manifest.Project) {
			for _, pair := range e.node.Entries() {
				if !pair.Key.IsScalar() {
					continue
				}
				judgeProperty(p, e, pair.Key.Value, pair.Key.Span, strict, custom)
			}
			for _, pair := range e.node.Get("config").Entries() {
				if e.kind != "column" {
					judgeConfig(p, e.file, pair.Key.Span, pair.Key.Value, own)
				}
			}
		}
		custom.tell()
		for s := range settings(in.Manifest.Project) {
			judgeConfig(p, in.Manifest.Project.Root.Doc.File, s.key.Span, s.key.Value, own)
		}
		for _, n := range in.Manifest.Nodes {
			if n.Package == in.Manifest.Project.Root.Name {
				judgeCalls(p, n, own)
			}
		}
	},
}

// tally counts keys that are a project's own: each is reported once.
type tally struct {
	first map[string]*lint.Report
	times map[string]int
}

func (t *tally) tell() {
	for key, r := range t.first {
		if n := t.times[key]; n > 1 {
			r.Note("entries", "%d entries have it", n)
		}
	}
}

// judgeProperty judges a key of an entry.
func judgeProperty(p *lint.Pass, e entry, key string, at source.Span, strict bool, custom *tally) {
	known := entryKeys[e.kind]
	if known == nil || slices.Contains(known, key) || strings.HasPrefix(key, "<<") {
		return
	}
	near := nearest(key, known)
	if near == "" && (!strict || slices.Contains(configKeys, key)) {
		return
	}
	if id := e.kind + "." + key; near == "" {
		if custom.times[id]++; custom.times[id] > 1 {
			return
		}
	}
	does := "passes over it"
	if e.kind == "column" && near == "" {
		does = "only keeps it in the manifest"
	}
	r := p.ReportAt(e.file, at, "dbt does not know the key `%s` of %s, and %s", key, thing(e), does).About(e.kind, e.name(), key)
	if near != "" {
		r.Help("did you mean `%s`?", near)
		return
	}
	custom.first[e.kind+"."+key] = r
	r.Lower(finding.Warning).Help("put what is your own under `config: {meta: ...}`")
}

func thing(e entry) string {
	if name := e.name(); name != "" {
		return fmt.Sprintf("the %s `%s`", e.kind, name)
	}
	return "a " + e.kind
}

// judgeConfig judges a configuration key, wherever it is set.
func judgeConfig(p *lint.Pass, f *source.File, at source.Span, key string, own map[string]bool) *lint.Report {
	key = strings.TrimSpace(strings.TrimPrefix(key, "+"))
	if slices.Contains(configKeys, key) || own[key] || strings.Contains(key, "{{") {
		return nil
	}
	near := nearest(key, configKeys)
	if near == "" {
		return nil // an adapter may know it
	}
	return p.ReportAt(f, at, "nobody knows the configuration `%s`, it has no effect", key).About(key).Help("did you mean `%s`?", near)
}

// nearest returns the key that was perhaps meant: one or two edits away. Short
// keys are alike too easily.
func nearest(key string, known []string) string {
	if to := mistaken[key]; to != "" && slices.Contains(known, to) {
		return to
	}
	limit := 2
	switch {
	case len(key) < 5:
		return ""
	case len(key) < 8:
		limit = 1
	}
	near := finding.Nearest(key, known)
	if near == "" || finding.Edits(key, near) > limit {
		return ""
	}
	return near
}

// judgeCalls judges the keys of the config() calls in a template.
func judgeCalls(p *lint.Pass, n *manifest.Node, own map[string]bool) {
	for _, e := range n.Events {
		if e.Kind != dbtctx.ConfigEvent || e.Config == nil || e.Place.File != n.File {
			continue
		}
		for k := range e.Config.All() {
			key, _ := jinja.TextOf(k)
			at := e.Place.Span
			if place, ok := e.Places[key]; ok && place.File == n.File {
				at = place.Span
			}
			if r := judgeConfig(p, n.File, at, key, own); r != nil {
				r.On(n.ID)
			}
		}
	}
}

// readKeys returns the configuration keys that the project's and its packages'
// templates ask for: what they know has an effect.
func readKeys(m *manifest.Manifest) map[string]bool {
	out := map[string]bool{}
	read := func(nodes ...jinja.Node) {
		for n := range jinja.Walk(nodes...) {
			switch n := n.(type) {
			case *jinja.Call:
				if name, ok := configRead(n); ok {
					out[name] = true
				}
			case *jinja.Attr:
				if strings.HasSuffix(callee(n.X), "config") {
					out[n.Name] = true
				}
			}
		}
	}
	for _, pkg := range m.Project.Packages {
		for _, macro := range pkg.Macros {
			if macro.Def != nil {
				read(macro.Def.Body...)
			}
		}
	}
	for _, n := range m.Nodes {
		if n.Template != nil {
			read(n.Template.Body...)
		}
	}
	return out
}

// configRead returns the key of config.get('key') and its like.
func configRead(c *jinja.Call) (string, bool) {
	callee := c.Callee()
	if !strings.HasSuffix(callee, "config.get") && !strings.HasSuffix(callee, "config.require") {
		return "", false
	}
	arg := c.Arg(0, "name")
	if arg == nil {
		return "", false
	}
	return jinja.LiteralText(arg)
}

// callee returns the last name of a dotted expression.
func callee(x jinja.Expr) string {
	switch x := x.(type) {
	case *jinja.Name:
		return x.Name
	case *jinja.Attr:
		return x.Name
	}
	return ""
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
