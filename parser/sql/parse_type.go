package sql

import "strings"

// typeName reads a type with its arguments and suffixes.
func (p *parser) typeName() *Type {
	start := p.start()
	t := &Type{}
	if !p.enter() {
		p.leave()
		p.tooDeep()
		t.Span = p.from(start)
		return t
	}
	defer p.leave()
	switch {
	case p.at(TokHole):
		t.Hole = true
		for p.accept(TokHole) {
		}
	case p.at(TokString): // ClickHouse: cast(x, 'Type')
		p.next()
	case p.at(TokWord) && (!reserved[p.toks[p.i].word] || p.atWord(kwLike)), p.at(TokQuoted):
		p.typeWords()
		t.Name = lowerWords(p.text[start:p.prevEnd()])
		t.Hole = hasHole(t.Name)
	default:
		p.expected("a type")
		t.Span = Span{Start: p.prevEnd(), End: p.prevEnd()}
		return t
	}
	p.typeArgs(t)
	p.typeSuffix(t)
	t.Span = p.from(start)
	t.Text = singleSpaced(p.text[start:t.End])
	return t
}

// lowerWords is s in lower case with single spaces.
func lowerWords(s string) string { return strings.ToLower(singleSpaced(s)) }

// singleSpaced is s with single spaces between words.
func singleSpaced(s string) string {
	if !strings.ContainsAny(s, "\n\t\r ") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// typeWords reads the words of a type's name.
func (p *parser) typeWords() {
	w := p.toks[p.i].word
	p.next()
	for p.at(TokDot) && (p.nameAhead(1) || p.peek(1).Kind == TokHole) {
		p.next()
		p.next()
	}
	switch w {
	case kwDouble:
		p.acceptWord(kwPrecision)
	case kwCharacter, kwChar, kwNchar, kwBit, kwNational:
		_ = p.acceptWord(kwCharacter) || p.acceptWord(kwChar)
		p.acceptWord(kwVarying)
	case kwLong, kwUnsigned, kwSigned:
		if p.at(TokWord) && p.peek(1).Kind == TokRParen {
			p.next()
		}
	case kwInterval:
		if p.at(TokWord) && unitWords[p.unitText(0)] {
			p.next()
			if p.acceptWord(kwTo) {
				p.next()
			}
		}
	case kwTimestamp, kwTime:
		p.timeZone()
	}
}

// timeZone reads WITH [LOCAL] TIME ZONE, WITHOUT TIME ZONE.
func (p *parser) timeZone() bool {
	return p.acceptWords(kwWith, kwTime, kwZone) || p.acceptWords(kwWithout, kwTime, kwZone) ||
		p.acceptWords(kwWith, kwLocal, kwTime, kwZone)
}

// nestedTypes are the types whose arguments stand in angle brackets; after
// others, < compares.
var nestedTypes = wordSet(`array struct map list row table range`)

// typeArgs reads (10, 2), (a int, b text) or <k, v>.
func (p *parser) typeArgs(t *Type) {
	switch {
	case p.at(TokLParen):
		p.next()
		p.typeElems(t, TokRParen)
		p.closeParen("`,` or `)`")
	case p.at(TokLess) && nestedTypes[t.Name]:
		p.next()
		p.typeElems(t, TokGreater)
		p.close(TokGreater, "`,` or `>`")
	case p.at(TokNotEqual) && nestedTypes[t.Name]: // struct<>
		p.next()
	}
}

func (p *parser) typeElems(t *Type, end Kind) {
	for !p.at(end) && !p.at(TokEOF) {
		from := p.i
		switch {
		case p.at(TokNumber), p.at(TokMinus):
			t.Args = append(t.Args, p.unary())
			_ = p.word("byte") || p.acceptWord(kwChar) // Oracle's varchar2(30 byte)
		case p.at(TokString):
			t.Args = append(t.Args, p.primary())
			if p.accept(TokEqual) { // Enum8('a' = 1)
				t.Args = append(t.Args, p.unary())
			}
		case p.at(TokHole) && (p.peek(1).Kind == end || p.peek(1).Kind == TokComma):
			t.Args = append(t.Args, p.hole())
			t.Hole = true
		case p.atWord(kwMax) && p.peek(1).Kind == end:
			p.next()
		case p.at(TokWord) && p.peek(1).Kind == TokEqual: // ClickHouse: JSON(max_dynamic_paths = 2)
			p.i += 2
			t.Args = append(t.Args, p.unary())
		case p.at(TokWord) && p.unitText(0) == "skip" && p.peek(1).Kind != TokRParen && p.peek(1).Kind != TokComma:
			for p.next(); !p.at(TokComma) && !p.stopped(stopNothing); {
				p.skipOne()
			}
		default:
			p.fieldType(t)
		}
		if !p.accept(TokComma) || p.i == from {
			return
		}
		if p.at(end) {
			p.expected("a type")
		}
	}
}

// fieldType reads a nested type, perhaps after the name of its field.
func (p *parser) fieldType(t *Type) {
	next := p.peek(1)
	if p.at(TokQuoted) || p.at(TokWord) || p.at(TokHole) {
		switch {
		case next.Kind == TokColon:
			p.next()
			p.next()
		case (next.Kind == TokWord || next.Kind == TokQuoted || next.Kind == TokHole) && !p.typeContinues():
			p.next()
		}
	}
	e := p.typeName()
	t.Elem = append(t.Elem, e)
	t.Hole = t.Hole || e.Hole
	for { // NOT NULL, COMMENT 'x', OPTIONS (...), DEFAULT 1
		switch {
		case p.acceptWords(kwNot, kwNull):
		case p.atWord(kwComment), p.atWord(kwOptions), p.atWord(kwCollate):
			p.next()
			p.skipOne()
		default:
			return
		}
	}
}

// typeContinues reports whether the word after the one at the cursor belongs
// to the same type: double precision, timestamp with time zone.
func (p *parser) typeContinues() bool {
	switch p.peek(1).word {
	case kwPrecision, kwVarying, kwUnsigned, kwSigned:
		return true
	case kwWith, kwWithout:
		return true
	case kwNot:
		return p.peekWord(2, kwNull)
	case kwArray:
		return p.peek(2).Kind != TokLess && p.peek(2).Kind != TokLParen
	}
	return false
}

// typeSuffix reads what follows a type's arguments: [], array, with time zone.
func (p *parser) typeSuffix(t *Type) {
	for {
		switch {
		case p.at(TokLBracket) && p.peek(1).Kind == TokRBracket:
			p.i += 2
			t.Dims++
		case p.at(TokLBracket) && p.peek(1).Kind == TokNumber && p.peek(2).Kind == TokRBracket && p.d.gram&caretIsPower != 0:
			p.i += 3
			t.Dims++
		case p.atWord(kwArray) && p.d.gram&caretIsPower != 0 && p.peek(1).Kind != TokLBracket:
			p.next()
			t.Dims++
		case p.atWord(kwUnsigned), p.atWord(kwSigned):
			p.next()
		case p.acceptWords(kwCharacter, kwSet):
			p.next()
		case (p.atWord(kwWith) || p.atWord(kwWithout)) && p.timeZone():
		default:
			return
		}
	}
}
