package pg

import (
	"strconv"
	"strings"

	query "github.com/pganalyze/pg_query_go/v6"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// What follows writes PostgreSQL's parse trees in the normal form of a Summary.

func blockOf(sel *query.SelectStmt) string {
	columns := make([]string, len(sel.TargetList))
	for i, t := range sel.TargetList {
		columns[i] = target(t.GetResTarget())
	}
	from := make([]string, len(sel.FromClause))
	for i, t := range sel.FromClause {
		from[i] = tableOf(t)
	}
	return block(columns, strings.Join(from, ", "), exprOf(sel.WhereClause), exprsOf(sel.GroupClause), exprOf(sel.HavingClause))
}

func target(t *query.ResTarget) string {
	if t.Name != "" {
		return t.Name
	}
	fields := t.Val.GetColumnRef().GetFields()
	if len(fields) == 0 {
		return "-"
	}
	return fieldName(fields[len(fields)-1])
}

func fieldName(n *query.Node) string {
	if n.GetAStar() != nil {
		return "*"
	}
	return n.GetString_().GetSval()
}

func tableOf(n *query.Node) string {
	switch t := n.Node.(type) {
	case *query.Node_RangeVar:
		return named(relation(t.RangeVar), t.RangeVar.Alias.GetAliasname())
	case *query.Node_RangeSubselect:
		return named("query", t.RangeSubselect.Alias.GetAliasname())
	case *query.Node_RangeFunction:
		return named("function", t.RangeFunction.Alias.GetAliasname())
	case *query.Node_RangeTableSample:
		return tableOf(t.RangeTableSample.Relation)
	case *query.Node_JoinExpr:
		j := t.JoinExpr
		var using []string
		for _, u := range j.UsingClause {
			using = append(using, u.GetString_().GetSval())
		}
		return joined(joinKind(j), tableOf(j.Larg), tableOf(j.Rarg), exprOf(j.Quals), using, j.IsNatural, j.Alias.GetAliasname())
	}
	return unknown
}

// joinKind is the kind of a join as parser/sql names it.
func joinKind(n *query.JoinExpr) string {
	switch n.Jointype {
	case query.JoinType_JOIN_LEFT:
		return sql.Left.String()
	case query.JoinType_JOIN_RIGHT:
		return sql.Right.String()
	case query.JoinType_JOIN_FULL:
		return sql.Full.String()
	}
	if n.Quals == nil && len(n.UsingClause) == 0 && !n.IsNatural {
		return sql.Cross.String()
	}
	return sql.Inner.String()
}

func relation(n *query.RangeVar) string {
	var parts []string
	for _, p := range []string{n.Catalogname, n.Schemaname, n.Relname} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ".")
}

func exprsOf(ns []*query.Node) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = exprOf(n)
	}
	return out
}

