package sema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Unstable is a key column that has another value in each run for one row.
type Unstable struct {
	Expr sql.Expr
	// Clock is set when the value is the time of the run, Numbered when rows are
	// numbered within a batch; else it is random.
	Clock, Numbered bool
}

// Unstable returns why the output column of that name is no name of a row that
// lasts; nil when nothing speaks against it.
func (w *World) Unstable(name string) *Unstable {
	if w.out == nil || w.truncated {
		return nil
	}
	c, ok := w.out.named(w.Dialect.FoldName(name, false))
	if !ok {
		return nil
	}
	return w.unstable(c, map[Col]bool{})
}

func (w *World) unstable(c Col, seen map[Col]bool) *Unstable {
	for w.cols[c].from > 0 {
		c = w.cols[c].from
	}
	col := &w.cols[c]
	if seen[c] || col.leaf != nil || col.expr == nil {
		return nil
	}
	seen[c] = true
	if win := col.window; win != nil {
		if win.fn == "row_number" && win.whole && len(win.partition) == 0 {
			return &Unstable{Expr: col.expr, Numbered: true}
		}
		return nil
	}
	if col.volatile && w.calls(col.expr, volatiles) {
		if !alwaysCalls(col.expr, volatiles) {
			return nil // a value for rows that lack another one
		}
		return &Unstable{Expr: col.expr}
	}
	if col.fixed && w.calls(col.expr, instants) && !w.truncates(col.expr) {
		return &Unstable{Expr: col.expr, Clock: true}
	}
	for _, i := range col.in {
		if u := w.unstable(i, seen); u != nil {
			return u
		}
	}
	return nil
}

// instants are the functions that give the time of the run to the second.
var instants = words(`current_timestamp now sysdate getdate localtimestamp current_datetime systimestamp sysdatetime getutcdate
	clock_timestamp statement_timestamp transaction_timestamp`)

// calls reports whether an expression itself calls one of some functions.
func (w *World) calls(e sql.Node, names map[string]bool) bool {
	for n := range sql.Walk(e) {
		switch n := n.(type) {
		case *sql.Query:
			return false
		case *sql.Call:
			if names[funcName(n)] {
				return true
			}
		}
	}
	return false
}

// alwaysCalls reports whether an expression calls one of some functions for every
// row, and not only where other values are missing or a condition holds.
func alwaysCalls(e sql.Node, names map[string]bool) bool {
	switch n := e.(type) {
	case *sql.Query, *sql.Case:
		return false
	case *sql.Call:
		name := funcName(n)
		if names[name] {
			return true
		}
		if slices.Contains(nullTakers, name) {
			return len(n.Args) > 0 && n.Args[0].X != nil && alwaysCalls(n.Args[0].X, names)
		}
	}
	for c := range sql.Children(e) {
		if alwaysCalls(c, names) {
			return true
		}
	}
	return false
}

// truncates reports whether an expression cuts a time down to a unit of a day or
// more.
func (w *World) truncates(e sql.Node) bool {
	for n := range sql.Walk(e) {
		if x, ok := n.(sql.Expr); ok {
			if g, ok := grainOf(x); ok && g != instant {
				return true
			}
			if call, ok := x.(*sql.Call); ok && (strings.Contains(funcName(call), "format") || strings.HasPrefix(funcName(call), "to_char")) {
				return true
			}
		}
	}
	return false
}

// CutPart is a guard that takes a part of what the run replaces: the rest of a
// partition, or of the rows with one key, is deleted and not read again.
type CutPart struct {
	Guard *Guard
	// Column is the column of the output by which rows are replaced, Unit the
	// unit of time that it holds.
	Column, Unit string
}

// CutParts returns the guards that do not take whole what an overwrite of
// partitions, or a delete by a key that several rows have, replaces.
//
// It asks for proof: what is replaced is a day, or a longer unit, of the very
// time that the guard compares, and the bound surely lies within such a unit.
func (m *Model) CutParts() []CutPart {
	w := m.Run()
	if w == nil || w.out == nil || w.truncated {
		return nil
	}
	var out []CutPart
	for _, part := range m.replacedBy(w) {
		base, unit := w.truncation(part.col)
		unit = coarser(unit, part.unit)
		if grainNames[unit] == "" {
			continue
		}
		for _, g := range m.Restricting() {
			if g.left == 0 || g.Op != sql.OpGt && g.Op != sql.OpGe {
				continue
			}
			own, cut := w.truncation(g.left)
			if (own == base || w.sameLeaf(own, base)) && cut < unit && cut != noGrain && g.midUnit() {
				out = append(out, CutPart{g, w.colName(part.col), grainNames[unit]})
			}
		}
	}
	return out
}

// replacing is an output column by which rows are replaced, with the unit that
// the configuration truncates it to.
type replacing struct {
	col  Col
	unit timeGrain
}

// replacedBy returns the columns by which the strategy replaces more than single
// rows.
func (m *Model) replacedBy(w *World) []replacing {
	var out []replacing
	add := func(name string, unit timeGrain) {
		if c, ok := w.out.named(w.Dialect.FoldName(name, false)); ok {
			out = append(out, replacing{c, unit})
		}
	}
	switch m.Strategy().Effect {
	case DeleteInsert:
		key, _, _ := m.Node.UniqueKey()
		cols := w.Output.indexes(key, m.Dialect)
		if len(key) == 0 || cols == nil || w.Output.HasKey(cols, true) || slices.ContainsFunc(m.Declared.Keys, func(f Fact) bool { return m.isKey(key, f.Cols) }) {
			return nil // single rows
		}
		for _, k := range key {
			add(k, instant)
		}
	case OverwriteParts:
		for _, key := range layouts {
			m.eachPartition(key, add)
		}
	}
	return out
}

