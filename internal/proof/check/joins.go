package check

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// sides returns, for a fact that to is met at most once, the number of its side
// and the tuple ids of the other.
func sides(j *proof.Join, to []int) (side int, other []int, ok bool) {
	switch {
	case j == nil:
		return 0, nil, false
	case equal(to, j.Right):
		return 1, j.Left, true
	case equal(to, j.Left):
		return 0, j.Right, true
	}
	return 0, nil, false
}

// elsewhere reports whether a column is fixed for a row of the other side of a
// join: it reads nothing of the tuple ids own.
func (c *checker) elsewhere(x int, own []int, depth int) bool {
	col := &c.p.Columns[x]
	switch {
	case col.Fixed:
		return true
	case len(col.Tids) > 0:
		return !meets(col.Tids, own)
	case depth > maxDepth || len(col.In) == 0:
		return false
	}
	return !slices.ContainsFunc(col.In, func(i int) bool { return !c.elsewhere(i, own, depth+1) })
}

// fixedBy reports whether a condition of the join fixes column x of the side with
// tuple ids own; filled is set if x is not NULL in a row that is met.
func (c *checker) fixedBy(j *proof.Join, x int, own []int) (fixed, filled bool) {
	for _, k := range j.Conds {
		if !k.Equal || k.L != x && k.R != x {
			continue
		}
		y := k.L + k.R - x
		if c.elsewhere(y, own, 0) || k.L != k.R && c.reads(k, y, own) {
			fixed, filled = true, filled || !k.NullSafe
		}
	}
	return fixed, filled
}

// reads reports whether y, an expression that is no function of its inputs alone,
// reads no column of own: none of what the condition reads beside is.
func (c *checker) reads(k proof.Cond, y int, own []int) bool {
	if len(c.p.Columns[y].Tids) > 0 {
		return false
	}
	n := 0
	for _, i := range k.In {
		if !c.elsewhere(i, own, 0) {
			n++
		}
	}
	return n <= 1
}

// compared returns those of the columns that f says a join compares which are not
// NULL in a row that is met; ok is false where it does not compare one of them.
func (c *checker) compared(j *proof.Join, f *proof.Fact) (filled []int, ok bool) {
	for _, x := range f.From {
		fixed, nn := c.fixedBy(j, x, f.To)
		if !fixed {
			return nil, false
		}
		if nn {
			filled = append(filled, x)
		}
	}
	return filled, true
}

// once: the closure of the columns that the conditions fix holds the tuple ids.
func (c *checker) once(f *proof.Fact) bool {
	r := c.in()
	side, other, ok := sides(r.Join, f.To)
	if f.Kind != proof.Meets || !ok || len(r.Of) != 2 {
		return false
	}
	filled, ok := c.compared(r.Join, f)
	if !ok {
		return false
	}
	return c.determines(r.Of[side], append(slices.Clone(f.From), other...), f.To, filled)
}

// single: the join takes one match of its right side.
func (c *checker) single(f *proof.Fact) bool {
	r := c.in()
	return f.Kind == proof.Meets && r.Join != nil && r.Join.Single && equal(f.To, r.Join.Right)
}

// inRange: ranges exclude each other among rows that agree on columns which the
// join fixes, and it takes rows in whose range one value of the other side lies.
func (c *checker) inRange(f *proof.Fact) bool {
	r := c.in()
	side, _, ok := sides(r.Join, f.To)
	if f.Kind != proof.Meets || !ok || len(r.Of) != 2 {
		return false
	}
	x := c.premise(proof.Exclusive, r.Of[side])
	if x == nil || len(x.To) < 3 {
		return false
	}
	filled, ok := c.compared(r.Join, f)
	return ok && c.inside(r.Join, x, f.To) && c.determines(r.Of[side], f.From, x.From, filled) &&
		c.determines(r.Of[side], append(slices.Clone(f.From), x.To[2:]...), f.To, filled)
}

