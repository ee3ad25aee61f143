package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// apply adds to r what conjunct e says of every row that passes it.
func (b *binder) apply(r *rel, e sql.Expr) {
	w := b.because(e)
	for _, c := range b.rejects(e) {
		if r.notNull[c] == nil {
			r.fill(c, w)
		}
	}
	if eq, ok := b.equality(e); ok {
		b.applyEquality(r, eq, w)
		b.applyFallback(r, eq, w)
		return
	}
	if bt, ok := sql.Unparen(e).(*sql.Between); ok && !bt.Not {
		for _, c := range b.ranges(bt) {
			c = r.restrict(c)
			b.activate(r, c)
		}
		return
	}
	c, ok := b.comparison(e)
	if !ok {
		return
	}
	c = r.restrict(c)
	switch {
	case c.op == "=":
		r.fix(c.col, constant{lit: c.lit, null: c.lit == "null", why: w})
		b.applyWindow(r, c)
	case c.op == "is null":
		r.fix(c.col, constant{lit: "null", null: true, why: w})
	case c.op == "<=" && c.lit == "1", c.op == "<" && c.lit == "2":
		// A row number is at least 1, and so is a count of rows that has a row.
		b.applyWindow(r, c)
		if win := b.w.cols[c.col].window; win != nil && rankFuncs[win.fn] {
			r.fix(c.col, constant{lit: "1", why: w})
		}
	}
	b.activate(r, c)
}

// restrict adds a comparison that every row fulfils. No row fulfils two that
// contradict each other.
func (r *rel) restrict(c cond) cond {
	c.why = c.why.saying(c.fact(), r.at)
	on := condsOn(r, c.col)
	null := c.op == "is null" && r.notNull[c.col] != nil
	if null || contradict(on, []cond{c}) {
		r.card = Card{0, 0}
		y := &why{rule: proof.Impossible, strength: finding.Struct, from: []fact{c.fact()}}
		if null {
			y.from = append(y.from, r.filledFact(c.col))
		}
		for _, o := range on {
			y.from = append(y.from, o.fact())
		}
		r.addFD(fd{to: r.tids, why: y})
	}
	r.conds = append(r.conds, c)
	return c
}

// applyWindow knows that `count(*) over (partition by p) = 1` leaves one row
// per p.
func (b *binder) applyWindow(r *rel, c cond) {
	win := b.w.cols[c.col].window
	if win == nil || !win.whole || win.fn != "count" || len(win.order) > 0 || !win.call.Star {
		return
	}
	if at := c.op + " " + c.lit; at != "= 1" && at != "<= 1" && at != "< 2" {
		return
	}
	r.addStrict(newSet(win.partition...), &why{rule: proof.CountIsOne, strength: finding.Struct, span: c.why.span, from: []fact{c.fact()}})
}

func (b *binder) applyEquality(r *rel, eq equality, w *why) {
	lf, rf := b.w.cols[eq.l].fixed, b.w.cols[eq.r].fixed
	switch {
	case lf && rf:
	case rf:
		b.applyConstant(r, eq.l, eq.r, eq.nullSafe, w)
	case lf:
		b.applyConstant(r, eq.r, eq.l, eq.nullSafe, w)
	case eq.nullSafe:
		r.addFD(fd{set{eq.l}, []Col{eq.r}, false, w})
		r.addFD(fd{set{eq.r}, []Col{eq.l}, false, w})
	default:
		r.equate(eq.l, eq.r, w)
	}
}

// applyFallback reads coalesce(x, fallback) = literal: where x is never NULL, or
// the fallback is another literal, x itself is that literal.
func (b *binder) applyFallback(r *rel, eq equality, w *why) {
	if eq.nullSafe {
		return
	}
	for _, side := range []struct {
		e sql.Expr
		k Col
	}{{eq.le, eq.r}, {eq.re, eq.l}} {
		call, ok := sql.Unparen(side.e).(*sql.Call)
		lit := b.w.cols[side.k].lit
		if !ok || lit == "" || len(call.Args) != 2 || !fallbacks[funcName(call)] {
			continue
		}
		x, other := b.bind(call.Args[0].X), b.w.cols[b.bind(call.Args[1].X)].lit
		if b.w.cols[x].fixed {
			continue
		}
		if r.notNull[x] != nil || other != "" && contradict([]cond{compared(x, "=", other, w)}, []cond{compared(x, "=", lit, w)}) {
			y := b.w.because(w.span, proof.Fallback)
			y.expr = w.expr
			if r.notNull[x] != nil {
				y.from = []fact{r.filledFact(x)}
			}
			r.fill(x, y)
			b.applyConstant(r, x, side.k, false, y)
		}
	}
}

// fallbacks are the functions that give their second argument where the first is
// NULL.
var fallbacks = words("coalesce ifnull nvl")

// applyConstant adds that c equals the fixed column k in every row.
func (b *binder) applyConstant(r *rel, c, k Col, nullSafe bool, w *why) {
	lit := b.w.cols[k].lit
	r.fix(c, constant{lit: lit, null: lit == "null", why: w})
	if lit == "" && nullSafe {
		return // perhaps NULL
	}
	is := compared(c, "=", lit, w)
	is = r.restrict(is)
	b.applyWindow(r, is)
	b.activate(r, is)
}

// activate turns keys that hold under a condition into keys, once a filter
// implies it.
func (b *binder) activate(r *rel, c cond) {
	for _, p := range r.partial {
		if implies(c, p.when) {
			k := p.key
			k.why = &why{rule: proof.Implied, strength: finding.Struct, from: []fact{p.fact(), c.fact()}}
			r.addKey(k)
			r.addFD(fd{from: k.cols, to: p.tids, lax: k.lax, why: k.why})
		}
	}
}

// implies reports whether a row that passes a passes b: the same comparison, a
// value in a wider range or a longer list, or any value at all.
func implies(a, b cond) bool {
	if a.col != b.col {
		return false
	}
	switch {
	case a.op == b.op && a.lit == b.lit:
		return a.lit != "" || strings.HasPrefix(a.op, "is ")
	case b.op == "is not null":
		return a.op != "is null"
	case a.op == "in" && (b.op == "in" || b.op == "="):
		list := strings.Split(b.lit, ",")
		return !slices.ContainsFunc(strings.Split(a.lit, ","), func(l string) bool { return !slices.Contains(list, l) })
	case a.op == "in":
		return !slices.ContainsFunc(strings.Split(a.lit, ","), func(l string) bool { return !implies(cond{a.col, "=", l, nil}, b) })
	case a.op == "=" && b.op == "in":
		return slices.Contains(strings.Split(b.lit, ","), a.lit)
	}
	c, ok := compareLiterals(a.lit, b.lit)
	if !ok || !number(a.lit) && !sameDateForm(a.lit, b.lit) {
		return false
	}
	switch {
	case b.op == "<>":
		return a.op == "=" && c != 0 || a.op == "<" && c <= 0 || a.op == "<=" && c < 0 || a.op == ">" && c >= 0 || a.op == ">=" && c > 0
	case isUpper(b.op) && (isUpper(a.op) || a.op == "="):
		return c < 0 || c == 0 && (b.op == "<=" || a.op == "<")
	case isLower(b.op) && (isLower(a.op) || a.op == "="):
		return c > 0 || c == 0 && (b.op == ">=" || a.op == ">")
	}
	return false
}

// declare adds a known key, strict or lax.
func (r *rel) declare(k key) {
	r.addKey(k)
	r.addFD(fd{from: k.cols, to: r.tids, lax: k.lax, why: k.why})
}
