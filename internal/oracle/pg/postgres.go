package pg

import (
	"errors"

	query "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
	"google.golang.org/protobuf/reflect/protoreflect"
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
		if st.Stmt.GetSelectStmt() != nil {
			s.Queries++
		} else {
			s.Others++
		}
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
	case *query.SelectStmt:
		if n.Op == query.SetOperation_SETOP_NONE && len(n.ValuesLists) == 0 {
			s.Blocks = append(s.Blocks, blockOf(n))
		}
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
