package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// binder turns expressions of one query block into columns. Before grouping it
// reads the rows of FROM; after grouping, group expressions and aggregates are
// columns of the grouped relation and everything else is computed from them.
type binder struct {
	w     *World
	scope *scope
	block *Block
	// groups maps columns before grouping to those after it; nil before.
	groups map[Col]Col
	memo   map[sql.Expr]Col
	// aliasing are the aliases whose expressions are being bound: one may refer to
	// itself.
	aliasing []*sql.Item
	depth    int
}

func newBinder(b *Block, s *scope) *binder {
	return &binder{w: b.World, block: b, scope: s, memo: map[sql.Expr]Col{}}
}

func (b *binder) bind(e sql.Expr) Col {
	if e == nil {
		return b.w.unknown("")
	}
	if c, ok := b.memo[e]; ok {
		return c
	}
	b.depth++
	var c Col
	if b.depth > maxExprDepth || b.w.truncated {
		c = b.w.unknown("")
	} else {
		c = b.bindNew(e)
	}
	b.depth--
	b.memo[e] = c
	return c
}

const maxExprDepth = 400

func (b *binder) bindNew(e sql.Expr) Col {
	if b.groups != nil && b.block.rollup() && hasQuery(e) {
		// Two texts of one subquery are not known to be the same column, and
		// grouping sets put NULL in place of those that are grouped by.
		b.block.pre.bind(e)
		return b.eitherGroup(e)
	}
	if b.groups != nil && !containsAggregate(e) {
		pre := b.block.pre.bind(e)
		if c, ok := b.groups[pre]; ok {
			return c
		}
		if b.block.twice.has(pre) {
			return b.eitherGroup(e)
		}
		if b.w.cols[pre].fixed {
			return pre
		}
	}
	switch e := e.(type) {
	case *sql.Paren:
		return b.bind(e.X)
	case *sql.Column:
		return b.column(e)
	case *sql.Literal:
		return b.literal(e)
	case *sql.Subquery:
		return b.subquery(e.Query)
	case *sql.Exists:
		b.subquery(e.Query)
		return b.w.mint(column{class: Lossy, expr: e})
	case *sql.Call:
		return b.call(e)
	case *sql.Star, *sql.Hole, *sql.Opaque, *sql.Lambda, *sql.Comprehension, *sql.Param:
		for x := range sql.Children(e) {
			if x, ok := x.(sql.Expr); ok && !isLambda(e) {
				b.bind(x)
			}
		}
		return b.w.unknown("")
	case *sql.In:
		if e.Query != nil {
			b.subquery(e.Query)
		}
	case *sql.Quantified:
		if e.Query != nil {
			b.subquery(e.Query)
		}
	case *sql.Unary:
		if e.Op == sql.OpAdd {
			return b.bind(e.X)
		}
	}
	return b.compose(e)
}

// hasQuery reports whether an expression holds a query.
func hasQuery(e sql.Node) bool {
	for n := range sql.Walk(e) {
		if _, ok := n.(*sql.Query); ok {
			return true
		}
	}
	return false
}

func isLambda(e sql.Expr) bool {
	switch e.(type) {
	case *sql.Lambda, *sql.Comprehension:
		return true
	}
	return false
}

// column binds a column reference.
func (b *binder) column(e *sql.Column) Col {
	l, missing := b.w.resolve(b.scope, e)
	if l.found && (l.certain || len(e.Parts) > 1) {
		b.ambiguous(e, l)
		return b.grouped(b.field(e, l))
	}
	if item := b.alias(e); item != nil && !slices.Contains(b.aliasing, item) {
		b.aliasing = append(b.aliasing, item)
		c := b.bind(item.X)
		b.aliasing = b.aliasing[:len(b.aliasing)-1]
		return c
	}
	if l.found {
		return b.grouped(b.field(e, l))
	}
	if missing && b.groups == nil {
		b.unbound(e)
	}
	return b.w.unknown(e.Parts[len(e.Parts)-1].Name)
}

func (b *binder) alias(e *sql.Column) *sql.Item {
	if len(e.Parts) != 1 || e.Parts[0].Hole {
		return nil
	}
	item := b.scope.aliases[b.w.Dialect.Fold(e.Parts[0])]
	if item != nil && b.groups == nil && item.X != nil && containsAggregate(item.X) {
		return nil // of the rows before grouping: no WHERE reads an aggregate
	}
	return item
}

