package pg

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Summary is what both grammars must see in a text. Lists are sorted; names are
// folded as PostgreSQL does.
type Summary struct {
	Queries   int // statements that are queries
	Others    int // statements that are not
	Relations []string
	CTEs      []string
	// Blocks are the SELECT blocks: their output columns (the alias, the last
	// part of a column reference, `*` or `-`), relations and joins with their
	// conditions, WHERE, GROUP BY and HAVING, written as in
	//
	//	select id, - from (s.a b left c on =(b.x,c.x)) where and(isnull(b.y),>(b.z,1))
	//
	// unknown stands for an expression that one side cannot write so.
	Blocks []string
}

// unknown is an expression of which no normal form is known.
const unknown = "⁇"

// Difference says in what two summaries differ; it is empty if they agree as far
// as both are known.
func (s Summary) Difference(other Summary) string {
	for _, list := range []struct {
		name string
		a, b []string
	}{{"relations", s.Relations, other.Relations}, {"CTEs", s.CTEs, other.CTEs}, {"blocks", s.Blocks, other.Blocks}} {
		if len(list.a) != len(list.b) {
			return fmt.Sprintf("%s: %q here, %q in PostgreSQL", list.name, list.a, list.b)
		}
		for i, a := range list.a {
			if b := list.b[i]; !agree(a, b) {
				return fmt.Sprintf("%s:\n      here %s\nPostgreSQL %s", list.name, a, b)
			}
		}
	}
	if s.Queries != other.Queries || s.Others != other.Others {
		return fmt.Sprintf("%d queries and %d others here, %d and %d in PostgreSQL", s.Queries, s.Others, other.Queries, other.Others)
	}
	return ""
}

// agree reports whether two texts are equal up to the first unknown in either.
func agree(a, b string) bool {
	x, _, cutA := strings.Cut(a, unknown)
	y, _, cutB := strings.Cut(b, unknown)
	switch {
	case cutA && cutB:
		return strings.HasPrefix(x, y) || strings.HasPrefix(y, x)
	case cutA:
		return strings.HasPrefix(b, x)
	case cutB:
		return strings.HasPrefix(a, y)
	}
	return a == b
}

// Known is the share of the blocks that are written without an unknown.
func (s Summary) Known() (known, all int) {
	for _, b := range s.Blocks {
		if !strings.Contains(b, unknown) {
			known++
		}
	}
	return known, len(s.Blocks)
}

func (s *Summary) sort() {
	slices.Sort(s.Relations)
	slices.Sort(s.CTEs)
	slices.Sort(s.Blocks)
}

// Summarise returns the summary of a tree of parser/sql.
func Summarise(t *sql.Tree) Summary {
	var s Summary
	postgres, _ := sql.Lookup("postgres") // names are its own, whatever the dialect
	w := writer{postgres}
	for _, st := range t.Statements {
		if st.Query == nil {
			s.Others++
		} else {
			s.Queries++
		}
		for n := range sql.Walk(st) {
			switch n := n.(type) {
			case *sql.Table:
				s.Relations = append(s.Relations, w.name(n.Name))
			case *sql.CTE:
				s.CTEs = append(s.CTEs, w.ident(n.Name))
			case *sql.Select:
				s.Blocks = append(s.Blocks, w.block(n))
			}
		}
	}
	s.sort()
	return s
}

// block joins the parts of a SELECT block, empty ones left out.
func block(columns []string, from, where string, groups []string, having string) string {
	out := "select " + strings.Join(columns, ", ")
	for _, p := range []struct{ word, text string }{
		{" from ", from}, {" where ", where}, {" group by ", strings.Join(groups, ",")}, {" having ", having},
	} {
		if p.text != "" {
			out += p.word + p.text
		}
	}
	return out
}

// form writes an operator or a function before its operands.
func form(name string, operands ...string) string {
	return name + "(" + strings.Join(operands, ",") + ")"
}

// negated writes a form or its negation.
func negated(not bool, text string) string {
	if not {
		return form("not", text)
	}
	return text
}

// minus writes -x: PostgreSQL negates numbers while it reads them.
func minus(x string) string {
	switch {
	case strings.HasPrefix(x, "-") && len(x) > 1 && isDigit(x[1]):
		return x[1:]
	case x != "" && (isDigit(x[0]) || x[0] == '.'):
		return "-" + x
	}
	return form("-", x)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// joined writes a join; alias is of the join in parentheses as a whole.
func joined(kind, left, right, on string, using []string, natural bool, alias string) string {
	if natural {
		kind = "natural " + kind
	}
	out := "(" + left + " " + kind + " " + right
	if on != "" {
		out += " on " + on
	}
	if using != nil {
		out += form(" using", using...)
	}
	return named(out+")", alias)
}

func named(relation, alias string) string {
	if alias == "" {
		return relation
	}
	return relation + " " + alias
}

// flat writes the operands of AND or OR, those of nested ones among them.
func flat(op string, operands []string) string {
	var out []string
	for _, o := range operands {
		if inner, ok := strings.CutPrefix(o, op+"("); ok {
			out = append(out, inner[:len(inner)-1])
		} else {
			out = append(out, o)
		}
	}
	return form(op, out...)
}
