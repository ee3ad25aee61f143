package sql

// tables reads the list of a FROM clause.
func (p *parser) tables() TableExpr {
	left := p.joins()
	for n := 0; (p.at(TokComma) || p.at(TokHole) && p.peek(p.pastHoles()).Kind == TokComma) && n < maxChain; n++ {
		var holes []*Hole // an alias, or joins
		for p.at(TokHole) {
			holes = append(holes, p.hole())
		}
		op := p.toks[p.i].Span
		p.next()
		if p.listEnd() {
			p.trailing()
			break
		}
		j := &Join{Kind: Cross, Comma: true, OpSpan: op, Left: left, Right: p.joins(), Holes: holes}
		j.Span = p.from(left.Range().Start)
		left = j
	}
	return left
}

// pending is a join whose condition has not been read yet.
type pending struct {
	join *Join
	at   int // index of the token where the condition was expected
}

// joins reads relations combined by JOIN. ON belongs to the nearest join
// before it that has none, as in `a JOIN b JOIN c ON x ON y`.
func (p *parser) joins() TableExpr {
	left := p.factor()
	var waiting []pending
	for n := 0; n < maxChain; n++ {
		if p.atWord(kwLateral) && p.peekWord(1, kwView) {
			left = p.lateralView(left)
			continue
		}
		if p.atJoin(0) || p.at(TokHole) && p.joinAfterHole() {
			j := p.join(left)
			left = j
			bound := p.condition(j)
			if !bound && p.at(TokHole) && !p.joinAfterHole() && !p.holeBeforeQuery() {
				j.Holes = append(j.Holes, p.hole())
				j.End = p.prevEnd()
			}
			if !bound && j.needsCondition(p.d == &dialectPostgres) {
				waiting = append(waiting, pending{j, p.i})
			}
			continue
		}
		if w := len(waiting); w > 0 && p.deferred(left, waiting[w-1].join) {
			waiting = waiting[:w-1]
			continue
		}
		break
	}
	if p.strictJoins() {
		for _, w := range waiting {
			p.i, w.at = w.at, p.i
			p.expected("`on` or `using`")
			p.i = w.at
		}
	}
	return left
}

// strictJoins is whether a join needs a condition; elsewhere one without is a
// cross join.
func (p *parser) strictJoins() bool {
	switch p.d {
	case &dialectPostgres, &dialectRedshift, &dialectTrino, &dialectAthena, &dialectTSQL:
		return true
	}
	return false
}

// needsCondition reports whether a join is incomplete without ON or USING.
// With lateralOnly, a function needs LATERAL to be joined without.
func (j *Join) needsCondition(lateralOnly bool) bool {
	switch j.Kind {
	case Cross, CrossApply, OuterApply, ArrayJoin, LeftArrayJoin, Positional:
		return false
	}
	if f, ok := j.Right.(*TableFunc); ok && f != nil && (f.Lateral || !lateralOnly) {
		return false // correlated: the condition may be left out
	}
	return !j.Natural && len(j.Holes) == 0
}

// deferred reads the condition of an outer join after that of the inner one:
// j was read as the left side of the join at the root, and becomes the root.
func (p *parser) deferred(root TableExpr, j *Join) bool {
	if !p.atWord(kwOn) && !p.atWord(kwUsing) {
		return false
	}
	inner, ok := root.(*Join)
	if !ok || inner == j {
		return false
	}
	// (l JOIN r) JOIN c ON x  becomes  l JOIN (r JOIN c ON x), however many joins
	// follow r. The nodes change places by value, so that the root stays the node
	// it was.
	r := j.Right
	*j, *inner = *inner, *j
	inner.Right = j
	for at := j; ; {
		at.Start = r.Range().Start
		if at.Left == TableExpr(j) {
			at.Left = r
			break
		}
		if at, ok = at.Left.(*Join); !ok {
			break
		}
	}
	p.condition(inner)
	inner.Span = p.from(inner.Start)
	return true
}

// condition reads what binds the two sides of a join.
func (p *parser) condition(j *Join) bool {
	if p.acceptWord(kwMatchCondition) {
		j.Match = p.primary()
	}
	found := false
	switch {
	case p.atWord(kwUsing) && !p.peekWord(1, kwSample):
		p.next()
		j.Using = p.usingList()
		if p.atWord(kwAs) {
			j.Alias = p.alias()
		}
		found = true
	case p.acceptWord(kwOn):
		j.On = p.expr()
		found = true
	}
	j.Span = p.from(j.Start)
	return found || j.Match != nil
}

// usingList reads (a, b); ClickHouse allows it without parentheses.
func (p *parser) usingList() []*Ident {
	if p.at(TokLParen) {
		return p.nameList()
	}
	ids := []*Ident{p.name("`(`")}
	for ids[0] != nil && p.at(TokComma) && p.nameAhead(1) {
		p.next()
		ids = append(ids, p.name("a column"))
	}
	return compact(ids)
}