// grouped maps a column of the rows before grouping to one after it: a group
// column, or one that is a function of the group.
func (b *binder) grouped(c Col) Col {
	if b.groups == nil {
		return c
	}
	if g, ok := b.groups[c]; ok {
		return g
	}
	if b.block.twice.has(c) {
		return b.eitherGroup(nil)
	}
	if b.w.cols[c].fixed {
		return c
	}
	return b.w.mint(column{name: b.w.cols[c].name, class: Grouped, in: []Col{c}, cutoff: true, tids: b.block.groupTids()})
}

// eitherGroup returns a column of a group about whose value nothing is said.
func (b *binder) eitherGroup(e sql.Expr) Col {
	return b.w.mint(column{class: Opaque, tids: b.block.groupTids(), cutoff: true, expr: e})
}

// field applies the trailing parts of a reference as struct fields.
func (b *binder) field(e *sql.Column, l lookup) Col {
	if l.fields == 0 {
		return l.col
	}
	var path []string
	for _, p := range e.Parts[len(e.Parts)-l.fields:] {
		path = append(path, b.w.Dialect.Fold(p))
	}
	return b.intern(e, "."+strings.Join(path, "."), []Col{l.col}, Lossy, e.Parts[len(e.Parts)-1].Name)
}

func (b *binder) literal(e *sql.Literal) Col { return b.w.literal(literalText(e), e) }

func (w *World) literal(text string, e sql.Expr) Col {
	key := "lit:" + text
	if c, ok := w.patterns[key]; ok {
		return c
	}
	c := w.mint(column{class: Lossy, fixed: true, lit: text, expr: e})
	w.patterns[key] = c
	return c
}

// null returns the column of NULL.
func (w *World) null() Col { return w.literal("null", nil) }

// literalText returns the normalised text of a literal: NULL is "null".
func literalText(e *sql.Literal) string {
	switch e.Kind {
	case sql.NullLit:
		return "null"
	case sql.BoolLit:
		return strings.ToLower(e.Text)
	case sql.NumberLit:
		return e.Text
	}
	text := "'" + strings.ReplaceAll(e.Text, "'", "''") + "'"
	if e.Type != "" {
		return e.Type + " " + text
	}
	return text
}

// intern returns the column of an expression: the one that equal expressions
// over equal columns already have, or a new one.
func (b *binder) intern(e sql.Expr, pattern string, in []Col, class Class, name string) Col {
	key := patternKey(pattern, in)
	if c, ok := b.w.patterns[key]; ok {
		return c
	}
	c := b.w.mint(column{name: name, class: class, in: in, tids: b.tidsOf(in), pattern: pattern, expr: e})
	b.w.patterns[key] = c
	return c
}

// tidsOf returns the tuple ids that a function of in depends on, or nil when
// one of the inputs is not known to be a function of any.
func (b *binder) tidsOf(in []Col) []Col {
	var out []Col
	for _, c := range in {
		col := &b.w.cols[c]
		if col.fixed {
			continue
		}
		if len(col.tids) == 0 {
			return nil
		}
		out = append(out, col.tids...)
	}
	return newSet(out...)
}

// subquery analyses a query in an expression and returns the column of its value.
func (b *binder) subquery(q *sql.Query) Col {
	b.w.inExpr++
	before := b.scope.lost
	b.scope.lost = false
	info := b.w.query(q, b.scope)
	lost := b.scope.lost
	b.scope.lost = before || lost
	b.w.inExpr--
	if b.block != nil {
		b.block.Subqueries = append(b.block.Subqueries, info)
	}
	var in []Col
	for _, c := range info.outer {
		in = append(in, b.grouped(c))
	}
	if lost { // what was not found may be a column of this query
		return b.w.mint(column{class: Opaque, in: in, expr: &sql.Subquery{Span: q.Span, Query: q}})
	}
	if len(in) == 0 {
		return b.w.mint(column{class: Lossy, fixed: true, pattern: "", expr: &sql.Subquery{Span: q.Span, Query: q}})
	}
	return b.w.mint(column{class: Lossy, in: in, tids: b.tidsOf(in), expr: &sql.Subquery{Span: q.Span, Query: q}})
}

