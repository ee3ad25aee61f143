package oracle

import "slices"

// Shrink cuts a failing query and its data down as long as fails holds: it
// drops operators, then rows, then declared facts.
func Shrink(q *Query, schema []*Table, data Data, fails func(*Query, []*Table, Data) bool) (*Query, []*Table, Data) {
	for grew := true; grew; {
		grew = false
		for n := 0; ; n++ {
			c := q.clone()
			e := &edit{left: n}
			c = e.query(c)
			if !e.done {
				break
			}
			if fails(c, schema, data) {
				q, grew = c, true
				n--
			}
		}
	}
	for i := range data {
		for k := 0; k < len(data[i]); {
			d := slices.Clone(data)
			d[i] = slices.Delete(slices.Clone(data[i]), k, k+1)
			if fails(q, schema, d) {
				data = d
				continue
			}
			k++
		}
	}
	return q, shrinkFacts(q, schema, data, fails), data
}

func shrinkFacts(q *Query, schema []*Table, data Data, fails func(*Query, []*Table, Data) bool) []*Table {
	try := func(i int, change func(*Table)) {
		t := *schema[i]
		t.Keys, t.NotNull = slices.Clone(t.Keys), slices.Clone(t.NotNull)
		change(&t)
		s := slices.Clone(schema)
		s[i] = &t
		if fails(q, s, data) {
			schema = s
		}
	}
	for i := range schema {
		for k := len(schema[i].Keys) - 1; k >= 0; k-- {
			try(i, func(t *Table) { t.Keys = slices.Delete(t.Keys, k, k+1) })
		}
		try(i, func(t *Table) { t.Ranges = false })
		for c := range schema[i].NotNull {
			try(i, func(t *Table) { t.NotNull[c] = false })
		}
	}
	return schema
}

func (q *Query) clone() *Query {
	if q == nil {
		return nil
	}
	c := *q
	c.With = slices.Clone(q.With)
	for i := range c.With {
		c.With[i].Query = c.With[i].Query.clone()
	}
	c.Left, c.Right = q.Left.clone(), q.Right.clone()
	c.From = cloneSources(q.From)
	for _, p := range []*[]string{&c.Rows, &c.Where, &c.Group, &c.Having, &c.Qualify} {
		*p = slices.Clone(*p)
	}
	c.Items = slices.Clone(q.Items)
	return &c
}

func cloneSources(in []Source) []Source {
	out := slices.Clone(in)
	for i := range out {
		out[i].Query = out[i].Query.clone()
		out[i].Nested = cloneSources(out[i].Nested)
		out[i].Using, out[i].On = slices.Clone(out[i].Using), slices.Clone(out[i].On)
	}
	return out
}

// edit makes the one change with number left, in the order of a walk.
type edit struct {
	left int
	done bool
}

// due reports whether the next possible change is the one to make.
func (e *edit) due() bool {
	if e.done {
		return false
	}
	if e.left == 0 {
		e.done = true
		return true
	}
	e.left--
	return false
}

func drop[T any](e *edit, list []T, least int) []T {
	for i := range list {
		if len(list) > least && e.due() {
			return slices.Delete(list, i, i+1)
		}
	}
	return list
}

// query returns q, or what replaces it.
func (e *edit) query(q *Query) *Query {
	for _, part := range []*Query{q.Left, q.Right} {
		if part != nil && e.due() {
			return part
		}
	}
	for i := range q.From {
		if q.From[i].Query != nil && e.due() {
			return q.From[i].Query
		}
	}
	for i := range q.With {
		if e.due() {
			return q.With[i].Query
		}
	}
	q.With = drop(e, q.With, 0)
	q.Rows = drop(e, q.Rows, 1)
	q.From = e.sources(q.From)
	q.Where = drop(e, q.Where, 0)
	q.Group = drop(e, q.Group, 0)
	q.Having = drop(e, q.Having, 0)
	q.Windows = drop(e, q.Windows, 0)
	q.Qualify = drop(e, q.Qualify, 0)
	q.Items = drop(e, q.Items, 1)
	for _, p := range []*string{&q.Sets, &q.Distinct, &q.Tail} {
		if *p != "" && e.due() {
			*p = ""
		}
	}
	for i := range q.With {
		q.With[i].Query = e.query(q.With[i].Query)
	}
	for _, p := range []**Query{&q.Left, &q.Right} {
		if *p != nil {
			*p = e.query(*p)
		}
	}
	return q
}

func (e *edit) sources(in []Source) []Source {
	in = drop(e, in, 1)
	if len(in) > 0 {
		in[0].Join, in[0].On, in[0].Using = "", nil, nil
	}
	for i := range in {
		s := &in[i]
		s.On = drop(e, s.On, 1)
		s.Using = drop(e, s.Using, 1)
		if s.Query != nil {
			for _, t := range []string{"t0", "t1"} {
				if e.due() {
					s.Query, s.Table = nil, t
					break
				}
			}
		}
		if s.Query != nil {
			s.Query = e.query(s.Query)
		}
		if s.Nested != nil {
			s.Nested = e.sources(s.Nested)
		}
	}
	return in
}
