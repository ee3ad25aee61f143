package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Where a filter stands.
type Clause uint8

const (
	Where Clause = iota
	On
	Having
	Qualify
)

// Filter is one conjunct of a WHERE, HAVING or QUALIFY, or of an ON.
type Filter struct {
	World  *World
	Block  *Block
	Expr   sql.Expr
	Clause Clause
	Join   *Join // the join of an ON conjunct
	// cols are the columns it reads, in order.
	cols []Col
	// rejects are those of them whose NULL makes it not true.
	rejects []Col
	rel     *rel // the rows it filters, before it
	bd      *binder
}

// conjuncts splits e at AND, looking through parentheses.
func conjuncts(e sql.Expr) []sql.Expr {
	var out []sql.Expr
	if e == nil {
		return nil
	}
	for c := range sql.And(e) {
		if inner, ok := notNot(c); ok {
			out = append(out, conjuncts(inner)...)
			continue
		}
		out = append(out, byParts(c)...)
	}
	return out
}

// notNot returns the condition that stands under two NOTs.
func notNot(e sql.Expr) (sql.Expr, bool) {
	outer, ok := e.(*sql.Unary)
	if !ok || outer.Op != sql.OpNot {
		return nil, false
	}
	inner, ok := sql.Unparen(outer.X).(*sql.Unary)
	if !ok || inner.Op != sql.OpNot {
		return nil, false
	}
	return inner.X, true
}

// byParts splits (a, b) = (x, y) into its parts. Whether two rows with NULL are
// equal differs between engines, so the parts are compared as if NULLs were.
func byParts(e sql.Expr) []sql.Expr {
	b, ok := e.(*sql.Binary)
	if !ok || b.Op != sql.OpEq {
		return []sql.Expr{e}
	}
	l, ok1 := sql.Unparen(b.L).(*sql.Tuple)
	r, ok2 := sql.Unparen(b.R).(*sql.Tuple)
	if !ok1 || !ok2 || len(l.Items) != len(r.Items) {
		return []sql.Expr{e}
	}
	var out []sql.Expr
	for i := range l.Items {
		out = append(out, &sql.Binary{Span: e.Range(), Op: sql.OpNotDistinct, L: l.Items[i], R: r.Items[i]})
	}
	return out
}

// reads returns the columns that e names, bound, without those of subqueries'
// own relations; correlated ones are included.
func (b *binder) reads(e sql.Expr) []Col {
	var out []Col
	var visit func(n sql.Node)
	visit = func(n sql.Node) {
		switch n := n.(type) {
		case *sql.Column:
			out = append(out, b.bind(n))
			return
		case *sql.Call:
			if isWindow(n) || isAggregate(n) {
				out = append(out, b.bind(n))
				return
			}
			name := funcName(n)
			for _, a := range n.Args {
				if _, ok := unitArg(name, a.X); !ok && a.X != nil {
					visit(a.X)
				}
			}
			return
		case *sql.Query:
			return
		case *sql.Lambda:
			return
		case *sql.Subquery:
			c := b.bind(n)
			out = append(out, b.w.cols[c].in...)
			return
		}
		for c := range sql.Children(n) {
			visit(c)
		}
	}
	visit(e)
	slices.Sort(out)
	return slices.Compact(out)
}

// rejects returns the columns whose NULL makes predicate e not true.
func (b *binder) rejects(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpAnd:
			return b.rejects(e.L).with(b.rejects(e.R)...)
		case sql.OpOr:
			return intersect(b.rejects(e.L), b.rejects(e.R))
		}
		return b.nulls(e)
	case *sql.Unary:
		if e.Op == sql.OpNot {
			return b.nulls(e.X) // NOT NULL is NULL: what makes the operand NULL rejects
		}
	case *sql.Is:
		switch {
		case e.What == sql.IsNull && e.Not, e.What == sql.IsUnknown && e.Not:
			return b.strict(e.X)
		case e.What == sql.IsTrue && !e.Not:
			return b.rejects(e.X)
		case e.What == sql.IsFalse && !e.Not:
			return b.nulls(e.X)
		}
		return nil
	case *sql.In:
		if e.Query != nil && !e.Not {
			return b.strict(e.X)
		}
		return b.nulls(e)
	default:
		return b.nulls(e)
	}
	return nil
}

