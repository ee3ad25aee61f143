package main

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// summary is what a tree says of a text, in terms that every parser has. Names
// are in lower case. A text with an error has no summary.
type summary struct {
	Dialect   string   `json:"dialect"`
	Name      string   `json:"name"`
	Relations []string `json:"relations"` // the last part of every name in FROM, sorted; CTEs too
	CTEs      []string `json:"ctes"`      // sorted
	Columns   []string `json:"columns"`   // of the first SELECT of the main query: alias, last part, `*` or `?`
	Joins     []string `json:"joins"`     // the kinds of the written joins, sorted
	On        int      `json:"on"`        // joins with ON
	Using     []string `json:"using"`     // the columns of USING, sorted
	Wheres    []int    `json:"wheres"`    // the number of conjuncts of each WHERE, sorted
	Calls     []string `json:"calls"`     // the names of the functions called, sorted
}

// summarise returns the summary of a text, nil if it has errors.
func summarise(x *text) *summary {
	if len(x.tree.Errors) > 0 || x.broken {
		return nil
	}
	s := &summary{Dialect: x.Dialect, Name: x.Name}
	for _, st := range x.tree.Statements {
		for n := range sql.Walk(st) {
			s.add(n)
		}
	}
	if q := x.tree.Query(); q != nil {
		s.Columns = columns(q)
	}
	for _, l := range [][]string{s.Relations, s.CTEs, s.Joins, s.Using, s.Calls} {
		slices.Sort(l)
	}
	slices.Sort(s.Wheres)
	return s
}

func (s *summary) add(n sql.Node) {
	switch n := n.(type) {
	case *sql.Table:
		s.Relations = append(s.Relations, strings.ToLower(n.Name[len(n.Name)-1].Name))
	case *sql.CTE:
		if n.Body != nil && n.Name != nil {
			s.CTEs = append(s.CTEs, strings.ToLower(n.Name.Name))
		}
	case *sql.Join:
		if !n.Comma {
			s.Joins = append(s.Joins, n.Kind.String())
		}
		if n.On != nil {
			s.On++
		}
		for _, id := range n.Using {
			s.Using = append(s.Using, strings.ToLower(id.Name))
		}
	case *sql.Select:
		if n.Where != nil {
			k := 0
			for range sql.And(n.Where) {
				k++
			}
			s.Wheres = append(s.Wheres, k)
		}
	case *sql.Call:
		s.Calls = append(s.Calls, strings.ToLower(n.Name[len(n.Name)-1].Name))
	}
}

// columns returns the names of the columns of a query's first SELECT.
func columns(q *sql.Query) []string {
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
			var out []string
			for _, it := range b.Items {
				out = append(out, column(it))
			}
			return out
		}
		return nil
	}
}

func column(it *sql.Item) string {
	if it.Alias != nil {
		return strings.ToLower(it.Alias.Name)
	}
	switch x := sql.Unparen(it.X).(type) {
	case *sql.Column:
		return strings.ToLower(x.Parts[len(x.Parts)-1].Name)
	case *sql.Star:
		if x.Of == nil {
			return "*"
		}
	}
	return "?"
}
