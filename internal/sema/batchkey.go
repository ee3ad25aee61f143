package sema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// KeyGap is a key that the rows of a query do not have: they are grouped by
// more than it holds.
type KeyGap struct {
	Grain   []string // what the rows are grouped by
	Missing []string // of it, what the key does not determine
	// Hashed is set when a column of the key is a hash of others.
	Hashed bool
	Steps  []Step
}

// KeyGap returns what a key lacks of the columns that the query groups by; nil
// when the key is one, or when that is not known. Columns that may be mere
// attributes of the key are not missed.
func (w *World) KeyGap(cols []string) *KeyGap {
	if w.out == nil || w.truncated || w.out.open != nil {
		return nil
	}
	var u set
	gap := &KeyGap{}
	for _, name := range cols {
		c, ok := w.out.named(w.Dialect.FoldName(name, false))
		if !ok {
			return nil
		}
		u = u.with(c)
		gap.Hashed = gap.Hashed || w.cols[w.root(c)].class == Hashed
	}
	c := w.reachNotNull(w.out, u, u)
	if c.all(w.out.tids) {
		return nil
	}
	for _, k := range bestKeys(w.out.keys) {
		if k.why == nil || !groups(k.why) || c.all(k.cols) {
			continue
		}
		var part, missing set
		for _, x := range k.cols {
			if c.known(x) {
				part = part.with(x)
			} else {
				missing = missing.with(x)
			}
		}
		if len(part) == 0 || !w.determines(w.out, part, u) || w.sameDetail(w.out, part, missing) || !w.sayMore(missing) {
			continue
		}
		gap.Grain, gap.Missing, gap.Steps = w.names(k.cols), w.names(missing), w.steps([]fact{{fd: fd{why: k.why}}})
		return gap
	}
	return nil
}

// groups reports whether evidence is a GROUP BY.
func groups(x *why) bool {
	return x.rule == proof.Grouped || x.rule == proof.GroupedSets || x.rule == proof.SetOfNulls
}

var idName = regexp.MustCompile(`(?i)(^|_)(id|uuid|guid|sid|key|code)$`)

// sayMore reports whether all columns name something of their own, by the names
// that people give to keys: what else is grouped by is often an attribute.
func (w *World) sayMore(cols set) bool {
	return !slices.ContainsFunc(cols, func(c Col) bool { return !idName.MatchString(w.colName(c)) })
}

// Tested returns the narrowest key of the output that rests on a test and is a
// proper part of cols; the columns that it does not need come second.
func (s *Summary) Tested(cols []int) (k Key, extra []int, ok bool) {
	for _, c := range s.Keys {
		if c.When != nil || c.Strength < finding.Tested || c.Strength >= finding.Data || len(c.Cols) == 0 || len(c.Cols) >= len(cols) || !subset(c.Cols, cols) {
			continue
		}
		if !ok || len(c.Cols) < len(k.Cols) {
			k, ok = c, true
		}
	}
	for _, c := range cols {
		if ok && !slices.Contains(k.Cols, c) {
			extra = append(extra, c)
		}
	}
	return k, extra, ok
}

// LooseOr is a guard that AND ties to the last arm of an OR.
type LooseOr struct {
	Guard string   // the text of what the guard adds
	Arms  []string // the arms that it leaves alone
	World *World
	Block *Block
}

// LooseOrs returns the guards that a WHERE with an OR at its top takes for part
// of its last arm: the full refresh has the same text without them.
func (m *Model) LooseOrs() []LooseOr {
	full, incr := m.Full(), m.Incremental()
	if full == nil || incr == nil || full.World == nil || incr.World == nil {
		return nil
	}
	var out []LooseOr
	for _, b := range incr.World.Blocks {
		parts := arms(b.Select.Where)
		for _, f := range full.World.Blocks {
			guard, ok := tail(incr.World, parts, full.World, arms(f.Select.Where))
			if !ok {
				continue
			}
			l := LooseOr{Guard: oneLine(incr.World.Text(guard.Range())), World: incr.World, Block: b}
			for _, a := range parts[:len(parts)-1] {
				l.Arms = append(l.Arms, oneLine(incr.World.Text(a.Range())))
			}
			out = append(out, l)
			break
		}
	}
	return out
}

// tail returns the first conjunct of the last arm that the base's last arm, which
// begins the same, does not have.
func tail(w *World, parts []sql.Expr, bw *World, base []sql.Expr) (sql.Expr, bool) {
	if len(parts) < 2 || len(parts) != len(base) {
		return nil, false
	}
	last := len(parts) - 1
	same := func(a, b sql.Expr) bool { return sql.Print(a, w.Dialect) == sql.Print(b, bw.Dialect) }
	for i := range last {
		if !same(parts[i], base[i]) {
			return nil, false
		}
	}
	more, less := conjuncts(parts[last]), conjuncts(base[last])
	arm := 0
	for arm < len(more) && arm < len(less) && same(more[arm], less[arm]) {
		arm++
	}
	if arm == 0 || arm == len(more) {
		return nil, false
	}
	return more[arm], true // what the full refresh has there instead is its own bound
}

