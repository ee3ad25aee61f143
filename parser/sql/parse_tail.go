package sql

import "strings"

// queryTail reads ORDER BY, LIMIT and what else may follow a body.
func (p *parser) queryTail(q *Query) {
	for {
		start := p.start()
		switch {
		case p.atWords(kwOrder, kwBy), p.atWord(kwOrder) && p.peekWord(1, kwSiblings):
			p.next()
			p.acceptWord(kwSiblings)
			p.needWord(kwBy)
			q.OrderByAll = p.atOrderByAll()
			if !q.OrderByAll {
				q.OrderBy = append(q.OrderBy, p.orderItems()...)
				break
			}
			p.next()
			p.orderDirection(&OrderItem{})
		case p.atLimit(0):
			p.limit(q)
		case p.atWord(kwOffset) && p.operandAt(1):
			p.next()
			q.Offset = p.expr()
			_ = p.acceptWord(kwRow) || p.acceptWord(kwRows)
		case p.atWord(kwFetch) && p.atClause(0):
			p.fetch(q)
		case p.atDocument(0):
			q.Document = p.tail(start)
		case p.atTail(0):
			q.Tail = append(q.Tail, p.tail(start))
		case p.atWords(kwUsing, kwSample):
			p.next()
			q.Sample = p.sample()
		case p.atRowsWhere(0): // (select ...) distribute by a
			q.Tail = append(q.Tail, p.rowsWhere(start))
		case p.atWord(kwInto) && p.atClause(0):
			q.Tail = append(q.Tail, p.into(start))
		case p.at(TokHole) && !p.holeBeforeQuery():
			q.Holes = append(q.Holes, p.hole())
		default:
			return
		}
	}
}

func (p *parser) atWords(a, b keyword) bool { return p.atWord(a) && p.peekWord(1, b) }

func (p *parser) atOrderByAll() bool {
	if !p.atWord(kwAll) {
		return false
	}
	t := p.peek(1)
	return t.Kind != TokDot && t.Kind != TokLParen && t.Kind != TokComma
}

func (p *parser) orderItems() []*OrderItem {
	var out []*OrderItem
	for {
		from := p.i
		out = append(out, p.orderItem())
		switch {
		case p.accept(TokComma):
			if !p.operandAt(0) && p.d.gram&trailingComma != 0 {
				return out
			}
		case p.afterHole(from): // a separator that may vanish
		default:
			return out
		}
	}
}

func (p *parser) orderItem() *OrderItem {
	start := p.start()
	o := &OrderItem{X: p.listExpr()}
	p.orderDirection(o)
	if p.at(TokHole) && (p.peek(1).Kind == TokComma || p.peekWord(1, kwNulls)) { // asc or desc
		o.Hole = p.hole()
		p.orderDirection(o)
	}
	if fill := p.start(); p.acceptWords(kwWith, kwFill) {
		for p.atFill() {
			p.next()
			p.expr()
		}
		o.Fill = p.opaque(fill, true)
	}
	o.Span = p.around(start, o.X)
	return o
}

func (p *parser) atFill() bool {
	switch p.toks[p.i].word {
	case kwFrom, kwTo, kwStep, kwStaleness:
		return true
	}
	return false
}

func (p *parser) orderDirection(o *OrderItem) {
	switch {
	case p.acceptWord(kwDesc):
		o.Desc = true
	case p.acceptWord(kwAsc):
	case p.atWord(kwUsing) && (p.peekWord(1, kwOperator) || p.infixSymbolAt(1)): // PostgreSQL
		p.next()
		at := p.start()
		if p.acceptWord(kwOperator) && p.at(TokLParen) {
			p.skipOne()
		} else {
			p.next()
		}
		o.Desc = strings.Contains(p.text[at:p.prevEnd()], ">")
	}
	switch {
	case p.acceptWords(kwNulls, kwFirst):
		o.Nulls = 1
	case p.acceptWords(kwNulls, kwLast):
		o.Nulls = -1
	}
}

