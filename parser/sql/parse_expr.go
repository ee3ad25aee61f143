package sql

// Precedences of operators, weakest first.
const (
	precNone int = iota
	precOr
	precAnd
	precNot
	precCompare // comparisons, IS, IN, LIKE, BETWEEN
	precOther   // ||, |, &, <<, ->, @> and their like
	precAdd
	precMul
	precPow
	precUnary
	precZone // AT TIME ZONE, COLLATE
)

// infixOp is a binary operator that is one token.
type infixOp struct {
	op   Op
	prec int
}

var infixOps = [...]infixOp{
	TokEqual:         {OpEq, precCompare},
	TokNotEqual:      {OpNe, precCompare},
	TokLess:          {OpLt, precCompare},
	TokLessEqual:     {OpLe, precCompare},
	TokGreater:       {OpGt, precCompare},
	TokGreaterEqual:  {OpGe, precCompare},
	TokNullSafeEqual: {OpNotDistinct, precCompare},
	TokConcat:        {OpConcat, precOther},
	TokPipe:          {OpBitOr, precOther},
	TokAmp:           {OpBitAnd, precOther},
	TokTilde:         {OpMatch, precOther},
	TokMatchOp:       {OpMatch, precOther},
	TokShiftLeft:     {OpShl, precOther},
	TokArrow:         {OpArrow, precOther},
	TokArrow2:        {OpArrow2, precOther},
	TokOtherOp:       {OpOther, precOther},
	TokPlus:          {OpAdd, precAdd},
	TokMinus:         {OpSub, precAdd},
	TokAsterisk:      {OpMul, precMul},
	TokSlash:         {OpDiv, precMul},
	TokDoubleSlash:   {OpIntDiv, precMul},
	TokPercent:       {OpMod, precMul},
	TokCaret:         {OpBitXor, precPow},
	TokDoubleStar:    {OpPow, precPow},
}

// expr reads an expression. A hole after it that nothing continues is left to
// the caller: it may as well be a clause.
func (p *parser) expr() Expr { return p.holes(p.binary(precNone), holeLeft) }

// listExpr reads an expression that is an element of a list, where a hole
// beside it may be a separator, or further elements.
func (p *parser) listExpr() Expr { return p.holes(p.binary(precNone), holeSeparates) }

// innerExpr reads an expression between brackets or keywords that belong to it:
// a hole after it is a part of it.
func (p *parser) innerExpr() Expr { return p.holes(p.binary(precNone), holeInside) }

// holeUse says what a hole after an expression can be.
type holeUse uint8

const (
	holeLeft holeUse = iota
	holeSeparates
	holeInside
)

// holes goes on after x with the holes beside it and what they are glued to:
// `a __hole_1__ and b` is one expression that is not known.
func (p *parser) holes(x Expr, use holeUse) Expr {
	for n := 0; n < maxChain; n++ {
		from := p.i
		switch {
		case p.at(TokHole):
			k := p.pastHoles()
			if use != holeInside && !p.infixAt(k) && (use == holeSeparates || !p.goesOnAt(k) || p.holeBeforeQuery()) {
				return x
			}
			x = p.infix(p.glued(x, p.hole()), precNone)
		case use != holeSeparates && p.prevHole() && p.operandAt(0):
			x = p.glued(x, p.binary(precNone))
			if p.i == from {
				return x
			}
		default:
			return x
		}
	}
	return x
}

// goesOnAt reports whether the expression before the holes at the cursor is not
// at its end: an operand stands n tokens ahead, or a word of CASE.
func (p *parser) goesOnAt(n int) bool {
	switch p.peek(n).word {
	case kwWhen, kwThen, kwElse:
		return true
	case kwEnd:
		return p.inCase > 0
	}
	return p.operandAt(n)
}

// glued is the unknown combination of two neighbours, one of which is a hole.
func (p *parser) glued(l, r Expr) Expr {
	b := p.nodes.binaries.new()
	b.Op, b.L, b.R = OpOther, l, r
	b.OpSpan = Span{Start: l.Range().End, End: l.Range().End}
	b.Span = l.Range().Union(r.Range())
	return b
}

