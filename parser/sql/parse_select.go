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
	it.Script = p.rowFormat()
	if p.acceptWord(kwAs) {
		if p.at(TokLParen) {
			it.Aliases = p.columnDefs()
		} else {
			it.Aliases = p.nameItems()
		}
		p.rowFormat()
	}
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
			it.Aliases = p.nameList()
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

// The clauses of a SELECT block in the order in which they should stand.
type clause uint8

const (
	clauseNone clause = iota
	clauseFrom
	clausePrewhere
	clauseWhere
	clauseGroup
	clauseHaving
	clauseWindow // WINDOW and QUALIFY, in either order
)

var clauseNames = [...]string{"", "from", "prewhere", "where", "group by", "having", "qualify"}

// clauses reads the clauses after the select list. A clause out of order is
// reported and read all the same.
func (p *parser) clauses(s *Select, last clause) {
	for {
		start, at := p.start(), p.i
		now := p.clauseHere()
		if now != clauseNone {
			p.order(now, last, s)
			last = max(now, last)
		}
		switch w := p.toks[p.i].word; {
		case now != clauseNone:
			p.next()
			p.clause(s, w, start)
		case p.at(TokHole) && !p.holeBeforeQuery():
			s.Holes = append(s.Holes, p.hole())
		case w == kwInto && p.atClause(0):
			s.Tail = append(s.Tail, p.into(start))
		case w == kwExclude && p.atClause(0):
			p.next()
			if p.at(TokLParen) {
				s.Exclude = p.nameList()
			} else {
				s.Exclude = p.nameItems()
			}
		case w == kwUsing && p.peekWord(1, kwSample):
			p.next()
			s.Sample = p.sample()
		case p.atWords(kwStart, kwWith) && s.StartWith == nil:
			p.i += 2
			s.StartWith = p.expr()
		case p.atWords(kwConnect, kwBy) && s.ConnectBy == nil:
			p.i += 2
			_ = p.peek(0).Kind == TokWord && p.operandAt(1) && p.word("nocycle")
			s.ConnectBy = p.expr()
		case p.atRowsWhere(0):
			s.Tail = append(s.Tail, p.rowsWhere(start))
		case p.listEnd(), p.at(TokComma), p.at(TokHole), p.atMainQuery():
			return
		default:
			p.expected("a clause or the end of the query")
			if o := p.skip(stopClause); o != nil {
				s.Tail = append(s.Tail, o)
			}
		}
		if p.i == at {
			return
		}
	}
}

// clauseHere returns the clause that begins at the cursor.
func (p *parser) clauseHere() clause {
	switch p.toks[p.i].word {
	case kwFrom:
		return clauseFrom
	case kwPrewhere:
		if p.operandAt(1) && p.d.gram&clickHouse != 0 {
			return clausePrewhere
		}
	case kwWhere:
		return clauseWhere
	case kwGroup:
		if p.peekWord(1, kwBy) || p.peek(1).Kind == TokHole {
			return clauseGroup
		}
	case kwHaving:
		return clauseHaving
	case kwWindow:
		if p.atWindowClause(0) {
			return clauseWindow
		}
	case kwQualify:
		if p.qualifyAt(0) {
			return clauseWindow
		}
	}
	return clauseNone
}

// order reports a clause that stands after one it should precede, or twice.
func (p *parser) order(now, last clause, s *Select) {
	word := p.tokText(&p.toks[p.i])
	switch {
	case now < last:
		p.errorAt(p.toks[p.i].Span, "expected `"+clauseNames[now]+"` before `"+clauseNames[last]+"`, found `"+word+"`")
	case now == last && now != clauseWindow, now == clauseWindow && p.atWord(kwQualify) && s.Qualify != nil:
		p.errorAt(p.toks[p.i].Span, "expected one `"+clauseNames[now]+"` clause, found `"+word+"`")
	}
}

// clause reads the clause after its first word w, which began at start. A
// clause that is there already is kept as text only.
func (p *parser) clause(s *Select, w keyword, start int32) {
	twice := false
	condition := func(slot *Expr) {
		x := p.expr()
		if twice = *slot != nil; !twice {
			*slot = x
		}
	}
	switch w {
	case kwFrom:
		t := p.tables()
		if twice = s.From != nil; !twice {
			s.From = t
		}
	case kwPrewhere:
		condition(&s.Prewhere)
	case kwWhere:
		condition(&s.Where)
	case kwGroup:
		p.acceptWord(kwBy)
		g := p.groupBy(start)
		if twice = s.GroupBy != nil; !twice {
			s.GroupBy = g
		}
	case kwHaving:
		condition(&s.Having)
	case kwQualify:
		condition(&s.Qualify)
	case kwWindow:
		s.Windows = append(s.Windows, p.windows()...)
	}
	if twice {
		s.Tail = append(s.Tail, p.opaque(start, false))
	}
}

