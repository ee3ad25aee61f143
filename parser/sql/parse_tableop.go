package sql

// operators reads what may follow a relation: its version, alias, sample,
// hints, PIVOT and their like.
func (p *parser) operators(t TableExpr) TableExpr {
	for {
		at := p.i
		t = p.operator(t)
		if p.i == at {
			return t
		}
	}
}

func (p *parser) operator(t TableExpr) TableExpr {
	start := t.Range().Start
	switch {
	case p.atVersion():
		o := p.version()
		if x, ok := t.(*Table); ok && x.Version == nil {
			x.Version = o
			x.Span = p.from(start)
			return t
		}
		return t
	case p.atWord(kwPivot) && p.peek(1).Kind == TokLParen:
		return p.pivot(t)
	case p.atWord(kwUnpivot) && p.unpivotAhead():
		return p.unpivot(t)
	case p.atWord(kwMatchRecognize) && p.peek(1).Kind == TokLParen:
		m := &MatchRecognize{Input: t}
		p.next()
		at := p.start()
		p.skipOne()
		m.Body = p.opaque(at, true)
		m.Span = p.from(start)
		return m
	case p.atSample():
		p.attachSample(t)
	case p.at(TokLParen) && p.hintAhead(0), p.atWord(kwWith) && p.peek(1).Kind == TokLParen && !p.peekWord(2, kwSelect):
		at := p.start()
		p.acceptWord(kwWith)
		p.skipOne()
		if x, ok := t.(*Table); ok && x.Hints == nil {
			x.Hints = p.opaque(at, true)
			x.Span = p.from(start)
		}
	case p.atWord(kwFinal) && p.d.gram&clickHouse != 0:
		if x, ok := t.(*Table); ok {
			p.next()
			x.Final = true
			x.Span = p.from(start)
		}
	case p.atWord(kwAt) && p.speaks(&dialectRedshift) && p.nameAhead(1) && aliasOf(t) != nil: // the position in a SUPER array
		p.next()
		setOffset(t, p.ident())
		widen(t, p.prevEnd())
	case p.atWord(kwWith) && p.d.lex&bracketIdent != 0 && p.nameAhead(1) && isCalled(t, "openxml"): // WITH the columns of a table
		p.next()
		p.names("a table")
		widen(t, p.prevEnd())
	case p.atWord(kwWith) && (p.peekWord(1, kwOrdinality) || p.peekWord(1, kwOffset)):
		p.ordinality(t)
	case aliasOf(t) == nil && (p.tableAliasAhead() || p.at(TokHole) && (p.peekWord(1, kwOn) || p.peekWord(1, kwUsing))):
		p.setAlias(t, p.alias())
	}
	return t
}

func isCalled(t TableExpr, name string) bool {
	f, ok := t.(*TableFunc)
	return ok && isCall(f.Call, name)
}

// ordinality reads WITH ORDINALITY or WITH OFFSET [AS name].
func (p *parser) ordinality(t TableExpr) {
	p.next()
	named := p.atWord(kwOffset)
	p.next()
	f, ok := t.(*TableFunc)
	if !ok { // WITH OFFSET after an array path: t.items
		if named && (p.acceptWord(kwAs) || p.aliasAhead()) {
			setOffset(t, p.anyName("a name after `as`"))
		}
		widen(t, p.prevEnd())
		return
	}
	f.Ordinality = true
	if named {
		if p.acceptWord(kwAs) {
			f.Offset = p.anyName("a name after `as`")
		} else if p.aliasAhead() {
			f.Offset = p.ident()
		}
	}
	f.End = p.prevEnd()
}

// setOffset names the positions of the elements that t gives.
func setOffset(t TableExpr, name *Ident) {
	switch x := t.(type) {
	case *Table:
		x.Offset = name
	case *TableFunc:
		x.Offset, x.Ordinality = name, true
	}
}

func (p *parser) unpivotAhead() bool {
	t := p.peek(1)
	return t.Kind == TokLParen || (t.word == kwInclude || t.word == kwExclude) && p.peekWord(2, kwNulls)
}

// atVersion reports whether time travel stands at the cursor.
func (p *parser) atVersion() bool {
	next := p.peek(1)
	switch p.toks[p.i].word {
	case kwFor:
		return next.word == kwSystemTime || next.word == kwVersion || next.word == kwTimestamp || next.word == kwSystemVersion ||
			next.word == kwSystem && p.peekWord(2, kwTime)
	case kwAt, kwBefore, kwChanges:
		return next.Kind == TokLParen && (p.peek(3).Kind == TokFatArrow || p.peek(3).Kind == TokEqual)
	case kwVersion, kwTimestamp:
		return next.word == kwAs && p.peekWord(2, kwOf)
	}
	return p.adjacent(0) && p.d.lex&numberSuffix != 0 && // Delta: t@v12, t@20190101000000000
		(p.at(TokBindVar) && p.tokText(&p.toks[p.i])[0] == '@' || p.at(TokOtherOp) && next.Kind == TokNumber && p.tokText(&p.toks[p.i]) == "@")
}

func (p *parser) version() *Opaque {
	start := p.start()
	switch {
	case p.at(TokBindVar):
		p.next()
	case p.at(TokOtherOp):
		p.i += 2
	case p.peek(1).Kind == TokLParen: // at(timestamp => x), changes(...) at(...)
		p.next()
		p.skipOne()
		for (p.atVersion() || p.atWord(kwEnd) && p.peek(3).Kind == TokFatArrow) && p.peek(1).Kind == TokLParen { // changes (...) at (...) end (...)
			p.next()
			p.skipOne()
		}
	default:
		p.acceptWord(kwFor)
		_ = p.acceptWords(kwSystem, kwTime) || p.accept(TokWord)
		switch {
		case p.acceptWords(kwAs, kwOf):
			p.expr()
		case p.acceptWord(kwBetween), p.acceptWord(kwFrom):
			p.binary(precOther)
			_ = p.acceptWord(kwAnd) || p.acceptWord(kwTo)
			p.binary(precOther)
		case p.acceptWord(kwAll):
		case p.word("contained"):
			p.needWord(kwIn)
			p.skipOne()
		default:
			p.expected("`as of`")
		}
	}
	return p.opaque(start, true)
}

