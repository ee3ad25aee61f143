package oracle

import (
	"fmt"
	"strings"
)

// Query is a random query: a SELECT, a set operation or VALUES, with a WITH
// clause and a tail. Expressions are kept as text; the shape is kept as data,
// so that a failing query can be cut down piece by piece.
type Query struct {
	With      []CTE
	Recursive bool
	// Op joins Left and Right; empty for the others.
	Op          string
	Left, Right *Query
	Rows        []string // of VALUES
	From        []Source
	Where       []string
	Group       []string
	Sets        string // ROLLUP, CUBE or GROUPING SETS around the group columns
	Having      []string
	Windows     []string // of WINDOW
	Qualify     []string
	Items       []Item
	Distinct    string // DISTINCT or DISTINCT ON (...)
	Tail        string // ORDER BY, LIMIT, OFFSET
}

// CTE is a named query of a WITH clause.
type CTE struct {
	Name  string
	Query *Query
}

// Item is one expression of a select list.
type Item struct{ Expr, Alias string }

// Source is one relation of FROM with the join that brings it in. It is a
// table, a query, a parenthesised join, or any other text.
type Source struct {
	Join   string // empty for the first
	Table  string
	Query  *Query
	Nested []Source
	Text   string
	Alias  string
	Using  []string
	On     []string
}

func (q *Query) String() string {
	var b strings.Builder
	q.write(&b)
	return b.String()
}

func (q *Query) write(b *strings.Builder) {
	for i, c := range q.With {
		switch {
		case i > 0:
			b.WriteString(", ")
		case q.Recursive:
			b.WriteString("with recursive ")
		default:
			b.WriteString("with ")
		}
		fmt.Fprintf(b, "%s as (%s)", c.Name, c.Query)
	}
	if len(q.With) > 0 {
		b.WriteByte(' ')
	}
	switch {
	case q.Op != "":
		fmt.Fprintf(b, "%s %s %s", q.Left.operand(), q.Op, q.Right.operand())
	case q.Rows != nil:
		b.WriteString("values " + strings.Join(q.Rows, ", "))
	default:
		q.writeSelect(b)
	}
	if q.Tail != "" {
		b.WriteString(" " + q.Tail)
	}
}

func (q *Query) operand() string {
	if len(q.With) > 0 || q.Tail != "" || q.Op != "" {
		return "(" + q.String() + ")"
	}
	return q.String()
}

func (q *Query) writeSelect(b *strings.Builder) {
	b.WriteString("select ")
	if q.Distinct != "" {
		b.WriteString(q.Distinct + " ")
	}
	for i, it := range q.Items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(it.Expr)
		if it.Alias != "" {
			b.WriteString(" as " + it.Alias)
		}
	}
	b.WriteString(" from ")
	writeFrom(b, q.From)
	clause := func(word, sep string, parts []string) {
		if len(parts) > 0 {
			b.WriteString(" " + word + " " + strings.Join(parts, sep))
		}
	}
	clause("where", " and ", q.Where)
	switch {
	case len(q.Group) > 0 && q.Sets != "":
		fmt.Fprintf(b, " group by %s(%s)", q.Sets, strings.Join(q.Group, ", "))
	default:
		clause("group by", ", ", q.Group)
	}
	clause("having", " and ", q.Having)
	clause("window", ", ", q.Windows)
	clause("qualify", " and ", q.Qualify)
}

func writeFrom(b *strings.Builder, from []Source) {
	for i := range from {
		s := &from[i]
		if i > 0 {
			if s.Join != "," {
				b.WriteByte(' ')
			}
			b.WriteString(s.Join + " ")
		}
		switch {
		case s.Nested != nil:
			b.WriteByte('(')
			writeFrom(b, s.Nested)
			b.WriteByte(')')
		case s.Query != nil:
			fmt.Fprintf(b, "(%s) as %s", s.Query, s.Alias)
		case s.Text != "":
			b.WriteString(s.Text)
		default:
			b.WriteString(s.Table + " as " + s.Alias)
		}
		switch {
		case len(s.Using) > 0:
			b.WriteString(" using (" + strings.Join(s.Using, ", ") + ")")
		case len(s.On) > 0:
			b.WriteString(" on " + strings.Join(s.On, " and "))
		}
	}
}
