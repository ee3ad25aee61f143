package manifest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// selector evaluates one selection.
type selector struct {
	m        *Manifest
	mode     string // how tests come along, unless a definition says otherwise
	before   func() *Manifest
	old      *state
	subjects []*subject
	defined  map[string]spec // definitions of selectors.yml that are parsed
}

var indirectModes = []string{"eager", "cautious", "buildable", "empty"}

type set map[*subject]bool

// spec is a parsed selector. Of what it evaluates to, direct is chosen;
// indirect are tests of which some but not all parents are, which may be
// chosen when more is.
type spec interface {
	eval(*selector) (direct, indirect set, err error)
}

type everything struct{}

func (everything) eval(s *selector) (direct, indirect set, err error) {
	direct = set{}
	for _, x := range s.subjects {
		direct[x] = true
	}
	return direct, set{}, nil
}

// criterion is one selector: [@][N+][method[.arg]:]value[+N].
type criterion struct {
	method, arg, value string
	closure            bool // @
	up, down           int  // steps along the graph; -1 is without limit
	mode               string
}

// criterion parses one selector of the command line.
func (s *selector) criterion(text string) (*criterion, error) {
	c := &criterion{mode: s.mode}
	rest, closure := strings.CutPrefix(text, "@")
	c.closure = closure
	c.up, rest = leadingDepth(rest)
	c.down, rest = trailingDepth(rest)
	if rest == "" {
		return nil, fmt.Errorf("a selector is empty")
	}
	method, value, ok := strings.Cut(rest, ":")
	if !ok {
		c.value = rest
		c.method = defaultMethod(rest)
	} else {
		c.value = value
		c.method, c.arg, _ = strings.Cut(method, ".")
	}
	return c, c.check(text)
}

// defaultMethod is the method of a value that stands alone.
func defaultMethod(value string) string {
	switch {
	case strings.ContainsAny(value, `/\`):
		return "path"
	case slices.Contains([]string{".sql", ".py", ".csv"}, strings.ToLower(path.Ext(value))):
		return "file"
	}
	return "fqn"
}

// check reports what is wrong with a selector, which is written as text.
func (c *criterion) check(text string) error {
	if c.closure && c.down != 0 {
		return fmt.Errorf("the selector `%s` has both `@` and a trailing `+`", text)
	}
	names := append(slices.Collect(maps.Keys(methods)), "state", "selector")
	slices.Sort(names)
	switch {
	case slices.Contains(names, c.method):
		return nil
	case c.method == "result" || c.method == "source_status":
		return fmt.Errorf("the selector method `%s` needs the artifacts of a run of dbt, which are not read", c.method)
	}
	hint := ""
	if near := finding.Nearest(c.method, names); near != "" {
		hint = fmt.Sprintf(", perhaps `%s`", near)
	}
	return fmt.Errorf("the selector method `%s` is not known%s", c.method, hint)
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

func (c *criterion) eval(s *selector) (direct, indirect set, err error) {
	found, err := c.matching(s)
	if err != nil {
		return nil, nil, err
	}
	start := slices.Collect(maps.Keys(found))
	if c.closure {
		below := set{}
		walk(start, -1, children, below)
		walk(append(slices.Clone(start), slices.Collect(maps.Keys(below))...), -1, parents, found)
		maps.Copy(found, below)
	}
	walk(start, c.up, parents, found)
	walk(start, c.down, children, found)
	direct, indirect = withTests(found, c.mode)
	return direct, indirect, nil
}

// matching returns what the method and value of a criterion mean.
func (c *criterion) matching(s *selector) (set, error) {
	var match func(*subject) bool
	switch c.method {
	case "selector":
		named, err := s.named(c.value)
		if err != nil {
			return nil, err
		}
		direct, _, err := named.eval(s)
		return direct, err
	case "state":
		changed, err := s.changed(c.value)
		if err != nil {
			return nil, err
		}
		match = changed
	default:
		ask, err := methods[c.method](s.m, c.arg, c.value)
		if err != nil {
			return nil, err
		}
		match = ask
	}
	out := set{}
	for _, x := range s.subjects {
		if match(x) {
			out[x] = true
		}
	}
	return out, nil
}

func parents(x *subject) []*subject  { return x.parents }
func children(x *subject) []*subject { return x.children }

// walk adds to found what can be reached from start in at most depth steps.
func walk(start []*subject, depth int, next func(*subject) []*subject, found set) {
	seen := set{}
	for step := 0; len(start) > 0 && step != depth; step++ {
		var more []*subject
		for _, x := range start {
			for _, to := range next(x) {
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

// withTests adds to what is selected the tests of it, as the mode says, and
// returns apart those that wait for more of their parents.
func withTests(selected set, mode string) (direct, indirect set) {
	direct, indirect = maps.Clone(selected), set{}
	if mode == "empty" {
		return direct, indirect
	}
	enough := sufficient(selected, mode)
	for x := range selected {
		for _, t := range x.children {
			switch {
			case !t.isTest():
			case mode == "eager" || covered(t, enough):
				direct[t] = true
			default:
				indirect[t] = true
			}
		}
	}
	return direct, indirect
}

// sufficient returns what the parents of a test must be among.
func sufficient(selected set, mode string) func(*subject) bool {
	if mode != "buildable" {
		return func(x *subject) bool { return selected[x] }
	}
	above := set{}
	walk(slices.Collect(maps.Keys(selected)), -1, parents, above)
	return func(x *subject) bool { return selected[x] || above[x] || x.kind == string(Source) }
}

func covered(t *subject, enough func(*subject) bool) bool {
	return !slices.ContainsFunc(t.parents, func(p *subject) bool { return !enough(p) })
}

// operation combines selectors.
type operation uint8

const (
	union operation = iota
	intersection
	difference
)

type group struct {
	op    operation
	parts []spec
	mode  string
}

func (g *group) eval(s *selector) (direct, indirect set, err error) {
	var sets, all []set
	for _, part := range g.parts {
		d, i, err := part.eval(s)
		if err != nil {
			return nil, nil, err
		}
		both := maps.Clone(d)
		maps.Copy(both, i)
		sets, all = append(sets, d), append(all, both)
	}
	direct, indirect = g.op.combine(sets), g.op.combine(all)
	if g.mode != "cautious" && g.mode != "buildable" {
		return direct, indirect, nil
	}
	out, enough := maps.Clone(direct), sufficient(direct, g.mode)
	for t := range indirect {
		if t.isTest() && covered(t, enough) {
			out[t] = true
		}
	}
	return out, indirect, nil
}

func (op operation) combine(sets []set) set {
	if len(sets) == 0 {
		return set{}
	}
	out := maps.Clone(sets[0])
	for _, other := range sets[1:] {
		switch op {
		case union:
			maps.Copy(out, other)
		case intersection:
			maps.DeleteFunc(out, func(x *subject, _ bool) bool { return !other[x] })
		case difference:
			maps.DeleteFunc(out, func(x *subject, _ bool) bool { return other[x] })
		}
	}
	return out
}

// union parses arguments of the command line.
func (s *selector) union(args []string) (spec, error) {
	out := &group{op: union, mode: s.mode}
	for _, text := range strings.Fields(strings.Join(args, " ")) {
		both := &group{op: intersection, mode: s.mode}
		for _, part := range strings.Split(text, ",") {
			c, err := s.criterion(part)
			if err != nil {
				return nil, err
			}
			both.parts = append(both.parts, c)
		}
		out.parts = append(out.parts, both)
	}
	return out, nil
}
