package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// PastVersions is a join to a relation that keeps past versions of its rows, on
// what is a key only of the current ones.
type PastVersions struct {
	Join *Join
	// Key is what names one current row, When the column that tells which row
	// is the current one, and Steps the evidence.
	Key   []string
	When  string
	Op    string
	Lit   string
	Steps []Step
	// Snapshot is set when the key is one of a dbt snapshot, where past
	// versions are what it is for.
	Snapshot bool
}

// PastVersions returns the joins of the world that meet every version of a row:
// a conditional key of the right side is covered, nothing chooses a version,
// and the versions go on into the output or into a sum.
func (w *World) PastVersions() []PastVersions {
	var out []PastVersions
	if w.truncated || w.out == nil {
		return nil
	}
	for _, j := range w.Joins {
		if j.Block.InExpr || j.Unsure || j.Right.Status == Unique || j.Kind != sql.Left && j.Kind != sql.Inner || j.ext == nil {
			continue
		}
		if p, ok := j.pastVersions(); ok {
			out = append(out, p)
		}
	}
	return out
}

func (j *Join) pastVersions() (PastVersions, bool) {
	w := j.World
	f := j.fixed(rightSide, nil)
	c := w.reachNotNull(j.right, f.cols.with(f.safe...), f.cols)
	for _, p := range j.right.partial {
		if len(p.key.cols) == 0 || !c.all(p.key.cols) || p.when.op == "is not null" {
			continue
		}
		if w.choosesVersion(j, p) {
			return PastVersions{}, false
		}
		steps := w.steps([]fact{p.fact()})
		snap := slices.ContainsFunc(steps, func(s Step) bool { return strings.HasPrefix(s.Text, "a snapshot has") })
		return PastVersions{j, w.names(p.key.cols), w.colName(p.when.col), p.when.op, p.when.lit, steps, snap}, true
	}
	return PastVersions{}, false
}

// choosesVersion reports whether anything in the world may choose one version
// or mean all of them: a condition over a column of validity, a range in ON, an
// output that shows such a column, a ranking, a grouping of the joined rows.
func (w *World) choosesVersion(j *Join, p partialKey) bool {
	if j.unread(rightSide) {
		return true
	}
	leaf := w.cols[w.root(p.when.col)].leaf
	validity := func(c Col) bool {
		l := w.cols[w.root(c)].leaf
		if l == nil || leaf != nil && l.Relation != leaf.Relation {
			return false
		}
		return leaf != nil && l.Column == leaf.Column || versionColumn(l.Column)
	}
	for _, f := range w.Filters {
		if slices.ContainsFunc(f.cols, validity) {
			return true
		}
	}
	for _, c := range w.out.cols {
		if validity(c.col) {
			return true
		}
	}
	for _, b := range w.Blocks {
		for _, win := range b.Windows {
			if rankFuncs[win.info.fn] {
				return true
			}
		}
		if b.Select.Distinct {
			return true
		}
	}
	return !w.blamed(j) && !w.summed(j)
}

// versionColumn reports whether a column tells the versions of a row apart.
func versionColumn(name string) bool {
	n := strings.ToLower(name)
	for _, part := range []string{"valid_from", "valid_to", "dbt_scd_id", "dbt_updated_at", "effective", "start_date", "end_date", "is_current", "is_latest", "version"} {
		if strings.Contains(n, part) {
			return true
		}
	}
	return false
}

// blamed reports whether rows of the output may repeat because of j, or would
// if the join is one that no key was known for.
func (w *World) blamed(j *Join) bool {
	for _, t := range sortedCols(w.out.dups) {
		for _, b := range w.out.dups[t] {
			if b.join == j {
				return true
			}
		}
	}
	if j.Right.Status == FanOut {
		return false
	}
	// Nothing is blamed on a join whose grain is not known: its rows reach the
	// output when those of its right side still stand there.
	return len(w.added(j)) > 0
}

// summed reports whether an aggregate counts the left rows of j as often as the
// join repeats them.
func (w *World) summed(j *Join) bool {
	for _, a := range w.Aggs {
		if a.Block != j.Block || !a.Additive() || len(a.args) == 0 || a.Block.HavingCount() {
			continue
		}
		left := true
		for _, c := range a.args {
			tids := w.cols[c].tids
			left = left && len(tids) > 0 && newSet(tids...).within(j.extLeft.tids)
		}
		if left {
			return true
		}
	}
	return false
}
