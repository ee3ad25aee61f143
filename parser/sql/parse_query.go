package sql

// atQuery reports whether a query begins at the cursor.
func (p *parser) atQuery() bool { return p.queryAt(0) }

func (p *parser) queryAt(n int) bool {
	t := p.peek(n)
	switch t.Kind {
	case TokLParen:
		for from := n; p.peek(n).Kind == TokLParen && n < from+maxDepth; {
			n++
		}
		return p.peek(n).Kind != TokLParen && p.queryAt(n)
	case TokWord:
		switch t.word {
		case kwSelect:
			return true
		case kwWith:
			next := p.peek(n + 1)
			return next.Kind == TokWord || next.Kind == TokQuoted || next.Kind == TokHole || next.Kind == TokLParen ||
				next.Kind == TokString || next.Kind == TokNumber || next.Kind == TokLBracket
		case kwValues:
			return p.peek(n+1).Kind == TokLParen || p.peek(n+1).Kind == TokHole
		case kwFrom:
			return p.d.gram&fromFirst != 0
		case kwPivot, kwUnpivot:
			return p.nameAhead(n+1) && !p.peekWord(n+1, kwAs)
		case kwTable:
			return p.nameAhead(n + 1)
		}
	}
	return false
}

// query reads a query expression: WITH, a body, and what follows it. It stops
// where the query ends, whatever stands there.
func (p *parser) query() *Query {
	start := p.start()
	q := &Query{}
	if !p.enter() {
		p.leave()
		q.Body = p.tooDeep()
		q.Span = p.from(start)
		return q
	}
	cases, brackets := p.inCase, p.inBracket
	p.inCase, p.inBracket = 0, 0
	q.With = p.with()
	q.Body = p.setOps()
	p.queryTail(q)
	for p.atSetOp(0) { // a query with its own ORDER BY or LIMIT as the left side
		q.Span = p.from(start)
		outer := &Query{With: q.With}
		q.With = nil
		q.Start = q.Body.Range().Start
		outer.Body = p.setOpsAfter(q)
		q = outer
		p.queryTail(q)
	}
	q.Span = p.from(start)
	p.inCase, p.inBracket = cases, brackets
	p.leave()
	return q
}

// with reads a WITH clause, or the holes before a SELECT, which may hold one.
func (p *parser) with() *With {
	start := p.start()
	w := &With{}
	if p.at(TokHole) {
		n := p.pastHoles()
		list := p.peek(n).Kind == TokComma && (p.nameAhead(n+1) || p.peek(n+1).Kind == TokHole) && p.bodyAhead(p.afterNames(n+2))
		if t := p.peek(n).word; t != kwSelect && t != kwWith && !list {
			return nil
		}
		w.Holes = append(w.Holes, p.hole())
		if list { // the hole is WITH and the first of the list
			p.next()
			p.ctes(w)
			w.Span = p.from(start)
			return w
		}
	}
	if !p.atWord(kwWith) {
		if w.Holes == nil {
			return nil
		}
		w.Span = p.from(start)
		return w
	}
	p.next()
	w.Recursive = p.atWord(kwRecursive) && !p.peekWord(1, kwAs) && p.acceptWord(kwRecursive)
	p.ctes(w)
	w.Span = p.from(start)
	return w
}

