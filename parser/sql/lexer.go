package sql

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts a text into tokens in one pass. What a character means depends on
// the dialect only through lexOption.
type lexer struct {
	text     string
	opts     lexOption
	i        int // the next byte
	tokens   []Token
	comments []Span
	errors   []*Error
	// quoteEscapes: a backslash escapes in "x" as in 'x'.
	quoteEscapes bool
	// noBackslash is set once a string had no end under backslash escapes:
	// the text was evidently not written with them.
	noBackslash bool
}

// Classes of bytes.
const (
	clSpace uint8 = 1 << iota
	clStart       // begins a word
	clPart        // continues a word
	clDigit
)

var classes = byteClasses()

func byteClasses() (t [256]uint8) {
	for _, c := range " \t\n\r\f\v" {
		t[c] = clSpace
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = clPart | clDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = clStart|clPart, clStart|clPart
	}
	t['_'] = clStart | clPart
	t['$'] = clPart
	return t
}

func (l *lexer) has(o lexOption) bool { return l.opts&o != 0 }

// escaping returns the lexer of a text whose dialect is not known and in which a
// quote had no end, if all quotes have one where backslashes escape: MySQL and
// Hive write them so. Otherwise it returns l.
func (l *lexer) escaping() *lexer {
	open := func(e *Error) bool { return strings.HasPrefix(e.Message, "expected a closing") }
	if strings.IndexByte(l.text, '\\') < 0 || !slices.ContainsFunc(l.errors, open) {
		return l
	}
	other := &lexer{text: l.text, opts: l.opts | dialectGeneric.lex | backslash, quoteEscapes: true, tokens: make([]Token, 0, cap(l.tokens))}
	other.run()
	if other.noBackslash || slices.ContainsFunc(other.errors, open) {
		return l
	}
	return other
}

func (l *lexer) at(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

func (l *lexer) emit(k Kind, start, end int) {
	l.tokens = append(l.tokens, Token{Span: Span{Start: int32(start), End: int32(end)}, Kind: k})
	l.i = end
}

func (l *lexer) comment(start, end int) {
	l.comments = append(l.comments, Span{Start: int32(start), End: int32(end)})
	l.i = end
}

func (l *lexer) fail(start, end int, message string) {
	l.errors = append(l.errors, &Error{Span{Start: int32(start), End: int32(end)}, message})
}

func (l *lexer) run() {
	if l.has(notebook) && !strings.HasPrefix(strings.TrimLeft(l.text, " \r\n\ufeff"), notebookHead) {
		l.opts &^= notebook
	}
	for l.i < len(l.text) {
		c := l.text[l.i]
		switch cl := classes[c]; {
		case cl&clSpace != 0:
			l.i++
		case cl&clStart != 0:
			l.word(l.i)
		case cl&clDigit != 0:
			l.number(l.i)
		case c >= utf8.RuneSelf:
			l.unicode()
		default:
			l.symbol(c)
		}
	}
}

// tokensIn estimates how many tokens a text has, rather a few more than it has,
// from as much of it as shows how densely it is written.
func tokensIn(text string) int {
	const sample = 8 << 10
	head := text[:min(len(text), sample)]
	n, last := 0, clSpace
	for i := 0; i < len(head); i++ {
		c := head[i]
		cl := classes[c]
		if cl&clSpace == 0 && cl&last&clPart == 0 {
			n++
		}
		last = cl
		switch end := -1; c {
		case '-', '/':
			switch next := strings.HasPrefix(head[i:], "--"); {
			case next:
				end = strings.IndexByte(head[i:], '\n')
			case strings.HasPrefix(head[i:], "/*"):
				end = strings.Index(head[i:], "*/")
			default:
				continue
			}
			if n--; end < 0 {
				end = len(head)
			}
			i += end
		case '\'', '"':
			if end = strings.IndexByte(head[i+1:], c); end >= 0 {
				i += end + 1
			}
		}
	}
	if len(head) < len(text) {
		n = n * (len(text) >> 6) / (len(head) >> 6)
	}
	return n + n/32
}

// word reads a name, a keyword, or the prefix of a string such as r'x'.
func (l *lexer) word(start int) {
	i, h, under := start, uint32(0), 0
	for i < len(l.text) {
		c := l.text[i]
		if classes[c]&clPart == 0 {
			if (c == '#' || c == '@') && l.has(bracketIdent) { // T-SQL: row#
				h = h*31 + 1
				i++
				continue
			}
			if c < utf8.RuneSelf || !wordRune(l.text[i:]) {
				break
			}
			_, n := utf8.DecodeRuneInString(l.text[i:])
			i += n
			h = h*31 + 1
			continue
		}
		if c == '_' {
			under++
		}
		h = h*31 + uint32(c|0x20)
		i++
	}
	if i-start <= 2 && l.prefixedString(start, i) {
		return
	}
	if i-start == 1 && l.text[start]|0x20 == 'u' && l.at(i) == '&' && l.unicodeQuoted(start) {
		return
	}
	w := l.text[start:i]
	if under >= 4 && isHole(w) {
		l.emit(TokHole, start, i)
		return
	}
	l.emit(TokWord, start, i)
	l.tokens[len(l.tokens)-1].word = lookupKeyword(w, h)
}

// wordRune reports whether s begins with a rune that can stand in a name.
func wordRune(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.So, r)
}

func (l *lexer) unicode() {
	r, n := utf8.DecodeRuneInString(l.text[l.i:])
	switch {
	case unicode.IsSpace(r), r == 0x200b, r == 0xfeff:
		l.i += n
	case wordRune(l.text[l.i:]):
		l.word(l.i)
	case l.has(bracketIdent) && l.money():
	default:
		l.fail(l.i, l.i+n, "expected SQL, found character `"+l.text[l.i:l.i+n]+"`")
		l.emit(TokUnknown, l.i, l.i+n)
	}
}

