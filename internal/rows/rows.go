// Package rows executes a query over a handful of rows, so that an example can
// show what a query does: it is how a finding knows the rows that it prints. It
// is no database: it reads what dbt models are mostly made of (joins, filters,
// groups, windows, set operations, dates) and refuses everything else with an
// error, and it refuses as well what the language leaves open, such as which of
// two equal rows a row_number() counts first. A result is therefore what every
// engine gives.
//
//	select g, sum(v) as s from t group by g
//
// over t(g, v) with (1, 2) and (1, 3) gives (1, 5).
package rows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Table is a relation with its rows, in no order. A value is nil (NULL), an
// int64, a float64, a bool, a string, or a time.Time for dates and timestamps.
type Table struct {
	Cols []string
	Rows [][]any
}

// Database is what a query reads.
type Database struct {
	Dialect *sql.Dialect
	// Table returns the relation of a name in FROM that is no CTE; nil if there
	// is none.
	Table func(*sql.Table) *Table
	// Now is what the clock says.
	Now time.Time
	// Names, unless it is nil, keeps the comparison keys of names from one query to
	// the next.
	Names map[*sql.Ident]string
	// Budget, unless it is nil, is what is left of the expressions that may be
	// evaluated; a query that needs more is refused.
	Budget *int
}

// fold returns the comparison key of a name.
func (d *Database) fold(id *sql.Ident) string {
	if d.Names == nil {
		return d.Dialect.Fold(id)
	}
	key, ok := d.Names[id]
	if !ok {
		key = d.Dialect.Fold(id)
		d.Names[id] = key
	}
	return key
}

// ErrOpen is returned where the language does not say which rows come out.
var ErrOpen = errors.New("the result is not determined")

// unknown is the error of what is not executed.
func unknown(what string) error { return fmt.Errorf("not executed: %s", what) }

// Run returns the rows of a query.
func (d *Database) Run(q *sql.Query) (out *Table, err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(failure)
			if !ok {
				panic(p)
			}
			out, err = nil, e.error
		}
	}()
	return d.query(q, nil, nil).table(), nil
}

// Where returns the rows of t, known as name, that fulfil a condition.
func (d *Database) Where(t *Table, name string, cond sql.Expr) (out *Table, err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(failure)
			if !ok {
				panic(p)
			}
			out, err = nil, e.error
		}
	}()
	r := relationOf(t, d, []string{d.Dialect.FoldName(name, false)})
	out = &Table{Cols: t.Cols}
	for _, row := range r.rows {
		if truth((&env{d: d, cols: r.cols, row: row}).eval(cond)) == yes {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

// failure carries an error up to Run: an evaluator that checks each of its
// hundred calls for one hides what it computes.
type failure struct{ error }

func fail(err error) { panic(failure{err}) }

// column is a column of a relation in FROM.
type column struct {
	path []string // comparison keys of what it can be qualified with
	fold string
	name string
	// merged is set for the second column of a USING, which a star leaves out.
	merged bool
}

type relation struct {
	cols []column
	rows [][]any
}

func (r *relation) table() *Table {
	t := &Table{Rows: r.rows}
	for _, c := range r.cols {
		t.Cols = append(t.Cols, c.name)
	}
	return t
}

func relationOf(t *Table, d *Database, path []string) *relation {
	r := &relation{rows: t.Rows}
	for _, c := range t.Cols {
		r.cols = append(r.cols, column{path: path, fold: d.Dialect.FoldName(c, false), name: c})
	}
	return r
}

// ctes are the table expressions in scope, innermost first.
type ctes struct {
	name   string
	rel    *relation
	parent *ctes
}

func (c *ctes) find(fold string) *relation {
	for ; c != nil; c = c.parent {
		if c.name == fold {
			return c.rel
		}
	}
	return nil
}

// maxRows bounds every intermediate result.
const maxRows = 20_000

func (d *Database) query(q *sql.Query, outer *env, with *ctes) *relation {
	if len(q.Holes) > 0 || q.OrderByAll || len(q.LimitBy) > 0 || q.LimitPct || q.WithTies {
		fail(unknown("the query's tail"))
	}
	if q.With != nil {
		if q.With.Recursive || len(q.With.Holes) > 0 {
			fail(unknown("WITH RECURSIVE"))
		}
		for _, c := range q.With.CTEs {
			if c.Body == nil || c.Name == nil {
				fail(unknown("a CTE"))
			}
			r := *d.query(c.Body, outer, with)
			r.cols = rename(d, r.cols, nil, c.Columns)
			with = &ctes{d.fold(c.Name), &r, with}
		}
	}
	r := d.body(q.Body, outer, with)
	if q.Limit != nil || q.Offset != nil {
		fail(ErrOpen)
	}
	return r
}

func (d *Database) body(b sql.Body, outer *env, with *ctes) *relation {
	switch b := b.(type) {
	case *sql.Select:
		return d.selects(b, outer, with)
	case *sql.Query:
		return d.query(b, outer, with)
	case *sql.SetOp:
		return d.setOp(b, outer, with)
	case *sql.Values:
		return d.values(b, outer, with)
	}
	fail(unknown("a query"))
	return nil
}

func (d *Database) values(v *sql.Values, outer *env, with *ctes) *relation {
	r := &relation{}
	e := &env{d: d, parent: outer, with: with}
	for _, t := range v.Rows {
		var row []any
		for _, x := range t.Items {
			row = append(row, e.eval(x))
		}
		r.rows = append(r.rows, row)
	}
	if len(r.rows) > 0 {
		for i := range r.rows[0] {
			name := fmt.Sprintf("col%d", i)
			r.cols = append(r.cols, column{fold: d.Dialect.FoldName(name, false), name: name})
		}
	}
	return r
}

func (d *Database) setOp(op *sql.SetOp, outer *env, with *ctes) *relation {
	if op.Hole != nil || op.ByName {
		fail(unknown("UNION BY NAME"))
	}
	l, r := d.body(op.Left, outer, with), d.body(op.Right, outer, with)
	if len(l.cols) != len(r.cols) {
		fail(unknown("branches with different numbers of columns"))
	}
	out := &relation{cols: l.cols}
	if op.Op == sql.Union {
		out.rows = append(append(out.rows, l.rows...), r.rows...)
	} else {
		have := map[string]int{}
		for _, row := range r.rows {
			have[text(row)]++
		}
		for _, row := range l.rows {
			k := text(row)
			if (have[k] > 0) == (op.Op == sql.Intersect) {
				out.rows = append(out.rows, row)
			}
			if op.All {
				have[k]--
			}
		}
	}
	if !op.All {
		out.rows = distinct(out.rows)
	}
	return out
}

func distinct(rows [][]any) [][]any {
	seen := map[string]bool{}
	var out [][]any
	for _, row := range rows {
		if k := text(row); !seen[k] {
			seen[k] = true
			out = append(out, row)
		}
	}
	return out
}

// text is a row as a key of a map: equal rows, NULLs being equal, have one text.
func text(row []any) string {
	var b strings.Builder
	for _, v := range row {
		b.WriteString(Text(v))
		b.WriteByte(0)
	}
	return b.String()
}

// rename gives columns the names of an alias.
func rename(d *Database, cols []column, path []string, names []*sql.Ident) []column {
	out := make([]column, len(cols))
	copy(out, cols)
	for i := range out {
		out[i].path, out[i].merged = path, false
		if i < len(names) {
			out[i].name, out[i].fold = names[i].Name, d.fold(names[i])
		}
	}
	return out
}
