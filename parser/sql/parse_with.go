package sql

// with reads a WITH clause, or the holes before a SELECT, which may hold one.
func (p *parser) with() *With {
	start := p.start()
	w := &With{Functions: p.functions()}
	if p.at(TokHole) {
		n := p.pastHoles()
		list := p.peek(n).Kind == TokComma && (p.nameAhead(n+1) || p.peek(n+1).Kind == TokHole) && p.bodyAhead(p.afterNames(n+2))
		if t := p.peek(n).word; t != kwSelect && t != kwWith && !list {
			return p.functionsOnly(w, start)
		}
		w.Holes = append(w.Holes, p.hole())
		if list { // the hole is WITH and the first of the list
			p.next()
			p.ctes(w)
			w.Span = p.from(start)
			return w
		}
	}
	if !p.atWord(kwWith) {
		if w.Holes == nil {
			return p.functionsOnly(w, start)
		}
		w.Span = p.from(start)
		return w
	}
	p.next()
	w.Recursive = p.atWord(kwRecursive) && !p.peekWord(1, kwAs) && p.acceptWord(kwRecursive)
	p.ctes(w)
	w.Span = p.from(start)
	return w
}

// functionsOnly is w if it defines functions, nil if it is empty.
func (p *parser) functionsOnly(w *With, start int32) *With {
	if w.Functions == nil {
		return nil
	}
	w.Span = p.from(start)
	return w
}

// ctes reads the list of a WITH clause up to the main query.
func (p *parser) ctes(w *With) {
	for {
		switch {
		case p.at(TokHole) && p.holesThenEnd():
			return // the hole is the main query
		case p.at(TokHole) && !p.holeCTE():
			w.Holes = append(w.Holes, p.hole())
		case p.atMainQuery() && !p.atScalarParen(), p.at(TokEOF), p.at(TokRParen), p.at(TokSemicolon):
			p.expected("a name for the common table expression")
			return
		default:
			from := p.i
			w.CTEs = append(w.CTEs, p.cte())
			if p.i == from {
				return
			}
		}
		comma := false
		for p.at(TokComma) {
			if comma {
				p.expected("a name for the common table expression")
			}
			p.next()
			comma = true
		}
		if p.at(TokHole) || p.prevHole() && !p.atMainQuery() && p.nameAhead(0) {
			continue
		}
		switch {
		case comma && p.atMainQuery() && !p.atScalarParen():
			if p.d.gram&trailingComma == 0 {
				t := p.toks[p.i-1]
				p.errorAt(t.Span, "expected the main query, found `,`")
			}
			return
		case comma:
		case p.nameAhead(0) && (p.peekWord(1, kwAs) && p.peek(2).Kind == TokLParen || p.peek(1).Kind == TokLParen && !p.atMainQuery()):
			p.expected("`,` or the main query")
		default:
			return
		}
	}
}

// atScalarParen reports whether ClickHouse's `(select ...) as name` may stand at
// the cursor.
func (p *parser) atScalarParen() bool { return p.d.gram&clickHouse != 0 && p.at(TokLParen) }

// holeCTE reports whether the hole at the cursor is the name of a CTE.
func (p *parser) holeCTE() bool {
	return p.peekWord(1, kwAs) && (p.peek(2).Kind == TokLParen || p.peek(2).Kind == TokHole)
}

// atMainQuery reports whether the query after the CTEs begins at the cursor.
func (p *parser) atMainQuery() bool {
	if p.at(TokLParen) {
		return true
	}
	switch p.toks[p.i].word {
	case kwSelect, kwInsert, kwUpdate, kwDelete, kwMerge:
		return !p.peekWord(1, kwAs)
	case kwFrom, kwValues, kwTable, kwPivot, kwUnpivot:
		return !p.peekWord(1, kwAs) && p.atQuery()
	}
	return false
}

