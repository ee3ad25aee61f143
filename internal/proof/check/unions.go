package check

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// branch returns the columns of branch b of a union that cols are made of.
func (c *checker) branch(cols []int, at, b int) ([]int, bool) {
	out := make([]int, len(cols))
	for i, x := range cols {
		col := &c.p.Columns[x]
		if col.Via != at || b >= len(col.In) {
			return nil, false
		}
		out[i] = col.In[b]
	}
	return out, true
}

// branches: rows that agree on what no two branches share come from one, whose
// own facts count.
func (c *checker) branches(f *proof.Fact) bool {
	r := c.in()
	if r.Op != proof.Union || f.Kind != proof.Depends || f.Lax {
		return false
	}
	for b := range r.Of {
		from, ok := c.branch(f.From, f.In, b)
		if !ok || !c.saysBranch(f, from, b) {
			return false
		}
		for o := range r.Of[:b] {
			if !c.apart(f.From, b, o) {
				return false
			}
		}
	}
	return true
}

// saysBranch reports whether branch b says of its columns from what f says of the
// union's.
func (c *checker) saysBranch(f *proof.Fact, from []int, b int) bool {
	to, whole := c.in().Tids, equal(f.To, c.in().Tids)
	if whole {
		to = c.tids(c.in().Of[b])
	} else {
		var ok bool
		if to, ok = c.branch(f.To, f.In, b); !ok {
			return false
		}
	}
	return slices.ContainsFunc(c.premises(proof.Depends, c.in().Of[b]), func(p *proof.Fact) bool {
		return !p.Lax && within(p.From, from) && within(to, slices.Concat(p.To, from))
	}) || !whole && within(to, from)
}

// apart reports whether branches b and o share no value of some column of cols.
func (c *checker) apart(cols []int, b, o int) bool {
	for _, i := range c.s.From {
		f := &c.p.Steps[i].Says
		if f.Kind == proof.Apart && slices.ContainsFunc(cols, func(x int) bool {
			in := c.p.Columns[x].In
			return slices.Equal(f.To, in) || len(f.To) == 2 && equal(f.To, []int{in[b], in[o]}) || len(f.To) == 2 && in[b] == in[o] && f.To[0] == f.To[1]
		}) {
			return true
		}
	}
	return false
}

// branchEqual: in each branch the one follows from the other.
func (c *checker) branchEqual(f *proof.Fact) bool {
	r := c.in()
	for b := range r.Of {
		from, ok1 := c.branch(f.From, f.In, b)
		to, ok2 := c.branch(f.To, f.In, b)
		same := slices.Equal(from, to)
		if !ok1 || !ok2 || !same && !c.interchangeable(from, to, r.Of[b]) {
			return false
		}
	}
	return r.Op == proof.Union && f.Kind == proof.Depends && !f.Lax
}

// interchangeable reports whether equalities of relation at lead from one column
// to another.
func (c *checker) interchangeable(from, to []int, at int) bool {
	known := slices.Clone(from)
	for range len(c.s.From) + 1 {
		for _, e := range c.premises(proof.Equal, at) {
			if meets(e.From, known) || meets(e.To, known) {
				known = append(append(known, e.From...), e.To...)
			}
		}
	}
	return within(to, known)
}

// value returns the literal that x is at relation at, empty if none is known.
func (c *checker) value(x, at int) string {
	if col := &c.p.Columns[x]; col.Fixed {
		return col.Lit
	}
	for _, i := range c.s.From {
		f := &c.p.Steps[i].Says
		if f.Kind == proof.Constant && equal(f.To, []int{x}) && (at == nowhere || c.holds(f, at)) {
			return f.Lit
		}
	}
	return ""
}

// branchConstant: the same value in each branch.
func (c *checker) branchConstant(f *proof.Fact) bool {
	r := c.in()
	for b := range r.Of {
		x, ok := c.branch(f.To, f.In, b)
		if !ok || !one(x) || c.value(x[0], r.Of[b]) != f.Lit {
			return false
		}
	}
	return r.Op == proof.Union && f.Kind == proof.Constant && f.Lit != ""
}

