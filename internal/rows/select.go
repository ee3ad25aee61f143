package rows

import (
	"slices"
	"strconv"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// env is where an expression is evaluated: a row, the group it stands for, the
// values of window functions at it, and the row of the enclosing query.
type env struct {
	d       *Database
	cols    []column
	row     []any
	group   []*env // the rows of the group; nil before grouping
	grouped bool
	win     map[*sql.Call]any
	items   []*sql.Item // the select list, whose names can be used
	parent  *env
	with    *ctes
	depth   int
}

func (d *Database) selects(s *sql.Select, outer *env, with *ctes) *relation {
	if len(s.Holes) > 0 || s.Top != nil || s.AsStruct || s.Sample != nil || s.Prewhere != nil || len(s.Tail) > 0 || len(s.DistinctOn) > 0 || len(s.Windows) > 0 {
		fail(unknown("a part of the SELECT"))
	}
	src := &relation{rows: [][]any{nil}}
	if s.From != nil {
		src = d.from(s.From, outer, with)
	}
	var envs []*env
	for _, row := range src.rows {
		e := &env{d: d, cols: src.cols, row: row, parent: outer, with: with, items: s.Items}
		if s.Where == nil || truth(e.eval(s.Where)) == yes {
			envs = append(envs, e)
		}
	}
	envs = d.group(s, src.cols, envs, outer, with)
	envs = having(s, envs)
	d.windows(s, envs)
	if s.Qualify != nil {
		envs = slices.DeleteFunc(envs, func(e *env) bool { return truth(e.eval(s.Qualify)) != yes })
	}
	out := &relation{cols: d.header(s, src.cols)}
	for _, e := range envs {
		out.rows = append(out.rows, e.output(s))
	}
	if s.Distinct {
		out.rows = distinct(out.rows)
	}
	return out
}

// group returns an environment per group, or the rows themselves.
func (d *Database) group(s *sql.Select, cols []column, envs []*env, outer *env, with *ctes) []*env {
	aggregated := s.Having != nil && has(s.Having, isAggregate)
	for _, it := range s.Items {
		aggregated = aggregated || has(it.X, isAggregate)
	}
	if s.GroupBy == nil && !aggregated {
		return envs
	}
	by := groupItems(s)
	var out []*env
	seen := map[string]*env{}
	for _, e := range envs {
		var key []any
		for _, x := range by {
			key = append(key, e.eval(x))
		}
		g := seen[text(key)]
		if g == nil {
			g = &env{d: d, cols: cols, row: e.row, grouped: true, parent: outer, with: with, items: s.Items}
			seen[text(key)] = g
			out = append(out, g)
		}
		g.group = append(g.group, e)
	}
	if s.GroupBy == nil && len(out) == 0 {
		out = []*env{{d: d, cols: cols, row: make([]any, len(cols)), grouped: true, parent: outer, with: with, items: s.Items}}
	}
	return out
}

func groupItems(s *sql.Select) []sql.Expr {
	g := s.GroupBy
	if g == nil {
		return nil
	}
	if g.WithRollup || g.WithCube || g.WithTotals || len(g.Holes) > 0 {
		fail(unknown("grouping sets"))
	}
	if g.All {
		var out []sql.Expr
		for _, it := range s.Items {
			if !has(it.X, isAggregate) {
				out = append(out, it.X)
			}
		}
		if !slices.ContainsFunc(out, named) {
			fail(unknown("GROUP BY ALL over no column")) // warehouses differ over whether that groups
		}
		return out
	}
	var out []sql.Expr
	for _, x := range g.Items {
		switch l := x.(type) {
		case *sql.GroupingSets, *sql.Tuple:
			fail(unknown("grouping sets"))
		case *sql.Literal:
			n, err := strconv.Atoi(l.Text)
			if err != nil || n < 1 || n > len(s.Items) || slices.ContainsFunc(s.Items[:n], func(it *sql.Item) bool { _, star := it.X.(*sql.Star); return star }) {
				fail(unknown("a position in GROUP BY"))
			}
			x = s.Items[n-1].X
		}
		out = append(out, x)
	}
	return out
}

func having(s *sql.Select, envs []*env) []*env {
	if s.Having == nil {
		return envs
	}
	return slices.DeleteFunc(envs, func(e *env) bool { return truth(e.eval(s.Having)) != yes })
}

// named reports whether e names a column in its own query.
func named(e sql.Expr) bool {
	found := false
	sql.Inspect(e, func(n sql.Node) bool {
		_, column := n.(*sql.Column)
		_, query := n.(*sql.Query)
		found = found || column
		return !query && !found
	})
	return found
}

// has reports whether e calls such a function in its own query.
func has(e sql.Node, is func(*sql.Call) bool) bool {
	switch e := e.(type) {
	case nil, *sql.Query:
		return false
	case *sql.Call:
		if is(e) {
			return true
		}
	}
	for c := range sql.Children(e) {
		if has(c, is) {
			return true
		}
	}
	return false
}

// header returns the output columns.
func (d *Database) header(s *sql.Select, cols []column) []column {
	var out []column
	for _, it := range s.Items {
		switch x := it.X.(type) {
		case *sql.Star:
			for _, i := range d.star(x, cols) {
				c := cols[i]
				out = append(out, column{fold: c.fold, name: c.name})
			}
			continue
		case nil, *sql.Hole:
			fail(unknown("the select list"))
		}
		c := column{}
		switch x := sql.Unparen(it.X).(type) {
		case *sql.Column:
			c.name, c.fold = x.Parts[len(x.Parts)-1].Name, d.fold(x.Parts[len(x.Parts)-1])
		case *sql.Cast:
			if y, ok := sql.Unparen(x.X).(*sql.Column); ok {
				c.name, c.fold = y.Parts[len(y.Parts)-1].Name, d.fold(y.Parts[len(y.Parts)-1])
			}
		}
		if it.Alias != nil {
			c.name, c.fold = it.Alias.Name, d.fold(it.Alias)
		}
		out = append(out, c)
	}
	return out
}

// star returns the columns that a star stands for.
func (d *Database) star(x *sql.Star, cols []column) []int {
	if x.Of != nil || len(x.Replace) > 0 || len(x.Rename) > 0 || x.Like != nil || x.Open {
		fail(unknown("a star"))
	}
	var out []int
	for i, c := range cols {
		if c.merged && len(x.Qualifier) == 0 || len(x.Qualifier) > 0 && !d.qualifies(c, x.Qualifier) {
			continue
		}
		if !slices.ContainsFunc(x.Except, func(id *sql.Ident) bool { return d.Dialect.Is(id, c.fold) }) {
			out = append(out, i)
		}
	}
	return out
}

// qualifies reports whether the parts name the relation of c: its alias, or the
// end of its name.
func (d *Database) qualifies(c column, parts []*sql.Ident) bool {
	n := len(c.path) - len(parts)
	if n < 0 {
		return false
	}
	for i, id := range parts {
		if !d.Dialect.Is(id, c.path[n+i]) {
			return false
		}
	}
	return true
}

func (e *env) output(s *sql.Select) []any {
	var row []any
	for _, it := range s.Items {
		if x, ok := it.X.(*sql.Star); ok {
			for _, i := range e.d.star(x, e.cols) {
				row = append(row, e.row[i])
			}
			continue
		}
		row = append(row, e.eval(it.X))
	}
	return row
}

// column returns the value of a name: of the row, of the select list, or of
// the enclosing query's row.
func (e *env) column(x *sql.Column) any {
	last := x.Parts[len(x.Parts)-1]
	fold := e.d.fold(last)
	for s := e; s != nil; s = s.parent {
		found := -1
		for i := range s.cols {
			c := &s.cols[i]
			if c.fold != fold || c.merged && len(x.Parts) == 1 || len(x.Parts) > 1 && !e.d.qualifies(*c, x.Parts[:len(x.Parts)-1]) {
				continue
			}
			if found >= 0 {
				fail(unknown("an ambiguous column"))
			}
			found = i
		}
		if found >= 0 {
			return s.row[found]
		}
		for _, it := range s.items {
			if len(x.Parts) == 1 && it.Alias != nil && e.d.Dialect.Same(it.Alias, last) && s.depth < 8 {
				s.depth++
				v := s.eval(it.X)
				s.depth--
				return v
			}
		}
	}
	fail(unknown("a column that is not there"))
	return nil
}
