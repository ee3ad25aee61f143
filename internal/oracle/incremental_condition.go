package oracle

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/rows"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// under returns the model as it is when the conditions hold that need no row to
// be left out.
func (m *Incremental) under(conditions []sema.Condition) *Incremental {
	c := m.clone()
	for _, p := range conditions {
		if p.Kind == sema.NoLater {
			c.Arrival = sema.Later
		}
	}
	return c
}

// fulfil makes arrivals fulfil the conditions on single tables: a row that
// shares its columns with one of the same run takes over its value, and whatever
// does not agree then is left out.
func (m *Incremental) fulfil(a Arriving, conditions []sema.Condition) Arriving {
	out := a.clone()
	for _, p := range conditions {
		if p.Kind == sema.Taken {
			m.agree(out, p, true)
		}
	}
	for left := true; left; {
		left = false
		for _, p := range conditions {
			left = p.Kind == sema.Taken && m.agree(out, p, false) || left
		}
	}
	return out
}

// agree makes the rows of a table agree as a condition says: by taking over the
// value of one of the same run, or by leaving rows out. It reports whether it
// left one out.
func (m *Incremental) agree(a Arriving, p sema.Condition, takeOver bool) (left bool) {
	type seen struct {
		run   int
		value any
	}
	table := p.Relation.Name
	on := slices.Index(m.columns(table), p.On)
	first := map[string]seen{}
	for run := range a {
		var kept [][]any
		for _, row := range a[run][table] {
			k := ""
			for _, c := range p.Cols {
				k += rows.Text(row[slices.Index(m.columns(table), c)]) + "|"
			}
			s, ok := first[k]
			if !ok {
				s = seen{run, row[on]}
				first[k] = s
			}
			if takeOver && s.run == run {
				row = slices.Clone(row)
				row[on] = s.value
			}
			if takeOver || rows.Text(row[on]) == rows.Text(s.value) {
				kept = append(kept, row)
			}
		}
		left = left || len(kept) < len(a[run][table])
		a[run][table] = kept
	}
	return left
}

// holds reports whether the conditions on what the query gives hold of the rows
// that are there.
func (h *loads) holds(m *Incremental, conditions []sema.Condition) bool {
	for _, p := range conditions {
		if p.Kind != sema.OneRow {
			continue
		}
		query := "select count(*) from (select 1 from (" + m.Text(false) + ")" + grouped(p.Cols) + " having count(*) > 1)"
		if h.mustQuery(m, "", query)[0] != "(0)" {
			return false
		}
	}
	return true
}
