package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
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
// joins of the world, with each join that breaks them: the join repeats rows for
// all that is known, and the key is made of nothing that the join adds. Keys that
// are proven are not returned.
func (w *World) BrokenKeys(facts []Fact) []Broken {
	if w.out == nil || w.truncated {
		return nil
	}
	var out []Broken
	for _, f := range facts {
		if f.When == nil {
			out = append(out, w.broken(f)...)
		}
	}
	return out
}

func (w *World) broken(f Fact) []Broken {
	key, ok := w.outputCols(f.Cols)
	if !ok {
		return nil
	}
	reach := w.reachNotNull(w.out, key, key)
	if reach.all(w.out.tids) {
		return nil
	}
	var out []Broken
	for _, t := range w.out.tids {
		for _, b := range w.out.dups[t] {
			// What the key is made of must stand fast while the join's other side
			// goes from one row to the next, t's row among it.
			fast := w.out.tids.minus(b.added)
			if reach.all(b.by) || !w.rowOf(key, t) || !w.determines(w.out, fast, key) {
				continue
			}
			// Where it is not known that the key names the rows of t, what speaks
			// for the repetition must be more than a GROUP BY, which may hold
			// attributes.
			v := b.join.repeats(b)
			if reach.known(t) || v.Branches || v.declared() {
				out = append(out, Broken{f, b.join, v, w.tidName(t)})
			}
		}
	}
	return out
}

// rowOf reports whether a column of the key is a value of t's rows: a join
// repeats lookups all the time, which a key that names something else survives.
func (w *World) rowOf(key set, t Col) bool {
	return slices.ContainsFunc(key, func(c Col) bool { return slices.Contains(w.cols[c].tids, t) })
}

// Witness returns rows of the multiplying side that fulfil every declared key
// and still meet one row of the other side twice; nil when no key shows how.
func (v *Verdict) Witness(other string, value string) []string {
	if v.Status != FanOut || len(v.Missing) == 0 || len(v.Facing) == 0 {
		return nil
	}
	row := func(n string) string {
		var cells []string
		differ := 0
		for _, c := range v.Key {
			if !slices.Contains(v.Missing, c) {
				cells = append(cells, c+"=1")
			} else if differ++; differ <= 3 {
				cells = append(cells, c+"="+n)
			}
		}
		if differ > 3 {
			cells = append(cells, "...")
		}
		return "(" + strings.Join(cells, ", ") + ")"
	}
	left := "("
	for i, c := range v.Facing {
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

// Accuses reports whether a verdict's facts may carry a warning: TESTED or
// stronger. A weaker one only informs.
func (v *Verdict) Accuses() bool { return v.Strength >= finding.Tested }