// infixAt reports whether a binary operator stands n tokens ahead.
func (p *parser) infixAt(n int) bool {
	t := p.peek(n)
	switch t.Kind {
	case TokWord:
		switch t.word {
		case kwAnd, kwOr, kwIs, kwIn, kwLike, kwIlike, kwRlike, kwBetween:
			return true
		case kwNot:
			switch p.peek(n + 1).word {
			case kwIn, kwLike, kwIlike, kwBetween, kwRlike, kwRegexp, kwSimilar:
				return true
			}
		}
		return false
	case TokAsterisk: // after a hole, a star is an item
		return p.operandAt(n+1) && !p.peekWord(n+1, kwExcept)
	case TokDoubleColon:
		return true
	}
	return p.infixSymbolAt(n)
}

// infixSymbolAt reports whether an operator that is no word stands n tokens
// ahead.
func (p *parser) infixSymbolAt(n int) bool {
	k := p.peek(n).Kind
	return int(k) < len(infixOps) && infixOps[k].prec > 0
}

// binary reads an expression of operators that bind at least as tightly as min.
func (p *parser) binary(min int) Expr { return p.infix(p.unary(), min) }

// infix goes on after the operand x. Chains become left-deep trees in a loop,
// so that their length costs no stack.
func (p *parser) infix(x Expr, min int) Expr {
	for n := 0; ; n++ {
		if n > maxChain {
			p.expected("a shorter expression")
			return x
		}
		t := p.toks[p.i]
		if t.Kind == TokWord {
			next := p.wordInfix(x, t.word, min)
			if next == nil {
				return x
			}
			x = next
			continue
		}
		o, width := p.symbolInfix(t)
		if o.prec == 0 || o.prec < min {
			return x
		}
		if t.Kind == TokBindVar && o.op == OpNone {
			x = p.ternary(x)
			continue
		}
		p.i += width
		x = p.operation(x, o, p.from(t.Start))
	}
}

// apart are T-SQL's comparisons, whose two characters may stand apart.
var apart = map[[2]Kind]Op{
	{TokGreater, TokEqual}: OpGe, {TokLess, TokEqual}: OpLe, {TokLess, TokGreater}: OpNe,
	{TokBang, TokEqual}: OpNe, {TokBang, TokLess}: OpGe, {TokBang, TokGreater}: OpLe,
}

// symbolInfix returns the operator at the cursor and its number of tokens.
func (p *parser) symbolInfix(t Token) (infixOp, int) {
	if p.d == &dialectTSQL {
		if op, ok := apart[[2]Kind{t.Kind, p.peek(1).Kind}]; ok {
			return infixOp{op, precCompare}, 2
		}
	}
	switch t.Kind {
	case TokGreater:
		if p.peek(1).Kind == TokGreater && p.adjacent(1) {
			return infixOp{OpShr, precOther}, 2
		}
	case TokCaret:
		if p.d.gram&caretIsPower != 0 {
			return infixOp{OpPow, precPow}, 1
		}
	case TokBindVar: // PostgreSQL's ? for JSON, ClickHouse's ternary
		if p.tokText(&t) != "?" || !p.operandAt(1) {
			return infixOp{}, 0
		}
		if p.d.gram&clickHouse != 0 {
			return infixOp{OpNone, precOr}, 1
		}
		return infixOp{OpOther, precOther}, 1
	}
	if int(t.Kind) < len(infixOps) {
		return infixOps[t.Kind], 1
	}
	return infixOp{}, 0
}

// operation reads the right operand of o, whose tokens at s are behind the
// cursor.
func (p *parser) operation(l Expr, o infixOp, s Span) Expr {
	if o.prec == precCompare {
		if q := p.quantified(l, o.op); q != nil {
			return q
		}
	}
	var r Expr
	if p.at(TokAsterisk) { // a star is no operand
		r = p.missing()
	} else {
		r = p.binary(o.prec + 1)
	}
	b := p.nodes.binaries.new()
	b.Op, b.OpSpan, b.L, b.R = o.op, s, l, r
	b.Span = Span{Start: l.Range().Start, End: max(s.End, r.Range().End)}
	if o.op == OpOther || o.op == OpMatch {
		b.Text = p.text[s.Start:s.End]
	}
	return b
}

// ternary reads ClickHouse's cond ? a : b.
func (p *parser) ternary(cond Expr) Expr {
	p.next()
	p.inBracket++
	w := &When{Cond: cond, Then: p.binary(precNone)}
	p.inBracket--
	w.Span = p.from(cond.Range().Start)
	c := &Case{Whens: []*When{w}}
	if p.need(TokColon, "`:`") {
		c.Else = p.binary(precOr)
	}
	c.Span = p.from(w.Start)
	return c
}

