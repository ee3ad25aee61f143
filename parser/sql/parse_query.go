package sql

// atQuery reports whether a query begins at the cursor.
func (p *parser) atQuery() bool { return p.queryAt(0) }

func (p *parser) queryAt(n int) bool {
	t := p.peek(n)
	switch t.Kind {
	case TokLParen:
		for from := n; p.peek(n).Kind == TokLParen && n < from+maxDepth; {
			n++
		}
		return p.peek(n).Kind != TokLParen && p.queryAt(n)
	case TokWord:
		switch t.word {
		case kwSelect:
			return true
		case kwWith:
			next := p.peek(n + 1)
			return next.Kind == TokWord || next.Kind == TokQuoted || next.Kind == TokHole || next.Kind == TokLParen ||
				next.Kind == TokString || next.Kind == TokNumber || next.Kind == TokLBracket
		case kwValues:
			switch p.peek(n + 1).Kind {
			case TokLParen, TokHole, TokString, TokNumber:
				return true
			}
		case kwFrom:
			return p.d.gram&fromFirst != 0
		case kwPivot, kwUnpivot:
			return p.nameAhead(n+1) && !p.peekWord(n+1, kwAs) || p.peek(n+1).Kind == TokLParen && p.d.gram&stringTables != 0
		case kwTable:
			return p.nameAhead(n + 1)
		}
	}
	return false
}

// query reads a query expression: WITH, a body, and what follows it. It stops
// where the query ends, whatever stands there.
func (p *parser) query() *Query {
	start := p.start()
	q := &Query{}
	if !p.enter() {
		p.leave()
		q.Body = p.tooDeep()
		q.Span = p.from(start)
		return q
	}
	cases, brackets := p.inCase, p.inBracket
	p.inCase, p.inBracket = 0, 0
	q.With = p.with()
	q.Body = p.setOps()
	p.queryTail(q)
	for p.atSetOp(0) { // a query with its own ORDER BY or LIMIT as the left side
		q.Span = p.from(start)
		outer := &Query{With: q.With}
		q.With = nil
		q.Start = q.Body.Range().Start
		outer.Body = p.setOpsAfter(q)
		q = outer
		p.queryTail(q)
	}
	q.Span = p.from(start)
	if p.atWord(kwAs) && p.peek(2).Kind == TokPipeArrow && p.prevIs(TokRParen) { // BigQuery: (select ...) as t |> ...
		p.i += 2
	}
	if p.at(TokPipeArrow) {
		q = p.pipe(q)
	}
	p.inCase, p.inBracket = cases, brackets
	p.leave()
	return q
}

// setOps reads a body: operands joined by UNION, INTERSECT and EXCEPT.
func (p *parser) setOps() Body { return p.setOpsAfter(p.operand()) }

// setOpsAfter goes on with the set operations after the operand left.
func (p *parser) setOpsAfter(left Body) Body {
	left = p.intersections(left)
	for n := 0; p.atSetOp(0) || p.at(TokHole) && p.holeBeforeQuery(); n++ {
		op := p.setOp()
		if n > maxChain {
			p.expected("a shorter chain of set operations")
			p.skip(stopNothing)
			return left
		}
		op.Left = left
		op.Right = p.intersections(p.operand())
		op.Span = p.from(left.Range().Start)
		left = op
	}
	return left
}

// intersections goes on with the INTERSECTs after left: they bind tighter.
func (p *parser) intersections(left Body) Body {
	for n := 0; p.atWord(kwIntersect) && n < maxChain; n++ {
		op := p.setOp()
		op.Left = left
		op.Right = p.operand()
		op.Span = p.from(left.Range().Start)
		left = op
	}
	return left
}