func (p *parser) cte() *CTE {
	start := p.start()
	c := &CTE{}
	if p.scalarCTE(c) {
		c.Span = p.around(start, c.Scalar)
		return c
	}
	if p.at(TokString) && p.d.gram&stringTables != 0 {
		c.Name = p.stringName()
	} else {
		c.Name = p.name("a name for the common table expression")
	}
	if c.Name == nil {
		p.skip(stopComma | stopClause)
		c.Span = p.from(start)
		return c
	}
	if p.at(TokLParen) && !p.queryAt(1) {
		c.Columns = p.nameList()
	}
	if p.acceptWords(kwUsing, kwKey) { // DuckDB
		p.skipOne()
	}
	if !p.acceptWord(kwAs) && (!p.at(TokLParen) || p.d.gram&optionalAs == 0) {
		p.expected("`as`")
	}
	switch {
	case p.acceptWord(kwMaterialized):
		c.Materialized = 1
	case p.acceptWords(kwNot, kwMaterialized):
		c.Materialized = -1
	}
	switch {
	case p.at(TokLParen):
		c.Body = p.parenQuery()
	case p.at(TokHole):
		h := p.hole()
		c.Body = &Query{Span: h.Span, Body: h}
	default:
		p.expected("`(`")
		if p.atQuery() {
			c.Body = p.query()
		}
	}
	for p.atWord(kwSearch) || p.atWord(kwCycle) && !p.peekWord(1, kwAs) {
		p.searchOrCycle()
	}
	c.Span = p.from(start)
	return c
}

// searchOrCycle reads what a recursive CTE says of its order, or of endless
// rows: SEARCH DEPTH FIRST BY a, b SET c; CYCLE a, b SET c [TO 1 DEFAULT 0]
// USING d. The columns that it adds are not kept.
func (p *parser) searchOrCycle() {
	if p.acceptWord(kwSearch) {
		p.name("`depth` or `breadth`")
		if !p.needWord(kwFirst) || !p.needWord(kwBy) {
			return
		}
	} else {
		p.next()
	}
	p.nameItems()
	if !p.needWord(kwSet) {
		return
	}
	p.name("a name")
	if p.acceptWord(kwTo) {
		p.primary()
		if p.needWord(kwDefault) {
			p.primary()
		}
	}
	if p.acceptWord(kwUsing) {
		p.name("a name")
	}
}

// scalarCTE reads ClickHouse's `expression AS name`.
func (p *parser) scalarCTE(c *CTE) bool {
	if p.d.gram&clickHouse == 0 {
		return false
	}
	if (p.nameAhead(0) || p.at(TokHole)) && p.bodyAhead(p.afterNames(1)) {
		return false
	}
	c.Scalar = p.expr()
	if p.needWord(kwAs) {
		c.Name = p.name("a name")
	}
	return true
}

// bodyAhead reports whether AS and the body of a CTE stand n tokens ahead.
func (p *parser) bodyAhead(n int) bool {
	return p.peekWord(n, kwAs) && (p.peek(n+1).Kind == TokLParen || p.peek(n+1).Kind == TokHole || p.peekWord(n+1, kwMaterialized))
}

// afterNames returns the place after the list of names in parentheses that
// stands n tokens ahead, or n if there is none.
func (p *parser) afterNames(n int) int {
	if p.peek(n).Kind != TokLParen {
		return n
	}
	for k := n + 1; k < n+maxSpecial; k++ {
		switch p.peek(k).Kind {
		case TokWord, TokQuoted, TokComma:
		case TokRParen:
			return k + 1
		default:
			return n
		}
	}
	return n
}

// parenQuery reads a query in parentheses; the span of the query does not
// include them.
func (p *parser) parenQuery() *Query {
	p.next()
	var q *Query
	switch {
	case p.at(TokHole) && p.peek(1).Kind == TokRParen:
		h := p.hole()
		q = &Query{Span: h.Span, Body: h}
	case p.atQuery(), p.at(TokHole):
		q = p.query()
	default:
		start := p.start()
		var o *Opaque
		if p.at(TokWord) && statementWords[p.toks[p.i].word] {
			o = p.change()
		} else {
			p.expected("a query")
			if o = p.skip(stopNothing); o == nil {
				o = p.opaque(start, false)
			}
		}
		q = &Query{Span: o.Span, Body: o}
	}
	if o := p.closeParen("`)`"); o != nil {
		q.Tail = append(q.Tail, o)
		q.End = o.End
	}
	return q
}
