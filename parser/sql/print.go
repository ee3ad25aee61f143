package sql

import "strings"

// Print returns normalised text of an expression, a query, a relation or any
// other node: keywords in lower case, names folded as d compares them, single
// spaces, no parentheses that change nothing, no comments. Two nodes with equal
// text mean the same in the same scope. What was read tolerantly is printed so
// that it can be told apart, but need not be SQL that runs. A nil n is "".
func Print(n Node, d *Dialect) string {
	if n == nil {
		return ""
	}
	p := printer{d: d}
	p.node(n)
	return p.b.String()
}

type printer struct {
	d *Dialect
	b strings.Builder
}

// put writes words, joined by single spaces, after a space where one is needed.
func (p *printer) put(words ...string) {
	for _, w := range words {
		if w == "" {
			continue
		}
		p.space()
		p.b.WriteString(w)
	}
}

// space writes a space unless the text begins here or a bracket is open.
func (p *printer) space() {
	s := p.b.String()
	if s == "" {
		return
	}
	switch s[len(s)-1] {
	case ' ', '(', '[', '{', '.':
		return
	}
	p.b.WriteByte(' ')
}

func (p *printer) raw(s string) { p.b.WriteString(s) }

// list writes elements between commas.
func list[T any](p *printer, xs []T, write func(T)) {
	for i, x := range xs {
		if i > 0 {
			p.raw(", ")
		}
		write(x)
	}
}

func (p *printer) exprs(xs []Expr) { list(p, xs, func(x Expr) { p.expr(x, precNone) }) }

func (p *printer) parens(inside func()) {
	p.raw("(")
	inside()
	p.raw(")")
}

// ident writes a name as its comparison key, in the plainest spelling that has
// this key.
func (p *printer) ident(id *Ident) {
	if id == nil {
		return
	}
	if id.Hole {
		p.raw(id.Name)
		return
	}
	key := p.d.Fold(id)
	plain := key
	if p.d.folding == foldUpper {
		plain = strings.ToLower(key)
	}
	if plainName(plain, p.d) && p.d.FoldName(plain, false) == key {
		p.raw(plain)
		return
	}
	p.raw(p.d.Quote(key))
}

// plainName reports whether a name needs no quotes.
func plainName(s string, d *Dialect) bool {
	if s == "" || classes[s[0]]&clStart == 0 {
		return s != "" && (s[0] == '$' || s[0] == '@')
	}
	h := uint32(0)
	for i := range len(s) {
		if classes[s[i]]&clPart == 0 {
			return false
		}
		h = h*31 + uint32(s[i]|0x20)
	}
	k := lookupKeyword(s, h)
	return !reserved[k] && !notAlias[k] && !d.isNiladic(k)
}

func (p *printer) name(ids []*Ident) {
	for i, id := range ids {
		if i > 0 {
			p.raw(".")
		}
		p.ident(id)
	}
}

func (p *printer) names(ids []*Ident) { list(p, ids, p.ident) }

// node writes any node.
func (p *printer) node(n Node) {
	switch x := n.(type) {
	case *Query:
		p.query(x)
	case Expr:
		p.expr(x, precNone)
	case TableExpr:
		p.table(x)
	case Body:
		p.body(x)
	case *Statement:
		if x.Query != nil {
			p.query(x.Query)
		} else if x.Opaque != nil {
			p.opaque(x.Opaque)
		}
	case *Ident:
		p.ident(x)
	case *With:
		p.with(x)
	case *CTE:
		p.cte(x)
	case *Made:
		p.made(x)
	case *Item:
		p.item(x)
	case *GroupBy:
		p.groupBy(x)
	case *NamedWindow:
		p.namedWindow(x)
	case *OrderItem:
		p.orderItem(x)
	case *Alias:
		p.alias(x)
	case *Sample:
		p.opaque(x.Body)
	case *When:
		p.when(x)
	case *Type:
		p.typeName(x)
	case *Arg:
		p.arg(x)
	case *Window:
		p.window(x)
	case *Frame:
		p.frame(x)
	}
}

func (p *printer) opaque(o *Opaque) { p.raw(singleSpaced(o.Text)) }

