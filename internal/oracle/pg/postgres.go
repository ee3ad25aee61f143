package pg

import (
	"errors"
	"strings"

	query "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Rejection is a syntax error of PostgreSQL. Offset counts bytes of the text,
// which must be ASCII: PostgreSQL counts characters.
type Rejection struct {
	Message string
	Offset  int
}

func (r *Rejection) Error() string { return r.Message }

// Postgres parses text as PostgreSQL does. The error is a *Rejection.
func Postgres(text string) (Summary, error) {
	var s Summary
	tree, err := query.Parse(text)
	if err != nil {
		r := &Rejection{Message: err.Error()}
		if e, ok := errors.AsType[*parser.Error](err); ok {
			r.Offset = e.Cursorpos - 1
		}
		return s, r
	}
	for _, st := range tree.Stmts {
		s.message(st.ProtoReflect())
		sel := st.Stmt.GetSelectStmt()
		if sel == nil {
			s.Others++
			continue
		}
		s.Queries++
		s.selected(sel)
	}
	s.sort()
	return s, nil
}

// message adds what a message of the parse tree and those below it say.
func (s *Summary) message(m protoreflect.Message) {
	switch n := m.Interface().(type) {
	case *query.RangeVar:
		s.Relations = append(s.Relations, relation(n))
	case *query.CommonTableExpr:
		s.CTEs = append(s.CTEs, n.Ctename)
	case *query.JoinExpr:
		s.Joins = append(s.Joins, joinKind(n))
	case *query.IntoClause, *query.LockingClause: // their relations are not read
		return
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Kind() != protoreflect.MessageKind:
		case f.IsList():
			for i := range v.List().Len() {
				s.message(v.List().Get(i).Message())
			}
		default:
			s.message(v.Message())
		}
		return true
	})
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

// selected adds the columns and conjuncts of the first SELECT of a statement.
func (s *Summary) selected(sel *query.SelectStmt) {
	for sel.Op != query.SetOperation_SETOP_NONE {
		sel = sel.Larg
	}
	if len(sel.ValuesLists) > 0 {
		return
	}
	for _, t := range sel.TargetList {
		s.Columns = append(s.Columns, target(t.GetResTarget()))
	}
	s.Conjuncts = append(s.Conjuncts, anded(sel.WhereClause))
}

func target(t *query.ResTarget) string {
	if t.Name != "" {
		return t.Name
	}
	fields := t.Val.GetColumnRef().GetFields()
	if len(fields) == 0 {
		return "?"
	}
	last := fields[len(fields)-1]
	if last.GetAStar() != nil {
		return "*"
	}
	return last.GetString_().GetSval()
}

// anded counts the conditions that AND combines.
func anded(n *query.Node) int {
	if n == nil {
		return 0
	}
	b := n.GetBoolExpr()
	if b == nil || b.Boolop != query.BoolExprType_AND_EXPR {
		return 1
	}
	total := 0
	for _, a := range b.Args {
		total += anded(a)
	}
	return total
}
