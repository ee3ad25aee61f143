package sql

import "strings"

// wordExpr reads an operand that begins with the unquoted word t: a constant, a
// special form, a function, a column.
func (p *parser) wordExpr(t Token) Expr {
	next := p.peek(1)
	if next.Kind == TokArrow && p.lambdaArrow(2) || next.Kind == TokWord && p.peek(2).Kind == TokArrow && p.d == &dialectSnowflake && !p.clauseWord(next.word) && p.lambdaArrow(3) {
		return p.lambda(t.Start)
	}
	if next.Kind == TokString && ((t.word == kwNone || t.word == kwName || t.word == kwXml) && p.d.gram&typedStrings != 0 || typeWords[strings.ToLower(p.tokText(&t))]) {
		p.next()
		l := p.stringExpr().(*Literal)
		l.Start, l.Type = t.Start, strings.ToLower(p.tokText(&t))
		return l
	}
	if t.word == 0 {
		if next.word == kwFor && p.peek(2).Kind == TokLParen && strings.EqualFold(p.tokText(&t), "collation") { // collation for (x)
			name := p.one(p.ident())
			p.next()
			return p.callOf(t.Start, name)
		}
		return p.column()
	}
	if next.Kind == TokLParen {
		return p.wordCall(t)
	}
	if next.Kind == TokDot {
		return p.column()
	}
	switch t.word {
	case kwNull:
		return p.constant(NullLit)
	case kwTrue, kwFalse:
		return p.constant(BoolLit)
	case kwCase:
		if x := p.caseExpr(); x != nil {
			return x
		}
	case kwInterval:
		if p.operandAt(1) && next.Kind != TokAsterisk && !p.frameAt(1) {
			return p.interval()
		}
	case kwApproximate: // Redshift: APPROXIMATE COUNT(DISTINCT x)
		if next.Kind == TokWord && p.peek(2).Kind == TokLParen {
			p.next()
			x := p.column()
			if c, ok := x.(*Call); ok {
				c.Start = t.Start
			}
			return x
		}
	case kwNext: // T-SQL: NEXT VALUE FOR sequence OVER (...)
		if next.word == kwValue && p.peekWord(2, kwFor) {
			return p.nextValue(t)
		}
	case kwArray, kwStruct, kwMap:
		if x := p.typedCollection(t); x != nil {
			return x
		}
	case kwTimestamp, kwTime:
		if x := p.zonedLiteral(t); x != nil {
			return x
		}
	case kwLambda:
		if (next.Kind == TokWord) && (p.peek(2).Kind == TokColon || p.peek(2).Kind == TokComma) {
			return p.lambdaWord()
		}
	case kwNot: // after an operator that binds more tightly
		return p.unary()
	}
	if p.d.isNiladic(t.word) {
		c := &Call{}
		c.Name = p.one(p.ident())
		c.NameEnd, c.NoParens = p.prevEnd(), true
		c.Span = p.from(t.Start)
		return c
	}
	if (t.word == kwRlike || t.word == kwIlike) && p.d == &dialectTSQL { // which has no such operators
		return p.column()
	}
	if reserved[t.word] || t.word == kwEnd && p.inCase > 0 || p.clauseInstead(t) {
		return p.missing()
	}
	return p.column()
}

// clauseInstead reports whether the word at the cursor begins a clause, so that
// the expression before it is missing.
func (p *parser) clauseInstead(t Token) bool {
	switch t.word {
	case kwGroup, kwOrder, kwLimit, kwFetch, kwQualify:
		return p.atClause(0)
	case kwCollate, kwIsnull, kwNotnull:
		return p.d == &dialectPostgres
	}
	return false
}

func (p *parser) constant(k LiteralKind) Expr {
	l := p.nodes.literals.new()
	l.Span, l.Kind = p.toks[p.i].Span, k
	l.Text = p.text[l.Start:l.End]
	p.next()
	return l
}

// wordCall reads a keyword that is followed by a parenthesis: a form of its
// own, or a function of that name.
func (p *parser) wordCall(t Token) Expr {
	switch t.word {
	case kwCast, kwTryCast, kwSafeCast:
		return p.cast(t)
	case kwConvert, kwTryConvert:
		if p.d == &dialectTSQL || p.d == &dialectRedshift {
			return p.convert(t)
		}
	case kwExists:
		if p.queryAt(2) || p.peek(2).Kind == TokRParen {
			p.next()
			e := &Exists{Query: p.parenQuery()}
			e.Span = p.from(t.Start)
			return e
		}
	case kwCase:
		if x := p.caseExpr(); x != nil {
			return x
		}
	case kwInterval:
		return p.interval()
	case kwNot:
		return p.unary()
	case kwStruct:
		return p.structCall(t)
	case kwRow:
		p.next()
		p.next()
		tu := &Tuple{Items: p.exprList(TokRParen)}
		p.closeInto(&tu.Items)
		tu.Span = p.from(t.Start)
		return tu
	case kwTimestamp, kwTime:
		if x := p.zonedLiteral(t); x != nil {
			return x
		}
	}
	switch t.word {
	case kwLike, kwIlike, kwRlike: // functions too: rlike(x, 'pattern')
		return p.column()
	case kwAnd, kwOr:
		if p.d.gram&clickHouse != 0 && p.adjacent(1) { // and(a, b)
			return p.column()
		}
	}
	if reserved[t.word] || t.word == kwEnd && p.inCase > 0 {
		return p.missing()
	}
	return p.column()
}

