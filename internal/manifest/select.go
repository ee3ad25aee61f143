package manifest

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// Select returns the enabled nodes that dbt's --select and --exclude would
// choose, by unique id. Every argument may hold several selectors: blanks mean
// union, commas intersection. No include means everything. A selector of a
// method that does not exist, or that needs the artifacts of a run (state,
// result, source_status), is an error.
//
//	+orders      orders and all it depends on
//	tag:daily+1  what is tagged daily, and its direct children
//	marts,config.materialized:table
func (m *Manifest) Select(include, exclude []string) ([]*Node, error) {
	chosen := set{}
	if len(include) == 0 {
		chosen = m.matching(func(*Node) bool { return true })
	}
	for _, union := range [...]struct {
		args []string
		add  bool
	}{{include, true}, {exclude, false}} {
		for _, selector := range strings.Fields(strings.Join(union.args, " ")) {
			found, err := m.intersection(selector)
			if err != nil {
				return nil, err
			}
			for n := range found {
				if union.add {
					chosen[n] = true
				} else {
					delete(chosen, n)
				}
			}
		}
	}
	var out []*Node
	for _, n := range m.Nodes {
		if chosen[n] {
			out = append(out, n)
		}
	}
	return out, nil
}

type set map[*Node]bool

func (m *Manifest) matching(match func(*Node) bool) set {
	out := set{}
	for _, n := range m.Nodes {
		if n.Enabled && n.Type != Group && match(n) {
			out[n] = true
		}
	}
	return out
}

func (m *Manifest) intersection(selector string) (set, error) {
	var out set
	for i, part := range strings.Split(selector, ",") {
		found, err := m.atom(part)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			out = found
			continue
		}
		for n := range out {
			if !found[n] {
				delete(out, n)
			}
		}
	}
	return out, nil
}

// atom evaluates one selector: [@][N+][method[.arg]:]value[+N].
func (m *Manifest) atom(text string) (set, error) {
	rest, closure := strings.CutPrefix(text, "@")
	up, rest := leadingDepth(rest)
	down, rest := trailingDepth(rest)
	if closure && down != 0 {
		return nil, fmt.Errorf("the selector `%s` has both `@` and a trailing `+`", text)
	}
	match, err := matcher(rest)
	if err != nil {
		return nil, err
	}
	found := m.matching(match)
	start := make([]*Node, 0, len(found))
	for n := range found {
		start = append(start, n)
	}
	if closure {
		below := set{}
		walk(start, -1, m.children, below)
		for n := range below {
			start = append(start, n)
		}
		walk(start, -1, m.parents, found)
		for n := range below {
			found[n] = true
		}
	}
	walk(start, up, m.parents, found)
	walk(start, down, m.children, found)
	return found, nil
}

// leadingDepth cuts `+` or `N+` off the front; -1 is without limit, 0 is no
// operator.
func leadingDepth(text string) (int, string) {
	digits, rest, ok := strings.Cut(text, "+")
	if !ok || strings.Trim(digits, "0123456789") != "" {
		return 0, text
	}
	return depthOf(digits), rest
}

// trailingDepth cuts `+` or `+N` off the end.
func trailingDepth(text string) (int, string) {
	i := strings.LastIndexByte(text, '+')
	if i < 0 || strings.Trim(text[i+1:], "0123456789") != "" {
		return 0, text
	}
	return depthOf(text[i+1:]), text[:i]
}

func depthOf(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}

// walk adds to found what can be reached from start in at most depth steps.
func walk(start []*Node, depth int, next map[string][]*Node, found set) {
	seen := set{}
	for step := 0; len(start) > 0 && step != depth; step++ {
		var more []*Node
		for _, n := range start {
			for _, to := range next[n.ID] {
				if !seen[to] {
					seen[to] = true
					found[to] = true
					more = append(more, to)
				}
			}
		}
		start = more
	}
}

