package sql

// reserved are the words that are never names on their own: they begin or
// continue something wherever they stand. All other keywords are names as
// well, and count as keywords only with what must follow them.
var reserved = [keywordCount]bool{
	kwSelect: true, kwFrom: true, kwWhere: true, kwHaving: true, kwUnion: true, kwIntersect: true, kwOn: true,
	kwJoin: true, kwAs: true, kwAnd: true, kwOr: true, kwIn: true, kwIs: true, kwLike: true, kwIlike: true,
	kwRlike: true, kwBetween: true, kwWhen: true, kwThen: true, kwElse: true, kwDistinct: true, kwUsing: true,
}

// notAlias are the further words that are never a name without AS.
var notAlias = [keywordCount]bool{
	kwEnd: true, kwNot: true, kwNull: true, kwTrue: true, kwFalse: true, kwCase: true, kwWith: true, kwFor: true,
	kwExcept: true, kwTablesample: true, kwCollate: true, kwEscape: true, kwLateral: true, kwInterval: true,
	kwSet: true, kwMatchCondition: true, kwOver: true, kwNatural: true, kwBy: true, kwOrder: true, kwGroup: true,
}

// niladic are the functions that are called without parentheses.
var niladic = [keywordCount]bool{
	kwCurrentDate: true, kwCurrentTimestamp: true, kwCurrentTime: true, kwCurrentUser: true, kwLocaltime: true,
	kwLocaltimestamp: true, kwSessionUser: true, kwCurrentRole: true, kwCurrentCatalog: true, kwCurrentSchema: true,
	kwCurrentDatetime: true, kwSysdate: true,
}

// isNiladic reports whether k is such a function in the dialect: USER is one in
// PostgreSQL and a column elsewhere.
func (d *Dialect) isNiladic(k keyword) bool {
	return niladic[k] || k == kwUser && d.gram&typedStrings != 0
}

// nameAhead reports whether a name stands n tokens ahead.
func (p *parser) nameAhead(n int) bool {
	switch t := p.peek(n); t.Kind {
	case TokQuoted:
		return true
	case TokWord:
		return !reserved[t.word]
	}
	return false
}

// aliasAhead reports whether a name that is an alias without AS is at the
// cursor.
func (p *parser) aliasAhead() bool {
	t := &p.toks[p.i]
	switch t.Kind {
	case TokQuoted:
		return true
	case TokWord:
		if t.word == 0 {
			return true
		}
		if t.word == kwEnd && p.inCase == 0 && p.d == &dialectPostgres { // case ... end end
			return true
		}
		if t.word == kwInsert && (p.peekWord(1, kwInto) || p.peek(1).Kind == TokWord && p.unitText(1) == "overwrite") {
			return false // Hive: FROM t INSERT INTO a SELECT ...
		}
		return !reserved[t.word] && !notAlias[t.word] && !p.atClause(0) && !p.atJoin(0) && !p.atSetOp(0)
	}
	return false
}

// operandAt reports whether an operand can begin n tokens ahead.
func (p *parser) operandAt(n int) bool {
	t := p.peek(n)
	switch t.Kind {
	case TokQuoted, TokString, TokNumber, TokBindVar, TokStage, TokHole, TokLParen, TokLBracket, TokLBrace, TokMinus,
		TokPlus, TokTilde, TokAsterisk:
		return true
	case TokColon:
		next := p.peek(n + 1)
		return next.Kind == TokWord && !reserved[next.word]
	case TokWord:
		if t.word == 0 {
			return true
		}
		return !reserved[t.word] && !(t.word == kwEnd && p.inCase > 0) && !p.atClause(n) && !p.atSetOp(n) && !p.atJoin(n)
	}
	return false
}

// ident reads the token at the cursor as a name, whatever word it is.
func (p *parser) ident() *Ident {
	t := p.toks[p.i]
	p.next()
	id := p.nodes.idents.new()
	id.Span = t.Span
	id.Name = p.text[t.Start:t.End]
	switch t.Kind {
	case TokQuoted:
		id.Name, id.Quoted = unquote(id.Name, p.escapes), true
		id.Hole = hasHole(id.Name)
	case TokHole:
		id.Hole = true
	default:
		id.Hole = len(id.Name) > 10 && hasHole(id.Name)
	}
	return id
}

// name reads a name, or reports that what is missing.
func (p *parser) name(what string) *Ident {
	if p.nameAhead(0) || p.at(TokHole) {
		return p.ident()
	}
	p.expected(what)
	return nil
}

// anyName reads a name where no keyword can stand, so that every word is one.
func (p *parser) anyName(what string) *Ident {
	switch p.kind() {
	case TokWord:
		if w := p.toks[p.i].word; reserved[w] && !p.loneName(w == kwFrom || w == kwSelect) {
			break // the name is missing
		}
		return p.ident()
	case TokQuoted, TokHole:
		return p.ident()
	}
	p.expected(what)
	return nil
}

// loneName reports whether what follows the reserved word at the cursor ends a
// name, so that the word is one; strict leaves only a comma.
func (p *parser) loneName(strict bool) bool {
	next := p.peek(1)
	switch next.Kind {
	case TokComma:
		return true
	case TokRParen, TokEOF, TokSemicolon:
		return !strict
	}
	return !strict && next.word == kwFrom
}

// stringName reads a string as a name.
func (p *parser) stringName() *Ident {
	t := p.toks[p.i]
	p.next()
	id := p.nodes.idents.new()
	id.Span, id.Quoted = t.Span, true
	id.Name, _ = p.stringValue(p.tokText(&t))
	id.Hole = hasHole(id.Name)
	return id
}

// names reads a name of several parts: a.b.c.
func (p *parser) names(what string) []*Ident {
	id := p.name(what)
	if id == nil {
		return nil
	}
	return p.nameParts(p.one(id))
}

// one returns a list of one name.
func (p *parser) one(id *Ident) []*Ident {
	l := p.nodes.holders.take(1)
	l[0] = id
	return l
}

// nameList reads (a, b).
func (p *parser) nameList() []*Ident {
	p.next()
	var out []*Ident
	for !p.at(TokRParen) && !p.at(TokEOF) {
		out = append(out, last(p.names("a name")))
		if !p.accept(TokComma) && !p.at(TokHole) && !(p.prevHole() && p.nameAhead(0)) {
			break
		}
		if p.at(TokRParen) && !p.prevHole() {
			p.trailing()
		}
	}
	p.closeParen("`,` or `)`")
	return compact(out)
}

// nameItems reads a, b without parentheses.
func (p *parser) nameItems() []*Ident {
	var out []*Ident
	for {
		out = append(out, p.name("a name"))
		if p.at(TokComma) && p.peekWord(1, kwValues) && p.peek(2).Kind == TokLParen { // a relation beside
			return compact(out)
		}
		if !p.accept(TokComma) || !p.nameAhead(0) && p.endAt(0) && p.d.gram&trailingComma != 0 {
			return compact(out)
		}
	}
}

// compact drops the names that were missing.
func compact(ids []*Ident) []*Ident {
	out := ids[:0]
	for _, id := range ids {
		if id != nil {
			out = append(out, id)
		}
	}
	return out
}
