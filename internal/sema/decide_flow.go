package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// stream is the way of one relation's rows to the output: through one branch of
// each union. Its rows are what a guard takes or leaves.
type stream struct {
	scan *Scan // nil for a branch that reads nothing rows arrive in
	path []*Block
	// branch is the branch that the stream takes of a union.
	branch   map[*SetOp]int
	guards   []placed
	barriers []barrier
	// takesBack is a filter above a barrier, by which a row of an earlier run
	// may be gone from a later refresh.
	takesBack *Filter
	// byKey is set when the batch is right for each key of it, and holds keys of
	// earlier runs.
	byKey bool
}

// place is a position on a stream: the block, innermost first, and the step of
// its evaluation.
type place struct {
	block int
	phase phase
}

type phase uint8

const (
	atWhere phase = iota
	atGroup
	atHaving
	atWindow
	atQualify
	atDistinct
)

// phase is where the conditions of a clause are applied.
func (c Clause) phase() phase {
	switch c {
	case Having:
		return atHaving
	case Qualify:
		return atQualify
	}
	return atWhere
}

// theEnd is behind all that a query does.
var theEnd = place{1 << 20, atDistinct}

func (a place) before(b place) bool {
	return a.block < b.block || a.block == b.block && a.phase < b.phase
}

type placed struct {
	*Guard
	place
}

// barrier is where a row of the result is computed from several rows.
type barrier struct {
	place
	block *Block
	cols  []Col   // what the rows have in common: group columns, partition, all
	win   *Window // of a window function
	first *Filter // the filter that keeps the first row of each partition
}

// flow finds the streams of the query.
func (p *prover) flow() *gap {
	streams, g := p.query(p.w.main, 0)
	if g != nil {
		return g
	}
	p.streams = streams
	for _, s := range p.w.Scans {
		if p.grows(s) && !p.read(s) {
			name := s.Relation.Name
			if s.Relation.This {
				name = "the table itself"
			}
			return p.lacks("reads", "`"+name+"` is read elsewhere than on the way to the output", s.Table)
		}
	}
	for _, g := range p.guards {
		if !slices.ContainsFunc(p.streams, func(s *stream) bool {
			return slices.ContainsFunc(s.guards, func(x placed) bool { return x.Guard == g })
		}) {
			return p.lacks("guard", "it is not known which rows `"+p.w.short(g.Expr)+"` restricts", g.Expr)
		}
	}
	return nil
}

// read reports whether a scan is the source of a stream, or stands in a guard.
func (p *prover) read(s *Scan) bool {
	for _, st := range p.streams {
		if st.scan != nil && st.scan.Table == s.Table {
			return true
		}
	}
	return p.inGuard(s.Table.Span)
}

func (p *prover) inGuard(s sql.Span) bool {
	return slices.ContainsFunc(p.guards, func(g *Guard) bool { return g.Expr.Range().Contains(s) })
}

// short is the text of a node in a line, with the table as people write it.
func (w *World) short(e sql.Node) string {
	s := e.Range()
	text, end := w.Text(s), s.End
	for _, t := range slices.Backward(w.This) { // a query in ON is there twice
		if name := (sql.Span{Start: t.Table.Start, End: t.Table.NameEnd}); s.Contains(name) && name.Start < name.End && name.End <= end {
			text = text[:name.Start-s.Start] + "{{ this }}" + text[name.End-s.Start:]
			end = name.Start
		}
	}
	return oneLine(text)
}

// query returns the streams of a query.
func (p *prover) query(q *queryInfo, depth int) ([]*stream, *gap) {
	switch {
	case q == nil || depth > maxNesting:
		return nil, p.lacks("query", "a part of the query could not be followed", nil)
	case q.union == nil && q.block == nil:
		return []*stream{{branch: map[*SetOp]int{}}}, nil // VALUES
	case q.block != nil:
		return p.block(q.block, depth)
	}
	var out []*stream
	for i, b := range q.union.Branches {
		streams, g := p.query(b, depth+1)
		if g != nil {
			return nil, g
		}
		for _, s := range streams {
			s.branch[q.union] = i
		}
		out = append(out, streams...)
	}
	if q.node != nil && (q.node.Limit != nil || q.node.Offset != nil) {
		return nil, p.lacks("limit", "LIMIT takes rows of all runs together", q.node)
	}
	if !q.union.All {
		for _, s := range out {
			if s.scan != nil {
				return nil, p.lacks("union", "rows of several branches become one by a set operation", q.union.Node)
			}
		}
	}
	return out, nil
}

