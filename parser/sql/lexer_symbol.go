package sql

import (
	"strings"
	"unicode/utf8"
)

// symbols lists the operators and marks by their first byte, longest first.
var symbols = [128][]symbol{
	',': {{",", TokComma}},
	'(': {{"(", TokLParen}},
	')': {{")", TokRParen}},
	'[': {{"[", TokLBracket}},
	']': {{"]", TokRBracket}},
	'{': {{"{", TokLBrace}},
	'}': {{"}", TokRBrace}},
	';': {{";", TokSemicolon}},
	':': {{"::", TokDoubleColon}, {":=", TokAssign}, {":", TokColon}},
	'=': {{"=>", TokFatArrow}, {"==", TokEqual}, {"=", TokEqual}},
	'<': {{"<=>", TokNullSafeEqual}, {"<=", TokLessEqual}, {"<>", TokNotEqual}, {"<<", TokShiftLeft}, {"<@", TokOtherOp}, {"<", TokLess}},
	'>': {{">=", TokGreaterEqual}, {">", TokGreater}},
	'+': {{"+", TokPlus}},
	'-': {{"->>", TokArrow2}, {"->", TokArrow}, {"-", TokMinus}},
	'*': {{"**", TokDoubleStar}, {"*", TokAsterisk}},
	'/': {{"//", TokDoubleSlash}, {"/", TokSlash}},
	'%': {{"%", TokPercent}},
	'^': {{"^@", TokOtherOp}, {"^", TokCaret}},
	'|': {{"||", TokConcat}, {"|>", TokPipeArrow}, {"|", TokPipe}},
	'&': {{"&&", TokOtherOp}, {"&", TokAmp}},
	'~': {{"~~*", TokMatchOp}, {"~~", TokMatchOp}, {"~*", TokMatchOp}, {"~", TokTilde}},
	'!': {{"!=", TokNotEqual}, {"!~~*", TokMatchOp}, {"!~~", TokMatchOp}, {"!~*", TokMatchOp}, {"!~", TokMatchOp}, {"!", TokBang}},
	'?': {{"?|", TokOtherOp}, {"?&", TokOtherOp}, {"?", TokBindVar}},
	'@': {{"@>", TokOtherOp}, {"@@", TokOtherOp}, {"@?", TokOtherOp}, {"@", TokOtherOp}},
	'$': {{"$", TokOtherOp}},
	'#': {{"#>>", TokOtherOp}, {"#>", TokOtherOp}, {"#-", TokOtherOp}, {"#", TokOtherOp}},
}

type symbol struct {
	text string
	kind Kind
}

// symbol reads what begins with c, which is neither a letter, a digit nor white
// space: a comment, a quote, a parameter or an operator.
func (l *lexer) symbol(c byte) {
	if l.commentAt(c) || l.quoteAt(c) || l.paramAt(c) {
		return
	}
	start := l.i
	if c == '.' {
		if classes[l.at(start+1)]&clDigit != 0 && !l.afterOperand(start) {
			end := l.exponent(l.digits(start + 1))
			if l.has(numberSuffix) && l.hasNumberTail(end) {
				l.numberTail(start, end)
				return
			}
			l.emit(TokNumber, start, end)
			return
		}
		l.emit(TokDot, start, start+1)
		return
	}
	known, kind := l.symbolAt(start)
	if l.has(anyOperator) && strings.IndexByte(operatorChars, c) >= 0 {
		if end := l.operatorEnd(start, known); end > known {
			known, kind = end, TokOtherOp
		}
	}
	if known > start {
		l.emit(kind, start, known)
		return
	}
	l.fail(start, start+1, "expected SQL, found character `"+l.text[start:start+1]+"`")
	l.emit(TokUnknown, start, start+1)
}

// symbolAt returns the end and the kind of the longest symbol that is known at
// start.
func (l *lexer) symbolAt(start int) (end int, kind Kind) {
	for _, s := range symbols[l.text[start]&0x7f] {
		if strings.HasPrefix(l.text[start:], s.text) {
			return start + len(s.text), s.kind
		}
	}
	return start, TokUnknown
}

// operatorChars make the operators of PostgreSQL, of which everybody can define
// new ones.
const operatorChars = "+-*/<>=~!@#%^&|?"

// maxOperator is how long PostgreSQL's operators are at most.
const maxOperator = 63

// operatorEnd returns the end of the operator at start as PostgreSQL reads it:
// it is as long as can be, but no comment begins in it, and it ends in a sign
// only if one of the characters that no arithmetic has is in it. known is the
// end of the symbol that is known there: signs behind it are signs.
func (l *lexer) operatorEnd(start, known int) int {
	end, special := start, false
	for end < min(len(l.text), start+maxOperator) && strings.IndexByte(operatorChars, l.text[end]) >= 0 {
		c := l.text[end]
		if two := l.text[end:min(end+2, len(l.text))]; two == "--" || two == "/*" || c == '?' && l.text[start] != '?' {
			break
		}
		special = special || strings.IndexByte("~!@#%^&|?", c) >= 0
		end++
	}
	for end > known && (l.text[end-1] == '+' || l.text[end-1] == '-') && (end-1 == known || !special) {
		end--
	}
	if l.text[start:end] == ">>" { // two of them, see TokShiftLeft
		return known
	}
	return end
}