// column reads a name with its parts, which may turn out to be a function or a
// qualified star.
func (p *parser) column() Expr {
	start := p.start()
	parts := p.one(p.ident())
	if p.at(TokDot) {
		parts = p.columnParts(parts)
	}
	switch p.kind() {
	case TokLParen:
		if p.peek(1).Kind == TokPlus && p.peek(2).Kind == TokRParen { // Oracle's outer join mark
			c := p.columnOf(start, parts)
			p.i += 3
			return &Unary{Span: p.from(start), Op: OpOther, Text: "(+)", X: c}
		}
		return p.callOf(start, parts)
	case TokDot:
		if p.peek(1).Kind == TokAsterisk {
			p.next()
			return p.star(start, parts)
		}
	}
	return p.columnOf(start, parts)
}

func (p *parser) columnOf(start int32, parts []*Ident) *Column {
	c := p.nodes.columns.new()
	c.Span, c.Parts = p.from(start), parts
	return c
}

// columnParts reads the parts after the first.
func (p *parser) columnParts(parts []*Ident) []*Ident {
	for p.at(TokDot) {
		switch t := p.peek(1); {
		case t.Kind == TokWord && reserved[t.word] && !p.adjacent(1): // `t. from`: a name is missing
			p.next()
			p.expected("a name after `.`")
			return parts
		case t.Kind == TokWord, t.Kind == TokQuoted, t.Kind == TokHole, t.Kind == TokBindVar, t.Kind == TokNumber && p.adjacent(1):
			p.next()
			parts = append(parts, p.ident())
		case t.Kind == TokAsterisk:
			return parts
		case p.d.gram&clickHouse != 0 && (t.Kind == TokColon || t.Kind == TokCaret) && p.nameAhead(2): // json.a.:Int64, json.^a
			p.i += 2
			parts = append(parts, p.ident())
		default:
			p.next()
			p.expected("a name after `.`")
			return parts
		}
	}
	return parts
}

// postfix reads what is attached behind an operand.
func (p *parser) postfix(x Expr) Expr {
	start := x.Range().Start
	for n := 0; n < maxChain; n++ {
		switch p.kind() {
		case TokDoubleColon:
			p.next()
			c := &Cast{Kind: ColonCast, X: x, Type: p.typeName()}
			c.Span = p.from(start)
			x = c
		case TokLBracket:
			if p.d.lex&bracketIdent != 0 {
				return x
			}
			x = p.subscript(x)
		case TokDot:
			next := p.field(x)
			if next == nil {
				return x
			}
			x = next
		case TokColon:
			if !p.pathAhead(x) {
				return x
			}
			x = p.path(x)
		case TokBang: // Snowflake: model!predict(...); DuckDB: 5!
			if p.d == &dialectDuckDB && !p.operandAt(1) {
				p.next()
				x = &Unary{Span: p.from(start), Op: OpOther, Text: "!", X: x}
				continue
			}
			if p.d != &dialectSnowflake || p.peek(1).Kind != TokWord || p.peek(2).Kind != TokLParen {
				return x
			}
			p.next()
			c := p.callOf(start, p.one(p.ident()))
			c.Args = append([]*Arg{{Span: x.Range(), X: x}}, c.Args...)
			x = c
		default:
			next := p.attached(x)
			if next == nil {
				return x
			}
			x = next
		}
	}
	return x
}

// attached reads what only one dialect attaches behind an operand; nil if
// nothing of the kind stands there.
func (p *parser) attached(x Expr) Expr {
	start := x.Range().Start
	switch {
	case p.peekWord(1, kwTo) && p.bareInterval(x): // Hive: '1-2' year to month
		iv := &Interval{X: x}
		p.intervalUnit(iv)
		iv.Span = p.from(start)
		return iv
	case p.at(TokBindVar) && p.peek(1).Kind == TokDoubleColon && p.adjacent(1) && p.adjacent(0): // Databricks: x?::int
		p.i += 2
		c := &Cast{Kind: TryCast, X: x, Type: p.typeName()}
		c.Span = p.from(start)
		return c
	case p.atWord(kwApply) && p.d.gram&clickHouse != 0 && p.operandAt(1) && isCall(x, "columns"): // columns('x') apply(f)
		s := &Star{Of: x}
		p.starModifiers(s)
		s.Span = p.from(start)
		return s
	case p.at(TokLParen) && p.speaks(&dialectSnowflake) && p.adjacent(0) && isCall(x, "identifier"): // identifier('f')(x)
		named := x.(*Call)
		c := p.callOf(start, named.Name)
		c.NameEnd = named.NameEnd
		for _, a := range named.Args {
			c.more().Params = append(c.more().Params, a.X)
		}
		return c
	}
	return nil
}