// ctes reads the list of a WITH clause up to the main query.
func (p *parser) ctes(w *With) {
	for {
		switch {
		case p.at(TokHole) && p.holesThenEnd():
			return // the hole is the main query
		case p.at(TokHole) && !p.holeCTE():
			w.Holes = append(w.Holes, p.hole())
		case p.atMainQuery() && !p.atScalarParen(), p.at(TokEOF), p.at(TokRParen), p.at(TokSemicolon):
			p.expected("a name for the common table expression")
			return
		default:
			from := p.i
			w.CTEs = append(w.CTEs, p.cte())
			if p.i == from {
				return
			}
		}
		comma := false
		for p.accept(TokComma) {
			comma = true
		}
		if p.at(TokHole) || p.prevHole() && !p.atMainQuery() && p.nameAhead(0) {
			continue
		}
		switch {
		case comma && p.atMainQuery() && !p.atScalarParen():
			if p.d.gram&trailingComma == 0 {
				t := p.toks[p.i-1]
				p.errorAt(t.Span, "expected the main query, found `,`")
			}
			return
		case comma:
		case p.nameAhead(0) && (p.peekWord(1, kwAs) && p.peek(2).Kind == TokLParen || p.peek(1).Kind == TokLParen && !p.atMainQuery()):
			p.expected("`,` or the main query")
		default:
			return
		}
	}
}

// atScalarParen reports whether ClickHouse's `(select ...) as name` may stand at
// the cursor.
func (p *parser) atScalarParen() bool { return p.d.gram&clickHouse != 0 && p.at(TokLParen) }

// holeCTE reports whether the hole at the cursor is the name of a CTE.
func (p *parser) holeCTE() bool {
	return p.peekWord(1, kwAs) && (p.peek(2).Kind == TokLParen || p.peek(2).Kind == TokHole)
}

// atMainQuery reports whether the query after the CTEs begins at the cursor.
func (p *parser) atMainQuery() bool {
	if p.at(TokLParen) {
		return true
	}
	switch p.toks[p.i].word {
	case kwSelect, kwInsert, kwUpdate, kwDelete, kwMerge:
		return !p.peekWord(1, kwAs)
	case kwFrom, kwValues, kwTable, kwPivot, kwUnpivot:
		return !p.peekWord(1, kwAs) && p.atQuery()
	}
	return false
}

func (p *parser) cte() *CTE {
	start := p.start()
	c := &CTE{}
	if p.scalarCTE(c) {
		c.Span = p.around(start, c.Scalar)
		return c
	}
	c.Name = p.name("a name for the common table expression")
	if c.Name == nil {
		p.skip(stopComma | stopClause)
		c.Span = p.from(start)
		return c
	}
	if p.at(TokLParen) && !p.queryAt(1) {
		c.Columns = p.nameList()
	}
	if p.acceptWords(kwUsing, kwKey) { // DuckDB
		p.skipOne()
	}
	if !p.acceptWord(kwAs) && (!p.at(TokLParen) || p.d.gram&optionalAs == 0) {
		p.expected("`as`")
	}
	switch {
	case p.acceptWord(kwMaterialized):
		c.Materialized = 1
	case p.acceptWords(kwNot, kwMaterialized):
		c.Materialized = -1
	}
	switch {
	case p.at(TokLParen):
		c.Body = p.parenQuery()
	case p.at(TokHole):
		h := p.hole()
		c.Body = &Query{Span: h.Span, Body: h}
	default:
		p.expected("`(`")
		if p.atQuery() {
			c.Body = p.query()
		}
	}
	for p.atWord(kwSearch) || p.atWord(kwCycle) && !p.peekWord(1, kwAs) {
		for !p.at(TokComma) && !p.atMainQuery() && !p.stopped(stopComma) {
			p.skipOne()
		}
	}
	c.Span = p.from(start)
	return c
}

// scalarCTE reads ClickHouse's `expression AS name`.
func (p *parser) scalarCTE(c *CTE) bool {
	if p.d.gram&clickHouse == 0 {
		return false
	}
	if (p.nameAhead(0) || p.at(TokHole)) && p.bodyAhead(p.afterNames(1)) {
		return false
	}
	c.Scalar = p.expr()
	if p.needWord(kwAs) {
		c.Name = p.name("a name")
	}
	return true
}

// bodyAhead reports whether AS and the body of a CTE stand n tokens ahead.
func (p *parser) bodyAhead(n int) bool {
	return p.peekWord(n, kwAs) && (p.peek(n+1).Kind == TokLParen || p.peek(n+1).Kind == TokHole || p.peekWord(n+1, kwMaterialized))
}

