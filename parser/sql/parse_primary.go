package sql

import "strings"

// primary reads an operand with what is attached behind it: fields, subscripts,
// casts, paths.
func (p *parser) primary() Expr {
	if !p.enter() {
		p.leave()
		return p.tooDeep()
	}
	x := p.postfix(p.operandExpr())
	p.leave()
	return x
}

// operandExpr reads an operand without what is attached behind it.
func (p *parser) operandExpr() Expr {
	t := p.toks[p.i]
	switch t.Kind {
	case TokWord:
		return p.wordExpr(t)
	case TokQuoted:
		x := p.column()
		if c, ok := x.(*Column); ok && p.at(TokWord) && p.peek(1).Kind == TokString && p.unitText(0) == "uescape" { // U&"name"
			p.i += 2
			c.End = p.prevEnd()
		}
		return x
	case TokNumber:
		return p.literal(NumberLit)
	case TokString:
		return p.stringExpr()
	case TokHole:
		return p.holeExpr()
	case TokBindVar, TokStage:
		p.next()
		return &Param{Span: t.Span, Text: p.tokText(&t)}
	case TokColon:
		if p.nameAhead(1) || p.peek(1).Kind == TokNumber || p.peek(1).Kind == TokString && p.adjacent(1) && p.d.gram&typedStrings != 0 {
			p.next()
			p.next()
			s := p.from(t.Start)
			return &Param{Span: s, Text: p.text[s.Start:s.End]}
		}
	case TokOtherOp:
		if p.peek(1).Kind == TokNumber && p.tokText(&t) == "#" { // DuckDB: a column by its number
			p.next()
			p.next()
			s := p.from(t.Start)
			return &Param{Span: s, Text: p.text[s.Start:s.End]}
		}
	case TokAsterisk:
		return p.star(t.Start, nil)
	case TokLParen:
		return p.paren()
	case TokLBracket:
		return p.arrayLiteral(t.Start)
	case TokLBrace:
		return p.structLiteral(t.Start, false)
	case TokUnknown: // the lexer has reported it
		p.next()
		return p.opaque(t.Start, false)
	}
	return p.missing()
}

// missing reports that an expression should stand at the cursor.
func (p *parser) missing() Expr {
	p.expected("an expression")
	p.tree.Opaques++
	return &Opaque{Span: p.from(p.start())}
}

func (p *parser) literal(k LiteralKind) Expr {
	l := p.nodes.literals.new()
	l.Span, l.Kind = p.toks[p.i].Span, k
	l.Text = p.text[l.Start:l.End]
	if len(l.Text) > 1 && l.Text[1]|0x20 == 'x' {
		l.Kind = BytesLit
	}
	p.next()
	return l
}

// stringExpr reads a string, and the strings after it that continue it.
func (p *parser) stringExpr() Expr {
	l := p.nodes.literals.new()
	l.Span = p.toks[p.i].Span
	l.Text, l.Kind = p.stringValue(p.text[l.Start:l.End])
	p.next()
	for p.at(TokString) && p.stringGoesOn(l.End) {
		more, _ := p.stringValue(p.tokText(&p.toks[p.i]))
		l.Text += more
		l.End = p.toks[p.i].End
		p.next()
	}
	if l.Kind == BytesLit {
		l.Text = p.text[l.Start:l.End]
	}
	if p.at(TokWord) && p.peek(1).Kind == TokString && strings.EqualFold(p.tokText(&p.toks[p.i]), "uescape") {
		p.i += 2
		l.End = p.prevEnd()
	}
	return l
}

// stringGoesOn reports whether the string at the cursor continues the one that
// ends at end. PostgreSQL asks for a line break between them.
func (p *parser) stringGoesOn(end int32) bool {
	if p.d == &dialectPostgres {
		return strings.Contains(p.text[end:p.start()], "\n")
	}
	return p.d.lex&bracketIdent == 0
}

