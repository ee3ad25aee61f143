package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// listing is an entry of a properties file.
type listing struct {
	pkg     *project.Package
	file    *project.Properties
	section string // models, seeds, ...
	name    *yaml.Node
	entry   *yaml.Node
	version *yaml.Node // the entry of `versions:` it stands for
}

func (l *listing) source() *source.File { return l.file.Doc.File }

// resourceSections are the lists of a properties file.
var resourceSections = []string{
	"models", "seeds", "snapshots", "analyses", "sources", "macros", "exposures", "metrics", "semantic_models",
	"saved_queries", "unit_tests", "groups", "data_tests", "functions",
}

// list collects the entries of a properties file.
func (b *builder) list(pkg *project.Package, file *project.Properties) {
	for _, section := range resourceSections {
		list := file.Doc.Root.Get(section)
		if list.IsNull() {
			continue
		}
		if !list.IsList() {
			b.bad(file, list, fmt.Sprintf("`%s` must be a list of entries, each with a `name`", section))
			continue
		}
		for _, entry := range list.Items {
			name := entry.Get("name")
			if name.Text() == "" {
				if !entry.IsNull() || !file.Doc.Partial {
					b.bad(file, entry, fmt.Sprintf("an entry of `%s` has no `name`", section))
				}
				continue
			}
			b.listed = append(b.listed, &listing{pkg: pkg, file: file, section: section, name: name, entry: entry})
		}
	}
}

func (b *builder) bad(file *project.Properties, at *yaml.Node, message string) {
	b.problem(Problem{Kind: BadEntry, File: file.Doc.File, Span: at.Span, Message: message})
}

// match gives the nodes of a package their entries, and makes the nodes that
// only an entry defines.
func (b *builder) match(pkg *project.Package) {
	if b.patches == nil {
		b.patches = map[*Node]*listing{}
	}
	byName := map[Type]map[string][]*Node{}
	for _, n := range b.nodes {
		if n.Package != pkg.Name {
			continue
		}
		if byName[n.Type] == nil {
			byName[n.Type] = map[string][]*Node{}
		}
		byName[n.Type][n.Name] = append(byName[n.Type][n.Name], n)
	}
	types := map[string]Type{
		"models": Model, "seeds": Seed, "snapshots": Snapshot, "analyses": Analysis, "data_tests": SingularTest,
		"functions": Function,
	}
	for _, l := range b.listed {
		t, ok := types[l.section]
		if !ok || l.pkg != pkg {
			continue
		}
		name := l.name.Text()
		switch {
		case t == Model && l.entry.Get("versions").IsList():
			b.matchVersions(l, byName[Model])
		case t == Snapshot && !l.entry.Get("relation").IsNull() && byName[t][name] == nil:
			b.patch(b.yamlSnapshot(l), l)
		case byName[t][name] == nil:
			if !b.elsewhere(l, t) {
				b.orphan(l, name, sections(byName[t]))
			}
		default:
			for _, n := range byName[t][name] {
				b.patch(n, l)
			}
		}
	}
	b.macroEntries(pkg)
}

// elsewhere gives l to the node of that name in another package, if there is
// one: dbt takes it when the entry's own package has none that is enabled.
func (b *builder) elsewhere(l *listing, t Type) bool {
	for _, n := range b.nodes {
		if n.Type == t && n.Name == l.name.Text() && n.Package != l.pkg.Name && b.patches[n] == nil && !b.switchedOff(n) {
			b.patch(n, l)
			return true
		}
	}
	return false
}

// adopt gives the entries of nodes that are switched off to a node of the same
// name in another package.
func (b *builder) adopt() {
	if len(b.m.Project.Packages) < 2 {
		return
	}
	for _, n := range b.nodes {
		l := b.patches[n]
		if l == nil || l.pkg.Name != n.Package || n.Version != "" || !b.switchedOff(n) {
			continue
		}
		switch n.Type {
		case Model, Seed, Snapshot:
			if b.elsewhere(l, n.Type) {
				delete(b.patches, n)
				n.Patch = nil
			}
		}
	}
}

// switchedOff reports whether a node is disabled by a dbt_project.yml or its
// own template, whatever an entry may say.
func (b *builder) switchedOff(n *Node) bool {
	c := newConfig()
	c.applyTree(b.trees[n.Package][treeOf(n.Type)], n.FQN, PackageProject)
	b.applyCalls(c, n)
	if root := b.m.Project.Root.Name; n.Package != root {
		c.applyTree(b.trees[root][treeOf(n.Type)], n.FQN, RootProject)
	}
	enabled, known := c.Bool("enabled")
	return c.Has("enabled") && known && !enabled
}

