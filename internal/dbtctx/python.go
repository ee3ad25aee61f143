package dbtctx

import (
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// PythonDeps returns the calls of a Python model that dbt itself reads from
// its text, with the arguments that are literals: dbt.ref, dbt.source, and
// dbt.config; nothing is resolved and nothing is run. A ref or source with an
// argument that is no literal is left out, a key of config is unknown then.
// What dbt.config.get asks for is a config event with Args and no Config.
func PythonDeps(f *source.File) (refs, sources, configs []Event) {
	p := &pyReader{f: f, toks: pythonTokens(f.Text)}
	for p.i < len(p.toks) {
		e, ok := p.call()
		switch {
		case !ok:
			p.i++
		case e.Kind == RefEvent:
			refs = append(refs, e)
		case e.Kind == SourceEvent:
			sources = append(sources, e)
		default:
			configs = append(configs, e)
		}
	}
	return refs, sources, configs
}

// pyToken is a token of Python: a name, a string, a number or an operator.
type pyToken struct {
	kind       byte // n name, s string, d number, f formatted string, o operator
	text       string
	start, end int32
}

func pythonTokens(src string) []pyToken {
	var out []pyToken
	for i := 0; i < len(src); {
		c, start := src[i], i
		switch {
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
			continue
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\\':
			i++
			continue
		case pythonQuote(src[i:]) > 0:
			tok := pythonString(src, i)
			out = append(out, tok)
			i = int(tok.end)
			continue
		case isPythonName(c):
			for i < len(src) && isPythonName(src[i]) {
				i++
			}
		default:
			i++
		}
		kind := byte('o')
		switch {
		case c >= '0' && c <= '9':
			kind = 'd'
			for i < len(src) && (src[i] == '.' || isPythonName(src[i])) {
				i++
			}
		case isPythonName(c):
			kind = 'n'
		}
		out = append(out, pyToken{kind, src[start:i], int32(start), int32(i)})
	}
	return out
}

func isPythonName(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// pythonQuote returns how many letters stand before the quote that opens a
// string at the beginning of s, plus one; 0 if there is no string.
func pythonQuote(s string) int {
	for i := 0; i < len(s) && i < 3; i++ {
		switch {
		case s[i] == '\'' || s[i] == '"':
			return i + 1
		case !strings.ContainsRune("rRbBuUfF", rune(s[i])):
			return 0
		}
	}
	return 0
}

// pythonString reads the string at offset i of src.
func pythonString(src string, i int) pyToken {
	n := pythonQuote(src[i:])
	prefix := strings.ToLower(src[i : i+n-1])
	q := src[i+n-1 : i+n]
	if strings.HasPrefix(src[i+n-1:], q+q+q) {
		q = q + q + q
	}
	body := i + n - 1 + len(q)
	end := body
	for end < len(src) && !strings.HasPrefix(src[end:], q) && (len(q) == 3 || src[end] != '\n') {
		if src[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(src))
	tok := pyToken{'s', src[body:end], int32(i), int32(min(end+len(q), len(src)))}
	switch {
	case strings.ContainsAny(prefix, "fb"):
		tok.kind = 'f'
	case !strings.Contains(prefix, "r") && strings.Contains(tok.text, `\`):
		if text, err := strconv.Unquote(`"` + strings.ReplaceAll(tok.text, `"`, `\"`) + `"`); err == nil {
			tok.text = text
		}
	}
	return tok
}

type pyReader struct {
	f    *source.File
	toks []pyToken
	i    int
}

func (p *pyReader) at(k int) pyToken {
	if p.i+k < len(p.toks) {
		return p.toks[p.i+k]
	}
	return pyToken{}
}

func (p *pyReader) is(texts ...string) bool {
	for k, text := range texts {
		if t := p.at(k); t.text != text || t.kind == 's' || t.kind == 'f' {
			return false
		}
	}
	return true
}

// call reads a call on the name dbt, if one begins here.
func (p *pyReader) call() (Event, bool) {
	if !p.is("dbt", ".") || p.i > 0 && p.toks[p.i-1].text == "." {
		return Event{}, false
	}
	start := p.at(0).start
	switch {
	case p.is("dbt", ".", "ref", "("), p.is("dbt", ".", "source", "("):
		kind := RefEvent
		if p.at(2).text == "source" {
			kind = SourceEvent
		}
		p.i += 4
		return p.dependency(kind, start)
	case p.is("dbt", ".", "config", "("):
		p.i += 4
		return p.configuration(start), true
	case p.is("dbt", ".", "config", ".", "get", "("):
		p.i += 6
		args, _, _ := p.arguments()
		e := Event{Kind: ConfigEvent, Name: "get", Place: p.place(start)}
		if len(args) > 0 {
			if name, ok := jinja.TextOf(args[0]); ok {
				e.Args = []string{name}
			}
		}
		return e, len(e.Args) > 0
	}
	return Event{}, false
}

// place is the range from start to the last token that was read.
func (p *pyReader) place(start int32) source.Place {
	end := start
	if i := min(p.i, len(p.toks)); i > 0 {
		end = p.toks[i-1].end
	}
	return source.Place{File: p.f, Span: source.Span{Start: start, End: max(start, end)}}
}

func (p *pyReader) dependency(kind EventKind, start int32) (Event, bool) {
	args, named, _ := p.arguments()
	e := Event{Kind: kind, Place: p.place(start)}
	for _, a := range args {
		text, ok := jinja.TextOf(a)
		if !ok {
			return Event{}, false
		}
		e.Args = append(e.Args, text)
	}
	for _, key := range []string{"v", "version"} {
		if v, ok := named.Get(key); ok {
			e.Ver = jinja.ToString(v)
		}
	}
	e.Name = strings.Join(e.Args, ".")
	return e, len(e.Args) > 0
}

func (p *pyReader) configuration(start int32) Event {
	_, named, places := p.arguments()
	return Event{Kind: ConfigEvent, Name: "config", Config: named, Places: places, Place: p.place(start)}
}

// arguments reads the arguments of a call up to its closing bracket.
func (p *pyReader) arguments() (args []jinja.Value, named *jinja.Dict, places map[string]source.Place) {
	named, places = jinja.NewDict(), map[string]source.Place{}
	for p.i < len(p.toks) && !p.is(")") {
		key := ""
		if p.at(0).kind == 'n' && p.at(1).text == "=" {
			key = p.at(0).text
			p.i += 2
		}
		start := p.at(0).start
		v := p.value(0)
		if key == "" {
			args = append(args, v)
		} else {
			named.Set(key, v)
			places[key] = p.place(start)
		}
		if !p.is(",") {
			break
		}
		p.i++
	}
	p.i++
	return args, named, places
}

// value reads one argument; what is no literal is unknown.
func (p *pyReader) value(depth int) jinja.Value {
	start := p.at(0).start
	v, ok := p.literal(depth)
	if ok && (p.i >= len(p.toks) || strings.Contains(",)]}:", p.at(0).text)) {
		return v
	}
	for nested := 0; p.i < len(p.toks); p.i++ {
		t := p.at(0)
		if t.kind != 'o' {
			continue
		}
		if nested == 0 && strings.Contains(",)]}:", t.text) {
			break
		}
		switch {
		case strings.Contains("([{", t.text):
			nested++
		case strings.Contains(")]}", t.text):
			nested--
		}
	}
	return unknown(jinja.AnyKind, "a value that Python computes", p.place(start))
}

func (p *pyReader) literal(depth int) (jinja.Value, bool) {
	t := p.at(0)
	if depth > maxNesting {
		return nil, false
	}
	switch {
	case t.kind == 's':
		text := t.text
		for p.i++; p.at(0).kind == 's'; p.i++ { // strings side by side are one
			text += p.at(0).text
		}
		return jinja.NewStr(text), true
	case t.kind == 'd', p.is("-") && p.at(1).kind == 'd':
		return p.number()
	case p.is("True"), p.is("False"):
		p.i++
		return t.text == "True", true
	case p.is("None"):
		p.i++
		return nil, true
	case p.is("["), p.is("("):
		p.i++
		l := jinja.NewList()
		for p.i < len(p.toks) && !p.is("]") && !p.is(")") {
			l.Append(p.value(depth + 1))
			if !p.is(",") {
				break
			}
			p.i++
		}
		p.i++
		return l, true
	case p.is("{"):
		return p.dict(depth)
	}
	return nil, false
}

func (p *pyReader) number() (jinja.Value, bool) {
	text := ""
	if p.is("-") {
		text = "-"
		p.i++
	}
	text += strings.ReplaceAll(p.at(0).text, "_", "")
	p.i++
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

func (p *pyReader) dict(depth int) (jinja.Value, bool) {
	p.i++
	d := jinja.NewDict()
	for p.i < len(p.toks) && !p.is("}") {
		key := p.value(depth + 1)
		if !p.is(":") {
			return nil, false
		}
		p.i++
		d.Set(key, p.value(depth+1))
		if !p.is(",") {
			break
		}
		p.i++
	}
	p.i++
	return d, true
}