// methods are the selector methods that ask a node about itself.
var methods = map[string]func(n *Node, arg, value string) bool{
	"fqn":  func(n *Node, _, v string) bool { return n.named(v) },
	"tag":  func(n *Node, _, v string) bool { return slices.ContainsFunc(n.Tags, glob(v)) },
	"path": func(n *Node, _, v string) bool { return under(n.Path, v) },
	"file": func(n *Node, _, v string) bool {
		base := path.Base(n.Path)
		return glob(v)(base) || glob(v)(strings.TrimSuffix(base, path.Ext(base)))
	},
	"package":        func(n *Node, _, v string) bool { return glob(v)(n.Package) },
	"group":          func(n *Node, _, v string) bool { return glob(v)(n.Group) },
	"access":         func(n *Node, _, v string) bool { return n.Type == Model && n.Access == v },
	"resource_type":  func(n *Node, _, v string) bool { return string(n.Type) == v },
	"config":         func(n *Node, arg, v string) bool { return n.configured(arg, v) },
	"source":         func(n *Node, _, v string) bool { return n.Type == Source && n.inSource(v) },
	"exposure":       ofType(Exposure),
	"metric":         ofType(Metric),
	"semantic_model": ofType(SemanticModel),
	"saved_query":    ofType(SavedQuery),
	"test_type":      func(n *Node, _, v string) bool { return n.Type == SingularTest && v == "singular" },
	"version": func(n *Node, _, v string) bool {
		switch v {
		case "latest":
			return n.Version != "" && n.Latest
		case "none":
			return n.Type == Model && n.Version == ""
		}
		return false
	},
}

func ofType(t Type) func(n *Node, arg, value string) bool {
	return func(n *Node, _, v string) bool { return n.Type == t && glob(v)(n.Name) }
}

func matcher(text string) (func(*Node) bool, error) {
	method, value, ok := strings.Cut(text, ":")
	switch {
	case text == "":
		return nil, fmt.Errorf("a selector is empty")
	case !ok && strings.ContainsAny(text, `/\`):
		method, value = "path", text
	case !ok && slices.Contains([]string{".sql", ".py", ".csv"}, path.Ext(text)):
		method, value = "file", text
	case !ok:
		method, value = "fqn", text
	}
	method, arg, _ := strings.Cut(method, ".")
	ask := methods[method]
	if ask == nil {
		hint := ""
		if near := finding.Nearest(method, sections(methods)); near != "" {
			hint = fmt.Sprintf(", perhaps `%s`", near)
		}
		return nil, fmt.Errorf("the selector method `%s` is not known%s", method, hint)
	}
	return func(n *Node) bool { return ask(n, arg, value) }, nil
}

func glob(pattern string) func(string) bool {
	return func(text string) bool {
		ok, err := path.Match(pattern, text)
		return ok && err == nil || pattern == text
	}
}

// under reports whether a file is at, or in a folder at, a path or glob.
func under(file, pattern string) bool {
	pattern = path.Clean(strings.ReplaceAll(pattern, `\`, "/"))
	if pattern == "." || file == pattern || strings.HasPrefix(file, pattern+"/") {
		return true
	}
	for at := file; at != "."; at = path.Dir(at) {
		if ok, err := doublestar.Match(pattern, at); ok && err == nil {
			return true
		}
	}
	return false
}

// named reports whether a selector without a method means n: its name, or a
// beginning of its fqn with or without the package.
func (n *Node) named(selector string) bool {
	names := []string{n.Name}
	if n.Version != "" {
		names = append(names, n.Name+".v"+n.Version, n.Name+"_v"+n.Version)
	}
	if n.Type == Source {
		return false
	}
	if slices.ContainsFunc(names, glob(selector)) {
		return true
	}
	parts := strings.Split(selector, ".")
	return startsWith(n.FQN, parts) || len(n.FQN) > 0 && startsWith(n.FQN[1:], parts)
}

func startsWith(fqn, parts []string) bool {
	if len(parts) > len(fqn) {
		return false
	}
	for i, part := range parts {
		if !glob(part)(fqn[i]) {
			return false
		}
	}
	return true
}

// inSource matches [package.]source[.table].
func (n *Node) inSource(value string) bool {
	parts := strings.Split(value, ".")
	full := []string{n.Package, n.Source, n.Name}
	return startsWith(full[1:], parts) || len(parts) > 1 && startsWith(full, parts)
}

// configured matches the value at a dotted path of the configuration: lists
// by their items, all else by its text.
func (n *Node) configured(keys, want string) bool {
	key, rest, deeper := strings.Cut(keys, ".")
	v, _ := n.Config.Get(key)
	for deeper {
		d, ok := v.(*jinja.Dict)
		if !ok {
			return false
		}
		key, rest, deeper = strings.Cut(rest, ".")
		v, _ = d.Get(jinja.NewStr(key))
	}
	if b, ok := v.(bool); ok {
		return strconv.FormatBool(b) == strings.ToLower(want)
	}
	if d, ok := v.(*jinja.Dict); ok {
		_, have := d.Get(jinja.NewStr(want))
		return have
	}
	texts, _ := stringsOf(v)
	return slices.Contains(texts, want)
}