// atLimit reports whether a LIMIT clause stands n tokens ahead; limit is a
// name as well.
func (p *parser) atLimit(n int) bool {
	if !p.peekWord(n, kwLimit) {
		return false
	}
	switch t := p.peek(n + 1); t.Kind {
	case TokNumber, TokBindVar, TokHole, TokLParen, TokColon, TokMinus, TokString, TokEOF:
		return true
	case TokWord, TokQuoted:
		return t.word == kwAll || t.word == kwNull || !p.clauseWord(t.word)
	}
	return false
}

func (p *parser) limit(q *Query) {
	p.next()
	if p.acceptWord(kwAll) {
		return
	}
	n := p.limitCount(q)
	if p.accept(TokComma) {
		q.Offset = n
		n = p.limitCount(q)
	}
	if p.atWord(kwOffset) && p.operandAt(1) {
		p.next()
		q.Offset = p.expr()
	}
	if p.acceptWord(kwBy) { // ClickHouse: n rows for each value
		q.LimitBy = p.exprItems()
		q.LimitByN = n
		return
	}
	q.Limit = n
	if p.acceptWords(kwWith, kwTies) {
		q.WithTies = true
	}
}

// limitCount reads a count, perhaps a percentage: 10%, 10 percent.
func (p *parser) limitCount(q *Query) Expr {
	n := p.peek(1).Kind
	var x Expr
	if p.at(TokNumber) && n == TokPercent && !p.operandAt(2) {
		x = p.primary()
		p.next()
		q.LimitPct = true
		return x
	}
	x = p.listExpr()
	if p.acceptWord(kwPercent) {
		q.LimitPct = true
	}
	return x
}

// fetch reads FETCH FIRST [n] ROWS ONLY.
func (p *parser) fetch(q *Query) {
	p.next()
	_ = p.acceptWord(kwFirst) || p.acceptWord(kwNext)
	q.Limit = &Literal{Span: p.from(p.start()), Kind: NumberLit, Text: "1"}
	if p.operandAt(0) && !p.atWord(kwRow) && !p.atWord(kwRows) {
		q.Limit = p.primary()
	}
	q.LimitPct = p.acceptWord(kwPercent)
	_ = p.acceptWord(kwRows) || p.acceptWord(kwRow)
	q.WithTies = p.acceptWords(kwWith, kwTies)
	if !q.WithTies && !p.acceptWord(kwOnly) && !p.speaks(&dialectSnowflake) {
		p.expected("`only`")
	}
}

// atTail reports whether a clause that is kept as it is stands n tokens ahead.
func (p *parser) atTail(n int) bool {
	t := p.peek(n + 1)
	switch p.peek(n).word {
	case kwFor:
		switch t.word {
		case kwUpdate, kwShare, kwNo, kwKey, kwBrowse, kwRead:
			return true
		}
	case kwSettings:
		return t.Kind == TokWord && p.peek(n+2).Kind == TokEqual
	case kwFormat:
		return p.d.gram&clickHouse != 0 && t.Kind == TokWord && !reserved[t.word]
	case kwOption:
		return t.Kind == TokLParen && p.d.lex&bracketIdent != 0
	case kwInterpolate:
		return t.Kind == TokLParen || p.d.gram&clickHouse != 0
	case kwWith:
		switch t.word {
		case kwUr, kwNo: // isolation levels, NO SCHEMA BINDING
			return true
		}
	}
	return false
}

// atDocument reports whether FOR XML or FOR JSON stands n tokens ahead.
func (p *parser) atDocument(n int) bool {
	return p.peekWord(n, kwFor) && (p.peekWord(n+1, kwXml) || p.peekWord(n+1, kwJson))
}

func (p *parser) tail(start int32) *Opaque {
	for p.skipOne(); !p.stopped(stopNothing) && !p.atTail(0) && !p.atSetOp(0) && !p.atLimit(0); {
		p.skipOne()
	}
	return p.opaque(start, true)
}
