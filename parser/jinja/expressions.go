package jinja

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// tupleMode says what may stand where a tuple is allowed.
type tupleMode uint8

const (
	tupleFull   tupleMode = iota
	tupleNoCond           // elements without inline if: the test of an if
	tupleIter             // the same, and "recursive" ends it: what a for iterates over
)

func (p *parser) skip(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.next()
	return true
}

func (p *parser) isWord(word string) bool { return p.tok.kind == tName && p.text() == word }

func (p *parser) skipWord(word string) bool {
	if !p.isWord(word) {
		return false
	}
	p.next()
	return true
}

// deeper enters a bracket; it reports an error and false if that is too deep.
func (p *parser) deeper() bool {
	if p.nested >= maxNesting {
		p.fail(source.Span{Start: p.tok.start, End: p.tok.end}, "nested more than %d deep", maxNesting)
		return false
	}
	p.nested++
	return true
}

func (p *parser) shallower() { p.nested-- }

// link counts an operator of a chain; it reports an error if there are too many.
func (p *parser) link() {
	if p.chain++; p.chain > maxChain {
		p.fail(source.Span{Start: p.tok.start, End: p.tok.end}, "more than %d operators in one tag", maxChain)
	}
}

// tuple parses an expression, or several with commas between them.
func (p *parser) tuple(mode tupleMode) Expr {
	start := p.tok.start
	element := p.expr
	if mode != tupleFull {
		element = p.or
	}
	first := element()
	if p.tok.kind != ',' {
		return first
	}
	items := []Expr{first}
	for p.skip(',') {
		if k := p.tok.kind; k == tEnd || k == ')' || k == ':' || mode == tupleIter && p.isWord("recursive") {
			break
		}
		items = append(items, element())
	}
	return &TupleExpr{p.span(start), items}
}

// expr parses a whole expression, inline if included.
func (p *parser) expr() Expr {
	if !p.deeper() {
		return &Bad{p.span(p.tok.start)}
	}
	defer p.shallower()
	start := p.tok.start
	x := p.or()
	for p.skipWord("if") {
		p.link()
		n := &CondExpr{A: x, Test: p.or()}
		cond := Condition{Span: n.Test.Range(), Test: n.Test, Then: n.A.Range()}
		n.cond = p.condition(cond)
		if p.skipWord("else") {
			n.B = p.expr()
			p.tmpl.conds[n.cond].Else = n.B.Range()
		}
		n.Span = p.span(start)
		x = n
	}
	return x
}

func (p *parser) or() Expr {
	start := p.tok.start
	x := p.and()
	for p.skipWord("or") {
		p.link()
		r := p.and()
		x = &Logic{p.span(start), false, x, r}
	}
	return x
}

func (p *parser) and() Expr {
	start := p.tok.start
	x := p.not()
	for p.skipWord("and") {
		p.link()
		r := p.not()
		x = &Logic{p.span(start), true, x, r}
	}
	return x
}

func (p *parser) not() Expr {
	start := p.tok.start
	if !p.isWord("not") {
		return p.compare()
	}
	if !p.deeper() {
		return &Bad{p.span(start)}
	}
	defer p.shallower()
	p.next()
	x := p.not()
	return &Not{p.span(start), x}
}

func (p *parser) compare() Expr {
	start := p.tok.start
	x := p.sum()
	var rest []Operand
	for {
		op, ok := p.comparison()
		if !ok {
			break
		}
		p.link()
		rest = append(rest, Operand{op, p.sum()})
	}
	if rest == nil {
		return x
	}
	return &Compare{p.span(start), x, rest}
}

// comparison consumes a comparison operator.
func (p *parser) comparison() (Op, bool) {
	op := In
	switch p.tok.kind {
	case tEq:
		op = Eq
	case tNe:
		op = Ne
	case '<':
		op = Lt
	case tLe:
		op = Le
	case '>':
		op = Gt
	case tGe:
		op = Ge
	case tName:
		switch p.text() {
		case "in":
		case "not":
			if !p.followedByIn() {
				return 0, false
			}
			op = NotIn
			p.next()
		default:
			return 0, false
		}
	default:
		return 0, false
	}
	p.next()
	return op, true
}

// followedByIn reports whether the word behind the current token is "in".
func (p *parser) followedByIn() bool {
	at := skipSpace(p.src, p.pos, p.limit)
	return p.nameEnd(at)-at == 2 && strings.HasPrefix(p.src[at:], "in")
}

func (p *parser) sum() Expr {
	start := p.tok.start
	x := p.concat()
	for p.tok.kind == '+' || p.tok.kind == '-' {
		p.link()
		op := Add
		if p.tok.kind == '-' {
			op = Sub
		}
		p.next()
		r := p.concat()
		x = &Binary{p.span(start), op, x, r}
	}
	return x
}

func (p *parser) concat() Expr {
	start := p.tok.start
	x := p.product()
	if p.tok.kind != '~' {
		return x
	}
	parts := []Expr{x}
	for p.skip('~') {
		parts = append(parts, p.product())
	}
	return &Concat{p.span(start), parts}
}

