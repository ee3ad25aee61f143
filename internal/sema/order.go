package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// OrderKind says what the order of a window says about which row comes first.
type OrderKind uint8

const (
	Ordered   OrderKind = iota // it says something, or is not known
	Unordered                  // there is none
	Constant                   // all rows of a partition are equal in it
)

// Order is what the order of the window says.
func (win *Window) Order() OrderKind { return win.order }

// Proof is why the order of a window is constant.
func (win *Window) Proof() []Step { return win.Block.World.steps(win.proof) }

// orderOf judges the order of a window over the rows of r, before a filter on
// the window's value adds what it knows: one that is constant within a partition
// is none. A partition that is known to have one row needs no order.
func (w *World) orderOf(win *windowCol, r *rel) (OrderKind, []fact) {
	part := w.reachNotNull(r, newSet(win.partition...), w.numberings(r))
	if part.all(r.tids) {
		return Ordered, nil
	}
	if len(win.order) == 0 {
		return Unordered, nil
	}
	for _, c := range win.order {
		if w.cols[c].volatile || !w.cols[c].fixed && !part.known(c) {
			return Ordered, nil
		}
	}
	return Constant, part.proof(newSet(win.order...))
}

// numberings returns the columns of r that number the elements of a collection:
// whoever reads one has a collection with an order, where it is not NULL.
func (w *World) numberings(r *rel) set {
	var out set
	for _, f := range r.fds {
		for _, c := range f.from {
			if f.lax && w.cols[c].place {
				out = out.with(c)
			}
		}
	}
	return out
}

// Name is the window's function in lower case.
func (win *Window) Name() string { return win.info.fn }

// Partition returns the names of the columns that the window is partitioned by.
func (win *Window) Partition() []string { return win.Block.World.names(win.info.partition) }

// OrderedBy returns the names of what the window is ordered by.
func (win *Window) OrderedBy() []string { return win.Block.World.names(win.info.order) }

// Chooses reports whether a filter of the world reads the window's value: then
// it decides which rows there are.
func (win *Window) Chooses() bool {
	w := win.Block.World
	for _, f := range w.Filters {
		for _, c := range f.cols {
			if w.derives(c, win.col, 0) {
				return true
			}
		}
		for n := range sql.Walk(f.Expr) {
			if n == sql.Node(win.Call) {
				return true
			}
		}
	}
	return false
}

// Alike reports whether the rows of a partition are equal in all that is read of
// the block, but for the number itself: then it does not matter which is taken.
func (win *Window) Alike() bool {
	b, w := win.Block, win.Block.World
	if b.Out == nil || !win.info.whole || b.Out.open != nil && w.out != nil && w.out.open != nil {
		return false
	}
	part := newSet(win.info.partition...)
	var rest set
	for _, c := range b.Out.cols {
		rest = rest.with(c.col)
	}
	if b.Out.open != nil {
		for _, c := range b.Out.open.named {
			rest = rest.with(c)
		}
	}
	return !slices.ContainsFunc(rest, func(c Col) bool { return !part.has(c) && !w.derives(c, win.col, 0) && w.used(c) })
}

// used reports whether something reads column c: the output, a condition, what is
// grouped by, a window's order, a query in an expression.
func (w *World) used(c Col) bool {
	through := func(x Col) bool { return w.leadsThrough(x, c) }
	shown := func(r *rel) bool {
		return r != nil && slices.ContainsFunc(r.cols, func(o outCol) bool { return through(o.col) })
	}
	if shown(w.out) || slices.ContainsFunc(w.Filters, func(f *Filter) bool { return slices.ContainsFunc(f.cols, through) }) {
		return true
	}
	for _, b := range w.Blocks {
		if b.InExpr && shown(b.Out) || slices.ContainsFunc(b.groupPre, through) {
			return true
		}
		for _, win := range b.Windows {
			if slices.ContainsFunc(slices.Concat(win.info.partition, win.info.order), through) {
				return true
			}
		}
	}
	for _, j := range w.Joins {
		if slices.ContainsFunc(j.Conds, func(k *JoinCond) bool { return k.eq != nil && (through(k.eq.l) || through(k.eq.r)) }) {
			return true
		}
	}
	return false
}

// derives reports whether c is a copy or a function of col.
func (w *World) derives(c, col Col, depth int) bool {
	if c == col {
		return true
	}
	if c <= 0 || depth > 20 {
		return false
	}
	if from := w.cols[c].from; from > 0 {
		return w.derives(from, col, depth+1)
	}
	for _, in := range w.cols[c].in {
		if w.derives(in, col, depth+1) {
			return true
		}
	}
	return w.cols[c].expr != nil && w.cols[c].window != nil && w.cols[col].window != nil && w.cols[c].window.call == w.cols[col].window.call
}

// Windows yields the window calls of the world, each once.
func (w *World) Windows() []*Window {
	var out []*Window
	seen := map[*sql.Call]bool{}
	for _, b := range w.Blocks {
		for _, win := range b.Windows {
			if !seen[win.Call] {
				seen[win.Call] = true
				out = append(out, win)
			}
		}
	}
	return out
}

