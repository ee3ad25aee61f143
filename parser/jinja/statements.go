package jinja

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// statement parses the tag whose first word is name, and its block. It
// returns nil for what was dropped.
func (p *parser) statement(name string, start int32) Node {
	word := source.Span{Start: p.tok.start, End: p.tok.end}
	if p.nested > maxNesting {
		p.fail(word, "blocks are nested more than %d deep", maxNesting)
		p.closeTag()
		return nil
	}
	if name == "" {
		p.unexpected("the name of a statement")
		p.closeTag()
		return nil
	}
	p.next()
	switch name {
	case "if":
		return p.ifBlock(start, word)
	case "for":
		return p.forBlock(start, word)
	case "set":
		return p.set(start, word)
	case "macro", "test", "data_test", "materialization":
		return p.macro(name, start, word)
	case "call":
		return p.callBlock(start, word)
	case "filter":
		return p.filterBlock(start, word)
	case "with":
		return p.with(start, word)
	case "do":
		x := p.tuple(tupleFull)
		return p.simple(start, func(s source.Span) Node { return &Do{s, x} })
	case "print":
		return p.print(start)
	case "break", "continue":
		if !p.inLoop() {
			p.report(word, "`%s` outside of a loop", name)
		}
		return p.simple(start, func(s source.Span) Node { return &Jump{s, name == "break"} })
	case "autoescape", "block", "snapshot", "docs":
		return p.group(name, start, word)
	case "include", "import", "from", "extends":
		return p.foreign(name, start)
	}
	if strings.HasPrefix(name, "end") || name == "else" || name == "elif" {
		p.fail(word, "`%s` without a block that it could belong to", name)
	} else {
		p.fail(word, "unknown statement `%s`", name)
	}
	p.closeTag()
	return nil
}

// inLoop reports whether a loop is open whose body the statement stands in; the
// body of a macro or call in it is another function.
func (p *parser) inLoop() bool {
	for _, ends := range slices.Backward(p.ends) {
		for _, end := range ends {
			switch end {
			case "endfor":
				return true
			case "endmacro", "endcall", "endtest", "enddata_test", "endmaterialization":
				return false
			}
		}
	}
	return false
}

// simple ends a statement without a block; one with an error is dropped.
func (p *parser) simple(start int32, make func(source.Span) Node) Node {
	end := p.closeTag()
	if p.failed {
		return nil
	}
	return make(source.Span{Start: start, End: end})
}

// head ends the opening tag of a block; Jinja allows a colon there.
func (p *parser) head(start int32) source.Span {
	if p.tok.kind == ':' {
		p.next()
	}
	return source.Span{Start: start, End: p.closeTag()}
}

// test parses the condition of an if or elif and ends the tag. A condition
// with an error is unknown, so that the block is kept.
func (p *parser) test(start int32) Expr {
	x := p.tuple(tupleNoCond)
	if head := p.head(start); p.failed {
		return &Bad{head}
	}
	return x
}

// print parses {% print a, b %}, which writes each of its expressions.
func (p *parser) print(start int32) Node {
	g := &Group{}
	for more := true; more; more = p.skip(',') {
		x := p.expr()
		g.Body = append(g.Body, &Output{x.Range(), x})
	}
	return p.simple(start, func(s source.Span) Node {
		g.Span = s
		return g
	})
}

func (p *parser) condition(c Condition) int32 {
	p.tmpl.conds = append(p.tmpl.conds, c)
	return int32(len(p.tmpl.conds) - 1)
}

func (p *parser) ifBlock(start int32, word source.Span) Node {
	n := &If{}
	tag := start
	for {
		test := p.test(tag)
		c := Clause{Test: test, cond: p.condition(Condition{Span: test.Range(), Test: test})}
		from := int32(p.pos)
		body, end := p.body("elif", "else", "endif")
		c.Body, c.Then = body, source.Span{Start: from, End: p.bodyEnd(from, end)}
		p.tmpl.conds[c.cond].Then = c.Then
		n.Clauses = append(n.Clauses, c)
		tag = int32(p.tagStart)
		if end == "elif" {
			p.next()
			continue
		}
		last := tag
		if end == "else" {
			p.next()
			p.head(tag)
			from := int32(p.pos)
			n.Else, end = p.body("endif")
			last = p.bodyEnd(from, end)
		}
		if end == "" {
			last = int32(p.pos)
		}
		n.Span = source.Span{Start: start, End: p.endBlock(word, end, "endif")}
		p.elseSpans(n, last)
		return n
	}
}