var truncating = regexp.MustCompile(`^\s*([A-Za-z_0-9]+)\s*\(\s*([A-Za-z_][A-Za-z_0-9]*)\s*\)\s*$`)

// eachPartition calls add with each column that a setting partitions by, and the
// unit that it is truncated to.
func (m *Model) eachPartition(key string, add func(name string, unit timeGrain)) {
	v, _ := m.Node.Config.Get(key)
	if by, ok := v.(*jinja.Dict); ok { // BigQuery's
		field, _ := by.Get("field")
		name, ok := jinja.TextOf(field)
		if !ok {
			return
		}
		unit := instant
		if kind, _ := by.Get("data_type"); kind != nil {
			if text, _ := jinja.TextOf(kind); strings.EqualFold(text, "timestamp") || strings.EqualFold(text, "datetime") || strings.EqualFold(text, "date") {
				unit = day
			}
		}
		if g, _ := by.Get("granularity"); g != nil {
			text, _ := jinja.TextOf(g)
			unit = grainWords[strings.ToLower(text)]
		}
		add(name, unit)
		return
	}
	texts, _ := m.Node.Config.Strings(key)
	for _, t := range texts {
		if call := truncating.FindStringSubmatch(t); call != nil {
			add(call[2], grainFuncs[strings.ToLower(call[1])])
		} else {
			add(t, instant)
		}
	}
}

// midUnit reports whether the bound surely lies within a day: it is the newest
// time of the table, or the clock to the second.
func (g *Guard) midUnit() bool {
	if g.Bound.Kind == Clock {
		return g.World.calls(g.Bound.Expr, instants) && !g.World.truncates(g.Bound.Expr)
	}
	return g.instantBound()
}

// Disagreement is a test of uniqueness on other columns than a merge goes by.
type Disagreement struct {
	Key, Tested []string
	Step        Step
}

// Disagreements returns the tested keys that have nothing to do with the
// unique_key: neither is a part of the other, or computed from it.
func (m *Model) Disagreements(key []string) []Disagreement {
	w := m.Run()
	if w == nil || w.out == nil || w.truncated || w.Output.Open {
		return nil
	}
	u, ok := w.outputs(key)
	if !ok || w.unresolved(u) || w.Output.HasKey(w.Output.indexes(key, m.Dialect), true) {
		return nil
	}
	var out []Disagreement
	for _, f := range m.Declared.Keys {
		t, ok := w.outputs(f.Cols)
		if f.When != nil || !testedKinds[f.Kind] {
			continue
		}
		if !ok || m.isKey(key, f.Cols) || u.meets(t) || w.determines(w.out, u, t) || w.determines(w.out, t, u) || len(u) == 1 && len(t) > 1 && w.cols[w.root(u[0])].leaf != nil {
			return nil // it agrees with the key, or may: one column may stand for several
		}
		out = append(out, Disagreement{key, f.Cols, f.Step})
	}
	return out
}

// UniqueWith reports whether a key that is tested follows from key, as from a
// hash of its columns, or may: then key is unique where the test passes.
func (m *Model) UniqueWith(key []string) bool {
	w := m.Run()
	if w == nil || w.out == nil || w.truncated {
		return false
	}
	u, ok := w.outputs(key)
	return ok && slices.ContainsFunc(m.Declared.Keys, func(f Fact) bool {
		t, ok := w.outputs(f.Cols)
		return ok && f.When == nil && testedKinds[f.Kind] && (w.determines(w.out, u, t) || w.unresolved(u))
	})
}

// unresolved reports whether one of cols is made of a column of which it is not
// known what it is.
func (w *World) unresolved(cols set) bool {
	return slices.ContainsFunc(cols, func(c Col) bool { return w.madeOfUnknown(c, 0) })
}

func (w *World) madeOfUnknown(c Col, depth int) bool {
	c = w.root(c)
	col := &w.cols[c]
	if c == nowhere || depth > maxDepth {
		return true
	}
	return col.class == Opaque && col.leaf == nil && len(col.in) == 0 && len(col.tids) == 0 ||
		slices.ContainsFunc(col.in, func(in Col) bool { return w.madeOfUnknown(in, depth+1) })
}

// testedKinds are the declarations of uniqueness that a build checks.
var testedKinds = words("unique unique_combination_of_columns primary_key")

// outputs returns output columns by name; ok is false when one is not there.
func (w *World) outputs(names []string) (cols set, ok bool) {
	for _, n := range names {
		c, ok := w.out.named(w.Dialect.FoldName(n, false))
		if !ok {
			return nil, false
		}
		cols = cols.with(c)
	}
	return cols, true
}

// settingOf returns the value of the first of some settings that is set, as
// texts; ok is false when one cannot be told.
func settingOf(c *manifest.Config, keys ...string) (texts []string, origin manifest.Origin, ok bool) {
	for _, key := range keys {
		if !c.Has(key) {
			continue
		}
		_, origin = c.Get(key)
		texts, ok = c.Strings(key)
		return texts, origin, ok
	}
	return nil, origin, true
}
