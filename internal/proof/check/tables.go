package check

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// exported: a fact of the columns that a query gives is one of its table.
func (c *checker) exported(f *proof.Fact) bool {
	at := c.s.Of
	out := func(positions []int) ([]int, bool) {
		cols := make([]int, len(positions))
		for i, x := range positions {
			if x >= len(c.p.Out) {
				return nil, false
			}
			cols[i] = c.p.Out[x]
		}
		return cols, true
	}
	from, ok1 := out(f.From)
	to, ok2 := out(f.To)
	if !ok1 || !ok2 || at < 0 || at >= len(c.p.Relations) {
		return false
	}
	deps := c.premises(proof.Depends, at)
	switch f.Kind {
	case proof.Key:
		return slices.ContainsFunc(deps, func(p *proof.Fact) bool {
			return within(p.From, from) && within(c.tids(at), p.To) && (f.Lax || !p.Lax)
		}) || len(c.tids(at)) == 0
	case proof.Partial:
		p := c.premise(proof.Partial, at)
		if p == nil || p.Lit != f.Lit || !one(to) || p.To[len(p.To)-1] != to[0] || p.Lax && !f.Lax {
			return false
		}
		return slices.ContainsFunc(deps, func(d *proof.Fact) bool {
			return within(d.From, append(p.To[:len(p.To)-1:len(p.To)-1], from...)) && within(c.tids(at), d.To) && (f.Lax || !d.Lax)
		}) && c.determines(at, from, p.From, nil)
	case proof.Depends:
		return slices.Equal(from, to) || c.determines(at, from, to, nil) && !f.Lax
	case proof.NotNull:
		return one(to) && slices.Contains(c.filled(at), to[0])
	case proof.Constant:
		if col := &c.p.Columns[to[0]]; col.Fixed && col.Lit == f.Lit {
			return true
		}
		return slices.ContainsFunc(c.premises(proof.Constant, at), func(p *proof.Fact) bool { return equal(p.To, to) && p.Lit == f.Lit })
	}
	return false
}

// leaves returns the positions of columns in the relation that is read at in.
func (c *checker) leaves(cols []int, at int) ([]int, bool) {
	out := make([]int, len(cols))
	for i, x := range cols {
		col := &c.p.Columns[x]
		if col.From >= 0 || col.Leaf < 0 || !equal(col.Tids, c.rel(at).Tids) {
			return nil, false
		}
		out[i] = col.Leaf
	}
	return out, true
}

// imported: a fact of a table is one of the columns that are read from it.
func (c *checker) imported(f *proof.Fact) bool {
	r := c.in()
	if r.Op != proof.Base || r.Name != c.s.Subs[0].Name && c.s.Subs[0].Name != "" {
		return false
	}
	p := c.s.Subs[0].Claim()
	tids := slices.DeleteFunc(slices.Clone(f.To), func(x int) bool { return !slices.Contains(r.Tids, x) })
	cols := slices.DeleteFunc(slices.Clone(f.To), func(x int) bool { return slices.Contains(r.Tids, x) })
	from, ok1 := c.leaves(f.From, f.In)
	to, ok2 := c.leaves(cols, f.In)
	if !ok1 || !ok2 || p.In != proof.Table {
		return false
	}
	rows := equal(tids, r.Tids)
	switch {
	case f.Kind == proof.Depends && p.Kind == proof.Key:
		return equal(from, p.From) && rows && (f.Lax || !p.Lax)
	case f.Kind == proof.Depends && p.Kind == proof.Exclusive:
		return f.Lax && rows && within(p.From, from) && meets(from, p.To)
	case f.Kind == proof.Depends && p.Kind == proof.Depends:
		return equal(from, p.From) && within(to, p.To) && len(tids) == 0 && (f.Lax || !p.Lax)
	case f.Kind == proof.Partial, f.Kind == proof.Exclusive:
		return f.Kind == p.Kind && equal(from, p.From) && slices.Equal(to, p.To) && rows && f.Lit == p.Lit && (f.Lax || !p.Lax)
	}
	return f.Kind == p.Kind && slices.Equal(to, p.To) && f.Lit == p.Lit && len(from) == 0
}

// strict: a lax key of columns that are never NULL.
func (c *checker) strict(f *proof.Fact) bool {
	var filled []int
	key := false
	for _, sub := range c.s.Subs {
		switch p := sub.Claim(); {
		case p.In != proof.Table || sub.Name != "" && sub.Name != c.p.Name:
			return false
		case p.Kind == proof.NotNull:
			filled = append(filled, p.To...)
		case p.Kind == proof.Key:
			key = key || equal(p.From, f.From)
		}
	}
	return f.Kind == proof.Key && key && within(f.From, filled)
}

// loaded: a key of the full refresh and of each batch is one of the table, where
// the load puts a batch in place of the rows with its keys. Which load it is, is
// asked of the project.
func (c *checker) loaded(f *proof.Fact) bool {
	if f.Kind != proof.Key || len(c.s.Subs) < 2 {
		return false
	}
	names := func(p *proof.Proof, positions []int) []string {
		var out []string
		for _, x := range positions {
			out = append(out, p.Names[x])
		}
		return out
	}
	full, own := c.s.Subs[0], names(c.p, f.From)
	if p := full.Claim(); p.Kind != proof.Key || p.Lax && !f.Lax || !slices.Equal(p.From, f.From) {
		return false
	}
	key, filled := false, [2][]string{}
	known := slices.Clone(own)
	for range len(c.s.Subs) {
		for _, sub := range c.s.Subs[1:] {
			p := sub.Claim()
			if p.Kind == proof.Depends && !p.Lax && containsAll(known, names(sub, p.From)) || p.Kind == proof.Constant {
				known = append(known, names(sub, p.To)...)
			}
		}
	}
	for _, sub := range c.s.Subs[1:] {
		p := sub.Claim()
		if p.Kind == proof.Key && (containsAll(own, names(sub, p.From)) && (f.Lax || !p.Lax) || !p.Lax && containsAll(known, names(sub, p.From))) {
			key = true
		}
		if p.Kind == proof.NotNull {
			side := 0
			if sub.Name != full.Name || sub != full && slices.Contains(filled[0], names(sub, p.To)[0]) {
				side = 1
			}
			filled[side] = append(filled[side], names(sub, p.To)...)
		}
	}
	by := names(c.p, f.To)
	return key && (f.Lax || containsAll(filled[0], by) && containsAll(filled[1], by))
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(x string) bool { return !slices.Contains(all, x) })
}
