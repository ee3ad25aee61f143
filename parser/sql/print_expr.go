package sql

import "strings"

// bare writes x without parentheses of its own.
func (p *printer) bare(x Expr) {
	switch x := x.(type) {
	case *Column:
		p.name(x.Parts)
	case *Literal:
		p.literal(x)
	case *Binary:
		p.binary(x)
	case *Unary:
		p.unary(x)
	case *Call:
		p.call(x)
	case *Case:
		p.caseExpr(x)
	case *Cast:
		p.cast(x)
	case *Star:
		p.star(x)
	case *Param:
		p.raw(x.Text)
	case *Word:
		p.raw(x.Text)
	case *Hole:
		p.raw(singleSpaced(x.Text))
	case *Opaque:
		p.opaque(x)
	case *Is, *Between, *In, *LikeExpr, *Quantified:
		p.test(x)
	case *Exists:
		p.raw("exists ")
		p.subquery(x.Query)
	case *Subquery:
		p.subquery(x.Query)
	case *Tuple:
		if len(x.Items) == 1 { // parentheses alone make no row of one
			p.raw("row")
		}
		p.tuple(x)
	case *Array, *Struct, *Comprehension:
		p.collection(x)
	case *Index, *Slice, *Field, *Path:
		p.access(x)
	case *Lambda:
		if len(x.Params) == 1 {
			p.ident(x.Params[0])
		} else {
			p.parens(func() { p.names(x.Params) })
		}
		p.raw(" -> ")
		p.expr(x.Body, precNone)
	case *Interval:
		p.raw("interval ")
		p.expr(x.X, precUnary)
		p.put(x.Unit)
		if x.To != "" {
			p.put("to", x.To)
		}
	case *AtTimeZone:
		p.expr(x.X, precZone)
		p.raw(" at time zone ")
		p.expr(x.Zone, precZone)
	case *Collate:
		p.expr(x.X, precZone)
		p.raw(" collate ")
		p.name(x.Name)
	case *GroupingSets:
		p.raw([...]string{"grouping sets ", "rollup ", "cube "}[x.Kind])
		p.parens(func() { list(p, x.Sets, p.element) })
	}
}

// element writes an element of a list in which parentheses do count.
func (p *printer) element(x Expr) {
	if t, ok := x.(*Tuple); ok {
		p.tuple(t)
		return
	}
	p.expr(x, precOther)
}

func (p *printer) tuple(t *Tuple) { p.parens(func() { p.exprs(t.Items) }) }

func (p *printer) subquery(q *Query) { p.parens(func() { p.query(q) }) }

func (p *printer) unary(u *Unary) {
	switch u.Op {
	case OpNot:
		p.raw("not ")
		p.expr(u.X, precCompare)
		return
	case OpOther:
		if u.Text == "(+)" || u.Text == "!" {
			p.expr(u.X, precUnary)
			p.raw(u.Text)
			return
		}
		p.raw(strings.ToLower(u.Text) + " ")
	default:
		p.raw(opText[u.Op])
	}
	if _, again := Unparen(u.X).(*Unary); again {
		p.raw(" ") // - -x is no comment
	}
	p.expr(u.X, precUnary)
}

func (p *printer) test(x Expr) {
	switch x := x.(type) {
	case *Is:
		p.expr(x.X, precOther)
		what := x.Text
		if x.What != IsOther {
			what = x.What.String()
		}
		p.put("is", not(x.Not), what)
	case *Between:
		p.expr(x.X, precOther)
		p.put(not(x.Not), "between ")
		if x.Symmetric {
			p.raw("symmetric ")
		}
		p.expr(x.Lo, precOther)
		p.raw(" and ")
		p.expr(x.Hi, precOther)
	case *In:
		p.expr(x.X, precOther)
		p.put(not(x.Not), "in ")
		switch {
		case x.Query != nil:
			p.subquery(x.Query)
		case x.Of != nil:
			p.expr(x.Of, precOther)
		default:
			p.parens(func() { p.exprs(x.List) })
		}
	case *LikeExpr:
		p.expr(x.X, precOther)
		p.put(not(x.Not), [...]string{"like", "ilike", "rlike", "similar to", "glob"}[x.Kind], quantText[x.Quant])
		p.raw(" ")
		p.element(x.Pattern)
		if x.Escape != nil {
			p.raw(" escape ")
			p.expr(x.Escape, precOther)
		}
	case *Quantified:
		p.expr(x.L, precOther)
		p.put(opText[x.Op], quantText[x.Quant])
		p.raw(" ")
		if x.Query != nil {
			p.subquery(x.Query)
		} else {
			p.parens(func() { p.expr(x.Of, precNone) })
		}
	}
}

var quantText = [...]string{"", "any", "all"}

