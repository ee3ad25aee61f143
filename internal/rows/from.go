package rows

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

func (d *Database) from(t sql.TableExpr, outer *env, with *ctes) *relation {
	switch t := t.(type) {
	case *sql.Table:
		return d.tableRef(t, with)
	case *sql.Derived:
		if t.Lateral || t.Sample != nil {
			break
		}
		r := *d.query(t.Query, outer, with)
		r.cols = rename(d, r.cols, d.path(nil, t.Alias), columnsOf(t.Alias))
		return &r
	case *sql.Join:
		return d.join(t, outer, with)
	}
	fail(unknown("a relation in FROM"))
	return nil
}

func columnsOf(a *sql.Alias) []*sql.Ident {
	if a == nil {
		return nil
	}
	return a.Columns
}

// path returns what the columns of a relation can be qualified with.
func (d *Database) path(name []*sql.Ident, a *sql.Alias) []string {
	if a != nil && a.Name != nil {
		return []string{d.fold(a.Name)}
	}
	var out []string
	for _, id := range name {
		out = append(out, d.fold(id))
	}
	return out
}

func (d *Database) tableRef(t *sql.Table, with *ctes) *relation {
	if t.Sample != nil || t.Version != nil || slices.ContainsFunc(t.Name, func(id *sql.Ident) bool { return id.Hole }) {
		fail(unknown("a relation in FROM"))
	}
	path := d.path(t.Name, t.Alias)
	if len(t.Name) == 1 {
		if r := with.find(d.fold(t.Name[0])); r != nil {
			return &relation{rename(d, r.cols, path, columnsOf(t.Alias)), r.rows}
		}
	}
	tab := d.Table(t)
	if tab == nil {
		fail(unknown("a relation that is not there"))
	}
	r := relationOf(tab, d, path)
	r.cols = rename(d, r.cols, path, columnsOf(t.Alias))
	return r
}

// join runs a nested loop.
func (d *Database) join(j *sql.Join, outer *env, with *ctes) *relation {
	if j.Natural || j.Asof || j.Any || len(j.Holes) > 0 || j.Alias != nil || j.Match != nil || j.Right == nil {
		fail(unknown("a join"))
	}
	l, r := d.from(j.Left, outer, with), d.from(j.Right, outer, with)
	out := &relation{cols: slices.Concat(l.cols, r.cols)}
	met := make([]bool, len(r.rows))
	nulls := func(n int) []any { return make([]any, n) }
	for _, a := range l.rows {
		any := false
		for k, b := range r.rows {
			row := slices.Concat(a, b)
			if !d.meets(j, out.cols, row, len(l.cols), outer, with) {
				continue
			}
			any, met[k] = true, true
			if j.Kind != sql.Semi && j.Kind != sql.Anti {
				out.rows = append(out.rows, row)
			}
		}
		switch j.Kind {
		case sql.Left, sql.Full:
			if !any {
				out.rows = append(out.rows, slices.Concat(a, nulls(len(r.cols))))
			}
		case sql.Semi, sql.Anti:
			if any == (j.Kind == sql.Semi) {
				out.rows = append(out.rows, a)
			}
		}
		if len(out.rows) > maxRows {
			fail(unknown("so many rows"))
		}
	}
	switch j.Kind {
	case sql.Right, sql.Full:
		for k, b := range r.rows {
			if !met[k] {
				out.rows = append(out.rows, slices.Concat(nulls(len(l.cols)), b))
			}
		}
	case sql.Semi, sql.Anti:
		out.cols = l.cols
	case sql.Inner, sql.Left, sql.Cross:
	default:
		fail(unknown("a join"))
	}
	if len(j.Using) > 0 {
		d.using(j, out, len(l.cols))
	}
	return out
}

func (d *Database) meets(j *sql.Join, cols []column, row []any, left int, outer *env, with *ctes) bool {
	e := &env{d: d, cols: cols, row: row, parent: outer, with: with}
	if j.On != nil && truth(e.eval(j.On)) != yes {
		return false
	}
	for _, u := range j.Using {
		a, b := index(d, cols[:left], u), index(d, cols[left:], u)
		if equal(row[a], row[left+b]) != yes {
			return false
		}
	}
	return true
}

func index(d *Database, cols []column, id *sql.Ident) int {
	i := slices.IndexFunc(cols, func(c column) bool { return !c.merged && d.Dialect.Is(id, c.fold) })
	if i < 0 {
		fail(unknown("a column that is not there"))
	}
	return i
}

// using merges the columns of USING: the first of each pair holds the value of
// the side that has one.
func (d *Database) using(j *sql.Join, out *relation, left int) {
	if j.Kind == sql.Semi || j.Kind == sql.Anti {
		return
	}
	out.cols = slices.Clone(out.cols)
	for _, u := range j.Using {
		a, b := index(d, out.cols[:left], u), left+index(d, out.cols[left:], u)
		if j.Kind == sql.Full || j.Kind == sql.Right {
			fail(unknown("USING of an outer join"))
		}
		_ = a
		out.cols[b].merged = true
	}
}
