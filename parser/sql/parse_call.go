package sql

import "strings"

// callOf reads the arguments of a function and what may follow them. The
// cursor is at the opening parenthesis.
func (p *parser) callOf(start int32, name []*Ident) *Call {
	c := &Call{}
	c.Name, c.NameEnd = name, p.prevEnd()
	fn := strings.ToLower(name[len(name)-1].Name)
	p.next()
	cases, brackets := p.inCase, p.inBracket
	p.inCase, p.inBracket = 0, 0
	p.callArgs(c, fn)
	if p.at(TokLParen) && p.adjacent(0) && p.speaks(&dialectClickHouse) { // f(params)(args)
		for _, a := range c.Args {
			c.more().Params = append(c.more().Params, a.X)
		}
		c.Args = nil
		p.next()
		p.callArgs(c, fn)
	}
	p.inCase, p.inBracket = cases, brackets
	p.callTail(c)
	c.Span = p.from(start)
	return c
}

// callArgs reads the arguments up to and including the closing parenthesis.
func (p *parser) callArgs(c *Call, fn string) {
	if p.specialArgs(c, fn) {
		return
	}
	switch {
	case p.atWord(kwDistinct):
		p.next()
		c.Distinct = true
		if p.at(TokRParen) {
			p.expected("an expression")
		}
	case p.atWord(kwAll) && p.operandAt(1) && p.peek(1).Kind != TokLParen:
		p.next()
	}
	if p.at(TokAsterisk) && p.peek(1).Kind == TokRParen {
		p.i += 2
		c.Star = true
		return
	}
	mark := len(p.nodes.argList)
	for !p.at(TokRParen) && !p.at(TokEOF) && !p.argTailAhead(c, fn) {
		from := p.i
		a := p.arg(fn, len(p.nodes.argList)-mark)
		p.nodes.argList = append(p.nodes.argList, a)
		if _, ok := a.X.(*Hole); ok {
			c.Open = true
		}
		if p.accept(TokComma) {
			if p.at(TokRParen) || p.atWords(kwOrder, kwBy) {
				p.trailing()
			}
			continue
		}
		if p.at(TokHole) || p.afterHole(from) {
			c.Open = true
			continue
		}
		if p.i == from || p.at(TokRParen) || p.argTailAhead(c, fn) {
			break
		}
		if fn == "semantic_view" { // Snowflake: the view, then METRICS, DIMENSIONS, WHERE
			c.more().Tail = append(c.more().Tail, p.skipKnown())
			break
		}
		if p.pairs(fn) { // json_object('k': v), json_object('k' value v)
			continue
		}
		p.expected("`,` or `)`")
		if o := p.skip(stopComma | stopClause); o != nil {
			p.nodes.argList = append(p.nodes.argList, &Arg{Span: o.Span, X: o})
		}
		if !p.accept(TokComma) {
			break
		}
	}
	c.Args = since(&p.nodes.argList, mark)
	p.argTails(c, fn)
	if o := p.closeParen("`,` or `)`"); o != nil {
		c.more().Tail = append(c.more().Tail, o)
	}
}

// skipKnown keeps what is left before a closing bracket.
func (p *parser) skipKnown() *Opaque {
	start := p.start()
	for !p.stopped(stopNothing) {
		p.skipOne()
	}
	return p.opaque(start, true)
}

// pairs reads what stands between a key and its value.
func (p *parser) pairs(fn string) bool {
	if !tailFunctions[fn] {
		return false
	}
	return p.accept(TokColon) || p.atWord(kwValue) && p.operandAt(1) && p.acceptWord(kwValue)
}

