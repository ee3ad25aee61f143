package manifest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// state is the project as it was, for `state:`. What counts as a change is
// what dbt compares: both projects are read for the same target with the same
// variables, so that a difference is one of the files.
type state struct {
	was    map[string]*subject // by key
	macros *macroChanges
}

// questions are what may follow `state:`.
var questions = []string{
	"new", "old", "modified", "unmodified", "modified.body", "modified.configs", "modified.contract", "modified.macros",
	"modified.persisted_descriptions", "modified.relation",
}

// changed returns the question that `state:value` asks.
func (s *selector) changed(value string) (func(*subject) bool, error) {
	if !slices.Contains(questions, value) {
		return nil, fmt.Errorf("`state:` takes one of %s, not `%s`", strings.Join(questions, ", "), value)
	}
	if s.before == nil {
		return nil, fmt.Errorf("`state:%s` needs a revision to compare with: name it with --state", value)
	}
	if s.old == nil {
		s.old = newState(s.m, s.before())
	}
	return func(x *subject) bool { return s.old.holds(value, s.old.was[x.key()], x) }, nil
}

func newState(now, before *Manifest) *state {
	s := &state{was: map[string]*subject{}, macros: changedMacros(now, before)}
	for _, x := range before.subjects() {
		s.was[x.key()] = x
	}
	return s
}

// key is by what a subject is the same in both projects.
func (x *subject) key() string {
	switch {
	case x.test != nil:
		var b strings.Builder
		for _, a := range x.test.Args { // a test with other arguments is another one
			fmt.Fprintf(&b, ".%s=%s", a.Name, jinja.Repr(raw(a.Node)))
		}
		return "test." + x.test.Node.ID + "." + x.test.Column + "." + x.name + b.String()
	case x.unit != nil:
		return "unit_test." + x.pkg + "." + x.unit.Model + "." + x.name
	}
	return x.node.ID
}

// holds answers a question about x, which was old; nil if it is new.
func (s *state) holds(question string, old, x *subject) bool {
	aspect, _ := strings.CutPrefix(question, "modified.")
	switch aspect {
	case "new":
		return old == nil
	case "old":
		return old != nil
	case "modified":
		return s.modified(old, x)
	case "unmodified":
		return !s.modified(old, x)
	case "macros":
		return s.macros.reach(x)
	}
	differs, compared := aspects[aspect](old, x)
	return compared && (old == nil || differs)
}

// modified reports whether x differs in anything that dbt compares. A source,
// exposure, metric and the like that is new is not modified to dbt.
func (s *state) modified(old, x *subject) bool {
	rendered := x.isTest() || x.node.Type.rendered()
	if old == nil {
		return rendered || s.macros.reach(x)
	}
	for _, differs := range aspects {
		if yes, compared := differs(old, x); yes && compared {
			return true
		}
	}
	return !slices.Equal(old.fqn, x.fqn) && (rendered || x.kind == string(Source) || x.kind == string(Exposure)) ||
		refDiffers(old, x) || entryDiffers(old, x) || s.macros.reach(x)
}

// aspects compare one side of a subject with what it was. compared is false if
// the subject has no such side; differs is of no interest if old is nil.
var aspects = map[string]func(old, x *subject) (differs, compared bool){
	"body": func(old, x *subject) (bool, bool) {
		if x.test != nil { // its body is a call that begins with its configuration
			return old != nil && settings(old.test.Config, Properties) != settings(x.test.Config, Properties), true
		}
		if x.node == nil || !x.node.Type.rendered() {
			return false, false
		}
		return old != nil && bodyOf(old.node) != bodyOf(x.node), true
	},
	"configs": func(old, x *subject) (bool, bool) {
		if x.unit != nil {
			return false, false
		}
		return old != nil && configOf(old) != configOf(x), true
	},
	"relation": func(old, x *subject) (bool, bool) {
		if x.unit != nil || x.node != nil && !x.node.Type.rendered() && x.node.Type != Source {
			return false, false
		}
		return old != nil && relationOf(old) != relationOf(x), true
	},
	"persisted_descriptions": func(old, x *subject) (bool, bool) {
		if x.node == nil || !x.node.Type.rendered() {
			return false, x.test != nil
		}
		return old != nil && persisted(x.node, x.node) != persisted(old.node, x.node), true
	},
	"contract": func(old, x *subject) (bool, bool) {
		if x.node == nil || !x.node.Type.rendered() {
			return false, x.test != nil
		}
		return old != nil && x.node.Type == Model && old.node.contractText() != x.node.contractText(), true
	},
}