// clauseWord reports whether k always begins or continues a clause, so that it
// is never a name.
func (p *parser) clauseWord(k keyword) bool { return k != 0 && reserved[k] }

// atClause reports whether a clause of a query begins n tokens ahead. Words
// that are names as well count only with what must follow them.
func (p *parser) atClause(n int) bool {
	next := p.peek(n + 1)
	switch p.peek(n).word {
	case 0:
		return false
	case kwFrom, kwWhere, kwHaving, kwSelect:
		return true
	case kwGroup, kwOrder:
		return next.word == kwBy || next.word == kwSiblings || next.Kind == TokHole
	case kwLimit:
		return p.atLimit(n)
	case kwOffset:
		return next.Kind == TokNumber || next.Kind == TokHole || next.Kind == TokBindVar ||
			next.Kind == TokLParen && p.d.gram&typedStrings != 0
	case kwFetch:
		return next.word == kwFirst || next.word == kwNext || next.Kind == TokNumber && p.speaks(&dialectSnowflake)
	case kwQualify:
		return p.qualifyAt(n)
	case kwWindow:
		return p.atWindowClause(n)
	case kwPrewhere:
		return p.d.gram&clickHouse != 0 && p.operandAt(n+1)
	case kwInto:
		return next.Kind == TokWord || next.Kind == TokQuoted
	case kwUsing:
		return next.word == kwSample
	case kwExclude:
		return p.speaks(&dialectRedshift) && (next.Kind == TokLParen || p.nameAhead(n+1)) && p.operandBefore(n)
	case kwStart:
		return next.word == kwWith
	case kwConnect:
		return next.word == kwBy
	}
	return p.atRowsWhere(n) || p.atTail(n) || p.atDocument(n)
}

func (p *parser) qualifyAt(n int) bool {
	if !p.peekWord(n, kwQualify) {
		return false
	}
	next := p.peek(n + 1)
	return next.Kind == TokHole || p.operandAt(n+1) && next.word != kwFrom
}

func (p *parser) atWindowClause(n int) bool {
	return p.peekWord(n, kwWindow) && p.nameAhead(n+1) && p.peekWord(n+2, kwAs) &&
		(p.peek(n+3).Kind == TokLParen || p.peek(n+3).Kind == TokWord)
}

// operandBefore reports whether an operand or its alias ends before the token n
// ahead.
func (p *parser) operandBefore(n int) bool {
	if p.i+n == 0 {
		return false
	}
	switch t := &p.toks[p.i+n-1]; t.Kind {
	case TokWord:
		return !reserved[t.word]
	case TokQuoted, TokString, TokNumber, TokRParen, TokRBracket, TokHole, TokAsterisk:
		return true
	}
	return false
}

// atRowsWhere reports whether one of Hive's clauses about where rows go begins n
// tokens ahead.
func (p *parser) atRowsWhere(n int) bool {
	switch p.peek(n).word {
	case kwCluster, kwDistribute, kwSort:
		return p.peekWord(n+1, kwBy)
	}
	return false
}

func (p *parser) rowsWhere(start int32) *Opaque {
	p.next()
	p.next()
	for !p.stopped(stopClause) {
		p.skipOne()
	}
	return p.opaque(start, true)
}

// into reads INTO [TEMPORARY] [TABLE] t, and ClickHouse's INTO OUTFILE 'f'.
func (p *parser) into(start int32) *Opaque {
	p.next()
	if p.word("outfile") {
		for p.next(); p.at(TokWord) && !p.atTail(0); {
			p.next()
		}
		return p.opaque(start, true)
	}
	for p.peek(1).Kind == TokWord && p.peek(1).word == kwNone || p.peek(1).Kind == TokQuoted || p.peekWord(1, kwTable) { // temporary, unlogged
		p.next()
	}
	p.acceptWord(kwTable)
	p.names("a table")
	return p.opaque(start, true)
}