// afterNames returns the place after the list of names in parentheses that
// stands n tokens ahead, or n if there is none.
func (p *parser) afterNames(n int) int {
	if p.peek(n).Kind != TokLParen {
		return n
	}
	for k := n + 1; k < n+maxSpecial; k++ {
		switch p.peek(k).Kind {
		case TokWord, TokQuoted, TokComma:
		case TokRParen:
			return k + 1
		default:
			return n
		}
	}
	return n
}

// parenQuery reads a query in parentheses; the span of the query does not
// include them.
func (p *parser) parenQuery() *Query {
	p.next()
	var q *Query
	switch {
	case p.at(TokHole) && p.peek(1).Kind == TokRParen:
		h := p.hole()
		q = &Query{Span: h.Span, Body: h}
	case p.atQuery(), p.at(TokHole):
		q = p.query()
	default:
		start := p.start()
		if !p.at(TokWord) || !statementWords[p.toks[p.i].word] {
			p.expected("a query")
		}
		o := p.skip(stopNothing)
		if o == nil {
			o = p.opaque(start, false)
		}
		q = &Query{Span: o.Span, Body: o}
	}
	if o := p.closeParen("`)`"); o != nil {
		q.Tail = append(q.Tail, o)
		q.End = o.End
	}
	return q
}

// setOps reads a body: operands joined by UNION, INTERSECT and EXCEPT.
func (p *parser) setOps() Body { return p.setOpsAfter(p.operand()) }

// setOpsAfter goes on with the set operations after the operand left.
func (p *parser) setOpsAfter(left Body) Body {
	left = p.intersections(left)
	for n := 0; p.atSetOp(0) || p.at(TokHole) && p.holeBeforeQuery(); n++ {
		op := p.setOp()
		if n > maxChain {
			p.expected("a shorter chain of set operations")
			p.skip(stopNothing)
			return left
		}
		op.Left = left
		op.Right = p.intersections(p.operand())
		op.Span = p.from(left.Range().Start)
		left = op
	}
	return left
}

// intersections goes on with the INTERSECTs after left: they bind tighter.
func (p *parser) intersections(left Body) Body {
	for n := 0; p.atWord(kwIntersect) && n < maxChain; n++ {
		op := p.setOp()
		op.Left = left
		op.Right = p.operand()
		op.Span = p.from(left.Range().Start)
		left = op
	}
	return left
}

// atSetOp reports whether the words of a set operation stand n tokens ahead.
func (p *parser) atSetOp(n int) bool {
	switch p.peek(n).word {
	case kwUnion, kwIntersect:
		return true
	case kwExcept, kwMinus:
		return p.peekWord(n+1, kwAll) || p.peekWord(n+1, kwDistinct) || p.peek(n+1).Kind == TokHole ||
			p.peekWord(n+1, kwBy) || p.peekWord(n+1, kwCorresponding) || p.queryAt(n+1)
	case kwFull, kwLeft, kwInner:
		return p.peekWord(n+1, kwUnion) || p.peekWord(n+1, kwOuter) && p.peekWord(n+2, kwUnion)
	}
	return false
}

// holeBeforeQuery reports whether the holes at the cursor are followed by a
// SELECT: they may stand for UNION ALL, or for nothing.
func (p *parser) holeBeforeQuery() bool {
	n := p.pastHoles()
	return p.peekWord(n, kwSelect) || p.peek(n).Kind == TokLParen && p.peekWord(n+1, kwSelect)
}

