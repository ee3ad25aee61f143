package check

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// pivoted: the columns that a pivot does not read, or those of its own GROUP BY,
// are a key.
func (c *checker) pivoted(f *proof.Fact) bool {
	r := c.in()
	if r.Op != proof.Group || r.Turn == nil || !c.key(f) || len(r.Turn.In) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.Turn.In, func(x int) bool {
		grouped := !slices.Contains(r.Turn.Reads, x) && (len(r.Turn.By) == 0 || slices.Contains(r.Turn.By, x))
		shown := slices.ContainsFunc(f.From, func(y int) bool { return c.p.Columns[y].Via == f.In && c.p.Columns[y].From == x })
		return grouped && !shown && !c.p.Columns[x].Fixed
	})
}

// unpivoted: an unpivot gives one row for a row and a name, if the names are
// different.
func (c *checker) unpivoted(f *proof.Fact) bool {
	r := c.in()
	t := r.Turn
	return r.Op == proof.Part && t != nil && f.Kind == proof.Depends && !f.Lax && len(r.Tids) == 1 && equal(f.To, r.Tids) &&
		within(c.tids(of(r)), f.From) && slices.Contains(f.From, t.Name) && len(slices.Compact(slices.Sorted(slices.Values(t.Names)))) == len(t.Names)
}

// unpivotValue: a name of an unpivot is never NULL, nor is its only value where it
// leaves NULL out.
func (c *checker) unpivotValue(f *proof.Fact) bool {
	t := c.in().Turn
	if f.Kind != proof.NotNull || t == nil || c.in().Op != proof.Part {
		return false
	}
	return one(f.To) && (f.To[0] == t.Name || !t.Nulls && one(t.Values) && f.To[0] == t.Values[0])
}
