package jinja

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// macro parses a macro, or a test or materialization block, which dbt turns
// into a macro: test x becomes test_x, materialization x for an adapter
// becomes materialization_x_<adapter>.
func (p *parser) macro(kind string, start int32, word source.Span) Node {
	p.captures++
	def := &MacroDef{Kind: kind, tmpl: p.tmpl, NameSpan: source.Span{Start: p.tok.start, End: p.tok.end}}
	if p.tok.kind == tName {
		def.Name = p.text()
		p.next()
	} else {
		p.unexpected("the name of the " + kind)
	}
	switch kind {
	case "macro":
		p.params(def)
	case "test", "data_test":
		def.Name = "test_" + def.Name
		p.params(def)
	case "materialization":
		def.Name = "materialization_" + def.Name + "_" + p.materializationAdapter()
	}
	p.head(start)
	broken := p.failed
	p.tmpl.Macros = append(p.tmpl.Macros, def)
	p.macros = append(p.macros, def)
	var end int32
	def.Body, def.BodySpan, end = p.block(word, "end"+kind)
	p.macros = p.macros[:len(p.macros)-1]
	def.Span = source.Span{Start: start, End: end}
	if i := def.index("caller"); i >= 0 && def.caller && def.Params[i].Default == nil {
		p.note(AssertionError, def.Params[i].Span, "a parameter `caller` of a macro that uses `caller` needs a default")
	}
	if broken {
		def.Params = nil
		def.varargs, def.takeKwargs = true, true // callers are not to blame
		def.Body = []Node{&Output{def.Span, &Bad{def.Span}}}
	}
	return def
}

// materializationAdapter parses what follows the name of a materialization:
// ", default", or adapter='postgres', and the languages it supports.
func (p *parser) materializationAdapter() string {
	adapter := "default"
	for p.skip(',') {
		name := p.text()
		if p.tok.kind != tName {
			p.unexpected("`default`, `adapter` or `supported_languages`")
			break
		}
		p.next()
		if !p.skip('=') {
			if name != "default" {
				p.unexpected("`=`")
			}
			continue
		}
		value := p.expr()
		if text, ok := LiteralText(value); ok && name == "adapter" {
			adapter = text
		}
	}
	return adapter
}

// params parses the parameters of def in their parentheses.
func (p *parser) params(def *MacroDef) {
	if !p.skip('(') {
		p.unexpected("`(`")
		return
	}
	optional := false
	for p.tok.kind != ')' {
		if len(def.Params) > 0 {
			if !p.skip(',') {
				p.unexpected("`,` or `)`")
				return
			}
			if p.tok.kind == ')' {
				break
			}
		}
		q := Param{Span: source.Span{Start: p.tok.start, End: p.tok.end}, Name: p.text()}
		if p.tok.kind != tName || reserved(q.Name) {
			p.unexpected("the name of a parameter")
			return
		}
		p.next()
		if p.skip(':') {
			q.Type = p.annotation()
		}
		switch {
		case p.skip('='):
			optional = true
			q.Default = p.expr()
		case optional:
			p.fail(q.Span, "parameter `%s` without a default follows one with a default", q.Name)
			return
		}
		q.Span = p.span(q.Span.Start)
		if def.index(q.Name) >= 0 {
			p.report(q.Span, "there are two parameters `%s`", q.Name)
		}
		def.Params = append(def.Params, q)
	}
	p.skip(')')
}

// annotation parses the type of a parameter: string, list[string],
// optional[dict[string, any]].
func (p *parser) annotation() string {
	start, depth := p.tok.start, 0
	for {
		switch p.tok.kind {
		case '[':
			depth++
		case ']':
			depth--
		case tName, tString, '.', '|':
		case ',':
			if depth == 0 {
				return p.annotated(start)
			}
		default:
			return p.annotated(start)
		}
		p.next()
	}
}

func (p *parser) annotated(start int32) string {
	if p.prev <= start {
		p.unexpected("a type")
		return ""
	}
	return strings.TrimSpace(p.src[start:p.prev])
}

// mention notes that the body of every open macro names one of the special
// variables, which decides what arguments those macros accept.
func (p *parser) mention(name string) {
	for _, m := range p.macros {
		switch name {
		case "caller":
			m.caller = true
		case "varargs":
			m.varargs = true
		case "kwargs":
			m.takeKwargs = true
		}
	}
}
