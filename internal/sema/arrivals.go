package sema

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/internal/rows"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Arrivals is an example: rows that are there at the first run, rows that arrive
// before the second, and what the table then holds.
type Arrivals struct {
	Given []Given
	// Cols are the columns of the table, Table its rows after the two runs, and
	// Refresh those of a full refresh. Failure says why the run fails instead.
	Cols           []string
	Table, Refresh [][]any
	Failure        string
	// Now is when the second run and the refresh are made, for a model that asks for
	// the time.
	Now    time.Time
	hidden []bool
}

// Given is a relation with its rows, as far as the model reads its columns.
type Given struct {
	Relation      *Summary
	Cols          []string
	Before, After [][]any
	kinds         []*domain
	facts         []*Column // what is known of each column; nil if nothing is
	// hidden are columns that are only passed on, and have no value here.
	hidden []bool
}

// shown returns the columns that an example shows, and rows with those alone.
func shown(cols []string, hidden []bool, lists ...[][]any) ([]string, [][][]any) {
	keep := func(i int) bool { return i >= len(hidden) || !hidden[i] }
	var names []string
	for i, c := range cols {
		if keep(i) {
			names = append(names, c)
		}
	}
	out := make([][][]any, len(lists))
	for k, list := range lists {
		for _, row := range list {
			var less []any
			for i, v := range row {
				if keep(i) {
					less = append(less, v)
				}
			}
			out[k] = append(out[k], less)
		}
	}
	return names, out
}

// Lines writes the example for people: the relations, then what comes out.
func (a *Arrivals) Lines() []string {
	var out []string
	for _, g := range a.Given {
		if len(g.Before)+len(g.After) == 0 {
			continue
		}
		cols, rs := shown(g.Cols, g.hidden, g.Before, g.After)
		line := g.Relation.Name + "(" + strings.Join(cols, ", ") + "): " + tuples(rs[0])
		if len(g.After) > 0 {
			line += "   then arrives " + tuples(rs[1])
		}
		out = append(out, line)
	}
	if a.Failure != "" {
		return append(out, "the second run: "+a.Failure)
	}
	cols, rs := shown(a.Cols, a.hidden, a.Table, a.Refresh)
	out = append(out, "the table("+strings.Join(cols, ", ")+") after two runs: "+tuples(rs[0]))
	return append(out, "after a full refresh: "+tuples(rs[1]))
}

