package manifest

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// yamlResources makes the nodes that only properties files define.
func (b *builder) yamlResources() {
	for _, l := range b.listed {
		switch l.section {
		case "sources":
			for _, table := range l.entry.Get("tables").List() {
				b.sourceTable(l, table)
			}
		case "exposures":
			b.consumer(l, Exposure, texts(l.entry.Get("depends_on")))
		case "metrics":
			metricDeps(b.consumer(l, Metric, nil), l.entry.Get("type_params"))
		case "semantic_models":
			n := b.consumer(l, SemanticModel, texts(l.entry.Get("model")))
			n.Entities = entities(l)
		case "saved_queries":
			n := b.consumer(l, SavedQuery, nil)
			metrics := append(l.entry.Path("query_params", "metrics").Strings(), l.entry.Get("metrics").Strings()...)
			for _, metric := range metrics {
				n.uses = append(n.uses, id(Metric, n.Package, metric))
			}
		case "groups":
			b.consumer(l, Group, nil)
		}
	}
}

// texts returns the scalars of a list, or the one that n is.
func texts(n *yaml.Node) []*yaml.Node {
	if n.IsScalar() {
		return []*yaml.Node{n}
	}
	return n.List()
}

// consumer makes the node of an entry that reads others, given as ref() and
// source() texts.
func (b *builder) consumer(l *listing, t Type, inputs []*yaml.Node) *Node {
	name, f := l.name.Text(), l.source()
	n := &Node{
		ID: id(t, l.pkg.Name, name), Type: t, Name: name, Package: l.pkg.Name, Latest: true,
		File: f, Body: l.entry.Span, Path: l.file.Path, FQN: append(fqn(l.pkg.Name, l.file.Rel), name),
		Patch: &Patch{File: f, Package: l.pkg.Name, Entry: l.entry, Name: l.name.Span},
	}
	if t == Group {
		n.ID = "group." + l.pkg.Name + "." + name
	}
	b.configure(n, treeOf(t), defaultsOf(t), func(c *Config) { b.applyEntry(c, n.Package, f, l.entry, propertyKeys) })
	if layers := n.Config.Layers("meta"); t == Exposure && len(layers) > 0 {
		// That of an exposure is not merged.
		n.Config.effective["meta"] = layers[len(layers)-1]
		b.derive(n)
	}
	n.Description = b.description(n.Package, f, l.entry.Get("description"))
	if n.Enabled {
		for _, input := range inputs {
			b.addInput(n, f, input)
		}
	}
	b.m.Nodes = append(b.m.Nodes, n)
	return n
}

// metricCall is an input that dbt takes beside ref and source.
var metricCall = regexp.MustCompile(`^metric\(\s*['"]([^'"]+)['"]\s*\)$`)

// addInput records what a text such as ref('x') refers to.
func (b *builder) addInput(n *Node, f *source.File, input *yaml.Node) {
	text := strings.TrimSpace(input.Text())
	if text == "" {
		return
	}
	if metric := metricCall.FindStringSubmatch(text); metric != nil {
		n.uses = append(n.uses, id(Metric, n.Package, metric[1]))
		return
	}
	if !hasJinja(text) {
		text = "{{ " + text + " }}"
	}
	_, out := b.render(n.Package, f, input, text)
	for _, e := range out.Events {
		if e.Kind == dbtctx.RefEvent || e.Kind == dbtctx.SourceEvent {
			e.Place = source.Place{File: f, Span: input.Span}
			n.Events = append(n.Events, e)
		}
	}
}

// metricDeps records the metrics and measures that a metric is made of. Each
// is a name, or a mapping with one.
func metricDeps(n *Node, params *yaml.Node) {
	name := func(v *yaml.Node) string { return cmp.Or(v.Text(), v.Get("name").Text()) }
	metrics := append([]*yaml.Node{params.Get("numerator"), params.Get("denominator")}, params.Get("metrics").List()...)
	for _, v := range metrics {
		if name(v) != "" {
			n.uses = append(n.uses, id(Metric, n.Package, name(v)))
		}
	}
	conversion := params.Get("conversion_type_params")
	measures := append([]*yaml.Node{
		params.Get("measure"), conversion.Get("base_measure"), conversion.Get("conversion_measure"),
	}, params.Get("measures").List()...)
	for _, v := range measures {
		if name(v) != "" {
			n.measures = append(n.measures, name(v))
		}
	}
}

func entities(l *listing) []Entity {
	var out []Entity
	for _, e := range l.entry.Get("entities").List() {
		name := e.Get("name").Text()
		out = append(out, Entity{
			Name: name, Type: strings.ToLower(e.Get("type").Text()), Expr: cmp.Or(e.Get("expr").Text(), name),
			File: l.source(), Span: e.Span,
		})
	}
	return out
}