func exprOf(n *query.Node) string {
	if n == nil {
		return ""
	}
	switch x := n.Node.(type) {
	case *query.Node_ColumnRef:
		parts := make([]string, len(x.ColumnRef.Fields))
		for i, f := range x.ColumnRef.Fields {
			parts[i] = fieldName(f)
		}
		return strings.Join(parts, ".")
	case *query.Node_AConst:
		return constant(x.AConst)
	case *query.Node_ParamRef:
		return unknown
	case *query.Node_AExpr:
		return operation(x.AExpr)
	case *query.Node_BoolExpr:
		args := exprsOf(x.BoolExpr.Args)
		switch x.BoolExpr.Boolop {
		case query.BoolExprType_AND_EXPR:
			return flat("and", args)
		case query.BoolExprType_OR_EXPR:
			return flat("or", args)
		}
		return form("not", args...)
	case *query.Node_NullTest:
		return negated(x.NullTest.Nulltesttype == query.NullTestType_IS_NOT_NULL, form("isnull", exprOf(x.NullTest.Arg)))
	case *query.Node_BooleanTest:
		return booleanTest(x.BooleanTest)
	case *query.Node_SubLink:
		return subLink(x.SubLink)
	case *query.Node_TypeCast:
		return form("cast", exprOf(x.TypeCast.Arg))
	case *query.Node_FuncCall:
		return function(x.FuncCall)
	case *query.Node_CoalesceExpr:
		return form("coalesce", exprsOf(x.CoalesceExpr.Args)...)
	case *query.Node_MinMaxExpr:
		name := "greatest"
		if x.MinMaxExpr.Op == query.MinMaxOp_IS_LEAST {
			name = "least"
		}
		return form(name, exprsOf(x.MinMaxExpr.Args)...)
	case *query.Node_SqlvalueFunction:
		return "value"
	case *query.Node_GroupingFunc:
		return form("grouping", exprsOf(x.GroupingFunc.Args)...)
	case *query.Node_NamedArgExpr:
		return x.NamedArgExpr.Name + "=>" + exprOf(x.NamedArgExpr.Arg)
	case *query.Node_CaseExpr:
		parts := []string{exprOf(x.CaseExpr.Arg)}
		for _, w := range x.CaseExpr.Args {
			parts = append(parts, exprOf(w.GetCaseWhen().Expr), exprOf(w.GetCaseWhen().Result))
		}
		return form("case", append(parts, exprOf(x.CaseExpr.Defresult))...)
	case *query.Node_RowExpr:
		return form("row", exprsOf(x.RowExpr.Args)...)
	case *query.Node_AArrayExpr:
		return form("array", exprsOf(x.AArrayExpr.Elements)...)
	case *query.Node_AIndirection:
		return indirection(x.AIndirection)
	case *query.Node_CollateClause:
		return form("collate", exprOf(x.CollateClause.Arg))
	case *query.Node_List:
		return form("row", exprsOf(x.List.Items)...)
	}
	return unknown
}

func constant(c *query.A_Const) string {
	switch v := c.Val.(type) {
	case *query.A_Const_Ival:
		return strconv.Itoa(int(v.Ival.Ival))
	case *query.A_Const_Fval:
		return v.Fval.Fval
	case *query.A_Const_Boolval:
		return strconv.FormatBool(v.Boolval.Boolval)
	case *query.A_Const_Sval:
		return "'" + v.Sval.Sval + "'"
	case *query.A_Const_Bsval:
		return "bits"
	}
	return "null"
}

func operation(e *query.A_Expr) string {
	op := ""
	if len(e.Name) == 1 {
		op = e.Name[0].GetString_().GetSval()
	}
	l := exprOf(e.Lexpr)
	list := e.Rexpr.GetList().GetItems()
	switch e.Kind {
	case query.A_Expr_Kind_AEXPR_OP:
		switch {
		case op == "":
			return unknown
		case e.Lexpr == nil && op == "-":
			return minus(exprOf(e.Rexpr))
		case e.Lexpr == nil:
			return form(op, exprOf(e.Rexpr))
		}
		return form(op, l, exprOf(e.Rexpr))
	case query.A_Expr_Kind_AEXPR_OP_ANY:
		return form("any", op, l, exprOf(e.Rexpr))
	case query.A_Expr_Kind_AEXPR_OP_ALL:
		return form("all", op, l, exprOf(e.Rexpr))
	case query.A_Expr_Kind_AEXPR_DISTINCT, query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return negated(e.Kind == query.A_Expr_Kind_AEXPR_NOT_DISTINCT, form("distinct", l, exprOf(e.Rexpr)))
	case query.A_Expr_Kind_AEXPR_NULLIF:
		return form("nullif", l, exprOf(e.Rexpr))
	case query.A_Expr_Kind_AEXPR_IN:
		return negated(op == "<>", form("in", append([]string{l}, exprsOf(list)...)...))
	case query.A_Expr_Kind_AEXPR_LIKE:
		return negated(op[0] == '!', form("like", l, pattern(e.Rexpr)))
	case query.A_Expr_Kind_AEXPR_ILIKE:
		return negated(op[0] == '!', form("ilike", l, pattern(e.Rexpr)))
	case query.A_Expr_Kind_AEXPR_SIMILAR:
		return negated(op[0] == '!', form("similar", l, pattern(e.Rexpr)))
	}
	name := "between"
	if k := e.Kind; k == query.A_Expr_Kind_AEXPR_BETWEEN_SYM || k == query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM {
		name = "betweensymmetric"
	}
	not := e.Kind == query.A_Expr_Kind_AEXPR_NOT_BETWEEN || e.Kind == query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	return negated(not, form(name, append([]string{l}, exprsOf(list)...)...))
}