func not(b bool) string {
	if b {
		return "not"
	}
	return ""
}

func (p *printer) caseExpr(c *Case) {
	p.raw("case")
	if c.Operand != nil {
		p.raw(" ")
		p.expr(c.Operand, precNone)
	}
	for _, w := range c.Whens {
		p.raw(" ")
		p.when(w)
	}
	if c.Else != nil {
		p.raw(" else ")
		p.expr(c.Else, precNone)
	}
	p.raw(" end")
}

func (p *printer) when(w *When) {
	if w.Then == nil { // a hole for further arms
		p.expr(w.Cond, precNone)
		return
	}
	p.raw("when ")
	p.expr(w.Cond, precNone)
	p.raw(" then ")
	p.expr(w.Then, precNone)
}

// cast writes every spelling of a plain cast alike.
func (p *printer) cast(c *Cast) {
	if c.Kind == TryCast {
		p.raw("try_")
	}
	p.raw("cast(")
	p.expr(c.X, precNone)
	p.raw(" as ")
	p.typeName(c.Type)
	if c.Format != nil {
		p.raw(" format ")
		p.expr(c.Format, precNone)
	}
	p.raw(")")
}

func (p *printer) star(s *Star) {
	switch {
	case s.Of != nil && s.Of.Range().Start == s.Start:
		p.expr(s.Of, precZone)
		p.raw(".*")
	case s.Of != nil:
		p.raw("*")
		p.expr(s.Of, precZone)
	case len(s.Qualifier) > 0:
		p.name(s.Qualifier)
		p.raw(".*")
	default:
		p.raw("*")
	}
	if len(s.Except) > 0 || s.Open {
		p.put("except ")
		p.parens(func() {
			p.names(s.Except)
			if s.Open {
				p.put("...")
			}
		})
	}
	if len(s.Replace) > 0 {
		p.put("replace ")
		p.parens(func() { list(p, s.Replace, p.item) })
	}
	if len(s.Rename) > 0 {
		p.put("rename ")
		p.parens(func() { list(p, s.Rename, p.item) })
	}
	if s.Like != nil {
		p.put("ilike ")
		p.expr(s.Like, precNone)
	}
}

func (p *printer) collection(x Expr) {
	switch x := x.(type) {
	case *Array:
		if x.Type != nil {
			p.typeName(x.Type)
		}
		p.raw("[")
		p.exprs(x.Items)
		p.raw("]")
	case *Struct:
		p.structure(x)
	case *Comprehension:
		p.raw("[")
		p.expr(x.X, precNone)
		p.raw(" for ")
		p.names(x.Vars)
		p.raw(" in ")
		p.expr(x.In, precNone)
		if x.If != nil {
			p.raw(" if ")
			p.expr(x.If, precNone)
		}
		p.raw("]")
	}
}

// structure writes a struct as a literal if every field has a key before it,
// and as STRUCT(...) otherwise.
func (p *printer) structure(s *Struct) {
	literal := s.Type == nil
	for i, f := range s.Fields {
		literal = literal && (s.Keys[i] != nil || f.Name != nil && f.Name.Start < f.X.Range().Start)
	}
	if !literal && !s.Map {
		if s.Type != nil {
			p.typeName(s.Type)
		} else {
			p.raw("struct")
		}
		p.parens(func() { list(p, s.Fields, p.arg) })
		return
	}
	if s.Map {
		p.raw("map ")
	}
	p.raw("{")
	for i, f := range s.Fields {
		if i > 0 {
			p.raw(", ")
		}
		switch {
		case f.Name != nil:
			p.ident(f.Name)
			p.raw(": ")
		case s.Keys[i] != nil:
			p.expr(s.Keys[i], precNone)
			p.raw(": ")
		}
		p.expr(f.X, precNone)
	}
	p.raw("}")
}

func (p *printer) access(x Expr) {
	switch x := x.(type) {
	case *Index:
		p.expr(x.X, precZone+1)
		p.raw("[")
		if x.Fn != "" {
			p.raw(x.Fn)
			p.parens(func() { p.expr(x.I, precNone) })
		} else {
			p.expr(x.I, precNone)
		}
		p.raw("]")
	case *Slice:
		p.expr(x.X, precZone+1)
		p.raw("[")
		p.expr(x.Lo, precNone)
		p.raw(":")
		p.expr(x.Hi, precNone)
		if x.Step != nil {
			p.raw(":")
			p.expr(x.Step, precNone)
		}
		p.raw("]")
	case *Field:
		p.expr(x.X, precZone+1)
		p.raw(".")
		p.ident(x.Name)
	case *Path:
		p.expr(x.X, precZone+1)
		for i, s := range x.Steps {
			if c, ok := s.(*Column); ok && len(c.Parts) == 1 {
				p.raw([...]string{":", "."}[min(i, 1)])
				p.pathKey(c.Parts[0])
				continue
			}
			p.raw("[")
			p.expr(s, precNone)
			p.raw("]")
		}
	}
}