// branchFilled: not NULL in any branch.
func (c *checker) branchFilled(f *proof.Fact) bool {
	r := c.in()
	for b := range r.Of {
		x, ok := c.branch(f.To, f.In, b)
		if !ok || !one(x) || !slices.Contains(c.filled(r.Of[b]), x[0]) {
			return false
		}
	}
	return r.Op == proof.Union && f.Kind == proof.NotNull && len(r.Of) > 0
}

// apartLiterals: each branch has a literal of its own.
func (c *checker) apartLiterals(f *proof.Fact) bool {
	for i, x := range f.To {
		a := c.value(x, nowhere)
		for _, y := range f.To[:i] {
			if b := c.value(y, nowhere); a == "" || b == "" || !differ(a, b) && (a == "null") == (b == "null") {
				return false
			}
		}
	}
	return f.Kind == proof.Apart && len(f.To) > 1
}

// apartConditions: no value passes the filters of both branches.
func (c *checker) apartConditions(f *proof.Fact) bool {
	if f.Kind != proof.Apart || len(f.To) != 2 {
		return false
	}
	var left, right []string
	for _, i := range c.s.From {
		k := &c.p.Steps[i].Says
		if k.Kind == proof.Compare && k.To[0] == f.To[0] {
			left = append(left, k.Lit)
		}
		if k.Kind == proof.Compare && k.To[0] == f.To[1] {
			right = append(right, k.Lit)
		}
	}
	return slices.ContainsFunc(left, func(a string) bool {
		return slices.ContainsFunc(right, func(b string) bool { return contradict(a, b) })
	})
}

// apartNull: NULL in the one, never NULL in the other.
func (c *checker) apartNull(f *proof.Fact) bool {
	if f.Kind != proof.Apart || len(f.To) != 2 || c.value(f.To[0], nowhere) != "null" {
		return false
	}
	return slices.ContainsFunc(c.s.From, func(i int) bool {
		k := &c.p.Steps[i].Says
		return k.Kind == proof.NotNull && k.To[0] == f.To[1]
	})
}

// apartSeeds: the rows of two seeds have no value in common.
func (c *checker) apartSeeds(f *proof.Fact) bool {
	if f.Kind != proof.Apart || len(f.To) != 2 {
		return false
	}
	a, b := c.p.Columns[f.To[0]].Values, c.p.Columns[f.To[1]].Values
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}

// lits returns the values of a column in the rows of a list of literals.
func (c *checker) lits(x int) []string { return c.p.Columns[x].Lits }

// differ: no two rows of the list have the same values.
func (c *checker) differ(f *proof.Fact) bool {
	seen := map[string]bool{}
	if !c.key(f) || len(f.From) == 0 {
		return false
	}
	rows := c.lits(f.From[0])
	for n := range rows {
		var row []string
		for _, x := range f.From {
			if len(c.lits(x)) != len(rows) {
				return false
			}
			row = append(row, c.lits(x)[n])
		}
		key := strings.Join(row, "\x00")
		if seen[key] {
			return false
		}
		seen[key] = true
	}
	return len(rows) > 0
}

// givenValues: no value of the list is NULL.
func (c *checker) givenValues(f *proof.Fact) bool {
	return f.Kind == proof.NotNull && one(f.To) && len(c.lits(f.To[0])) > 0 && !slices.Contains(c.lits(f.To[0]), "null")
}

// alike: all values of the list are one.
func (c *checker) alike(f *proof.Fact) bool {
	if f.Kind != proof.Constant || !one(f.To) || len(c.lits(f.To[0])) == 0 {
		return false
	}
	all := c.lits(f.To[0])
	return !slices.ContainsFunc(all, func(v string) bool { return v != all[0] || !strings.EqualFold(v, f.Lit) && !strings.HasPrefix(v, "'") })
}

// oneRow: the list has one row.
func (c *checker) oneRow(f *proof.Fact) bool {
	return c.in().Rows == 1 && c.key(f)
}
