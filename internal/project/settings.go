package project

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/yaml"
)

// sections are the configuration trees of dbt_project.yml: the key they are
// kept under and the keys they are written with.
var sections = []struct {
	key     string
	written []string
}{
	{"models", []string{"models"}},
	{"seeds", []string{"seeds"}},
	{"snapshots", []string{"snapshots"}},
	{"sources", []string{"sources"}},
	{"data_tests", []string{"data_tests", "tests"}},
	{"unit_tests", []string{"unit_tests", "unit-tests"}},
	{"exposures", []string{"exposures"}},
	{"metrics", []string{"metrics"}},
	{"semantic-models", []string{"semantic-models", "semantic_models"}},
	{"saved-queries", []string{"saved-queries", "saved_queries"}},
	{"functions", []string{"functions"}},
}

// settings reads dbt_project.yml; unread says that there is no text of it.
func (l *loader) settings(pkg *Package, unread bool) {
	root := pkg.Doc.Root
	pkg.Name = root.Get("name").Text()
	l.pkg = pkg.Name
	switch {
	case root == nil && (unread || len(pkg.Doc.Errors) > 0): // said already
	case !root.IsMap():
		l.invalid(pkg, root, "the file is not a mapping of settings", "it needs at least the `name` of the project")
	case pkg.Name == "" && !pkg.Doc.Partial:
		l.invalid(pkg, root.Get("name"), "the project has no `name`", "")
	}
	pkg.Version = root.Get("version").Text()
	pkg.Profile = root.Get("profile").Text()
	pkg.RequireDBT = root.Get("require-dbt-version").Strings()
	pkg.Vars = root.Get("vars")
	pkg.Flags = root.Get("flags")
	pkg.Quoting = root.Get("quoting")
	pkg.QueryComment = root.Get("query-comment")
	pkg.OnRunStart = values(root.Get("on-run-start"))
	pkg.OnRunEnd = values(root.Get("on-run-end"))
	pkg.Paths = l.paths(pkg, root)
	pkg.Dispatch = dispatches(root.Get("dispatch"))
	pkg.Configs = map[string]*yaml.Node{}
	for _, s := range sections {
		for _, key := range s.written {
			if node := root.Get(key); node.IsMap() && pkg.Configs[s.key] == nil {
				pkg.Configs[s.key] = node
			}
		}
	}
}

func (l *loader) invalid(pkg *Package, at *yaml.Node, message, hint string) {
	p := Problem{Kind: Invalid, File: pkg.Doc.File, Message: message, Hint: hint}
	if at != nil {
		p.Span = at.Span
	}
	l.add(p)
}

// paths reads the folders of a package; of two spellings of a key the newer
// one counts.
func (l *loader) paths(pkg *Package, root *yaml.Node) Paths {
	get := func(fallback string, keys ...string) []string {
		for _, key := range keys {
			if node := root.Get(key); !node.IsNull() {
				if list := l.folders(pkg, node); list != nil {
					return list
				}
			}
		}
		return []string{fallback}
	}
	p := Paths{
		Models:       get("models", "model-paths", "source-paths"),
		Seeds:        get("seeds", "seed-paths", "data-paths"),
		Snapshots:    get("snapshots", "snapshot-paths"),
		Tests:        get("tests", "test-paths"),
		Analyses:     get("analyses", "analysis-paths"),
		Macros:       get("macros", "macro-paths"),
		Functions:    get("functions", "function-paths"),
		CleanTargets: root.Get("clean-targets").Strings(),
	}
	p.Target = get("target", "target-path")[0]
	p.PackagesInstall = get("dbt_packages", "packages-install-path", "modules-path")[0]
	if node := root.Get("docs-paths"); !node.IsNull() {
		p.Docs = l.folders(pkg, node)
	}
	return p
}

// folders returns the paths of a list, cleaned; nil if there is none. A path
// that is made by a template is not known here.
func (l *loader) folders(pkg *Package, node *yaml.Node) []string {
	if node.IsMap() {
		l.invalid(pkg, node, "this must be a list of folders", "")
		return nil
	}
	var out []string
	for _, item := range values(node) {
		text := strings.TrimSpace(item.Text())
		if strings.Contains(text, "{{") {
			continue
		}
		if text == "" {
			text = "."
		}
		out = append(out, text)
	}
	return out
}

// dispatches reads the list under `dispatch:`.
func dispatches(node *yaml.Node) []Dispatch {
	var out []Dispatch
	for _, entry := range node.List() {
		if name := entry.Get("macro_namespace").Text(); name != "" {
			out = append(out, Dispatch{name, entry.Get("search_order").Strings()})
		}
	}
	return out
}

// values returns the items of a list, or a single value as a list of one.
func values(node *yaml.Node) []*yaml.Node {
	switch {
	case node.IsNull():
		return nil
	case node.IsList():
		return node.Items
	}
	return []*yaml.Node{node}
}
