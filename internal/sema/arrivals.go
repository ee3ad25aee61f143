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
	hidden         []bool
}

// Given is a relation with its rows, as far as the model reads its columns.
type Given struct {
	Relation      *Summary
	Cols          []string
	Before, After [][]any
	kinds         []*domain
	// hidden are columns that are only passed on, and have no value here.
	hidden []bool
}

// names are the columns that tell rows apart for people: a key, or the first.
func (g *Given) names() []string {
	if k, ok := g.Relation.Grain(); ok && len(k.Cols) > 0 {
		return g.Relation.Names(k.Cols)
	}
	return g.Cols[:min(1, len(g.Cols))]
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
	plain    bool // the trial takes the first few values of each domain
}

// search returns an example of a difference, with as few rows as it can do
// with; nil if none was found.
func search(m *Model, l Load, a Arrival) *Arrivals {
	full, run := m.Full(), m.Run()
	if full == nil || full.World == nil || run == nil || run.out == nil || l.Effect == UnknownEffect || l.Effect == ReplaceRange || l.Partial || l.Unit == "?" {
		return nil
	}
	f := &finder{m: m, load: l, arrival: a, rand: rand.New(rand.NewPCG(1, 2)), clocks: map[*Given]int{}}
	if !f.relations() {
		return nil
	}
	for i := range trials {
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

// relations finds what the model reads and which columns of it.
func (f *finder) relations() bool {
	p := &prover{m: f.m, w: f.m.Run()}
	for _, g := range f.m.Guards() {
		if g.Bound.Kind == Literal {
			return false // what a variable is set to is not known
		}
		f.clock = f.clock || g.Bound.Kind == Clock
		if !g.Block.InExpr {
			p.guards = append(p.guards, g)
		}
	}
	p.grow()
	names := f.names()
	kinds := f.kinds()
	for _, w := range f.m.Worlds() {
		for _, s := range w.Scans {
			if s.Relation.This || slices.ContainsFunc(f.given, func(g *Given) bool { return same(g.Relation, s.Relation) }) {
				continue
			}
			g := &Given{Relation: s.Relation, Cols: f.columns(s, names)}
			for _, c := range g.Cols {
				g.kinds = append(g.kinds, kinds.of(w.Dialect.FoldName(c, false), c))
			}
			f.given = append(f.given, g)
			if p.growing[s.Relation] || slices.ContainsFunc(p.w.Scans, func(o *Scan) bool { return same(o.Relation, s.Relation) && p.growing[o.Relation] }) {
				f.growing = append(f.growing, g)
			}
		}
	}
	// What nothing arrives in is filled first: rows may refer to it.
	slices.SortStableFunc(f.given, func(a, b *Given) int {
		return count(slices.Contains(f.growing, a)) - count(slices.Contains(f.growing, b))
	})
	for _, g := range f.m.Guards() {
		leaf := p.leafOf(g.left)
		if leaf == nil || g.leftExpr == nil {
			continue
		}
		for _, of := range f.given {
			if same(of.Relation, leaf.Relation) {
				f.clocks[of] = slices.IndexFunc(of.Cols, func(c string) bool { return strings.EqualFold(c, leaf.Column) })
			}
		}
	}
	return len(f.growing) > 0 && len(f.given) <= 6
}

// names are the comparison keys of all that the worlds name.
func (f *finder) names() map[string]bool {
	out := map[string]bool{}
	for _, k := range f.load.Key {
		out[f.m.Dialect.FoldName(k, false)] = true
	}
	for _, w := range f.m.Worlds() {
		for n := range sql.Walk(w.Tree.Query()) {
			switch n := n.(type) {
			case *sql.Column:
				for _, p := range n.Parts {
					out[w.Dialect.Fold(p)] = true
				}
			case *sql.Join:
				for _, u := range n.Using {
					out[w.Dialect.Fold(u)] = true
				}
			}
		}
	}
	return out
}

// columns are those of a relation that the model reads; at least one.
func (f *finder) columns(s *Scan, names map[string]bool) []string {
	var out []string
	for _, c := range s.Relation.Columns {
		if names[c.Fold] {
			out = append(out, c.Name)
		}
	}
	for _, w := range f.m.Worlds() {
		for _, o := range w.Scans {
			if !same(o.Relation, s.Relation) {
				continue
			}
			for _, fold := range sortedNames(o.Asked) {
				id := o.Asked[fold].Parts[len(o.Asked[fold].Parts)-1]
				if !slices.ContainsFunc(out, func(c string) bool { return w.Dialect.FoldName(c, false) == fold }) {
					out = append(out, id.Name)
				}
			}
		}
	}
	if len(out) == 0 && len(s.Relation.Columns) > 0 {
		out = append(out, s.Relation.Columns[0].Name)
	}
	if len(out) == 0 {
		out = []string{"id"}
	}
	return out
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sortedNames[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// fill returns rows for a trial; nil if none that fulfil the facts were found.
func (f *finder) fill(trial int) []Given {
	out := make([]Given, len(f.given))
	for i, g := range f.given {
		out[i] = *g
	}
	f.filled = out
	newest := any(nil)
	before, after := 1+f.rand.IntN(2), 1
	f.plain = trial < trials/3
	if !f.plain {
		before, after = 1+f.rand.IntN(4), 1+f.rand.IntN(2)
	}
	for i, g := range f.given {
		n := before
		if !slices.Contains(f.growing, g) {
			n = f.rand.IntN(3)
		}
		for range n {
			if row := f.row(&out[i], g, nil, nil); row != nil {
				out[i].Before = append(out[i].Before, row)
			}
		}
		if k, ok := f.clocks[g]; ok && k >= 0 {
			for _, r := range out[i].Before {
				newest = later(newest, r[k])
			}
		}
	}
	var instant any
	for i, g := range f.given {
		if !slices.Contains(f.growing, g) || len(f.growing) > 1 && f.rand.IntN(3) == 0 {
			continue
		}
		for range after {
			row := f.row(&out[i], g, newest, instant)
			if row == nil {
				continue
			}
			out[i].After = append(out[i].After, row)
			if k, ok := f.clocks[g]; ok && k >= 0 && f.clock {
				instant = row[k]
			}
		}
	}
	if !slices.ContainsFunc(out, func(g Given) bool { return len(g.After) > 0 }) {
		return nil
	}
	return out
}

func later(a, b any) any {
	if a == nil || b != nil && compareValues(b, a) > 0 {
		return b
	}
	return a
}

// compareValues orders two values of one kind.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return int(x - y)
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	}
	return strings.Compare(rows.Text(a), rows.Text(b))
}

// row returns a row that fulfils the facts of its relation beside those that are
// there. With newest set it is one that arrives.
func (f *finder) row(g *Given, of *Given, newest, instant any) []any {
	for range 30 {
		row := make([]any, len(g.Cols))
		for i, c := range g.Cols {
			row[i] = f.value(g, i, c)
		}
		if k, ok := f.clocks[of]; ok && k >= 0 {
			for row[k] == nil {
				row[k] = g.kinds[k].pick(f.rand, f.plain)
			}
			if newest != nil && f.arrival != Anytime {
				row[k] = g.kinds[k].after(f.rand, newest, f.arrival == Later, f.plain)
			}
			if instant != nil {
				row[k] = instant
			}
		}
		if f.admits(g, row) {
			return row
		}
	}
	return nil
}

// value picks the value of a column.
func (f *finder) value(g *Given, i int, name string) any {
	c := f.column(g, name)
	if c != nil && c.Const != "" {
		if v, ok := f.constant(c.Const); ok {
			return v
		}
	}
	if c != nil && c.Empty != nil && !c.NotNull && f.rand.IntN(3) == 0 {
		return nil
	}
	return g.kinds[i].pick(f.rand, f.plain)
}

func (f *finder) column(g *Given, name string) *Column {
	if i := g.Relation.Index(f.m.Dialect.FoldName(name, false)); i >= 0 {
		return &g.Relation.Columns[i]
	}
	return nil
}

func (f *finder) constant(lit string) (any, bool) {
	t := sql.Parse("select "+lit, f.m.Dialect)
	if t.Query() == nil {
		return nil, false
	}
	out, err := (&rows.Database{Dialect: f.m.Dialect}).Run(t.Query())
	if err != nil || len(out.Rows) != 1 || len(out.Rows[0]) != 1 {
		return nil, false
	}
	return out.Rows[0][0], true
}

// admits reports whether a row fulfils the keys, dependencies and references of
// its relation. A conditional key is taken for one of all rows.
func (f *finder) admits(g *Given, row []any) bool {
	at := func(cols []int) ([]int, bool) {
		var out []int
		for _, c := range cols {
			i := slices.IndexFunc(g.Cols, func(n string) bool {
				return f.m.Dialect.FoldName(n, false) == g.Relation.Columns[c].Fold
			})
			if i < 0 {
				return nil, false
			}
			out = append(out, i)
		}
		return out, true
	}
	agree := func(a []any, cols []int) bool {
		return !slices.ContainsFunc(cols, func(i int) bool { return rows.Text(a[i]) != rows.Text(row[i]) })
	}
	there := slices.Concat(g.Before, g.After)
	for _, k := range g.Relation.Keys {
		cols, ok := at(k.Cols)
		if ok && slices.ContainsFunc(there, func(o []any) bool { return agree(o, cols) }) {
			return false
		}
	}
	for _, d := range g.Relation.FDs {
		from, ok1 := at(d.From)
		to, ok2 := at(d.To)
		if ok1 && ok2 && slices.ContainsFunc(there, func(o []any) bool { return agree(o, from) && !agree(o, to) }) {
			return false
		}
	}
	for _, m := range g.Relation.Many {
		if cols, ok := at([]int{m.Col}); ok && m.To != "" && !f.refers(m, row[cols[0]]) {
			return false
		}
	}
	return g.Relation.Card.Max == 0 || len(there) < g.Relation.Card.Max
}

// refers reports whether a value stands in the relation that it refers to, if
// that is one of the example.
func (f *finder) refers(m ManySide, v any) bool {
	for _, o := range f.filled {
		if o.Relation.ID != m.To || v == nil {
			continue
		}
		i := slices.IndexFunc(o.Cols, func(n string) bool { return f.m.Dialect.FoldName(n, false) == m.Field })
		if i >= 0 && !slices.ContainsFunc(slices.Concat(o.Before, o.After), func(r []any) bool { return rows.Text(r[i]) == rows.Text(v) }) {
			return false
		}
	}
	return true
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
	out.Table, out.Failure, err = f.apply(first, batch)
	if err != nil || out.Failure == "" && tuples(out.Table) == tuples(out.Refresh) {
		return nil
	}
	return out
}

// query executes a world over the given rows: those of the first run, or all.
func (f *finder) query(w *World, given []Given, all bool, this *rows.Table) (*rows.Table, error) {
	db := &rows.Database{Dialect: w.Dialect, Now: f.now(given)}
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

// now is an hour after the newest row.
func (f *finder) now(given []Given) time.Time {
	now := epoch
	for i, g := range f.given {
		k, ok := f.clocks[g]
		if !ok || k < 0 {
			continue
		}
		for _, r := range slices.Concat(given[i].Before, given[i].After) {
			if t, ok := r[k].(time.Time); ok && t.After(now) {
				now = t
			}
		}
	}
	return now.Add(time.Hour)
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
	open := table.Rows // that can be replaced
	if open, err = f.replaceable(table); err != nil {
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
