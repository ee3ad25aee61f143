package dbtctx

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// reModule is Python's re. Patterns that Go's engine cannot read, with
// lookarounds or back references, make the result unknown.
func reModule() map[string]jinja.Value {
	out := map[string]jinja.Value{
		"IGNORECASE": int64(2), "I": int64(2), "MULTILINE": int64(8), "M": int64(8), "DOTALL": int64(16), "S": int64(16),
		"escape": strict("re.escape", func(c *jinja.CallArgs) (jinja.Value, error) {
			text, _ := c.String(0, "pattern")
			return jinja.NewStr(escaped.Replace(text)), nil
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
			return fn(re, &rest)
		})
	}
	return out
}

// escaped puts a backslash before what re.escape does.
var escaped = strings.NewReplacer(escapes()...)

func escapes() []string {
	var pairs []string
	for _, c := range "()[]{}?*+-|^$\\.&~# \t\n\r\v\f" {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	return pairs
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
var regexFunctions = map[string]func(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error){
	"match":     func(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) { return matchAt(re, c, true, false) },
	"search":    func(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) { return matchAt(re, c, false, false) },
	"fullmatch": func(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) { return matchAt(re, c, true, true) },
	"findall":   findAll,
	"split":     splitBy,
	"sub":       substitute,
}

// sameInPython reports whether Python's engine finds in text what Go's does. It
// knows more digits, letters and blanks beyond ASCII, and its $ also stands
// before a line feed at the end.
func sameInPython(re *regexp.Regexp, text string) bool {
	return (isASCII(text) || !strings.Contains(re.String(), `\`)) && (!strings.HasSuffix(text, "\n") || !strings.Contains(re.String(), "$"))
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// allMatches returns up to limit (all if negative) matches as Python finds
// them: one that is empty counts also right behind another one. ok is false if
// that cannot be told.
func allMatches(re *regexp.Regexp, text string, limit int) (found [][]int, ok bool) {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil || !sameInPython(re, text) {
		return nil, false
	}
	if !mayBeEmpty(tree) {
		return re.FindAllStringSubmatchIndex(text, limit), true
	}
	if looksBack(tree) {
		return nil, false
	}
	longest := regexp.MustCompile(re.String())
	longest.Longest()
	for at := 0; at <= len(text) && limit != 0; limit-- {
		m := re.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += at
			}
		}
		found = append(found, m)
		if at = m[1]; m[0] == m[1] {
			if end := longest.FindStringIndex(text[at:]); end == nil || end[0] != 0 || end[1] != 0 {
				return nil, false // Python looks for a longer one at the same place
			}
			_, size := utf8.DecodeRuneInString(text[at:])
			at += max(size, 1)
		}
	}
	return found, true
}

// mayBeEmpty reports whether a match may have no characters.
func mayBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || mayBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(x *syntax.Regexp) bool { return !mayBeEmpty(x) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, mayBeEmpty)
	}
	return true
}

// looksBack reports whether a match depends on what stands before it.
func looksBack(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, looksBack)
}

func matchAt(re *regexp.Regexp, c *jinja.CallArgs, start, end bool) (jinja.Value, error) {
	text, _ := c.String(0, "string")
	if !sameInPython(re, text) {
		return unknown(jinja.AnyKind, "a match of a regular expression", c.Place), nil
	}
	source := re.String()
	if start {
		source = `\A(?:` + source + `)`
	}
	if end {
		source += `\z`
	}
	anchored, err := regexp.Compile(source)
	if err != nil {
		return nil, nil
	}
	m := anchored.FindStringSubmatchIndex(text)
	if m == nil {
		return nil, nil
	}
	return matchObject{text, m, anchored}, nil
}

func findAll(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) {
	text, _ := c.String(0, "string")
	matches, ok := allMatches(re, text, -1)
	if !ok {
		return unknown(jinja.ListKind, "re.findall", c.Place), nil
	}
	out := jinja.NewList()
	for _, m := range matches {
		var groups []jinja.Value
		for i := 0; i < len(m); i += 2 {
			groups = append(groups, jinja.NewStr(text[max(m[i], 0):max(m[i+1], 0)]))
		}
		switch len(groups) {
		case 1, 2:
			out.Append(groups[len(groups)-1])
		default:
			out.Append(jinja.NewTuple(groups[1:]...))
		}
	}
	return out, nil
}

// splitBy is re.split: the groups of the pattern are kept between the parts.
func splitBy(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) {
	text, _ := c.String(0, "string")
	limit, _ := c.Int(1, "maxsplit")
	if limit <= 0 {
		limit = -1
	}
	matches, ok := allMatches(re, text, limit)
	if !ok {
		return unknown(jinja.ListKind, "re.split", c.Place), nil
	}
	out := jinja.NewList()
	from := 0
	for _, m := range matches {
		out.Append(jinja.NewStr(text[from:m[0]]))
		for g := 2; g < len(m); g += 2 {
			out.Append(groupText(text, m, g/2))
		}
		from = m[1]
	}
	out.Append(jinja.NewStr(text[from:]))
	return out, nil
}

// substitute is re.sub(pattern, repl, string, count).
func substitute(re *regexp.Regexp, c *jinja.CallArgs) (jinja.Value, error) {
	template, ok := c.String(0, "repl")
	text, ok2 := c.String(1, "string")
	if !ok || !ok2 {
		return unknown(jinja.ScalarKind, "re.sub", c.Place), nil
	}
	for _, ref := range backReference.FindAllStringSubmatch(template, -1) {
		if n, err := strconv.Atoi(ref[1] + ref[2]); err == nil && n > re.NumSubexp() || err != nil && ref[1] != "" && re.SubexpIndex(ref[1]) < 0 {
			return nil, hostError("the replacement `" + template + "` names a group that the pattern `" + re.String() + "` does not have")
		}
	}
	count, _ := c.Int(2, "count")
	if count <= 0 {
		count = -1
	}
	matches, ok := allMatches(re, text, count)
	if !ok {
		return unknown(jinja.ScalarKind, "re.sub", c.Place), nil
	}
	repl := goTemplate(template)
	var b []byte
	from := 0
	for _, m := range matches {
		b = append(b, text[from:m[0]]...)
		b = re.ExpandString(b, repl, text, m)
		from = m[1]
	}
	return jinja.NewStr(string(append(b, text[from:]...))), nil
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
	return strict("re."+name, func(c *jinja.CallArgs) (jinja.Value, error) { return fn(p.re, c) }), true
}

// matchObject is a match: group offsets in text, as Go's regexp gives them.
type matchObject struct {
	text string
	m    []int
	re   *regexp.Regexp
}

// Print writes the match as Python does.
func (m matchObject) Print() string {
	return fmt.Sprintf("<re.Match object; span=(%d, %d), match=%s>", m.offset(0), m.offset(1), jinja.Repr(groupText(m.text, m.m, 0)))
}

func groupText(text string, m []int, g int) jinja.Value {
	if 2*g+1 >= len(m) || g < 0 || m[2*g] < 0 {
		return nil
	}
	return jinja.NewStr(text[m[2*g]:m[2*g+1]])
}

// group is the text of a group, none if it took no part in the match.
func (m matchObject) group(key jinja.Value) (jinja.Value, error) {
	n, _ := key.(int64)
	if name, ok := jinja.TextOf(key); ok {
		n = int64(m.re.SubexpIndex(name))
	}
	if n < 0 || n >= int64(len(m.m)/2) {
		return nil, hostError("the pattern `" + m.re.String() + "` has no group " + jinja.Repr(key))
	}
	return groupText(m.text, m.m, int(n)), nil
}

func (m matchObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "group":
		return strict("group", func(c *jinja.CallArgs) (jinja.Value, error) {
			if len(c.Args) < 2 {
				key, _ := c.Arg(0, "")
				return m.group(key)
			}
			groups := make([]jinja.Value, len(c.Args))
			for i, key := range c.Args {
				var err error
				if groups[i], err = m.group(key); err != nil {
					return nil, err
				}
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
	case "start", "end", "span":
		return strict(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			g, _ := c.Int(0, "group")
			if g < 0 || g >= len(m.m)/2 {
				return nil, hostError("the pattern `" + m.re.String() + "` has no group " + strconv.Itoa(g))
			}
			start, end := m.offset(2*g), m.offset(2*g+1)
			return map[string]jinja.Value{"start": start, "end": end, "span": jinja.NewTuple(start, end)}[name], nil
		}), true
	case "lastindex":
		return unknown(jinja.ScalarKind, "`lastindex` of a match", s.Place()), true
	}
	return nil, false
}

// offset is a place in the text, in characters; -1 for a group without a part.
func (m matchObject) offset(i int) int64 {
	if m.m[i] < 0 {
		return -1
	}
	return int64(utf8.RuneCountInString(m.text[:m.m[i]]))
}

// Index is m[1].
func (m matchObject) Index(_ *jinja.State, key jinja.Value) (jinja.Value, bool) {
	v, err := m.group(key)
	return v, err == nil
}
