package sema

import (
	"slices"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/internal/rows"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// names are the columns that tell rows apart for people: a key, or the first.
func (g *Given) names() []string {
	if k, ok := g.Relation.Grain(); ok && len(k.Cols) > 0 {
		return g.Relation.Names(k.Cols)
	}
	return g.Cols[:min(1, len(g.Cols))]
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
				g.facts = append(g.facts, f.column(g, c))
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
		for i := range g.Cols {
			row[i] = f.value(g, i)
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
func (f *finder) value(g *Given, i int) any {
	c := g.facts[i]
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
