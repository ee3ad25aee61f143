package oracle

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/internal/sema"
	dsql "github.com/dbtvet/dbtvet/parser/sql"
)

// Analyse returns what the analyser claims of a query over the tables; nil when
// the text has syntax errors.
func Analyse(text string, schema []*Table) (*sema.World, error) {
	dialect, _ := dsql.Lookup("duckdb")
	tree := dsql.Parse(text, dialect)
	if len(tree.Errors) > 0 {
		return nil, fmt.Errorf("parse: %s", tree.Errors[0].Message)
	}
	summaries := map[string]*sema.Summary{}
	for _, t := range schema {
		summaries[t.Name] = t.Summary()
	}
	return sema.Analyse(sema.Input{Name: "oracle", Proofs: true, Tree: tree, Dialect: dialect, Relation: func(t *dsql.Table) *sema.Summary {
		if s := summaries[t.Name[len(t.Name)-1].Name]; s != nil {
			return s
		}
		return &sema.Summary{Name: "unknown", Open: true, Card: sema.Card{Max: sema.Many}}
	}}), nil
}

// Check is a query whose result can refute claims of the analyser.
type Check struct {
	Text    string
	Claims  int
	Refuted func(*Result) []string
	// Part is set for the query of a part, which cannot be run where it reads
	// what is around it.
	Part bool
}

// Checks returns what executions can say of an analysed query: of its output, of
// the rows in scope of each of its blocks, and of the branches of UNION ALL.
func Checks(w *sema.World) []Check {
	out := []Check{{Text: w.Tree.Text, Claims: claimed(w.Output), Refuted: func(r *Result) []string { return r.Refuted(w.Output) }}}
	for _, b := range w.Blocks {
		r := b.Rows()
		if r == nil {
			continue
		}
		n := len(r.NotNull) + len(r.Const) + len(r.Equal) + len(r.FDs) + len(r.Matches)
		if text := RowsQuery(w, r); text != "" && n > 0 {
			out = append(out, Check{text, n, func(res *Result) []string { return res.RefutedRows(r) }, true})
		}
	}
	for _, so := range w.Unions {
		for _, d := range so.Disjoint(w) {
			out = append(out, Check{ApartQuery(w, d), 1, func(res *Result) []string {
				if len(res.Rows) == 0 {
					return nil
				}
				return []string{fmt.Sprintf("the branches share %v in column %d", res.Rows[0], d.Col)}
			}, true})
		}
	}
	return out
}

// claimed counts what s says of its rows.
func claimed(s *sema.Summary) int {
	n := len(s.Keys) + len(s.FDs)
	for _, c := range s.Columns {
		if c.NotNull {
			n++
		}
		if c.Const != "" {
			n++
		}
	}
	if s.Card.Max < sema.Many || s.Card.Min > 0 {
		n++
	}
	return n
}

// Result is the rows of an executed query; NULL is nil, every other value its
// text.
type Result struct {
	Cols []string
	Rows [][]any
}

// Run executes a query.
func Run(db *sql.Conn, text string) (*Result, error) {
	// A recursive query that is being made smaller can lose what ends it.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := &Result{}
	if out.Cols, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		raw := make([]any, len(out.Cols))
		ptr := make([]any, len(raw))
		for i := range raw {
			ptr[i] = &raw[i]
		}
		if err := rows.Scan(ptr...); err != nil {
			return nil, err
		}
		for i, v := range raw {
			if v != nil {
				raw[i] = fmt.Sprint(v)
			}
		}
		out.Rows = append(out.Rows, raw)
	}
	return out, rows.Err()
}

// Refuted returns the claims of s that the rows refute, in words.
func (r *Result) Refuted(s *sema.Summary) []string {
	var out []string
	fail := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	n := len(r.Rows)
	if n < s.Card.Min || n > s.Card.Max {
		fail("card %d..%d, but %d rows", s.Card.Min, s.Card.Max, n)
	}
	if s.Open {
		return out // columns have no certain position
	}
	if len(s.Columns) != len(r.Cols) {
		fail("%d columns, but %d", len(s.Columns), len(r.Cols))
		return out
	}
	for i, c := range s.Columns {
		if c.NotNull && slices.ContainsFunc(r.Rows, func(row []any) bool { return row[i] == nil }) {
			fail("column %d `%s` is never NULL", i, c.Name)
		}
		if c.Const != "" && !r.constant(i, c.Const) {
			fail("column %d `%s` is always %s", i, c.Name, c.Const)
		}
	}
	for _, k := range s.Keys {
		if !r.key(k) {
			fail("key %v lax=%t when=%v", k.Cols, k.Lax, k.When)
		}
	}
	for _, f := range s.FDs {
		if !r.depends(f) {
			fail("%v determines %v", f.From, f.To)
		}
	}
	return out
}

// constant reports whether column i has the value of a normalised literal in
// every row; of a literal whose value it cannot read, whether the rows agree.
func (r *Result) constant(i int, lit string) bool {
	if len(r.Rows) == 0 {
		return true
	}
	want := r.Rows[0][i]
	switch {
	case lit == "null":
		want = nil
	case strings.HasPrefix(lit, "'") && strings.Count(lit, "'") == 2:
		want = strings.Trim(lit, "'")
	case strings.Trim(lit, "0123456789") == "", lit == "true", lit == "false":
		want = lit
	}
	return !slices.ContainsFunc(r.Rows, func(row []any) bool { return row[i] != want })
}

func (r *Result) key(k sema.Key) bool {
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if k.Lax && hasNull(row, k.Cols) || k.When != nil && !passes(row[k.When.Col], k.When) {
			continue
		}
		t := tuple(row, k.Cols)
		if seen[t] {
			return false
		}
		seen[t] = true
	}
	return true
}

func passes(v any, w *sema.When) bool {
	switch w.Op {
	case "is null":
		return v == nil
	case "is not null":
		return v != nil
	case "=":
		return v == strings.Trim(w.Lit, "'")
	}
	return false // not generated
}

func (r *Result) depends(f sema.FD) bool {
	seen := map[string]string{}
	for _, row := range r.Rows {
		from, to := tuple(row, f.From), tuple(row, f.To)
		if old, ok := seen[from]; ok && old != to {
			return false
		}
		seen[from] = to
	}
	return true
}

func hasNull(row []any, cols []int) bool {
	return slices.ContainsFunc(cols, func(c int) bool { return row[c] == nil })
}

func tuple(row []any, cols []int) string {
	var b strings.Builder
	for _, c := range cols {
		fmt.Fprintf(&b, "%v\x00", row[c])
	}
	return b.String()
}
