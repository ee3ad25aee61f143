package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Table is a base table: integer columns over a small domain with NULL, with the
// facts that its rows fulfil.
type Table struct {
	Name    string
	Cols    []string
	NotNull []bool
	Keys    []Key
	// Ranges is set where the ranges from column 0 to column 1 do not overlap.
	Ranges bool
}

// Key is a declared key of a table. A lax one exempts rows with a NULL in it; a
// partial one holds among the rows where column When-1 is 1, or, with Any set,
// where it is not NULL.
type Key struct {
	Cols []int
	Lax  bool
	When int
	Any  bool
}

// Row holds one value per column; 0 is NULL, 4 is zero, 5 is minus one.
type Row []int

var values = [...]string{"NULL", "1", "2", "3", "0", "-1"}

// Data holds the rows of each table of a schema.
type Data [][]Row

// names are shared by all tables, so that USING and NATURAL find partners.
var names = []string{"a", "b", "c", "d", "e"}

func randomSchema(r *rand.Rand) []*Table {
	out := make([]*Table, 2+r.IntN(3))
	for i := range out {
		t := &Table{Name: fmt.Sprintf("t%d", i), Cols: names[:2+r.IntN(4)]}
		for range t.Cols {
			t.NotNull = append(t.NotNull, r.IntN(3) == 0)
		}
		for range r.IntN(3) {
			k := Key{Lax: r.IntN(2) == 0}
			k.Cols = r.Perm(len(t.Cols))[:1+r.IntN(2)]
			slices.Sort(k.Cols)
			if r.IntN(6) == 0 {
				k.When, k.Any = 1+r.IntN(len(t.Cols)), r.IntN(3) == 0
			}
			t.Keys = append(t.Keys, k)
		}
		if t.Ranges = r.IntN(8) == 0; t.Ranges {
			t.NotNull[0], t.NotNull[1] = true, true
		}
		out[i] = t
	}
	return out
}

// randomData returns rows that fulfil the facts of every table.
func randomData(r *rand.Rand, schema []*Table) Data {
	return fill(r, schema, 4+r.IntN(3), func() int { return r.IntN(7) })
}

// manyRows is randomData with more rows of fewer values, so that what is no key
// shows it.
func manyRows(r *rand.Rand, schema []*Table) Data {
	return fill(r, schema, 3+r.IntN(4), func() int { return 3 + r.IntN(12) })
}

func fill(r *rand.Rand, schema []*Table, domain int, size func() int) Data {
	out := make(Data, len(schema))
	for i, t := range schema {
		for range size() {
			row := make(Row, len(t.Cols))
			for c := range row {
				row[c] = r.IntN(domain)
				if t.NotNull[c] {
					row[c] = 1 + r.IntN(domain-1)
				}
			}
			if t.admits(out[i], row) {
				out[i] = append(out[i], row)
			}
		}
	}
	return out
}

func (t *Table) admits(rows []Row, row Row) bool {
	if t.Ranges && !apart(rows, row) {
		return false
	}
	return !slices.ContainsFunc(t.Keys, func(k Key) bool {
		return k.covers(row) && slices.ContainsFunc(rows, func(o Row) bool { return k.covers(o) && k.equal(o, row) })
	})
}

// apart reports whether the range of row, from its first to its second value,
// overlaps none of the ranges of rows.
func apart(rows []Row, row Row) bool {
	bounds := func(r Row) (lo, up int) {
		at := [...]int{0, 1, 2, 3, 0, -1}
		return at[r[0]], at[r[1]]
	}
	lo, up := bounds(row)
	if row[0] == 0 || row[1] == 0 || lo >= up {
		return false
	}
	return !slices.ContainsFunc(rows, func(o Row) bool {
		l, u := bounds(o)
		return lo < u && l < up
	})
}

// covers reports whether the key says anything of the row.
func (k Key) covers(row Row) bool {
	if k.When > 0 && (k.Any && row[k.When-1] == 0 || !k.Any && row[k.When-1] != 1) {
		return false
	}
	return !k.Lax || !slices.ContainsFunc(k.Cols, func(c int) bool { return row[c] == 0 })
}

func (k Key) equal(a, b Row) bool {
	return !slices.ContainsFunc(k.Cols, func(c int) bool { return a[c] != b[c] })
}

// Summary is what the analyser is told of the table.
func (t *Table) Summary() *sema.Summary {
	s := &sema.Summary{ID: "model.p." + t.Name, Name: t.Name, Type: "model", Card: sema.Card{Max: sema.Many}}
	for i, c := range t.Cols {
		s.Columns = append(s.Columns, sema.Column{Name: c, Fold: c, Type: "int", NotNull: t.NotNull[i]})
	}
	for _, k := range t.Keys {
		out := sema.Key{Cols: k.Cols, Lax: k.Lax, Strength: finding.Tested}
		if k.When > 0 {
			out.When = &sema.When{Col: k.When - 1, Op: "=", Lit: "1"}
			if k.Any {
				out.When.Op, out.When.Lit = "is not null", ""
			}
		}
		s.Keys = append(s.Keys, out)
	}
	if t.Ranges {
		s.Ranges = []sema.Ranges{{Lower: 0, Upper: 1, Proper: true}}
	}
	return s
}

func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s(%s)", t.Name, strings.Join(t.Cols, ", "))
	for i, nn := range t.NotNull {
		if nn {
			fmt.Fprintf(&b, " notnull(%s)", t.Cols[i])
		}
	}
	for _, k := range t.Keys {
		kind := "strict"
		if k.Lax {
			kind = "lax"
		}
		fmt.Fprintf(&b, " %s%v", kind, k.Cols)
		if k.When > 0 {
			fmt.Fprintf(&b, " where %s %s", t.Cols[k.When-1], map[bool]string{false: "= 1", true: "is not null"}[k.Any])
		}
	}
	if t.Ranges {
		b.WriteString(" ranges")
	}
	return b.String()
}

// create writes the statements that make a database of the data, in a schema
// of its own.
func create(name string, schema []*Table, data Data) string {
	var b strings.Builder
	fmt.Fprintf(&b, "drop schema if exists %s cascade; create schema %s;", name, name)
	for i, t := range schema {
		fmt.Fprintf(&b, "create table %s.%s(%s int);", name, t.Name, strings.Join(t.Cols, " int, "))
		if len(data[i]) > 0 {
			fmt.Fprintf(&b, "insert into %s.%s values ", name, t.Name)
			for k, row := range data[i] {
				if k > 0 {
					b.WriteString(", ")
				}
				b.WriteString(row.String())
			}
			b.WriteByte(';')
		}
	}
	return b.String()
}

func (r Row) String() string {
	text := make([]string, len(r))
	for i, v := range r {
		text[i] = values[v]
	}
	return "(" + strings.Join(text, ", ") + ")"
}
