package sql

import "strings"

// tableName reads database.schema.table.
func (p *parser) tableName() []*Ident {
	if p.d.gram&dashedTables != 0 && p.at(TokWord) && p.peek(1).Kind == TokMinus && p.adjacent(1) && p.adjacent(2) {
		return p.dashedName()
	}
	var out []*Ident
	if p.at(TokQuoted) && p.d.gram&dottedQuotes != 0 && p.text[p.start()] == '`' && strings.IndexByte(p.tokText(&p.toks[p.i]), '.') >= 0 {
		out = p.dottedName()
	} else {
		out = p.one(p.ident())
	}
	return p.nameParts(out)
}

// nameParts reads the further parts of a name, each after a dot. Two dots skip
// the schema.
func (p *parser) nameParts(out []*Ident) []*Ident {
	for p.at(TokDot) {
		n := 1
		if p.peek(1).Kind == TokDot && p.adjacent(1) {
			n = 2
		}
		switch t := p.peek(n); t.Kind {
		case TokWord, TokQuoted, TokHole, TokNumber, TokBindVar:
			p.i += n
			out = append(out, p.namePart())
		default:
			p.next()
			p.expected("a name after `.`")
			return out
		}
	}
	return out
}

// namePart reads one part of a table's name after a dot. BigQuery's parts may
// hold dashes and begin with digits.
func (p *parser) namePart() *Ident {
	id := p.ident()
	if p.d.gram&dashedTables == 0 || id.Quoted {
		return id
	}
	for p.adjacent(0) && (p.at(TokWord) && p.toks[p.i-1].Kind == TokNumber ||
		p.at(TokMinus) && p.adjacent(1) && (p.peek(1).Kind == TokWord || p.peek(1).Kind == TokNumber || p.peek(1).Kind == TokHole)) {
		if p.at(TokMinus) {
			p.next()
		}
		p.next()
		id.End = p.prevEnd()
		id.Name = p.text[id.Start:id.End]
		id.Hole = hasHole(id.Name)
	}
	return id
}

// dashedName reads BigQuery's unquoted my-project.dataset.table.
func (p *parser) dashedName() []*Ident {
	id := p.nodes.idents.new()
	id.Span = p.toks[p.i].Span
	p.next()
	for p.at(TokMinus) && p.adjacent(0) && p.adjacent(1) && (p.peek(1).Kind == TokWord || p.peek(1).Kind == TokNumber || p.peek(1).Kind == TokHole) {
		p.next()
		p.next()
		for p.adjacent(0) && p.at(TokWord) { // 1a after a dash
			p.next()
		}
	}
	id.End = p.prevEnd()
	id.Name = p.text[id.Start:id.End]
	id.Hole = hasHole(id.Name)
	return p.nameParts(p.one(id))
}

// dottedName reads BigQuery's `project.dataset.table` in one pair of quotes.
func (p *parser) dottedName() []*Ident {
	tok := p.toks[p.i]
	p.next()
	var out []*Ident
	at := tok.Start + 1
	for part := range strings.SplitSeq(p.text[tok.Start+1:tok.End-1], ".") {
		id := p.nodes.idents.new()
		id.Span = Span{Start: at, End: at + int32(len(part))}
		id.Name, id.Quoted, id.Hole = part, true, hasHole(part)
		out = append(out, id)
		at = id.End + 1
	}
	return out
}
