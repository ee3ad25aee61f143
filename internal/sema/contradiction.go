package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Vain is a condition that has the same outcome for every row, although it
// reads as if it chose some.
type Vain struct {
	Expr sql.Expr
	Kind VainKind
	// Other is the text of the condition that Expr contradicts.
	Other string
}

// VainKind is why a condition is in vain.
type VainKind uint8

const (
	NullCompared  VainKind = iota // x = null is never true
	NullWhen                      // CASE x WHEN NULL is never taken
	NullListed                    // x not in (..., null) is never true
	Contradiction                 // no value fulfils both conditions
	EmptyRange                    // between 9 and 1
	OneValue                      // x between y and y, y a column
	AlwaysTrue                    // x <> 'a' or x <> 'b'
)

// Vain returns the conditions of the world that no row, or every row, fulfils.
// Only what is written out counts: a condition that a template value takes part
// in may be another one in the next run.
func (w *World) Vain() []Vain {
	if w.truncated {
		return nil
	}
	v := &vain{w: w, seen: map[sql.Expr]bool{}}
	for _, b := range w.Blocks {
		for start := 0; start < len(b.Filters); {
			end := start + 1
			for end < len(b.Filters) && b.Filters[end].Clause == b.Filters[start].Clause && b.Filters[end].Join == b.Filters[start].Join {
				end++
			}
			v.group(b.Filters[start:end])
			start = end
		}
		for _, it := range b.Select.Items {
			if it.X != nil && b.post != nil {
				v.cases(b.post, it.X)
			}
		}
	}
	return v.out
}

type vain struct {
	w    *World
	out  []Vain
	seen map[sql.Expr]bool
}

func (v *vain) add(e sql.Expr, kind VainKind, other string) {
	if !v.seen[e] && v.w.written(e.Range()) {
		v.seen[e] = true
		v.out = append(v.out, Vain{e, kind, other})
	}
}

// written reports whether the text at s stands so in a template.
func (w *World) written(s sql.Span) bool {
	if w.Map == nil {
		return true
	}
	_, exact := w.Map.Source(s)
	return exact
}

// group judges the conjuncts of one clause.
func (v *vain) group(fs []*Filter) {
	var list []sql.Expr
	for _, f := range fs {
		list = append(list, f.Expr)
	}
	var base []cond
	if fs[0].Clause != On && fs[0].rel != nil {
		base = fs[0].rel.conds
	}
	v.all(fs[0].bd, list, base)
}

// all judges conditions that must hold together; base are those that hold
// already.
func (v *vain) all(b *binder, list []sql.Expr, base []cond) {
	have := slices.Clone(base)
	for _, e := range list {
		v.predicate(b, e)
		for _, c := range b.ranges(e) {
			i := slices.IndexFunc(have, func(o cond) bool { return o.col == c.col && (opposed(o, c) || opposed(c, o)) })
			if i >= 0 && have[i].why != nil && v.w.written(have[i].why.span) {
				v.add(e, Contradiction, "`"+oneLine(v.w.Text(have[i].why.span))+"`")
			}
			have = append(have, c)
		}
	}
}

// predicate looks into one condition.
func (v *vain) predicate(b *binder, e sql.Expr) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpAnd:
			v.all(b, conjuncts(e), nil)
		case sql.OpOr:
			v.any(b, e)
		case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe:
			if isNullLit(e.L) != isNullLit(e.R) {
				v.add(e, NullCompared, "")
			}
		}
	case *sql.Unary:
		if e.Op == sql.OpNot {
			v.predicate(b, e.X)
		}
	case *sql.In:
		if e.Not && slices.ContainsFunc(e.List, isNullLit) {
			v.add(e, NullListed, "")
		}
	case *sql.Between:
		if !e.Not && v.sameColumn(b, e.Lo, e.Hi) {
			v.add(e, OneValue, oneLine(v.w.Text(e.Lo.Range())))
		}
		lo, ok1 := sql.Unparen(e.Lo).(*sql.Literal)
		hi, ok2 := sql.Unparen(e.Hi).(*sql.Literal)
		if ok1 && ok2 && !e.Symmetric {
			x, y := literalText(lo), literalText(hi)
			if c, ok := compareLiterals(x, y); ok && c > 0 && (number(x) && number(y) || sameDateForm(x, y)) {
				v.add(e, EmptyRange, "")
			}
		}
	case *sql.Case:
		v.cases(b, e)
	}
}

