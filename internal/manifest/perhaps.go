package manifest

import (
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// MayBeRead reports whether the text of a template, or of a macro that it may
// call, names n, also where no run of the present target comes: under another
// variable, on another adapter. Names of which nothing is known do not count.
func (m *Manifest) MayBeRead(n *Node) bool { return m.namedOnce()[n.ID] }

// named returns the ids of all nodes that the text of some other template names,
// tests left out.
func (m *Manifest) named() map[string]bool {
	out := map[string]bool{}
	for _, n := range m.Nodes {
		if n.Template == nil || n.Type == SingularTest {
			continue
		}
		for _, r := range m.Context.References(m.ContextNode(n)) {
			for _, target := range m.meant(r) {
				if target != n {
					out[target.ID] = true
				}
			}
		}
	}
	return out
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
	pattern := strings.ReplaceAll(globEscaper.Replace(name), jinja.AnyText, "*")
	if strings.Trim(pattern, "*.") == "" {
		return nil
	}
	var out []*Node
	for known, nodes := range named {
		if ok, err := path.Match(pattern, known); ok && err == nil {
			out = append(out, nodes...)
		}
	}
	return out
}

// globEscaper takes the meaning from the special characters of path.Match.
var globEscaper = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)