// pattern writes the right side of LIKE, which ESCAPE and SIMILAR TO wrap into a
// function.
func pattern(n *query.Node) string {
	f := n.GetFuncCall()
	if f == nil {
		return exprOf(n)
	}
	switch name(f) {
	case "pg_catalog.like_escape", "pg_catalog.similar_to_escape":
		if len(f.Args) == 1 {
			return exprOf(f.Args[0])
		}
		return form("escape", exprsOf(f.Args)...)
	}
	return exprOf(n)
}

func booleanTest(t *query.BooleanTest) string {
	x := exprOf(t.Arg)
	switch t.Booltesttype {
	case query.BoolTestType_IS_TRUE, query.BoolTestType_IS_NOT_TRUE:
		return negated(t.Booltesttype == query.BoolTestType_IS_NOT_TRUE, form("istrue", x))
	case query.BoolTestType_IS_FALSE, query.BoolTestType_IS_NOT_FALSE:
		return negated(t.Booltesttype == query.BoolTestType_IS_NOT_FALSE, form("isfalse", x))
	}
	return negated(t.Booltesttype == query.BoolTestType_IS_NOT_UNKNOWN, form("isunknown", x))
}

func subLink(s *query.SubLink) string {
	op := "="
	if len(s.OperName) == 1 {
		op = s.OperName[0].GetString_().GetSval()
	}
	switch s.SubLinkType {
	case query.SubLinkType_EXISTS_SUBLINK:
		return "exists(query)"
	case query.SubLinkType_EXPR_SUBLINK:
		return "query"
	case query.SubLinkType_ARRAY_SUBLINK:
		return "array(query)"
	case query.SubLinkType_ALL_SUBLINK:
		return form("all", op, exprOf(s.Testexpr), "query")
	case query.SubLinkType_ANY_SUBLINK:
		if len(s.OperName) == 0 {
			return form("in", exprOf(s.Testexpr), "query")
		}
		return form("any", op, exprOf(s.Testexpr), "query")
	}
	return unknown
}

func name(f *query.FuncCall) string {
	parts := make([]string, len(f.Funcname))
	for i, p := range f.Funcname {
		parts[i] = p.GetString_().GetSval()
	}
	return strings.Join(parts, ".")
}

// worded are what PostgreSQL calls for functions that are written with words.
var worded = map[string]bool{"btrim": true, "ltrim": true, "rtrim": true, "position": true, "overlay": true, "substring": true,
	"normalize": true, "pg_collation_for": true, "is_normalized": true, "overlaps": true, "xmlexists": true, "similar_to_escape": true}

func function(f *query.FuncCall) string {
	fn, special := strings.CutPrefix(name(f), "pg_catalog.")
	if special && worded[fn] || reordered[fn] {
		return unknown
	}
	args := exprsOf(f.Args)
	if f.AggStar {
		args = []string{"*"}
	}
	var order []string
	for _, o := range f.AggOrder {
		order = append(order, exprOf(o.GetSortBy().Node))
	}
	return called(fn, args, f.AggDistinct, order, exprOf(f.AggFilter), f.Over != nil)
}

func indirection(i *query.A_Indirection) string {
	out := exprOf(i.Arg)
	for _, step := range i.Indirection {
		switch s := step.Node.(type) {
		case *query.Node_AIndices:
			if s.AIndices.IsSlice {
				out = form("slice", out, exprOf(s.AIndices.Lidx), exprOf(s.AIndices.Uidx))
			} else {
				out = form("index", out, exprOf(s.AIndices.Uidx))
			}
		default:
			out = form("field", out, fieldName(step))
		}
	}
	return out
}