// holeExpr reads a hole as an operand: a value, the name of a function, or the
// first part of a column's name.
func (p *parser) holeExpr() Expr {
	switch {
	case p.peek(1).Kind == TokLParen && p.adjacent(1), p.peek(1).Kind == TokDot && p.adjacent(1):
		return p.column()
	case p.peekWord(1, kwOver), p.peekWord(1, kwFilter) && p.peek(2).Kind == TokLParen, p.peekWord(1, kwWithin):
		c := &Call{}
		start := p.start()
		c.Name = p.one(p.ident())
		c.NameEnd, c.NoParens, c.Open = p.prevEnd(), true, true
		p.callTail(c)
		c.Span = p.from(start)
		return c
	}
	t := p.toks[p.i]
	p.next()
	return &Hole{Span: t.Span, Text: p.tokText(&t)}
}

// paren reads what begins with a parenthesis: an expression, a tuple, a query,
// or the parameters of a lambda.
func (p *parser) paren() Expr {
	start := p.start()
	if p.lambdaParens() {
		return p.lambda(start)
	}
	if p.queryAt(1) && p.peek(1).Kind != TokLParen {
		s := &Subquery{Query: p.parenQuery()}
		s.Span = p.from(start)
		return s
	}
	p.next()
	brackets := p.inBracket
	p.inBracket = 0
	defer func() { p.inBracket = brackets }()
	if p.accept(TokRParen) {
		return &Tuple{Span: p.from(start)}
	}
	if p.at(TokAsterisk) && p.strictJoins() { // a star is no value
		p.expected("an expression")
	}
	x := p.innerExpr()
	if q, ok := Unparen(x).(*Subquery); ok && (p.atSetOp(0) || p.atWords(kwOrder, kwBy) || p.atLimit(0)) {
		return p.subqueryGoesOn(start, q)
	}
	if p.d.gram&(clickHouse|optionalAs) != 0 && p.acceptWord(kwAs) {
		par := &Paren{X: x, Alias: p.anyName("a name after `as`")}
		if p.at(TokComma) {
			return p.tuple(start, par)
		}
		p.closeParen("`)`")
		par.Span = p.from(start)
		return par
	}
	if p.at(TokComma) {
		return p.tuple(start, x)
	}
	if o := p.closeParen("`)`"); o != nil {
		return &Tuple{Span: p.from(start), Items: []Expr{x, o}}
	}
	return &Paren{Span: p.from(start), X: x}
}

// tuple reads the rest of (a, b) after its first element.
func (p *parser) tuple(start int32, first Expr) Expr {
	if par, ok := first.(*Paren); ok && par.Span == (Span{}) {
		par.Span = p.from(par.X.Range().Start)
	}
	p.next()
	if p.at(TokRParen) {
		p.trailing()
	}
	t := &Tuple{Items: append([]Expr{first}, p.exprList(TokRParen)...)}
	p.closeInto(&t.Items)
	t.Span = p.from(start)
	return t
}

// subqueryGoesOn reads ((select ...) union (select ...)) from the operator on.
func (p *parser) subqueryGoesOn(start int32, first *Subquery) Expr {
	q := &Query{Span: first.Span, Body: p.setOpsAfter(first.Query)}
	p.queryTail(q)
	q.Span = p.from(first.Start)
	p.closeQuery(q)
	return &Subquery{Span: p.from(start), Query: q}
}

// exprList reads expressions up to the closing bracket, which is left.
func (p *parser) exprList(end Kind) []Expr {
	mark := len(p.nodes.exprs)
	for !p.at(end) && !p.at(TokEOF) {
		from := p.i
		x := p.listExpr()
		if p.acceptWord(kwAs) { // ClickHouse names values anywhere
			x = &Paren{X: x, Alias: p.anyName("a name after `as`")}
			x.(*Paren).Span = p.from(x.(*Paren).X.Range().Start)
		}
		p.nodes.exprs = append(p.nodes.exprs, x)
		if p.accept(TokComma) {
			if p.at(end) {
				p.trailing()
			}
			continue
		}
		if p.at(TokHole) || p.afterHole(from) {
			continue
		}
		if p.at(end) || p.i == from {
			break
		}
		p.expected("`,` or `" + closingText[end] + "`")
		if o := p.skip(stopComma | stopClause); o != nil {
			p.nodes.exprs = append(p.nodes.exprs, o)
		}
		if !p.accept(TokComma) {
			break
		}
	}
	return since(&p.nodes.exprs, mark)
}

var closingText = map[Kind]string{TokRParen: ")", TokRBracket: "]", TokRBrace: "}"}

