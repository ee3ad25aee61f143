package parity

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// difference is a fact on which dbt and dbtvet disagree.
type difference struct {
	id, field   string
	dbt, dbtvet any
	isText      bool // of a rendered text
}

func (d difference) key() string { return d.id + " " + d.field }

func (d difference) String() string {
	if d.isText {
		a, b := fmt.Sprint(d.dbt), fmt.Sprint(d.dbtvet)
		at := 0
		for at < len(a) && at < len(b) && a[at] == b[at] {
			at++
		}
		from := max(0, at-60)
		return fmt.Sprintf("%s: differs at byte %d\n    dbt:    %q\n    dbtvet: %q", d.key(), at, clip(a[from:]), clip(b[from:]))
	}
	return fmt.Sprintf("%s\n    dbt:    %s\n    dbtvet: %s", d.key(), written(d.dbt), written(d.dbtvet))
}

func clip(s string) string { return s[:min(len(s), 160)] }

func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// comparison collects facts.
type comparison struct {
	g            *golden
	m            *manifest.Manifest
	facts, texts int
	differences  []difference
}

// compare compares everything that dbt knows with a manifest.
func compare(g *golden, m *manifest.Manifest) *comparison {
	c := &comparison{g: g, m: m}
	tests := map[string][]*resource{}
	for _, id := range slices.Sorted(maps.Keys(g.Nodes)) {
		r := g.Nodes[id]
		switch {
		case r.Test != nil:
			// A test of a source is attached to nothing; one of a model that is
			// not there depends on nothing, and has no node to be compared at.
			on := r.Attached
			for _, id := range r.DependsOn {
				if on == "" || r.Attached == "" && r.tests(id) {
					on = id
				}
			}
			tests[on] = append(tests[on], r)
		case r.Type == "unit_test":
			c.unitTest(id, r)
		default:
			c.resource(id, r)
		}
	}
	for id := range m.ByID {
		if n := m.ByID[id]; n.Enabled && g.Nodes[id] == nil {
			c.fact(id, "exists", false, true)
		}
	}
	for _, n := range m.Nodes {
		if m.ByID[n.ID] == n {
			c.tests(n, tests[n.ID])
		}
	}
	for _, id := range g.Disabled {
		if g.Nodes[id] != nil {
			continue // of several files for one node, one is enabled
		}
		// A generic test has no id here; the tests of a disabled node are with it.
		if n := m.ByID[id]; n != nil {
			c.fact(id, "enabled", false, n.Enabled)
		} else if strings.Count(id, ".") == 2 && !strings.HasPrefix(id, "test.") {
			c.fact(id, "exists", true, false)
		}
	}
	slices.SortStableFunc(c.differences, func(a, b difference) int { return strings.Compare(a.key(), b.key()) })
	return c
}

// fact compares one field. What is empty equals what is missing.
func (c *comparison) fact(id, field string, dbt, dbtvet any) {
	c.facts++
	dbt, dbtvet = plain(dbt), plain(dbtvet)
	if !reflect.DeepEqual(dbt, dbtvet) {
		c.differences = append(c.differences, difference{id: id, field: field, dbt: dbt, dbtvet: dbtvet})
	}
}

func (c *comparison) text(id, world string, dbt, dbtvet string) {
	c.texts++
	if dbt != dbtvet {
		c.differences = append(c.differences, difference{id: id, field: "compiled, " + world, dbt: dbt, dbtvet: dbtvet, isText: true})
	}
}

