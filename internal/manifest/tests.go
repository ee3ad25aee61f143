package manifest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// testConfigs are the keys of a generic test that configure it; all others are
// arguments.
var testConfigs = []string{
	"severity", "tags", "enabled", "where", "limit", "warn_if", "error_if", "fail_calc", "store_failures",
	"store_failures_as", "meta", "database", "schema", "alias",
}

// tests reads the generic tests of a node or column, in either spelling.
func (b *builder) tests(n *Node, column string, f *source.File, entry *yaml.Node) []*Test {
	var out []*Test
	for _, key := range []string{"data_tests", "tests"} {
		for _, item := range entry.Get(key).List() {
			if t := b.test(n, column, f, item); t != nil {
				out = append(out, t)
			}
		}
	}
	return out
}

// test reads one test: a name, a mapping from its name to its arguments, or a
// mapping with test_name.
func (b *builder) test(n *Node, column string, f *source.File, item *yaml.Node) *Test {
	t := &Test{Column: column, Node: n, File: f, Span: item.Span, Entry: item}
	var name string
	var args *yaml.Node
	switch {
	case item.IsScalar():
		name = item.Value
	case item.Get("test_name") != nil:
		name, args = item.Get("test_name").Text(), item
	case len(item.Entries()) == 1:
		name, args = item.Pairs[0].Key.Value, item.Pairs[0].Value
	default:
		b.problem(Problem{
			Kind: BadEntry, Node: n, File: f, Span: item.Span,
			Message: fmt.Sprintf("a test of `%s` must be a name, or one name with its arguments below it", n.Name),
		})
		return nil
	}
	t.Name = name
	if pkg, rest, ok := strings.Cut(name, "."); ok {
		t.Package, t.Name = pkg, rest
	}
	t.Title = args.Get("name").Text()
	entries := testEntries(args)
	for _, p := range entries {
		switch {
		case p.Key.Value == "column_name" && column == "":
			t.Column = p.Value.Text()
			t.Args = append(t.Args, Arg{Name: p.Key.Value, Node: p.Value, Key: p.Key.Span})
		case slices.Contains([]string{"config", "name", "test_name", "description"}, p.Key.Value),
			slices.Contains(testConfigs, p.Key.Value):
		default:
			t.Args = append(t.Args, Arg{Name: p.Key.Value, Node: p.Value, Key: p.Key.Span})
		}
	}
	b.configureTest(t, entries)
	return t
}

// FullName returns the name that dbt gives to the test: its own, or one made of
// the test, what it is on and its arguments.
func (t *Test) FullName() string {
	if t.Title != "" {
		return t.Title
	}
	kind, on := t.Name, t.Node.Name
	switch {
	case t.Node.Type == Source:
		kind, on = "source_"+kind, t.Node.Source+"_"+on
	case t.Node.Version != "":
		on += "_v" + t.Node.Version
	}
	if t.Package != "" {
		kind = t.Package + "_" + kind
	}
	values := map[string]jinja.Value{}
	for _, a := range t.Args {
		values[a.Name] = raw(a.Node)
	}
	if t.Column != "" {
		column := t.Column
		if c := t.Node.Column(column); c != nil && c.Quote {
			column = `"` + column + `"`
		}
		values["column_name"] = jinja.NewStr(column)
	}
	var parts []string
	for _, name := range sections(values) {
		for _, item := range flatArgument(values[name]) {
			parts = append(parts, notInNames.ReplaceAllString(jinja.ToString(item), "_"))
		}
	}
	return kind + "_" + on + "_" + strings.Join(parts, "__")
}

var notInNames = regexp.MustCompile(`[^0-9a-zA-Z_]+`)

// flatArgument returns the items of a list or the values of a mapping.
func flatArgument(v jinja.Value) []jinja.Value {
	d, ok := v.(*jinja.Dict)
	if !ok {
		if v == nil {
			return []jinja.Value{nil}
		}
		return listOf(v)
	}
	var out []jinja.Value
	for _, item := range d.All() {
		out = append(out, item)
	}
	return out
}

