package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// queryInfo is an analysed query.
type queryInfo struct {
	node  *sql.Query
	body  sql.Body
	rel   *rel
	block *Block // its SELECT, nil for a set operation or VALUES
	union *SetOp // its set operation
	outer set    // columns of enclosing queries that it reads
}

// SetOp is a set operation with its branches in order; a chain of the same
// UNION ALL is one SetOp.
type SetOp struct {
	Node     *sql.SetOp
	Branches []*queryInfo
	All      bool
}

// query analyses a query expression.
func (w *World) query(q *sql.Query, outer *scope) *queryInfo {
	info := &queryInfo{node: q}
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxNesting || w.truncated {
		w.truncated = true
		info.rel = w.blank("the query is nested too deep to be analysed")
		return info
	}
	own := &scope{parent: outer}
	own.ctes = w.with(q.With, outer)
	w.body(info, q.Body, own)
	w.tail(info, q)
	info.outer = own.outer
	return info
}

// blank is a relation of which nothing is known.
func (w *World) blank(why string) *rel {
	tid := w.mintTid(nil)
	r := newRel(tid)
	r.row(tid)
	r.open = unknownColumns(w, why, nil)
	return r
}

// maxTids bounds the tuple ids of a CTE, which every reading of it has anew: a row
// of a CTE that is made of more has one id. CTEs that each join two others would
// have as many as there are ways from the last to the first.
const maxTids = 100

// with analyses the CTEs of a WITH clause and returns what names they add.
func (w *World) with(node *sql.With, outer *scope) *cteName {
	if node == nil {
		return nil
	}
	var names *cteName
	for _, n := range node.CTEs {
		c := &CTE{Node: n}
		named := n.Name != nil && !n.Name.Hole
		w.CTEs = append(w.CTEs, c)
		switch {
		case n.Body == nil:
			c.rel = w.blank("a CTE without a query")
		default:
			c.rel = w.cteBody(c, node.Recursive && named, outer, names)
			if c.body.block != nil {
				c.body.block.CTE = c
			}
		}
		if len(c.rel.tids) > maxTids {
			c.rel = w.collapse(c.rel, nil, false)
		}
		f := from{rel: c.rel, sources: []*sourceRel{{rel: c.rel}}}
		f.rename(w, &sql.Alias{Columns: n.Columns})
		c.rel = f.rel
		if named {
			names = &cteName{w.Dialect.Fold(n.Name), c, names}
		}
	}
	return names
}

// cteBody analyses the query of a CTE. What a recursive one reads of itself is
// not known: no fixpoint is tried. Its rows come from any number of steps, so
// nothing that holds in one step need hold of all, but that a column is never
// NULL and that UNION keeps distinct rows.
func (w *World) cteBody(c *CTE, recursive bool, outer *scope, names *cteName) *rel {
	if !recursive {
		c.body = w.query(c.Node.Body, &scope{parent: outer, ctes: names})
		return c.body.rel
	}
	fold := w.Dialect.Fold(c.Node.Name)
	self := &CTE{Node: c.Node, rel: w.blank("a recursive CTE is not followed")}
	next := &cteName{fold, self, names}
	c.body = w.query(c.Node.Body, &scope{parent: outer, ctes: next})
	r := c.body.rel
	if self.Uses == 0 {
		return r
	}
	out := w.forget(r)
	out.at.op, out.at.of = proof.Unique, [2]*stage{r.at}
	out.cols = slices.Clone(r.cols)
	to := map[Col]Col{}
	for i, oc := range out.cols {
		n, ok := to[oc.col]
		if !ok {
			n = w.mint(column{name: w.cols[oc.col].name, class: Identity, in: []Col{oc.col}, via: out.at, tids: out.tids, cutoff: true})
			to[oc.col] = n
			if nn := r.notNull[oc.col]; nn != nil {
				out.setNotNull(n, nn)
			}
		}
		out.cols[i].col = n
	}
	if u := c.body.union; u != nil && !u.All && u.Node.Op == sql.Union && u.Node.Hole == nil && out.open == nil {
		var all set
		for _, oc := range out.cols {
			all = all.with(oc.col)
		}
		out.at.cols = all
		out.addStrict(all, w.because(u.Node.OpSpan, proof.Distinct).worded("UNION keeps distinct rows"))
	}
	return out
}