func (l *lexer) commentAt(c byte) bool {
	next := l.at(l.i + 1)
	switch c {
	case '-':
		if next != '-' {
			return false
		}
	case '/':
		if next == '*' {
			l.blockComment()
			return true
		}
		if next != '/' || !l.has(slashComment) {
			return false
		}
	case '#':
		if !l.has(hashComment) && (!l.has(hashSpaceComment) || next != ' ' && next != '!') {
			return false
		}
	default:
		return false
	}
	end := strings.IndexByte(l.text[l.i:], '\n')
	if end < 0 {
		end = len(l.text) - l.i
	}
	if l.has(notebook) && strings.TrimRight(l.text[l.i:l.i+end], " \r") == notebookCell {
		l.emit(TokSemicolon, l.i, l.i+end)
		return true
	}
	l.comment(l.i, l.i+end)
	return true
}

// Databricks keeps a notebook as a text that begins with the one line; the other
// stands between its cells.
const (
	notebookHead = "-- Databricks notebook source"
	notebookCell = "-- COMMAND ----------"
)

// blockComment reads /* ... */. Where comments nest, a comment that would not
// end is taken to end at the first mark: people write /* in comments.
func (l *lexer) blockComment() {
	start := l.i
	first := strings.Index(l.text[start+2:], "*/")
	if first < 0 {
		l.fail(start, start+2, "expected `*/`, found end of text")
		l.comment(start, len(l.text))
		return
	}
	end := start + 2 + first + 2
	if l.has(nestedComment) && strings.Contains(l.text[start+2:end], "/*") {
		if nested := nestedEnd(l.text, start); nested > 0 {
			end = nested
		} else {
			l.opts &^= nestedComment
		}
	}
	l.comment(start, end)
}

// nestedEnd returns the end of the nested comment at start, 0 if it has none.
func nestedEnd(text string, start int) int {
	depth := 0
	for i := start; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// paramAt reads parameters, variables, stages and #temporary names.
func (l *lexer) paramAt(c byte) bool {
	start, next := l.i, l.at(l.i+1)
	switch {
	case c == '$' && l.has(dollarString) && l.dollarQuoted():
		return true
	case c == '$' && l.has(bracketIdent) && classes[next]&clStart == 0 && l.money():
	case c == '$' && classes[next]&clPart != 0:
		l.emit(TokBindVar, start, l.wordEnd(start+1))
	case c == '@' && l.has(stages):
		l.emit(TokStage, start, l.stageEnd(start+1))
	case c == '@' && classes[next]&clStart != 0:
		l.emit(TokBindVar, start, l.wordEnd(start+1))
	case c == '@' && next == '@' && classes[l.at(start+2)]&clStart != 0:
		l.emit(TokBindVar, start, l.wordEnd(start+2))
	case c == '#' && l.has(hashWord) && (classes[next]&clStart != 0 || next == '#'):
		l.emit(TokWord, start, l.wordEnd(start+2))
	case c == '$' && next == '{': // a variable of the client: ${name}
		end := strings.IndexByte(l.text[start:], '}')
		if end < 0 {
			return false
		}
		l.emit(TokBindVar, start, start+end+1)
	default:
		return false
	}
	return true
}

func (l *lexer) wordEnd(i int) int {
	for classes[l.at(i)]&clPart != 0 {
		i++
	}
	return min(i, len(l.text))
}

// stageEnd returns the end of a stage's path: @~/x, @db.schema.%table/y.csv.
func (l *lexer) stageEnd(i int) int {
	for i < len(l.text) {
		c := l.text[i]
		if classes[c]&clSpace != 0 || strings.IndexByte("(),;'", c) >= 0 {
			break
		}
		i++
	}
	return i
}

// dollarQuoted reads $$x$$ or $tag$x$tag$.
func (l *lexer) dollarQuoted() bool {
	start := l.i
	i := start + 1
	for i < len(l.text) && l.text[i] != '$' && (classes[l.text[i]]&clPart != 0 || l.text[i] >= utf8.RuneSelf) {
		i++
	}
	if l.at(i) != '$' || classes[l.at(start+1)]&clDigit != 0 {
		return false
	}
	tag := l.text[start : i+1]
	end := strings.Index(l.text[i+1:], tag)
	if end < 0 {
		return false
	}
	l.emit(TokString, start, i+1+end+len(tag))
	return true
}