// nulls returns the columns whose NULL makes the boolean e NULL.
func (b *binder) nulls(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe, sql.OpMatch:
			return b.strict(e.L).with(b.strict(e.R)...)
		case sql.OpAnd, sql.OpOr:
			return intersect(b.nulls(e.L), b.nulls(e.R))
		}
	case *sql.Between:
		return b.strict(e.X)
	case *sql.In:
		if e.Query != nil {
			return nil // over no rows IN is false and NOT IN is true, of NULL too
		}
		return b.strict(e.X)
	case *sql.LikeExpr:
		return b.strict(e.X)
	case *sql.Unary:
		if e.Op == sql.OpNot {
			return b.nulls(e.X)
		}
	case *sql.Column:
		return newSet(b.bind(e))
	case *sql.Cast:
		return b.strict(e)
	}
	return nil
}

// strict returns the columns whose NULL makes the value of e NULL.
func (b *binder) strict(e sql.Expr) set {
	switch e := sql.Unparen(e).(type) {
	case *sql.Column:
		return newSet(b.bind(e))
	case *sql.Cast:
		return b.strict(e.X)
	case *sql.Unary:
		if e.Op != sql.OpNot {
			return b.strict(e.X)
		}
	case *sql.AtTimeZone:
		return b.strict(e.X)
	case *sql.Binary:
		switch e.Op {
		case sql.OpAdd, sql.OpSub, sql.OpMul, sql.OpDiv, sql.OpIntDiv, sql.OpMod, sql.OpPow, sql.OpConcat:
			return b.strict(e.L).with(b.strict(e.R)...)
		}
	case *sql.Call:
		return b.strictCall(e)
	}
	return nil
}

func (b *binder) strictCall(e *sql.Call) set {
	name := funcName(e)
	if isWindow(e) || isAggregate(e) {
		return newSet(b.bind(e))
	}
	if !strictFuncs[name] {
		return nil
	}
	var out set
	for i, a := range e.Args {
		if a.X == nil || name == "nullif" && i > 0 {
			continue
		}
		if _, ok := unitArg(name, a.X); !ok {
			out = out.with(b.strict(a.X)...)
		}
	}
	return out
}

func intersect(a, b set) set {
	var out set
	for _, c := range a {
		if b.has(c) {
			out = append(out, c)
		}
	}
	return out
}

// equality is a conjunct that equates two expressions.
type equality struct {
	l, r     Col
	le, re   sql.Expr
	nullSafe bool
}

// equalities reads the equalities of a conjunct: a = b, a <=> b, and the
// null-safe idiom (a = b or (a is null and b is null)).
func (b *binder) equality(e sql.Expr) (eq equality, ok bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		switch e.Op {
		case sql.OpEq:
			return equality{b.bind(e.L), b.bind(e.R), e.L, e.R, false}, true
		case sql.OpNotDistinct:
			return equality{b.bind(e.L), b.bind(e.R), e.L, e.R, true}, true
		case sql.OpOr:
			return b.nullSafeIdiom(e)
		}
	case *sql.Call:
		if funcName(e) == "equal_null" && len(e.Args) == 2 {
			return equality{b.bind(e.Args[0].X), b.bind(e.Args[1].X), e.Args[0].X, e.Args[1].X, true}, true
		}
	}
	return equality{}, false
}

func (b *binder) nullSafeIdiom(e *sql.Binary) (equality, bool) {
	for _, arm := range [][2]sql.Expr{{e.L, e.R}, {e.R, e.L}} {
		eq, ok := sql.Unparen(arm[0]).(*sql.Binary)
		if !ok || eq.Op != sql.OpEq {
			continue
		}
		l, r := b.bind(eq.L), b.bind(eq.R)
		var nulls set
		for _, c := range conjuncts(arm[1]) {
			is, ok := sql.Unparen(c).(*sql.Is)
			if !ok || is.Not || is.What != sql.IsNull {
				nulls = nil
				break
			}
			nulls = nulls.with(b.bind(is.X))
		}
		if nulls.has(l) && nulls.has(r) {
			return equality{l, r, eq.L, eq.R, true}, true
		}
	}
	return equality{}, false
}