// joinWords are the words that can stand before JOIN.
var joinWords = map[keyword]bool{
	kwNatural: true, kwAsof: true, kwGlobal: true, kwAny: true, kwAll: true, kwInner: true, kwCross: true, kwLeft: true,
	kwRight: true, kwFull: true, kwOuter: true, kwSemi: true, kwAnti: true, kwArray: true, kwPositional: true,
	kwHash: true, kwLoop: true, kwMerge: true, kwRemote: true, kwPaste: true, kwDirected: true,
}

// atJoin reports whether a join begins n tokens ahead.
func (p *parser) atJoin(n int) bool {
	t := p.peek(n)
	if t.word == 0 {
		return false
	}
	if t.word == kwJoin || t.word == kwStraightJoin || t.word == kwLateral && p.peekWord(n+1, kwView) {
		return true
	}
	if !joinWords[t.word] {
		return false
	}
	for k := n + 1; k < n+lookahead; k++ {
		switch w := p.peek(k).word; {
		case w == kwJoin:
			return true
		case w == kwApply:
			return k == n+1 && (t.word == kwCross || t.word == kwOuter)
		case !joinWords[w]:
			return false
		}
	}
	return false
}

// joinAfterHole reports whether the holes at the cursor are followed by a join.
func (p *parser) joinAfterHole() bool {
	n := p.pastHoles()
	return p.atJoin(n)
}

// join reads the words of a join and its right side.
func (p *parser) join(left TableExpr) *Join {
	j := &Join{Left: left}
	j.Start = left.Range().Start
	if p.at(TokHole) {
		j.Holes = append(j.Holes, p.hole())
	}
	start := p.start()
	p.joinKind(j)
	j.OpSpan = p.from(start)
	if j.Kind == ArrayJoin || j.Kind == LeftArrayJoin {
		j.Right = p.arrayJoin()
	} else {
		j.Right = p.factor()
	}
	j.Span = p.from(j.Start)
	return j
}

// joinKind reads the words of a join up to JOIN or APPLY.
func (p *parser) joinKind(j *Join) {
	var side, match, last keyword
	for {
		w := p.toks[p.i].word
		if w == last {
			p.expected("`join`")
		}
		last = w
		p.next()
		switch w {
		case kwJoin, kwStraightJoin:
			j.Kind = kindOf(side, match)
			return
		case kwApply:
			j.Kind = CrossApply
			if side == kwOuter {
				j.Kind = OuterApply
			}
			return
		case kwNatural:
			j.Natural = true
		case kwAsof:
			j.Asof = true
		case kwGlobal:
			j.Global = true
		case kwAny:
			j.Any = true
		case kwLeft, kwRight, kwFull, kwCross, kwPositional:
			side = w
		case kwOuter:
			if side == 0 {
				side = w
			}
		case kwSemi, kwAnti, kwArray:
			match = w
		}
	}
}

func kindOf(side, match keyword) JoinKind {
	right := side == kwRight
	switch match {
	case kwSemi:
		if right {
			return RightSemi
		}
		return Semi
	case kwAnti:
		if right {
			return RightAnti
		}
		return Anti
	case kwArray:
		if side == kwLeft {
			return LeftArrayJoin
		}
		return ArrayJoin
	}
	switch side {
	case kwLeft:
		return Left
	case kwRight:
		return Right
	case kwFull, kwOuter:
		return Full
	case kwCross:
		return Cross
	case kwPositional:
		return Positional
	}
	return Inner
}

// arrayJoin reads the list of an ARRAY JOIN: as if a function made the rows.
func (p *parser) arrayJoin() TableExpr {
	start := p.start()
	c := &Call{}
	for {
		at := p.start()
		a := p.nodes.args.new()
		a.X = p.listExpr()
		if p.acceptWord(kwAs) {
			a.Name = p.anyName("a name after `as`")
		} else if p.aliasAhead() {
			a.Name = p.ident()
		}
		a.Span = p.around(at, a.X)
		c.Args = append(c.Args, a)
		if !p.accept(TokComma) {
			break
		}
	}
	c.Span = p.around(start, c.Args[0].X)
	c.NameEnd = c.Start
	c.Name = p.one(&Ident{Span: Span{Start: c.Start, End: c.Start}, Name: "arrayjoin"})
	return &TableFunc{Span: c.Span, Call: c}
}

// lateralView reads Hive's LATERAL VIEW [OUTER] f(x) [t] [AS a, b].
func (p *parser) lateralView(input TableExpr) TableExpr {
	p.next()
	p.next()
	v := &LateralView{Input: input, Outer: p.acceptWord(kwOuter)}
	if c, ok := p.primary().(*Call); ok {
		v.Call = c
	} else {
		p.expected("a function")
	}
	start := p.start()
	al := &Alias{}
	if !p.atWord(kwAs) && p.aliasAhead() {
		al.Name = p.ident()
	}
	switch {
	case p.at(TokLParen), p.atWord(kwAs) && p.peek(1).Kind == TokLParen && p.acceptWord(kwAs):
		al.Columns = p.nameList()
	case p.acceptWord(kwAs), al.Name != nil && p.aliasAhead():
		al.Columns = p.nameItems()
	}
	if p.start() > start || len(al.Columns) > 0 {
		al.Span = p.from(start)
	}
	if al.Name != nil || al.Columns != nil {
		v.Alias = al
	}
	v.Span = p.from(input.Range().Start)
	return v
}
