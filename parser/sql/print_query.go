package sql

func (p *printer) query(q *Query) {
	if q.With != nil {
		p.with(q.With)
		p.raw(" ")
	}
	if q.Body != nil {
		p.body(q.Body)
	}
	if q.OrderByAll {
		p.put("order by all")
	}
	if q.OrderBy != nil {
		p.put("order by ")
		list(p, q.OrderBy, p.orderItem)
	}
	if q.LimitBy != nil {
		p.put("limit ")
		p.expr(q.LimitByN, precNone)
		p.put("by ")
		p.exprs(q.LimitBy)
	}
	if q.Limit != nil {
		p.put("limit ")
		p.expr(q.Limit, precNone)
		if q.LimitPct {
			p.put("percent")
		}
		if q.WithTies {
			p.put("with ties")
		}
	}
	if q.Offset != nil {
		p.put("offset ")
		p.expr(q.Offset, precNone)
	}
	if q.Sample != nil {
		p.put("using ")
		p.opaque(q.Sample.Body)
	}
	if q.Document != nil {
		p.space()
		p.opaque(q.Document)
	}
	p.opaques(q.Tail)
	p.holes(q.Holes)
}

func (p *printer) with(w *With) {
	if w.Functions != nil {
		p.raw("with ")
		list(p, w.Functions, p.function)
	}
	if w.CTEs != nil || len(w.Holes) == 0 && w.Functions == nil {
		p.put("with")
	}
	if w.Recursive {
		p.put("recursive")
	}
	for i, c := range w.CTEs {
		if i > 0 {
			p.raw(",")
		}
		p.space()
		p.cte(c)
	}
	p.holes(w.Holes)
}

func (p *printer) cte(c *CTE) {
	if c.Scalar != nil {
		p.expr(c.Scalar, precNone)
		p.raw(" as ")
		p.ident(c.Name)
		return
	}
	p.ident(c.Name)
	if c.Columns != nil {
		p.raw(" ")
		p.parens(func() { p.names(c.Columns) })
	}
	p.raw(" as ")
	switch c.Materialized {
	case 1:
		p.raw("materialized ")
	case -1:
		p.raw("not materialized ")
	}
	if c.Body != nil {
		p.subquery(c.Body)
	}
}

func (p *printer) body(b Body) {
	switch x := b.(type) {
	case *Select:
		p.selectBlock(x)
	case *SetOp:
		p.setOp(x)
	case *Values:
		p.raw("values ")
		list(p, x.Rows, p.tuple)
	case *Pipe:
		p.pipe(x)
	case *Query:
		p.subquery(x)
	case *Hole:
		p.raw(singleSpaced(x.Text))
	case *Opaque:
		p.opaque(x)
	}
}

func (p *printer) setOp(s *SetOp) {
	p.body(s.Left)
	switch {
	case s.Hole != nil && s.Hole.Span == s.OpSpan:
	default:
		p.put([...]string{"union", "intersect", "except"}[s.Op])
		if s.All {
			p.put("all")
		}
		if s.ByName {
			p.put("by name")
		}
	}
	if s.Hole != nil {
		p.put(singleSpaced(s.Hole.Text))
	}
	p.raw(" ")
	if _, nested := s.Right.(*SetOp); nested {
		p.parens(func() { p.body(s.Right) })
		return
	}
	p.body(s.Right)
}

func (p *printer) selectBlock(s *Select) {
	p.raw("select")
	if s.Distinct {
		p.raw(" distinct")
	}
	if s.DistinctOn != nil {
		p.raw(" on ")
		p.parens(func() { p.exprs(s.DistinctOn) })
	}
	if s.Top != nil {
		p.raw(" top ")
		if _, plain := Unparen(s.Top).(*Literal); plain {
			p.expr(s.Top, precNone)
		} else {
			p.parens(func() { p.expr(s.Top, precNone) })
		}
		if s.TopPct {
			p.raw(" percent")
		}
		if s.TopTies {
			p.raw(" with ties")
		}
	}
	if s.AsStruct {
		p.raw(" as struct")
	}
	p.raw(" ")
	list(p, s.Items, p.item)
	if s.Exclude != nil {
		p.put("exclude ")
		p.parens(func() { p.names(s.Exclude) })
	}
	if s.From != nil {
		p.put("from ")
		p.table(s.From)
	}
	p.where("prewhere ", s.Prewhere)
	p.where("where ", s.Where)
	p.where("start with ", s.StartWith)
	p.where("connect by ", s.ConnectBy)
	if s.GroupBy != nil {
		p.space()
		p.groupBy(s.GroupBy)
	}
	p.where("having ", s.Having)
	if s.Windows != nil {
		p.put("window ")
		list(p, s.Windows, p.namedWindow)
	}
	p.where("qualify ", s.Qualify)
	if s.Sample != nil {
		p.put("using ")
		p.opaque(s.Sample.Body)
	}
	p.opaques(s.Tail)
	p.holes(s.Holes)
}

func (p *printer) where(word string, x Expr) {
	if x != nil {
		p.put(word)
		p.expr(x, precNone)
	}
}

func (p *printer) item(it *Item) {
	p.expr(it.X, precNone)
	if it.Alias != nil {
		p.raw(" as ")
		p.ident(it.Alias)
	}
	if it.Made != nil {
		p.made(it.Made)
	}
}

func (p *printer) made(m *Made) {
	if m.Script != nil {
		p.space()
		p.opaque(m.Script)
	}
	if m.Aliases != nil {
		p.raw(" as ")
		p.parens(func() { p.names(m.Aliases) })
	}
}