// inside reports whether the join compares a value that reads nothing of the side
// with tuple ids own with both bounds of the ranges of x; one without the bound
// itself, if ranges may touch.
func (c *checker) inside(j *proof.Join, x *proof.Fact, own []int) bool {
	for _, lo := range j.Conds {
		for _, lower := range bounded(lo.Expr, x.To[0], false) {
			for _, up := range j.Conds {
				for _, upper := range bounded(up.Expr, x.To[1], true) {
					if lower.Col == upper.Col && lower.Col >= 0 && c.elsewhere(lower.Col, own, 0) && (x.Lit == "closed" || lower.Op == ">" || upper.Op == "<") {
						return true
					}
				}
			}
		}
	}
	return false
}

// bounded returns what a condition says lies beyond bound b, by the value and the
// operator: below it if up is set. An upper bound may have another value in place of NULL.
func bounded(e *proof.Expr, b int, up bool) []proof.Expr {
	if e == nil {
		return nil
	}
	is := func(e *proof.Expr) bool {
		fallback := slices.Contains([]string{"call coalesce", "call ifnull", "call nvl"}, e.Op) && len(e.Args) == 2 && e.Args[0].Op == "col" && e.Args[0].Col == b
		return e.Col == b || up && fallback && e.Args[1].Op == "lit"
	}
	sign := map[bool]string{false: ">", true: "<"}[up]
	switch {
	case e.Op == "between" && is(e.Args[2]) && up, e.Op == "between" && is(e.Args[1]) && !up:
		return []proof.Expr{{Op: sign + "=", Col: e.Args[0].Col}}
	case !slices.Contains([]string{"<", "<=", ">", ">="}, e.Op):
		return nil
	}
	op, l, r := e.Op, e.Args[0], e.Args[1]
	if is(l) {
		op, l, r = flipped(op), r, l
	}
	if is(r) && op[:1] == sign {
		return []proof.Expr{{Op: op, Col: l.Col}}
	}
	return nil
}

// unmatched: a column of the side is NULL in all rows, which is NULL in none that
// is a match.
func (c *checker) unmatched(f *proof.Fact) bool {
	for _, k := range c.premises(proof.Compare, f.In) {
		col := &c.p.Columns[k.To[0]]
		o := c.rel(col.Via)
		if k.Lit != "is null " || o.Op != proof.Outer || o.Join == nil || !equal(f.To, o.Join.Right) {
			continue
		}
		if _, filled := c.fixedBy(o.Join, col.From, o.Join.Right); filled || slices.Contains(c.filled(of(o)), col.From) {
			return f.Kind == proof.Meets
		}
	}
	return false
}

// meeting returns the premise that a side is met at most once, with the join.
func (c *checker) meeting() (*proof.Fact, *proof.Join) {
	for _, i := range c.s.From {
		f := &c.p.Steps[i].Says
		r := c.rel(f.In)
		if f.Kind != proof.Meets {
			continue
		}
		if c.p.Steps[i].Rule == proof.Unmatched {
			for _, k := range c.p.Steps[i].From {
				x := c.p.Steps[k].Says
				if o := c.rel(c.p.Columns[x.To[0]].Via); x.Kind == proof.Compare && o.Join != nil {
					return f, o.Join
				}
			}
		}
		return f, r.Join
	}
	return nil, nil
}

// before returns cols with those that join number n extends by NULLs replaced by
// what they are copies of.
func (c *checker) before(cols []int, n int) []int {
	out := slices.Clone(cols)
	for i, x := range cols {
		if o := c.rel(c.p.Columns[x].Via); o.Op == proof.Outer && o.Join != nil && o.Join.Number == n {
			out[i] = c.p.Columns[x].From
		}
	}
	return out
}

// joined reports whether relation at holds rows that come out of join number n.
func (c *checker) joined(at, n int) bool {
	r := c.rel(at)
	if r.Op == proof.Product && r.Join != nil && r.Join.Number == n {
		return true
	}
	return (r.Op == proof.Product || r.Op == proof.Part || r.Op == proof.Semi) && slices.ContainsFunc(r.Of, func(o int) bool { return c.joined(o, n) })
}

