package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// readWhere reads the where of a test. total is false when the test says
// nothing we can use: its condition is not a comparison with a constant.
func readWhere(t *manifest.Test) (w *FactWhen, total bool) {
	if t.Where == "" {
		return nil, true
	}
	tree := sql.Parse("select 1 from t where "+t.Where, sql.Generic)
	q := tree.Query()
	if len(tree.Errors) > 0 || q == nil {
		return nil, false
	}
	sel, ok := q.Body.(*sql.Select)
	if !ok || sel.Where == nil {
		return nil, false
	}
	return simpleWhen(sel.Where)
}

func simpleWhen(e sql.Expr) (*FactWhen, bool) {
	switch e := sql.Unparen(e).(type) {
	case *sql.Binary:
		op, ok := comparisons[e.Op]
		if !ok || e.Op == sql.OpNotDistinct {
			return nil, false
		}
		l, r := e.L, e.R
		if _, flip := sql.Unparen(l).(*sql.Literal); flip {
			l, r, op = r, l, flipped[op]
		}
		col, ok1 := sql.Unparen(l).(*sql.Column)
		lit, ok2 := sql.Unparen(r).(*sql.Literal)
		if ok1 && ok2 && lit.Kind != sql.NullLit {
			return &FactWhen{col.Parts[len(col.Parts)-1].Name, op, literalText(lit)}, true
		}
	case *sql.In:
		col, ok := sql.Unparen(e.X).(*sql.Column)
		if !ok || e.Not || e.Query != nil || len(e.List) == 0 {
			return nil, false
		}
		var lits []string
		for _, x := range e.List {
			lit, ok := sql.Unparen(x).(*sql.Literal)
			if !ok || !plainLiteral(literalText(lit)) {
				return nil, false
			}
			lits = append(lits, literalText(lit))
		}
		c := oneOf(0, lits, nil)
		return &FactWhen{col.Parts[len(col.Parts)-1].Name, c.op, c.lit}, true
	case *sql.Is:
		col, ok := sql.Unparen(e.X).(*sql.Column)
		if !ok {
			return nil, false
		}
		name := col.Parts[len(col.Parts)-1].Name
		switch {
		case e.What == sql.IsNull && e.Not:
			return &FactWhen{name, "is not null", ""}, true
		case e.What == sql.IsNull:
			return &FactWhen{name, "is null", ""}, true
		case e.What == sql.IsTrue && !e.Not:
			return &FactWhen{name, "=", "true"}, true
		}
	case *sql.Column:
		return &FactWhen{e.Parts[len(e.Parts)-1].Name, "=", "true"}, true
	case *sql.Unary:
		if col, ok := sql.Unparen(e.X).(*sql.Column); ok && e.Op == sql.OpNot {
			return &FactWhen{col.Parts[len(col.Parts)-1].Name, "=", "false"}, true
		}
	}
	return nil, false
}

// uniqueColumns returns the columns that are a key where an expression over them
// is tested unique: all that it reads. A row for which it is NULL is exempt, so
// it may only be NULL where one of them is.
func uniqueColumns(text string) []string {
	tree := sql.Parse("select "+text, sql.Generic)
	q := tree.Query()
	if len(tree.Errors) > 0 || q == nil {
		return nil
	}
	sel, ok := q.Body.(*sql.Select)
	if !ok || len(sel.Items) != 1 || sel.From != nil {
		return nil
	}
	var cols []string
	for n := range sql.Walk(sel.Items[0].X) {
		switch n := n.(type) {
		case *sql.Column:
			cols = append(cols, n.Parts[len(n.Parts)-1].Name)
		case *sql.Cast:
			if n.Kind == sql.TryCast {
				return nil
			}
		case *sql.Binary:
			if n.Op != sql.OpConcat {
				return nil
			}
		case *sql.Call:
			if name := funcName(n); name != "concat" && name != "coalesce" && name != "lower" && name != "upper" && name != "md5" {
				return nil
			}
		case *sql.Literal, *sql.Paren, *sql.Arg, *sql.Type, *sql.Ident:
		default:
			return nil
		}
	}
	slices.Sort(cols)
	return slices.Compact(cols)
}