// setOp reads the operator of a set operation.
func (p *parser) setOp() *SetOp {
	start := p.start()
	op := &SetOp{}
	if p.at(TokHole) {
		op.Hole = p.hole()
		op.OpSpan = op.Hole.Span
		return op
	}
	for p.acceptWord(kwFull) || p.acceptWord(kwLeft) || p.acceptWord(kwInner) || p.acceptWord(kwOuter) {
		op.ByName = true // BigQuery's {FULL|LEFT|INNER} [OUTER] UNION is by name
	}
	switch p.toks[p.i].word {
	case kwIntersect:
		op.Op = Intersect
	case kwExcept, kwMinus:
		op.Op = Except
	}
	p.next()
	op.All = p.acceptWord(kwAll)
	if !op.All {
		p.acceptWord(kwDistinct)
	}
	p.acceptWord(kwStrict)
	if p.acceptWords(kwBy, kwName) || p.acceptWord(kwCorresponding) {
		op.ByName = true
		if (p.acceptWord(kwOn) || p.acceptWord(kwBy)) && p.at(TokLParen) {
			p.skipOne()
		}
	}
	if p.at(TokHole) && p.holeBeforeQuery() {
		op.Hole = p.hole()
	}
	op.OpSpan = p.from(start)
	return op
}

// operand reads one operand of a set operation.
func (p *parser) operand() Body {
	switch {
	case p.at(TokLParen):
		if !p.enter() {
			p.leave()
			return p.tooDeep()
		}
		q := p.parenQuery()
		p.leave()
		return q
	case p.at(TokHole):
		if p.holesThenClause() {
			return p.selectBlock()
		}
		return p.hole()
	}
	switch p.toks[p.i].word {
	case kwSelect:
		return p.selectBlock()
	case kwWith:
		return p.query()
	case kwValues:
		return p.values()
	case kwFrom:
		if p.d.gram&fromFirst != 0 {
			return p.fromFirst()
		}
	case kwTable, kwPivot, kwUnpivot:
		if p.atQuery() {
			return p.tableBody()
		}
	}
	start := p.start()
	p.expected("a query")
	if o := p.skip(stopClause); o != nil {
		return o
	}
	return p.opaque(start, false)
}

// pastHoles returns how many tokens ahead the first one is that is no hole.
func (p *parser) pastHoles() int {
	n := 0
	for p.peek(n).Kind == TokHole && p.i+n < len(p.toks)-1 {
		n++
	}
	return n
}

// holesThenClause reports whether the holes at the cursor stand for the
// beginning of a SELECT block, of which only the end is known.
func (p *parser) holesThenClause() bool {
	n := p.pastHoles()
	switch p.peek(n).word {
	case kwFrom, kwWhere, kwHaving:
		return true
	case kwGroup:
		return p.peekWord(n+1, kwBy)
	}
	return p.qualifyAt(n)
}

// holesThenEnd reports whether nothing of the query follows the holes at the
// cursor.
func (p *parser) holesThenEnd() bool {
	switch p.peek(p.pastHoles()).Kind {
	case TokEOF, TokRParen, TokSemicolon:
		return true
	}
	return false
}

// values reads VALUES (1, 2), (3, 4), or VALUES 1, 2 with rows of one column.
func (p *parser) values() *Values {
	start := p.start()
	p.next()
	v := &Values{}
	for {
		v.Rows = append(v.Rows, p.valuesRow())
		if !p.at(TokComma) && !(p.at(TokHole) && p.peek(1).Kind == TokLParen && p.accept(TokHole)) {
			break
		}
		if p.accept(TokComma) && !p.operandAt(0) {
			break
		}
	}
	v.Span = p.from(start)
	return v
}

func (p *parser) valuesRow() *Tuple {
	start := p.start()
	p.acceptWord(kwRow)
	if !p.at(TokLParen) {
		x := p.listExpr()
		return &Tuple{Span: x.Range(), Items: []Expr{x}}
	}
	p.next()
	t := &Tuple{Items: p.exprList(TokRParen)}
	if o := p.closeParen("`,` or `)`"); o != nil {
		t.Items = append(t.Items, o)
	}
	t.Span = p.from(start)
	return t
}

