package manifest

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// entry is one key of a layer.
type entry struct {
	key     string
	setting Setting
}

// level is one folder of a configuration tree of dbt_project.yml: the keys
// that are set there, and the folders in it.
type level struct {
	entries []entry
	folders map[string]*level
}

// tree evaluates a configuration tree, once for all nodes. A key with a + is a
// configuration; without one it is if its value is no mapping.
func (b *builder) tree(pkg *project.Package, n *yaml.Node, layer Layer) *level {
	out := &level{folders: map[string]*level{}}
	f := pkg.Doc.File
	for _, p := range n.Entries() {
		name, plus := strings.CutPrefix(p.Key.Value, "+")
		if p.Value.IsMap() && !plus {
			out.folders[name] = b.tree(pkg, p.Value, layer)
			continue
		}
		key := b.canonical(strings.TrimSpace(name))
		value := b.configValue(pkg.Name, f, key, p.Value)
		out.entries = append(out.entries, entry{key, Setting{Value: value, Origin: Origin{f, p.Value.Span, layer}}})
	}
	return out
}

// along returns the levels that apply to fqn, shallow to deep.
func (l *level) along(fqn []string) []*level {
	if l == nil {
		return nil
	}
	out := []*level{l}
	for _, part := range fqn {
		if l = l.folders[part]; l == nil {
			break
		}
		out = append(out, l)
	}
	return out
}

// apply puts the levels that apply to fqn onto c.
func (c *Config) applyTree(l *level, fqn []string, layer Layer) {
	for _, level := range l.along(fqn) {
		for _, e := range level.entries {
			e.setting.Origin.Layer = layer
			c.apply(e.key, e.setting)
		}
	}
}

// canonical returns dbt's spelling of a configuration key.
func (b *builder) canonical(key string) string {
	switch key {
	case "pre_hook":
		return "pre-hook"
	case "post_hook":
		return "post-hook"
	}
	return b.ctx.ConfigKey(key)
}

// apply puts one more layer onto key, by dbt's rule for that key. None in a
// dbt_project.yml is a value like others; in a properties file or config() it
// says nothing, except that it switches freshness off.
func (c *Config) apply(key string, s Setting) {
	c.layers[key] = append(c.layers[key], s)
	if layer := s.Origin.Layer; s.Value == nil && (layer == Properties || layer == InFile) && key != "freshness" {
		return
	}
	if key != "meta" || !c.clobbers {
		s.Value = combine(key, c.effective[key].Value, s.Value)
	}
	c.effective[key] = s
}

// combine returns the value of key when over is put onto under.
func combine(key string, under, over jinja.Value) jinja.Value {
	switch key {
	case "tags", "pre-hook", "post-hook", "packages":
		items := append([]jinja.Value{}, listOf(under)...)
		return jinja.NewList(append(items, listOf(over)...)...)
	case "meta", "quoting", "column_types", "docs", "contract", "snapshot_meta_column_names":
		return update(under, over)
	case "grants":
		return grants(under, over)
	}
	return over
}

// update returns the entries of under with those of over written on them; over
// itself unless both are mappings.
func update(under, over jinja.Value) jinja.Value {
	a, ok := under.(*jinja.Dict)
	b, both := over.(*jinja.Dict)
	if !ok || !both {
		return over
	}
	out := a.Copy()
	for k, v := range b.All() {
		out.Set(k, v)
	}
	return out
}

// grants is update, but a key written with a + adds to the grantees.
func grants(under, over jinja.Value) jinja.Value {
	a, _ := under.(*jinja.Dict)
	b, ok := over.(*jinja.Dict)
	if !ok {
		return over
	}
	out := jinja.NewDict()
	if a != nil {
		out = a.Copy()
	}
	for k, v := range b.All() {
		name, _ := jinja.TextOf(k)
		plain, extend := strings.CutPrefix(name, "+")
		if old, have := out.Get(jinja.NewStr(plain)); have && extend {
			v = jinja.NewList(append(append([]jinja.Value{}, listOf(old)...), listOf(v)...)...)
		}
		out.Set(jinja.NewStr(plain), v)
	}
	return out
}

