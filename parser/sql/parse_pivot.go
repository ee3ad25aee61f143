package sql

// pivot reads PIVOT (aggregates FOR column IN (values)) after its input.
func (p *parser) pivot(input TableExpr) TableExpr {
	v := &Pivot{Input: input}
	p.next()
	p.next()
	v.Aggs = p.pivotItems(kwFor)
	if p.needWord(kwFor) {
		p.pivotFor(v)
	}
	if p.acceptWords(kwDefault, kwOn) { // Snowflake: DEFAULT ON NULL (0)
		p.acceptWord(kwNull)
		p.primary()
	}
	if p.acceptWords(kwGroup, kwBy) {
		v.GroupBy = p.exprItems()
	}
	if o := p.closeParen("`)`"); o != nil {
		v.For = append(v.For, o)
	}
	v.Span = p.from(input.Range().Start)
	return v
}

// pivotFor reads the columns and values after FOR; DuckDB allows several.
func (p *parser) pivotFor(v *Pivot) {
	for n := 0; n < maxChain; n++ {
		v.For = append(v.For, p.binary(precOther))
		for p.accept(TokComma) { // Spark: for a, b in ((1, 2), (3, 4))
			v.For = append(v.For, p.binary(precOther))
		}
		if !p.acceptWord(kwIn) {
			p.expected("`in`")
			return
		}
		p.pivotIn(v)
		if !p.nameAhead(0) || p.atWord(kwGroup) || p.atWord(kwDefault) {
			return
		}
	}
}

func (p *parser) pivotIn(v *Pivot) {
	if !p.at(TokLParen) {
		v.InAny = true // an enumeration type, or a hole
		p.primary()
		return
	}
	switch {
	case p.queryAt(1):
		q := p.parenQuery()
		if v.InQuery == nil {
			v.InQuery = q
		}
		return
	case p.peekWord(1, kwAny):
		v.InAny = true
		p.skipOne()
		return
	}
	p.next()
	v.In = append(v.In, p.pivotItems(kwNone)...)
	if o := p.closeParen("`,` or `)`"); o != nil {
		v.In = append(v.In, &Item{Span: o.Span, X: o})
	}
}

// pivotItems reads expressions with aliases up to the word end.
func (p *parser) pivotItems(end keyword) []*Item {
	var out []*Item
	for {
		from := p.i
		start := p.start()
		it := p.nodes.items.new()
		it.X = p.listExpr()
		switch {
		case p.acceptWord(kwAs):
			if p.at(TokString) {
				it.Alias = p.stringName()
			} else if p.at(TokNumber) { // BigQuery's row labels
				p.next()
			} else {
				it.Alias = p.anyName("a name after `as`")
			}
		case (end == kwNone || !p.atWord(end)) && p.aliasAhead():
			it.Alias = p.ident()
		}
		it.Span = p.around(start, it.X)
		out = append(out, it)
		if p.at(TokComma) && p.d.gram&trailingComma != 0 && p.endAt(1) {
			p.next()
			return out
		}
		if !p.accept(TokComma) && !(p.afterHole(from) || p.at(TokHole)) || end != kwNone && p.atWord(end) || p.at(TokRParen) {
			return out
		}
	}
}

// unpivot reads UNPIVOT (value FOR name IN (columns)) after its input.
func (p *parser) unpivot(input TableExpr) TableExpr {
	u := &Unpivot{Input: input}
	p.next()
	if p.acceptWords(kwInclude, kwNulls) {
		u.IncludeNulls = true
	} else {
		p.acceptWords(kwExclude, kwNulls)
	}
	if !p.need(TokLParen, "`(`") {
		u.Span = p.from(input.Range().Start)
		return u
	}
	if p.at(TokLParen) {
		u.Values = p.nameList()
	} else {
		u.Values = compact([]*Ident{p.name("a name for the values")})
	}
	if p.needWord(kwFor) {
		u.Name = p.name("a name for the column names")
		if p.needWord(kwIn) && p.need(TokLParen, "`(`") {
			u.In = p.pivotItems(kwNone)
			if o := p.closeParen("`,` or `)`"); o != nil {
				u.In = append(u.In, &Item{Span: o.Span, X: o})
			}
		}
	}
	if o := p.closeParen("`)`"); o != nil {
		u.In = append(u.In, &Item{Span: o.Span, X: o})
	}
	u.Span = p.from(input.Range().Start)
	return u
}

// pivotStatement reads DuckDB's PIVOT t ON columns USING aggregates GROUP BY x.
func (p *parser) pivotStatement() TableExpr {
	start := p.start()
	p.next()
	v := &Pivot{Input: p.factor()}
	if p.acceptWord(kwOn) {
		for {
			v.For = append(v.For, p.binary(precOther))
			if p.acceptWord(kwIn) {
				p.pivotIn(v)
			} else {
				v.InAny = true
			}
			if !p.accept(TokComma) {
				break
			}
		}
	}
	if p.acceptWord(kwUsing) {
		v.Aggs = p.pivotItems(kwGroup)
	}
	if p.acceptWords(kwGroup, kwBy) {
		v.GroupBy = p.exprItems()
	}
	v.Span = p.from(start)
	return v
}

// unpivotStatement reads DuckDB's UNPIVOT t ON columns INTO NAME n VALUE v.
func (p *parser) unpivotStatement() TableExpr {
	start := p.start()
	p.next()
	u := &Unpivot{Input: p.factor()}
	u.IncludeNulls = p.acceptWords(kwInclude, kwNulls)
	if p.needWord(kwOn) {
		u.In = p.pivotItems(kwInto)
	}
	if p.acceptWords(kwInto, kwName) {
		u.Name = p.name("a name for the column names")
		if p.acceptWord(kwValue) {
			u.Values = p.nameItems()
		}
	}
	u.Span = p.from(start)
	return u
}