// tableBody reads the statement forms TABLE t, PIVOT t ... and UNPIVOT t ....
func (p *parser) tableBody() *Select {
	start := p.start()
	s := &Select{FromFirst: true}
	switch p.toks[p.i].word {
	case kwTable:
		p.next()
		s.From = p.factor()
	case kwPivot:
		s.From = p.pivotStatement()
	default:
		s.From = p.unpivotStatement()
	}
	s.Items = []*Item{starAt(start)}
	s.Span = p.from(start)
	return s
}

// starAt is the `*` that a query without a select list means.
func starAt(at int32) *Item {
	s := Span{Start: at, End: at}
	return &Item{Span: s, X: &Star{Span: s}}
}

// queryTail reads ORDER BY, LIMIT and what else may follow a body.
func (p *parser) queryTail(q *Query) {
	for {
		start := p.start()
		switch {
		case p.atWords(kwOrder, kwBy), p.atWord(kwOrder) && p.peekWord(1, kwSiblings):
			p.next()
			p.acceptWord(kwSiblings)
			p.needWord(kwBy)
			q.OrderByAll = p.atOrderByAll()
			if !q.OrderByAll {
				q.OrderBy = append(q.OrderBy, p.orderItems()...)
				break
			}
			p.next()
			p.orderDirection(&OrderItem{})
		case p.atLimit(0):
			p.limit(q)
		case p.atWord(kwOffset) && p.operandAt(1):
			p.next()
			q.Offset = p.expr()
			_ = p.acceptWord(kwRow) || p.acceptWord(kwRows)
		case p.atWord(kwFetch) && (p.peekWord(1, kwFirst) || p.peekWord(1, kwNext)):
			p.fetch(q)
		case p.atTail(0):
			q.Tail = append(q.Tail, p.tail(start))
		case p.at(TokPipeArrow):
			o := p.skip(stopNothing)
			q.Tail = append(q.Tail, o)
		case p.at(TokHole) && !p.holeBeforeQuery():
			q.Holes = append(q.Holes, p.hole())
		default:
			return
		}
	}
}

func (p *parser) atWords(a, b keyword) bool { return p.atWord(a) && p.peekWord(1, b) }

func (p *parser) atOrderByAll() bool {
	if !p.atWord(kwAll) {
		return false
	}
	t := p.peek(1)
	return t.Kind != TokDot && t.Kind != TokLParen && t.Kind != TokComma
}

func (p *parser) orderItems() []*OrderItem {
	var out []*OrderItem
	for {
		out = append(out, p.orderItem())
		switch {
		case p.accept(TokComma):
			if !p.operandAt(0) && p.d.gram&trailingComma != 0 {
				return out
			}
		case p.prevHole() && p.operandAt(0): // a separator that may vanish
		default:
			return out
		}
	}
}

func (p *parser) orderItem() *OrderItem {
	start := p.start()
	o := &OrderItem{X: p.listExpr()}
	p.orderDirection(o)
	if p.at(TokHole) && (p.peek(1).Kind == TokComma || p.peekWord(1, kwNulls)) { // asc or desc
		o.Hole = p.hole()
		p.orderDirection(o)
	}
	if fill := p.start(); p.acceptWords(kwWith, kwFill) {
		for p.atFill() {
			p.next()
			p.expr()
		}
		o.Fill = p.opaque(fill, true)
	}
	o.Span = p.around(start, o.X)
	return o
}

func (p *parser) atFill() bool {
	switch p.toks[p.i].word {
	case kwFrom, kwTo, kwStep, kwStaleness:
		return true
	}
	return false
}

func (p *parser) orderDirection(o *OrderItem) {
	switch {
	case p.acceptWord(kwDesc):
		o.Desc = true
	case p.acceptWord(kwAsc):
	case p.atWord(kwUsing) && (p.peek(1).Kind == TokLess || p.peek(1).Kind == TokGreater):
		p.next()
		o.Desc = p.at(TokGreater)
		p.next()
	}
	switch {
	case p.acceptWords(kwNulls, kwFirst):
		o.Nulls = 1
	case p.acceptWords(kwNulls, kwLast):
		o.Nulls = -1
	}
}

