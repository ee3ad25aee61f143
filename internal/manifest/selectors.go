package manifest

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Selectors returns the names that selectors.yml defines, in order.
func (m *Manifest) Selectors() []string {
	var out []string
	for _, entry := range m.definitions() {
		if name := entry.Get("name").Text(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

func (m *Manifest) definitions() []*yaml.Node {
	doc := m.Project.Root.Selectors
	if doc == nil {
		return nil
	}
	return doc.Root.Get("selectors").List()
}

// named returns the definition of that name of selectors.yml. A definition may
// name only those before it.
func (s *selector) named(name string) (spec, error) {
	if s.defined == nil {
		s.defined = map[string]spec{}
		for _, entry := range s.m.definitions() {
			parsed, err := s.definition(entry.Get("definition"))
			if err != nil {
				return nil, err
			}
			s.defined[entry.Get("name").Text()] = parsed
		}
	}
	if found := s.defined[name]; found != nil {
		return found, nil
	}
	names := s.m.Selectors()
	switch near := finding.Nearest(name, names); {
	case len(names) == 0:
		return nil, fmt.Errorf("there is no selector `%s`: the project has no selectors.yml", name)
	case near != "":
		return nil, fmt.Errorf("there is no selector `%s`, perhaps `%s`", name, near)
	}
	return nil, fmt.Errorf("selectors.yml defines no selector `%s`", name)
}

// wrong is an error at a place of selectors.yml.
func (s *selector) wrong(at *yaml.Node, format string, args ...any) error {
	f := s.m.Project.Root.Selectors.File
	where := f.Path
	if at != nil {
		p := f.Position(at.Span.Start)
		where = fmt.Sprintf("%s:%d:%d", f.Path, p.Line, p.Column)
	}
	return fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...))
}

// definition parses a definition: a selector as on the command line, a union
// or intersection of definitions, or a mapping of method and value.
func (s *selector) definition(n *yaml.Node) (spec, error) {
	switch {
	case n.IsScalar():
		c, err := s.criterion(s.text(n))
		if err != nil {
			return nil, s.wrong(n, "%v", err)
		}
		return c, nil
	case n.Get("union") != nil:
		return s.combined(union, n.Get("union"))
	case n.Get("intersection") != nil:
		return s.combined(intersection, n.Get("intersection"))
	case n.IsMap() && len(n.Pairs) > 0:
		return s.mapping(n)
	}
	return nil, s.wrong(n, "a definition is a selector, a `union`, an `intersection`, or a mapping with `method` and `value`")
}

// combined parses the list of a union or intersection. One of its entries may
// be an `exclude:`.
func (s *selector) combined(op operation, list *yaml.Node) (spec, error) {
	if !list.IsList() {
		return nil, s.wrong(list, "this must be a list of definitions")
	}
	g := &group{op: op, mode: "eager"}
	var exclude spec
	for _, item := range list.Items {
		if item.Get("exclude") == nil || item.Get("method") != nil {
			part, err := s.definition(item)
			if err != nil {
				return nil, err
			}
			g.parts = append(g.parts, part)
			continue
		}
		if exclude != nil {
			return nil, s.wrong(item, "there is a second `exclude` in this list")
		}
		var err error
		if exclude, err = s.combined(union, item.Get("exclude")); err != nil {
			return nil, err
		}
	}
	return without(g, exclude), nil
}

// without takes what exclude chooses, if anything, from what included does.
func without(included, exclude spec) spec {
	if exclude == nil {
		return included
	}
	return &group{op: difference, parts: []spec{included, exclude}, mode: "eager"}
}

// mapping parses `{method: value}` or a mapping that has method and value.
func (s *selector) mapping(n *yaml.Node) (spec, error) {
	method, value := n.Get("method"), n.Get("value")
	if len(n.Pairs) == 1 {
		method, value = n.Pairs[0].Key, n.Pairs[0].Value
	}
	if method.Text() == "" || !value.IsScalar() {
		return nil, s.wrong(n, "a definition needs a `method` and a `value`")
	}
	if s.text(method) == "selector" {
		inherited, ok := s.defined[s.text(value)]
		if !ok {
			return nil, s.wrong(value, "no selector `%s` is defined before this one", s.text(value))
		}
		return inherited, nil
	}
	text := s.text(method) + ":" + s.text(value)
	c, err := s.criterion(text)
	if err != nil {
		return nil, s.wrong(n, "%v", err)
	}
	c.value, c.down = s.text(value), 0 // a + in it is no operator here
	c.closure, _ = n.Get("childrens_parents").Bool()
	c.up, c.down = depth(n, "parents"), depth(n, "children")
	if err := c.check(text); err != nil {
		return nil, s.wrong(n, "%v", err)
	}
	if mode := n.Get("indirect_selection"); mode != nil {
		if c.mode = s.text(mode); !slices.Contains(indirectModes, c.mode) {
			return nil, s.wrong(mode, "`%s` is no way of indirect selection", c.mode)
		}
	}
	if n.Get("exclude") == nil || len(n.Pairs) == 1 {
		return c, nil
	}
	exclude, err := s.combined(union, n.Get("exclude"))
	if err != nil {
		return nil, err
	}
	return without(c, exclude), nil
}

// depth is how far a mapping goes along the graph.
func depth(n *yaml.Node, key string) int {
	if yes, _ := n.Get(key).Bool(); !yes {
		return 0
	}
	if steps, ok := n.Get(key + "_depth").Int(); ok {
		return int(steps)
	}
	return -1
}

// text is a value of selectors.yml, which may hold Jinja.
func (s *selector) text(n *yaml.Node) string {
	if !hasJinja(n.Text()) {
		return n.Text()
	}
	v, out := s.m.Context.RenderText(s.m.Project.Root.Name, s.m.Project.Root.Selectors.File, n.Inner(), false)
	if out == nil || len(out.Errors) > 0 {
		return n.Text()
	}
	text, _ := textValue(v)
	return text
}
