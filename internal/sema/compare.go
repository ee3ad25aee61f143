package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

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
