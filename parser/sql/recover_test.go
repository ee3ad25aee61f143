package sql

import (
	"strings"
	"testing"
)

// outline says what of a tree a reader can use: the names of its CTEs, the
// tables it reads, the names of its columns, and its clauses.
func outline(t *Tree) string {
	var ctes, tables, columns, clauses []string
	for _, st := range t.Statements {
		for n := range Walk(st) {
			switch n := n.(type) {
			case *CTE:
				if n.Name != nil {
					ctes = append(ctes, n.Name.Name)
				}
			case *Table:
				tables = append(tables, n.Name[len(n.Name)-1].Name)
			case *Item:
				switch x := n.X.(type) {
				case *Opaque:
					columns = append(columns, "?")
				case *Column:
					if n.Alias == nil {
						columns = append(columns, x.Parts[len(x.Parts)-1].Name)
					}
				case *Star:
					columns = append(columns, "*")
				}
				if n.Alias != nil {
					columns = append(columns, n.Alias.Name)
				}
			case *Select:
				if n.Where != nil {
					clauses = append(clauses, "where")
				}
				if n.GroupBy != nil {
					clauses = append(clauses, "group")
				}
			case *Query:
				if n.OrderBy != nil {
					clauses = append(clauses, "order")
				}
			}
		}
	}
	var out []string
	for _, l := range [][]string{ctes, tables, columns, clauses} {
		out = append(out, strings.Join(l, " "))
	}
	return strings.TrimRight(strings.Join(out, " | "), " |")
}

// TestTheRestIsUsable checks that after an error reading goes on at the next select
// item, clause, closing parenthesis or common table expression. The mark ^ says
// where the error is; CTEs, tables, columns and clauses are found around it.
func TestTheRestIsUsable(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"select a, ^, b from t where c", " | t | a ? b | where"},
		{"select a b ^c d, e from t group by 1", " | t | b d e | group"},
		{"select a + ^, b from t", " | t | b"},
		{"select f(a ^b), c from t order by c", " | t | c | order"},
		{"select f(a, ^from t where b", " | t |  | where"},
		{"select (a + ^), b as c from t join u on x = y", " | t u | c"},
		{"select case when a then b ^, c from t where d", " | t | c | where"},
		{"select cast(a ^int), b from t", " | t | b"},
		{"select a from t where b = ^group by c order by d", " | t | a | order where group"},
		{"select a from t where b ^c d group by e", " | t | a | where group"},
		{"select a from t join u on ^where b", " | t u | a | where"},
		{"select a from t join ^where b", " | t | a | where"},
		{"select a from ^where b = 1", " |  | a | where"},
		{"select a from t left ^jion u on t.x = u.x where c", " | t | a | where"},
		{"with a as (select b c ^d from t), e as (select 1 as f) select f from e where f", "a e | t e | c d f f | where"},
		{"with a as (^selec 1), b as (select c from t) select c from b", "a b | t b | c c"},
		{"with a as (select x from t b ^as (select y from u) select x, y from a, b", "a | t a b | x x y"},
		{"with a ^(select x from t) select x from a", "a | t a | x x"},
		{"select x from (select y from t where ^) s, u", " | t u | x y | where"},
		{"select x in (1, ^, 2), y from t", " | t | y"},
		{"select sum(a) over (^partition a), b from t where c", " | t | b | where"},
		{"select a[1 ^, b from t", " | t | b"},
		{"select a from t ^) where b", " | t | a"},
		{"select a from t union all ^selec b from u", " | t u | a ?"},
		{"select a from t; ^x y z; select b from u", " | t u | a b"},
		{"select 'it's^', a from t", " |  | s ?"},
		{"select a ^'x from t\nwhere b", " |  | a ? | where"},
	} {
		at := strings.IndexByte(c.sql, '^')
		text := c.sql[:at] + c.sql[at+1:]
		tree := parseChecked(t, text, &dialectPostgres)
		switch {
		case len(tree.Errors) == 0:
			t.Errorf("%s: no error", c.sql)
		case int(tree.Errors[0].Start) != at:
			t.Errorf("%s: at %d, want %d: %s", c.sql, tree.Errors[0].Start, at, tree.Errors[0].Message)
		}
		if got := outline(tree); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.sql, got, c.want)
		}
	}
}
