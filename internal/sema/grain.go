package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Broken is a declared key that a join breaks.
type Broken struct {
	Fact    Fact
	Join    *Join
	Verdict Verdict // of the side that repeats the key's rows
	// Rows is the relation whose rows the key names.
	Rows string
}

// BrokenKeys returns the declared keys of the output that cannot survive the
// joins of the world: the key names the rows of one relation, and a join below
// repeats those rows for all that is known. Keys that are proven, and keys that
// name nothing known, are not returned.
func (w *World) BrokenKeys(facts []Fact) []Broken {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Broken
	for _, f := range facts {
		if f.When != nil {
			continue
		}
		if b, ok := w.broken(f); ok {
			out = append(out, b)
		}
	}
	return out
}

func (w *World) broken(f Fact) (Broken, bool) {
	var key set
	for _, name := range f.Cols {
		c, ok := w.out.named(w.Dialect.FoldName(name, false))
		if !ok {
			return Broken{}, false
		}
		key = key.with(c)
	}
	reach := w.reachNotNull(w.out, key, key)
	if reach.all(w.out.tids) {
		return Broken{}, false
	}
	for _, t := range w.out.tids {
		// The key names the rows of t only if it is a function of them: a lookup
		// that the key happens to determine is not what it names.
		if !reach.known(t) || !w.determines(w.out, set{t}, key) {
			continue
		}
		for _, b := range w.out.dups[t] {
			if reach.all(b.added) {
				continue
			}
			// The join must be all that is missing.
			if !w.reachNotNull(w.out, key.with(b.added...), key).all(w.out.tids) {
				continue
			}
			return Broken{f, b.join, b.join.repeats(b), w.tidName(t)}, true
		}
	}
	return Broken{}, false
}

// Witness returns rows of the multiplying side that fulfil every declared key
// and still meet one row of the other side twice; nil when no key shows how.
func (v *Verdict) Witness(other string, value string) []string {
	if v.Status != FanOut || len(v.Missing) == 0 || len(v.On) == 0 {
		return nil
	}
	row := func(n string) string {
		s := "("
		for i, c := range v.Key {
			if i > 0 {
				s += ", "
			}
			val := "1"
			if slices.Contains(v.Missing, c) {
				val = n
			}
			s += c + "=" + val
		}
		return s + ")"
	}
	left := "("
	for i, c := range v.On {
		if i > 0 {
			left += ", "
		}
		left += c + "=1"
	}
	if value != "" {
		left += ", " + value + "=5"
	}
	return []string{other + " " + left + ")", v.Side + " " + row("1") + " " + row("2") + "   passes every declared test"}
}

// Supplied is a filter that rejects the NULLs which an outer join supplies, and
// so takes back what the join was written for.
type Supplied struct {
	Join   *Join
	Filter *Filter
	Column string
	// Side is the relation that the column comes from.
	Side string
	// NotNull is set for `x is not null`, which often means just that.
	NotNull bool
}

// Degraded returns the outer joins of the world that a WHERE turns into inner
// ones, with the filter that does.
func (w *World) Degraded() []Supplied {
	var out []Supplied
	seen := map[*Join]bool{}
	for _, f := range w.Filters {
		if f.Clause != Where {
			continue
		}
		for _, c := range f.rejects {
			j := w.supplier(f, c)
			if j == nil || seen[j] {
				continue
			}
			seen[j] = true
			side := j.RightName
			if j.nullLeft && w.fromLeft(j, c) {
				side = j.LeftName
			}
			is, _ := sql.Unparen(f.Expr).(*sql.Is)
			out = append(out, Supplied{j, f, w.colName(c), side, is != nil && is.What == sql.IsNull})
		}
	}
	return out
}

// supplier returns the outer join that null-extends column c, when c reaches
// filter f unchanged and nothing but the filter reads what the join gives.
func (w *World) supplier(f *Filter, c Col) *Join {
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.cutoff || col.class != Identity {
			return nil
		}
		if j := col.nullFrom; j != nil {
			if j.Block != f.Block && !w.onlyPath(j.Block) {
				return nil
			}
			return j
		}
	}
	return nil
}

func (w *World) fromLeft(j *Join, c Col) bool {
	for x := c; x > 0; x = w.cols[x].from {
		if w.cols[x].nullFrom == j {
			return newSet(w.cols[x].tids...).within(j.extLeft.tids)
		}
	}
	return false
}

// onlyPath reports whether every CTE around block a is read once: then a filter
// in a later block is all that becomes of a's rows.
func (w *World) onlyPath(a *Block) bool {
	for _, c := range w.CTEs {
		if c.Uses > 1 && c.Node.Body != nil && c.Node.Body.Span.Contains(a.Select.Span) {
			return false
		}
	}
	return true
}

// Accuses reports whether a verdict's facts may carry a warning: TESTED or
// stronger. A weaker one only informs.
func (v *Verdict) Accuses() bool { return v.Strength >= finding.Tested }