// exprItems reads a list of expressions without brackets around it.
func (p *parser) exprItems() []Expr {
	mark := len(p.nodes.exprs)
	for {
		from := p.i
		p.nodes.exprs = append(p.nodes.exprs, p.listExpr())
		if p.accept(TokComma) || p.afterHole(from) {
			continue
		}
		return since(&p.nodes.exprs, mark)
	}
}

// arrayLiteral reads [a, b] and DuckDB's [x for y in z if c].
func (p *parser) arrayLiteral(start int32) Expr {
	p.next()
	p.inBracket++
	defer func() { p.inBracket-- }()
	a := &Array{}
	if !p.at(TokRBracket) {
		first := p.listExpr()
		if p.atWord(kwFor) {
			return p.comprehension(start, first)
		}
		a.Items = append(a.Items, first)
		if p.at(TokComma) && p.peek(1).Kind == TokRBracket {
			p.next()
			p.trailing()
		} else if p.accept(TokComma) || p.at(TokHole) || p.prevHole() && p.operandAt(0) {
			a.Items = append(a.Items, p.exprList(TokRBracket)...)
		}
	}
	for _, e := range a.Items {
		if _, ok := e.(*Hole); ok {
			a.Open = true
		}
	}
	if o := p.close(TokRBracket, "`,` or `]`"); o != nil {
		a.Items = append(a.Items, o)
	}
	a.Span = p.from(start)
	return a
}

func (p *parser) comprehension(start int32, x Expr) Expr {
	p.next()
	c := &Comprehension{X: x, Vars: p.nameItems()}
	if p.needWord(kwIn) {
		c.In = p.expr()
	}
	if p.acceptWord(kwIf) {
		c.If = p.expr()
	}
	p.close(TokRBracket, "`]`")
	c.Span = p.from(start)
	return c
}

// structLiteral reads {'a': x, b: y}, and MAP {k: v}.
func (p *parser) structLiteral(start int32, isMap bool) Expr {
	if lit := p.odbc(start); lit != nil {
		return lit
	}
	if p.peek(2).Kind == TokWord && p.peek(3).Kind == TokLParen && strings.EqualFold(p.tokText(p.peek(1)), "fn") { // {fn f(x)}
		p.i += 2
		x := &Paren{X: p.listExpr()}
		p.close(TokRBrace, "`}`")
		x.Span = p.from(start)
		return x
	}
	if p.d.gram&clickHouse != 0 && p.peek(1).Kind == TokWord && p.peek(2).Kind == TokColon { // a parameter with its type
		p.skipOne()
		s := p.from(start)
		return &Param{Span: s, Text: p.text[s.Start:s.End]}
	}
	p.next()
	s := &Struct{Map: isMap}
	for !p.at(TokRBrace) && !p.at(TokEOF) {
		from := p.i
		p.structField(s)
		if !p.accept(TokComma) && !p.at(TokHole) || p.i == from {
			break
		}
	}
	if o := p.close(TokRBrace, "`,` or `}`"); o != nil {
		s.Fields = append(s.Fields, &Arg{Span: o.Span, X: o})
		s.Keys = append(s.Keys, nil)
	}
	s.Span = p.from(start)
	return s
}

// structField reads one `key: value`. A key that is a name or a string names
// the field; another key stands in Keys.
func (p *parser) structField(s *Struct) {
	start := p.start()
	a := p.nodes.args.new()
	var key Expr
	switch {
	case p.peek(1).Kind == TokColon && !s.Map && (p.at(TokWord) || p.at(TokQuoted)):
		a.Name = p.ident()
	case p.peek(1).Kind == TokColon && !s.Map && p.at(TokString):
		a.Name = p.stringName()
	default:
		p.inBracket++
		key = p.listExpr()
		p.inBracket--
	}
	if p.accept(TokColon) {
		a.X = p.listExpr()
	} else { // {*}, {**x}, a hole
		a.X, key = key, nil
	}
	if a.X == nil {
		a.X = p.missing()
	}
	a.Span = p.around(start, a.X)
	if key != nil {
		a.Span = a.X.Range()
	}
	s.Fields = append(s.Fields, a)
	s.Keys = append(s.Keys, key)
}