// Cut is a LIMIT that drops rows without an order that says which.
type Cut struct {
	Query *sql.Query
	// Output is set for the LIMIT of the whole query, Expr for one of a query in
	// an expression.
	Output, Expr bool
}

// Cuts returns the LIMITs without ORDER BY over more than one row.
func (w *World) Cuts() []Cut {
	var out []Cut
	main := w.Tree.Query()
	inExpr := map[*sql.Query]bool{}
	for _, b := range w.Blocks {
		for _, q := range b.Subqueries {
			inExpr[q.node] = true
		}
	}
	for _, b := range w.Blocks {
		q := w.queryOf(b)
		if q == nil || len(q.OrderBy) > 0 || q.OrderByAll || len(q.Holes) > 0 || len(q.LimitBy) > 0 {
			continue
		}
		lit, ok := q.Limit.(*sql.Literal)
		if !ok || lit.Text == "0" || b.Out == nil || b.Out.card.Max <= 1 {
			continue
		}
		out = append(out, Cut{Query: q, Output: q == main, Expr: inExpr[q]})
	}
	return out
}

// queryOf returns the query whose body is the block's SELECT, nil if it is a
// branch of a set operation.
func (w *World) queryOf(b *Block) *sql.Query {
	if w.queries == nil {
		w.queries = map[*sql.Select]*sql.Query{}
		for n := range sql.Walk(w.Tree.Query()) {
			if q, ok := n.(*sql.Query); ok {
				if s, ok := q.Body.(*sql.Select); ok {
					w.queries[s] = q
				}
			}
		}
	}
	return w.queries[b.Select]
}

// IdleJoins returns the LEFT JOINs that change nothing: at most one row of the
// right side meets a row, and no column of it is read.
func (w *World) IdleJoins() []*Join {
	var out []*Join
	for _, j := range w.Joins {
		if j.Kind == sql.Left && j.Right.Status == Unique && !j.Unsure && j.Node != nil && !j.Node.Natural && !j.Node.Asof && w.idle(j) {
			out = append(out, j)
		}
	}
	return out
}

// idle reports whether nothing but the join's own condition names a column of
// its right side. What may be a column of it is one.
func (w *World) idle(j *Join) bool {
	b := j.Block
	if b == nil || b.scope.hole || len(b.Select.Holes) > 0 || len(j.rightSrc) != 1 {
		return false
	}
	src := j.rightSrc[0]
	if src.name == "" || src.rel.open != nil && src.scan == nil {
		return false
	}
	var root sql.Node = b.Select
	if q := w.queryOf(b); q != nil {
		root = q
	}
	idle := true
	sql.Inspect(root, func(n sql.Node) bool {
		switch n := n.(type) {
		case *sql.With:
			return false // its queries do not see the join
		case *sql.Hole:
			idle = false
		case *sql.Opaque:
			idle = idle && n.Known
		case *sql.Star:
			idle = idle && len(n.Qualifier) > 0 && !w.denotes(src, n.Qualifier)
		case *sql.Column:
			idle = idle && !w.mayRead(b, src, n)
		case *sql.Join:
			if n == j.Node {
				for _, side := range []sql.Node{n.Left, n.Right} {
					idle = idle && !w.readsIn(b, src, side)
				}
				return false
			}
			for _, id := range n.Using {
				idle = idle && !w.mayRead(b, src, &sql.Column{Parts: []*sql.Ident{id}})
			}
		}
		return idle
	})
	return idle
}

// readsIn reports whether a node below FROM reads a column of src: an earlier
// join does not see it, a lateral one may.
func (w *World) readsIn(b *Block, src *sourceRel, root sql.Node) bool {
	for n := range sql.Walk(root) {
		if c, ok := n.(*sql.Column); ok && len(c.Parts) > 1 && w.denotes(src, c.Parts[:1]) {
			return true
		}
	}
	return false
}

// mayRead reports whether a reference is, or may be, to a column of src.
func (w *World) mayRead(b *Block, src *sourceRel, c *sql.Column) bool {
	for _, p := range c.Parts {
		if p.Hole {
			return true
		}
	}
	for n := 1; n <= len(c.Parts); n++ {
		if w.denotes(src, c.Parts[:n]) {
			return true
		}
	}
	for _, o := range b.sources {
		for n := 1; n < len(c.Parts); n++ {
			if o != src && w.denotes(o, c.Parts[:n]) {
				return false
			}
		}
	}
	fold := w.Dialect.Fold(c.Parts[0])
	if _, ok := src.rel.named(fold); ok || src.rel.open == nil {
		return ok
	}
	// The relation may have more columns than are known: unless another is
	// known to have this one, it may be the one that is meant.
	for _, o := range b.sources {
		if _, ok := o.rel.named(fold); ok && o != src {
			return false
		}
	}
	return true
}
