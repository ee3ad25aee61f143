package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// kind is what a token is: one of the constants, or for operators and
// brackets the character (of the two-character ones, see below).
type kind uint8

const (
	tEnd    kind = 0 // the end of the tag, or of the text
	tName   kind = 1
	tString kind = 2
	tInt    kind = 3
	tFloat  kind = 4
	tPow    kind = 5 // **
	tFloor  kind = 6 // //
	tEq     kind = 7
	tNe     kind = 8
	tLe     kind = 9
	tGe     kind = 10
	tWrong  kind = 11 // a character that begins no token
)

type token struct {
	kind       kind
	start, end int32
}

// lexer cuts the inside of one tag into tokens.
type lexer struct {
	src   string // the text of the whole file
	limit int    // where the template ends in it
	pos   int

	tok    token
	prev   int32 // end of the token before tok
	closer byte  // '%' or '}': what, before a '}', closes the tag
	nest   []byte
	after  kind // the token before tok, for numbers behind a dot
	trim   bool // the closing delimiter has a '-'
	closed bool // tok is a closing delimiter and not the end of the text
}

// open begins a tag whose inside starts at pos.
func (l *lexer) open(pos int, closer byte) {
	l.pos, l.closer, l.nest, l.after = pos, closer, l.nest[:0], tEnd
	l.trim, l.closed, l.prev = false, false, int32(pos)
	l.tok = token{}
	l.scan()
}

// next moves to the next token.
func (l *lexer) next() {
	l.prev, l.after = l.tok.end, l.tok.kind
	l.scan()
}

func (l *lexer) text() string { return l.src[l.tok.start:l.tok.end] }

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f }

// skipSpace returns the offset of the first character at or behind pos that is
// not white space, as Unicode counts it.
func skipSpace(src string, pos, limit int) int {
	for pos < limit {
		c := src[pos]
		if c < utf8.RuneSelf {
			if !isSpace(c) {
				return pos
			}
			pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(src[pos:limit])
		if !unicode.IsSpace(r) {
			return pos
		}
		pos += n
	}
	return pos
}

// trimRight returns the end of src[from:to] without its final white space.
func trimRight(src string, from, to int) int {
	return from + len(strings.TrimRightFunc(src[from:to], func(r rune) bool {
		return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
	}))
}

// atCloser returns the length of the closing delimiter at pos, or 0.
func (l *lexer) atCloser(pos int) int {
	rest := l.src[pos:l.limit]
	if len(rest) >= 2 && rest[0] == l.closer && rest[1] == '}' {
		return 2
	}
	if len(rest) >= 3 && rest[1] == l.closer && rest[2] == '}' && (rest[0] == '-' || rest[0] == '+' && l.closer == '%') {
		return 3
	}
	return 0
}

func (l *lexer) set(k kind, start, end int) {
	l.tok = token{k, int32(start), int32(end)}
	l.pos = end
}

func (l *lexer) scan() {
	start := skipSpace(l.src, l.pos, l.limit)
	if start >= l.limit {
		l.set(tEnd, l.limit, l.limit)
		return
	}
	if len(l.nest) == 0 {
		if n := l.atCloser(start); n > 0 {
			l.closed, l.trim = true, l.src[start] == '-'
			l.set(tEnd, start, start+n)
			return
		}
	}
	c := l.src[start]
	switch {
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
		l.set(tName, start, l.nameEnd(start+1))
	case c >= '0' && c <= '9':
		l.number(start)
	case c == '\'' || c == '"':
		l.str(start, c)
	case c >= utf8.RuneSelf:
		l.unicodeName(start)
	default:
		l.operator(start, c)
	}
}

func (l *lexer) nameEnd(pos int) int {
	for pos < l.limit {
		c := l.src[pos]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= '0' && c <= '9':
			pos++
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.src[pos:l.limit])
			if !startsName(r) && !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue) {
				return pos
			}
			pos += n
		default:
			return pos
		}
	}
	return pos
}

// startsName reports whether a name may begin with r, as Python has it.
func startsName(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start)
}

