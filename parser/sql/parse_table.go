package sql

import "strings"

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
	var t TableExpr
	switch {
	case p.at(TokLParen):
		t = p.parenTable(start, lateral)
	case p.atWord(kwValues) && p.atQuery():
		v := p.values()
		t = &Derived{Span: p.from(start), Lateral: lateral, Query: &Query{Span: v.Span, Body: v}}
	case p.at(TokString), p.at(TokStage), p.at(TokBindVar):
		t = p.literalTable(start)
	case p.atWord(kwTable) && (p.peek(1).Kind == TokLParen || p.peek(1).Kind == TokHole || p.nameAhead(1) && p.peek(2).Kind == TokLParen):
		t = p.tableOf(start, lateral)
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
	t.Span = p.from(start)
	return t
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
	c := p.callOf(start, name)
	f := &TableFunc{Lateral: lateral}
	switch x := p.postfix(c).(type) {
	case *Call:
		f.Call = x
	default: // a field of what the function returns: unnest-like
		f.Call = &Call{Span: x.Range(), Name: name, NameEnd: c.NameEnd, Args: []*Arg{{Span: x.Range(), X: x}}}
	}
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
		f.Call.Tail = append(f.Call.Tail, o)
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
		id.Name, _ = stringValue(id.Name, p.d)
	}
	id.Hole = hasHole(id.Name)
	p.next()
	t.Name = p.one(id)
	t.NameEnd = tok.End
	if tok.Kind == TokStage && p.at(TokLParen) { // (file_format => 'x', pattern => 'y')
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
	return p.atSetOp(0) || p.atWords(kwOrder, kwBy) || p.atLimit(0)
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

// tableName reads database.schema.table.
func (p *parser) tableName() []*Ident {
	if p.d.gram&dashedTables != 0 && p.at(TokWord) && p.peek(1).Kind == TokMinus && p.adjacent(1) && p.adjacent(2) {
		return p.dashedName()
	}
	var out []*Ident
	if p.at(TokQuoted) && p.d.gram&dottedQuotes != 0 && p.text[p.start()] == '`' && strings.IndexByte(p.tokText(&p.toks[p.i]), '.') >= 0 {
		out = p.dottedName()
	} else {
		out = p.one(p.ident())
	}
	return p.nameParts(out)
}

// nameParts reads the further parts of a name, each after a dot. Two dots skip
// the schema.
func (p *parser) nameParts(out []*Ident) []*Ident {
	for p.at(TokDot) {
		n := 1
		if p.peek(1).Kind == TokDot {
			n = 2
		}
		switch t := p.peek(n); t.Kind {
		case TokWord, TokQuoted, TokHole, TokNumber, TokBindVar:
			p.i += n
			out = append(out, p.ident())
		default:
			p.next()
			p.expected("a name after `.`")
			return out
		}
	}
	return out
}

// dashedName reads BigQuery's unquoted my-project.dataset.table.
func (p *parser) dashedName() []*Ident {
	id := p.nodes.idents.new()
	id.Span = p.toks[p.i].Span
	p.next()
	for p.at(TokMinus) && p.adjacent(0) && p.adjacent(1) && (p.peek(1).Kind == TokWord || p.peek(1).Kind == TokNumber || p.peek(1).Kind == TokHole) {
		p.next()
		p.next()
		for p.adjacent(0) && p.at(TokWord) { // 1a after a dash
			p.next()
		}
	}
	id.End = p.prevEnd()
	id.Name = p.text[id.Start:id.End]
	id.Hole = hasHole(id.Name)
	return p.nameParts(p.one(id))
}

// dottedName reads BigQuery's `project.dataset.table` in one pair of quotes.
func (p *parser) dottedName() []*Ident {
	tok := p.toks[p.i]
	p.next()
	var out []*Ident
	at := tok.Start + 1
	for part := range strings.SplitSeq(p.text[tok.Start+1:tok.End-1], ".") {
		id := p.nodes.idents.new()
		id.Span = Span{Start: at, End: at + int32(len(part))}
		id.Name, id.Quoted, id.Hole = part, true, hasHole(part)
		out = append(out, id)
		at = id.End + 1
	}
	return out
}

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
		m.Body = p.opaque(at, false)
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
	case p.atWord(kwWith) && (p.peekWord(1, kwOrdinality) || p.peekWord(1, kwOffset)):
		p.ordinality(t)
	case aliasOf(t) == nil && (p.tableAliasAhead() || p.at(TokHole) && (p.peekWord(1, kwOn) || p.peekWord(1, kwUsing))):
		p.setAlias(t, p.alias())
	}
	return t
}

// ordinality reads WITH ORDINALITY or WITH OFFSET [AS name].
func (p *parser) ordinality(t TableExpr) {
	p.next()
	named := p.atWord(kwOffset)
	p.next()
	f, ok := t.(*TableFunc)
	if !ok { // WITH OFFSET after an array path: t.items
		if named && (p.acceptWord(kwAs) || p.aliasAhead()) {
			p.anyName("a name after `as`")
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

func (p *parser) unpivotAhead() bool {
	t := p.peek(1)
	return t.Kind == TokLParen || (t.word == kwInclude || t.word == kwExclude) && p.peekWord(2, kwNulls)
}

// atVersion reports whether time travel stands at the cursor.
func (p *parser) atVersion() bool {
	next := p.peek(1)
	switch p.toks[p.i].word {
	case kwFor:
		return next.word == kwSystemTime || next.word == kwVersion || next.word == kwTimestamp || next.word == kwSystemVersion
	case kwAt, kwBefore, kwChanges:
		return next.Kind == TokLParen && (p.peek(3).Kind == TokFatArrow || p.peek(3).Kind == TokEqual)
	case kwVersion, kwTimestamp:
		return next.word == kwAs && p.peekWord(2, kwOf)
	}
	return false
}

func (p *parser) version() *Opaque {
	start := p.start()
	switch {
	case p.peek(1).Kind == TokLParen: // at(timestamp => x), changes(...) at(...)
		p.next()
		p.skipOne()
	default:
		p.acceptWord(kwFor)
		p.next()
		switch {
		case p.acceptWords(kwAs, kwOf):
			p.expr()
		case p.acceptWord(kwBetween), p.acceptWord(kwFrom):
			p.binary(precOther)
			_ = p.acceptWord(kwAnd) || p.acceptWord(kwTo)
			p.binary(precOther)
		case p.acceptWord(kwAll):
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
	for {
		switch {
		case p.at(TokLParen), p.at(TokNumber), p.at(TokPercent), p.at(TokSlash):
			p.skipOne()
			continue
		}
		switch p.toks[p.i].word {
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
	return p.aliasAhead() && !p.atSample() && !p.atVersion() &&
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
	}
	p.closeParen("`,` or `)`")
	return out
}