// testEntries returns the entries of a test, those below `arguments` in its
// place: dbt reads a configuration there as well.
func testEntries(args *yaml.Node) []yaml.Pair {
	var out []yaml.Pair
	for _, p := range args.Entries() {
		if p.Key.Value == "arguments" && p.Value.IsMap() {
			out = append(out, p.Value.Pairs...)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// configureTest computes the configuration of a test from its entries.
func (b *builder) configureTest(t *Test, entries []yaml.Pair) {
	n, c := t.Node, newConfig()
	c.apply("severity", Setting{Value: jinja.NewStr("ERROR"), Origin: Origin{Layer: Default}})
	c.apply("enabled", Setting{Value: true, Origin: Origin{Layer: Default}})
	path := append(slices.Clone(n.FQN[:max(len(n.FQN)-1, 1)]), t.Name)
	c.applyTree(b.trees[n.Package]["data_tests"], path, PackageProject)
	if d := b.definitionOf(n.Package, t.Package, t.Name); d != nil {
		for _, e := range d.entries {
			c.apply(e.key, e.setting)
		}
	}
	for _, p := range entries {
		if slices.Contains(testConfigs, p.Key.Value) {
			value := b.configValue(n.Package, t.File, p.Key.Value, p.Value)
			c.apply(p.Key.Value, Setting{Value: value, Origin: Origin{t.File, p.Value.Span, Properties}})
		}
	}
	for _, p := range entries {
		if p.Key.Value != "config" {
			continue
		}
		for _, p := range p.Value.Entries() {
			value := b.configValue(n.Package, t.File, p.Key.Value, p.Value)
			c.apply(p.Key.Value, Setting{Value: value, Origin: Origin{t.File, p.Value.Span, Properties}})
		}
	}
	if root := b.m.Project.Root.Name; n.Package != root {
		c.applyTree(b.trees[root]["data_tests"], path, RootProject)
	}
	t.Config = c
	severity, _ := c.Text("severity")
	t.Severity = strings.ToLower(severity)
	t.Where, _ = c.Text("where")
	t.ErrorIf, _ = c.Text("error_if")
	t.WarnIf, _ = c.Text("warn_if")
	if limit, _ := c.Get("limit"); limit != nil {
		t.Limit, _ = limit.(int64)
	}
	enabled, known := c.Bool("enabled")
	t.Enabled = enabled || !known
}

// call is an argument that dbt takes for a template though it has no braces.
var call = regexp.MustCompile(`^(?:ref|source|var|env_var|doc)\s*\(.*\)\s*(?:\|.*)?$`)

// attach renders the arguments of the tests of enabled nodes, now that names
// can be resolved, and finds the macros and nodes they need.
func (b *builder) attach() {
	for _, n := range b.m.Nodes {
		for t := range n.AllTests() {
			t.Enabled = t.Enabled && n.Enabled
			needs := map[string]bool{}
			for i := range t.Args {
				a := &t.Args[i]
				a.Value = b.argument(t, a, a.Node, needs)
			}
			delete(needs, n.ID)
			t.DependsOn, t.Macros = sections(needs), sections(b.testMacros(t))
		}
	}
}

// testMacros returns the macros that a test calls, as dbt lists them: its own,
// and the one that applies the `where` of the configuration. The latter dbt
// calls while it parses, except in the two tests that it parses without
// rendering; others that an argument might call it does not know there.
func (b *builder) testMacros(t *Test) map[string]bool {
	out := map[string]bool{}
	own := b.testMacro(t.Node.Package, t.Package, t.Name)
	if own != "" {
		out[own] = true
	}
	if own != "macro.dbt.test_unique" && own != "macro.dbt.test_not_null" {
		out[b.ctx.MacroID(t.Node.Package, "get_where_subquery")] = true
	}
	delete(out, "")
	return out
}

// testMacro returns the id of the macro that dbt lists for a test: that of the
// node's package, the root's, any other, dbt's. The package that the entry names
// comes third, though its macro is the one that is run.
func (b *builder) testMacro(from, pkg, name string) string {
	order := []string{from, b.m.Project.Root.Name, pkg}
	for _, p := range b.m.Project.Packages {
		order = append(order, p.Name)
	}
	for _, in := range order {
		if b.definitions[in+".test_"+name] != nil {
			return "macro." + in + ".test_" + name
		}
	}
	switch name {
	case "unique", "not_null", "accepted_values", "relationships":
		return "macro.dbt.test_" + name
	}
	return ""
}

// argument renders one value of a test's arguments. Nodes that it refers to
// are added to needs.
func (b *builder) argument(t *Test, a *Arg, n *yaml.Node, needs map[string]bool) jinja.Value {
	pkg := t.Node.Package
	switch {
	case n.IsMap():
		d := jinja.NewDict()
		for _, p := range n.Pairs {
			d.Set(jinja.NewStr(p.Key.Value), b.argument(t, a, p.Value, needs))
		}
		return d
	case n.IsList():
		var items []jinja.Value
		for _, item := range n.Items {
			items = append(items, b.argument(t, a, item, needs))
		}
		return jinja.NewList(items...)
	case !n.IsScalar():
		return nil
	}
	text := n.Value
	if trimmed := strings.TrimSpace(text); call.MatchString(trimmed) {
		text = "{{ " + trimmed + " }}"
	}
	if !hasJinja(text) || !t.Enabled {
		return b.plainArgument(pkg, t.File, n)
	}
	v, out := b.render(pkg, t.File, n, text)
	for _, e := range out.Events {
		if e.Kind != dbtctx.RefEvent && e.Kind != dbtctx.SourceEvent {
			continue
		}
		e.Place = source.Place{File: t.File, Span: n.Span}
		to := b.find(t.Node, &e)
		if to == nil && e.Problem != nil && e.Problem.Kind != dbtctx.PackageMissing {
			t.Enabled = false // dbt warns, and switches the test off
			continue
		}
		if to != nil {
			a.To = cmp.Or(a.To, to)
			needs[to.ID] = true
		}
	}
	return v
}

// plainArgument is an argument without a template; that of a disabled test is
// not rendered.
func (b *builder) plainArgument(pkg string, f *source.File, n *yaml.Node) jinja.Value {
	if hasJinja(n.Value) {
		return &jinja.Unknown{Why: "the test is disabled", At: source.Place{File: f, Span: n.Span}}
	}
	return b.value(pkg, f, n)
}
