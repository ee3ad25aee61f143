package refs

import (
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// namesake returns the one resource that a written table name means: with the
// same name and, where a schema is written, in that schema or, for a source, of
// that source. It returns nil when there is none, several, or only n itself.
func namesake(m *manifest.Manifest, n *manifest.Node, t *sql.Table) *manifest.Node {
	name := t.Name[len(t.Name)-1].Name
	schema := ""
	if len(t.Name) > 1 {
		schema = t.Name[len(t.Name)-2].Name
	}
	var found *manifest.Node
	for _, c := range m.Nodes {
		if c == n || !c.Enabled || !strings.EqualFold(c.Alias, name) && !strings.EqualFold(c.Name, name) || !inSchema(c, schema) {
			continue
		}
		if found != nil {
			return nil
		}
		found = c
	}
	return found
}

// inSchema reports whether the node is of a type that can be read, and in the
// schema of that name; any will do where none is written.
func inSchema(n *manifest.Node, schema string) bool {
	switch n.Type {
	case manifest.Model, manifest.Seed, manifest.Snapshot:
		custom, _ := n.Config.Text("schema")
		return schema == "" || strings.EqualFold(n.Schema, schema) || strings.EqualFold(custom, schema)
	case manifest.Source:
		return schema == "" || strings.EqualFold(n.Schema, schema) || strings.EqualFold(n.Source, schema)
	}
	return false
}

// call returns the call that reads the node.
func call(n *manifest.Node) string {
	switch {
	case n.Type == manifest.Source:
		return "{{ source('" + n.Source + "', '" + n.Name + "') }}"
	case n.Version != "" && !n.Latest:
		return "{{ ref('" + n.Name + "', v=" + n.Version + ") }}"
	}
	return "{{ ref('" + n.Name + "') }}"
}

// matches reports whether a name fits a pattern of path.Match.
func matches(pattern, name string) bool {
	ok, _ := path.Match(pattern, name)
	return ok
}
