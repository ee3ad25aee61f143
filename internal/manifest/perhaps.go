package manifest

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// mentions are what the texts of a project name, whether or not a run of the
// present target comes there.
type mentions struct {
	nodes map[string]bool // ids that another node than a test names
	vars  map[string]bool // names of variables, and patterns of them
}

// MayBeRead reports whether the text of a template, or of a macro that it may
// call, names n, also where no run of the present target comes: under another
// variable, on another adapter. Names of which nothing is known do not count.
func (m *Manifest) MayBeRead(n *Node) bool { return m.mentionsOnce().nodes[n.ID] }

// VarMayBeRead reports whether a text of the project or of its packages may ask
// for the variable: a template, a macro, which may be called from outside, or a
// value of a YAML file. One that asks for a name of which nothing is known may
// ask for any.
func (m *Manifest) VarMayBeRead(name string) bool {
	vars := m.mentionsOnce().vars
	if vars[name] {
		return true
	}
	for pattern := range vars {
		if strings.Contains(pattern, jinja.AnyText) && like(pattern, name) {
			return true
		}
	}
	return false
}

// VarsRead returns the names of variables that some text asks for, sorted;
// patterns are left out.
func (m *Manifest) VarsRead() []string {
	return slices.DeleteFunc(sections(m.mentionsOnce().vars), func(name string) bool { return strings.Contains(name, jinja.AnyText) })
}

// mentioned collects the mentions.
func (m *Manifest) mentioned() mentions {
	out := mentions{map[string]bool{}, map[string]bool{}}
	reached := map[*jinja.MacroDef]bool{}
	seen := func(def *jinja.MacroDef) { reached[def] = true }
	for _, n := range m.Nodes {
		switch {
		case n.Python:
			out.quoted(n.File.Text)
		case n.Template != nil:
			refs := m.Context.References(m.ContextNode(n), seen)
			out.add(refs)
			if n.Type == SingularTest {
				continue
			}
			for _, r := range refs {
				for _, target := range m.meant(r) {
					if target != n {
						out.nodes[target.ID] = true
					}
				}
			}
		}
	}
	for _, pkg := range m.Project.Packages {
		for _, macro := range pkg.Macros {
			if macro.Def == nil {
				out.vars[jinja.AnyText] = true
			} else if !reached[macro.Def] {
				out.add(m.Context.ReferencesOf(pkg.Name, macro.Def, nil))
			}
		}
		for _, doc := range documents(pkg) {
			out.inYAML(doc.Root)
		}
	}
	return out
}

// documents are the YAML files of a package whose values dbt renders.
func documents(pkg *project.Package) []*yaml.Document {
	out := []*yaml.Document{pkg.Doc}
	if pkg.VarsDoc != nil {
		out = append(out, pkg.VarsDoc)
	}
	for _, p := range pkg.Properties {
		out = append(out, p.Doc)
	}
	return out
}

// add takes in the variables of references.
func (s *mentions) add(refs []dbtctx.Reference) {
	for _, r := range refs {
		if r.Kind == dbtctx.VarEvent {
			s.vars[r.Args[0]] = true
		}
	}
}

// inYAML takes in the values of a YAML file that call something: each quoted
// text in them may be the name of a variable.
func (s *mentions) inYAML(n *yaml.Node) {
	for _, item := range n.List() {
		s.inYAML(item)
	}
	for _, e := range n.Entries() {
		s.inYAML(e.Value)
	}
	text, ok := n.Str()
	if !ok || !strings.Contains(text, "(") {
		return
	}
	s.quoted(text)
	if strings.Contains(text, "var(") && strings.Contains(text, "~") {
		s.vars[jinja.AnyText] = true
	}
}

var quotedText = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)

func (s *mentions) quoted(text string) {
	for _, m := range quotedText.FindAllStringSubmatch(text, -1) {
		s.vars[m[1]+m[2]] = true
	}
}

// meant returns the nodes that a reference of n may mean.
func (m *Manifest) meant(r dbtctx.Reference) []*Node {
	var named map[string][]*Node
	var name string
	switch {
	case r.Kind == dbtctx.SourceEvent && len(r.Args) == 2:
		named, name = m.sources, strings.Join(r.Args, ".")
	case r.Kind == dbtctx.RefEvent && len(r.Args) > 0:
		named, name = m.names, r.Args[len(r.Args)-1]
	default:
		return nil
	}
	if !r.Dynamic() {
		return named[name]
	}
	if strings.Trim(name, jinja.AnyText+".") == "" {
		return nil
	}
	var out []*Node
	for known, nodes := range named {
		if like(name, known) {
			out = append(out, nodes...)
		}
	}
	return out
}

// like reports whether a name fits a pattern, in which jinja.AnyText stands for
// what is not known.
func like(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(globEscaper.Replace(pattern), jinja.AnyText, "*"), name)
	return ok && err == nil
}

// globEscaper takes the meaning from the special characters of path.Match.
var globEscaper = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)
