package jinja

import (
	"fmt"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

const (
	// maxNesting bounds blocks in blocks and brackets in brackets.
	maxNesting = 150
	// maxChain bounds operators of one tag that nest without brackets: a+b+c...
	maxChain = 20000
)

// parser builds the tree of one template. After an error inside a tag the
// current token is the end of the tag, so that every loop over tokens ends;
// recover then finds the real end.
type parser struct {
	lexer
	slabs
	file *source.File
	tmpl *Template

	failed   bool // the current tag has an error
	tagStart int  // where it begins
	nested   int  // depth of brackets and blocks
	chain    int
	ends     [][]string  // the end tags that open blocks wait for
	macros   []*MacroDef // the macros being parsed, outermost first
	captures int         // macros and call blocks met so far
}

// Parse parses the part span of f, clamped to the file, as one template. It
// never fails: what cannot be parsed is reported in Errors and left out. Like
// the original engine it drops one final newline.
func Parse(f *source.File, span source.Span) *Template {
	span = span.Clamp(len(f.Text))
	t := &Template{File: f, Span: span}
	p := &parser{file: f, tmpl: t}
	p.src, p.limit, p.pos = f.Text, dropNewline(f.Text, int(span.Start), int(span.End)), int(span.Start)
	t.Body, _ = p.body()
	return t
}

func dropNewline(text string, start, end int) int {
	if end > start && text[end-1] == '\n' {
		end--
		if end > start && text[end-1] == '\r' {
			end--
		}
		return end
	}
	if end > start && text[end-1] == '\r' {
		end--
	}
	return end
}

// fail reports an error at s, the first of its tag only.
func (p *parser) fail(s source.Span, format string, args ...any) {
	if p.failed {
		return
	}
	p.failed = true
	p.report(s, format, args...)
	p.tok = token{tEnd, p.tok.start, p.tok.start}
	p.closed = false
}

func (p *parser) report(s source.Span, format string, args ...any) {
	p.note(SyntaxError, s, format, args...)
}

// note reports an error that costs nothing of the tree.
func (p *parser) note(kind ErrorKind, s source.Span, format string, args ...any) {
	p.tmpl.Errors = append(p.tmpl.Errors, &Error{
		Kind: kind, Msg: fmt.Sprintf(format, args...), Place: source.Place{File: p.file, Span: s.Clamp(p.limit)},
	})
}

// unexpected reports that something else was expected than the current token.
func (p *parser) unexpected(expected string) {
	p.fail(source.Span{Start: p.tok.start, End: p.tok.end}, "expected %s, found %s", expected, p.found())
}

// found describes the current token.
func (p *parser) found() string {
	switch {
	case p.tok.kind == tEnd && p.closed:
		return "the end of the tag"
	case p.tok.kind == tEnd:
		return "the end of the template"
	case p.tok.kind == tWrong && (p.text() == "'" || p.text() == `"`):
		return "a string that does not end"
	}
	return "`" + p.text() + "`"
}

// body parses until one of the given end tags, or the end of the template. It
// returns the name of the end tag, whose inside is then open; empty at the
// end of the template or when an end tag of an outer block was met.
func (p *parser) body(ends ...string) (nodes []Node, end string) {
	p.ends = append(p.ends, ends)
	p.nested++
	defer func() {
		p.ends = p.ends[:len(p.ends)-1]
		p.nested--
	}()
	for {
		i := nextTag(p.src, p.pos, p.limit)
		if i < 0 {
			nodes = p.data(nodes, p.pos, p.limit)
			p.pos = p.limit
			return nodes, ""
		}
		kind, inside := p.src[i+1], i+2
		sign := byte(0)
		if inside < p.limit && (p.src[inside] == '-' || p.src[inside] == '+') {
			sign = p.src[inside]
			inside++
		}
		dataEnd := i
		if sign == '-' {
			dataEnd = trimRight(p.src, p.pos, i)
		}
		nodes = p.data(nodes, p.pos, dataEnd)
		p.tagStart = i
		switch kind {
		case '#':
			p.comment(i, inside)
		case '{':
			nodes = append(nodes, p.output(i, inside))
		default:
			if bodyStart, ok := rawTag(p.src, inside, p.limit, "raw"); ok {
				nodes = p.raw(nodes, i, bodyStart)
				continue
			}
			p.openTag(i, inside, '%')
			name := ""
			if p.tok.kind == tName {
				name = p.text()
			}
			if isEnd, stop := p.endTag(name, ends); stop {
				return nodes, ""
			} else if isEnd {
				return nodes, name
			}
			if n := p.statement(name, int32(i)); n != nil {
				nodes = append(nodes, n)
			}
		}
	}
}

// nextTag returns the offset of the next opening delimiter, or -1.
func nextTag(src string, pos, limit int) int {
	for pos < limit {
		i := strings.IndexByte(src[pos:limit], '{')
		if i < 0 || pos+i+1 >= limit {
			return -1
		}
		pos += i
		if c := src[pos+1]; c == '{' || c == '%' || c == '#' {
			return pos
		}
		pos++
	}
	return -1
}

// data adds the text between two tags. A carriage return becomes, or with a
// line feed behind it gives way to, a line feed.
func (p *parser) data(nodes []Node, start, end int) []Node {
	for start < end {
		i := strings.IndexByte(p.src[start:end], '\r')
		if i < 0 {
			return append(nodes, p.exact(start, end))
		}
		cr := start + i
		if cr > start {
			nodes = append(nodes, p.exact(start, cr))
		}
		start = cr + 1
		if start >= end || p.src[start] != '\n' {
			nodes = append(nodes, &Data{span(cr, cr+1), "\n", source.Altered})
		}
	}
	return nodes
}

func (p *parser) exact(start, end int) *Data {
	return p.slabs.data.add(Data{span(start, end), p.src[start:end], source.Exact})
}

func span(start, end int) source.Span { return source.Span{Start: int32(start), End: int32(end)} }

// comment skips a comment.
func (p *parser) comment(start, inside int) {
	i := strings.Index(p.src[inside:p.limit], "#}")
	if i < 0 {
		if inside < p.limit { // with nothing behind it, the original takes it for complete
			p.report(span(start, start+2), "expected `#}`, found the end of the template")
			p.tmpl.Lost = true
		}
		p.pos = p.limit
		return
	}
	p.pos = inside + i + 2
	if p.src[inside+i-1] == '-' && i > 0 {
		p.pos = skipSpace(p.src, p.pos, p.limit)
	}
}

// rawTag reports whether the tag whose inside starts at pos consists of word
// alone, and where the text behind it starts.
func rawTag(src string, pos, limit int, word string) (after int, ok bool) {
	pos = skipSpace(src, pos, limit)
	if !strings.HasPrefix(src[pos:limit], word) {
		return 0, false
	}
	pos = skipSpace(src, pos+len(word), limit)
	rest := src[pos:limit]
	switch {
	case strings.HasPrefix(rest, "-%}"):
		return skipSpace(src, pos+3, limit), true
	case strings.HasPrefix(rest, "+%}") && word == "endraw": // Jinja knows no +%} behind raw
		return pos + 3, true
	case strings.HasPrefix(rest, "%}"):
		return pos + 2, true
	}
	return 0, false
}

// raw adds the text of a raw block, which starts at bodyStart.
func (p *parser) raw(nodes []Node, start, bodyStart int) []Node {
	end, next, trim := findEndRaw(p.src, bodyStart, p.limit)
	if end < 0 {
		if bodyStart < p.limit {
			p.report(span(start, bodyStart), "expected `{%% endraw %%}`, found the end of the template")
			p.tmpl.Lost = true
		}
		p.pos = p.limit
		return p.data(nodes, bodyStart, p.limit)
	}
	p.pos = next
	if trim {
		end = trimRight(p.src, bodyStart, end)
	}
	return p.data(nodes, bodyStart, end)
}

// findEndRaw returns where the next endraw tag starts, where the text behind
// it starts, and whether it trims the white space before it; -1 if there is none.
func findEndRaw(src string, pos, limit int) (start, next int, trim bool) {
	for {
		i := strings.Index(src[pos:limit], "{%")
		if i < 0 {
			return -1, limit, false
		}
		pos += i
		inside := pos + 2
		trim := inside < limit && src[inside] == '-'
		if trim || inside < limit && src[inside] == '+' {
			inside++
		}
		if after, ok := rawTag(src, inside, limit, "endraw"); ok {
			return pos, after, trim
		}
		pos += 2
	}
}

func (p *parser) openTag(start, inside int, closer byte) {
	p.failed, p.chain, p.tagStart = false, 0, start
	p.open(inside, closer)
}

// closeTag ends the current tag: what must be is the closing delimiter. It
// returns the offset behind the tag, before white space is trimmed.
func (p *parser) closeTag() int32 {
	if !p.failed && (p.tok.kind != tEnd || !p.closed) {
		closer := "%}"
		if p.closer == '}' {
			closer = "}}"
		}
		p.unexpected("`" + closer + "`")
	}
	if p.failed {
		return p.recover()
	}
	end := p.tok.end
	p.pos = int(end)
	if p.trim {
		p.pos = skipSpace(p.src, p.pos, p.limit)
	}
	return end
}

// recover moves behind the closing delimiter of a tag with an error: the
// first one behind the error, unless the error is on a later line than the
// first one of the tag, when a bracket or quote was probably left open.
func (p *parser) recover() int32 {
	at := int(p.tok.start)
	closer := string(p.closer) + "}"
	find := func(from int) int {
		from = min(max(from, p.tagStart+2), p.limit)
		if i := strings.Index(p.src[from:p.limit], closer); i >= 0 {
			return from + i + 2
		}
		return -1
	}
	end := find(at - 1)
	if first := find(p.tagStart); first >= 0 && first <= at && strings.Contains(p.src[first:at], "\n") {
		end = first
	}
	if end < 0 {
		end = p.limit
	}
	p.tmpl.Lost = p.tmpl.Lost || end == p.limit || nextTag(p.src, p.tagStart+2, end) >= 0
	p.pos = end
	if end < p.limit && end >= 3 && p.src[end-3] == '-' {
		p.pos = skipSpace(p.src, end, p.limit)
	}
	return int32(end)
}

// output parses {{ ... }}.
func (p *parser) output(start, inside int) Node {
	p.openTag(start, inside, '}')
	x := p.tuple(tupleFull)
	n := p.slabs.output.add(Output{X: x})
	n.Span = source.Span{Start: int32(start), End: p.closeTag()}
	if p.failed {
		n.X = &Bad{n.Span}
	}
	return n
}

// endTag reports whether the tag name ends the current block (isEnd) or an
// outer one (stop), which is then reported as not closed. A stray end tag is
// reported and skipped by statement.
func (p *parser) endTag(name string, ends []string) (isEnd, stop bool) {
	for _, e := range ends {
		if e == name {
			return true, false
		}
	}
	for i := len(p.ends) - 2; i >= 0; i-- {
		for _, e := range p.ends[i] {
			if e == name && len(ends) > 0 {
				p.report(source.Span{Start: p.tok.start, End: p.tok.end}, "expected %s, found `%s`", oneOf(ends), name)
				p.pos = p.tagStart // the outer block reads it again
				return false, true
			}
		}
	}
	return false, false
}

func oneOf(words []string) string {
	return "`" + strings.Join(words, "` or `") + "`"
}

// block parses the body of a block up to its end tag, and the rest of that
// tag. It returns the body, its span and the offset behind the end tag.
func (p *parser) block(opener source.Span, end string) (body []Node, inner source.Span, after int32) {
	from := int32(p.pos)
	body, found := p.body(end)
	return body, source.Span{Start: from, End: p.bodyEnd(from, found)}, p.endBlock(opener, found, end)
}

// bodyEnd returns where a body that began at from ends: at the tag that was found.
func (p *parser) bodyEnd(from int32, found string) int32 {
	if found == "" {
		return max(from, int32(p.pos))
	}
	return max(from, int32(p.tagStart))
}

// endBlock consumes the end tag that was found; if there was none, it reports
// that the block is not closed.
func (p *parser) endBlock(opener source.Span, found string, want ...string) int32 {
	if found == "" {
		if p.pos >= p.limit {
			p.report(opener, "expected %s, found the end of the template", oneOf(want))
		}
		return int32(p.pos)
	}
	p.next()
	return p.closeTag()
}
