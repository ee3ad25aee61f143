package pg

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Summary is what both grammars must see in a text. Lists of what occurs
// anywhere in it are sorted; names are folded as PostgreSQL does.
type Summary struct {
	Queries   int      // statements that are queries
	Others    int      // statements that are not
	Relations []string // qualified names in FROM, references to CTEs included
	CTEs      []string
	Joins     []string // the kinds of the written joins, as sql.JoinKind prints
	// Columns are the output columns of each statement in order: the alias, the
	// last part of a column reference, `*`, or `?`.
	Columns []string
	// Conjuncts is, for each statement that is a plain SELECT, the number of
	// conditions that AND combines in WHERE.
	Conjuncts []int
}

func (s *Summary) sort() {
	slices.Sort(s.Relations)
	slices.Sort(s.CTEs)
	slices.Sort(s.Joins)
}

// Summarise returns the summary of a tree of parser/sql.
func Summarise(t *sql.Tree) Summary {
	var s Summary
	for _, st := range t.Statements {
		for n := range sql.Walk(st) {
			s.add(t.Dialect, n)
		}
		if st.Query == nil {
			s.Others++
			continue
		}
		s.Queries++
		s.output(t.Dialect, st.Query)
	}
	s.sort()
	return s
}

// add adds what one node of the tree says.
func (s *Summary) add(d *sql.Dialect, n sql.Node) {
	switch n := n.(type) {
	case *sql.Table:
		parts := make([]string, len(n.Name))
		for i, id := range n.Name {
			parts[i] = d.Fold(id)
		}
		s.Relations = append(s.Relations, strings.Join(parts, "."))
	case *sql.CTE:
		s.CTEs = append(s.CTEs, d.Fold(n.Name))
	case *sql.Join:
		if !n.Comma {
			s.Joins = append(s.Joins, n.Kind.String())
		}
	}
}

// output adds the columns and conjuncts of the first SELECT of a statement's
// body.
func (s *Summary) output(d *sql.Dialect, q *sql.Query) {
	body := q.Body
	for {
		switch b := body.(type) {
		case *sql.Query:
			body = b.Body
			continue
		case *sql.SetOp:
			body = b.Left
			continue
		case *sql.Select:
			for _, it := range b.Items {
				s.Columns = append(s.Columns, column(d, it))
			}
			s.Conjuncts = append(s.Conjuncts, conjuncts(b.Where))
		}
		return
	}
}

func column(d *sql.Dialect, it *sql.Item) string {
	if it.Alias != nil {
		return d.Fold(it.Alias)
	}
	switch x := sql.Unparen(it.X).(type) {
	case *sql.Column:
		return d.Fold(x.Parts[len(x.Parts)-1])
	case *sql.Star:
		if x.Of == nil {
			return "*"
		}
	}
	return "?"
}

func conjuncts(e sql.Expr) int {
	if e == nil {
		return 0
	}
	n := 0
	for range sql.And(e) {
		n++
	}
	return n
}