// arms splits e at OR, as it is written: parentheses are not looked through.
func arms(e sql.Expr) []sql.Expr {
	b, ok := e.(*sql.Binary)
	if !ok || b.Op != sql.OpOr {
		return []sql.Expr{e}
	}
	return append(arms(b.L), arms(b.R)...)
}

func squeezed(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Mismatch is a guard that compares a column with the maximum of one that
// holds something else.
type Mismatch struct {
	Guard *Guard
	// Held is the column of {{ this }}, From what it is computed from.
	Held, From string
}

// Mismatched returns whether the guard compares a column of a relation with a
// maximum that comes from other columns of the same relation.
func (g *Guard) Mismatched() (Mismatch, bool) {
	w := g.World
	if g.Bound.Kind != ThisMax || g.Bound.Column == nil || g.Leaf == nil || g.Leaf.ID == "" || strings.EqualFold(g.Column, g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1].Name) || w.Output == nil || w.Output.Open || g.Block.InExpr {
		return Mismatch{}, false
	}
	held := g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1]
	i := w.Output.Index(w.Dialect.Fold(held))
	if i < 0 || len(w.Output.Columns[i].Origins) == 0 {
		return Mismatch{}, false
	}
	base, _ := w.truncation(g.left)
	leaf := w.cols[base].leaf
	if leaf == nil {
		return Mismatch{}, false // an expression over several columns
	}
	if _, alias := g.Block.scope.aliases[strings.ToLower(leaf.Column)]; leaf.Index < 0 && (alias || g.Block.scope.aliases[strings.ToUpper(leaf.Column)] != nil) {
		return Mismatch{}, false // perhaps the select list's own name
	}
	out := Mismatch{Guard: g, Held: held.Name}
	for _, o := range w.Output.Columns[i].Origins {
		if o.Relation != g.Leaf.ID || strings.EqualFold(o.Column, g.Column) || o.Class >= Opaque {
			return Mismatch{}, false
		}
		out.From = o.Column
	}
	return out, true
}

// NullGuards returns the guards that turn an outer join into an inner one in the
// incremental run only, and so lose rows: one without a match that has no key
// either is wanted by nobody.
func (m *Model) NullGuards() []Supplied {
	return slices.DeleteFunc(m.nullGuards(), m.keyFrom)
}

// nullGuards returns all guards that turn an outer join into an inner one in the
// incremental run only.
func (m *Model) nullGuards() []Supplied {
	full, incr := m.Full(), m.Incremental()
	if full == nil || incr == nil || full.World == nil || incr.World == nil {
		return nil
	}
	dropped := map[string]bool{} // joins that the full refresh takes back as well
	for _, s := range full.World.Degraded() {
		dropped[squeezed(full.World.Text(s.Join.Span()))] = true
	}
	guards := m.Guards()
	var out []Supplied
	for _, s := range incr.World.Degraded() {
		isGuard := slices.ContainsFunc(guards, func(g *Guard) bool { return g.Filter == s.Filter })
		if isGuard && !s.Filter.Block.InExpr && !dropped[squeezed(incr.World.Text(s.Join.Span()))] {
			out = append(out, s)
		}
	}
	return out
}

// keyFrom reports whether every column of the unique_key comes from the side
// that the join supplies NULLs for.
func (m *Model) keyFrom(s Supplied) bool {
	key, _, known := m.Node.UniqueKey()
	w := s.Filter.World
	if !known || len(key) == 0 || w.out == nil {
		return false
	}
	for _, k := range key {
		c, ok := w.out.named(w.Dialect.FoldName(k, false))
		if !ok || !w.suppliedBy(c, s.Join) {
			return false
		}
	}
	return true
}

// suppliedBy reports whether j supplies column c, in some branch of the unions on
// the way.
func (w *World) suppliedBy(c Col, j *Join) bool {
	for ; c > 0; c = w.cols[c].from {
		col := &w.cols[c]
		if col.nullFrom == j {
			return true
		}
		if col.cutoff && col.expr == nil && slices.ContainsFunc(col.in, func(i Col) bool { return w.suppliedBy(i, j) }) {
			return true
		}
	}
	return false
}

// GuardsNulls reports whether a filter is a guard of an incremental model that
// makes an outer join an inner one in the incremental run only.
func (m *Model) GuardsNulls(f *Filter) bool {
	return m.Incremented() && slices.ContainsFunc(m.nullGuards(), func(s Supplied) bool { return s.Filter == f })
}