// body analyses what stands at the core of a query.
func (w *World) body(info *queryInfo, body sql.Body, sc *scope) {
	info.body = body
	switch b := body.(type) {
	case *sql.Select:
		block := w.selectBlock(b, sc.parent, sc.ctes, nil)
		info.block, info.rel = block, block.Out
		sc.outer = sc.outer.with(block.scope.outer...)
	case *sql.Query:
		inner := w.query(b, &scope{parent: sc.parent, ctes: sc.ctes})
		info.rel, info.block, info.union = inner.rel, inner.block, inner.union
		sc.outer = sc.outer.with(inner.outer...)
	case *sql.SetOp:
		w.setOp(info, b, sc)
	case *sql.Values:
		info.rel = w.values(b)
	case *sql.Pipe:
		info.rel = w.pipe(b, sc)
	case *sql.Hole:
		info.rel = w.blank("the query is made by a template value that is not known")
	default:
		info.rel = w.blank("a query that could not be read")
	}
}

// pipe reads the relations of a query with pipe operators. What the operators
// make of them is not followed.
func (w *World) pipe(p *sql.Pipe, sc *scope) *rel {
	inner := &scope{parent: sc.parent, ctes: sc.ctes}
	w.body(&queryInfo{}, p.Input, inner)
	sc.outer = sc.outer.with(inner.outer...)
	b := &Block{World: w, Select: &sql.Select{Span: p.Span}}
	b.scope = &scope{parent: sc.parent, ctes: sc.ctes, block: b, hole: true}
	for _, step := range p.Steps {
		sql.Inspect(step, func(n sql.Node) bool {
			switch n := n.(type) {
			case *sql.Query:
				w.query(n, b.scope)
				return false
			case *sql.Table:
				b.from(n, nil)
				return false
			}
			return true
		})
	}
	return w.blank("what pipe operators make of a query is not followed")
}

// tail applies ORDER BY and LIMIT.
func (w *World) tail(info *queryInfo, q *sql.Query) {
	if q.Document != nil {
		info.rel = w.blank("FOR XML and FOR JSON make one text of the rows")
	}
	if q.Sample != nil {
		info.rel = info.rel.clone()
		info.rel.card.Min = 0
	}
	if info.block != nil {
		for _, o := range q.OrderBy {
			if lit, ok := o.X.(*sql.Literal); !ok || lit.Kind != sql.NumberLit {
				w.quiet(func() { info.block.post.bind(o.X) })
			}
		}
	}
	if _, plain := q.Body.(*sql.Select); len(q.Holes) > 0 && !plain {
		info.rel = w.forget(info.rel) // of a query in parentheses more may follow
	}
	if q.Limit == nil && q.Offset == nil {
		return
	}
	if info.block != nil {
		info.block.Limited = true
	}
	r := info.rel.clone()
	if q.Offset != nil {
		r.card.Min = 0
	}
	if lit, ok := q.Limit.(*sql.Literal); ok && !q.LimitPct && len(q.LimitBy) == 0 && !q.WithTies {
		switch lit.Text {
		case "1":
			r.card.Max = min(r.card.Max, 1)
			r.at.op = proof.First
			one := w.because(q.Limit.Range(), proof.LimitOne).worded("LIMIT 1")
			r.addFD(fd{to: r.tids, why: one})
			r.addKey(key{why: one})
		case "0":
			r.card, r.at.op = Card{0, 0}, proof.First
			r.addFD(fd{to: r.tids, why: w.because(q.Limit.Range(), proof.LimitOne).worded("LIMIT 0")})
		}
	}
	info.rel = r
}

// quiet runs f without recording unbound names: ORDER BY sees names that
// nothing else does.
func (w *World) quiet(f func()) {
	n, k := len(w.Unbound), len(w.Ambiguous)
	f()
	w.Unbound, w.Ambiguous = w.Unbound[:n], w.Ambiguous[:k]
}