// elseSpans gives each condition of n the span of what follows when it fails:
// from the end of its own body to the end of the last one.
func (p *parser) elseSpans(n *If, last int32) {
	for _, c := range n.Clauses {
		if c.Then.End < last {
			p.tmpl.conds[c.cond].Else = source.Span{Start: c.Then.End, End: last}
		}
	}
}

func (p *parser) forBlock(start int32, word source.Span) Node {
	n := &For{}
	n.Target = p.target(false)
	if !p.skipWord("in") {
		p.unexpected("`in`")
	}
	for name := range names(n.Target) {
		if name == "loop" {
			p.note(AssertionError, n.Target.Range(), "cannot assign to `loop`, which is the loop itself in its body")
		}
	}
	n.Iter = p.tuple(tupleIter)
	if p.skipWord("if") {
		n.Filter = p.expr()
	}
	n.Recursive = p.skipWord("recursive")
	before := p.captures
	head := p.head(start)
	if p.failed {
		n.Target, n.Iter, n.Filter = &Name{source.At(head.Start), ""}, &Bad{head}, nil
	}
	n.cond = p.condition(Condition{Span: n.Iter.Range(), Test: n.Iter, Loop: true, loop: n})
	from := int32(p.pos)
	body, end := p.body("endfor", "else")
	n.Body, n.BodySpan = body, source.Span{Start: from, End: p.bodyEnd(from, end)}
	p.tmpl.conds[n.cond].Then = n.BodySpan
	if end == "else" {
		p.next()
		p.head(start)
		from := int32(p.pos)
		n.Else, end = p.body("endfor")
		p.tmpl.conds[n.cond].Else = source.Span{Start: from, End: p.bodyEnd(from, end)}
	}
	n.captures = p.captures > before
	n.Span = source.Span{Start: start, End: p.endBlock(word, end, "endfor")}
	return n
}

func (p *parser) set(start int32, word source.Span) Node {
	target := p.target(true)
	if p.tok.kind == '=' {
		p.next()
		x := p.tuple(tupleFull)
		end := p.closeTag()
		s := source.Span{Start: start, End: end}
		if p.failed {
			if _, ok := target.(*Bad); ok {
				return nil
			}
			x = &Bad{s} // the name exists, whatever it is
		}
		return &Assign{s, target, x}
	}
	n := &SetBlock{Target: target}
	if p.tok.kind == '|' {
		n.Filter = p.filters(nil, false)
	}
	p.head(start)
	failed := p.failed
	var end int32
	n.Body, _, end = p.block(word, "endset")
	n.Span = source.Span{Start: start, End: end}
	if _, ok := target.(*Bad); ok || failed {
		return nil
	}
	return n
}

func (p *parser) callBlock(start int32, word source.Span) Node {
	p.captures++
	def := &MacroDef{Kind: "call", Name: "caller", tmpl: p.tmpl, NameSpan: word}
	if p.tok.kind == '(' {
		p.params(def)
	}
	x := p.expr()
	call, ok := x.(*Call)
	if !ok {
		p.fail(x.Range(), "expected a call")
	} else if i := slices.IndexFunc(call.Keywords, func(k Keyword) bool { return k.Name == "caller" }); i >= 0 {
		p.note(SyntaxError, call.Keywords[i].Span, "`caller` is the body of the call block: it cannot be passed as well")
	}
	p.head(start)
	failed := p.failed
	p.macros = append(p.macros, def)
	var end int32
	def.Body, def.BodySpan, end = p.block(word, "endcall")
	p.macros = p.macros[:len(p.macros)-1]
	def.Span = source.Span{Start: start, End: end}
	if failed {
		return nil
	}
	def.Span = def.BodySpan
	if len(def.Params) > 0 {
		def.Span = def.BodySpan.Union(def.Params[0].Span)
	}
	return &CallBlock{source.Span{Start: start, End: end}, call, def}
}

