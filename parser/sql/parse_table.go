package sql

// factor reads one relation of FROM with its alias and its operators.
func (p *parser) factor() TableExpr {
	start := p.start()
	if !p.enter() {
		p.leave()
		return p.tooDeep()
	}
	defer p.leave()
	lateral := p.atWord(kwLateral) && (p.peek(1).Kind == TokLParen || p.nameAhead(1)) && p.acceptWord(kwLateral)
	if p.atWord(kwOnly) && p.nameAhead(1) { // PostgreSQL: without the tables that inherit
		p.next()
	}
	if p.prefixAlias() && p.peek(1).Kind == TokColon { // DuckDB: from t: tbl
		return p.aliasedTable(start)
	}
	for p.d == &dialectTSQL && p.at(TokDot) { // ..t: the parts before are the defaults
		p.next()
		start = p.start()
	}
	var t TableExpr
	switch {
	case p.at(TokLParen):
		t = p.parenTable(start, lateral)
	case p.atWord(kwValues) && p.atQuery():
		v := p.values()
		t = &Derived{Span: p.from(start), Lateral: lateral, Query: &Query{Span: v.Span, Body: v}}
	case p.at(TokString) && p.d != &dialectPostgres, p.at(TokStage), p.at(TokBindVar):
		t = p.literalTable(start)
	case p.at(TokLBrace): // a parameter of the client: {df}, {table: Identifier}
		p.skipOne()
		t = p.parameterTable(start)
	case p.atWord(kwUnpivot) && p.speaks(&dialectRedshift) && p.nameAhead(1) && !p.peekWord(1, kwAs): // the attributes of an object
		p.next()
		t = p.elementsOf(start, "unpivot", p.primary())
	case p.atWords(kwRows, kwFrom) && p.peek(2).Kind == TokLParen: // PostgreSQL: several functions side by side
		p.next()
		t = p.tableFunc(start, lateral)
	case p.atWord(kwTable) && (p.peek(1).Kind == TokLParen || p.peek(1).Kind == TokHole || p.nameAhead(1) && p.peek(2).Kind == TokLParen):
		t = p.tableOf(start, lateral)
	case p.atJoin(0) && sideWords[p.toks[p.i].word]: // a join without its left side
		p.expected("a table")
		return p.opaque(start, false)
	case p.at(TokWord) && p.toks[p.i].word != 0 && p.clauseWord(p.toks[p.i].word), !p.nameAhead(0) && !p.at(TokHole):
		p.expected("a table")
		if o := p.skip(stopComma | stopClause); o != nil {
			return o
		}
		return p.opaque(start, false)
	default:
		t = p.namedTable(start, lateral)
	}
	return p.operators(t)
}

// aliasedTable reads DuckDB's `a: tbl`, which is `(from tbl) as a`.
func (p *parser) aliasedTable(start int32) TableExpr {
	a := &Alias{Name: p.ident()}
	a.Span = p.from(start)
	p.next()
	t := p.factor()
	s := &Select{Span: t.Range(), FromFirst: true, From: t, Items: []*Item{starAt(t.Range().Start)}}
	return &Derived{Span: p.from(start), Query: &Query{Span: s.Span, Body: s}, Alias: a}
}

// sideWords are the words before JOIN that are never the name of a table.
var sideWords = map[keyword]bool{kwInner: true, kwCross: true, kwLeft: true, kwRight: true, kwFull: true, kwNatural: true}