// atSetOp reports whether the words of a set operation stand n tokens ahead.
func (p *parser) atSetOp(n int) bool {
	switch p.peek(n).word {
	case kwUnion, kwIntersect:
		return true
	case kwExcept, kwMinus:
		return p.peekWord(n+1, kwAll) || p.peekWord(n+1, kwDistinct) || p.peek(n+1).Kind == TokHole ||
			p.peekWord(n+1, kwBy) || p.peekWord(n+1, kwCorresponding) || p.queryAt(n+1)
	case kwFull, kwLeft, kwInner:
		return p.peekWord(n+1, kwUnion) || p.peekWord(n+1, kwOuter) && p.peekWord(n+2, kwUnion)
	}
	return false
}

// holeBeforeQuery reports whether the holes at the cursor are followed by a
// SELECT: they may stand for UNION ALL, or for nothing.
func (p *parser) holeBeforeQuery() bool {
	n := p.pastHoles()
	return p.peekWord(n, kwSelect) || p.peek(n).Kind == TokLParen && p.peekWord(n+1, kwSelect)
}

// setOp reads the operator of a set operation.
func (p *parser) setOp() *SetOp {
	start := p.start()
	op := &SetOp{}
	if p.at(TokHole) {
		op.Hole = p.hole()
		op.OpSpan = op.Hole.Span
		return op
	}
	for p.acceptWord(kwFull) || p.acceptWord(kwLeft) || p.acceptWord(kwInner) || p.acceptWord(kwOuter) {
		op.ByName = true // BigQuery's {FULL|LEFT|INNER} [OUTER] UNION is by name
	}
	switch p.toks[p.i].word {
	case kwIntersect:
		op.Op = Intersect
	case kwExcept, kwMinus:
		op.Op = Except
	}
	p.next()
	op.All = p.acceptWord(kwAll)
	if !op.All {
		p.acceptWord(kwDistinct)
	}
	p.acceptWord(kwStrict)
	if p.acceptWords(kwBy, kwName) || p.acceptWord(kwCorresponding) {
		op.ByName = true
		if (p.acceptWord(kwOn) || p.acceptWord(kwBy)) && p.at(TokLParen) {
			p.skipOne()
		}
	}
	if p.at(TokHole) && p.holeBeforeQuery() {
		op.Hole = p.hole()
	}
	op.OpSpan = p.from(start)
	return op
}

// operand reads one operand of a set operation.
func (p *parser) operand() Body {
	switch {
	case p.at(TokLParen):
		if !p.enter() {
			p.leave()
			return p.tooDeep()
		}
		q := p.parenQuery()
		p.leave()
		return q
	case p.at(TokHole):
		if p.holesThenClause() {
			return p.selectBlock()
		}
		return p.hole()
	}
	switch p.toks[p.i].word {
	case kwSelect:
		return p.selectBlock()
	case kwWith:
		return p.query()
	case kwValues:
		return p.namedValues()
	case kwFrom:
		if p.d.gram&fromFirst != 0 {
			return p.fromFirst()
		}
	case kwTable, kwPivot, kwUnpivot:
		if p.atQuery() {
			return p.tableBody()
		}
	}
	start := p.start()
	if p.atChange() { // with a as (...) insert into t select ...
		return p.change()
	}
	p.expected("a query")
	o := p.skip(stopClause)
	switch {
	case o == nil:
		return p.opaque(start, false)
	case p.clauseHere() != clauseNone: // selec a from t: the clauses are good
		s := &Select{Items: []*Item{{Span: o.Span, X: o}}}
		p.clauses(s, clauseNone)
		s.Span = p.from(start)
		return s
	}
	return o
}

// atChange reports whether a statement that changes data begins at the cursor:
// it may stand behind WITH, and in a common table expression of PostgreSQL.
func (p *parser) atChange() bool {
	switch p.toks[p.i].word {
	case kwInsert, kwMerge:
		return p.peek(1).Kind == TokWord
	case kwDelete:
		return p.peekWord(1, kwFrom) || p.nameAhead(1)
	case kwUpdate:
		return p.nameAhead(1)
	case kwCreate:
		return p.peek(1).Kind == TokWord
	}
	return false
}