// block returns the streams of a SELECT.
func (p *prover) block(b *Block, depth int) ([]*stream, *gap) {
	var grown []*stream
	sources := 0
	for _, src := range b.sources {
		streams, g := p.source(b, src, depth)
		if g != nil {
			return nil, g
		}
		streams = slices.DeleteFunc(streams, func(s *stream) bool { return s.scan == nil })
		if len(streams) == 0 {
			continue
		}
		if sources++; sources > 1 && len(p.guards) > 0 {
			return nil, p.lacks("join", "two relations are joined that rows arrive in", b.Select.From)
		}
		if g := p.joined(b, src); g != nil {
			return nil, g
		}
		grown = append(grown, streams...)
	}
	if len(b.Select.Holes) > 0 {
		return nil, p.lacks("query", "a part of the query is not known", b.Select)
	}
	for _, q := range b.Subqueries {
		if p.inGuard(q.node.Span) {
			continue
		}
		r := p.w.region(q.node)
		for _, s := range p.w.Scans {
			if p.grows(s) && r.contains(s.Table.Span) {
				return nil, p.lacks("subquery", "a subquery reads `"+s.Relation.Name+"`, where rows arrive", q.node)
			}
		}
	}
	if len(grown) == 0 {
		return []*stream{{branch: map[*SetOp]int{}, path: []*Block{b}}}, nil
	}
	if b.Limited {
		return nil, p.lacks("limit", "LIMIT takes rows of all runs together", b.Select)
	}
	for _, s := range grown {
		s.path = append(s.path, b)
		if g := p.pass(s, b); g != nil {
			return nil, g
		}
	}
	return grown, nil
}

// source returns the streams of a relation in FROM.
func (p *prover) source(b *Block, src *sourceRel, depth int) ([]*stream, *gap) {
	if src.scan != nil {
		if !p.growing[src.scan.Relation] {
			return nil, nil
		}
		return []*stream{{scan: src.scan, branch: map[*SetOp]int{}}}, nil
	}
	switch n := src.node.(type) {
	case *sql.Table:
		var found []*CTE
		for _, c := range p.w.CTEs {
			if len(n.Name) == 1 && c.body != nil && p.w.Dialect.Same(c.Node.Name, n.Name[0]) {
				found = append(found, c)
			}
		}
		if len(found) == 1 {
			return p.query(found[0].body, depth+1)
		}
	case *sql.Derived:
		for _, q := range b.Derived {
			if q.node == n.Query && !n.Lateral {
				return p.query(q, depth+1)
			}
		}
	}
	if src.node != nil {
		r := p.w.region(src.node)
		for _, s := range p.w.Scans {
			if p.grows(s) && r.contains(s.Table.Span) {
				return nil, p.lacks("query", "a relation in FROM could not be followed", src.node)
			}
		}
	}
	return nil, nil
}

// joined says whether a row of a growing source keeps its place in the result,
// whatever it is joined to.
func (p *prover) joined(b *Block, src *sourceRel) *gap {
	// A join gives its sources new columns: they are told by their place.
	is := func(o *sourceRel) bool { return o == src || o.node != nil && o.node == src.node }
	for _, j := range b.Joins {
		right := slices.ContainsFunc(j.rightSrc, is)
		if !right && !slices.ContainsFunc(j.sources, is) {
			continue
		}
		switch {
		case right && j.nullRight:
			return p.lacks("outer", "`"+j.RightName+"` is joined by an outer join: a row of `"+j.LeftName+"` has NULL where no row is in the batch", j.Node)
		case !right && j.nullLeft:
			return p.lacks("outer", "`"+j.LeftName+"` is joined by an outer join: a row of `"+j.RightName+"` has NULL where no row is in the batch", j.Node)
		case right && (j.Kind == sql.Semi || j.Kind == sql.Anti):
			return p.lacks("join", "`"+j.RightName+"` only chooses rows of `"+j.LeftName+"`", j.Node)
		case j.Unsure:
			return p.lacks("join", "a join could not be read in full", j.Node)
		}
	}
	return nil
}

// pass adds the guards and barriers of a block to a stream.
func (p *prover) pass(s *stream, b *Block) *gap {
	at := len(s.path) - 1
	for _, g := range p.guards {
		if g.Block != b {
			continue
		}
		if g.Clause == On {
			if g.Join == nil || g.Join.nullLeft || g.Join.nullRight || g.Join.Kind == sql.Semi || g.Join.Kind == sql.Anti {
				return p.lacks("outer", "`"+p.w.short(g.Expr)+"` restricts matches, not rows", g.Expr)
			}
		}
		s.guards = append(s.guards, placed{g, place{at, g.Clause.phase()}})
	}
	if b.Grouped {
		if b.rollup() {
			return p.lacks("group", "grouping sets are not decided", b.Select)
		}
		s.barriers = append(s.barriers, barrier{place: place{at, atGroup}, block: b, cols: b.groupPre})
	}
	for _, win := range b.Windows {
		if f := p.keepsFirst(win); f != nil || p.used(win) {
			s.barriers = append(s.barriers, barrier{place: place{at, atWindow}, block: b, cols: win.info.partition, win: win, first: f})
		}
	}
	if len(b.Select.DistinctOn) > 0 {
		return p.lacks("distinct", "DISTINCT ON is not decided", b.Select)
	}
	if b.Select.Distinct && !b.Out.tids.equal(b.rel.tids) {
		var cols []Col
		for _, c := range b.rel.cols {
			cols = append(cols, c.col)
		}
		s.barriers = append(s.barriers, barrier{place: place{at, atDistinct}, block: b, cols: cols})
	}
	return nil
}

