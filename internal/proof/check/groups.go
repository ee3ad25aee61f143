package check

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// grouped: the columns that a relation is grouped by, or all of distinct rows, are
// a key.
func (c *checker) grouped(f *proof.Fact) bool {
	r := c.in()
	return (r.Op == proof.Group || r.Op == proof.Unique && len(r.Cols) > 0) && c.key(f) && within(c.varying(r.Cols), f.From)
}

// key reports whether f is a strict dependency on the tuple ids of its relation.
func (c *checker) key(f *proof.Fact) bool {
	return f.Kind == proof.Depends && !f.Lax && within(f.To, c.tids(f.In))
}

// distinctOn: one row is kept for each value of the columns.
func (c *checker) distinctOn(f *proof.Fact) bool {
	r := c.in()
	return r.Op == proof.Part && len(r.Cols) > 0 && c.key(f) && within(r.Cols, f.From)
}

// oneGroup: without GROUP BY there is one.
func (c *checker) oneGroup(f *proof.Fact) bool {
	r := c.in()
	return r.Op == proof.Group && len(r.Cols) == 0 && c.key(f)
}

// limitOne: one row is kept.
func (c *checker) limitOne(f *proof.Fact) bool { return c.in().Op == proof.First && c.key(f) }

// collapsed: what tells all rows apart tells their groups.
func (c *checker) collapsed(f *proof.Fact) bool {
	r := c.in()
	from, ok := c.copied(f.From, f.In)
	p := c.premise(proof.Depends, of(r))
	return (r.Op == proof.Group || r.Op == proof.Unique) && ok && p != nil && !p.Lax && c.key(f) && within(p.From, from) && within(c.tids(of(r)), p.To)
}

// alsoIn: every row is a row of each branch.
func (c *checker) alsoIn(f *proof.Fact) bool {
	r := c.in()
	for b, row := range r.Branches {
		if b+1 >= len(r.Of) || len(row) != len(r.Cols) || r.Op != proof.Unique {
			return false
		}
		at := r.Of[b+1]
		there := func(x int) []int { // what stands in the branch in the places of x
			var out []int
			for k, o := range r.Cols {
				if o == x {
					out = append(out, row[k])
				}
			}
			return out
		}
		var from []int
		for _, x := range f.From {
			from = append(from, there(x)...)
		}
		for _, p := range c.premises(f.Kind, at) {
			missing := func(x int) bool { return !meets(there(x), p.To) }
			whole := f.Kind == proof.Depends && equal(f.To, r.Tids) && within(c.tids(at), p.To)
			if within(p.From, from) && (whole || !slices.ContainsFunc(f.To, missing)) && (f.Lax || !p.Lax) && p.Lit == f.Lit {
				return true
			}
		}
	}
	return false
}

// ofGroup: an aggregate that picks a value of a column which all rows of a group
// agree on.
func (c *checker) ofGroup(f *proof.Fact) bool {
	r := c.in()
	for r.Op == proof.Part {
		r = c.rel(of(r))
	}
	if f.Kind != proof.Depends || !one(f.From) || !one(f.To) || r.Op != proof.Group {
		return false
	}
	a, g := &c.p.Columns[f.From[0]], &c.p.Columns[f.To[0]]
	picks := slices.Contains(strings.Fields("min max any_value arbitrary first last"), a.Func)
	return picks && a.Class == "aggregate" && one(a.In) && c.rel(g.Via).Op == proof.Group && g.From == a.In[0]
}

// counted: a count is a number.
func (c *checker) counted(f *proof.Fact) bool {
	if f.Kind != proof.NotNull || !one(f.To) {
		return false
	}
	a := &c.p.Columns[f.To[0]]
	return a.Class == "aggregate" && (strings.Contains(a.Func, "count") || strings.HasPrefix(a.Func, "grouping") || a.Func == "uniq" || strings.Contains(a.Func, "distinct") || a.Func == "hll")
}

// groupHasRow: an aggregate of a group's values, of which there is one.
func (c *checker) groupHasRow(f *proof.Fact) bool {
	r := c.in()
	for r.Op == proof.Part {
		r = c.rel(of(r))
	}
	if f.Kind != proof.NotNull || !one(f.To) || r.Op != proof.Group || len(c.varying(r.Cols)) == 0 {
		return false
	}
	a := &c.p.Columns[f.To[0]]
	return a.Class == "aggregate" && one(a.In) && slices.Contains(c.filled(of(r)), a.In[0])
}