// change keeps a statement that changes data up to its end: it is no query.
func (p *parser) change() *Opaque {
	start := p.start()
	for !p.stopped(stopNothing) {
		p.skipOne()
	}
	return p.opaque(start, true)
}

// pastHoles returns how many tokens ahead the first one is that is no hole.
func (p *parser) pastHoles() int {
	n := 0
	for p.peek(n).Kind == TokHole && p.i+n < len(p.toks)-1 {
		n++
	}
	return n
}

// holesThenClause reports whether the holes at the cursor stand for the
// beginning of a SELECT block, of which only the end is known.
func (p *parser) holesThenClause() bool {
	n := p.pastHoles()
	switch p.peek(n).word {
	case kwFrom, kwWhere, kwHaving:
		return true
	case kwGroup:
		return p.peekWord(n+1, kwBy)
	}
	return p.qualifyAt(n)
}

// holesThenEnd reports whether nothing of the query follows the holes at the
// cursor.
func (p *parser) holesThenEnd() bool {
	switch p.peek(p.pastHoles()).Kind {
	case TokEOF, TokRParen, TokSemicolon:
		return true
	}
	return false
}

// values reads VALUES (1, 2), (3, 4), or VALUES 1, 2 with rows of one column.
func (p *parser) values() *Values {
	start := p.start()
	p.next()
	v := &Values{}
	for {
		v.Rows = append(v.Rows, p.valuesRow())
		if p.at(TokComma) && p.peekWord(1, kwValues) { // from values 1, values 2
			break
		}
		if !p.at(TokComma) && !(p.at(TokHole) && p.peek(1).Kind == TokLParen && p.accept(TokHole)) {
			break
		}
		if p.accept(TokComma) && !p.operandAt(0) {
			break
		}
	}
	v.Span = p.from(start)
	return v
}

// namedValues reads VALUES that may have an alias: Spark's and Snowflake's
// `values (1) as t(a)` is `select * from (values (1)) as t(a)`.
func (p *parser) namedValues() Body {
	v := p.values()
	if p.strictJoins() || !p.atWord(kwAs) && !p.aliasAhead() && !p.bareColumns() {
		return v
	}
	d := &Derived{Query: &Query{Span: v.Span, Body: v}}
	d.Alias = p.alias()
	d.Span = p.from(v.Start)
	return &Select{Span: d.Span, FromFirst: true, From: d, Items: []*Item{starAt(v.Start)}}
}

// bareColumns reports whether Spark's alias of columns alone stands at the
// cursor: values (1, 2) (a, b).
func (p *parser) bareColumns() bool {
	return p.at(TokLParen) && p.d.lex&numberSuffix != 0 && p.nameAhead(1) && p.afterNames(0) > 0
}

func (p *parser) valuesRow() *Tuple {
	start := p.start()
	p.acceptWord(kwRow)
	if !p.at(TokLParen) {
		x := p.listExpr()
		return &Tuple{Span: x.Range(), Items: []Expr{x}}
	}
	p.next()
	t := &Tuple{Items: p.exprList(TokRParen)}
	if o := p.closeParen("`,` or `)`"); o != nil {
		t.Items = append(t.Items, o)
	}
	t.Span = p.from(start)
	return t
}

// tableBody reads the statement forms TABLE t, PIVOT t ... and UNPIVOT t ....
func (p *parser) tableBody() *Select {
	start := p.start()
	s := &Select{FromFirst: true}
	switch p.toks[p.i].word {
	case kwTable:
		p.next()
		s.From = p.factor()
	case kwPivot:
		s.From = p.pivotStatement()
	default:
		s.From = p.unpivotStatement()
	}
	s.Items = []*Item{starAt(start)}
	s.Span = p.from(start)
	return s
}

// starAt is the `*` that a query without a select list means.
func starAt(at int32) *Item {
	s := Span{Start: at, End: at}
	return &Item{Span: s, X: &Star{Span: s}}
}
