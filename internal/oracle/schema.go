package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Table is a base table: integer columns over the domain NULL, 1, 2, 3, with
// the facts that its rows fulfil.
type Table struct {
	Name    string
	Cols    []string
	NotNull []bool
	Keys    []Key
}

// Key is a declared key of a table. A lax one exempts rows with a NULL in it; a
// partial one holds among the rows where column When-1 is 1.
type Key struct {
	Cols []int
	Lax  bool
	When int
}

// Row holds one value per column; 0 is NULL.
type Row []int

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
				k.When = 1 + r.IntN(len(t.Cols))
			}
			t.Keys = append(t.Keys, k)
		}
		out[i] = t
	}
	return out
}

// randomData returns rows that fulfil the facts of every table.
func randomData(r *rand.Rand, schema []*Table) Data {
	out := make(Data, len(schema))
	for i, t := range schema {
		for range r.IntN(7) {
			row := make(Row, len(t.Cols))
			for c := range row {
				row[c] = r.IntN(4)
				if t.NotNull[c] {
					row[c] = 1 + r.IntN(3)
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
	return !slices.ContainsFunc(t.Keys, func(k Key) bool {
		return k.covers(row) && slices.ContainsFunc(rows, func(o Row) bool { return k.covers(o) && k.equal(o, row) })
	})
}

// covers reports whether the key says anything of the row.
func (k Key) covers(row Row) bool {
	if k.When > 0 && row[k.When-1] != 1 {
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
		s.Columns = append(s.Columns, sema.Column{Name: c, Fold: c, NotNull: t.NotNull[i]})
	}
	for _, k := range t.Keys {
		out := sema.Key{Cols: k.Cols, Lax: k.Lax, Strength: finding.Tested}
		if k.When > 0 {
			out.When = &sema.When{Col: k.When - 1, Op: "=", Lit: "1"}
		}
		s.Keys = append(s.Keys, out)
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
			fmt.Fprintf(&b, " where %s = 1", t.Cols[k.When-1])
		}
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
		text[i] = "NULL"
		if v > 0 {
			text[i] = fmt.Sprint(v)
		}
	}
	return "(" + strings.Join(text, ", ") + ")"
}