// isCall reports whether x is a call of the function of that name.
func isCall(x Expr, name string) bool {
	c, ok := x.(*Call)
	return ok && len(c.Name) == 1 && strings.EqualFold(c.Name[0].Name, name)
}

// field reads `.name`, `.name(...)` or `.*` behind an operand.
func (p *parser) field(x Expr) Expr {
	start := x.Range().Start
	switch t := p.peek(1); {
	case t.Kind == TokAsterisk:
		p.next()
		p.next()
		s := &Star{Of: x}
		p.starModifiers(s)
		s.Span = p.from(start)
		return s
	case t.Kind == TokWord, t.Kind == TokQuoted, t.Kind == TokNumber, t.Kind == TokHole:
		p.next()
		id := p.ident()
		if p.at(TokLParen) && p.adjacent(0) { // x.f(y) is f(x, y)
			c := p.callOf(start, p.one(id))
			c.Args = append([]*Arg{{Span: x.Range(), X: x}}, c.Args...)
			return c
		}
		return &Field{Span: p.from(start), X: x, Name: id}
	}
	p.next()
	p.expected("a name after `.`")
	return nil
}

// subscript reads [i], [OFFSET(i)] or [lo:hi:step].
func (p *parser) subscript(x Expr) Expr {
	start := x.Range().Start
	p.next()
	p.inBracket++
	defer func() { p.inBracket-- }()
	var lo Expr
	if !p.at(TokColon) && !p.at(TokRBracket) {
		if p.at(TokWord) && p.peek(1).Kind == TokLParen {
			if fn := subscriptWords[strings.ToLower(p.tokText(&p.toks[p.i]))]; fn != "" {
				p.i += 2
				i := &Index{X: x, I: p.innerExpr(), Fn: fn}
				p.closeParen("`)`")
				p.closeSubscript()
				i.Span = p.from(start)
				return i
			}
		}
		lo = p.innerExpr()
	}
	if !p.at(TokColon) {
		switch {
		case lo == nil && p.d.gram&clickHouse != 0: // json.list[].a, of every element
			lo = p.opaque(p.start(), true)
		case lo == nil:
			lo = p.missing()
		}
		i := &Index{X: x, I: lo}
		p.closeSubscript()
		i.Span = p.from(start)
		return i
	}
	s := &Slice{X: x, Lo: lo}
	s.Hi = p.sliceBound()
	s.Step = p.sliceBound()
	p.closeSubscript()
	s.Span = p.from(start)
	return s
}

// closeSubscript reads the bracket after a subscript. No comma belongs to one:
// where the bracket is missing, the next element goes on.
func (p *parser) closeSubscript() {
	if !p.accept(TokRBracket) {
		p.expected("`]`")
		p.skip(stopComma | stopClause)
		p.accept(TokRBracket)
	}
}

var subscriptWords = map[string]string{
	"offset": "offset", "ordinal": "ordinal", "safe_offset": "safe_offset", "safe_ordinal": "safe_ordinal",
}

func (p *parser) sliceBound() Expr {
	if !p.accept(TokColon) || p.at(TokColon) || p.at(TokRBracket) {
		return nil
	}
	if p.at(TokMinus) && (p.peek(1).Kind == TokColon || p.peek(1).Kind == TokRBracket) { // DuckDB: to the end
		p.next()
		return nil
	}
	return p.innerExpr()
}

// pathAhead reports whether the colon at the cursor begins a path into x.
func (p *parser) pathAhead(x Expr) bool {
	if p.d.gram&paths == 0 || p.inBracket > 0 {
		return false
	}
	switch x.(type) {
	case *Column, *Field, *Index, *Path, *Call, *Paren, *Param, *Cast, *Hole:
	default:
		return false
	}
	switch t := p.peek(1); t.Kind {
	case TokWord, TokQuoted, TokHole, TokLBracket, TokString:
		return true
	}
	return false
}

// path reads x:a.b[0]['c'].
func (p *parser) path(x Expr) Expr {
	y := &Path{X: x}
	p.next()
	for n := 0; n < maxChain; n++ {
		switch {
		case p.at(TokLBracket):
			p.next()
			p.inBracket++
			y.Steps = append(y.Steps, p.innerExpr())
			p.inBracket--
			p.close(TokRBracket, "`]`")
		case p.at(TokString):
			y.Steps = append(y.Steps, p.stringExpr())
		case p.at(TokWord) && !(p.atWord(kwFrom) && !p.adjacent(0)), p.at(TokQuoted), p.at(TokHole), p.at(TokNumber):
			id := p.ident()
			y.Steps = append(y.Steps, p.columnOf(id.Start, p.one(id)))
		default:
			p.expected("a name in the path")
		}
		if p.at(TokLBracket) || (p.at(TokDot) || p.at(TokColon)) && p.peek(1).Kind != TokAsterisk && p.accept(p.kind()) {
			continue
		}
		break
	}
	y.Span = p.from(x.Range().Start)
	return y
}
