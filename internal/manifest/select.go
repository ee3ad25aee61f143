package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Selection chooses nodes with dbt's selectors. In Include and Exclude every
// argument may hold several: blanks mean union, commas intersection.
//
//	+orders      orders and all it depends on
//	tag:daily+1  what is tagged daily, and its direct children
//	marts,config.materialized:table
type Selection struct {
	Include, Exclude []string // no Include, and no Selector, means everything
	// Selector is the name of a definition in selectors.yml.
	Selector string
	// Indirect says which tests come with what they test: eager (any of their
	// parents is chosen, the default), cautious (all are), buildable (all are
	// chosen or parents of what is), empty (none do).
	Indirect string
	// Before returns the project as it was, which `state:` compares with; nil
	// if there is nothing to compare with.
	Before func() *Manifest
}

// Select returns the enabled nodes that dbt would choose, by unique id. A
// selector of a method that does not exist, or that needs the artifacts of a
// run (result, source_status), is an error.
func (m *Manifest) Select(s Selection) ([]*Node, error) {
	chosen, err := m.chosen(s)
	if err != nil {
		return nil, err
	}
	var out []*Node
	for _, x := range chosen {
		if x.node != nil {
			out = append(out, x.node)
		}
	}
	return out, nil
}

// chosen returns what a selection chooses: the nodes by unique id, then tests.
func (m *Manifest) chosen(s Selection) ([]*subject, error) {
	sel := &selector{m: m, mode: s.Indirect, before: s.Before}
	if sel.mode == "" {
		sel.mode = "eager"
	}
	if !slices.Contains(indirectModes, sel.mode) {
		return nil, fmt.Errorf("indirect selection is one of %s, not `%s`", strings.Join(indirectModes, ", "), sel.mode)
	}
	include, err := sel.parse(s)
	if err != nil {
		return nil, err
	}
	exclude, err := sel.union(s.Exclude)
	if err != nil {
		return nil, err
	}
	sel.subjects = m.subjects()
	direct, _, err := (&group{op: difference, parts: []spec{include, exclude}, mode: sel.mode}).eval(sel)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sel.subjects, func(x *subject) bool { return !direct[x] }), nil
}

// parse returns what is to be included.
func (sel *selector) parse(s Selection) (spec, error) {
	switch {
	case s.Selector != "" && len(s.Include) > 0:
		return nil, fmt.Errorf("a selection names either a selector of selectors.yml or nodes, not both")
	case s.Selector != "":
		return sel.named(s.Selector)
	case len(s.Include) == 0:
		return everything{}, nil
	}
	return sel.union(s.Include)
}

// subject is what a selector can choose: a node, a generic test or a unit test.
type subject struct {
	node *Node
	test *Test
	unit *UnitTest

	kind, pkg, name   string
	path, patch       string
	fqn, tags         []string
	parents, children []*subject
}

// isTest reports whether the subject comes along with what it tests.
func (x *subject) isTest() bool { return x.node == nil || x.node.Type == SingularTest }

// subjects returns all that can be chosen: the enabled nodes by unique id, then
// the tests.
func (m *Manifest) subjects() []*subject {
	var out []*subject
	byID := map[string]*subject{}
	for _, n := range m.Nodes {
		if !n.Enabled || n.Type == Group || m.ByID[n.ID] != n {
			continue
		}
		x := &subject{node: n, kind: string(n.Type), pkg: n.Package, name: n.Name, path: n.Path, fqn: n.FQN, tags: n.Tags}
		if n.Patch != nil && n.Type != Source {
			x.patch = below(n.Patch.File.Path, m.dirOf(n.Patch.Package))
		}
		byID[n.ID] = x
		out = append(out, x)
	}
	for _, x := range out {
		for _, parent := range m.parents[x.node.ID] {
			x.needs(byID[parent.ID])
		}
	}
	for _, n := range m.Nodes {
		for t := range n.AllTests() {
			if t.Enabled && m.ByID[n.ID] == n {
				out = append(out, m.testSubject(t, byID))
			}
		}
	}
	for _, u := range m.UnitTests {
		if u.Node == nil || !u.Node.Enabled {
			continue
		}
		x := &subject{unit: u, kind: "unit_test", pkg: u.Package, name: u.Name, path: below(u.File.Path, m.dirOf(u.Package)), fqn: u.FQN}
		x.tags, _ = u.Config.Strings("tags")
		x.needs(byID[u.Node.ID])
		out = append(out, x)
	}
	return out
}

func (m *Manifest) testSubject(t *Test, byID map[string]*subject) *subject {
	file := below(t.File.Path, m.dirOf(t.Node.Package))
	x := &subject{test: t, kind: "test", pkg: t.Node.Package, name: t.FullName(), path: file}
	x.fqn = append(fqn(x.pkg, m.inResourcePath(x.pkg, file)), x.name)
	x.tags, _ = t.Config.Strings("tags")
	// A test of a column has the tags of the column too.
	if c := t.Node.Column(t.Column); c != nil && t.Column != "" {
		x.tags = append(slices.Clone(x.tags), c.Tags...)
	}
	x.needs(byID[t.Node.ID])
	for _, id := range t.DependsOn {
		x.needs(byID[id])
	}
	return x
}

func (x *subject) needs(parent *subject) {
	if parent != nil {
		x.parents = append(x.parents, parent)
		parent.children = append(parent.children, x)
	}
}

func (m *Manifest) dirOf(pkg string) string {
	if p := m.Project.Package(pkg); p != nil {
		return p.Dir
	}
	return "."
}

// inResourcePath returns a file of a package relative to the folder of
// resources that it lies in.
func (m *Manifest) inResourcePath(pkg, file string) string {
	if p := m.Project.Package(pkg); p != nil {
		for _, list := range [][]string{p.Paths.Models, p.Paths.Seeds, p.Paths.Snapshots, p.Paths.Tests} {
			for _, dir := range list {
				if rest, ok := strings.CutPrefix(file, path.Clean(dir)+"/"); ok {
					return rest
				}
			}
		}
	}
	return file
}

// below returns file relative to dir.
func below(file, dir string) string {
	if dir == "." {
		return file
	}
	return strings.TrimPrefix(file, dir+"/")
}