// quantified reads what follows `x =` if it is ANY, SOME or ALL of something.
func (p *parser) quantified(l Expr, op Op) Expr {
	if p.peek(1).Kind != TokLParen || p.d.gram&clickHouse != 0 {
		return nil
	}
	q := &Quantified{Op: op, L: l, Quant: AnyOf}
	switch p.toks[p.i].word {
	case kwAny, kwSome:
	case kwAll:
		q.Quant = AllOf
	default:
		return nil
	}
	p.next()
	switch x := p.primary().(type) {
	case *Subquery:
		q.Query = x.Query
	default:
		q.Of = x
	}
	q.Span = p.from(l.Range().Start)
	return q
}

// wordInfix reads an operator that is a word; nil if w is none here.
func (p *parser) wordInfix(x Expr, w keyword, min int) Expr {
	switch w {
	case kwNone:
		return nil
	case kwAnd:
		return p.wordOp(x, OpAnd, precAnd, min, 1)
	case kwOr:
		return p.wordOp(x, OpOr, precOr, min, 1)
	case kwXor:
		if p.operandAt(1) {
			return p.wordOp(x, OpOther, precOr, min, 1)
		}
	case kwDiv:
		if p.operandAt(1) {
			return p.wordOp(x, OpIntDiv, precMul, min, 1)
		}
	case kwMod:
		if p.operandAt(1) {
			return p.wordOp(x, OpMod, precMul, min, 1)
		}
	case kwOverlaps:
		if p.operandAt(1) {
			return p.wordOp(x, OpOverlaps, precCompare, min, 1)
		}
	case kwIregexp: // Hive and Impala
		if p.speaks(&dialectSpark) && p.operandAt(1) {
			return p.wordOp(x, OpOther, precOther, min, 1)
		}
	case kwOperator: // PostgreSQL: OPERATOR(schema.+)
		if p.peek(1).Kind == TokLParen && min <= precOther {
			start := p.start()
			p.next()
			p.skipOne()
			return p.operation(x, infixOp{OpOther, precOther}, p.from(start))
		}
	case kwCollate:
		if min <= precZone && (p.nameAhead(1) || p.peek(1).Kind == TokString) {
			p.next()
			c := &Collate{X: x}
			if p.at(TokString) {
				c.Name = p.one(p.stringName())
			} else {
				c.Name = p.names("a collation")
			}
			c.Span = p.from(x.Range().Start)
			return c
		}
	case kwAt:
		if min <= precZone && p.peekWord(1, kwTime) && p.peekWord(2, kwZone) {
			p.i += 3
			a := &AtTimeZone{X: x, Zone: p.binary(precUnary)}
			a.Span = p.from(x.Range().Start)
			return a
		}
	default:
		if min <= precCompare {
			return p.test(x, w)
		}
	}
	return nil
}

// wordOp reads op, which is n words, and its right operand.
func (p *parser) wordOp(l Expr, op Op, prec, min, n int) Expr {
	if prec < min {
		return nil
	}
	start := p.start()
	p.i += n
	return p.operation(l, infixOp{op, prec}, p.from(start))
}

// unary reads an operand with the operators before it.
func (p *parser) unary() Expr {
	t := p.toks[p.i]
	op, min := OpNone, precUnary
	switch t.Kind {
	case TokMinus:
		op = OpSub
	case TokPlus:
		op = OpAdd
	case TokTilde:
		op = OpBitNot
	case TokBang:
		op = OpNot
	case TokMatchOp:
		op = OpOther
	case TokConcat, TokOtherOp: // PostgreSQL: |/ x, @ x
		if p.d.lex&anyOperator != 0 && (p.peek(1).Kind != TokNumber || p.tokText(&t) != "#") {
			op, min = OpOther, precOther+1
		}
	case TokWord:
		switch t.word {
		case kwNone:
		case kwNot:
			op, min = OpNot, precCompare
		case kwPrior, kwConnectByRoot:
			if p.nameAhead(1) {
				op = OpOther
			}
		}
	}
	if op == OpNone {
		return p.primary()
	}
	if !p.enter() {
		p.leave()
		for p.next(); p.at(t.Kind) && p.toks[p.i].word == t.word; {
			p.next()
		}
		return p.opaque(t.Start, false)
	}
	p.next()
	u := &Unary{Op: op, X: p.binary(min)}
	if op == OpOther {
		u.Text = p.tokText(&t)
	}
	u.Span = p.from(t.Start)
	p.leave()
	return u
}