// namedTable reads a table, or a function that returns one.
func (p *parser) namedTable(start int32, lateral bool) TableExpr {
	if p.peek(1).Kind == TokLParen && p.at(TokWord) && !p.hintAhead(1) {
		return p.tableFunc(start, lateral)
	}
	t := &Table{}
	t.Name = p.tableName()
	t.NameEnd = p.prevEnd()
	if p.at(TokLParen) && !p.hintAhead(0) && p.adjacent(0) {
		return p.tableCall(start, lateral, t.Name)
	}
	if p.at(TokLBracket) && p.adjacent(0) && len(t.Name) > 1 && p.d.lex&bracketIdent == 0 { // from t, t.items[0].parts
		return p.elementsOf(start, "unnest", p.postfix(p.columnOf(start, t.Name)))
	}
	if p.at(TokAsterisk) && p.adjacent(0) && p.d.gram&typedStrings != 0 { // with the tables that inherit
		p.next()
	}
	t.Span = p.from(start)
	return t
}

// elementsOf is the relation of the elements of a collection x, as if the
// function of that name were called.
func (p *parser) elementsOf(start int32, name string, x Expr) TableExpr {
	at := Span{Start: start, End: start}
	c := &Call{Name: p.one(&Ident{Span: at, Name: name}), NameEnd: start, Args: p.argsOf(x)}
	c.Span = p.from(start)
	return &TableFunc{Span: c.Span, Call: c}
}

// parameterTable is the relation whose name the client gives in place of the
// text from start on.
func (p *parser) parameterTable(start int32) TableExpr {
	s := p.from(start)
	id := &Ident{Span: s, Name: p.text[s.Start:s.End], Quoted: true}
	return &Table{Span: s, Name: p.one(id), NameEnd: s.End, Literal: true}
}

// hintAhead reports whether T-SQL's old `t (nolock)` stands n tokens ahead.
func (p *parser) hintAhead(n int) bool {
	return p.d.lex&bracketIdent != 0 && p.peek(n).Kind == TokLParen && p.peekWord(n+1, kwNolock)
}

// tableFunc reads name(...) in FROM.
func (p *parser) tableFunc(start int32, lateral bool) TableExpr {
	return p.tableCall(start, lateral, p.one(p.ident()))
}

func (p *parser) tableCall(start int32, lateral bool, name []*Ident) TableExpr {
	f := &TableFunc{Lateral: lateral, Call: p.callOf(start, name)}
	f.Span = p.from(start)
	return f
}

// tableOf reads TABLE(f(x)), TABLE(name), TABLE f(x).
func (p *parser) tableOf(start int32, lateral bool) TableExpr {
	p.next()
	if !p.at(TokLParen) {
		if p.at(TokHole) {
			return p.namedTable(start, lateral)
		}
		t := p.tableFunc(start, lateral)
		t.(*TableFunc).Wrapped = true
		return t
	}
	p.next()
	if p.atQuery() {
		d := &Derived{Lateral: lateral, Query: p.query()}
		p.closeQuery(d.Query)
		d.Span = p.from(start)
		return d
	}
	x := p.listExpr()
	f := &TableFunc{Lateral: lateral, Wrapped: true}
	if c, ok := x.(*Call); ok {
		f.Call = c
	} else {
		f.Call = &Call{Span: x.Range(), Name: p.one(&Ident{Span: Span{Start: start, End: start}, Name: "table"}), NameEnd: x.Range().Start,
			Args: []*Arg{{Span: x.Range(), X: x}}}
		f.Call.Start = start
		f.Call.NameEnd = start
	}
	if o := p.closeParen("`)`"); o != nil {
		f.Call.more().Tail = append(f.Call.more().Tail, o)
		f.Call.End = o.End
	}
	f.Span = p.from(start)
	return f
}

// literalTable reads a relation named by a string, a stage or a variable.
func (p *parser) literalTable(start int32) TableExpr {
	t := &Table{Literal: true}
	tok := p.toks[p.i]
	id := p.nodes.idents.new()
	id.Span, id.Quoted = tok.Span, true
	id.Name = p.tokText(&tok)
	if tok.Kind == TokString {
		id.Name, _ = p.stringValue(id.Name)
	}
	id.Hole = hasHole(id.Name)
	p.next()
	t.Name = p.one(id)
	t.NameEnd = tok.End
	if p.at(TokLParen) && (tok.Kind == TokStage || p.peek(2).Kind == TokFatArrow) { // (file_format => 'x', pattern => 'y')
		t.Version = p.knownParens()
	}
	t.Span = p.from(start)
	return t
}