// patch makes l the entry of n, which may have only one.
func (b *builder) patch(n *Node, l *listing) {
	if first := b.patches[n]; first != nil {
		b.problem(Problem{
			Kind: TwoPatches, Node: n, Name: n.Name, File: l.source(), Span: l.name.Span,
			Message: fmt.Sprintf("`%s` is described a second time, dbt refuses two entries for one resource", n.Name),
			Related: []source.Place{{File: first.source(), Span: first.name.Span}},
		})
		return
	}
	b.patches[n] = l
	n.Patch = &Patch{File: l.source(), Package: l.pkg.Name, Entry: l.entry, Name: l.name.Span, Version: l.version}
}

func (b *builder) orphan(l *listing, name string, candidates []string) {
	b.problem(Problem{
		Kind: Orphan, Name: name, Nearest: finding.Nearest(name, candidates), File: l.source(), Span: l.name.Span,
		Message: fmt.Sprintf("`%s` describes `%s`, but there is no such resource in package `%s`", l.section, name, l.pkg.Name),
	})
}

// macroEntries reports entries of `macros:` for macros that are not there.
func (b *builder) macroEntries(pkg *project.Package) {
	names := map[string]bool{}
	for _, m := range pkg.Macros {
		names[m.Name] = true
		if m.Def != nil { // a test and a materialization also answer to the name they were written with
			names[m.File.Slice(m.Def.NameSpan)] = true
		}
	}
	for _, l := range b.listed {
		if l.pkg == pkg && l.section == "macros" && !names[l.name.Text()] {
			b.orphan(l, l.name.Text(), sections(names))
		}
	}
}

// matchVersions makes the nodes that `versions:` lists of the files that hold
// them: defined_in, else name_v1, else name for the latest version.
func (b *builder) matchVersions(l *listing, files map[string][]*Node) {
	name := l.name.Text()
	latest := latestVersion(l.entry)
	for _, v := range l.entry.Get("versions").Items {
		version := v.Get("v").Text()
		if version == "" {
			b.bad(l.file, v, fmt.Sprintf("a version of `%s` has no `v`", name))
			continue
		}
		candidates := []string{name + "_v" + version, name + ".v" + version}
		if file := v.Get("defined_in").Text(); file != "" {
			candidates = []string{strings.TrimSuffix(file, ".sql")}
		} else if version == latest {
			candidates = append(candidates, name)
		}
		i := slices.IndexFunc(candidates, func(c string) bool { return len(files[c]) > 0 })
		if i < 0 {
			b.orphan(l, candidates[0], sections(files))
			continue
		}
		entry := *l
		entry.version = v
		for _, n := range files[candidates[i]] {
			n.Name, n.Version, n.Latest = name, version, version == latest
			n.ID = id(Model, n.Package, name) + ".v" + version
			n.FQN = append(append(n.FQN[:len(n.FQN)-1:len(n.FQN)-1], name), "v"+version)
			b.patch(n, &entry)
		}
	}
}

// latestVersion returns latest_version, or else the highest version: by number
// if all are numbers, else by text.
func latestVersion(entry *yaml.Node) string {
	if v := entry.Get("latest_version").Text(); v != "" {
		return v
	}
	var versions []string
	for _, v := range entry.Get("versions").List() {
		versions = append(versions, v.Get("v").Text())
	}
	if len(versions) == 0 {
		return ""
	}
	return slices.MaxFunc(versions, compareVersions)
}

func compareVersions(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// yamlSnapshot makes the node of a snapshot that is a relation with a
// configuration. dbt writes its query, and so do we.
func (b *builder) yamlSnapshot(l *listing) *Node {
	name := l.name.Text()
	relation := l.entry.Get("relation").Text()
	f := source.NewFile(l.source().Path, "select * from {{ "+strings.Trim(relation, "{} ")+" }}")
	n := &Node{
		ID: id(Snapshot, l.pkg.Name, name), Type: Snapshot, Name: name, Package: l.pkg.Name, Latest: true,
		File: f, Made: true, Body: source.Span{End: int32(len(f.Text))}, Path: l.file.Path,
		FQN: append(fqn(l.pkg.Name, l.file.Rel), name),
	}
	b.nodes = append(b.nodes, n)
	return n
}
