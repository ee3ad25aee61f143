package sql

import (
	"slices"
	"strings"
)

// typeWords are the types that make a literal of the string after them.
var typeWords = wordSet(`date time datetime timestamp timestamptz timestamp_ntz timestamp_ltz timestamp_tz datetime2
	timestampntz timestampltz json jsonb numeric decimal bignumeric bigdecimal bytes bytea uuid inet cidr point int integer
	bigint smallint tinyint real double float varchar char text boolean bool range geography varbinary date32 ipaddress int256 uint256`)

// cast reads CAST(x AS type), TRY_CAST and SAFE_CAST, or a function of that
// name: ClickHouse's cast(x, 'type').
func (p *parser) cast(t Token) Expr {
	name := p.one(p.ident())
	p.next()
	c := &Cast{}
	if t.word != kwCast {
		c.Kind = TryCast
	}
	c.X = p.innerExpr()
	if p.accept(TokComma) {
		f := &Call{Name: name, NameEnd: t.End, Args: p.argsOf(append([]Expr{c.X}, p.exprList(TokRParen)...)...)}
		p.closeArgs(f)
		f.Span = p.from(t.Start)
		return f
	}
	if p.needWord(kwAs) {
		c.Type = p.typeName()
		if p.atWord(kwCollate) && p.nameAhead(1) {
			p.next()
			p.names("a collation")
		}
		if p.acceptWord(kwFormat) {
			c.Format = p.innerExpr()
		}
		if p.acceptWords(kwAt, kwTime, kwZone) {
			p.binary(precUnary)
		}
		if p.at(TokHole) {
			p.next()
			c.Type.Hole = true
		}
	} else {
		c.Type = &Type{Span: p.from(p.start())}
	}
	for p.atWord(kwRename) || p.atWord(kwAdd) { // Snowflake: RENAME FIELDS, ADD FIELDS
		p.next()
		p.next()
	}
	if o := p.closeParen("`)`"); o != nil && c.Format == nil {
		c.Format = o
	}
	c.Span = p.from(t.Start)
	return c
}

// convert reads CONVERT(type, x [, style]) of T-SQL and Redshift.
func (p *parser) convert(t Token) Expr {
	p.i += 2
	c := &Cast{Type: p.typeName()}
	if t.word != kwConvert {
		c.Kind = TryCast
	}
	if p.need(TokComma, "`,`") {
		c.X = p.innerExpr()
	} else {
		c.X = p.missing()
	}
	if p.accept(TokComma) {
		c.Format = p.innerExpr()
	}
	if o := p.closeParen("`)`"); o != nil && c.Format == nil {
		c.Format = o
	}
	c.Span = p.from(t.Start)
	return c
}

// specialArgs reads the arguments of the functions whose arguments are
// separated by words: EXTRACT(year FROM x), TRIM(both 'a' FROM x).
func (p *parser) specialArgs(c *Call, fn string) bool {
	switch fn {
	case "extract", "date_part":
		return p.extractArgs(c)
	case "trim":
		return p.trimArgs(c)
	case "position":
		return p.wordArgs(c, kwIn)
	case "substring", "substr":
		return p.wordArgs(c, kwFrom, kwFor) || p.wordArgs(c, kwSimilar, kwEscape)
	case "xmlparse", "xmlserialize", "xmlpi", "xmlroot", "xmlexists":
		return p.xmlArgs(c)
	case "overlay":
		return p.wordArgs(c, kwPlacing, kwFrom, kwFor)
	case "ceil", "floor", "ceiling":
		return p.wordArgs(c, kwTo)
	}
	return false
}

func (p *parser) extractArgs(c *Call) bool {
	unit := p.peek(0)
	n := 1
	if p.at(TokWord) && p.peek(1).Kind == TokLParen { // week(monday)
		n = 4
	}
	if unit.Kind != TokWord && unit.Kind != TokString && unit.Kind != TokHole || !p.peekWord(n, kwFrom) {
		return unit.Kind == TokWord && p.wordArgs(c, kwFrom) // a unit that is computed
	}
	var first Expr
	if p.at(TokWord) {
		first = p.unit()
	} else {
		first = p.primary()
	}
	p.next()
	c.Args = p.argsOf(first, p.innerExpr())
	p.closeArgs(c)
	return true
}

