package yamlcheck

import (
	"iter"
	"slices"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// entry is a mapping of a properties file that describes something.
type entry struct {
	kind string // model, source, table, column, version, ...
	file *source.File
	node *yaml.Node
}

// name is what the entry describes.
func (e entry) name() string {
	if e.kind == "version" {
		return "v" + e.node.Get("v").Text()
	}
	return e.node.Get("name").Text()
}

// described are the lists of a properties file whose entries are looked at.
var described = []struct{ section, kind string }{
	{"models", "model"}, {"seeds", "seed"}, {"snapshots", "snapshot"}, {"analyses", "analysis"}, {"sources", "source"},
}

// entries yields the entries of the project's own properties files, each
// before those in it.
func entries(p *project.Project) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for _, file := range p.Root.Properties {
			for _, d := range described {
				for _, n := range file.Doc.Root.Get(d.section).List() {
					if !within(entry{d.kind, file.Doc.File, n}, yield) {
						return
					}
				}
			}
		}
	}
}

// parts are the lists in an entry whose items are entries too.
var parts = []struct{ key, kind string }{{"columns", "column"}, {"tables", "table"}, {"versions", "version"}}

func within(e entry, yield func(entry) bool) bool {
	if !e.node.IsMap() {
		return true
	}
	if !yield(e) {
		return false
	}
	for _, part := range parts {
		for _, n := range e.node.Get(part.key).List() {
			if !within(entry{part.kind, e.file, n}, yield) {
				return false
			}
		}
	}
	return true
}

// setting is a configuration key of a tree in dbt_project.yml.
type setting struct {
	key  *yaml.Node
	plus bool // written with a +
	tree string
}

// settings yields the configuration keys in the trees of dbt_project.yml. A
// key without a + is one if its value is no mapping.
func settings(p *project.Project) iter.Seq[setting] {
	return func(yield func(setting) bool) {
		trees := make([]string, 0, len(p.Root.Configs))
		for tree := range p.Root.Configs {
			trees = append(trees, tree)
		}
		slices.Sort(trees)
		for _, tree := range trees {
			if !settingsBelow(p.Root.Configs[tree], tree, yield) {
				return
			}
		}
	}
}

func settingsBelow(n *yaml.Node, tree string, yield func(setting) bool) bool {
	for _, pair := range n.Entries() {
		plus := len(pair.Key.Value) > 0 && pair.Key.Value[0] == '+'
		switch {
		case plus || !pair.Value.IsMap():
			if !yield(setting{pair.Key, plus, tree}) {
				return false
			}
		case !settingsBelow(pair.Value, tree, yield):
			return false
		}
	}
	return true
}
