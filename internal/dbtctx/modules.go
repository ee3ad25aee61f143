package dbtctx

import (
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// modules is `modules`: the parts of Python's library that templates may use,
// as far as their results do not depend on the clock.
func modules() jinja.Value {
	return dict(
		"datetime", moduleObject{"datetime", datetimeModule()},
		"pytz", moduleObject{"pytz", pytzModule()},
		"re", moduleObject{"re", reModule()},
		"itertools", moduleObject{"itertools", itertoolsModule()},
	)
}

// moduleObject is a module; what it lacks here is unknown.
type moduleObject struct {
	name    string
	members map[string]jinja.Value
}

func (m moduleObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	if v, ok := m.members[name]; ok {
		return v, true
	}
	return unknown(jinja.AnyKind, "modules."+m.name+"."+name, s.Place()), true
}

// Index is modules['re'].
func (m moduleObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return m.Attr(s, name)
}

func (moduleObject) Is(test string) bool { return test == "mapping" }

// reModule is Python's re. Patterns that Go's engine cannot read, with
// lookarounds or back references, make the result unknown.
func reModule() map[string]jinja.Value {
	out := map[string]jinja.Value{
		"IGNORECASE": int64(2), "I": int64(2), "MULTILINE": int64(8), "M": int64(8), "DOTALL": int64(16), "S": int64(16),
		"escape": strict("re.escape", func(c *jinja.CallArgs) (jinja.Value, error) {
			text, _ := c.String(0, "pattern")
			return jinja.NewStr(regexp.QuoteMeta(text)), nil
		}),
		"compile": strict("re.compile", func(c *jinja.CallArgs) (jinja.Value, error) {
			re, ok := patternArg(c, 1)
			if !ok {
				return unknown(jinja.AnyKind, "a regular expression", c.Place), nil
			}
			return patternObject{re}, nil
		}),
	}
	for name, fn := range regexFunctions {
		out[name] = strict("re."+name, func(c *jinja.CallArgs) (jinja.Value, error) {
			re, ok := patternArg(c, regexFlags[name])
			if !ok {
				return unknown(jinja.AnyKind, "a regular expression", c.Place), nil
			}
			rest := *c
			rest.Args = c.Args[min(1, len(c.Args)):]
			return fn(re, &rest), nil
		})
	}
	return out
}

// regexFlags tells which positional argument of a function holds the flags.
var regexFlags = map[string]int{"match": 2, "search": 2, "fullmatch": 2, "findall": 2, "split": 3, "sub": 4}

// patternArg compiles the first argument of a call.
func patternArg(c *jinja.CallArgs, flags int) (*regexp.Regexp, bool) {
	v, _ := c.Arg(0, "pattern")
	if p, ok := v.(patternObject); ok {
		return p.re, true
	}
	text, ok := jinja.TextOf(v)
	if !ok {
		return nil, false
	}
	f, _ := c.Int(flags, "flags")
	mode := ""
	for bit, letter := range map[int]string{2: "i", 8: "m", 16: "s"} {
		if f&bit != 0 {
			mode += letter
		}
	}
	if mode != "" {
		text = "(?" + mode + ")" + text
	}
	re, err := regexp.Compile(strings.ReplaceAll(text, `\Z`, `\z`))
	return re, err == nil
}

// regexFunctions work on a pattern and the arguments that follow it.
var regexFunctions = map[string]func(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value{
	"match":     func(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value { return matchAt(re, c, true, false) },
	"search":    func(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value { return matchAt(re, c, false, false) },
	"fullmatch": func(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value { return matchAt(re, c, true, true) },
	"findall":   findAll,
	"split":     splitBy,
	"sub":       substitute,
}

func matchAt(re *regexp.Regexp, c *jinja.CallArgs, start, end bool) jinja.Value {
	text, _ := c.String(0, "string")
	source := re.String()
	if start {
		source = `\A(?:` + source + `)`
	}
	if end {
		source += `\z`
	}
	anchored, err := regexp.Compile(source)
	if err != nil {
		return nil
	}
	m := anchored.FindStringSubmatchIndex(text)
	if m == nil {
		return nil
	}
	return matchObject{text, m, anchored}
}

func findAll(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value {
	text, _ := c.String(0, "string")
	out := jinja.NewList()
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		switch len(m) {
		case 1, 2:
			out.Append(jinja.NewStr(m[len(m)-1]))
		default:
			out.Append(jinja.NewTuple(texts(m[1:])...))
		}
	}
	return out
}

func texts(list []string) []jinja.Value {
	out := make([]jinja.Value, len(list))
	for i, s := range list {
		out[i] = jinja.NewStr(s)
	}
	return out
}

// splitBy is re.split: the groups of the pattern are kept between the parts.
func splitBy(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value {
	text, _ := c.String(0, "string")
	limit, _ := c.Int(1, "maxsplit")
	if limit <= 0 {
		limit = -1
	}
	out := jinja.NewList()
	from := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, limit) {
		out.Append(jinja.NewStr(text[from:m[0]]))
		for g := 2; g < len(m); g += 2 {
			out.Append(groupText(text, m, g/2))
		}
		from = m[1]
	}
	out.Append(jinja.NewStr(text[from:]))
	return out
}

// substitute is re.sub(pattern, repl, string, count).
func substitute(re *regexp.Regexp, c *jinja.CallArgs) jinja.Value {
	template, ok := c.String(0, "repl")
	text, ok2 := c.String(1, "string")
	if !ok || !ok2 {
		return unknown(jinja.ScalarKind, "re.sub", c.Place)
	}
	count, _ := c.Int(2, "count")
	if count <= 0 {
		count = -1
	}
	repl := goTemplate(template)
	var b []byte
	from := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, count) {
		b = append(b, text[from:m[0]]...)
		b = re.ExpandString(b, repl, text, m)
		from = m[1]
	}
	return jinja.NewStr(string(append(b, text[from:]...)))
}

var backReference = regexp.MustCompile(`\\(?:g<(\w+)>|(\d{1,2})|(.))`)

// goTemplate translates the replacement of re.sub: \1 and \g<name> are groups.
func goTemplate(repl string) string {
	return backReference.ReplaceAllStringFunc(strings.ReplaceAll(repl, "$", "$$"), func(ref string) string {
		m := backReference.FindStringSubmatch(ref)
		switch {
		case m[1] != "":
			return "${" + m[1] + "}"
		case m[2] != "":
			return "${" + m[2] + "}"
		case m[3] == "n":
			return "\n"
		case m[3] == "t":
			return "\t"
		}
		return m[3]
	})
}

// patternObject is a compiled pattern.
type patternObject struct{ re *regexp.Regexp }

func (p patternObject) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	if name == "pattern" {
		return jinja.NewStr(p.re.String()), true
	}
	fn, ok := regexFunctions[name]
	if !ok {
		return nil, false
	}
	return strict("re."+name, func(c *jinja.CallArgs) (jinja.Value, error) { return fn(p.re, c), nil }), true
}

// matchObject is a match: group offsets in text, as Go's regexp gives them.
type matchObject struct {
	text string
	m    []int
	re   *regexp.Regexp
}

func groupText(text string, m []int, g int) jinja.Value {
	if 2*g+1 >= len(m) || g < 0 || m[2*g] < 0 {
		return nil
	}
	return jinja.NewStr(text[m[2*g]:m[2*g+1]])
}

func (m matchObject) group(key jinja.Value) jinja.Value {
	if name, ok := jinja.TextOf(key); ok {
		return groupText(m.text, m.m, m.re.SubexpIndex(name))
	}
	n, _ := key.(int64)
	return groupText(m.text, m.m, int(n))
}

func (m matchObject) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "group":
		return strict("group", func(c *jinja.CallArgs) (jinja.Value, error) {
			if len(c.Args) < 2 {
				key, _ := c.Arg(0, "")
				return m.group(key), nil
			}
			groups := make([]jinja.Value, len(c.Args))
			for i, key := range c.Args {
				groups[i] = m.group(key)
			}
			return jinja.NewTuple(groups...), nil
		}), true
	case "groups":
		var groups []jinja.Value
		for g := 1; 2*g < len(m.m); g++ {
			groups = append(groups, groupText(m.text, m.m, g))
		}
		return answer(name, jinja.NewTuple(groups...)), true
	case "groupdict":
		d := jinja.NewDict()
		for i, n := range m.re.SubexpNames() {
			if n != "" {
				d.Set(n, groupText(m.text, m.m, i))
			}
		}
		return answer(name, d), true
	case "string":
		return jinja.NewStr(m.text), true
	case "start", "end":
		return answer(name, int64(len([]rune(m.text[:m.m[map[string]int{"start": 0, "end": 1}[name]]])))), true
	}
	return nil, false
}

// Index is m[1].
func (m matchObject) Index(_ *jinja.State, key jinja.Value) (jinja.Value, bool) {
	return m.group(key), true
}

// itertoolsModule is Python's itertools, as far as templates use it.
func itertoolsModule() map[string]jinja.Value {
	out := map[string]jinja.Value{}
	for name, fn := range map[string]func(lists [][]jinja.Value, n int) [][]jinja.Value{
		"product":      func(lists [][]jinja.Value, _ int) [][]jinja.Value { return product(lists) },
		"combinations": func(lists [][]jinja.Value, n int) [][]jinja.Value { return choose(lists[0], n, false) },
		"permutations": func(lists [][]jinja.Value, n int) [][]jinja.Value { return choose(lists[0], n, true) },
	} {
		out[name] = strict("itertools."+name, func(c *jinja.CallArgs) (jinja.Value, error) {
			lists, n, ok := iterables(c)
			if !ok || len(lists) == 0 {
				return unknown(jinja.ListKind, "itertools."+name, c.Place), nil
			}
			rows := fn(lists, n)
			if rows == nil {
				return unknown(jinja.ListKind, "itertools."+name, c.Place), nil
			}
			l := jinja.NewList()
			for _, row := range rows {
				l.Append(jinja.NewTuple(row...))
			}
			return l, nil
		})
	}
	out["chain"] = strict("itertools.chain", func(c *jinja.CallArgs) (jinja.Value, error) {
		lists, _, ok := iterables(c)
		if !ok {
			return unknown(jinja.ListKind, "itertools.chain", c.Place), nil
		}
		l := jinja.NewList()
		for _, items := range lists {
			l.Append(items...)
		}
		return l, nil
	})
	return out
}

// iterables returns the arguments that can be looped over, and the one that
// is a number.
func iterables(c *jinja.CallArgs) (lists [][]jinja.Value, n int, ok bool) {
	n = -1
	args := c.Args
	for _, a := range c.Named {
		args = append(args, a.Value)
	}
	for _, a := range args {
		if i, isInt := a.(int64); isInt && i >= 0 && i < 1000 {
			n = int(i)
			continue
		}
		items, ok := itemsOf(a)
		if !ok {
			return nil, 0, false
		}
		lists = append(lists, items)
	}
	return lists, n, true
}

// maxRows bounds what product and its like make; more is unknown.
const maxRows = 20_000

func product(lists [][]jinja.Value) [][]jinja.Value {
	rows := [][]jinja.Value{{}}
	for _, items := range lists {
		if len(rows)*len(items) > maxRows {
			return nil
		}
		next := make([][]jinja.Value, 0, len(rows)*len(items))
		for _, row := range rows {
			for _, x := range items {
				next = append(next, append(append([]jinja.Value{}, row...), x))
			}
		}
		rows = next
	}
	return rows
}

// choose returns the ways to take n of items, in order or in any order.
func choose(items []jinja.Value, n int, anyOrder bool) [][]jinja.Value {
	if n < 0 {
		n = len(items)
	}
	out := [][]jinja.Value{}
	used := make([]bool, len(items))
	var row []jinja.Value
	var take func(from int) bool
	take = func(from int) bool {
		if len(row) == n {
			out = append(out, append([]jinja.Value{}, row...))
			return len(out) <= maxRows
		}
		start := from
		if anyOrder {
			start = 0
		}
		for i := start; i < len(items); i++ {
			if used[i] {
				continue
			}
			used[i], row = true, append(row, items[i])
			more := take(i + 1)
			used[i], row = false, row[:len(row)-1]
			if !more {
				return false
			}
		}
		return true
	}
	if !take(0) {
		return nil
	}
	return out
}