// keepsFirst returns the filter that keeps the first row of each partition of a
// numbering.
func (p *prover) keepsFirst(win *Window) *Filter {
	if win.info.fn != "row_number" || !win.info.whole {
		return nil
	}
	for _, f := range p.w.Filters {
		if w := p.w.firstOnly(f); w == win && (f.Clause == Where || f.Clause == Qualify) {
			return f
		}
	}
	return nil
}

// used reports whether a window's value reaches the output or a filter.
func (p *prover) used(win *Window) bool {
	w := p.w
	if w.out.open != nil || slices.ContainsFunc(w.out.cols, func(o outCol) bool { return w.leadsThrough(o.col, win.col) }) {
		return true
	}
	for _, f := range w.Filters {
		if slices.ContainsFunc(f.cols, func(c Col) bool { return w.leadsThrough(c, win.col) }) {
			return true
		}
	}
	for _, a := range w.Aggs {
		if slices.ContainsFunc(a.args, func(c Col) bool { return w.leadsThrough(c, win.col) }) {
			return true
		}
	}
	for _, o := range w.Blocks {
		for _, x := range o.Windows {
			if x != win && (slices.ContainsFunc(slices.Concat(x.info.partition, x.info.order), func(c Col) bool { return w.leadsThrough(c, win.col) }) || callsOver(w, x, win)) {
				return true
			}
		}
		if o.Grouped && slices.ContainsFunc(o.groupPre, func(c Col) bool { return w.leadsThrough(c, win.col) }) {
			return true
		}
		for _, j := range o.Joins {
			for _, c := range j.Conds {
				if c.eq != nil && (w.leadsThrough(c.eq.l, win.col) || w.leadsThrough(c.eq.r, win.col)) {
					return true
				}
			}
		}
	}
	return false
}

// callsOver reports whether the arguments of window x may read the value of win:
// they are not kept as columns, so any column of a later block may.
func callsOver(w *World, x, win *Window) bool { return x.Block != win.Block }

// leadsThrough is leadsTo that also follows aggregates and unions.
func (w *World) leadsThrough(c, target Col) bool {
	seen := map[Col]bool{}
	var visit func(c Col) bool
	visit = func(c Col) bool {
		if c <= 0 || seen[c] {
			return false
		}
		seen[c] = true
		col := &w.cols[c]
		return c == target || visit(col.from) || slices.ContainsFunc(col.in, visit)
	}
	return visit(c)
}

// into follows column c down to a column of the rows with tuple ids dom: through
// copies, and through the stream's branch of each union. It may end at a
// computed column.
func (p *prover) into(s *stream, c Col, dom set) (Col, bool) {
	for range 400 {
		col := &p.w.cols[c]
		if len(col.tids) > 0 && newSet(col.tids...).within(dom) {
			return c, true
		}
		n, ok := p.down(s, c)
		if !ok {
			return 0, false
		}
		c = n
	}
	return 0, false
}

// down returns what column c is a copy of, one step towards the stream's source.
func (p *prover) down(s *stream, c Col) (Col, bool) {
	col := &p.w.cols[c]
	if col.from > 0 {
		return col.from, true
	}
	if col.expr != nil || col.leaf != nil || col.class != Identity || len(col.in) == 0 {
		return 0, false
	}
	for so, i := range s.branch {
		if len(col.in) == len(so.Branches) && slices.ContainsFunc(so.Branches[0].rel.cols, func(o outCol) bool { return o.col == col.in[0] }) {
			return col.in[i], true
		}
	}
	return 0, false
}

// leafOf returns the only column of a relation that c is computed from.
func (p *prover) leafOf(c Col) *Leaf {
	w := p.w
	var leaf *Leaf
	seen := map[Col]bool{}
	ok := true
	var visit func(c Col)
	visit = func(c Col) {
		if c <= 0 || seen[c] || len(seen) > 2000 {
			return
		}
		seen[c] = true
		col := &w.cols[c]
		switch {
		case col.leaf != nil:
			ok = ok && (leaf == nil || same(leaf.Relation, col.leaf.Relation) && leaf.Column == col.leaf.Column)
			leaf = col.leaf
		case col.from > 0:
			visit(col.from)
		default:
			for _, i := range col.in {
				visit(i)
			}
		}
	}
	visit(c)
	if !ok {
		return nil
	}
	return leaf
}