func (l *lexer) unicodeName(start int) {
	r, n := utf8.DecodeRuneInString(l.src[start:l.limit])
	if !startsName(r) {
		l.set(tWrong, start, start+n)
		return
	}
	l.set(tName, start, l.nameEnd(start+n))
}

// str scans a string literal; one that does not end is a wrong token.
func (l *lexer) str(start int, quote byte) {
	for i := start + 1; i < l.limit; i++ {
		switch l.src[i] {
		case '\\':
			i++
		case quote:
			l.set(tString, start, i+1)
			return
		}
	}
	l.set(tWrong, start, start+1)
}

// digits returns the end of a run of digits of the given base that may have
// single underscores inside.
func (l *lexer) digits(pos int, base string) int {
	end := pos
	for pos < l.limit {
		c := l.src[pos]
		if c == '_' && pos > end-1 && pos+1 < l.limit && strings.IndexByte(base, l.src[pos+1]) >= 0 && end == pos {
			pos++
			continue
		}
		if strings.IndexByte(base, c) < 0 {
			break
		}
		pos++
		end = pos
	}
	return end
}

const decimal = "0123456789"

func (l *lexer) number(start int) {
	if l.src[start] == '0' && start+2 < l.limit {
		base := ""
		switch l.src[start+1] | 0x20 {
		case 'x':
			base = "0123456789abcdefABCDEF"
		case 'o':
			base = "01234567"
		case 'b':
			base = "01"
		}
		from := start + 2
		if base != "" && l.src[from] == '_' && from+1 < l.limit {
			from++
		}
		if end := l.digits(from, base); end > from {
			l.set(tInt, start, end)
			return
		}
	}
	end := l.digits(start, decimal)
	if l.after == '.' { // x.0.1 is two items, not a float
		l.set(tInt, start, end)
		return
	}
	k := tInt
	if end+1 < l.limit && l.src[end] == '.' && strings.IndexByte(decimal, l.src[end+1]) >= 0 {
		k, end = tFloat, l.digits(end+1, decimal)
	}
	if e := l.exponent(end); e > end {
		k, end = tFloat, e
	}
	if k == tInt && l.src[start] == '0' && strings.Trim(l.src[start:end], "0_") != "" {
		end = start + 1 // 07 is 0 and 7
		for end < l.limit && l.src[end] == '0' {
			end++
		}
	}
	l.set(k, start, end)
}

// exponent returns the end of an exponent at pos, or pos.
func (l *lexer) exponent(pos int) int {
	if pos >= l.limit || l.src[pos]|0x20 != 'e' {
		return pos
	}
	from := pos + 1
	if from < l.limit && (l.src[from] == '+' || l.src[from] == '-') {
		from++
	}
	if end := l.digits(from, decimal); end > from {
		return end
	}
	return pos
}

func (l *lexer) operator(start int, c byte) {
	var second byte
	if start+1 < l.limit {
		second = l.src[start+1]
	}
	k, n := kind(c), 1
	switch {
	case c == '*' && second == '*':
		k, n = tPow, 2
	case c == '/' && second == '/':
		k, n = tFloor, 2
	case c == '=' && second == '=':
		k, n = tEq, 2
	case c == '!' && second == '=':
		k, n = tNe, 2
	case c == '<' && second == '=':
		k, n = tLe, 2
	case c == '>' && second == '=':
		k, n = tGe, 2
	case c == '(':
		l.nest = append(l.nest, ')')
	case c == '[':
		l.nest = append(l.nest, ']')
	case c == '{':
		l.nest = append(l.nest, '}')
	case c == ')' || c == ']' || c == '}':
		if len(l.nest) == 0 || l.nest[len(l.nest)-1] != c {
			k = tWrong
			break
		}
		l.nest = l.nest[:len(l.nest)-1]
	case strings.IndexByte("+-*/%~<>=.:|,;", c) < 0:
		k = tWrong
	}
	l.set(k, start, start+n)
}

// span returns the span from start to the end of the last consumed token.
func (l *lexer) span(start int32) source.Span {
	return source.Span{Start: start, End: max(start, l.prev)}
}