// compose binds an expression by its parts.
func (b *binder) compose(e sql.Expr) Col {
	p := &pattern{b: b}
	p.expr(e)
	if p.opaque {
		return b.w.mint(column{class: Opaque, in: p.in, tids: nil, volatile: true, expr: e})
	}
	if p.volatile {
		return b.w.mint(column{class: Opaque, in: p.in, volatile: true, expr: e})
	}
	if len(p.in) == 0 {
		// An expression over literals only.
		key := "const:" + p.text.String()
		if c, ok := b.w.patterns[key]; ok {
			return c
		}
		c := b.w.mint(column{class: Lossy, fixed: true, lit: p.text.String(), expr: e})
		b.w.patterns[key] = c
		return c
	}
	class := classOf(e)
	if c, ok := e.(*sql.Cast); ok && class == Lossy && c.Kind != sql.TryCast && len(p.in) == 1 && b.w.whole(p.in[0]) && wholeTypes[typeText(c.Type)] {
		class = Injective // or it fails
	}
	if p.perhapsNull && class < Monotone {
		class = Lossy
	}
	return b.intern(e, p.text.String(), p.in, class, "")
}

var wholeTypes = words("int integer bigint smallint tinyint int64 int32 int8 int4 int2 hugeint byteint uint256 int256 uint64 uint32 int128 uint128")

// whole reports whether a column is known to hold whole numbers: by its declared
// type, because it was cast to such a type, or because all its values are given.
func (w *World) whole(c Col) bool {
	col := &w.cols[w.root(c)]
	if col.digits {
		return true
	}
	if l := col.leaf; l != nil {
		return l.Index >= 0 && wholeTypes[l.Relation.Columns[l.Index].Type]
	}
	cast, ok := col.expr.(*sql.Cast)
	return ok && cast.Type != nil && wholeTypes[typeText(cast.Type)]
}

// pattern prints an expression with its columns left out.
type pattern struct {
	b        *binder
	text     strings.Builder
	in       []Col
	volatile bool
	opaque   bool
	// perhapsNull is set when a constant part is more than a plain literal: it
	// may be NULL, and the whole with it.
	perhapsNull bool
}

func (p *pattern) leaf(e sql.Expr) {
	c := p.b.bind(e)
	col := &p.b.w.cols[c]
	if col.fixed && col.lit != "" {
		p.text.WriteString(col.lit)
		p.perhapsNull = p.perhapsNull || !isValue(col.expr)
		return
	}
	if col.class == Opaque && len(col.in) == 0 && len(col.tids) == 0 || col.volatile {
		p.opaque = p.opaque || !col.volatile
		p.volatile = p.volatile || col.volatile
	}
	p.text.WriteByte('$')
	p.in = append(p.in, c)
}

// expr prints e: its own shape here, its parts as columns.
func (p *pattern) expr(e sql.Expr) {
	t := &p.text
	switch e := e.(type) {
	case *sql.Paren:
		p.leaf(e.X)
	case *sql.Unary:
		t.WriteString(opText(e.Op))
		p.leaf(e.X)
	case *sql.Binary:
		t.WriteByte('(')
		p.leaf(e.L)
		t.WriteString(opText(e.Op))
		p.leaf(e.R)
		t.WriteByte(')')
	case *sql.Cast:
		if e.Kind == sql.TryCast {
			t.WriteString("try_")
		}
		t.WriteString("cast(")
		p.leaf(e.X)
		t.WriteString(" as ")
		t.WriteString(typeText(e.Type))
		t.WriteByte(')')
		if e.Type != nil && e.Type.Hole {
			p.opaque = true
		}
	case *sql.Call:
		p.call(e)
	case *sql.Word:
		t.WriteString(e.Text)
	case *sql.Interval:
		t.WriteString("interval ")
		p.leaf(e.X)
		t.WriteString(e.Unit + " " + e.To)
	case *sql.Subquery, *sql.Exists, *sql.Column, *sql.Literal:
		p.leaf(e)
	default:
		p.generic(e)
	}
}

// generic prints any other expression by its kind and its children in order.
func (p *pattern) generic(e sql.Expr) {
	p.text.WriteString(shape(e))
	p.text.WriteByte('(')
	for x := range sql.Children(e) {
		p.child(x)
	}
	p.text.WriteByte(')')
}

func (p *pattern) child(n sql.Node) {
	switch n := n.(type) {
	case *sql.Hole, *sql.Lambda, *sql.Opaque, *sql.Param, *sql.Comprehension, *sql.Star:
		p.opaque = true
	case *sql.Word:
		p.text.WriteString(n.Text)
	case sql.Expr:
		p.leaf(n)
	case *sql.Query:
		p.opaque = true // bound as a subquery before
	case *sql.Ident:
		p.text.WriteString("." + p.b.w.Dialect.Fold(n))
	case *sql.Type:
		p.text.WriteString(typeText(n))
	default:
		for x := range sql.Children(n) {
			p.child(x)
		}
	}
	p.text.WriteByte(',')
}

func typeText(t *sql.Type) string {
	if t == nil {
		return ""
	}
	return strings.ToLower(t.Text)
}
