package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Nullable is positive evidence that an output column is NULL in some rows.
type Nullable struct {
	Why   string
	Place finding.Place
	// far is set when it is evidence about another relation that is read: it is
	// told one step on, and not to those who read that again.
	far bool
	by  *joinID // the outer join that supplies it, if one does
}

// MayBeNull returns why the output column of that name can be NULL by the
// structure of the query: an outer join supplies it, or its expression makes
// NULLs. It returns nil when nothing speaks for it; a column that is merely not
// known to be filled is none.
func (w *World) MayBeNull(name string) *Nullable {
	if w.out == nil || w.truncated {
		return nil
	}
	c, ok := w.out.named(w.Dialect.FoldName(name, false))
	if !ok || w.out.notNull[c] != nil {
		return nil
	}
	if _, konst := w.out.consts[c]; konst {
		return nil
	}
	return w.nullable(c, name, &descent{seen: map[Col]bool{}})
}

// descent is a way down from a column to what it is made of.
type descent struct {
	seen map[Col]bool
	// met are outer joins that found all rows which pass the filters on the way.
	met []*joinID
}

// nullable follows a column down to what makes it NULL: through copies, picks of
// one value out of many, and the branches of set operations.
func (w *World) nullable(c Col, name string, d *descent) *Nullable {
	passed := w.passed()
	for !d.seen[c] && len(d.seen) < maxDepth*4 {
		d.seen[c] = true
		col := &w.cols[c]
		if passed.filled[c] {
			return nil
		}
		for _, t := range col.tids {
			d.met = append(d.met, passed.met[t]...)
		}
		if j := col.nullFrom; j != nil && w.suppliedHere(c) && !j.always() && !w.takenBack(j) && !slices.Contains(d.met, j.id) {
			return &Nullable{Why: "`" + name + "` comes from `" + j.suppliedName(c) + "`, which has no row where the outer join finds no match", Place: w.Place(j.Span()), by: j.id}
		}
		if col.from > 0 {
			c = col.from
			continue
		}
		if col.leaf != nil {
			return col.leaf.emptied(name, d)
		}
		if e := givesNull(col.expr); e != nil {
			return &Nullable{Why: "`" + oneLine(w.Text(e.Range())) + "` gives NULL", Place: w.Place(e.Range())}
		}
		if col.cutoff && col.expr == nil { // of a set operation: any branch
			for _, i := range col.in {
				if n := w.nullable(i, name, &descent{d.seen, slices.Clip(d.met)}); n != nil {
					return n
				}
			}
			return nil
		}
		if len(col.in) != 1 || !keepsNull(col.expr) {
			return nil
		}
		c = col.in[0]
	}
	return nil
}

// passage is what the filters on the way of rows to the output say of NULL. Every
// reading of a CTE has columns of its own, so that a filter on one of them speaks
// of the rows of that reading alone.
type passage struct {
	filled map[Col]bool // columns whose NULL some filter rejects
	// met holds the outer joins, here or in the query of a relation that is read,
	// that found the row of a tuple id, since some filter rejects what they supply.
	met map[Col][]*joinID
	// among gives, of a column, those whose values alone are let through: what an
	// inner join or IN compares it with.
	among map[Col][]Col
}

func (w *World) passed() *passage {
	if w.passage != nil {
		return w.passage
	}
	w.passage = &passage{map[Col]bool{}, map[Col][]*joinID{}, map[Col][]Col{}}
	for _, f := range w.Filters {
		if f.Block.InExpr || f.Clause == On && (f.Join == nil || f.Join.Kind != sql.Inner) {
			continue
		}
		for _, c := range f.rejects {
			w.passage.filled[c] = true
			found := w.supplying(c)
			for _, t := range w.cols[c].tids {
				w.passage.met[t] = append(w.passage.met[t], found...)
			}
		}
		if in, ok := sql.Unparen(f.Expr).(*sql.In); ok && !in.Not && in.Query != nil {
			w.passage.let(f.bd.bind(in.X), f.Block.listed(in.Query))
		}
	}
	for _, j := range w.Joins {
		if j.Kind != sql.Inner || j.Block.InExpr {
			continue
		}
		for _, k := range j.Conds {
			if k.eq != nil && !k.eq.nullSafe {
				w.passage.let(k.eq.l, k.eq.r)
				w.passage.let(k.eq.r, k.eq.l)
			}
		}
	}
	return w.passage
}

// let notes that column c has values of column of alone.
func (p *passage) let(c, of Col) {
	if of > 0 {
		p.among[c] = append(p.among[c], of)
	}
}

// listed returns the only column of a query in an expression of the block, 0 if it
// is not known.
func (b *Block) listed(q *sql.Query) Col {
	for _, s := range b.Subqueries {
		if s.node == q && s.rel != nil && s.rel.open == nil && len(s.rel.cols) == 1 {
			return s.rel.cols[0].col
		}
	}
	return 0
}

// suppliedHere reports whether c is what an outer join made, rather than a later
// reading of it.
func (w *World) suppliedHere(c Col) bool {
	from := w.cols[c].from
	return from <= 0 || w.cols[from].nullFrom != w.cols[c].nullFrom
}

// supplying returns the outer joins that make column c NULL where they find
// nothing: in any branch of the unions it comes from.
func (w *World) supplying(c Col) []*joinID {
	var out []*joinID
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.nullFrom != nil {
			out = append(out, col.nullFrom.id)
		}
		if col.from > 0 {
			continue
		}
		if l := col.leaf; l != nil && l.Index >= 0 {
			if n := l.Relation.Columns[l.Index].NullBy; n != nil && n.by != nil {
				out = append(out, n.by)
			}
		}
		if col.cutoff && col.expr == nil && len(out) < maxDepth {
			for _, i := range col.in {
				out = append(out, w.supplying(i)...)
			}
		}
	}
	return out
}