// xmlArgs reads the argument of xmlparse(document x), xmlpi(name n, x) and their
// like; the words and values behind it are kept as they are.
func (p *parser) xmlArgs(c *Call) bool {
	switch p.toks[p.i].word {
	case kwDocument, kwContent, kwName:
		if p.operandAt(1) {
			p.next()
		}
	}
	c.Args = p.argsOf(p.listExpr())
	if start := p.start(); !p.stopped(stopNothing) {
		for !p.stopped(stopNothing) {
			p.skipOne()
		}
		c.more().Tail = append(c.more().Tail, p.opaque(start, true))
	}
	p.closeArgs(c)
	return true
}

func (p *parser) trimArgs(c *Call) bool {
	var args []Expr
	switch p.toks[p.i].word {
	case kwLeading, kwTrailing, kwBoth:
		if p.peek(1).Kind != TokComma && p.peek(1).Kind != TokRParen && p.peek(1).Kind != TokDot {
			args = append(args, p.unit())
		}
	}
	if !p.acceptWord(kwFrom) {
		args = append(args, p.listExpr())
		if !p.acceptWord(kwFrom) {
			if !p.at(TokComma) {
				c.Args = p.argsOf(args...)
				p.closeArgs(c)
				return true
			}
			for p.accept(TokComma) {
				args = append(args, p.listExpr())
			}
			c.Args = p.argsOf(args...)
			p.closeArgs(c)
			return true
		}
	}
	args = append(args, p.innerExpr())
	c.Args = p.argsOf(args...)
	p.closeArgs(c)
	return true
}

// wordArgs reads arguments separated by the given words, if the first word is
// there; otherwise it reads nothing.
func (p *parser) wordArgs(c *Call, words ...keyword) bool {
	if !p.wordInParens(words[0]) && (len(words) < 2 || !p.wordInParens(words[1])) {
		return false
	}
	args := []Expr{p.binary(precOther)}
	for !p.at(TokRParen) && slices.Contains(words, p.toks[p.i].word) {
		w := p.toks[p.i].word
		p.next()
		if w == kwTo {
			args = append(args, p.unit())
		} else {
			args = append(args, p.binary(precOther))
		}
	}
	c.Args = p.argsOf(args...)
	p.closeArgs(c)
	return true
}

// wordInParens reports whether the word k stands in the parentheses around the
// cursor, outside of others, before a comma.
func (p *parser) wordInParens(k keyword) bool {
	depth := 0
	for i := p.i; i < len(p.toks) && i < p.i+maxSpecial; i++ {
		switch t := p.toks[i]; {
		case t.Kind == TokLParen, t.Kind == TokLBracket:
			depth++
		case t.Kind == TokRParen, t.Kind == TokRBracket:
			if depth == 0 {
				return false
			}
			depth--
		case t.Kind == TokComma && depth == 0, t.Kind == TokEOF:
			return false
		case t.word == k && depth == 0 && i > p.i:
			return true
		}
	}
	return false
}

// maxSpecial is how many tokens are searched for the word that separates the
// arguments of a special function.
const maxSpecial = 200

func (p *parser) argsOf(xs ...Expr) []*Arg {
	out := make([]*Arg, len(xs))
	for i, x := range xs {
		out[i] = p.nodes.args.new()
		out[i].Span, out[i].X = x.Range(), x
	}
	return out
}

func (p *parser) closeArgs(c *Call) {
	if o := p.closeParen("`)`"); o != nil {
		c.more().Tail = append(c.more().Tail, o)
	}
}

// interval reads INTERVAL and its amount, with the unit where it is not inside
// a string.
func (p *parser) interval() Expr {
	start := p.start()
	p.next()
	iv := &Interval{}
	isString := p.at(TokString)
	iv.X = p.binary(precUnary)
	if !p.intervalUnit(iv) && !isString {
		iv.X = p.infix(iv.X, precOther)
		if !p.intervalUnit(iv) && p.at(TokHole) {
			p.next()
		}
	}
	if lit := amount(iv.X); lit != nil && p.moreInterval() > 0 {
		lit.Start, iv.X = iv.X.Range().Start, lit
		for n := p.moreInterval(); n > 0; n = p.moreInterval() {
			p.i += n
		}
		lit.Span, lit.Kind = p.from(lit.Start), StringLit // as if it were '1 day 2 hours'
		lit.Text = lowerWords(strings.ReplaceAll(p.text[lit.Start:lit.End], "'", ""))
		iv.Unit = ""
	}
	iv.Span = p.from(start)
	return iv
}

