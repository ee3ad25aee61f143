package sema

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Steady returns the calls whose repeated rows do not matter where they stand:
// array_agg(x)[0], of which a single element is read, sum(x) / count(*), which is a
// share of the same rows, and sum(x) / count(y) over one relation.
func (w *World) Steady() map[*sql.Call]bool {
	out := map[*sql.Call]bool{}
	for _, s := range w.Tree.Statements {
		for n := range sql.Walk(s) {
			switch n := n.(type) {
			case *sql.Index:
				if c, ok := sql.Unparen(n.X).(*sql.Call); ok {
					out[c] = true
				}
			case *sql.Binary:
				if n.Op == sql.OpDiv {
					w.shares(n, out)
				}
			}
		}
	}
	return out
}

// shares adds the calls of a division by a count of the same rows to out.
func (w *World) shares(e *sql.Binary, out map[*sql.Call]bool) {
	count := countIn(e.R)
	if count == nil {
		return
	}
	for x := range sql.Walk(e.L) {
		c, ok := x.(*sql.Call)
		switch {
		case !ok:
		case len(count.Args) == 0: // count(*), or ClickHouse's count()
			out[c] = true
		case !count.Distinct && w.sameRows(c, count):
			out[c], out[count] = true, true
		}
	}
}

// countIn returns the first count of an expression, perhaps guarded against zero.
func countIn(e sql.Expr) *sql.Call {
	for n := range sql.Walk(e) {
		if c, ok := n.(*sql.Call); ok && funcName(c) == "count" {
			return c
		}
	}
	return nil
}

// sameRows reports whether two aggregates are over columns of the same rows.
func (w *World) sameRows(a, b *sql.Call) bool {
	var of [2]set
	for _, g := range w.Aggs {
		for i, c := range []*sql.Call{a, b} {
			if g.Call == c {
				of[i] = g.rows()
			}
		}
	}
	return len(of[0]) > 0 && of[0].equal(of[1])
}

// rows returns the tuple ids of what the arguments are computed from; of a count(*)
// whose name is that of a relation, as in `count(*) as n_orders`, those of it.
func (a *Aggregate) rows() set {
	var out set
	for _, c := range a.args {
		if !a.World.cols[c].fixed {
			out = out.with(a.World.cols[c].tids...)
		}
	}
	if len(a.args) > 0 || a.rel == nil || a.Name != "count" {
		return out
	}
	for _, it := range a.Block.Select.Items {
		if it.Alias == nil || sql.Unparen(it.X) != sql.Expr(a.Call) {
			continue
		}
		for _, t := range a.rel.tids {
			if name := a.World.tidName(t); name != "" && entity(name) == entity(it.Alias.Name) {
				out = out.with(t)
			}
		}
	}
	return out
}

// entity returns what a relation, or a count of its rows, is called after: order for
// stg_shop__orders and for n_orders.
func entity(name string) string {
	name = strings.ToLower(name)
	if i := strings.LastIndexAny(name, ".`\""); i >= 0 && i < len(name)-1 {
		name = name[i+1:]
	}
	if i := strings.LastIndex(name, "__"); i >= 0 {
		name = name[i+2:]
	}
	for _, p := range []string{"stg_", "int_", "fct_", "fact_", "dim_", "base_", "number_of_", "num_", "nb_", "no_of_", "n_", "count_of_", "count_", "cnt_", "total_"} {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			name = rest
			break
		}
	}
	for _, p := range []string{"_count", "_cnt"} {
		name = strings.TrimSuffix(name, p)
	}
	if s, ok := strings.CutSuffix(name, "ies"); ok {
		return s + "y"
	}
	return strings.TrimSuffix(name, "s")
}
