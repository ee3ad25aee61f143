package sql

// caseExpr reads CASE; nil if the word is a name here.
func (p *parser) caseExpr() Expr {
	start := p.start()
	switch t := p.peek(1); {
	case t.word == kwWhen, p.operandAt(1) && t.Kind != TokAsterisk && t.Kind != TokEOF:
	default:
		return nil
	}
	p.next()
	p.inCase++
	c := &Case{}
	if !p.atWord(kwWhen) {
		c.Operand = p.expr()
	}
	for {
		if p.at(TokHole) && len(c.Whens) > 0 { // further arms, perhaps
			h := p.hole()
			c.Whens = append(c.Whens, &When{Span: h.Span, Cond: h})
			continue
		}
		at := p.start()
		if !p.acceptWord(kwWhen) {
			break
		}
		w := &When{Cond: p.expr()}
		if p.needWord(kwThen) {
			w.Then = p.expr()
		} else {
			o := p.skipCase()
			w.Then = o
		}
		w.Span = p.from(at)
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 && !holey(c.Operand) {
		p.expected("`when`")
	}
	if p.acceptWord(kwElse) {
		c.Else = p.expr()
	}
	if p.at(TokHole) && p.peekWord(1, kwEnd) {
		p.next()
	}
	p.inCase--
	if !p.acceptWord(kwEnd) {
		p.expected("`when`, `else` or `end`")
		if o := p.skipToEnd(); o != nil && c.Else == nil {
			c.Else = o
		}
		p.acceptWord(kwEnd)
	}
	c.Span = p.from(start)
	return c
}

func holey(x Expr) bool {
	switch y := x.(type) {
	case *Hole:
		return true
	case *Binary:
		return y.Op == OpOther && (holey(y.L) || holey(y.R))
	}
	return false
}

// skipCase reads over the rest of an arm of a CASE.
func (p *parser) skipCase() Expr {
	start := p.start()
	for !p.stopped(stopComma|stopClause) && !p.atWord(kwWhen) && !p.atWord(kwElse) && !p.atWord(kwEnd) {
		p.skipOne()
	}
	return p.opaque(start, false)
}

// skipToEnd reads over the rest of a CASE.
func (p *parser) skipToEnd() Expr {
	start, from := p.start(), p.i
	for !p.stopped(stopComma|stopClause) && !p.atWord(kwEnd) {
		p.skipOne()
	}
	if p.i == from {
		return nil
	}
	return p.opaque(start, false)
}
