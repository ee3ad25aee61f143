package sql

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