// looked: a row that meets one at most determines it, and so does what the join
// reads of the row. Where rows of that side may be missing too, for those that
// are there.
func (c *checker) looked(f *proof.Fact) bool {
	m, j := c.meeting()
	if m == nil || f.Kind != proof.Depends || !c.joined(f.In, j.Number) {
		return false
	}
	side, other, ok := sides(j, m.To)
	null := j.NullLeft
	if side == 0 {
		null = j.NullRight
	}
	extended := !slices.Equal(c.before(f.From, j.Number), f.From)
	if !ok || len(f.To) != len(m.To) || !equal(c.before(f.To, j.Number), m.To) || null && extended && !f.Lax && !c.there(f, j.Number) {
		return false
	}
	return c.decides(j, c.before(f.From, j.Number), other, m.To)
}

// there reports whether the NULLs of join n are rejected where the fact is said.
func (c *checker) there(f *proof.Fact, n int) bool {
	return c.rel(f.In).Op == proof.Part
}

// decides reports whether what a row of the side with tuple ids other meets
// follows from columns from: they are its tuple ids, or all that the join reads.
func (c *checker) decides(j *proof.Join, from, other, own []int) bool {
	if within(other, from) {
		return true
	}
	if !j.Read || len(from) == 0 {
		return false
	}
	for _, k := range j.Conds {
		free := func(x int) bool { return !slices.Contains(from, x) && !c.p.Columns[x].Fixed }
		switch {
		case k.Equal && c.elsewhere(k.L, own, 0) && c.elsewhere(k.R, own, 0):
			if free(k.L) || free(k.R) {
				return false
			}
		case k.Equal && c.elsewhere(k.L, own, 0) && !c.elsewhere(k.R, own, 0):
			if free(k.L) {
				return false
			}
		case k.Equal && c.elsewhere(k.R, own, 0) && !c.elsewhere(k.L, own, 0):
			if free(k.R) {
				return false
			}
		default:
			if slices.ContainsFunc(k.In, func(x int) bool {
				return !slices.Contains(from, x) && (meets(c.p.Columns[x].Tids, other) || len(c.p.Columns[x].Tids) == 0 && !c.p.Columns[x].Fixed)
			}) {
				return false
			}
		}
	}
	return true
}

// matched: the joined columns of the right side are those of the left, or NULL
// without a match.
func (c *checker) matched(f *proof.Fact) bool {
	r := c.in()
	j := r.Join
	if f.Kind != proof.Depends || f.Lax || j == nil || j.NullLeft || !j.NullRight || !j.Read || !c.decides(j, f.From, j.Left, j.Right) {
		return false
	}
	return !slices.ContainsFunc(c.before(f.To, j.Number), func(x int) bool {
		fixed, _ := c.fixedBy(j, x, j.Right)
		return !fixed
	})
}

// chosen: each row of the one side has one of the other beside it.
func (c *checker) chosen(f *proof.Fact) bool {
	r := c.in()
	return r.Op == proof.Semi && f.Kind == proof.Depends && !f.Lax && within(c.tids(r.Of[0]), f.From) && within(f.To, c.tids(r.Of[1]))
}

// rejected: a column that an outer join extends by NULLs is not NULL, so every
// row is a match, for which the facts of that side and the conditions hold.
func (c *checker) rejected(f *proof.Fact) bool {
	for _, x := range c.filled(f.In) {
		for ; x >= 0; x = c.p.Columns[x].From {
			o := c.rel(c.p.Columns[x].Via)
			if o.Op == proof.Outer && o.Join != nil && c.restored(f, c.p.Columns[x].Via, o) {
				return true
			}
		}
	}
	return false
}