// atSample reports whether a sample clause stands at the cursor.
func (p *parser) atSample() bool {
	next := p.peek(1)
	switch p.toks[p.i].word {
	case kwTablesample:
		return true
	case kwSample:
		if next.Kind == TokLParen || next.Kind == TokNumber {
			return true
		}
		switch next.word {
		case kwRow, kwBernoulli, kwSystem, kwBlock:
			return p.peek(2).Kind == TokLParen
		}
	}
	return false
}

// sample reads TABLESAMPLE ..., SAMPLE ... from its first word.
func (p *parser) sample() *Sample {
	start := p.start()
	p.next()
	if !p.at(TokLParen) && !p.at(TokNumber) && !p.at(TokHole) && !p.at(TokWord) {
		p.expected("a method or a size of the sample")
	}
	last := kwTablesample
	for {
		switch {
		case p.at(TokLParen) && p.peek(1).Kind == TokRParen:
			p.next()
			p.expected("a size")
			p.next()
			continue
		case p.at(TokLParen), p.at(TokNumber), p.at(TokPercent), p.at(TokSlash):
			p.skipOne()
			continue
		}
		word := p.toks[p.i].word
		if word == last {
			p.expected("a method or a size of the sample")
			p.next()
			continue
		}
		last = word
		switch word {
		case kwRow, kwRows, kwBernoulli, kwSystem, kwBlock, kwReservoir, kwRepeatable, kwSeed, kwPercent:
			p.next()
			continue
		case kwOffset: // ClickHouse
			if p.peek(1).Kind == TokNumber {
				p.next()
				continue
			}
		}
		return &Sample{Span: p.from(start), Body: p.opaque(start, true)}
	}
}

func (p *parser) attachSample(t TableExpr) {
	s := p.sample()
	switch x := t.(type) {
	case *Table:
		x.Sample = s
	case *Derived:
		x.Sample = s
	case *TableFunc:
		x.Sample = s
	}
	widen(t, s.End)
}

// aliasOf returns the alias of a relation.
func aliasOf(t TableExpr) *Alias {
	switch x := t.(type) {
	case *Table:
		return x.Alias
	case *Derived:
		return x.Alias
	case *TableFunc:
		return x.Alias
	case *Join:
		return x.Alias
	case *Pivot:
		return x.Alias
	case *Unpivot:
		return x.Alias
	case *MatchRecognize:
		return x.Alias
	}
	return nil
}

func (p *parser) setAlias(t TableExpr, a *Alias) {
	switch x := t.(type) {
	case *Table:
		x.Alias = a
	case *Derived:
		x.Alias = a
	case *TableFunc:
		x.Alias = a
	case *Join:
		x.Alias = a
	case *Pivot:
		x.Alias = a
	case *Unpivot:
		x.Alias = a
	case *MatchRecognize:
		x.Alias = a
	}
	widen(t, a.End)
}

// widen moves the end of a relation's span.
func widen(t TableExpr, end int32) {
	switch x := t.(type) {
	case *Table:
		x.End = end
	case *Derived:
		x.End = end
	case *TableFunc:
		x.End = end
	case *Join:
		x.End = end
	case *Pivot:
		x.End = end
	case *Unpivot:
		x.End = end
	case *LateralView:
		x.End = end
	case *MatchRecognize:
		x.End = end
	case *Opaque:
		x.End = end
	}
}

// tableAliasAhead reports whether an alias of a relation stands at the cursor.
func (p *parser) tableAliasAhead() bool {
	if p.atWord(kwAs) {
		return !p.peekWord(1, kwOf)
	}
	if p.at(TokString) {
		return false
	}
	return p.bareColumns() || p.aliasAhead() && !p.atSample() && !p.atVersion() &&
		!(p.atWord(kwPivot) && p.peek(1).Kind == TokLParen) && !(p.atWord(kwUnpivot) && p.unpivotAhead()) &&
		!(p.atWord(kwFinal) && p.d.gram&clickHouse != 0)
}

// alias reads [AS] name [(columns)], or AS (columns).
func (p *parser) alias() *Alias {
	start := p.start()
	a := &Alias{}
	as := p.acceptWord(kwAs)
	switch {
	case p.at(TokLParen):
		a.Columns = p.columnDefs()
	case p.at(TokString):
		a.Name = p.stringName()
	case as:
		a.Name = p.anyName("a name after `as`")
	default:
		a.Name = p.ident()
	}
	if a.Name != nil && p.at(TokLParen) && !p.hintAhead(0) && a.Columns == nil {
		a.Columns = p.columnDefs()
	}
	a.Span = p.from(start)
	return a
}

// columnDefs reads (a, b) or, for functions that return records, (a int, b text).
func (p *parser) columnDefs() []*Ident {
	p.next()
	var out []*Ident
	for !p.at(TokRParen) && !p.at(TokEOF) {
		id := p.anyName("a column")
		if id == nil {
			break
		}
		out = append(out, id)
		if p.at(TokWord) {
			p.typeName()
		}
		if !p.accept(TokComma) {
			break
		}
		if p.at(TokRParen) {
			p.trailing()
		}
	}
	p.closeParen("`,` or `)`")
	return out
}