func tuples(rs [][]any) string {
	if len(rs) == 0 {
		return "no rows"
	}
	var out []string
	for _, r := range rs {
		var vals []string
		for _, v := range r {
			vals = append(vals, rows.Text(v))
		}
		out = append(out, "("+strings.Join(vals, ", ")+")")
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// trials bounds the arrivals that are tried before a difference counts as not
// found.
const trials = 400

// work bounds the expressions that a search evaluates: a fraction of a second.
const work = 1_000_000

// finder looks for arrivals after which the table differs from a refresh.
type finder struct {
	m       *Model
	load    Load
	arrival Arrival
	rand    *rand.Rand
	growing []*Given
	given   []*Given
	filled  []Given // of the trial, as far as it is filled
	// clocks are the columns that rows arrive in the order of.
	clocks   map[*Given]int
	clock    bool // a guard goes by the clock: what arrives is of one instant
	failures int
	budget   int                   // expressions that may still be evaluated
	folds    map[*sql.Ident]string // the comparison keys of the query's names
	plain    bool                  // the trial takes the first few values of each domain
}

// search returns an example of a difference, with as few rows as it can do
// with; nil if none was found.
func search(m *Model, l Load, a Arrival) *Arrivals {
	full, run := m.Full(), m.Run()
	if full == nil || full.World == nil || run == nil || run.out == nil || l.Effect == UnknownEffect || l.Effect == ReplaceRange || l.Partial || l.Unit == "?" {
		return nil
	}
	f := &finder{m: m, load: l, arrival: a, rand: rand.New(rand.NewPCG(1, 2)), budget: work, clocks: map[*Given]int{}, folds: map[*sql.Ident]string{}}
	if !f.relations() {
		return nil
	}
	for i := range trials {
		if f.budget <= 0 {
			return nil
		}
		if f.failures > 40 && f.failures == i {
			return nil // the query is not one that is executed
		}
		given := f.fill(i)
		if given == nil {
			continue
		}
		if out := f.run(given); out != nil {
			return f.shrink(given, out)
		}
	}
	return nil
}

// run makes the two runs and the refresh; nil if they end alike, or are not
// executed.
func (f *finder) run(given []Given) *Arrivals {
	full, incr := f.m.Full().World, f.m.Run()
	first, err := f.query(full, given, false, nil)
	if err != nil {
		f.failures++
		return nil
	}
	if len(first.Rows) == 0 {
		return nil
	}
	batch, err := f.query(incr, given, true, first)
	if err != nil {
		f.failures++
		return nil
	}
	refresh, err := f.query(full, given, true, nil)
	if err != nil || len(batch.Cols) != len(refresh.Cols) {
		f.failures++
		return nil
	}
	out := &Arrivals{Given: given, Cols: refresh.Cols, Refresh: refresh.Rows}
	out.Now = f.now(given)
	out.Table, out.Failure, err = f.apply(first, batch)
	if err != nil || out.Failure == "" && tuples(out.Table) == tuples(out.Refresh) {
		return nil
	}
	return out
}

// query executes a world over the given rows: those of the first run, or all.
func (f *finder) query(w *World, given []Given, all bool, this *rows.Table) (*rows.Table, error) {
	db := &rows.Database{Dialect: w.Dialect, Now: f.now(given), Names: f.folds, Budget: &f.budget}
	db.Table = func(t *sql.Table) *rows.Table {
		r := w.Relation(t)
		if r.This {
			return this
		}
		for _, g := range given {
			if same(g.Relation, r) {
				out := &rows.Table{Cols: g.Cols, Rows: g.Before}
				if all {
					out.Rows = slices.Concat(g.Before, g.After)
				}
				return out
			}
		}
		return nil
	}
	return db.Run(w.Tree.Query())
}

// apply puts a batch into the table as the load does.
func (f *finder) apply(table, batch *rows.Table) (out [][]any, failure string, err error) {
	switch f.load.Effect {
	case Append:
		return slices.Concat(table.Rows, batch.Rows), "", nil
	case OverwriteAll:
		return batch.Rows, "", nil
	}
	var cols []int
	for _, k := range f.load.Key {
		i := slices.IndexFunc(table.Cols, func(c string) bool {
			return f.m.Dialect.FoldName(c, false) == f.m.Dialect.FoldName(k, false)
		})
		if i < 0 {
			return nil, "", fmt.Errorf("no column %s", k)
		}
		cols = append(cols, i)
	}
	if len(cols) == 0 {
		return nil, "", fmt.Errorf("no key")
	}
	open, err := f.replaceable(table)
	if err != nil {
		return nil, "", err
	}
	for _, row := range table.Rows {
		n := 0
		if slices.ContainsFunc(open, func(o []any) bool { return &o[0] == &row[0] }) {
			for _, b := range batch.Rows {
				if f.sameKey(row, b, cols) {
					n++
				}
			}
		}
		if n > 1 && f.load.Effect == Upsert {
			return nil, "fails: several rows of the batch have the key of one row of the table", nil
		}
		if n == 0 {
			out = append(out, row)
		}
	}
	return append(out, batch.Rows...), "", nil
}

// replaceable returns the rows of the table that the predicates let be replaced.
func (f *finder) replaceable(table *rows.Table) ([][]any, error) {
	open := table
	for _, text := range f.load.Predicates {
		tree := sql.Parse("select 1 from target where "+text, f.m.Dialect)
		q := tree.Query()
		if q == nil || len(tree.Errors) > 0 {
			return nil, fmt.Errorf("a predicate that could not be read")
		}
		sel, ok := q.Body.(*sql.Select)
		if !ok || sel.Where == nil {
			return nil, fmt.Errorf("a predicate that could not be read")
		}
		alias := "target"
		for n := range sql.Walk(sel.Where) {
			if c, ok := n.(*sql.Column); ok && len(c.Parts) > 1 {
				alias = c.Parts[len(c.Parts)-2].Name
				break
			}
		}
		db := &rows.Database{Dialect: f.m.Dialect, Now: epoch, Table: func(*sql.Table) *rows.Table { return table }}
		var err error
		if open, err = db.Where(open, alias, sel.Where); err != nil {
			return nil, err
		}
	}
	return open.Rows, nil
}

func (f *finder) sameKey(a, b []any, cols []int) bool {
	for _, c := range cols {
		x, y := f.part(a[c]), f.part(b[c])
		if (x == nil || y == nil) && (!f.load.NullSafe || x != y) || rows.Text(x) != rows.Text(y) {
			return false
		}
	}
	return true
}

// part is a key's value truncated to the unit of the partitions.
func (f *finder) part(v any) any {
	t, ok := v.(time.Time)
	if !ok || f.load.Unit == "" {
		return v
	}
	switch f.load.Unit {
	case "hour":
		return t.Truncate(time.Hour)
	case "month":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.Truncate(24 * time.Hour)
}

// shrink drops rows as long as the runs still end differently.
func (f *finder) shrink(given []Given, out *Arrivals) *Arrivals {
	for i := range given {
		for _, after := range []bool{false, true} {
			for k := 0; ; {
				list := given[i].Before
				if after {
					list = given[i].After
				}
				if k >= len(list) {
					break
				}
				less := slices.Clone(given)
				rest := slices.Delete(slices.Clone(list), k, k+1)
				if after {
					less[i].After = rest
				} else {
					less[i].Before = rest
				}
				if o := f.run(less); o != nil && slices.ContainsFunc(less, func(g Given) bool { return len(g.After) > 0 }) {
					given, out = less, o
					continue
				}
				k++
			}
		}
	}
	return f.hide(given, out)
}

// hide leaves out the values of columns that are merely passed on.
func (f *finder) hide(given []Given, out *Arrivals) *Arrivals {
	used := f.worked()
	for i := range given {
		given[i].hidden = make([]bool, len(given[i].Cols))
		for c, name := range given[i].Cols {
			if used[f.m.Dialect.FoldName(name, false)] {
				continue
			}
			less := slices.Clone(given)
			less[i].Before, less[i].After = emptied(given[i].Before, c), emptied(given[i].After, c)
			if o := f.run(less); o != nil && o.Failure == out.Failure {
				given, out = less, o
				given[i].hidden[c] = true
			}
		}
	}
	out.hidden = make([]bool, len(out.Cols))
	for c := range out.Cols {
		out.hidden[c] = !slices.ContainsFunc(slices.Concat(out.Table, out.Refresh), func(r []any) bool { return r[c] != nil }) &&
			!used[f.m.Dialect.FoldName(out.Cols[c], false)]
	}
	return out
}

func emptied(rs [][]any, c int) [][]any {
	var out [][]any
	for _, r := range rs {
		r = slices.Clone(r)
		r[c] = nil
		out = append(out, r)
	}
	return out
}

// worked are the names that a query does more with than to pass them on, and
// those of the key.
func (f *finder) worked() map[string]bool {
	out := map[string]bool{}
	for _, k := range f.load.Key {
		out[f.m.Dialect.FoldName(k, false)] = true
	}
	for _, w := range f.m.Worlds() {
		passed := map[sql.Node]bool{}
		for n := range sql.Walk(w.Tree.Query()) {
			switch n := n.(type) {
			case *sql.Item:
				if c, ok := n.X.(*sql.Column); ok {
					passed[c] = true
					if n.Alias != nil && !w.Dialect.Same(n.Alias, c.Parts[len(c.Parts)-1]) {
						out[w.Dialect.Fold(c.Parts[len(c.Parts)-1])] = true
					}
				}
			case *sql.Column:
				if !passed[n] {
					out[w.Dialect.Fold(n.Parts[len(n.Parts)-1])] = true
				}
			case *sql.Join:
				for _, u := range n.Using {
					out[w.Dialect.Fold(u)] = true
				}
			}
		}
	}
	for _, g := range f.given {
		for _, c := range g.names() {
			out[f.m.Dialect.FoldName(c, false)] = true
		}
	}
	for g, k := range f.clocks {
		if k >= 0 {
			out[f.m.Dialect.FoldName(g.Cols[k], false)] = true
		}
	}
	return out
}
