package sql

func (p *printer) pipe(b *Pipe) {
	if q, ok := b.Input.(*Query); ok {
		p.query(q)
	} else {
		p.body(b.Input)
	}
	for _, s := range b.Steps {
		p.raw(" |> ")
		p.pipeStep(s)
	}
}

func (p *printer) pipeStep(s *PipeStep) {
	switch {
	case s.Table != nil && s.Op != "call":
		p.table(s.Table)
		return
	case s.Tail != nil:
		p.opaque(s.Tail)
		return
	}
	p.raw(s.Op)
	p.raw(" ")
	switch {
	case s.Table != nil:
		p.table(s.Table)
	case s.Where != nil:
		p.expr(s.Where, precNone)
	case s.OrderBy != nil:
		p.raw("by ")
		list(p, s.OrderBy, p.orderItem)
	case s.Limit != nil:
		p.expr(s.Limit, precNone)
		p.where("offset ", s.Offset)
	case s.Names != nil:
		p.names(s.Names)
	case s.Queries != nil:
		list(p, s.Queries, p.subquery)
	}
	list(p, s.Items, p.item)
	if s.GroupBy != nil {
		p.put("group by ")
		list(p, s.GroupBy, p.item)
	}
}

func (p *printer) function(f *Function) {
	p.raw("function ")
	p.name(f.Name)
	p.parens(func() { p.names(f.Params) })
	if f.Returns != nil { // it is missing where the text ends
		p.raw(" returns ")
		p.typeName(f.Returns)
	}
	switch {
	case f.Return != nil:
		p.raw(" return ")
		p.expr(f.Return, precNone)
	case f.Body != nil:
		p.raw(" ")
		p.opaque(f.Body)
	}
}