// arg reads the argument number n (from 0) of the function fn.
func (p *parser) arg(fn string, n int) *Arg {
	start := p.start()
	a := p.nodes.args.new()
	switch k := p.peek(1).Kind; {
	case (k == TokFatArrow || k == TokAssign) && (p.at(TokWord) || p.at(TokQuoted)):
		a.Name = p.ident()
		p.next()
		a.X = p.argValue()
	case p.atQuery() && !p.at(TokLParen):
		s := &Subquery{Query: p.query()}
		s.Span = s.Query.Span
		a.X = s
	case p.unitAhead(fn, n):
		a.X = p.unit()
	case k == TokString && p.d == &dialectTSQL && p.at(TokWord) && p.unitText(0) == "language": // containstable(t, c, 'x', language 'y')
		p.next()
		a.X = p.listExpr()
	case p.atWord(kwVariadic) && p.operandAt(1): // PostgreSQL: f(a, variadic list)
		p.next()
		a.X = p.listExpr()
	case fn == "xmlelement" && p.atWord(kwName) && p.nameAhead(1):
		p.next()
		a.X = p.column()
	case p.atWord(kwModel) && p.nameAhead(1): // BigQuery: ml.predict(model m, ...)
		p.next()
		a.X = p.column()
	case tailFunctions[fn] && p.atWord(kwKey) && p.operandAt(1) && k == TokString:
		p.next()
		a.X = p.listExpr()
	default:
		a.X = p.listExpr()
	}
	if q, ok := a.X.(*Subquery); ok && p.atSetOp(0) { // f((select 1) union (select 2))
		a.X = &Subquery{Query: &Query{Body: p.setOpsAfter(q.Query)}}
		a.X.(*Subquery).Span = p.from(start)
		a.X.(*Subquery).Query.Span = p.from(start)
	}
	switch {
	case !p.acceptWord(kwAs):
	case fn == "from" && p.at(TokLParen): // rows from (f(x) as (a int, b text))
		p.columnDefs()
	default:
		a.Name = p.anyName("a name after `as`")
		if fn == "from" && p.at(TokLParen) {
			p.columnDefs()
		}
	}
	a.Span = p.around(start, a.X)
	return a
}

// argValue reads the value of a named argument, which may be a relation.
func (p *parser) argValue() Expr {
	if p.atQuery() && !p.at(TokLParen) {
		s := &Subquery{Query: p.query()}
		s.Span = s.Query.Span
		return s
	}
	return p.listExpr()
}

// unitWords are the units of dates and times, and the forms of Unicode.
var unitWords = wordSet(`microsecond microseconds millisecond milliseconds nanosecond nanoseconds second seconds minute
	minutes hour hours day days week weeks month months quarter quarters year years isoweek isoyear decade decades
	century centuries millennium millennia dayofweek dayofyear dayofweekiso doy dow isodow yearofweek yearofweekiso epoch
	weekday weekiso date time epoch_second timezone_hour timezone_minute day_hour day_minute day_second hour_minute hour_second
	minute_second year_month dy qtr yy yyyy mm dd hh mi ss ms ns us week_of_year day_of_week day_of_month day_of_year
	nfc nfd nfkc nfkd`)

// unitArgs says which argument of a function is a bare unit or form, from 0.
var unitArgs = map[string][]int{
	"dateadd": {0}, "datediff": {0}, "datediff_big": {0}, "timestampadd": {0}, "timestampdiff": {0}, "timeadd": {0},
	"timediff": {0}, "datepart": {0}, "date_part": {0}, "datename": {0}, "datetrunc": {0}, "date_bucket": {0},
	"date_trunc": {0, 1}, "timestamp_trunc": {1}, "datetime_trunc": {1}, "time_trunc": {1}, "date_diff": {0, 2},
	"timestamp_diff": {2}, "datetime_diff": {2}, "time_diff": {2}, "last_day": {1}, "trunc": {1}, "date_add": {0},
	"normalize": {1}, "normalize_and_casefold": {1}, "date_sub": {0}, "extract": {0}, "ceil": {}, "floor": {}, "timestamp_add": {0}, "age": {0},
}

// freeUnits are the functions whose unit may be any word.
var freeUnits = wordSet(`dateadd datediff datediff_big datepart datename timestampadd timestampdiff date_bucket datetrunc`)

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

func (p *parser) unitText(n int) string { return strings.ToLower(p.tokText(p.peek(n))) }

// unitAhead reports whether argument n of fn is a bare unit.
func (p *parser) unitAhead(fn string, n int) bool {
	if !p.at(TokWord) {
		return false
	}
	at, ok := unitArgs[fn]
	if !ok || len(at) == 0 || n != at[0] && n != at[len(at)-1] {
		return false
	}
	switch next := p.peek(1).Kind; {
	case next == TokComma && n == 0:
		return freeUnits[fn] || unitWords[p.unitText(0)]
	case next == TokRParen && n > 0:
		return unitWords[p.unitText(0)] && p.unitPosition(fn, n)
	case next == TokLParen && n > 0: // week(monday)
		return p.unitText(0) == "week" && p.peek(2).Kind == TokWord && p.peek(3).Kind == TokRParen
	}
	return false
}

// unitPosition tells apart the functions that are spelt alike with the unit
// first (most) and last (BigQuery).
func (p *parser) unitPosition(fn string, n int) bool {
	if len(unitArgs[fn]) == 1 {
		return true
	}
	return p.d == &dialectBigQuery || p.d == &dialectGeneric
}