// groupedSets: the columns of all sets, with the set.
func (c *checker) groupedSets(f *proof.Fact) bool {
	r := c.in()
	extra := slices.DeleteFunc(slices.Clone(f.From), func(x int) bool { return slices.Contains(r.Cols, x) })
	return r.Op == proof.Sets && c.key(f) && within(r.Cols, f.From) && one(extra) && equal(c.p.Columns[extra[0]].Tids, r.Tids)
}

// setOfNulls: where the columns that some set leaves out are never NULL, their
// NULLs tell the set. The premises are these columns; none is left out where all
// sets are one.
func (c *checker) setOfNulls(f *proof.Fact) bool {
	r := c.in()
	return r.Op == proof.Sets && f.Kind == proof.Depends && !f.Lax && within(r.Cols, f.From) && len(c.filled(of(r))) == len(c.s.From)
}

// levels: GROUPING over columns tells which of them a set leaves out.
func (c *checker) levels(f *proof.Fact) bool {
	return f.Kind == proof.Depends && !f.Lax && len(f.From) > 0 && one(f.To) && !c.p.Columns[f.To[0]].IsTid && c.p.Columns[f.To[0]].Class == "opaque" && !slices.ContainsFunc(f.From, func(x int) bool {
		a := &c.p.Columns[x]
		return a.Class != "aggregate" || !strings.HasPrefix(a.Func, "grouping")
	})
}

// window returns the window function of column x.
func (c *checker) window(x int) *proof.Window {
	if w := c.p.Columns[x].Window; w != nil {
		return w
	}
	return &proof.Window{}
}

// rowNumber: the number of a row in its partition.
func (c *checker) rowNumber(f *proof.Fact) bool {
	return c.key(f) && slices.ContainsFunc(f.From, func(x int) bool {
		w := c.window(x)
		return w.Func == "row_number" && within(w.Partition, f.From)
	})
}

// oneRowPartition: the number of a row is 1 where its partition has no other.
func (c *checker) oneRowPartition(f *proof.Fact) bool {
	if f.Kind != proof.Depends || !one(f.To) || len(f.From) > 0 {
		return false
	}
	w := c.window(f.To[0])
	return w.Func == "row_number" && c.determines(f.In, w.Partition, c.tids(f.In), nil)
}

// rankKey: no two rows of a partition are in one place of the order.
func (c *checker) rankKey(f *proof.Fact) bool {
	return c.key(f) && slices.ContainsFunc(f.From, func(x int) bool {
		w := c.window(x)
		return (w.Func == "rank" || w.Func == "dense_rank") && within(w.Partition, f.From) && c.determines(f.In, slices.Concat(w.Partition, w.Order), c.tids(f.In), nil)
	})
}

func (c *checker) rankValue(f *proof.Fact) bool {
	return f.Kind == proof.NotNull && one(f.To) && slices.Contains([]string{"row_number", "rank", "dense_rank"}, c.window(f.To[0]).Func)
}

// shared: rows of one place in the order of a partition have one value.
func (c *checker) shared(f *proof.Fact) bool {
	if f.Kind != proof.Depends || f.Lax || !one(f.To) {
		return false
	}
	w := c.window(f.To[0])
	funcs := strings.Fields("rank dense_rank percent_rank cume_dist count sum avg min max bool_and bool_or")
	return slices.Contains(funcs, w.Func) && within(w.Partition, f.From) && within(w.Order, f.From)
}

// perPartition: all rows of a partition have one value.
func (c *checker) perPartition(f *proof.Fact) bool {
	if f.Kind != proof.Depends || f.Lax || !one(f.To) {
		return false
	}
	w := c.window(f.To[0])
	apart := strings.Fields("row_number rank dense_rank percent_rank cume_dist ntile lag lead")
	return w.Func != "" && !slices.Contains(apart, w.Func) && within(w.Partition, f.From)
}

// numbered: an element of the collection of one row, by its place or by a value
// that no other has.
func (c *checker) numbered(f *proof.Fact) bool {
	r := c.in()
	own := slices.DeleteFunc(slices.Clone(f.From), func(x int) bool {
		return !within(r.Tids, c.p.Columns[x].Tids) || c.p.Columns[x].Class != "opaque"
	})
	return r.Op == proof.Base && r.Name == "" && one(own) && f.Kind == proof.Depends && equal(f.To, r.Tids)
}

// made: a value that an operator makes.
func (c *checker) made(f *proof.Fact) bool {
	return f.Kind == proof.NotNull && one(f.To) && c.p.Columns[f.To[0]].Class == "opaque" && meets(c.p.Columns[f.To[0]].Tids, c.tids(f.In))
}