// number reads 1, 1.5, 1e9, 0xff, 1_000 and the suffixes of Spark.
func (l *lexer) number(start int) {
	i := start
	if l.text[i] == '0' && l.at(i+1)|0x20 == 'x' && (isHex(l.at(i+2)) || classes[l.at(i+2)]&clPart == 0) {
		for i += 2; isHex(l.at(i)) || l.at(i) == '_' && isHex(l.at(i+1)); i++ {
		}
		l.emit(TokNumber, start, i)
		return
	}
	if c := l.at(i+1) | 0x20; l.text[i] == '0' && (c == 'b' || c == 'o') && l.has(anyOperator) { // 0b101, 0o17
		for i += 2; classes[l.at(i)]&clDigit != 0 || l.at(i) == '_'; i++ {
		}
		l.emit(TokNumber, start, i)
		return
	}
	i = l.digits(i)
	// The number of a tuple element, t.1, has no fraction.
	element := start > 0 && l.text[start-1] == '.' && l.lastIs(TokDot, start)
	if !element && l.at(i) == '.' && l.at(i+1) != '.' && !l.nameAt(i+1) {
		i = l.digits(i + 1)
	}
	i = l.exponent(i)
	if l.hasNumberTail(i) {
		l.numberTail(start, i)
		return
	}
	l.emit(TokNumber, start, i)
}

// money reads T-SQL's £12.50 and $-1: signs, at least one of them a currency's,
// and a number.
func (l *lexer) money() bool {
	i := l.i
	for i < len(l.text) && !strings.HasPrefix(l.text[i:], "--") {
		r, n := utf8.DecodeRuneInString(l.text[i:])
		if r != '+' && r != '-' && !unicode.Is(unicode.Sc, r) {
			break
		}
		i += n
	}
	end := l.digits(i)
	if l.at(end) == '.' {
		end = l.digits(end + 1)
	}
	if end == i || end == i+1 && l.text[i] == '.' {
		return false
	}
	l.emit(TokNumber, l.i, end)
	return true
}

func (l *lexer) digits(i int) int {
	for classes[l.at(i)]&clDigit != 0 || l.at(i) == '_' && classes[l.at(i+1)]&clDigit != 0 {
		i++
	}
	return i
}

func (l *lexer) exponent(i int) int {
	if l.at(i)|0x20 != 'e' {
		return i
	}
	j := i + 1
	if c := l.at(j); c == '+' || c == '-' {
		j++
	}
	if classes[l.at(j)]&clDigit == 0 {
		return i
	}
	return l.digits(j)
}

// nameAt reports whether a name, not an exponent, begins at i.
func (l *lexer) nameAt(i int) bool {
	return classes[l.at(i)]&clStart != 0 && l.exponent(i) == i && !strings.HasPrefix(l.text[i:], "__hole_")
}

func (l *lexer) hasNumberTail(i int) bool { return classes[l.at(i)]&clPart != 0 }

// numberTail reads letters that are glued to the digits of text[start:i]: a
// hole, a type suffix, or, in the Spark family and MySQL, the rest of a name.
func (l *lexer) numberTail(start, i int) {
	end := i
	for classes[l.at(end)]&clPart != 0 {
		end++
	}
	switch tail := l.text[i:end]; {
	case strings.Contains(tail, "__hole_"):
		l.emit(TokHole, start, end)
	case l.has(digitWord) && strings.IndexByte(tail, '_') >= 0 && l.digits(start) == i:
		l.emit(TokWord, start, end)
	case !l.has(numberSuffix):
		l.emit(TokNumber, start, i)
	case len(tail) == 1 && strings.Contains("lLsSyYdDfF", tail), strings.EqualFold(tail, "bd"):
		l.emit(TokNumber, start, end)
	default:
		l.emit(TokWord, start, end)
	}
}

func isHex(c byte) bool {
	return classes[c]&clDigit != 0 || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// lastIs reports whether the last token is of kind k and ends at offset end.
func (l *lexer) lastIs(k Kind, end int) bool {
	n := len(l.tokens)
	return n > 0 && l.tokens[n-1].Kind == k && int(l.tokens[n-1].End) == end
}

// afterOperand reports whether an operand ends exactly at offset end, so that
// a dot there is the dot of a path and not the beginning of a fraction.
func (l *lexer) afterOperand(end int) bool {
	if len(l.tokens) == 0 || int(l.tokens[len(l.tokens)-1].End) != end {
		return false
	}
	switch l.tokens[len(l.tokens)-1].Kind {
	case TokWord, TokQuoted, TokRParen, TokRBracket, TokHole:
		return true
	case TokNumber: // t.1.2
		n := len(l.tokens)
		return n > 1 && l.tokens[n-2].Kind == TokDot
	}
	return false
}

// isHole reports whether w is one or more tokens of template holes.
func isHole(w string) bool {
	for w != "" {
		rest, ok := strings.CutPrefix(w, "__hole_")
		if !ok {
			return false
		}
		n := 0
		for n < len(rest) && classes[rest[n]]&clDigit != 0 {
			n++
		}
		if n == 0 || !strings.HasPrefix(rest[n:], "__") {
			return false
		}
		w = rest[n+2:]
	}
	return true
}

// hasHole reports whether a name is in part made by a template hole.
func hasHole(w string) bool {
	for {
		i := strings.Index(w, "__hole_")
		if i < 0 {
			return false
		}
		w = w[i+len("__hole_"):]
		n := 0
		for n < len(w) && classes[w[n]]&clDigit != 0 {
			n++
		}
		if n > 0 && strings.HasPrefix(w[n:], "__") {
			return true
		}
	}
}