func (c *comparison) resource(id string, r *resource) {
	n := c.m.ByID[id]
	if n == nil || !n.Enabled {
		c.fact(id, "exists", true, false)
		return
	}
	c.fact(id, "resource_type", r.Type, string(n.Type))
	c.fact(id, "package", r.Package, n.Package)
	c.fact(id, "path", r.Path, n.Path)
	c.fact(id, "name", r.Name, n.Name)
	if r.Type != "group" {
		c.fact(id, "fqn", r.FQN, n.FQN)
		c.fact(id, "description", r.Description, n.Description.Value)
		switch r.Type {
		case "metric", "semantic_model", "saved_query":
			// dbt keeps these in the configuration alone.
		default:
			c.fact(id, "tags", sorted(r.Tags), sorted(n.Tags))
			c.fact(id, "meta", r.Meta, n.Meta)
		}
		c.fact(id, "depends_on", r.DependsOn, n.DependsOn)
		c.config(id, r.Type, r.Config, n.Config)
	}
	if r.Schema != "" && r.Type != "semantic_model" {
		c.fact(id, "database", r.Database, n.Database)
		c.fact(id, "schema", r.Schema, n.Schema)
		c.fact(id, "alias", r.Alias+r.Identifier, n.Alias)
	}
	switch r.Type {
	case "model":
		c.fact(id, "access", r.Access, n.Access)
		c.fact(id, "version", text(r.Version), n.Version)
		fallthrough
	case "seed", "snapshot", "analysis", "function":
		c.fact(id, "group", r.Group, n.Group)
		c.fact(id, "patch_path", r.PatchPath, c.m.PatchPath(n))
		c.fact(id, "macros", r.Macros, n.Macros)
		fallthrough
	case "source":
		c.columns(id, r, n)
	}
	if r.Compiled != nil {
		c.compiled(id, r, n)
	}
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// sorted orders tags: dbt appends those of a properties file to those of the
// template when it lists them, and the other way round in the configuration.
func sorted(v any) any {
	items, _ := list(v).([]any)
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return items
}

// config compares an effective configuration. dbt writes every key, with its
// defaults; ours are the keys that something set.
func (c *comparison) config(id, kind string, dbt map[string]any, own *manifest.Config) {
	ours := maps.Clone(c.g.Defaults[kind])
	if ours == nil {
		ours = map[string]any{}
	}
	for _, key := range own.Keys() {
		v, _ := own.Get(key)
		ours[key] = v
	}
	keys := slices.Sorted(maps.Keys(dbt))
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		if _, ok := dbt[key]; !ok {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		a, b := dbt[key], ours[key]
		switch key {
		case "quoting":
			if kind == "source" {
				continue // a property to dbt, not a configuration
			}
		case "enabled":
			if kind == "test" {
				continue // compared with what the test refers to in view
			}
		case "store_failures_as":
			b = storeFailuresAs(ours)
		case "alias":
			if kind == "test" && plain(b) == nil {
				continue // made of the name and a hash, where the name is too long
			}
		case "pre-hook", "post-hook":
			a, b = hooks(a), hooks(b)
		case "contract":
			a, b = member(a, "enforced"), member(b, "enforced")
		case "docs":
			a, b = withDefaults(a, map[string]any{"show": true}), withDefaults(b, map[string]any{"show": true})
		case "packages":
			a, b = list(a), list(b)
		case "begin":
			if t, ok := own.Dict().Get("begin"); ok {
				b = strings.Replace(jinja.ToString(t), " ", "T", 1) // a time as JSON has it
			}
		case "tags":
			a, b = sorted(distinct(a)), sorted(distinct(b))
		}
		c.fact(id, "config."+key, a, b)
	}
}

// storeFailuresAs is what dbt derives when only store_failures is set.
func storeFailuresAs(config map[string]any) any {
	switch as := config["store_failures_as"]; {
	case plain(as) != nil:
		return as
	case config["store_failures"] == true:
		return "table"
	case config["store_failures"] == false:
		return "ephemeral"
	}
	return nil
}

// list is a single value as a list of one.
func list(v any) any {
	v = plain(v)
	if _, ok := v.([]any); ok || v == nil {
		return v
	}
	return []any{v}
}

// distinct are tags, each once: dbt lists those of a test that its definition or
// dbt_project.yml sets as often as it reads them.
func distinct(v any) any {
	items, _ := list(v).([]any)
	var out []any
	for _, item := range items {
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}

// member is the value of a key that an object may be written without.
func member(v any, key string) any {
	if d, ok := plain(v).(map[string]any); ok {
		v = d[key]
	}
	if plain(v) == false {
		return nil
	}
	return v
}

func withDefaults(v any, defaults map[string]any) any {
	out := maps.Clone(defaults)
	if d, ok := plain(v).(map[string]any); ok {
		maps.Copy(out, d)
	}
	return out
}

// hooks are the statements of hooks; one outside of the transaction is said so.
func hooks(v any) any {
	var out []any
	items, _ := list(v).([]any)
	for _, item := range items {
		if d, ok := item.(map[string]any); ok {
			item = d["sql"]
			if d["transaction"] == false {
				item = fmt.Sprint(item, " (outside)")
			}
		}
		out = append(out, item)
	}
	return out
}

func (c *comparison) columns(id string, r *resource, n *manifest.Node) {
	var names, own []string
	for _, col := range r.Columns {
		names = append(names, col.Name)
	}
	for _, col := range n.Columns {
		own = append(own, col.Name)
	}
	c.fact(id, "columns", names, own)
	for _, col := range r.Columns {
		ours := n.Column(col.Name)
		if ours == nil {
			continue
		}
		at := "column " + col.Name + " "
		c.fact(id, at+"description", col.Description, ours.Description.Value)
		c.fact(id, at+"data_type", col.DataType, ours.DataType)
		c.fact(id, at+"quote", col.Quote == true, ours.Quote)
		c.fact(id, at+"tags", col.Tags, ours.Tags)
		c.fact(id, at+"meta", col.Meta, ours.Meta)
		var kinds, ownKinds []string
		for _, k := range col.Constraints {
			kinds = append(kinds, fmt.Sprint(k["type"]))
		}
		for _, k := range ours.Constraints {
			ownKinds = append(ownKinds, k.Type)
		}
		c.fact(id, at+"constraints", kinds, ownKinds)
	}
}

// tests compares the generic tests of a node: by column, name and arguments.
func (c *comparison) tests(n *manifest.Node, theirs []*resource) {
	ours := map[string][]*manifest.Test{}
	for t := range n.AllTests() {
		key := testKey(t.Column, t.Package, t.Name, arguments(t))
		ours[key] = append(ours[key], t)
	}
	for _, r := range theirs {
		args := maps.Clone(r.Test.Kwargs)
		maps.DeleteFunc(args, func(k string, _ any) bool { return k == "model" || k == "column_name" })
		column, _ := r.Test.Kwargs["column_name"].(string)
		column = strings.Trim(column, `"`) // quoted, if the column asks for it
		key := testKey(column, r.Test.Namespace, r.Test.Name, plain(args))
		c.fact(n.ID, "test "+key, true, len(ours[key]) > 0)
		if len(ours[key]) == 0 {
			continue
		}
		// Of tests that differ in their configuration alone, a name tells.
		i := max(0, slices.IndexFunc(ours[key], func(t *manifest.Test) bool { return t.Title == r.Name }))
		t := ours[key][i]
		ours[key] = slices.Delete(ours[key], i, i+1)
		id := n.ID + " test " + key
		c.fact(id, "enabled", r.Config["enabled"], t.Enabled)
		if r.Config["enabled"] == false {
			continue // dbt has not looked at the rest
		}
		c.fact(id, "name", r.Name, t.FullName())
		c.fact(id, "depends_on", slices.DeleteFunc(slices.Clone(r.DependsOn), func(id string) bool { return id == n.ID }), t.DependsOn)
		c.fact(id, "macros", r.Macros, t.Macros)
		c.fact(id, "tags", sorted(r.Tags), sorted(c.testTags(t)))
		c.config(id, "test", r.Config, t.Config)
	}
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		for _, t := range ours[key] {
			if t.Enabled {
				c.fact(n.ID, "test "+key, false, true)
			}
		}
	}
}

// testTags are the tags of a test: its own, those of its column and those of
// its source.
func (c *comparison) testTags(t *manifest.Test) []string {
	tags, _ := t.Config.Strings("tags")
	if column := t.Node.Column(t.Column); column != nil {
		tags = append(tags, column.Tags...)
	}
	tags = append(tags, c.sourceTags(t.Node)...)
	slices.Sort(tags)
	return slices.Compact(tags)
}

// sourceTags are the tags beside, not in, the configuration of a source and of
// its table; of any other node none.
func (c *comparison) sourceTags(n *manifest.Node) []string {
	if n.Type != manifest.Source {
		return nil
	}
	tags := n.Patch.Entry.Get("tags").Strings()
	for _, file := range c.m.Project.Package(n.Package).Properties {
		for _, entry := range file.Doc.Root.Get("sources").List() {
			if file.Doc.File == n.File && entry.Get("name").Text() == n.Source {
				tags = append(tags, entry.Get("tags").Strings()...)
			}
		}
	}
	return tags
}

func testKey(column, pkg, name string, args any) string {
	if pkg != "" {
		name = pkg + "." + name
	}
	return fmt.Sprintf("%s.%s(%s)", column, name, written(args))
}

// arguments are those of a test as they are written: dbt renders them when it
// renders the test.
func arguments(t *manifest.Test) any {
	out := map[string]any{}
	for _, a := range t.Args {
		if a.Name != "column_name" {
			out[a.Name] = asWritten(a.Node)
		}
	}
	return plain(out)
}

func asWritten(n *yaml.Node) any {
	switch {
	case n.IsMap():
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key.Value] = asWritten(p.Value)
		}
		return out
	case n.IsList():
		var out []any
		for _, item := range n.Items {
			out = append(out, asWritten(item))
		}
		return out
	case n == nil:
		return nil
	}
	return plain(n.Typed())
}

func (c *comparison) unitTest(id string, r *resource) {
	for _, u := range c.m.UnitTests {
		if u.Name != r.Name || u.Package != r.Package {
			continue
		}
		c.fact(id, "exists", true, true)
		if u.Node != nil && len(r.DependsOn) > 0 {
			c.fact(id, "model", slices.Contains(r.DependsOn, u.Node.ID), true)
		}
		return
	}
	c.fact(id, "exists", true, false)
}

func (c *comparison) compiled(id string, r *resource, n *manifest.Node) {
	own := map[string]string{}
	worlds, _ := c.m.Context.Worlds(c.m.ContextNode(n))
	for _, w := range worlds {
		own[w.World.Name] = w.Text
		if err := w.Map.Check(w.Text); err != nil {
			c.differences = append(c.differences, difference{id: id, field: "map, " + w.World.Name, dbt: "none", dbtvet: err.Error()})
		}
	}
	for _, world := range slices.Sorted(maps.Keys(r.Compiled)) {
		c.text(id, world, r.Compiled[world], own[world])
	}
}