// knownParens keeps a parenthesised list as it is.
func (p *parser) knownParens() *Opaque {
	start := p.start()
	p.skipOne()
	return p.opaque(start, true)
}

// parenTable reads a derived table or a join in parentheses.
func (p *parser) parenTable(start int32, lateral bool) TableExpr {
	if p.peek(1).Kind != TokLParen && p.queryAt(1) || p.holeQueryAhead() {
		d := &Derived{Lateral: lateral, Query: p.parenQuery()}
		d.Span = p.from(start)
		return d
	}
	p.next()
	inside := p.start()
	t := p.tables()
	if d, ok := t.(*Derived); ok && d.Alias == nil && d.Sample == nil && !d.Lateral && p.derivedGoesOn() {
		// ((select ...) union (select ...)): what looked like a relation is a query.
		q := &Query{Span: d.Span, Body: d.Query}
		q.Body = p.setOpsAfter(d.Query)
		p.queryTail(q)
		q.Span = p.from(inside)
		for p.atSetOp(0) {
			outer := &Query{Body: p.setOpsAfter(q)}
			p.queryTail(outer)
			outer.Span = p.from(inside)
			q = outer
		}
		p.closeQuery(q)
		d := &Derived{Lateral: lateral, Query: q}
		d.Span = p.from(start)
		return d
	}
	if o := p.closeParen("`)`"); o != nil {
		return p.unread(t, o, start)
	}
	switch x := t.(type) {
	case *Join:
		x.Paren = true
	case *Derived:
		x.Lateral = x.Lateral || lateral
	}
	p.parenthesised(t, start)
	return t
}

// holeQueryAhead reports whether the parenthesis at the cursor holds a query
// that begins with holes, and not a join.
func (p *parser) holeQueryAhead() bool {
	if p.peek(1).Kind != TokHole {
		return false
	}
	p.i++
	defer func() { p.i-- }()
	n := p.pastHoles()
	return p.holesThenEnd() || p.holesThenClause() || p.peekWord(n, kwSelect) || p.peekWord(n, kwWith) || p.atSetOp(n)
}

// derivedGoesOn reports whether a query in parentheses is followed by more of
// a query.
func (p *parser) derivedGoesOn() bool {
	return p.atSetOp(0) || p.atWords(kwOrder, kwBy) || p.atLimit(0) ||
		p.at(TokHole) && (p.holesThenEnd() || p.holeBeforeQuery())
}

// parenthesised widens a relation to the parentheses around it. The name of a
// table begins where it does, so a table grows to the right only.
func (p *parser) parenthesised(t TableExpr, start int32) {
	switch x := t.(type) {
	case *Join:
		x.Start = start
	case *Derived:
		x.Start = start
	case *TableFunc:
		x.Start = start
	case *Pivot:
		x.Start = start
	case *Unpivot:
		x.Start = start
	case *LateralView:
		x.Start = start
	case *MatchRecognize:
		x.Start = start
	}
	widen(t, p.prevEnd())
}

// unread joins a relation with the text after it that was not understood.
func (p *parser) unread(t TableExpr, o *Opaque, start int32) TableExpr {
	j := &Join{Kind: Cross, Comma: true, Left: t, Right: o, Paren: true}
	j.OpSpan = Span{Start: o.Start, End: o.Start}
	j.Span = p.from(start)
	return j
}

// closeQuery reads the parenthesis after a query; what is in the way becomes
// part of its tail.
func (p *parser) closeQuery(q *Query) {
	if o := p.closeParen("`)`"); o != nil {
		q.Tail = append(q.Tail, o)
		q.End = o.End
	}
}