// sourceTable makes the node of one table of a source.
func (b *builder) sourceTable(l *listing, table *yaml.Node) {
	f, pkg := l.source(), l.pkg.Name
	name := table.Get("name")
	if name.Text() == "" {
		b.bad(l.file, table, "a table of source `"+l.name.Text()+"` has no `name`")
		return
	}
	n := &Node{
		ID: id(Source, pkg, l.name.Text()+"."+name.Text()), Type: Source, Name: name.Text(), Source: l.name.Text(),
		Package: pkg, Latest: true, File: f, Body: table.Span, Path: l.file.Path,
		FQN:   append(fqn(pkg, l.file.Rel), l.name.Text(), name.Text()),
		Patch: &Patch{File: f, Package: pkg, Entry: table, Name: name.Span},
	}
	b.configure(n, "sources", defaultsOf(Source), func(c *Config) {
		for _, entry := range []*yaml.Node{l.entry, table} {
			b.applyEntry(c, pkg, f, entry, propertyKeys)
			if q := entry.Get("quoting"); q != nil {
				c.apply("quoting", Setting{Value: b.value(pkg, f, q), Origin: Origin{f, q.Span, Properties}})
			}
		}
	})
	n.Database = b.text(pkg, f, l.entry.Get("database"))
	if n.Database == "" {
		n.Database = cmp.Or(b.text(pkg, f, l.entry.Get("catalog")), b.m.Target.Database)
	}
	// A schema that is known only to the machine that runs dbt stays empty:
	// the source's name would be a guess that looks like a fact.
	if schema := l.entry.Get("schema"); schema.IsNull() {
		n.Schema = n.Source
	} else {
		n.Schema = b.text(pkg, f, schema)
	}
	if identifier := table.Get("identifier"); identifier.IsNull() {
		n.Alias = n.Name
	} else {
		n.Alias = b.text(pkg, f, identifier)
	}
	b.describe(n, f, table, nil)
	b.m.Nodes = append(b.m.Nodes, n)
}

// unitTests reads the unit tests, once the nodes are indexed.
func (b *builder) unitTests() {
	for _, l := range b.listed {
		if l.section != "unit_tests" {
			continue
		}
		f := l.source()
		u := &UnitTest{
			Name: l.name.Text(), Package: l.pkg.Name, Model: l.entry.Get("model").Text(),
			File: f, Span: l.entry.Span, Entry: l.entry,
		}
		found, problem := b.m.lookupRef(u.Package, "", u.Model, "")
		if problem != nil && problem.Kind == dbtctx.Disabled {
			continue // a disabled model takes its unit tests with it
		}
		if found != nil && found.Type == Model {
			u.Node = found
		} else if model := l.entry.Get("model"); model != nil {
			b.orphan(&listing{pkg: l.pkg, file: l.file, section: "unit_tests", name: model}, u.Model, b.m.modelNames())
		}
		file := below(f.Path, b.m.dirOf(u.Package))
		u.FQN = append(fqn(u.Package, b.m.inResourcePath(u.Package, file)), u.Model, u.Name)
		u.Config = newConfig()
		u.Config.applyTree(b.trees[u.Package]["unit_tests"], u.FQN, PackageProject)
		b.applyEntry(u.Config, u.Package, f, l.entry, propertyKeys)
		if root := b.m.Project.Root.Name; u.Package != root {
			u.Config.applyTree(b.trees[root]["unit_tests"], u.FQN, RootProject)
		}
		for _, given := range l.entry.Get("given").List() {
			input := given.Get("input")
			in := Input{Text: strings.TrimSpace(input.Text()), Span: given.Span}
			if in.Text != "" && in.Text != "this" {
				probe := &Node{Package: u.Package, Type: Model, Name: u.Name}
				b.addInput(probe, f, input)
				for i := range probe.Events {
					in.Node = cmp.Or(in.Node, b.find(probe, &probe.Events[i]))
				}
			}
			u.Given = append(u.Given, in)
		}
		b.m.UnitTests = append(b.m.UnitTests, u)
	}
}

// modelNames returns the names of all models, sorted.
func (m *Manifest) modelNames() []string {
	names := map[string]bool{}
	for _, n := range m.Nodes {
		if n.Type == Model {
			names[n.Name] = true
		}
	}
	return sections(names)
}

// quoting returns which parts of a node's name are quoted: the adapter's
// habit, the project's `quoting:`, the node's own.
func (m *Manifest) quoting(n *Node) [3]bool {
	quote := m.Context.DefaultQuote()
	keys := [3]string{"database", "schema", "identifier"}
	for i, key := range keys {
		if v, ok := m.Project.Root.Quoting.Get(key).Bool(); ok && n.Type != Source {
			quote[i] = v
		}
	}
	own, _ := n.Config.Get("quoting")
	if d, ok := own.(*jinja.Dict); ok {
		for i, key := range keys {
			v, _ := d.Get(jinja.NewStr(key))
			if value, ok := v.(bool); ok {
				quote[i] = value
			}
		}
	}
	return quote
}
