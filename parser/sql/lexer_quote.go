package sql

import "strings"

// quoteAt reads a string or a quoted name that begins with c.
func (l *lexer) quoteAt(c byte) bool {
	switch {
	case c == '\'', c == '"' && l.has(doubleQuoteString):
		l.str(l.i, l.i, l.has(backslash) && !l.noBackslash)
	case c == '"', c == '`':
		l.quoted(c)
	case c == '[' && l.has(bracketIdent):
		l.quoted(']')
	default:
		return false
	}
	return true
}

// prefixedString reads a string after the prefix text[start:quote], if it is
// one: r'raw', b'bytes', x'hex', e'escapes', n'national', rb'..'.
func (l *lexer) prefixedString(start, quote int) bool {
	q := l.at(quote)
	if q != '\'' && (q != '"' || !l.has(doubleQuoteString)) {
		return false
	}
	switch strings.ToLower(l.text[start:quote]) {
	case "r", "rb", "br":
		l.str(start, quote, l.has(rawEscapes))
	case "e":
		l.str(start, quote, true)
	case "b", "x", "n":
		l.str(start, quote, l.has(backslash) && !l.noBackslash)
	default:
		return false
	}
	return true
}

// unicodeQuoted reads U&'x' and U&"x", in which backslashes stand for the
// escapes of characters, which are kept.
func (l *lexer) unicodeQuoted(start int) bool {
	switch q := l.at(start + 2); q {
	case '\'':
		l.str(start, start+2, false)
	case '"':
		end := closing(l.text, start+3, `"`, false)
		if end < 0 || l.has(doubleQuoteString) {
			return false
		}
		l.emit(TokQuoted, start, end)
	default:
		return false
	}
	return true
}

// str reads a string whose opening quote is at quote and whose token begins at
// start.
func (l *lexer) str(start, quote int, escapes bool) {
	q := l.text[quote : quote+1]
	if l.has(tripleQuote) && strings.HasPrefix(l.text[quote:], q+q+q) {
		if end := closing(l.text, quote+3, q+q+q, escapes); end > 0 {
			l.emit(TokString, start, end)
			return
		}
		l.opts &^= tripleQuote // evidently not written with them; do not search again
	}
	end := closing(l.text, quote+1, q, escapes)
	if end < 0 && escapes {
		l.noBackslash = true
		end = closing(l.text, quote+1, q, false)
	}
	if end < 0 {
		l.open(start, quote+1, "expected a closing "+q+", found end of text")
		return
	}
	l.emit(TokString, start, end)
}

// closing returns the offset after the closing mark of a string whose content
// begins at i, or -1. A doubled quote is a quote.
func closing(text string, i int, mark string, escapes bool) int {
	q := mark[0]
	for i < len(text) {
		n := strings.IndexByte(text[i:], q)
		if n < 0 {
			return -1
		}
		if escapes {
			if e := strings.IndexByte(text[i:i+n], '\\'); e >= 0 {
				i += e + 2
				continue
			}
		}
		i += n
		switch {
		case len(mark) > 1 && !strings.HasPrefix(text[i:], mark):
			i++
		case len(mark) == 1 && i+1 < len(text) && text[i+1] == q:
			i += 2
		default:
			return i + len(mark)
		}
	}
	return -1
}

// quoted reads a quoted name up to its closing mark.
func (l *lexer) quoted(mark byte) {
	start := l.i
	end := closing(l.text, start+1, string(mark), mark == '"' && l.quoteEscapes)
	if end < 0 {
		l.open(start, start+1, "expected a closing "+string(mark)+", found end of text")
		return
	}
	l.emit(TokQuoted, start, end)
}

// open reports a quote without its end; reading goes on in the next line.
func (l *lexer) open(start, i int, message string) {
	l.fail(start, i, message)
	end := strings.IndexByte(l.text[i:], '\n')
	if end < 0 {
		end = len(l.text) - i
	}
	l.emit(TokUnknown, start, i+end)
}

// unquote returns the name inside a quoted name's token; escapes says that a
// backslash escapes in it.
func unquote(s string, escapes bool) string {
	q := s[len(s)-1]
	if s[0]|0x20 == 'u' { // U&"x"
		s = s[2:]
	}
	in := s[1 : len(s)-1]
	if escapes && q == '"' {
		return unescape(in, q, true)
	}
	if strings.IndexByte(in, q) >= 0 {
		in = strings.ReplaceAll(in, string([]byte{q, q}), string(q))
	}
	return in
}

// stringValue returns the value of a string token and its kind.
func (p *parser) stringValue(s string) (string, LiteralKind) {
	d := p.d
	if s[0] == '$' {
		mark := strings.IndexByte(s[1:], '$') + 2
		return s[mark : len(s)-mark], DollarLit
	}
	kind, escapes := StringLit, d.lex&backslash != 0 || p.escapes
	i := strings.IndexAny(s, `'"`)
	switch prefix := strings.ToLower(s[:i]); prefix {
	case "r", "u&":
		escapes = false
	case "b", "x", "rb", "br":
		kind, escapes = BytesLit, prefix == "b" && escapes
	case "e":
		escapes = true
	}
	q := s[i]
	in := s[i:]
	if s[0]|0x20 == 'r' && d.lex&rawEscapes != 0 && len(in) > 1 && (len(in) < 6 || in[1] != q || in[2] != q) {
		return in[1 : len(in)-1], kind
	}
	if d.lex&tripleQuote != 0 && len(in) >= 6 && in[1] == q && in[2] == q {
		return unescape(in[3:len(in)-3], 0, escapes), kind
	}
	return unescape(in[1:len(in)-1], q, escapes), kind
}

// unescape resolves doubled quotes (unless q is 0) and backslash escapes.
func unescape(s string, q byte, escapes bool) string {
	i := 0
	for i < len(s) && s[i] != q && (s[i] != '\\' || !escapes) {
		i++
	}
	if i == len(s) {
		return s
	}
	out := make([]byte, i, len(s))
	copy(out, s)
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == q && i+1 < len(s):
			i++
		case c == '\\' && escapes && i+1 < len(s):
			i++
			c = escaped(s[i])
		}
		out = append(out, c)
	}
	return string(out)
}

func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case '0':
		return 0
	}
	return c
}
