package sql

import "strings"

// selectBlock reads one SELECT block. Where a template hole stands for the
// words up to FROM, the block begins with that hole as its only item.
func (p *parser) selectBlock() *Select {
	start := p.start()
	s := &Select{}
	if p.acceptWord(kwSelect) {
		p.selectHead(s)
	}
	s.Items = p.selectList()
	p.clauses(s, clauseNone)
	s.Span = p.from(start)
	return s
}

// fromFirst reads FROM t [SELECT ...] and what follows.
func (p *parser) fromFirst() *Select {
	start := p.start()
	s := &Select{FromFirst: true}
	p.next()
	s.From = p.tables()
	switch {
	case p.acceptWord(kwSelect):
		p.selectHead(s)
		s.Items = p.selectList()
	case p.atWord(kwInsert): // Hive: FROM t INSERT INTO a SELECT ... INSERT INTO b SELECT ...
		s.Tail = append(s.Tail, p.change())
		fallthrough
	default:
		s.Items = []*Item{starAt(start)}
	}
	p.clauses(s, clauseFrom)
	s.Span = p.from(start)
	return s
}

// selectHead reads the words between SELECT and the list.
func (p *parser) selectHead(s *Select) {
	switch {
	case p.atWord(kwDistinct):
		p.next()
		s.Distinct = true
		if p.atWord(kwOn) && p.peek(1).Kind == TokLParen {
			p.next()
			p.next()
			if p.at(TokRParen) {
				p.expected("an expression")
			}
			s.DistinctOn = p.exprList(TokRParen)
			p.closeInto(&s.DistinctOn)
		}
	case p.atWord(kwAll) && p.operandAt(1):
		p.next()
	}
	if p.atWord(kwTop) && (p.peek(1).Kind == TokNumber || p.peek(1).Kind == TokHole ||
		p.peek(1).Kind == TokLParen && p.d.lex&bracketIdent != 0) {
		p.next()
		s.Top = p.primary()
		s.TopPct = p.acceptWord(kwPercent)
		s.TopTies = p.acceptWords(kwWith, kwTies)
	}
	if p.atWord(kwAs) && (p.peekWord(1, kwStruct) || p.peekWord(1, kwValue)) {
		p.next()
		p.next()
		s.AsStruct = true
	}
}

// closeInto reads a closing parenthesis; what is in the way becomes an element
// of the list.
func (p *parser) closeInto(list *[]Expr) {
	if o := p.closeParen("`,` or `)`"); o != nil {
		*list = append(*list, o)
	}
}

func (p *parser) selectList() []*Item {
	mark := len(p.nodes.itemList)
	if p.listEnd() && p.d.gram&typedStrings != 0 && p.inExists() {
		return nil
	}
	for {
		if p.listEnd() {
			p.expected("a column or an expression")
			break
		}
		from := p.i
		it := p.item()
		p.nodes.itemList = append(p.nodes.itemList, it)
		if p.accept(TokComma) {
			if p.listEnd() {
				p.trailing()
				break
			}
			continue
		}
		if p.listEnd() {
			break
		}
		if p.at(TokHole) && p.holeBeforeQuery() {
			break
		}
		if p.at(TokHole) || p.afterHole(from) {
			continue
		}
		p.expected("`,` or a clause")
		if p.i > from && p.operandAt(0) && !p.at(TokLParen) {
			continue // a comma is missing
		}
		if o := p.skip(stopComma | stopClause); o != nil {
			p.nodes.itemList = append(p.nodes.itemList, &Item{Span: o.Span, X: o})
		}
		if !p.accept(TokComma) || p.listEnd() {
			break
		}
	}
	return since(&p.nodes.itemList, mark)
}

// inExists reports whether the tokens before the cursor are EXISTS (SELECT,
// after which PostgreSQL needs no list.
func (p *parser) inExists() bool {
	return p.i >= 3 && p.toks[p.i-1].word == kwSelect && p.toks[p.i-2].Kind == TokLParen && p.toks[p.i-3].word == kwExists
}

// trailing judges the comma before the cursor, which ends a list.
func (p *parser) trailing() {
	if p.d.gram&trailingComma != 0 {
		return
	}
	if p.lastError != p.i {
		p.lastError = p.i
		p.errorAt(p.toks[p.i-1].Span, "expected an expression after `,`, found "+p.found())
	}
}

// listEnd reports whether the cursor is where a select list must have ended.
func (p *parser) listEnd() bool {
	switch p.kind() {
	case TokEOF, TokSemicolon, TokRParen, TokRBracket, TokRBrace, TokPipeArrow:
		return true
	case TokWord:
		return p.toks[p.i].word != 0 && (p.atClause(0) || p.atSetOp(0))
	}
	return false
}

