package jinja

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/source"
)

// postfix parses attributes, items and calls behind x.
func (p *parser) postfix(x Expr) Expr {
	for {
		switch p.tok.kind {
		case '.':
			x = p.attr(x)
		case '[':
			x = p.subscript(x)
		case '(':
			x = p.call(x)
		default:
			return x
		}
		p.link()
	}
}

// filterOrTest parses filters, tests and calls of their results.
func (p *parser) filterOrTest(x Expr) Expr {
	for {
		switch {
		case p.tok.kind == '|':
			x = p.filters(x, false)
		case p.isWord("is"):
			x = p.testOf(x)
		case p.tok.kind == '(':
			x = p.call(x)
		default:
			return x
		}
		p.link()
	}
}

func (p *parser) attr(x Expr) Expr {
	start := x.Range().Start
	p.next()
	at, word := p.tok.start, p.text()
	switch p.tok.kind {
	case tName:
		p.next()
		return p.slabs.attr.add(Attr{p.span(start), x, word})
	case tInt:
		p.next()
		return &Item{p.span(start), x, &Literal{p.span(at), integer(word)}}
	}
	p.unexpected("the name of an attribute or a number")
	return &Bad{p.span(start)}
}

func (p *parser) subscript(x Expr) Expr {
	start := x.Range().Start
	if !p.deeper() {
		return &Bad{p.span(start)}
	}
	defer p.shallower()
	p.next()
	from := p.tok.start
	key := p.subscribed()
	if p.tok.kind == ',' {
		items := []Expr{key}
		for p.skip(',') {
			items = append(items, p.subscribed())
		}
		key = &TupleExpr{p.span(from), items}
	}
	if !p.skip(']') {
		p.unexpected("`]`")
	}
	return &Item{p.span(start), x, key}
}

// subscribed parses what stands in brackets: an expression or a slice.
func (p *parser) subscribed() Expr {
	start := p.tok.start
	var parts [3]Expr
	n := 0
	for {
		if k := p.tok.kind; k != ':' && k != ']' && k != ',' {
			parts[n] = p.expr()
		}
		if p.tok.kind != ':' || n == 2 {
			break
		}
		p.next()
		n++
	}
	if n == 0 {
		if parts[0] == nil {
			p.unexpected("an expression")
			return &Bad{p.span(start)}
		}
		return parts[0]
	}
	return &SliceExpr{p.span(start), parts[0], parts[1], parts[2]}
}

func (p *parser) call(fn Expr) *Call {
	c := p.slabs.call.add(Call{Fn: fn})
	start := fn.Range().Start
	if !p.deeper() {
		c.Span = p.span(start)
		return c
	}
	p.args(c)
	p.shallower()
	c.Span = p.span(start)
	return c
}

// args parses arguments in parentheses into c.
func (p *parser) args(c *Call) {
	p.next()
	for first := true; p.tok.kind != ')' && p.tok.kind != tEnd; first = false {
		if !first {
			if !p.skip(',') {
				break
			}
			if p.tok.kind == ')' {
				break
			}
		}
		p.arg(c)
	}
	if !p.skip(')') {
		p.unexpected("`,` or `)`")
	}
}

func (p *parser) arg(c *Call) {
	start := p.tok.start
	at := source.Span{Start: start, End: p.tok.end}
	switch {
	case p.tok.kind == '*':
		if c.Star != nil || c.StarStar != nil {
			p.fail(at, "expected one `*` argument before `**`")
			return
		}
		p.next()
		c.Star = p.expr()
	case p.tok.kind == tPow:
		if c.StarStar != nil {
			p.fail(at, "expected one `**` argument")
			return
		}
		p.next()
		c.StarStar = p.expr()
	case p.tok.kind == tName && p.assignFollows():
		name := p.text()
		p.next()
		p.next()
		x := p.expr()
		if slices.ContainsFunc(c.Keywords, func(k Keyword) bool { return k.Name == name }) {
			p.note(SyntaxError, at, "keyword argument `%s` is repeated", name)
		}
		if c.StarStar != nil {
			p.fail(at, "keyword argument `%s` follows a `**` argument", name)
			return
		}
		c.Keywords = append(c.Keywords, Keyword{p.span(start), name, x})
	default:
		x := p.expr()
		if c.Star != nil || c.StarStar != nil || len(c.Keywords) > 0 {
			p.fail(x.Range(), "positional argument follows a keyword argument")
			return
		}
		c.Args = append(c.Args, x)
	}
}

// assignFollows reports whether a single "=" follows the current token.
func (p *parser) assignFollows() bool {
	at := skipSpace(p.src, p.pos, p.limit)
	rest := p.src[at:p.limit]
	return len(rest) > 0 && rest[0] == '=' && (len(rest) == 1 || rest[1] != '=')
}

// filters parses filters applied to x, which is nil for those of a block; with
// inline the first is not preceded by a bar. It returns the outermost one.
func (p *parser) filters(x Expr, inline bool) *Filter {
	var f *Filter
	start := p.tok.start
	if x != nil {
		start = x.Range().Start
	}
	for inline || p.tok.kind == '|' {
		if !inline {
			p.next()
		}
		inline = false
		name := p.dottedName("the name of a filter")
		n := &Filter{X: x, Name: name}
		if p.tok.kind == '(' {
			n.Args = p.argsOnly()
		}
		n.Span = p.span(start)
		f, x = n, n
		p.link()
	}
	return f
}

// argsOnly parses arguments that belong to a filter or test.
func (p *parser) argsOnly() *Call {
	c := &Call{}
	start := p.tok.start
	if p.deeper() {
		p.args(c)
		p.shallower()
	}
	c.Span = p.span(start)
	return c
}

func (p *parser) dottedName(expected string) string {
	name := p.text()
	if p.tok.kind != tName {
		p.unexpected(expected)
		return ""
	}
	p.next()
	for p.tok.kind == '.' {
		p.next()
		if p.tok.kind != tName {
			p.unexpected(expected)
			return name
		}
		name += "." + p.text()
		p.next()
	}
	return name
}

// testOf parses x is [not] name, with arguments in parentheses or one
// argument without.
func (p *parser) testOf(x Expr) Expr {
	start := x.Range().Start
	p.next()
	n := &Test{X: x, Not: p.skipWord("not")}
	n.Name = p.dottedName("the name of a test")
	switch k := p.tok.kind; {
	case k == '(':
		n.Args = p.argsOnly()
	case k == tString || k == tInt || k == tFloat || k == '[' || k == '{' || k == tName && !p.endsTest():
		if p.isWord("is") {
			p.unexpected("`and`, since tests cannot be chained")
			break
		}
		arg := p.postfix(p.primary())
		n.Args = &Call{Span: arg.Range(), Args: []Expr{arg}}
	}
	n.Span = p.span(start)
	return n
}

// endsTest reports whether the current word cannot be the argument of a test.
func (p *parser) endsTest() bool {
	switch p.text() {
	case "else", "or", "and":
		return true
	}
	return false
}
