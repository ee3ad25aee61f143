package manifest

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// treeOf is the configuration tree of dbt_project.yml for a type of node.
func treeOf(t Type) string {
	switch t {
	case Seed:
		return "seeds"
	case Snapshot:
		return "snapshots"
	case SingularTest:
		return "data_tests"
	case Source:
		return "sources"
	case Exposure:
		return "exposures"
	case Metric:
		return "metrics"
	case SemanticModel:
		return "semantic-models"
	case SavedQuery:
		return "saved-queries"
	case Function:
		return "functions"
	}
	return "models"
}

// configureNodes gives the nodes with files their configuration and what
// their entries say, and takes them into the manifest.
func (b *builder) configureNodes() {
	for _, n := range b.nodes {
		l := b.patches[n]
		b.configure(n, treeOf(n.Type), defaultsOf(n.Type), func(c *Config) {
			if l == nil {
				return
			}
			b.applyEntry(c, n.Package, l.source(), l.entry, templateKeys)
			if l.version != nil {
				b.applyEntry(c, n.Package, l.source(), l.version, templateKeys)
			}
		})
		if l != nil {
			b.describe(n, l.source(), l.entry, l.version)
		}
		b.seedDelimiter(n)
		b.m.Nodes = append(b.m.Nodes, n)
	}
}

// seedDelimiter reads a seed again when its configuration names a delimiter.
func (b *builder) seedDelimiter(n *Node) {
	if n.Seed == nil {
		return
	}
	if d, _ := n.Config.Text("delimiter"); len(d) == 1 {
		n.Seed = n.Seed.WithDelimiter(d[0])
	}
}

// describe reads the properties of an entry that are no configuration.
// version is the entry of a version, whose own properties win.
func (b *builder) describe(n *Node, f *source.File, entry, version *yaml.Node) {
	n.Description = b.description(n.Package, f, entry.Get("description"))
	if n.Type == Function { // dbt puts no docs blocks into these
		n.Description.Value = entry.Get("description").Text()
	}
	if d := version.Get("description"); d != nil {
		n.Description = b.description(n.Package, f, d)
	}
	n.Columns = b.columns(n, f, entry.Get("columns"))
	n.Constraints = constraints(f, entry.Get("constraints"))
	n.Tests = b.tests(n, "", f, entry)
	if version == nil {
		return
	}
	if c := version.Get("constraints"); c != nil {
		n.Constraints = constraints(f, c)
	}
	if version.Get("data_tests") != nil || version.Get("tests") != nil {
		n.Tests = b.tests(n, "", f, version)
	}
	if own := version.Get("columns"); own != nil {
		n.Columns = b.versionColumns(n, f, own)
	}
}

// columns reads the list of a node's columns.
func (b *builder) columns(n *Node, f *source.File, list *yaml.Node) []*Column {
	var out []*Column
	for _, entry := range list.List() {
		name := entry.Get("name")
		if name.Text() == "" {
			continue
		}
		c := &Column{
			Name: name.Text(), NameSpan: name.Span, Span: entry.Span, File: f, Entry: entry,
			Description: b.description(n.Package, f, entry.Get("description")),
			DataType:    b.text(n.Package, f, entry.Get("data_type")),
			Constraints: constraints(f, entry.Get("constraints")),
		}
		c.Quote, _ = entry.Get("quote").Bool()
		config := newConfig()
		b.applyEntry(config, n.Package, f, entry, propertyKeys)
		c.Tags, _ = config.Strings("tags")
		meta, _ := config.Get("meta")
		if c.Meta, _ = meta.(*jinja.Dict); c.Meta == nil {
			c.Meta = jinja.NewDict()
		}
		c.Tests = b.tests(n, c.Name, f, entry)
		// Of two entries for one column the first gives the place, the second
		// what is said; the tests of both are run.
		if i := slices.IndexFunc(out, func(o *Column) bool { return o.Name == c.Name }); i >= 0 {
			c.Tests = append(out[i].Tests, c.Tests...)
			out[i] = c
			continue
		}
		out = append(out, c)
	}
	return out
}

// versionColumns returns the columns of a version: those of the model that its
// include and exclude leave, with its own in their place or after them.
func (b *builder) versionColumns(n *Node, f *source.File, list *yaml.Node) []*Column {
	include, exclude := "all", map[string]bool{}
	named := map[string]bool{}
	for _, entry := range list.List() {
		inc := entry.Get("include")
		if inc == nil && entry.Get("exclude") == nil {
			continue
		}
		if inc.IsList() {
			include = ""
			for _, name := range inc.Strings() {
				named[name] = true
			}
		}
		for _, name := range entry.Get("exclude").Strings() {
			exclude[name] = true
		}
	}
	own := b.columns(n, f, list)
	var out []*Column
	for _, c := range n.Columns {
		if (include == "all" || named[c.Name]) && !exclude[c.Name] && columnOf(own, c.Name) == nil {
			out = append(out, c)
		}
	}
	return append(out, own...)
}

// constraints reads the constraints of a model or column.
func constraints(f *source.File, list *yaml.Node) []*Constraint {
	var out []*Constraint
	for _, entry := range list.List() {
		out = append(out, &Constraint{
			Type:       entry.Get("type").Text(),
			Name:       entry.Get("name").Text(),
			Expression: entry.Get("expression").Text(),
			Columns:    entry.Get("columns").Strings(),
			To:         entry.Get("to").Text(),
			ToColumns:  entry.Get("to_columns").Strings(),
			File:       f,
			Span:       entry.Span,
		})
	}
	return out
}