// unit reads a bare unit: day, week(monday).
func (p *parser) unit() *Word {
	start := p.start()
	p.next()
	if p.at(TokLParen) && p.peek(1).Kind == TokWord && p.peek(2).Kind == TokRParen {
		p.i += 3
	}
	s := p.from(start)
	return &Word{Span: s, Text: lowerWords(p.text[s.Start:s.End])}
}

// tailFunctions are the functions whose arguments may be followed by words of
// their own: OMIT QUOTES, RETURNING t, NULL ON NULL.
var tailFunctions = wordSet(`json_query json_value json_exists json_table json_object json_array json_objectagg json_arrayagg
	json_array_agg json_object_agg listagg xmlagg xmlelement xmlforest string_agg group_concat xmlserialize xmltable xmlparse
	convert json_scalar json_serialize array_agg arrayagg try first_value last_value lag lead nth_value any_value
	json_agg jsonb_agg overlay parse_json json wm_concat min max openjson approx_top_count`)

// argTailAhead reports whether the words after the last argument stand at the
// cursor.
func (p *parser) argTailAhead(c *Call, fn string) bool {
	next := p.peek(1)
	switch p.toks[p.i].word {
	case kwOrder:
		return next.word == kwBy
	case kwLimit:
		return p.atLimit(0)
	case kwSeparator:
		return p.operandAt(1)
	case kwHaving:
		return next.word == kwMax || next.word == kwMin
	case kwIgnore, kwRespect:
		return next.word == kwNulls
	case kwOn:
		return true
	case kwReturning:
		return tailFunctions[fn] && (p.prevOperand() || p.toks[p.i-1].Kind == TokLParen && p.nameAhead(1))
	case kwOmit, kwKeep, kwWithout, kwError, kwNull, kwFormat, kwEmpty, kwAbsent, kwDefault, kwUsing, kwPassing, kwWith,
		kwColumns, kwUnconditional:
		return tailFunctions[fn] && p.prevOperand() && p.i > 0 && p.toks[p.i-1].Kind != TokComma && p.toks[p.i-1].Kind != TokLParen
	}
	return false
}

// prevOperand reports whether an operand ends before the cursor.
func (p *parser) prevOperand() bool {
	switch p.toks[p.i-1].Kind {
	case TokWord, TokQuoted, TokString, TokNumber, TokRParen, TokRBracket, TokHole:
		return true
	}
	return false
}

// argTails reads the words after the last argument.
func (p *parser) argTails(c *Call, fn string) {
	for !p.at(TokRParen) && p.argTailAhead(c, fn) {
		start := p.start()
		switch {
		case p.acceptWords(kwOrder, kwBy):
			c.more().OrderBy = append(c.more().OrderBy, p.orderItems()...)
		case p.atWord(kwLimit):
			p.next()
			c.more().Limit = p.listExpr()
		case p.acceptWord(kwSeparator):
			c.more().Sep = p.listExpr()
		case p.acceptWord(kwHaving):
			p.next()
			p.expr()
			c.more().Having = p.opaque(start, true)
		case p.acceptWords(kwIgnore, kwNulls):
			c.Nulls = -1
		case p.acceptWords(kwRespect, kwNulls):
			c.Nulls = 1
		default:
			for !p.stopped(stopNothing) && !p.atWords(kwOrder, kwBy) {
				p.skipOne()
			}
			c.more().Tail = append(c.more().Tail, p.opaque(start, true))
		}
	}
}

// callTail reads what may follow the closing parenthesis of a call.
func (p *parser) callTail(c *Call) {
	for p.at(TokWord) {
		next := p.peek(1)
		switch p.toks[p.i].word {
		case kwWithin:
			if next.word != kwGroup {
				return
			}
			p.i += 2
			if p.need(TokLParen, "`(`") {
				if p.needWord(kwOrder) && p.needWord(kwBy) {
					c.more().WithinGroup = p.orderItems()
				}
				if o := p.closeParen("`)`"); o != nil {
					c.more().Tail = append(c.more().Tail, o)
				}
			}
		case kwFilter:
			if next.Kind != TokLParen || !p.peekWord(2, kwWhere) && p.peek(2).Kind != TokHole && p.d != &dialectDuckDB {
				return
			}
			p.i += 2
			p.acceptWord(kwWhere)
			c.more().Filter = p.innerExpr()
			if o := p.closeParen("`)`"); o != nil {
				c.more().Tail = append(c.more().Tail, o)
			}
		case kwIgnore, kwRespect:
			if next.word != kwNulls {
				return
			}
			c.Nulls = 1
			if p.atWord(kwIgnore) {
				c.Nulls = -1
			}
			p.i += 2
		case kwFrom: // NTH_VALUE(x, 2) FROM LAST OVER (...)
			if next.word != kwFirst && next.word != kwLast || !p.peekWord(2, kwOver) && !p.peekWord(2, kwIgnore) && !p.peekWord(2, kwRespect) {
				return
			}
			start := p.start()
			p.i += 2
			c.more().Tail = append(c.more().Tail, p.opaque(start, true))
		case kwKeep: // Oracle: KEEP (DENSE_RANK FIRST ORDER BY x)
			if next.Kind != TokLParen {
				return
			}
			start := p.start()
			p.next()
			p.skipOne()
			c.more().Tail = append(c.more().Tail, p.opaque(start, true))
		case kwOver:
			if next.Kind == TokLParen {
				p.next()
				c.Over = p.window()
				continue
			}
			if next.Kind != TokWord && next.Kind != TokQuoted && next.Kind != TokHole || next.word != 0 && reserved[next.word] {
				return
			}
			p.next()
			c.more().OverName = p.ident()
		default:
			return
		}
	}
}

