package sql

// groupBy reads what follows GROUP BY.
func (p *parser) groupBy(start int32) *GroupBy {
	g := &GroupBy{}
	if p.atWord(kwAll) || p.atWord(kwDistinct) {
		if p.operandAt(1) {
			p.next()
		} else {
			g.All = p.acceptWord(kwAll)
		}
	}
	for !g.All {
		from := p.i
		switch {
		case p.at(TokHole) && p.holeInList():
			g.Holes = append(g.Holes, p.hole())
		case p.groupingSets(g):
		default:
			g.Items = append(g.Items, p.listExpr())
		}
		if p.at(TokHole) && p.holeInList() && !p.holeBeforeQuery() || p.afterHole(from) {
			continue
		}
		if p.accept(TokComma) {
			if !p.operandAt(0) && p.d.gram&trailingComma != 0 {
				break
			}
			continue
		}
		if p.atWords(kwGrouping, kwSets) {
			continue // Hive: GROUP BY a, b GROUPING SETS (...)
		}
		break
	}
	for p.atWord(kwWith) {
		switch {
		case p.acceptWords(kwWith, kwRollup):
			g.WithRollup = true
		case p.acceptWords(kwWith, kwCube):
			g.WithCube = true
		case p.acceptWords(kwWith, kwTotals):
			g.WithTotals = true
		default:
			g.Span = p.from(start)
			return g
		}
	}
	g.Span = p.from(start)
	return g
}

// holeInList reports whether the hole at the cursor stands where an element of
// a list does, and is not the operand of an operator.
func (p *parser) holeInList() bool {
	n := p.pastHoles()
	return p.peek(n).Kind == TokComma || p.endAt(n) || p.operandAt(n) && p.peek(n).Kind != TokLParen
}

func (p *parser) groupingSets(g *GroupBy) bool {
	start := p.start()
	s := &GroupingSets{}
	switch {
	case p.atWord(kwRollup) && p.peek(1).Kind == TokLParen:
		s.Kind = Rollup
		p.next()
	case p.atWord(kwCube) && p.peek(1).Kind == TokLParen:
		s.Kind = Cube
		p.next()
	case p.atWords(kwGrouping, kwSets):
		p.next()
		p.next()
	default:
		return false
	}
	if p.need(TokLParen, "`(`") {
		s.Sets = p.groupingList()
		p.closeInto(&s.Sets)
	}
	s.Span = p.from(start)
	g.Items = append(g.Items, s)
	return true
}

func (p *parser) groupingList() []Expr {
	var out []Expr
	for !p.at(TokRParen) {
		inner := &GroupBy{}
		if p.groupingSets(inner) {
			out = append(out, inner.Items...)
		} else {
			out = append(out, p.groupingSet())
		}
		if !p.accept(TokComma) {
			break
		}
	}
	return out
}

// groupingSet reads one set: (a, b), (), or a single expression.
func (p *parser) groupingSet() Expr {
	x := p.listExpr()
	if par, ok := x.(*Paren); ok {
		return &Tuple{Span: par.Span, Items: []Expr{par.X}}
	}
	return x
}

// windows reads the list of a WINDOW clause.
func (p *parser) windows() []*NamedWindow {
	var out []*NamedWindow
	for {
		start := p.start()
		w := &NamedWindow{Name: p.name("a name for the window")}
		p.needWord(kwAs)
		if p.at(TokLParen) {
			w.Spec = p.window()
		} else {
			base := p.start()
			w.Spec = &Window{Base: p.name("`(`")}
			w.Spec.Span = p.from(base)
		}
		w.Span = p.from(start)
		out = append(out, w)
		if !p.accept(TokComma) {
			return out
		}
	}
}