// bareInterval reports whether x and the words `year to month` at the cursor are
// an interval without its first word.
func (p *parser) bareInterval(x Expr) bool {
	lit, ok := x.(*Literal)
	return ok && p.d == &dialectSpark && lit.Kind == StringLit && p.prevIs(TokString) && (p.i < 2 || p.toks[p.i-2].word != kwInterval) &&
		unitWords[p.unitText(0)] && unitWords[p.unitText(2)]
}

// amount returns the literal that x is, with or without a sign; nil otherwise.
func amount(x Expr) *Literal {
	if u, ok := x.(*Unary); ok && (u.Op == OpSub || u.Op == OpAdd) {
		x = u.X
	}
	lit, _ := x.(*Literal)
	return lit
}

// moreInterval returns the number of tokens at the cursor that go on with an
// interval: 1 day 2 hours, and Hive's 1 day + 2 hours.
func (p *parser) moreInterval() int {
	n := 0
	if (p.at(TokPlus) || p.at(TokMinus)) && (p.d == &dialectSpark || p.d == &dialectDatabricks) {
		n = 1
	}
	if k := p.peek(n).Kind; k != TokNumber && k != TokString || p.peek(n+1).Kind != TokWord || !unitWords[p.unitText(n+1)] {
		return 0
	}
	return n + 2
}

func (p *parser) intervalUnit(iv *Interval) bool {
	if !p.at(TokWord) || !unitWords[p.unitText(0)] {
		if p.at(TokHole) && !p.prevHole() && !p.holeBeforeQuery() {
			p.next()
			return true
		}
		return false
	}
	iv.Unit = p.unitText(0)
	p.next()
	p.unitPrecision()
	if p.atWord(kwTo) && p.peek(1).Kind == TokWord && unitWords[p.unitText(1)] {
		p.next()
		iv.To = p.unitText(0)
		p.next()
		p.unitPrecision()
	}
	return true
}

// unitPrecision reads the digits of a unit: second(3).
func (p *parser) unitPrecision() {
	if p.at(TokLParen) && p.peek(1).Kind == TokNumber && p.peek(2).Kind == TokRParen {
		p.i += 3
	}
}

// zonedLiteral reads TIMESTAMP [(p)] WITH TIME ZONE '...'; nil if it is none.
func (p *parser) zonedLiteral(t Token) Expr {
	save := p.i
	p.next()
	p.unitPrecision()
	p.timeZone()
	if !p.at(TokString) || p.i == save+1 {
		p.i = save
		return nil
	}
	typ := lowerWords(p.text[t.Start:p.prevEnd()])
	l := p.stringExpr().(*Literal)
	l.Start, l.Type = t.Start, typ
	return l
}

// nextValue reads NEXT VALUE FOR sequence.
func (p *parser) nextValue(t Token) Expr {
	c := &Call{NoParens: true}
	c.Name = p.one(&Ident{Span: Span{Start: t.Start, End: p.peek(2).End}, Name: "next value for"})
	p.i += 3
	c.NameEnd = p.prevEnd()
	start := p.start()
	if parts := p.names("a sequence"); parts != nil {
		c.Args = p.argsOf(p.columnOf(start, parts))
	}
	p.callTail(c)
	c.Span = p.from(t.Start)
	return c
}

// structCall reads STRUCT(x AS a, y).
func (p *parser) structCall(t Token) Expr {
	p.i += 2
	s := &Struct{}
	p.structArgs(s)
	s.Span = p.from(t.Start)
	return s
}