// item reads one element of a select list.
func (p *parser) item() *Item {
	start := p.start()
	it := p.nodes.items.new()
	switch {
	case p.at(TokHole) && p.holeIsItem():
		it.X = p.hole()
		it.Span = it.X.Range()
		return it
	case p.prefixAlias():
		it.Alias = p.ident()
		p.next()
		it.X = p.listExpr()
		it.Span = p.around(start, it.X)
		return it
	}
	it.X = p.listExpr()
	if p.transformed(it) {
		it.Span = p.around(start, it.X)
		return it
	}
	p.itemAlias(it)
	it.Span = p.around(start, it.X)
	return it
}

// transformed reads what follows Hive's TRANSFORM(a, b): USING 'program' AS (c
// int, d string), and how rows are written between the two.
func (p *parser) transformed(it *Item) bool {
	c, ok := it.X.(*Call)
	if !ok || !p.atWord(kwUsing) && !p.atWords(kwRow, kwFormat) || !strings.EqualFold(c.Name[0].Name, "transform") {
		return false
	}
	start := p.start()
	m := &Made{Script: p.rowFormat()}
	it.Made = m
	if p.acceptWord(kwAs) {
		if p.at(TokLParen) {
			m.Aliases = p.columnDefs()
		} else {
			m.Aliases = p.nameItems()
		}
		p.rowFormat()
	}
	m.Span = p.from(start)
	return true
}

// rowFormat keeps what says how rows are written, up to AS or a clause.
func (p *parser) rowFormat() *Opaque {
	start := p.start()
	for !(p.atWord(kwAs) && p.peek(1).Kind != TokString) && !p.at(TokComma) && !p.stopped(stopClause) {
		p.skipOne()
	}
	return p.opaque(start, true)
}

// holeIsItem reports whether the hole at the cursor is an item of its own: a
// separator between two items, or some items. The first hole of a list may
// have an alias.
func (p *parser) holeIsItem() bool {
	if p.i > 0 {
		switch t := p.toks[p.i-1]; {
		case t.Kind == TokComma, t.word == kwSelect, t.word == kwDistinct, t.word == kwAll:
			n := p.pastHoles()
			return p.nameAhead(n) && p.operandAt(n) && !p.nameEnds(n+1) && !callWords[p.peek(n).word]
		}
	}
	n := p.pastHoles()
	return p.operandAt(n) || p.peek(n).Kind == TokComma || p.i+n < len(p.toks) && p.endAt(n)
}

// callWords continue a call, and so also a hole that stands for one.
var callWords = map[keyword]bool{kwOver: true, kwFilter: true, kwWithin: true}

// nameEnds reports whether nothing continues the name before the token n ahead,
// so that it can be an alias.
func (p *parser) nameEnds(n int) bool {
	k := p.peek(n).Kind
	return k == TokComma || k == TokHole || p.endAt(n)
}

// endAt reports whether a list ends n tokens ahead.
func (p *parser) endAt(n int) bool {
	p.i += n
	end := p.listEnd()
	p.i -= n
	return end
}

// prefixAlias reports whether the cursor is at DuckDB's `name: x` or T-SQL's
// `name = x`.
func (p *parser) prefixAlias() bool {
	if k := p.kind(); k != TokWord && k != TokQuoted {
		return false
	}
	switch p.peek(1).Kind {
	case TokColon:
		return p.d.gram&prefixAlias != 0
	case TokEqual:
		return p.d.gram&equalsAlias != 0
	}
	return false
}

// itemAlias reads `AS name`, or a name alone, after an item's expression.
func (p *parser) itemAlias(it *Item) {
	if p.acceptWord(kwAs) {
		switch {
		case p.at(TokLParen):
			start := p.start()
			it.Made = &Made{Aliases: p.nameList()}
			it.Made.Span = p.from(start)
		case p.at(TokString):
			it.Alias = p.stringName()
		default:
			it.Alias = p.anyName("a name after `as`")
		}
		return
	}
	switch {
	case p.at(TokString) && p.d.lex&bracketIdent != 0:
		it.Alias = p.stringName()
	case p.aliasAhead() && !bareStar(it.X):
		it.Alias = p.ident()
	}
}

// bareStar reports whether x stands for columns that keep their names.
func bareStar(x Expr) bool {
	s, ok := x.(*Star)
	return ok && s.Of == nil
}