// odbc reads the escapes {d '2020-01-01'}, {ts '...'}.
func (p *parser) odbc(start int32) Expr {
	if p.peek(1).Kind != TokWord || p.peek(2).Kind != TokString || p.peek(3).Kind != TokRBrace {
		return nil
	}
	l := p.nodes.literals.new()
	l.Type = strings.ToLower(p.tokText(p.peek(1)))
	l.Text, l.Kind = p.stringValue(p.tokText(p.peek(2)))
	p.i += 4
	l.Span = p.from(start)
	return l
}

// star reads the modifiers of `*` or `t.*`; the cursor is at the star.
func (p *parser) star(start int32, qualifier []*Ident) Expr {
	p.next()
	s := &Star{Qualifier: qualifier}
	if p.atWord(kwColumns) && p.peek(1).Kind == TokLParen && p.adjacent(0) { // DuckDB: *COLUMNS(...)
		s.Of = p.primary()
	}
	p.starModifiers(s)
	s.Span = p.from(start)
	return s
}

func (p *parser) starModifiers(s *Star) {
	for {
		next := p.peek(1)
		switch w := p.toks[p.i].word; {
		case w == kwExcept && next.Kind == TokLParen && !p.queryAt(2), w == kwExcept && next.Kind == TokHole,
			w == kwExclude && (next.Kind == TokLParen || p.nameAhead(1)),
			w == kwExcept && p.d.gram&clickHouse != 0 && p.nameAhead(1):
			p.next()
			p.starExcept(s)
		case w == kwReplace && p.operandAt(1):
			p.next()
			s.Replace = append(s.Replace, p.starItems(s)...)
		case w == kwRename && (next.Kind == TokLParen || p.nameAhead(1)):
			p.next()
			s.Rename = append(s.Rename, p.starItems(s)...)
		case (w == kwIlike || w == kwLike) && next.Kind == TokString:
			p.next()
			s.Like = p.primary()
		case w == kwApply && p.d.gram&clickHouse != 0:
			p.next()
			s.Open = true
			if p.at(TokLParen) {
				p.skipOne()
			} else {
				p.primary()
			}
		default:
			return
		}
	}
}

// starExcept reads the names after EXCEPT or EXCLUDE; a qualifier of a name is
// dropped.
func (p *parser) starExcept(s *Star) {
	if !p.accept(TokLParen) {
		if p.at(TokHole) {
			p.next()
			s.Open = true
			return
		}
		s.Except = append(s.Except, last(p.names("a column")))
		return
	}
	for !p.at(TokRParen) && !p.at(TokEOF) {
		if p.at(TokHole) && (p.peek(1).Kind == TokRParen || p.peek(1).Kind == TokComma || p.nameAhead(1) || p.peek(1).Kind == TokHole) {
			p.next()
			s.Open = true
		} else if id := last(p.names("a column")); id != nil {
			s.Except = append(s.Except, id)
		} else {
			break
		}
		if !p.accept(TokComma) && !p.at(TokHole) && !p.prevHole() {
			break
		}
	}
	if p.closeParen("`,` or `)`") != nil {
		s.Open = true
	}
}

// starItems reads `(x AS a, ...)` or one `x AS a`.
func (p *parser) starItems(s *Star) []*Item {
	if !p.accept(TokLParen) {
		return []*Item{p.starItem()}
	}
	var out []*Item
	for !p.at(TokRParen) && !p.at(TokEOF) {
		from := p.i
		if p.at(TokHole) && !p.infixAt(1) && !p.peekWord(1, kwAs) {
			p.next()
			s.Open = true
		} else {
			out = append(out, p.starItem())
		}
		if !p.accept(TokComma) && !p.at(TokHole) && !p.prevHole() || p.i == from {
			break
		}
	}
	if p.closeParen("`,` or `)`") != nil {
		s.Open = true
	}
	return out
}

func (p *parser) starItem() *Item {
	start := p.start()
	it := p.nodes.items.new()
	it.X = p.listExpr()
	if p.acceptWord(kwAs) {
		it.Alias = p.anyName("a name after `as`")
	} else if p.aliasAhead() {
		it.Alias = p.ident()
	}
	it.Span = p.around(start, it.X)
	return it
}

func last(ids []*Ident) *Ident {
	if len(ids) == 0 {
		return nil
	}
	return ids[len(ids)-1]
}
