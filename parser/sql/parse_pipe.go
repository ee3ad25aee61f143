package sql

// pipe reads the pipe operators after a query: FROM t |> WHERE x |> SELECT a.
func (p *parser) pipe(input *Query) *Query {
	q := &Query{With: input.With}
	start := input.Start
	input.With = nil // the names are known in the steps too
	input.Start = input.Body.Range().Start
	b := &Pipe{Input: input}
	for n := 0; p.at(TokPipeArrow) && n < maxChain; n++ {
		b.Steps = append(b.Steps, p.pipeStep())
	}
	b.Span = p.from(input.Start)
	q.Span, q.Body = p.from(start), b
	return q
}

// pipeStep reads one operator, from its |> on.
func (p *parser) pipeStep() *PipeStep {
	start := p.start()
	p.next()
	s := &PipeStep{Op: p.unitText(0)}
	p.pipeOperator(s)
	for !p.stopped(stopNothing) && !p.at(TokPipeArrow) {
		at := p.start()
		p.expected("`|>` or the end of the query")
		for !p.stopped(stopNothing) && !p.at(TokPipeArrow) {
			p.skipOne()
		}
		s.Tail = p.opaque(at, false)
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) pipeOperator(s *PipeStep) {
	start, first := p.start(), p.i
	word := p.toks[p.i].word
	switch {
	case p.at(TokHole):
		s.Op = ""
		s.Items = []*Item{{X: p.hole()}}
		s.Items[0].Span = s.Items[0].X.Range()
		return
	case p.atSetOp(0):
		p.setOp()
		s.Op = lowerWords(p.text[start:p.prevEnd()])
		for {
			if !p.at(TokLParen) {
				p.expected("`(`")
				return
			}
			s.Queries = append(s.Queries, p.parenQuery())
			if !p.accept(TokComma) {
				return
			}
		}
	case p.atJoin(0):
		j := p.join(p.pipeInput())
		p.condition(j)
		s.Table = j
		return
	case word == kwPivot && p.peek(1).Kind == TokLParen, word == kwUnpivot && p.unpivotAhead():
		s.Table = p.operators(p.pipeInput())
		return
	}
	p.next()
	switch word {
	case kwSelect:
		p.selectHead(&Select{})
		s.Op = lowerWords(p.text[start:p.prevEnd()])
		s.Items = p.pipeItems()
	case kwWhere:
		s.Where = p.expr()
	case kwOrder:
		p.needWord(kwBy)
		s.OrderBy = p.orderItems()
	case kwLimit:
		s.Limit = p.listExpr()
		if p.acceptWord(kwOffset) {
			s.Offset = p.listExpr()
		}
	case kwAs:
		s.Names = compact([]*Ident{p.anyName("a name after `as`")})
	case kwDrop:
		s.Names = p.nameItems()
	case kwCall:
		s.Table = p.factor()
	case kwDistinct:
	case kwTablesample:
		p.i = first
		s.Tail = p.sample().Body
	case kwSet, kwRename, kwWindow:
		s.Items = p.pipeItems()
	default:
		switch s.Op {
		case "extend":
			s.Items = p.pipeItems()
		case "aggregate":
			s.Items = p.pipeItems()
			if p.acceptWord(kwGroup) {
				_ = p.acceptWord(kwAnd) && p.acceptWord(kwOrder)
				p.needWord(kwBy)
				s.GroupBy = p.pipeItems()
			}
		default:
			p.i = first
			p.expected("a pipe operator")
			for !p.stopped(stopNothing) && !p.at(TokPipeArrow) {
				p.skipOne()
			}
			s.Tail = p.opaque(start, false)
		}
	}
}

// pipeInput is the relation to the left of an operator that needs one: what the
// steps before have made of the input.
func (p *parser) pipeInput() TableExpr {
	return &Opaque{Span: p.from(p.start()), Known: true}
}

// pipeItems reads the list of an operator: expressions with names, and perhaps
// a direction (AGGREGATE ... GROUP BY a DESC). The items of SET are comparisons.
func (p *parser) pipeItems() []*Item {
	var out []*Item
	for !p.listEnd() && !p.atWord(kwGroup) {
		start := p.start()
		it := p.nodes.items.new()
		it.X = p.listExpr()
		if !p.atWord(kwAsc) && !p.atWord(kwDesc) {
			p.itemAlias(it)
		}
		it.Span = p.around(start, it.X)
		p.orderDirection(&OrderItem{})
		out = append(out, it)
		if !p.accept(TokComma) {
			break
		}
	}
	return out
}