// pathKey writes a key of a path, which is case-sensitive, unlike a name.
func (p *printer) pathKey(id *Ident) {
	if id.Quoted || !id.Hole && !plainName(id.Name, p.d) {
		p.raw(`"` + strings.ReplaceAll(id.Name, `"`, `""`) + `"`)
		return
	}
	p.raw(id.Name)
}

func (p *printer) call(c *Call) {
	if len(c.Name) == 1 && c.Name[0].Name == "from" && !c.Name[0].Quoted {
		p.raw("rows ")
	}
	for i, id := range c.Name {
		if i > 0 {
			p.raw(".")
		}
		if name := strings.ToLower(id.Name); id.Quoted && !plainName(name, p.d) {
			p.raw(p.d.Quote(name))
		} else {
			p.raw(name)
		}
	}
	if c.NoParens && c.Args != nil { // next value for a sequence
		p.raw(" ")
		list(p, c.Args, p.arg)
	}
	if !c.NoParens {
		if c.Params() != nil {
			p.parens(func() { p.exprs(c.Params()) })
		}
		p.parens(func() { p.callArgs(c) })
	}
	if c.WithinGroup() != nil {
		p.raw(" within group (order by ")
		list(p, c.WithinGroup(), p.orderItem)
		p.raw(")")
	}
	if c.Filter() != nil {
		p.raw(" filter (where ")
		p.expr(c.Filter(), precNone)
		p.raw(")")
	}
	switch c.Nulls {
	case 1:
		p.raw(" respect nulls")
	case -1:
		p.raw(" ignore nulls")
	}
	if c.Over != nil {
		p.raw(" over ")
		p.window(c.Over)
	}
	if c.OverName() != nil {
		p.raw(" over ")
		p.ident(c.OverName())
	}
}

func (p *printer) callArgs(c *Call) {
	if c.Distinct {
		p.raw("distinct ")
	}
	if c.Star {
		p.raw("*")
	}
	if len(c.Args) == 2 && strings.EqualFold(c.Name[len(c.Name)-1].Name, "extract") {
		p.arg(c.Args[0])
		p.raw(" from ")
		p.arg(c.Args[1])
	} else {
		list(p, c.Args, p.arg)
	}
	if c.OrderBy() != nil {
		p.put("order by ")
		list(p, c.OrderBy(), p.orderItem)
	}
	if c.Limit() != nil {
		p.put("limit ")
		p.expr(c.Limit(), precNone)
	}
	if c.Sep() != nil {
		p.put("separator ")
		p.expr(c.Sep(), precNone)
	}
	if c.Having() != nil {
		p.space()
		p.opaque(c.Having())
	}
	p.opaques(c.Tail())
}

func (p *printer) arg(a *Arg) {
	if a.Name == nil {
		p.expr(a.X, precNone)
		return
	}
	if a.Name.Start > a.X.Range().Start {
		p.expr(a.X, precNone)
		p.raw(" as ")
		p.ident(a.Name)
		return
	}
	p.ident(a.Name)
	p.raw(" => ")
	p.expr(a.X, precNone)
}

func (p *printer) window(w *Window) {
	p.raw("(")
	p.ident(w.Base)
	if w.PartitionBy != nil {
		p.put("partition by ")
		p.exprs(w.PartitionBy)
	}
	if w.OrderBy != nil {
		p.put("order by ")
		list(p, w.OrderBy, p.orderItem)
	}
	if w.Frame != nil {
		p.space()
		p.frame(w.Frame)
	}
	p.holes(w.Holes)
	p.raw(")")
}

func (p *printer) frame(f *Frame) {
	p.raw([...]string{"rows", "range", "groups"}[f.Unit])
	p.raw(" between ")
	p.bound(f.Start)
	p.raw(" and ")
	p.bound(f.End)
	p.put(f.Exclude)
}

func (p *printer) bound(b Bound) {
	if b.X != nil {
		p.expr(b.X, precOther)
		p.raw(" ")
	}
	p.raw([...]string{"unbounded preceding", "preceding", "current row", "following", "unbounded following"}[b.Kind])
}

func (p *printer) orderItem(o *OrderItem) {
	p.expr(o.X, precNone)
	if o.Desc {
		p.raw(" desc")
	}
	switch o.Nulls {
	case 1:
		p.raw(" nulls first")
	case -1:
		p.raw(" nulls last")
	}
	if o.Fill != nil {
		p.space()
		p.opaque(o.Fill)
	}
	if o.Hole != nil {
		p.put(singleSpaced(o.Hole.Text))
	}
}
