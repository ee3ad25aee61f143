package sema

import (
	"maps"
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// queryInfo is an analysed query.
type queryInfo struct {
	node  *sql.Query
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
	r.notNull[tid] = w.because(sql.Span{}, "a row")
	r.open = unknownColumns(w, why, nil)
	return r
}

// with analyses the CTEs of a WITH clause and returns what names they add.
func (w *World) with(node *sql.With, outer *scope) map[string]*CTE {
	if node == nil {
		return nil
	}
	ctes := map[string]*CTE{}
	for s := outer; s != nil; s = s.parent {
		for k, v := range s.ctes {
			if _, ok := ctes[k]; !ok {
				ctes[k] = v
			}
		}
	}
	for _, n := range node.CTEs {
		c := &CTE{Node: n}
		named := n.Name != nil && !n.Name.Hole
		w.CTEs = append(w.CTEs, c)
		switch {
		case n.Body == nil:
			c.rel = w.blank("a CTE without a query")
		default:
			if node.Recursive && named {
				// The recursive reference sees nothing known: no fixpoint is tried.
				next := maps.Clone(ctes)
				next[w.Dialect.Fold(n.Name)] = &CTE{Node: n, rel: w.blank("a recursive CTE is not followed")}
				c.body = w.query(n.Body, &scope{parent: outer, ctes: next})
			} else {
				c.body = w.query(n.Body, &scope{parent: outer, ctes: ctes})
			}
			c.rel = c.body.rel
			if c.body.block != nil {
				c.body.block.CTE = c
			}
		}
		f := from{rel: c.rel, sources: []*sourceRel{{rel: c.rel}}}
		f.rename(w, &sql.Alias{Columns: n.Columns})
		c.rel = f.rel
		if named {
			ctes = maps.Clone(ctes)
			ctes[w.Dialect.Fold(n.Name)] = c
		}
	}
	return ctes
}

// body analyses what stands at the core of a query.
func (w *World) body(info *queryInfo, body sql.Body, sc *scope) {
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
	b := &Block{World: w, Select: &sql.Select{Span: p.Span}, elementOf: map[Col]string{}}
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
			one := w.because(q.Limit.Range(), "LIMIT 1")
			r.addFD(fd{to: r.tids, why: one})
			r.addKey(key{why: one})
		case "0":
			r.card = Card{0, 0}
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

// values analyses a VALUES list: its rows are data.
func (w *World) values(v *sql.Values) *rel {
	tid := w.mintTid(nil)
	r := newRel(tid)
	r.notNull[tid] = w.because(v.Span, "a row of VALUES")
	r.card = Card{min(1, len(v.Rows)), len(v.Rows)}
	if len(v.Rows) == 0 {
		return r
	}
	width := len(v.Rows[0].Items)
	for i := range width {
		r.cols = append(r.cols, outCol{col: w.mint(column{class: Identity, tids: []Col{tid}}), item: v})
		if w.distinctLiterals(v, i) {
			r.addStrict(set{r.cols[i].col}, w.because(v.Span, "the values differ"))
		}
	}
	if len(v.Rows) == 1 {
		r.addFD(fd{to: r.tids, why: w.because(v.Span, "one row")})
	}
	return r
}

// distinctLiterals reports whether position i of every row is a literal and no
// two are equal. Numbers are compared as text only if they are plain digits.
func (w *World) distinctLiterals(v *sql.Values, i int) bool {
	seen := map[string]bool{}
	for _, row := range v.Rows {
		if i >= len(row.Items) {
			return false
		}
		lit, ok := sql.Unparen(row.Items[i]).(*sql.Literal)
		if !ok || lit.Kind == sql.NullLit || lit.Type != "" || lit.Kind == sql.NumberLit && !digits(lit.Text) {
			return false
		}
		text := literalText(lit)
		if seen[text] {
			return false
		}
		seen[text] = true
	}
	return true
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != "" && (s == "0" || s[0] != '0')
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
		info.rel = w.collapse(so.Branches[0].rel, w.because(op.OpSpan, "EXCEPT keeps distinct rows"), so.Branches[0].rel.open == nil)
		info.rel.card.Min = 0
	case op.Op == sql.Intersect:
		info.rel = w.collapse(so.Branches[0].rel, w.because(op.OpSpan, "INTERSECT keeps distinct rows"), so.Branches[0].rel.open == nil)
		for _, b := range so.Branches[1:] {
			w.alsoIn(info.rel, b.rel)
		}
		info.rel.card.Min = 0
	default:
		info.rel = w.unionAll(so, op.ByName)
		if !op.All {
			info.rel = w.collapse(info.rel, w.because(op.OpSpan, "UNION keeps distinct rows"), info.rel.open == nil)
		}
	}
}

// alsoIn adds what holds of the rows of r to out, whose rows are all rows of r
// as well.
func (w *World) alsoIn(out, r *rel) {
	if out.open != nil || r.open != nil || len(out.cols) != len(r.cols) {
		return
	}
	to := make(map[Col]Col, len(r.cols))
	for i, c := range r.cols {
		to[c.col] = out.cols[i].col
		if nn := r.notNull[c.col]; nn != nil && out.notNull[out.cols[i].col] == nil {
			out.notNull[out.cols[i].col] = nn
		}
	}
	w.carry(out, r, to)
}

// flatten lists the branches of a left-deep chain of one operator.
func flatten(op *sql.SetOp) []sql.Body {
	var out []sql.Body
	var n sql.Body = op
	for {
		s, ok := n.(*sql.SetOp)
		if !ok || s.Op != op.Op || s.All != op.All || s.ByName != op.ByName || op.Op == sql.Except {
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

// unionAll puts the branches' rows together. A key survives when the branches
// cannot share a value of it: when a column is a different constant in each, or
// the branches are filtered to disjoint values of it.
func (w *World) unionAll(so *SetOp, byName bool) *rel {
	tid := w.mintTid(nil)
	out := newRel(tid)
	out.notNull[tid] = w.because(so.Node.OpSpan, "a row")
	out.card = Card{0, 0}
	for _, b := range so.Branches {
		out.card.Min = max(out.card.Min, b.rel.card.Min)
		if out.card.Max += b.rel.card.Max; out.card.Max > Many {
			out.card.Max = Many
		}
		if b.rel.open != nil {
			out.open = unknownOpen(w, b.rel.open)
		}
	}
	cols := so.Branches[0].rel.cols
	if byName {
		cols = allNames(so)
	}
	pos := make([][]Col, 0, len(cols)) // per output column, its column in each branch
	for i, c := range cols {
		row, ok := w.position(so, i, c, byName)
		if !ok {
			if out.open == nil {
				out.open = unknownColumns(w, "the branches of a set operation do not line up", nil)
			}
			continue
		}
		old := w.cols[c.col]
		class := Identity
		n := w.mint(column{name: old.name, class: class, in: row, tids: []Col{tid}, cutoff: true})
		if w.unionNotNull(so, row) {
			out.notNull[n] = w.because(so.Node.OpSpan, "never NULL in any branch")
		}
		if k, ok := w.unionConst(so, row); ok {
			out.consts[n] = k
		}
		c.col = n
		out.cols = append(out.cols, c)
		pos = append(pos, row)
	}
	if len(so.Branches) <= 40 {
		w.unionKeys(so, out, pos)
	}
	return out
}

// allNames returns the columns of UNION BY NAME: those of the first branch, then
// what others add.
func allNames(so *SetOp) []outCol {
	var out []outCol
	for _, b := range so.Branches {
		for _, c := range b.rel.cols {
			if !slices.ContainsFunc(out, func(o outCol) bool { return o.fold == c.fold }) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (w *World) position(so *SetOp, i int, c outCol, byName bool) ([]Col, bool) {
	row := make([]Col, len(so.Branches))
	for k, b := range so.Branches {
		switch {
		case byName:
			col, ok := b.rel.named(c.fold)
			if !ok && b.rel.open != nil {
				return nil, false
			}
			if !ok {
				col = w.null()
			}
			row[k] = col
		case b.rel.open != nil && k > 0, i >= len(b.rel.cols):
			// Positions after a star that is not expanded are not known; equal
			// names at equal positions are taken for the same.
			if i < len(b.rel.cols) && b.rel.cols[i].fold == c.fold && c.fold != "" {
				row[k] = b.rel.cols[i].col
				continue
			}
			return nil, false
		default:
			row[k] = b.rel.cols[i].col
		}
	}
	return row, true
}

func (w *World) unionNotNull(so *SetOp, row []Col) bool {
	for k, b := range so.Branches {
		if b.rel.notNull[row[k]] == nil {
			return false
		}
	}
	return true
}

// constOf returns the constant that c is in r.
func (w *World) constOf(r *rel, c Col) (string, bool) {
	if k, ok := r.consts[c]; ok && k.lit != "" {
		return k.lit, true
	}
	if col := &w.cols[c]; col.fixed && col.lit != "" {
		return col.lit, true
	}
	return "", false
}

func (w *World) unionConst(so *SetOp, row []Col) (constant, bool) {
	lit, ok := w.constOf(so.Branches[0].rel, row[0])
	if !ok {
		return constant{}, false
	}
	for k, b := range so.Branches[1:] {
		if l, ok := w.constOf(b.rel, row[k+1]); !ok || l != lit {
			return constant{}, false
		}
	}
	return constant{lit: lit, null: lit == "null", why: w.because(so.Node.OpSpan, "the same in every branch")}, true
}

// unionKeys finds keys of a UNION ALL.
func (w *World) unionKeys(so *SetOp, out *rel, pos [][]Col) {
	for d, row := range pos {
		if !w.disjoint(so, row) {
			continue
		}
		w.cols[out.cols[d].col].teller = true
		for _, cand := range w.branchKeys(so, pos) {
			cols := make([]Col, 0, len(cand)+1)
			for _, i := range cand {
				cols = append(cols, out.cols[i].col)
			}
			cols = append(cols, out.cols[d].col)
			k := newSet(cols...)
			text := "`" + w.colName(out.cols[d].col) + "` tells the branches apart, and each is unique"
			var from []*why
			for b := range so.Branches {
				from = append(from, w.branchProof(so, b, cand, pos)...)
			}
			out.addStrict(k, w.because(so.Node.OpSpan, text, from...))
		}
	}
}

// branchKeys returns sets of positions that are strict keys of every branch.
func (w *World) branchKeys(so *SetOp, pos [][]Col) [][]int {
	first := so.Branches[0].rel
	var out [][]int
	for _, k := range first.keys {
		var cand []int
		ok := true
		for _, c := range k.cols {
			if _, same := first.consts[c]; same {
				continue // row_number() = 1
			}
			i := slices.IndexFunc(pos, func(row []Col) bool { return row[0] == c })
			if i < 0 {
				ok = false
				break
			}
			cand = append(cand, i)
		}
		if !ok || len(out) >= 4 {
			continue
		}
		for b := range so.Branches {
			if !w.identifies(so.Branches[b].rel, branchSet(cand, pos, b)) {
				ok = false
				break
			}
		}
		if ok {
			out = append(out, cand)
		}
	}
	if len(out) == 0 && !slices.ContainsFunc(so.Branches, func(b *queryInfo) bool { return b.rel.card.Max > 1 }) {
		return [][]int{nil}
	}
	return out
}

func branchSet(cand []int, pos [][]Col, b int) set {
	var s set
	for _, i := range cand {
		s = s.with(pos[i][b])
	}
	return s
}

func (w *World) branchProof(so *SetOp, b int, cand []int, pos [][]Col) []*why {
	r := so.Branches[b].rel
	return w.reach(r, branchSet(cand, pos, b)).proof(r.tids)
}

// disjoint reports whether no two branches can have the same value at row:
// different constants, or filters that contradict each other.
func (w *World) disjoint(so *SetOp, row []Col) bool {
	for i := range so.Branches {
		for k := range so.Branches[:i] {
			if !w.apart(so.Branches[i].rel, row[i], so.Branches[k].rel, row[k]) {
				return false
			}
		}
	}
	return true
}

func (w *World) apart(r *rel, c Col, s *rel, d Col) bool {
	x, ok1 := w.constOf(r, c)
	y, ok2 := w.constOf(s, d)
	if ok1 && ok2 {
		return literalsDiffer(x, y)
	}
	if x == "null" && s.notNull[d] != nil || y == "null" && r.notNull[c] != nil {
		return true
	}
	return contradict(condsOn(r, c), condsOn(s, d))
}

func condsOn(r *rel, c Col) []cond {
	var out []cond
	for _, k := range r.conds {
		if k.col == c {
			out = append(out, k)
		}
	}
	return out
}