// comparison reads a conjunct that compares a column with a constant.
func (b *binder) comparison(e sql.Expr) (c cond, ok bool) {
	w := b.because(e)
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		if e.Op == sql.OpOr {
			return b.either(e, w)
		}
		op, ok := comparisons[e.Op]
		if !ok {
			return cond{}, false
		}
		l, r := b.bind(e.L), b.bind(e.R)
		if e.Op == sql.OpNotDistinct && (b.w.cols[l].fixed && b.w.cols[l].lit == "" || b.w.cols[r].fixed && b.w.cols[r].lit == "") {
			return cond{}, false // a value that may be NULL
		}
		switch {
		case b.w.cols[r].fixed && !b.w.cols[l].fixed:
			return compared(l, op, b.w.cols[r].lit, w), true
		case b.w.cols[l].fixed && !b.w.cols[r].fixed:
			return compared(r, flipped[op], b.w.cols[l].lit, w), true
		}
	case *sql.Is:
		switch {
		case e.What == sql.IsNull && !e.Not:
			return cond{b.bind(e.X), "is null", "", w}, true
		case e.What == sql.IsNull:
			return cond{b.bind(e.X), "is not null", "", w}, true
		case e.What == sql.IsTrue && !e.Not:
			return cond{b.bind(e.X), "=", "true", w}, true
		case e.What == sql.IsFalse && !e.Not:
			return cond{b.bind(e.X), "=", "false", w}, true
		}
	case *sql.In:
		return b.inList(e, w)
	case *sql.Column:
		return cond{b.bind(e), "=", "true", w}, true
	case *sql.Unary:
		if col, ok := sql.Unparen(e.X).(*sql.Column); ok && e.Op == sql.OpNot {
			return cond{b.bind(col), "=", "false", w}, true
		}
	}
	return cond{}, false
}

// compared is the comparison of a column with a literal; to be NULL as another
// is, is to be NULL.
func compared(c Col, op, lit string, w *why) cond {
	if op == "=" && lit == "null" {
		return cond{c, "is null", "", w}
	}
	return cond{c, op, lit, w}
}

// either reads x = 1 or x = 2 as a list.
func (b *binder) either(e *sql.Binary, w *why) (cond, bool) {
	l, ok1 := b.comparison(e.L)
	r, ok2 := b.comparison(e.R)
	listed := func(c cond) bool { return c.op == "in" || c.op == "=" && plainLiteral(c.lit) }
	if !ok1 || !ok2 || l.col != r.col || !listed(l) || !listed(r) {
		return cond{}, false
	}
	return oneOf(l.col, append(strings.Split(l.lit, ","), strings.Split(r.lit, ",")...), w), true
}

// plainLiteral reports whether a literal can stand in a list.
func plainLiteral(lit string) bool { return lit != "" && lit != "null" && !strings.Contains(lit, ",") }

// oneOf is the comparison of a column with a list.
func oneOf(c Col, lits []string, w *why) cond {
	slices.Sort(lits)
	lits = slices.Compact(lits)
	if len(lits) == 1 {
		return cond{c, "=", lits[0], w}
	}
	return cond{c, "in", strings.Join(lits, ","), w}
}

var comparisons = map[sql.Op]string{sql.OpEq: "=", sql.OpNe: "<>", sql.OpLt: "<", sql.OpLe: "<=", sql.OpGt: ">", sql.OpGe: ">=", sql.OpNotDistinct: "="}

var flipped = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (b *binder) inList(e *sql.In, w *why) (cond, bool) {
	if e.Not || e.Query != nil || e.Of != nil || e.Open || len(e.List) == 0 {
		return cond{}, false
	}
	var lits []string
	for _, x := range e.List {
		col := &b.w.cols[b.bind(x)]
		if !col.fixed || !plainLiteral(col.lit) {
			return cond{}, false
		}
		lits = append(lits, col.lit)
	}
	return oneOf(b.bind(e.X), lits, w), true
}

func (b *binder) because(e sql.Expr) *why {
	y := b.w.because(e.Range(), proof.Condition)
	y.expr = &reading{e, b}
	return y
}

// oneLine squeezes white space and cuts long text for a message.
func oneLine(s string) string { return finding.OneLine(s, 80) }

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
