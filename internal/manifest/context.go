package manifest

import (
	"cmp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// ContextNode returns what a render of n is told about it.
func (m *Manifest) ContextNode(n *Node) *dbtctx.Node {
	quote := m.quoting(n)
	return &dbtctx.Node{
		Quote:    &quote,
		UniqueID: n.ID, ResourceType: string(n.Type), Package: n.Package, Name: n.Name, Version: n.Version,
		Path: n.Path, Rel: n.Rel, FQN: n.FQN, Database: n.Database, Schema: n.Schema, Alias: n.Alias,
		Body: n.Body, File: n.File, Template: n.Template,
		Config: n.Config.Dict(), Tags: n.Tags, Meta: n.Meta,
		Fields: func() map[string]jinja.Value { return m.fields(n) },
	}
}

// fields are the keys that dbt's dictionary of a node has beside its names and
// its configuration.
func (m *Manifest) fields(n *Node) map[string]jinja.Value {
	entry := n.entry()
	refs, sources := refLists(n)
	language := "sql"
	if n.Python {
		language = "python"
	}
	docs, _ := n.Config.Get("docs")
	return map[string]jinja.Value{
		"description":      jinja.NewStr(n.Description.Value),
		"columns":          columnDict(n),
		"depends_on":       dict("nodes", list(n.DependsOn), "macros", list(n.Macros)),
		"access":           text(n.Access),
		"group":            text(n.Group),
		"language":         jinja.NewStr(language),
		"refs":             refs,
		"sources":          sources,
		"patch_path":       text(m.PatchPath(n)),
		"docs":             update(dict("show", true, "node_color", nil), docs),
		"constraints":      orEmptyList(raw(entry.Get("constraints"))),
		"time_spine":       raw(entry.Get("time_spine")),
		"deprecation_date": raw(entry.Get("deprecation_date")),
		"latest_version":   text(latestVersion(entry)),
		"build_path":       nil,
		"compiled":         n.Type == Model,
	}
}

// entry returns the properties entry of n; nil if it has none.
func (n *Node) entry() *yaml.Node {
	if n.Patch == nil {
		return nil
	}
	return n.Patch.Entry
}

// PatchPath returns dbt's patch_path: the package and the properties file that
// describe n; empty if nothing does.
func (m *Manifest) PatchPath(n *Node) string {
	if n.Patch == nil {
		return ""
	}
	path := n.Patch.File.Path
	if dir := m.Project.Package(n.Patch.Package).Dir; dir != "." {
		path = strings.TrimPrefix(path, dir+"/")
	}
	return n.Patch.Package + "://" + path
}

// refLists returns the refs and the sources that the template names.
func refLists(n *Node) (refs, sources *jinja.List) {
	refs, sources = jinja.NewList(), jinja.NewList()
	for _, e := range n.Events {
		switch {
		case e.Kind == dbtctx.SourceEvent:
			sources.Append(list(e.Args))
		case e.Kind == dbtctx.RefEvent && len(e.Args) > 0:
			pkg := ""
			if len(e.Args) == 2 {
				pkg = e.Args[0]
			}
			refs.Append(dict("name", jinja.NewStr(e.Args[len(e.Args)-1]), "package", text(pkg), "version", text(e.Ver)))
		}
	}
	return refs, sources
}

func orEmptyList(v jinja.Value) jinja.Value {
	if v == nil {
		return jinja.NewList()
	}
	return v
}

// Graph returns dbt's `graph` variable. It implements dbtctx.Resources.
func (m *Manifest) Graph() jinja.Value { return m.graphOnce() }

// makeGraph writes all enabled nodes as dbt's graph variable has them.
func (m *Manifest) makeGraph() jinja.Value {
	kinds := map[Type]*jinja.Dict{}
	out := jinja.NewDict()
	for _, kind := range []struct {
		key   string
		types []Type
	}{
		{"nodes", []Type{Model, Seed, Snapshot, SingularTest, Analysis}},
		{"sources", []Type{Source}},
		{"exposures", []Type{Exposure}},
		{"groups", []Type{Group}},
		{"metrics", []Type{Metric}},
		{"semantic_models", []Type{SemanticModel}},
		{"saved_queries", []Type{SavedQuery}},
		{"functions", []Type{Function}},
	} {
		d := jinja.NewDict()
		out.Set(jinja.NewStr(kind.key), d)
		for _, t := range kind.types {
			kinds[t] = d
		}
	}
	for _, n := range m.Nodes {
		if n.Enabled {
			kinds[n.Type].Set(jinja.NewStr(n.ID), m.nodeDict(n))
		}
	}
	return out
}

func (m *Manifest) nodeDict(n *Node) *jinja.Dict {
	d := dict(
		"unique_id", jinja.NewStr(n.ID),
		"name", jinja.NewStr(n.Name),
		"resource_type", jinja.NewStr(string(n.Type)),
		"package_name", jinja.NewStr(n.Package),
		"path", jinja.NewStr(cmp.Or(n.Rel, n.Path)),
		"original_file_path", jinja.NewStr(n.Path),
		"fqn", list(n.FQN),
		"database", jinja.NewStr(n.Database),
		"schema", jinja.NewStr(n.Schema),
		"alias", jinja.NewStr(n.Alias),
		"config", n.Config.Dict(),
		"tags", list(n.Tags),
		"meta", n.Meta,
		"version", text(n.Version),
	)
	fields := m.fields(n)
	for _, key := range sections(fields) {
		d.Set(jinja.NewStr(key), fields[key])
	}
	if n.Type == Source {
		d.Set(jinja.NewStr("source_name"), jinja.NewStr(n.Source))
		d.Set(jinja.NewStr("identifier"), jinja.NewStr(n.Alias))
	}
	if n.Template != nil {
		d.Set(jinja.NewStr("raw_code"), jinja.NewStr(n.File.Slice(n.Body)))
	}
	return d
}

func columnDict(n *Node) *jinja.Dict {
	out := jinja.NewDict()
	for _, c := range n.Columns {
		out.Set(jinja.NewStr(c.Name), dict(
			"name", jinja.NewStr(c.Name),
			"description", jinja.NewStr(c.Description.Value),
			"data_type", text(c.DataType),
			"quote", c.Quote,
			"meta", c.Meta,
			"tags", list(c.Tags),
			"config", dict("meta", c.Meta, "tags", list(c.Tags)),
			"constraints", jinja.NewList(),
		))
	}
	return out
}

// dict returns a mapping of keys and values in turn.
func dict(pairs ...any) *jinja.Dict {
	d := jinja.NewDict()
	for i := 0; i < len(pairs); i += 2 {
		d.Set(jinja.NewStr(pairs[i].(string)), pairs[i+1])
	}
	return d
}

func list(texts []string) *jinja.List {
	items := make([]jinja.Value, len(texts))
	for i, t := range texts {
		items[i] = jinja.NewStr(t)
	}
	return jinja.NewList(items...)
}

// text returns a text as a value, none if it is empty.
func text(t string) jinja.Value {
	if t == "" {
		return nil
	}
	return jinja.NewStr(t)
}

// textValue returns the text of a value that is one and is wholly known.
func textValue(v jinja.Value) (string, bool) {
	switch v := v.(type) {
	case *jinja.Str:
		return v.Text(), !v.Open()
	case *jinja.Unknown, nil:
		return "", false
	}
	return jinja.ToString(v), true
}