func (p *printer) groupBy(g *GroupBy) {
	p.raw("group by ")
	if g.All {
		p.raw("all")
	}
	p.exprs(g.Items)
	p.holes(g.Holes)
	switch {
	case g.WithRollup:
		p.put("with rollup")
	case g.WithCube:
		p.put("with cube")
	}
	if g.WithTotals {
		p.put("with totals")
	}
}

func (p *printer) namedWindow(w *NamedWindow) {
	p.ident(w.Name)
	p.raw(" as ")
	p.window(w.Spec)
}

func (p *printer) alias(a *Alias) {
	p.ident(a.Name)
	if a.Columns != nil {
		p.parens(func() { p.names(a.Columns) })
	}
}

func (p *printer) as(a *Alias) {
	if a != nil {
		p.put("as ")
		p.alias(a)
	}
}

func (p *printer) sample(s *Sample) {
	if s != nil {
		p.space()
		p.opaque(s.Body)
	}
}

func (p *printer) table(t TableExpr) {
	switch x := t.(type) {
	case *Table:
		p.tableName(x)
	case *Derived:
		if x.Lateral {
			p.raw("lateral ")
		}
		p.subquery(x.Query)
		p.as(x.Alias)
		p.sample(x.Sample)
	case *TableFunc:
		if x.Lateral {
			p.raw("lateral ")
		}
		if x.Wrapped {
			p.raw("table(")
		}
		p.call(x.Call)
		if x.Wrapped {
			p.raw(")")
		}
		p.as(x.Alias)
		p.ordinality(x)
		p.sample(x.Sample)
	case *Join:
		p.join(x)
	case *Pivot:
		p.pivot(x)
	case *Unpivot:
		p.unpivot(x)
	case *LateralView:
		p.lateralView(x)
	case *MatchRecognize:
		p.table(x.Input)
		p.put("match_recognize ")
		p.opaque(x.Body)
		p.as(x.Alias)
	case *Opaque:
		p.opaque(x)
	}
}

func (p *printer) ordinality(f *TableFunc) {
	switch {
	case f.Offset != nil:
		p.put("with offset as ")
		p.ident(f.Offset)
	case f.Ordinality && p.d.gram&dottedQuotes != 0:
		p.put("with offset")
	case f.Ordinality:
		p.put("with ordinality")
	}
}

func (p *printer) lateralView(v *LateralView) {
	p.table(v.Input)
	p.put("lateral view ")
	if v.Outer {
		p.raw("outer ")
	}
	if v.Call != nil {
		p.call(v.Call)
	}
	if v.Alias == nil {
		return
	}
	p.raw(" ")
	p.ident(v.Alias.Name)
	if v.Alias.Columns != nil {
		p.put("as ")
		p.names(v.Alias.Columns)
	}
}

func (p *printer) tableName(t *Table) {
	if t.Literal {
		p.raw("'" + t.Name[0].Name + "'")
	} else {
		p.name(t.Name)
	}
	if t.Version != nil {
		p.space()
		p.opaque(t.Version)
	}
	p.as(t.Alias)
	if t.Offset != nil {
		p.put("with offset as ")
		p.ident(t.Offset)
	}
	if t.Final {
		p.put("final")
	}
	p.sample(t.Sample)
}

var joinText = [...]string{
	Inner: "join", Left: "left join", Right: "right join", Full: "full join", Cross: "cross join", Semi: "left semi join",
	Anti: "left anti join", RightSemi: "right semi join", RightAnti: "right anti join", CrossApply: "cross apply",
	OuterApply: "outer apply", ArrayJoin: "array join", LeftArrayJoin: "left array join", Positional: "positional join",
}

func (p *printer) join(j *Join) {
	p.table(j.Left)
	p.holes(j.Holes)
	if j.Comma {
		p.raw(",")
	} else {
		p.put(word(j.Global, "global"), word(j.Natural, "natural"), word(j.Asof, "asof"), word(j.Any, "any"), joinText[j.Kind])
	}
	p.raw(" ")
	switch r := j.Right.(type) {
	case *Join:
		p.parens(func() { p.join(r) })
	case *TableFunc:
		if j.Kind == ArrayJoin || j.Kind == LeftArrayJoin {
			list(p, r.Call.Args, p.arg)
		} else {
			p.table(r)
		}
	default:
		p.table(r)
	}
	if j.Match != nil {
		p.put("match_condition ")
		p.parens(func() { p.expr(j.Match, precNone) })
	}
	p.where("on ", j.On)
	if j.Using != nil {
		p.put("using ")
		p.parens(func() { p.names(j.Using) })
	}
	p.as(j.Alias)
}

func word(b bool, w string) string {
	if b {
		return w
	}
	return ""
}

func (p *printer) pivot(v *Pivot) {
	p.table(v.Input)
	p.put("pivot (")
	list(p, v.Aggs, p.item)
	p.put("for ")
	p.exprs(v.For)
	p.put("in (")
	list(p, v.In, p.item)
	if v.InQuery != nil {
		p.query(v.InQuery)
	}
	if v.InAny {
		p.put("any")
	}
	p.raw(")")
	if v.GroupBy != nil {
		p.put("group by ")
		p.exprs(v.GroupBy)
	}
	p.raw(")")
	p.as(v.Alias)
}

func (p *printer) unpivot(u *Unpivot) {
	p.table(u.Input)
	p.put("unpivot")
	if u.IncludeNulls {
		p.put("include nulls")
	}
	if u.Name == nil {
		p.put("on ")
		list(p, u.In, p.item)
		return
	}
	p.put("((")
	p.names(u.Values)
	p.raw(") for ")
	p.ident(u.Name)
	p.raw(" in (")
	list(p, u.In, p.item)
	p.raw("))")
	p.as(u.Alias)
}