// emptied returns what is known to make a column of another relation NULL.
func (l *Leaf) emptied(name string, d *descent) *Nullable {
	if l.Index < 0 || l.Relation.Columns[l.Index].NullBy == nil || l.Relation.Columns[l.Index].NotNull {
		return nil
	}
	by := l.Relation.Columns[l.Index].NullBy
	if by.by != nil && slices.Contains(d.met, by.by) {
		return nil
	}
	return &Nullable{Why: "`" + name + "` is `" + l.Column + "` of `" + l.Relation.Name + "`, where " + by.Why, Place: by.Place, far: true}
}

// keepsNull reports whether an expression over one column is NULL where all that
// it sees of the column is: a cast, the extreme of a group.
func keepsNull(e sql.Expr) bool {
	switch x := sql.Unparen(e).(type) {
	case *sql.Cast:
		return true
	case *sql.Call:
		_, cut := grainOf(x)
		return cut || aggregates[funcName(x)].pick && len(x.Args) == 1
	}
	return false
}

// givesNull returns e if it is an expression that makes NULLs of values.
func givesNull(e sql.Expr) sql.Expr {
	switch x := sql.Unparen(e).(type) {
	case *sql.Cast:
		if x.Kind == sql.TryCast && !isTime(x.X) && !isText(x.Type) {
			return x
		}
	case *sql.Call:
		name := funcName(x)
		if name == "nullif" || strings.HasPrefix(name, "try_") || strings.HasPrefix(name, "safe_cast") {
			return x
		}
	}
	return nil
}

// isText reports whether a type is text of any length, which every value has.
func isText(t *sql.Type) bool {
	return t != nil && len(t.Args) == 0 && slices.Contains([]string{"text", "varchar", "string", "nvarchar"}, t.Name)
}

// isTime reports whether an expression is a time for certain, which every cast
// to another time takes.
func isTime(e sql.Expr) bool {
	call, ok := sql.Unparen(e).(*sql.Call)
	if !ok {
		return false
	}
	_, cut := grainOf(call)
	return cut || stables[funcName(call)]
}

// takenBack reports whether a WHERE, or the condition of a later inner join, turns
// the outer join into an inner one.
func (w *World) takenBack(j *Join) bool {
	if w.inner == nil {
		w.inner = map[*Join]bool{}
		for _, s := range w.Degraded() {
			w.inner[s.Join] = true
		}
		for _, f := range w.Filters {
			if f.Clause != On || f.Join == nil || f.Join.Kind != sql.Inner {
				continue
			}
			for _, c := range f.rejects {
				if j := w.supplier(f, c); j != nil {
					w.inner[j] = true
				}
			}
		}
	}
	return w.inner[j]
}

// always reports whether every row of the left side may be taken to find its
// match: a relationships test says so, or both sides are rows of one relation,
// joined by the same columns, or the left side has its values from the CTE that is
// looked up.
func (j *Join) always() bool {
	if !j.nullRight || j.nullLeft || len(j.Conds) == 0 {
		return false
	}
	w := j.World
	if j.drawn() {
		return true
	}
	for _, c := range j.Conds {
		if c.eq == nil {
			return false
		}
		l, r := w.cols[w.root(c.eq.l)].leaf, w.cols[w.root(c.eq.r)].leaf
		if c.l == rightSide {
			l, r = r, l
		}
		if l == nil || r == nil || !refers(l, r) && (l.Relation.ID != r.Relation.ID || l.Column != r.Column) {
			return false
		}
	}
	return true
}

// drawn reports whether the join looks up, in all rows of a CTE, values that come
// from that CTE: by inner joins to it, whatever became of the rows since.
func (j *Join) drawn() bool {
	if len(j.Conds) != 1 || j.Conds[0].eq == nil || j.Node == nil {
		return false
	}
	c := j.Conds[0]
	l, r := c.eq.l, c.eq.r
	if c.l == rightSide {
		l, r = r, l
	}
	t, ok := j.Node.Right.(*sql.Table)
	if !ok || j.Block.cte(t) == nil || j.World.cols[r].from <= 0 {
		return false
	}
	return j.World.drawnFrom(l, j.World.cols[r].from, map[Col]bool{})
}

// drawnFrom reports whether all values of c are values of column from; known
// holds the answers that were found on the way.
func (w *World) drawnFrom(c, from Col, known map[Col]bool) bool {
	if c <= 0 || c == from {
		return c == from
	}
	if yes, ok := known[c]; ok || len(known) > maxDepth*20 {
		return yes
	}
	known[c] = false
	col := &w.cols[c]
	known[c] = w.drawnFrom(col.from, from, known) || slices.ContainsFunc(w.passed().among[c], func(d Col) bool { return w.drawnFrom(d, from, known) }) ||
		col.from <= 0 && col.cutoff && col.expr == nil && len(col.in) > 0 &&
			!slices.ContainsFunc(col.in, func(i Col) bool { return !w.drawnFrom(i, from, known) })
	return known[c]
}

func refers(l, r *Leaf) bool {
	for _, m := range l.Relation.Many {
		if m.Col == l.Index && m.To != "" && m.To == r.Relation.ID && strings.EqualFold(m.Field, r.Column) {
			return true
		}
	}
	return false
}

// suppliedName returns the name of the side of j that column c belongs to.
func (j *Join) suppliedName(c Col) string {
	if j.nullLeft && j.extLeft != nil && newSet(j.World.cols[c].tids...).within(j.extLeft.tids) {
		return j.LeftName
	}
	return j.RightName
}