func (p *parser) product() Expr {
	start := p.tok.start
	x := p.power()
	for {
		op := Mul
		switch p.tok.kind {
		case '*':
		case '/':
			op = Div
		case tFloor:
			op = FloorDiv
		case '%':
			op = Mod
		default:
			return x
		}
		p.link()
		p.next()
		r := p.power()
		x = &Binary{p.span(start), op, x, r}
	}
}

// power parses **, which groups to the left here, unlike in Python.
func (p *parser) power() Expr {
	start := p.tok.start
	x := p.unary(true)
	for p.skip(tPow) {
		p.link()
		r := p.unary(true)
		x = &Binary{p.span(start), Pow, x, r}
	}
	return x
}

// unary parses signs, an operand, and what follows it; the operand of a sign
// takes no filters or tests of its own, so that -1|abs is (-1)|abs.
func (p *parser) unary(filters bool) Expr {
	start := p.tok.start
	var x Expr
	if p.tok.kind == '-' || p.tok.kind == '+' {
		if !p.deeper() {
			return &Bad{p.span(start)}
		}
		op := byte(p.tok.kind)
		p.next()
		operand := p.unary(false)
		p.shallower()
		x = &Unary{p.span(start), op, operand}
	} else {
		x = p.primary()
	}
	x = p.postfix(x)
	if filters {
		x = p.filterOrTest(x)
	}
	return x
}

func (p *parser) primary() Expr {
	start := p.tok.start
	switch p.tok.kind {
	case tName:
		return p.name()
	case tString:
		return p.strings()
	case tInt:
		val := integer(p.text())
		p.next()
		return p.slabs.literal.add(Literal{p.span(start), val})
	case tFloat:
		f, _ := strconv.ParseFloat(strings.ReplaceAll(p.text(), "_", ""), 64)
		p.next()
		return p.slabs.literal.add(Literal{p.span(start), f})
	case '(', '[', '{':
		if !p.deeper() {
			break
		}
		defer p.shallower()
		switch p.tok.kind {
		case '(':
			return p.parenthesis()
		case '[':
			return p.list()
		}
		return p.dict()
	}
	p.unexpected("an expression")
	return &Bad{p.span(start)}
}

func (p *parser) name() Expr {
	start, name := p.tok.start, p.text()
	switch name {
	case "true", "True":
		p.next()
		return p.slabs.literal.add(Literal{p.span(start), true})
	case "false", "False":
		p.next()
		return p.slabs.literal.add(Literal{p.span(start), false})
	case "none", "None":
		p.next()
		return p.slabs.literal.add(Literal{p.span(start), nil})
	case "caller", "varargs", "kwargs":
		p.mention(name)
	}
	p.next()
	return p.slabs.name.add(Name{p.span(start), name})
}

// integer returns the value of an integer literal in any base.
func integer(text string) Value {
	text = strings.ReplaceAll(text, "_", "")
	base := 10
	if len(text) > 1 && text[0] == '0' && text[1] > '9' {
		base = 0
	}
	if n, err := strconv.ParseInt(text, base, 64); err == nil {
		return n
	}
	n, ok := new(big.Int).SetString(text[:min(len(text), 2000)], base)
	if !ok {
		return int64(0)
	}
	return n
}

// parenthesis parses (x), (x, y) or ().
func (p *parser) parenthesis() Expr {
	start := p.tok.start
	p.next()
	if p.skip(')') {
		return &TupleExpr{p.span(start), nil}
	}
	x := p.tuple(tupleFull)
	if !p.skip(')') {
		p.unexpected("`,` or `)`")
	}
	if t, ok := x.(*TupleExpr); ok && t.Start > start && p.src[t.Start] != '(' {
		t.Span = p.span(start)
	}
	return x
}

func (p *parser) list() Expr {
	start := p.tok.start
	p.next()
	n := &ListExpr{}
	for p.tok.kind != ']' && p.tok.kind != tEnd {
		if len(n.Items) > 0 {
			if !p.skip(',') {
				break
			}
			if p.tok.kind == ']' {
				break
			}
		}
		n.Items = append(n.Items, p.expr())
	}
	if !p.skip(']') {
		p.unexpected("`,` or `]`")
	}
	n.Span = p.span(start)
	return n
}

func (p *parser) dict() Expr {
	start := p.tok.start
	p.next()
	n := &DictExpr{}
	for p.tok.kind != '}' && p.tok.kind != tEnd {
		if len(n.Keys) > 0 {
			if !p.skip(',') {
				break
			}
			if p.tok.kind == '}' {
				break
			}
		}
		k := p.expr()
		if !p.skip(':') {
			p.unexpected("`:`")
			break
		}
		n.Keys, n.Values = append(n.Keys, k), append(n.Values, p.expr())
	}
	if !p.skip('}') {
		p.unexpected("`,` or `}`")
	}
	n.Span = p.span(start)
	return n
}