func bodyOf(n *Node) string {
	if n.Body == (source.Span{}) {
		return n.File.Text
	}
	return n.File.Slice(n.Body)
}

// configOf writes the configuration that dbt compares: not the names that make
// up the relation, nor tags and group.
func configOf(x *subject) string { return settings(x.config(), PackageProject) }

// settings writes what the last layer from least on has set each key to: dbt
// compares no merged values.
func settings(c *Config, least Layer) string {
	var b strings.Builder
	for _, key := range c.Keys() {
		switch key {
		case "alias", "schema", "database", "tags", "group":
			continue
		}
		layers := c.Layers(key)
		if last := layers[len(layers)-1]; last.Origin.Layer >= least {
			fmt.Fprintf(&b, "%s: %s\n", key, written(last.Value))
		}
	}
	return b.String()
}

func (x *subject) config() *Config {
	if x.test != nil {
		return x.test.Config
	}
	return x.node.Config
}

// written is a value as a text; an unknown one is told by its cause.
func written(v jinja.Value) string {
	if u, ok := v.(*jinja.Unknown); ok {
		return "unknown: " + u.Why
	}
	return jinja.Repr(v)
}

// relationOf writes what is configured of a relation's name, not what the
// target makes of it.
func relationOf(x *subject) string {
	if x.kind == string(Source) {
		n := x.node
		return strings.Join([]string{n.Database, n.Schema, n.Alias}, "\n")
	}
	var parts []string
	for _, key := range []string{"database", "schema", "alias"} {
		v, _ := x.config().Get(key)
		parts = append(parts, written(v))
	}
	return strings.Join(parts, "\n")
}

// persisted writes the descriptions of n that the warehouse keeps, as how is
// configured.
func persisted(n, how *Node) string {
	v, _ := how.Config.Get("persist_docs")
	d, ok := v.(*jinja.Dict)
	if !ok {
		return ""
	}
	var b strings.Builder
	if on, _ := d.Get(jinja.NewStr("relation")); on == true {
		b.WriteString(n.Description.Value)
	}
	if on, _ := d.Get(jinja.NewStr("columns")); on == true {
		for _, c := range n.Columns {
			fmt.Fprintf(&b, "\n%s: %s", c.Name, c.Description.Value)
		}
	}
	return b.String()
}

// contractText writes an enforced contract; nothing if there is none.
func (n *Node) contractText() string {
	if on, _ := n.Contract(); !on {
		return ""
	}
	columns := slices.Clone(n.Columns)
	slices.SortFunc(columns, func(a, b *Column) int { return cmp.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%s %s %s\n", c.Name, c.DataType, constraintText(c.Constraints))
	}
	if how, _ := n.Materialized(); how == "table" || how == "incremental" {
		fmt.Fprintf(&b, "%s %s", how, constraintText(n.Constraints))
	}
	return "enforced\n" + b.String()
}

func constraintText(list []*Constraint) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "|%s %s %s %s %s %s", c.Type, c.Name, c.Expression, c.Columns, c.To, c.ToColumns)
	}
	return b.String()
}

// refDiffers compares what refs to a model depend on.
func refDiffers(old, x *subject) bool {
	if x.kind != string(Model) {
		return false
	}
	text := func(n *Node) string {
		var entry *yaml.Node
		if n.Patch != nil {
			entry = n.Patch.Entry
		}
		return strings.Join([]string{latestVersion(entry), n.Access, entry.Get("deprecation_date").Text()}, "\n")
	}
	return text(old.node) != text(x.node)
}

// entryDiffers compares the entries of what only properties define. Tags and
// meta are no change, nor is the description of a source.
func entryDiffers(old, x *subject) bool {
	switch {
	case x.unit != nil:
		return entryText(old.unit.Entry, nil) != entryText(x.unit.Entry, nil)
	case x.node == nil || x.node.Type.rendered() || x.node.Type == Group:
		return false
	case x.node.Type == Source:
		return entryText(old.node.Patch.Entry, sourceProperties) != entryText(x.node.Patch.Entry, sourceProperties)
	}
	return entryText(old.node.Patch.Entry, nil) != entryText(x.node.Patch.Entry, nil)
}

