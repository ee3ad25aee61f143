package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// strings parses a string literal, or several in a row, which make one.
func (p *parser) strings() Expr {
	start := p.tok.start
	if one := p.plainString(); one != nil {
		return one
	}
	var w buffer
	for p.tok.kind == tString {
		p.unescape(&w, int(p.tok.start)+1, int(p.tok.end)-1)
		p.next()
	}
	return p.slabs.literal.add(Literal{p.span(start), w.take()})
}

// plainString parses the usual case, one literal without escapes, whose text
// is that of the file; nil if it is anything else.
func (p *parser) plainString() *Literal {
	at := source.Span{Start: p.tok.start, End: p.tok.end}
	inside := source.Span{Start: at.Start + 1, End: at.End - 1}
	text := p.src[inside.Start:inside.End]
	if strings.IndexByte(text, '\\') >= 0 || strings.IndexByte(text, '\r') >= 0 {
		return nil
	}
	if next := skipSpace(p.src, p.pos, p.limit); next < p.limit && (p.src[next] == '\'' || p.src[next] == '"') {
		return nil
	}
	p.next()
	if text == "" {
		return p.slabs.literal.add(Literal{at, NewStr("")})
	}
	return p.slabs.literal.add(Literal{at, p.literalText(text, inside)})
}

// unescape writes the inside of a string literal: runs of plain characters
// exactly, each escape sequence as a whole.
func (p *parser) unescape(w *buffer, start, end int) {
	for start < end {
		i := strings.IndexAny(p.src[start:end], "\\\r")
		if i < 0 {
			i = end - start
		}
		w.write(p.src[start:start+i], source.Segment{File: p.file, Src: span(start, start+i)})
		start += i
		if start >= end {
			return
		}
		text, n := escape(p.src[start:end])
		if cutShort(text, p.src[start:end]) {
			p.report(span(start, min(start+2, end)), "the escape sequence `%s` has too few digits, or no character has its number", p.src[start:start+2])
		}
		w.write(text, source.Segment{File: p.file, Src: span(start, start+n), Fid: source.Whole})
		start += n
	}
}

// escape decodes the escape sequence, or line ending, that s begins with; n is
// its length. An unknown sequence stands for itself.
func escape(s string) (text string, n int) {
	if s[0] == '\r' {
		if strings.HasPrefix(s, "\r\n") {
			return "\n", 2
		}
		return "\n", 1
	}
	if len(s) < 2 {
		return s, len(s)
	}
	if r, size := utf8.DecodeRuneInString(s[1:]); size > 1 { // the original writes it in ASCII before it looks for escapes
		format := "\\x%02x"
		switch {
		case r > 0xffff:
			format = "\\U%08x"
		case r > 0xff:
			format = "\\u%04x"
		}
		return fmt.Sprintf(format, r), 1 + size
	}
	const from, to = "abfnrtv\\'\"", "\a\b\f\n\r\t\v\\'\""
	c := s[1]
	if i := strings.IndexByte(from, c); i >= 0 {
		return to[i : i+1], 2
	}
	digits := 0
	switch {
	case c == '\n':
		return "", 2
	case c == '\r':
		return "", min(3, len("\\")+len(crlf(s[1:])))
	case c >= '0' && c <= '7':
		return octal(s)
	case c == 'x':
		digits = 2
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	}
	if digits > 0 && len(s) >= 2+digits {
		if r, ok := codePoint(s[2:2+digits], 16); ok {
			return string(r), 2 + digits
		}
	}
	return s[:1], 1
}

// cutShort reports whether s begins with an escape sequence by number that
// could not be decoded.
func cutShort(decoded, s string) bool {
	return decoded == "\\" && len(s) > 1 && strings.IndexByte("xuU", s[1]) >= 0
}

func crlf(s string) string {
	if strings.HasPrefix(s, "\r\n") {
		return "\r\n"
	}
	return "\r"
}

// octal decodes a backslash and one to three octal digits.
func octal(s string) (string, int) {
	n := 2
	for n < min(len(s), 4) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	r, _ := codePoint(s[1:n], 8)
	return string(r), n
}

func codePoint(digits string, base int) (rune, bool) {
	r, err := strconv.ParseUint(digits, base, 32)
	return rune(r), err == nil && r <= 0x10ffff
}

// literalText returns the string value of text, which stands at span at.
func (p *parser) literalText(text string, at source.Span) *Str {
	x := p.slabs.str.add(oneSeg{s: Str{text: text}, seg: [1]source.Segment{{File: p.file, Src: at}}})
	x.s.segs = x.seg[:]
	return &x.s
}