// sameColumn reports whether x and y are one column, written twice.
func (v *vain) sameColumn(b *binder, x, y sql.Expr) bool {
	_, ok1 := sql.Unparen(x).(*sql.Column)
	_, ok2 := sql.Unparen(y).(*sql.Column)
	if !ok1 || !ok2 {
		return false
	}
	c := b.bind(x)
	return c == b.bind(y) && len(v.w.cols[c].tids) > 0
}

// tautology reports whether e is `true` or compares a literal with itself.
func tautology(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		return e.Kind == sql.BoolLit && strings.EqualFold(e.Text, "true")
	case *sql.Binary:
		l, ok1 := sql.Unparen(e.L).(*sql.Literal)
		r, ok2 := sql.Unparen(e.R).(*sql.Literal)
		return ok1 && ok2 && e.Op == sql.OpEq && l.Kind == r.Kind && l.Kind != sql.NullLit && l.Text == r.Text
	}
	return false
}

// allTautologies reports whether each part of a condition is one: WHERE 1 = 1.
func allTautologies(e sql.Expr) bool {
	return !slices.ContainsFunc(conjuncts(e), func(c sql.Expr) bool { return !tautology(c) })
}

// any judges the arms of an OR.
func (v *vain) any(b *binder, e *sql.Binary) {
	var unequal []cond
	for _, arm := range orArms(e) {
		v.predicate(b, arm)
		c, ok := b.comparison(arm)
		if !ok || c.op != "<>" {
			continue
		}
		for _, o := range unequal {
			if o.col == c.col && literalsDiffer(o.lit, c.lit) {
				v.add(e, AlwaysTrue, "")
			}
		}
		unequal = append(unequal, c)
	}
}

// orArms splits e at OR, looking through parentheses.
func orArms(e sql.Expr) []sql.Expr {
	if b, ok := sql.Unparen(e).(*sql.Binary); ok && b.Op == sql.OpOr {
		return append(orArms(b.L), orArms(b.R)...)
	}
	return []sql.Expr{e}
}

// cases judges the conditions of the CASE expressions in e, of its own query.
func (v *vain) cases(b *binder, e sql.Node) {
	switch e := e.(type) {
	case *sql.Query:
		return
	case *sql.Case:
		for _, when := range e.Whens {
			if e.Operand == nil {
				v.all(b, conjuncts(when.Cond), nil)
			} else if isNullLit(when.Cond) {
				v.add(when.Cond, NullWhen, "")
			}
		}
	}
	for c := range sql.Children(e) {
		v.cases(b, c)
	}
}

// ranges reads the comparisons with constants that conjunct e stands for.
func (b *binder) ranges(e sql.Expr) []cond {
	if b.renamed(e) {
		return nil
	}
	if bt, ok := sql.Unparen(e).(*sql.Between); ok && !bt.Not && !bt.Symmetric {
		x, lo, hi := b.bind(bt.X), &b.w.cols[b.bind(bt.Lo)], &b.w.cols[b.bind(bt.Hi)]
		if lo.fixed && hi.fixed && lo.lit != "" && hi.lit != "" && !b.w.cols[x].fixed {
			w := b.because(e)
			return []cond{{x, ">=", lo.lit, w}, {x, "<=", hi.lit, w}}
		}
		return nil
	}
	if c, ok := b.comparison(e); ok && c.lit != "null" {
		return []cond{c}
	}
	return nil
}

// renamed reports whether e names a column that the select list makes of another
// one. Whether WHERE then reads the input's column or the new one depends on the
// engine, and on the columns that the input has.
func (b *binder) renamed(e sql.Expr) bool {
	for n := range sql.Walk(e) {
		c, ok := n.(*sql.Column)
		if !ok {
			continue
		}
		it := b.alias(c)
		if it == nil {
			continue
		}
		if own := impliedName(it.X); own == nil || !b.w.Dialect.Same(own, c.Parts[0]) {
			return true
		}
	}
	return false
}