// atLimit reports whether a LIMIT clause stands n tokens ahead; limit is a
// name as well.
func (p *parser) atLimit(n int) bool {
	if !p.peekWord(n, kwLimit) {
		return false
	}
	switch t := p.peek(n + 1); t.Kind {
	case TokNumber, TokBindVar, TokHole, TokLParen, TokColon, TokMinus, TokEOF:
		return true
	case TokWord, TokQuoted:
		return t.word == kwAll || t.word == kwNull || !p.clauseWord(t.word)
	}
	return false
}

func (p *parser) limit(q *Query) {
	p.next()
	if p.acceptWord(kwAll) {
		return
	}
	n := p.limitCount(q)
	if p.accept(TokComma) {
		q.Offset = n
		n = p.limitCount(q)
	}
	if p.atWord(kwOffset) && p.operandAt(1) {
		p.next()
		q.Offset = p.expr()
	}
	if p.acceptWord(kwBy) { // ClickHouse: n rows for each value
		q.LimitBy = p.exprItems()
		q.LimitByN = n
		return
	}
	q.Limit = n
	if p.acceptWords(kwWith, kwTies) {
		q.WithTies = true
	}
}

// limitCount reads a count, perhaps a percentage: 10%, 10 percent.
func (p *parser) limitCount(q *Query) Expr {
	n := p.peek(1).Kind
	var x Expr
	if p.at(TokNumber) && n == TokPercent && !p.operandAt(2) {
		x = p.primary()
		p.next()
		q.LimitPct = true
		return x
	}
	x = p.listExpr()
	if p.acceptWord(kwPercent) {
		q.LimitPct = true
	}
	return x
}

// fetch reads FETCH FIRST [n] ROWS ONLY.
func (p *parser) fetch(q *Query) {
	p.next()
	p.next()
	at := Span{Start: p.start(), End: p.start()}
	q.Limit = &Literal{Span: at, Kind: NumberLit, Text: "1"}
	if p.operandAt(0) && !p.atWord(kwRow) && !p.atWord(kwRows) {
		q.Limit = p.primary()
	}
	q.LimitPct = p.acceptWord(kwPercent)
	_ = p.acceptWord(kwRows) || p.acceptWord(kwRow)
	q.WithTies = p.acceptWords(kwWith, kwTies)
	if !q.WithTies {
		p.needWord(kwOnly)
	}
}

// atTail reports whether a clause that is kept as it is stands n tokens ahead.
func (p *parser) atTail(n int) bool {
	t := p.peek(n + 1)
	switch p.peek(n).word {
	case kwFor:
		switch t.word {
		case kwUpdate, kwShare, kwNo, kwKey, kwXml, kwJson, kwBrowse, kwRead:
			return true
		}
	case kwSettings:
		return t.Kind == TokWord && p.peek(n+2).Kind == TokEqual
	case kwFormat:
		return p.d.gram&clickHouse != 0 && t.Kind == TokWord && !reserved[t.word]
	case kwOption:
		return t.Kind == TokLParen && p.d.lex&bracketIdent != 0
	case kwInterpolate:
		return t.Kind == TokLParen || p.d.gram&clickHouse != 0
	case kwWith:
		switch t.word {
		case kwUr, kwNo: // isolation levels, NO SCHEMA BINDING
			return true
		}
	}
	return false
}

func (p *parser) tail(start int32) *Opaque {
	known := !p.atWords(kwFor, kwXml) && !p.atWords(kwFor, kwJson)
	for p.skipOne(); !p.stopped(stopNothing) && !p.atTail(0) && !p.atSetOp(0) && !p.atLimit(0); {
		p.skipOne()
	}
	return p.opaque(start, known)
}