// setOp analyses a set operation. A chain of the same operator is one node, so
// that a union of thousands of branches does not nest.
func (w *World) setOp(info *queryInfo, op *sql.SetOp, sc *scope) {
	branches := flatten(op)
	so := &SetOp{Node: op, All: op.All && op.Op == sql.Union}
	for _, b := range branches {
		bi := &queryInfo{}
		inner := &scope{parent: sc.parent, ctes: sc.ctes}
		w.body(bi, b, inner)
		sc.outer = sc.outer.with(inner.outer...)
		so.Branches = append(so.Branches, bi)
	}
	info.union = so
	w.Unions = append(w.Unions, so)
	switch {
	case op.Op != sql.Union && op.All:
		info.rel = so.Branches[0].rel.clone() // some of its rows
		info.rel.card.Min = 0
	case op.Op == sql.Except:
		info.rel = w.collapse(so.Branches[0].rel, w.because(op.OpSpan, proof.Distinct).worded("EXCEPT keeps distinct rows"), so.Branches[0].rel.open == nil)
		info.rel.card.Min = 0
	case op.Op == sql.Intersect:
		info.rel = w.collapse(so.Branches[0].rel, w.because(op.OpSpan, proof.Distinct).worded("INTERSECT keeps distinct rows"), so.Branches[0].rel.open == nil)
		for _, b := range so.Branches[1:] {
			w.alsoIn(info.rel, b.rel)
		}
		info.rel.card.Min = 0
	default:
		info.rel = w.unionAll(so, op.ByName)
		switch {
		case op.Hole != nil: // of what operator is not known
			info.rel = w.forget(info.rel)
		case !op.All:
			info.rel = w.collapse(info.rel, w.because(op.OpSpan, proof.Distinct).worded("UNION keeps distinct rows"), info.rel.open == nil)
		}
	}
}

// alsoIn adds what holds of the rows of r to out, whose rows are all rows of r
// as well.
func (w *World) alsoIn(out, r *rel) {
	if out.open != nil || r.open != nil || len(out.cols) != len(r.cols) {
		return
	}
	to, back := make(map[Col]Col, len(r.cols)), make(map[Col]Col, len(r.cols))
	out.at.cols = nil
	row := make([]Col, len(r.cols))
	for i, c := range r.cols {
		n := out.cols[i].col
		to[c.col], back[n], row[i] = n, c.col, c.col
		out.at.cols = append(out.at.cols, n)
	}
	out.at.more, out.at.branches = append(out.at.more, r.at), append(out.at.branches, row)
	also := func(f fact) *why { return &why{rule: proof.AlsoIn, strength: finding.Struct, from: []fact{f}} }
	for _, c := range sortedCols(to) {
		n := to[c]
		if r.notNull[c] != nil && out.notNull[n] == nil && back[n] == c {
			out.fill(n, also(r.filledFact(c)))
		}
	}
	more := newRel(out.tids...)
	w.carry(more, r, to)
	for _, f := range more.fds {
		p := fact{fd: f.why.says.fd}
		if p.why = f.why; f.why.rule == proof.Collapsed {
			p = f.why.from[0]
		}
		out.addFD(fd{f.from, f.to, f.lax, also(p)})
	}
	for _, k := range more.keys {
		out.addKey(key{cols: k.cols, lax: k.lax, why: k.why})
	}
	for _, p := range r.eq {
		x, ok1 := to[p.a]
		y, ok2 := to[p.b]
		if ok1 && ok2 && back[x] == p.a && back[y] == p.b {
			out.equate(x, y, also(p.fact()))
		}
	}
	for _, c := range r.conds {
		if n, ok := to[c.col]; ok && back[n] == c.col {
			c.why, c.col = also(c.fact()), n
			c.why = c.why.saying(c.fact(), out.at)
			out.conds = append(out.conds, c)
		}
	}
}

// flatten lists the branches of a left-deep chain of one operator.
func flatten(op *sql.SetOp) []sql.Body {
	var out []sql.Body
	var n sql.Body = op
	for {
		s, ok := n.(*sql.SetOp)
		if !ok || s.Op != op.Op || s.All != op.All || s.ByName != op.ByName || (s.Hole == nil) != (op.Hole == nil) || op.Op == sql.Except {
			break
		}
		out = append(out, s.Right)
		n = s.Left
	}
	if len(out) == 0 {
		return []sql.Body{op.Left, op.Right}
	}
	out = append(out, n)
	slices.Reverse(out)
	return out
}