func (p *parser) structArgs(s *Struct) {
	cases, brackets := p.inCase, p.inBracket
	p.inCase, p.inBracket = 0, 0
	for !p.at(TokRParen) && !p.at(TokEOF) {
		from := p.i
		a := p.arg("struct", 0)
		s.Fields = append(s.Fields, a)
		s.Keys = append(s.Keys, nil)
		if !p.accept(TokComma) && !p.at(TokHole) && !(p.afterHole(from)) || p.i == from {
			break
		}
	}
	p.inCase, p.inBracket = cases, brackets
	if o := p.closeParen("`,` or `)`"); o != nil {
		s.Fields = append(s.Fields, &Arg{Span: o.Span, X: o})
		s.Keys = append(s.Keys, nil)
	}
}

// typedCollection reads ARRAY[...], ARRAY<t>[...], STRUCT<a t>(...) and
// MAP {...}; nil if the word is a name.
func (p *parser) typedCollection(t Token) Expr {
	switch next := p.peek(1).Kind; {
	case next == TokLBracket && t.word == kwArray && p.d.lex&bracketIdent == 0:
		p.next()
		a := p.arrayLiteral(t.Start)
		return a
	case next == TokLBrace && t.word == kwMap:
		p.next()
		return p.structLiteral(t.Start, true)
	case (next == TokLess || next == TokNotEqual) && t.word != kwMap && p.adjacent(1):
		return p.typedConstructor(t)
	}
	return nil
}

func (p *parser) typedConstructor(t Token) Expr {
	typ := p.typeName()
	switch {
	case p.at(TokLBracket):
		x := p.arrayLiteral(t.Start)
		if a, ok := x.(*Array); ok {
			a.Type = typ
		}
		return x
	case p.at(TokLParen):
		p.next()
		s := &Struct{Type: typ}
		p.structArgs(s)
		s.Span = p.from(t.Start)
		return s
	}
	if typ.Dims > 0 { // ARRAY<t>[], without elements
		typ.Dims--
		typ.End = p.toks[p.i-3].End
		typ.Text = singleSpaced(p.text[typ.Start:typ.End])
		return &Array{Span: p.from(t.Start), Type: typ}
	}
	p.expected("`[` or `(`")
	return p.opaque(t.Start, false)
}

// lambdaArrow reports whether the arrow before the token n ahead makes a
// lambda, and does not read a JSON value.
func (p *parser) lambdaArrow(n int) bool {
	switch p.d {
	case &dialectPostgres, &dialectRedshift:
		return false
	case &dialectDuckDB, &dialectGeneric:
		switch p.peek(n).Kind {
		case TokString, TokNumber, TokBindVar:
			return false
		}
	}
	return true
}

// lambdaParens reports whether the parenthesis at the cursor holds the
// parameters of a lambda: (x, y) -> ..., (x int) -> ....
func (p *parser) lambdaParens() bool {
	k := p.i + 1
	for ; k < len(p.toks) && k < p.i+maxSpecial; k++ {
		switch p.toks[k].Kind {
		case TokWord, TokQuoted, TokComma:
			continue
		case TokRParen:
			return p.toks[k+1].Kind == TokArrow && p.lambdaArrow(k+2-p.i)
		}
		return false
	}
	return false
}

// lambda reads x -> e or (x, y) -> e.
func (p *parser) lambda(start int32) Expr {
	l := &Lambda{}
	if p.accept(TokLParen) {
		for !p.at(TokRParen) && !p.at(TokEOF) {
			if id := p.anyName("a name"); id != nil {
				l.Params = append(l.Params, id)
			}
			if p.at(TokWord) {
				p.next() // the parameter's type (Snowflake)
			}
			if !p.accept(TokComma) {
				break
			}
		}
		p.closeParen("`)`")
	} else {
		l.Params = p.one(p.ident())
		if p.at(TokWord) {
			p.next() // its type (Snowflake)
		}
	}
	p.next()
	l.Body = p.listExpr()
	l.Span = p.from(start)
	return l
}

// lambdaWord reads DuckDB's lambda x, y: e.
func (p *parser) lambdaWord() Expr {
	start := p.start()
	p.next()
	l := &Lambda{Params: p.nameItems()}
	p.need(TokColon, "`:`")
	l.Body = p.listExpr()
	l.Span = p.from(start)
	return l
}