func (p *printer) opaques(os []*Opaque) {
	for _, o := range os {
		p.space()
		p.opaque(o)
	}
}

func (p *printer) holes(hs []*Hole) {
	for _, h := range hs {
		p.put(singleSpaced(h.Text))
	}
}

func (p *printer) typeName(t *Type) { p.raw(lowerWords(t.Text)) }

// opText and opPrec are how a binary operator is written and binds.
var opText = [...]string{
	OpOr: "or", OpAnd: "and", OpNot: "not", OpEq: "=", OpNe: "<>", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=",
	OpDistinct: "is distinct from", OpNotDistinct: "is not distinct from", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/",
	OpIntDiv: "//", OpMod: "%", OpPow: "^", OpConcat: "||", OpBitAnd: "&", OpBitOr: "|", OpBitXor: "^", OpBitNot: "~",
	OpShl: "<<", OpShr: ">>", OpArrow: "->", OpArrow2: "->>", OpMatch: "~", OpOverlaps: "overlaps", OpOther: "?",
}

func opPrec(op Op) int {
	switch op {
	case OpOr:
		return precOr
	case OpAnd:
		return precAnd
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpDistinct, OpNotDistinct, OpOverlaps:
		return precCompare
	case OpAdd, OpSub:
		return precAdd
	case OpMul, OpDiv, OpIntDiv, OpMod:
		return precMul
	case OpPow, OpBitXor:
		return precPow
	}
	return precOther
}

// precOf is how tightly the outermost construct of x binds.
func precOf(x Expr) int {
	switch y := x.(type) {
	case *Binary:
		return opPrec(y.Op)
	case *Is, *Between, *In, *LikeExpr, *Quantified:
		return precCompare
	case *Unary:
		if y.Op == OpNot {
			return precNot
		}
		return precUnary
	case *Lambda:
		return precOr
	case *AtTimeZone, *Collate:
		return precZone
	}
	return precZone + 1
}

// expr writes x, in parentheses if it binds less tightly than min.
func (p *printer) expr(x Expr, min int) {
	x = Unparen(x)
	if x == nil {
		return
	}
	if precOf(x) < min {
		p.parens(func() { p.bare(x) })
		return
	}
	p.bare(x)
}

// binary writes a chain of operators without recursion to the left.
func (p *printer) binary(b *Binary) {
	var chain []*Binary
	var first Expr = b
	for {
		y, ok := first.(*Binary)
		if !ok || len(chain) > 0 && opPrec(y.Op) < opPrec(chain[len(chain)-1].Op) {
			break
		}
		chain = append(chain, y)
		first = Unparen(y.L)
	}
	p.expr(first, opPrec(chain[len(chain)-1].Op))
	for i := len(chain) - 1; i >= 0; i-- {
		y := chain[i]
		p.operator(y)
		right := opPrec(y.Op)
		if y.Op != OpAnd && y.Op != OpOr {
			right++
		}
		p.raw(" ")
		p.expr(y.R, right)
	}
}

// operator writes the operator of b. One without a common meaning is written as
// it was; between a hole and its neighbour there is none.
func (p *printer) operator(b *Binary) {
	switch {
	case b.Op == OpOther && b.OpSpan.Len() == 0:
	case b.Op == OpMatch, b.Op == OpOther:
		p.put(strings.ToLower(b.Text))
	default:
		p.put(opText[b.Op])
	}
}

func (p *printer) literal(l *Literal) {
	if l.Type != "" {
		p.raw(l.Type + " ")
	}
	switch l.Kind {
	case StringLit, DollarLit:
		s, quote := l.Text, "''"
		if p.d.lex&backslash != 0 {
			s = strings.ReplaceAll(s, `\`, `\\`)
		}
		if p.d.lex&tripleQuote != 0 { // a doubled quote may begin or end a tripled one
			quote = `\'`
		}
		p.raw("'" + strings.ReplaceAll(s, "'", quote) + "'")
	case BytesLit:
		p.raw(l.Text)
	default:
		p.raw(strings.ToLower(l.Text))
	}
}
