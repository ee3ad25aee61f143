package sql

// test reads the predicates that follow their operand: IS, IN, LIKE, BETWEEN.
func (p *parser) test(x Expr, w keyword) Expr {
	start := x.Range().Start
	switch w {
	case kwIs:
		return p.is(x)
	case kwIsnull, kwNotnull:
		if p.d.gram&clickHouse != 0 || p.peek(1).Kind == TokLParen {
			return nil
		}
		p.next()
		return &Is{Span: p.from(start), X: x, Not: w == kwNotnull}
	}
	not, n := false, 0
	if w == kwGlobal { // ClickHouse: x GLOBAL [NOT] IN, on every server
		n = 1
		w = p.peek(1).word
		if w != kwIn && !(w == kwNot && p.peekWord(2, kwIn)) {
			return nil
		}
	}
	if w == kwNot {
		not = true
		n++
		w = p.peek(n).word
	}
	switch w {
	case kwIn:
		p.i += n + 1
		return p.in(x, not)
	case kwBetween:
		p.i += n + 1
		return p.between(x, not)
	case kwLike:
		return p.like(x, Like, not, n+1)
	case kwIlike:
		return p.like(x, ILike, not, n+1)
	case kwRlike:
		return p.like(x, RLike, not, n+1)
	case kwRegexp:
		if p.operandAt(n + 1) {
			return p.like(x, RLike, not, n+1)
		}
	case kwGlob:
		if p.operandAt(n + 1) {
			return p.like(x, Glob, not, n+1)
		}
	case kwSimilar:
		if p.peekWord(n+1, kwTo) {
			return p.like(x, Similar, not, n+2)
		}
	case kwNull: // a NOT NULL, which DuckDB and SQLite read as IS NOT NULL
		if not {
			p.i += n + 1
			return &Is{Span: p.from(start), X: x, Not: true}
		}
	}
	return nil
}

func (p *parser) is(x Expr) Expr {
	opStart := p.start()
	p.next()
	not := p.acceptWord(kwNot)
	if p.acceptWord(kwDistinct) {
		p.needWord(kwFrom)
		op := OpDistinct
		if not {
			op = OpNotDistinct
		}
		return p.operation(x, infixOp{op, precOther}, p.from(opStart))
	}
	is := &Is{X: x, Not: not}
	what := p.start()
	switch {
	case p.acceptWord(kwNull):
	case p.acceptWord(kwTrue):
		is.What = IsTrue
	case p.acceptWord(kwFalse):
		is.What = IsFalse
	case p.acceptWord(kwUnknown):
		is.What = IsUnknown
	case p.at(TokHole):
		p.next()
		is.What = IsOther
	case p.acceptWord(kwJson):
		is.What = IsOther
		_ = p.acceptWord(kwObject) || p.acceptWord(kwArray) || p.acceptWord(kwScalar) || p.acceptWord(kwValue)
		if (p.atWord(kwWith) || p.atWord(kwWithout)) && p.peek(1).Kind == TokWord && p.unitText(1) == "unique" {
			p.i += 2
			p.word("keys")
		}
	case p.acceptWord(kwNormalized), p.acceptWord(kwDocument):
		is.What = IsOther
	default:
		is.What = IsOther
		p.expected("`null`, `true`, `false` or `distinct from`")
	}
	is.Span = p.from(x.Range().Start)
	if is.What == IsOther {
		is.Text = lowerWords(p.text[min(what, is.End):is.End])
	}
	if p.at(TokDoubleColon) { // (x is null)::int without its parentheses
		return p.postfix(is)
	}
	return is
}

func (p *parser) between(x Expr, not bool) Expr {
	b := &Between{X: x, Not: not}
	b.Symmetric = p.acceptWord(kwSymmetric)
	p.acceptWord(kwAsymmetric)
	b.Lo = p.binary(precOther)
	for p.at(TokHole) && p.peekWord(1, kwAnd) {
		b.Lo = p.glued(b.Lo, p.hole())
	}
	if p.needWord(kwAnd) {
		b.Hi = p.binary(precOther)
	} else {
		at := Span{Start: p.prevEnd(), End: p.prevEnd()}
		p.tree.Opaques++
		b.Hi = &Opaque{Span: at}
	}
	b.Span = p.from(x.Range().Start)
	return b
}

func (p *parser) like(x Expr, kind LikeKind, not bool, words int) Expr {
	p.i += words
	l := &LikeExpr{X: x, Kind: kind, Not: not}
	if p.peek(1).Kind == TokLParen {
		switch p.toks[p.i].word {
		case kwAny, kwSome:
			l.Quant = AnyOf
		case kwAll:
			l.Quant = AllOf
		}
	}
	if l.Quant != NoQuant {
		p.next()
		l.Pattern = p.primary()
		if par, ok := l.Pattern.(*Paren); ok {
			l.Pattern = &Tuple{Span: par.Span, Items: []Expr{par.X}}
		}
	} else {
		l.Pattern = p.binary(precOther)
	}
	if p.acceptWord(kwEscape) {
		l.Escape = p.binary(precOther)
	}
	l.Span = p.from(x.Range().Start)
	return l
}

func (p *parser) in(x Expr, not bool) Expr {
	in := &In{X: x, Not: not}
	switch {
	case p.at(TokLParen) && p.queryAt(1) && !p.nestedValue():
		in.Query = p.parenQuery()
	case p.at(TokLParen):
		p.next()
		in.List = p.exprList(TokRParen)
		for _, e := range in.List {
			if _, ok := e.(*Hole); ok {
				in.Open = true
			}
		}
		p.closeInto(&in.List)
	default:
		in.Of = p.binary(precOther)
	}
	in.Span = p.from(x.Range().Start)
	return in
}

// nestedValue reports whether the parenthesis at the cursor holds a list whose
// first element is itself a query: ((select 1), 2).
func (p *parser) nestedValue() bool {
	if p.peek(1).Kind != TokLParen {
		return false
	}
	depth := 0
	for k := p.i + 1; k < len(p.toks); k++ {
		switch p.toks[k].Kind {
		case TokLParen:
			depth++
		case TokRParen:
			depth--
			if depth == 0 {
				next := p.toks[k+1].Kind
				return next != TokRParen && next != TokWord
			}
		case TokEOF:
			return false
		}
	}
	return false
}