// window reads (base PARTITION BY ... ORDER BY ... frame).
func (p *parser) window() *Window {
	start := p.start()
	w := &Window{}
	p.next()
	if p.at(TokWord) && !p.atWords(kwPartition, kwBy) && !p.atWords(kwOrder, kwBy) && !p.frameAt(0) && !p.atWindowWord() &&
		!p.atWord(kwOrder) && !p.atWord(kwPartition) || p.at(TokQuoted) {
		w.Base = p.ident()
	}
	for !p.at(TokRParen) && !p.at(TokEOF) {
		switch {
		case p.acceptWords(kwPartition, kwBy), p.acceptWords(kwDistribute, kwBy):
			w.PartitionBy = append(w.PartitionBy, p.exprItems()...)
		case p.acceptWords(kwOrder, kwBy), p.acceptWords(kwSort, kwBy):
			w.OrderBy = append(w.OrderBy, p.orderItems()...)
		case p.frameAt(0):
			w.Frame = p.frame()
		case p.at(TokHole):
			w.Holes = append(w.Holes, p.hole())
		default:
			p.expected("`partition by`, `order by`, a frame or `)`")
			if o := p.skip(stopNothing); o != nil {
				w.PartitionBy = append(w.PartitionBy, o)
			}
			p.accept(TokRParen)
			w.Span = p.from(start)
			return w
		}
	}
	p.need(TokRParen, "`)`")
	w.Span = p.from(start)
	return w
}

// atWindowWord reports whether the window begins with one of Hive's words.
func (p *parser) atWindowWord() bool {
	return p.atWords(kwDistribute, kwBy) || p.atWords(kwSort, kwBy)
}

// frameAt reports whether a frame begins n tokens ahead.
func (p *parser) frameAt(n int) bool {
	switch p.peek(n).word {
	case kwRows, kwRange, kwGroups:
		t := p.peek(n + 1)
		return t.word == kwBetween || t.word == kwUnbounded || t.word == kwCurrent || p.operandAt(n+1)
	}
	return false
}

// exclusions are the rows that a frame can leave out.
var exclusions = map[string]bool{"exclude no others": true, "exclude current row": true, "exclude group": true, "exclude ties": true}

func (p *parser) frame() *Frame {
	start := p.start()
	f := &Frame{End: Bound{Kind: CurrentRow}}
	switch p.toks[p.i].word {
	case kwRange:
		f.Unit = Range
	case kwGroups:
		f.Unit = Groups
	}
	p.next()
	if p.acceptWord(kwBetween) {
		f.Start = p.bound()
		if p.needWord(kwAnd) {
			f.End = p.bound()
		}
	} else {
		f.Start = p.bound()
	}
	if ex := p.start(); p.acceptWord(kwExclude) {
		for !p.at(TokRParen) && p.at(TokWord) {
			p.next()
		}
		f.Exclude = lowerWords(p.text[ex:p.prevEnd()])
		if !exclusions[f.Exclude] {
			p.expected("`no others`, `current row`, `group` or `ties`")
		}
	}
	f.Span = p.from(start)
	return f
}

func (p *parser) bound() Bound {
	switch {
	case p.acceptWords(kwUnbounded, kwPreceding):
		return Bound{Kind: UnboundedPreceding}
	case p.acceptWords(kwUnbounded, kwFollowing):
		return Bound{Kind: UnboundedFollowing}
	case p.acceptWords(kwCurrent, kwRow):
		return Bound{Kind: CurrentRow}
	}
	b := Bound{Kind: Preceding, X: p.binary(precOther)}
	switch {
	case p.acceptWord(kwPreceding):
	case p.acceptWord(kwFollowing):
		b.Kind = Following
	default:
		p.expected("`preceding` or `following`")
	}
	return b
}