var sourceProperties = []string{"quoting", "freshness", "loaded_at_field", "loaded_at_query", "external"}

// entryText writes the values of an entry: those of the given keys, or all but
// its tags, meta and configuration.
func entryText(n *yaml.Node, keys []string) string {
	var b strings.Builder
	for _, p := range n.Entries() {
		key := p.Key.Value
		if keys == nil && key != "tags" && key != "meta" && key != "config" || slices.Contains(keys, key) {
			fmt.Fprintf(&b, "%s: %s\n", key, jinja.Repr(raw(p.Value)))
		}
	}
	return b.String()
}

// macroChanges are the macros that differ, and those that may call them.
type macroChanges struct {
	m       *Manifest
	changed map[*project.Macro]bool
	byName  map[string]*project.Macro   // by package.name
	suffix  map[string][]*project.Macro // by the name behind `__`, for dispatch
}

func changedMacros(now, before *Manifest) *macroChanges {
	c := &macroChanges{
		m: now, changed: map[*project.Macro]bool{}, byName: map[string]*project.Macro{},
		suffix: map[string][]*project.Macro{},
	}
	was := map[string]string{}
	for _, pkg := range before.Project.Packages {
		for _, m := range pkg.Macros {
			was[pkg.Name+"."+m.Name] = m.File.Slice(m.Span)
		}
	}
	for _, pkg := range now.Project.Packages {
		for _, m := range pkg.Macros {
			id := pkg.Name + "." + m.Name
			c.byName[id] = m
			if _, name, ok := strings.Cut(m.Name, "__"); ok {
				c.suffix[name] = append(c.suffix[name], m)
			}
			if text, ok := was[id]; !ok || text != m.File.Slice(m.Span) {
				c.changed[m] = true
			}
		}
	}
	c.spread()
	return c
}

// spread counts as changed what may call a changed macro, however far down.
func (c *macroChanges) spread() {
	if len(c.changed) == 0 {
		return
	}
	callers := map[*project.Macro][]*project.Macro{}
	for _, pkg := range c.m.Project.Packages {
		for _, m := range pkg.Macros {
			if m.Def == nil {
				continue
			}
			for call := range jinja.Calls(m.Def.Body...) {
				for _, called := range c.called(call, pkg.Name) {
					callers[called] = append(callers[called], m)
				}
			}
		}
	}
	for queue := slices.Collect(maps.Keys(c.changed)); len(queue) > 0; queue = queue[1:] {
		for _, caller := range callers[queue[0]] {
			if !c.changed[caller] {
				c.changed[caller] = true
				queue = append(queue, caller)
			}
		}
	}
}

// reach reports whether x depends on a macro that changed, however far up.
func (c *macroChanges) reach(x *subject) bool {
	if len(c.changed) == 0 {
		return false
	}
	var ids []string
	switch {
	case x.unit != nil:
		return false
	case x.test != nil:
		ids = x.test.Macros
	default:
		ids = x.node.Macros
	}
	if slices.ContainsFunc(ids, func(id string) bool { return c.changed[c.byName[strings.TrimPrefix(id, "macro.")]] }) {
		return true
	}
	return x.node != nil && slices.ContainsFunc(x.node.Events, func(e dbtctx.Event) bool {
		return e.Kind == dbtctx.MacroEvent && c.changed[c.byName[e.Name]]
	})
}

// called returns the macros that a call in package pkg may mean.
func (c *macroChanges) called(call *jinja.Call, pkg string) []*project.Macro {
	name := call.Callee()
	if name == "adapter.dispatch" {
		return c.dispatched(call)
	}
	if owner, rest, ok := strings.Cut(name, "."); ok {
		if m := c.byName[owner+"."+rest]; m != nil {
			return []*project.Macro{m}
		}
		return nil
	}
	for _, owner := range []string{pkg, c.m.Project.Root.Name} {
		if m := c.byName[owner+"."+name]; m != nil {
			return []*project.Macro{m}
		}
	}
	return nil
}

func (c *macroChanges) dispatched(call *jinja.Call) []*project.Macro {
	name, _ := jinja.LiteralText(call.Arg(0, "macro_name"))
	return c.suffix[name]
}
