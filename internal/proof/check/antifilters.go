package check

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// apartFilter: a condition of the one branch lets no value through that a row of a
// relation has, and the values of the other are values of such rows.
//
// NOT IN lets no value of the list through; where the list is empty, so is the
// other branch. NOT EXISTS lets NULL through, so one of the two is never NULL.
func (c *checker) apartFilter(f *proof.Fact) bool {
	e := c.s.Expr
	if f.Kind != proof.Apart || len(f.To) != 2 || e == nil {
		return false
	}
	kept, other, negated := f.To[0], f.To[1], false
	if e.Op == "unary not" && len(e.Args) == 1 {
		e, negated = e.Args[0], true
	}
	switch {
	case e.Op == "in query" && negated, e.Op == "not in query" && !negated:
		q := e.Args[len(e.Args)-1]
		return len(e.Args) == 2 && e.Args[0].Col == kept && q.Op == "query" && len(q.Args) == 0 && c.covers(q, q.Col, other)
	case e.Op == "exists" && negated:
		q := e.Args[0]
		if q.Op != "query" || len(q.Args) != 1 || q.Args[0].Op != "=" {
			return false
		}
		l, r := q.Args[0].Args[0].Col, q.Args[0].Args[1].Col
		if r != kept {
			l, r = r, l
		}
		return r == kept && c.covers(q, l, other) && slices.ContainsFunc(c.s.From, func(i int) bool {
			p := &c.p.Steps[i].Says
			return p.Kind == proof.NotNull && meets(p.To, f.To)
		})
	}
	return false
}

// covers reports whether the rows that query q reads, which are all of a table or
// of a CTE, have in column y every value of column x.
func (c *checker) covers(q *proof.Expr, y, x int) bool {
	r := c.rel(q.Over)
	if y < 0 {
		return false
	}
	switch r.Op {
	case proof.Base:
		table, at := c.leaf(y)
		o, from := c.leaf(c.origin(x))
		return table != "" && r.Table == table && o == table && at == from && c.p.Columns[y].From < 0
	case proof.Reading:
		if c.p.Columns[y].Via != q.Over || c.p.Columns[y].From < 0 {
			return false
		}
		for steps := 0; x != c.p.Columns[y].From; steps++ {
			if x = c.valuesOf(x); x < 0 || steps > len(c.p.Columns) {
				return false
			}
		}
		return true
	}
	return false
}

// valuesOf returns the column that x has only values of: which it is a copy of where
// rows are read again, grouped or made distinct; -1 if there is none.
func (c *checker) valuesOf(x int) int {
	col := &c.p.Columns[x]
	switch op := c.rel(col.Via).Op; {
	case col.Class != "identity" || col.From < 0:
	case op == proof.Reading, op == proof.Unique, op == proof.Group && len(c.rel(col.Via).Cols) > 0:
		return col.From
	}
	return -1
}

// origin returns the first column that x has only values of.
func (c *checker) origin(x int) int {
	for range c.p.Columns {
		o := c.valuesOf(x)
		if o < 0 {
			break
		}
		x = o
	}
	return x
}

// leaf returns the table that x is a column of, and its position there.
func (c *checker) leaf(x int) (table string, at int) {
	col := &c.p.Columns[x]
	if col.From >= 0 || col.Leaf < 0 {
		return "", -1
	}
	i := slices.IndexFunc(c.p.Relations, func(r proof.Relation) bool {
		return r.Op == proof.Base && len(r.Tids) > 0 && slices.Equal(r.Tids, col.Tids)
	})
	if i < 0 {
		return "", -1
	}
	return c.p.Relations[i].Table, col.Leaf
}