func (c *checker) restored(f *proof.Fact, via int, o *proof.Relation) bool {
	own := o.Join.Right
	to := slices.Clone(f.To) // of a row beside a lateral relation, as it is
	if one(to) && c.p.Columns[to[0]].Via == via {
		to[0] = c.p.Columns[to[0]].From
	}
	switch {
	case !one(f.To):
		return false
	case f.Kind == proof.NotNull:
		_, filled := c.fixedBy(o.Join, to[0], own)
		return filled || slices.Contains(c.filled(of(o)), to[0])
	case f.Kind == proof.Constant:
		return slices.ContainsFunc(c.premises(proof.Constant, of(o)), func(k *proof.Fact) bool { return equal(k.To, to) && k.Lit == f.Lit })
	case f.Kind == proof.Equal:
		return one(f.From) && slices.ContainsFunc(o.Join.Conds, func(k proof.Cond) bool {
			return k.Equal && !k.NullSafe && (k.L == to[0] && k.R == f.From[0] || k.R == to[0] && k.L == f.From[0])
		})
	}
	return false
}

// joinedBy: USING compares two columns.
func (c *checker) joinedBy(f *proof.Fact) bool {
	j := c.in().Join
	if j == nil || j.NullLeft || j.NullRight || c.in().Op != proof.Product && c.in().Op != proof.Semi {
		return false
	}
	return slices.ContainsFunc(j.Conds, func(k proof.Cond) bool {
		both := []int{k.L, k.R}
		if !k.Equal || k.NullSafe || !one(f.To) {
			return false
		}
		return f.Kind == proof.NotNull && within(f.To, both) || f.Kind == proof.Equal && one(f.From) && equal(append(slices.Clone(f.From), f.To...), both)
	})
}

// merged returns the two columns that f's is the merged one of in a FULL JOIN, as
// they are before it.
func (c *checker) merged(x int) (j *proof.Join, l, r int, ok bool) {
	col := &c.p.Columns[x]
	if len(col.In) != 2 {
		return nil, 0, 0, false
	}
	a, b := &c.p.Columns[col.In[0]], &c.p.Columns[col.In[1]]
	ra, rb := c.rel(a.Via), c.rel(b.Via)
	if ra.Op != proof.Outer || rb.Op != proof.Outer || ra.Join == nil || rb.Join == nil || ra.Join.Number != rb.Join.Number {
		return nil, 0, 0, false
	}
	j = ra.Join
	both := func(k proof.Cond) bool {
		return k.Equal && equal([]int{k.L, k.R}, []int{a.From, b.From})
	}
	return j, a.From, b.From, j.NullLeft && j.NullRight && len(j.Conds) == 1 && both(j.Conds[0])
}

// fullKey: a value stands in one row at most of either side, and those meet.
func (c *checker) fullKey(f *proof.Fact) bool {
	if f.Kind != proof.Depends || !one(f.From) {
		return false
	}
	j, l, r, ok := c.merged(f.From[0])
	if !ok {
		return false
	}
	var unique, filled []int
	for _, i := range c.s.From {
		switch p := &c.p.Steps[i].Says; {
		case p.Kind == proof.NotNull:
			filled = append(filled, p.To...)
		case p.Kind == proof.Depends && equal(p.From, []int{l}) && within(j.Left, p.To), p.Kind == proof.Depends && equal(p.From, []int{r}) && within(j.Right, p.To):
			unique = append(unique, p.From...)
		}
	}
	return within([]int{l, r}, unique) && (f.Lax || within([]int{l, r}, filled)) && len(f.To) == len(j.Left)+len(j.Right) && within(c.before(f.To, j.Number), slices.Concat(j.Left, j.Right))
}

// fullValue: of each row of a FULL JOIN one side is there.
func (c *checker) fullValue(f *proof.Fact) bool {
	if f.Kind != proof.NotNull || !one(f.To) {
		return false
	}
	col := &c.p.Columns[f.To[0]]
	var filled []int
	for _, i := range c.s.From {
		if p := &c.p.Steps[i].Says; p.Kind == proof.NotNull {
			filled = append(filled, p.To...)
		}
	}
	for _, i := range col.In {
		if o := c.rel(c.p.Columns[i].Via); o.Op != proof.Outer || !slices.Contains(filled, c.p.Columns[i].From) {
			return false
		}
	}
	return len(col.In) == 2
}