func (p *parser) filterBlock(start int32, word source.Span) Node {
	f := p.filters(nil, true)
	p.head(start)
	failed := p.failed
	body, _, end := p.block(word, "endfilter")
	s := source.Span{Start: start, End: end}
	if failed || f == nil {
		return &Group{s, body}
	}
	return &FilterBlock{s, f, body}
}

func (p *parser) with(start int32, word source.Span) Node {
	n := &With{}
	for p.tok.kind != tEnd && p.tok.kind != ':' {
		if len(n.Targets) > 0 && !p.skip(',') {
			p.unexpected("`,`")
			break
		}
		t := p.target(false)
		if !p.skip('=') {
			p.unexpected("`=`")
			break
		}
		n.Targets, n.Values = append(n.Targets, t), append(n.Values, p.expr())
	}
	p.head(start)
	if p.failed {
		n.Targets, n.Values = nil, nil
	}
	var end int32
	n.Body, _, end = p.block(word, "endwith")
	n.Span = source.Span{Start: start, End: end}
	return n
}

// group parses a block of which only the body counts here.
func (p *parser) group(name string, start int32, word source.Span) Node {
	p.skipTag()
	body, _, end := p.block(word, "end"+name)
	return &Group{source.Span{Start: start, End: end}, body}
}

// foreign parses a statement of template inheritance; its arguments are not looked at.
func (p *parser) foreign(name string, start int32) Node {
	p.skipTag()
	return &Foreign{source.Span{Start: start, End: int32(p.lastTagEnd())}, name}
}

// skipTag moves behind the current tag, whatever it holds.
func (p *parser) skipTag() {
	for p.tok.kind != tEnd {
		if p.tok.kind == tWrong {
			p.unexpected("`%}`")
			break
		}
		p.next()
	}
	p.closeTag()
}

// lastTagEnd returns the offset behind the tag that was closed last.
func (p *parser) lastTagEnd() int {
	if p.failed {
		return p.pos
	}
	return int(p.tok.end)
}

// target parses what a set, for or with assigns to.
func (p *parser) target(namespace bool) Expr {
	start := p.tok.start
	first := p.oneTarget(namespace)
	if p.tok.kind != ',' {
		return first
	}
	items := []Expr{first}
	for p.skip(',') {
		if p.tok.kind != tName && p.tok.kind != '(' || p.isWord("in") {
			break
		}
		items = append(items, p.oneTarget(namespace))
	}
	return &TupleExpr{p.span(start), items}
}

func (p *parser) oneTarget(namespace bool) Expr {
	start := p.tok.start
	if p.tok.kind == '(' || p.tok.kind == '[' {
		if p.deeper() {
			defer p.shallower()
			closer := kind(')')
			if p.tok.kind == '[' {
				closer = ']'
			}
			p.next()
			t := p.target(namespace)
			if !p.skip(closer) {
				p.unexpected("`" + string(rune(closer)) + "`")
			}
			return t
		}
		return &Bad{p.span(start)}
	}
	if p.tok.kind != tName {
		p.unexpected("a name to assign to")
		return &Bad{p.span(start)}
	}
	name := p.text()
	if reserved(name) {
		p.fail(source.Span{Start: p.tok.start, End: p.tok.end}, "cannot assign to `%s`", name)
		return &Bad{p.span(start)}
	}
	p.next()
	if namespace && p.tok.kind == '.' {
		p.next()
		attr := p.text()
		if p.tok.kind != tName {
			p.unexpected("the name of an attribute")
			return &Bad{p.span(start)}
		}
		p.next()
		return &NamespaceRef{p.span(start), name, attr}
	}
	return &Name{p.span(start), name}
}

func reserved(name string) bool {
	switch name {
	case "true", "false", "none", "True", "False", "None":
		return true
	}
	return false
}
