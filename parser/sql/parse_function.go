package sql

import "strings"

// functions reads the functions that a query defines for itself (Trino):
// WITH FUNCTION f(a int) RETURNS int RETURN a + 1.
func (p *parser) functions() []*Function {
	if !p.atWord(kwWith) || !p.functionAhead(1) {
		return nil
	}
	p.next()
	var out []*Function
	for {
		out = append(out, p.function())
		if !p.at(TokComma) || !p.functionAhead(1) {
			return out
		}
		p.next()
	}
}

// functionAhead reports whether the definition of a function begins n tokens
// ahead.
func (p *parser) functionAhead(n int) bool {
	return p.peek(n).Kind == TokWord && p.unitText(n) == "function" && p.nameAhead(n+1) &&
		(p.peek(n+2).Kind == TokLParen || p.peek(n+2).Kind == TokDot)
}

func (p *parser) function() *Function {
	start := p.start()
	p.next()
	f := &Function{Name: p.names("a name for the function")}
	if p.at(TokLParen) {
		f.Params = p.columnDefs()
	} else {
		p.expected("`(`")
	}
	if p.word("returns") {
		f.Returns = p.typeName()
	} else {
		p.expected("`returns`")
	}
	for !p.atBody() && !p.stopped(stopComma|stopClause) { // LANGUAGE SQL, NOT DETERMINISTIC, COMMENT 'x'
		p.skipOne()
	}
	switch {
	case p.word("return"):
		f.Return = p.expr()
	case p.atWord(kwBegin):
		f.Body = p.block()
	default:
		p.expected("`return` or `begin`")
	}
	f.Span = p.from(start)
	return f
}

// word accepts a word that is no keyword of queries.
func (p *parser) word(text string) bool {
	if !p.at(TokWord) || !strings.EqualFold(p.tokText(&p.toks[p.i]), text) {
		return false
	}
	p.next()
	return true
}

// atBody reports whether the body of a function begins at the cursor.
func (p *parser) atBody() bool {
	return p.atWord(kwBegin) || p.at(TokWord) && p.unitText(0) == "return"
}

// blockWords begin a statement that END closes; all but begin and case need to
// stand where a statement does.
var blockWords = wordSet(`begin case if loop while repeat`)

// block reads BEGIN ... END with all the statements in it.
func (p *parser) block() *Opaque {
	start, depth := p.start(), 0
	for !p.at(TokEOF) {
		word := ""
		if p.at(TokWord) {
			word = p.unitText(0)
		}
		switch {
		case word == "end":
			depth--
			if p.peek(1).Kind == TokWord && blockWords[p.unitText(1)] {
				p.next()
			}
		case word == "begin", word == "case", blockWords[word] && p.statementStart():
			depth++
		}
		p.next()
		if depth == 0 {
			return p.opaque(start, true)
		}
	}
	p.expected("`end`")
	return p.opaque(start, false)
}

// statementStart reports whether a statement of a block begins at the cursor.
func (p *parser) statementStart() bool {
	switch t := &p.toks[p.i-1]; t.Kind {
	case TokSemicolon, TokColon:
		return true
	case TokWord:
		switch strings.ToLower(p.tokText(t)) {
		case "begin", "then", "else", "do", "loop", "repeat":
			return true
		}
	}
	return false
}
