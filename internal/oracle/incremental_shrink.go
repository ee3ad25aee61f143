package oracle

import "slices"

// ShrinkIncremental cuts a failing model and its rows down as long as fails
// holds: branches, layers, clauses, items, then rows.
func ShrinkIncremental(m *Incremental, a Arriving, fails func(*Incremental, Arriving) bool) (*Incremental, Arriving) {
	for grew := true; grew; {
		grew = false
		for n := 0; ; n++ {
			e := &edit{left: n}
			c := e.incremental(m.clone())
			if !e.done {
				break
			}
			if fails(c, a) {
				m, grew = c, true
				n--
			}
		}
	}
	for i := range a {
		for _, table := range []string{"src", "more", "dim"} {
			for k := 0; k < len(a[i][table]); {
				less := a.clone()
				less[i][table] = slices.Delete(less[i][table], k, k+1)
				if fails(m, less) {
					a = less
					continue
				}
				k++
			}
		}
	}
	return m, a
}

func (a Arriving) clone() Arriving {
	out := make(Arriving, len(a))
	for i, rs := range a {
		out[i] = map[string][][]any{}
		for t, list := range rs {
			out[i][t] = slices.Clone(list)
		}
	}
	return out
}

func (m *Incremental) clone() *Incremental {
	c := *m
	c.Branches = make([][]*Layer, len(m.Branches))
	for i, b := range m.Branches {
		for _, l := range b {
			x := *l
			x.Items = slices.Clone(l.Items)
			for _, p := range []*[]string{&x.Where, &x.Group, &x.Having, &x.Qualify} {
				*p = slices.Clone(*p)
			}
			c.Branches[i] = append(c.Branches[i], &x)
		}
	}
	c.Load.Key, c.Load.Predicates = slices.Clone(m.Load.Key), slices.Clone(m.Load.Predicates)
	return &c
}

// incremental makes the one change that is due.
func (e *edit) incremental(m *Incremental) *Incremental {
	m.Branches = drop(e, m.Branches, 1)
	m.Load.Key = drop(e, m.Load.Key, 1)
	m.Load.Predicates = drop(e, m.Load.Predicates, 0)
	for i, b := range m.Branches {
		if len(b) > 1 && e.due() {
			b[1].From = b[0].From
			m.Branches[i] = b[1:]
		} else {
			m.Branches[i] = drop(e, b, 1)
		}
		for _, l := range m.Branches[i] {
			l.Where = drop(e, l.Where, 0)
			l.Having = drop(e, l.Having, 0)
			l.Qualify = drop(e, l.Qualify, 0)
			l.Items = drop(e, l.Items, 1)
			l.Group = drop(e, l.Group, 0)
			if l.Distinct && e.due() {
				l.Distinct = false
			}
			if l.Guard != "" && e.due() {
				l.Guard = ""
			}
		}
	}
	return m
}