// propertyKeys are the keys of a properties entry that are configurations though
// they stand beside `config:`; templateKeys those of an entry that describes a
// file, where dbt passes over `tags`.
var (
	templateKeys = []string{"meta", "docs", "access", "group", "contract", "enabled", "freshness", "loaded_at_field"}
	propertyKeys = append([]string{"tags"}, templateKeys...)
)

// applyEntry puts the configuration of a properties entry onto c: what is below
// `config:`, and of the keys beside it those in beside.
func (b *builder) applyEntry(c *Config, pkg string, f *source.File, n *yaml.Node, beside []string) {
	for _, key := range beside {
		if v := n.Get(key); v != nil {
			c.apply(key, Setting{Value: b.value(pkg, f, v), Origin: Origin{f, v.Span, Properties}})
		}
	}
	for _, p := range n.Get("config").Entries() {
		key := b.canonical(p.Key.Value)
		value := b.configValue(pkg, f, key, p.Value)
		c.apply(key, Setting{Value: value, Origin: Origin{f, p.Value.Span, Properties}})
	}
}

// applyCalls puts the config() calls of n's template onto c.
func (b *builder) applyCalls(c *Config, n *Node) {
	for _, e := range n.Events {
		if e.Config == nil {
			continue
		}
		for k, v := range e.Config.All() {
			name, _ := jinja.TextOf(k)
			at, ok := e.Places[name]
			if !ok {
				at = e.Place
			}
			c.apply(b.canonical(name), Setting{Value: v, Origin: Origin{at.File, at.Span, InFile}})
		}
	}
}

// configure computes the effective configuration of n, whose own properties
// are put on by props.
func (b *builder) configure(n *Node, section string, defaults []entry, props func(*Config)) {
	c := newConfig()
	c.clobbers = n.Type == Exposure
	for _, d := range defaults {
		c.apply(d.key, d.setting)
	}
	c.applyTree(b.trees[n.Package][section], n.FQN, PackageProject)
	if props != nil {
		props(c)
	}
	b.applyCalls(c, n)
	if root := b.m.Project.Root.Name; n.Package != root {
		c.applyTree(b.trees[root][section], n.FQN, RootProject)
	}
	n.Config = c
	b.derive(n)
}

// derive reads the fields of a node that are configurations.
func (b *builder) derive(n *Node) {
	n.Enabled = true
	if value, known := n.Config.Bool("enabled"); known && n.Config.effective["enabled"].Origin.Layer != Unset {
		n.Enabled = value
	}
	n.Tags = distinct(first(n.Config.Strings("tags")))
	meta, _ := n.Config.Get("meta")
	if n.Meta, _ = meta.(*jinja.Dict); n.Meta == nil {
		n.Meta = jinja.NewDict()
	}
	n.Access, _ = n.Config.Text("access")
	n.Group, _ = n.Config.Text("group")
}

func first[T, U any](t T, _ U) T { return t }

// distinct returns texts without repetitions, in order.
func distinct(texts []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// defaultsOf returns dbt's own defaults for a type of node.
func defaultsOf(t Type) []entry {
	set := func(key string, v jinja.Value) entry {
		return entry{key, Setting{Value: v, Origin: Origin{Layer: Default}}}
	}
	out := []entry{set("enabled", true)}
	switch t {
	case Model:
		out = append(out, set("materialized", jinja.NewStr("view")), set("access", jinja.NewStr("protected")))
	case Analysis:
		out = append(out, set("materialized", jinja.NewStr("view")))
	case Seed, Snapshot, SingularTest, Function:
		out = append(out, set("materialized", jinja.NewStr(string(t))))
	}
	if t == SingularTest {
		out = append(out, set("severity", jinja.NewStr("ERROR")), set("schema", jinja.NewStr("dbt_test__audit")))
	}
	return out
}
