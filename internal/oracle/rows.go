package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
	dsql "github.com/dbtvet/dbtvet/parser/sql"
)

// RowsQuery returns the query that shows the rows of which r tells: the columns
// in scope of a block after FROM and WHERE, with a number for each row of a
// source in place of its tuple id. It returns nothing for a block without FROM;
// the engine refuses that of a block which reads columns of a query around it.
func RowsQuery(w *sema.World, r *sema.Rows) string {
	s := r.Block.Select
	if s.From == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("select ")
	id := 0
	for i, c := range r.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if c.Name == "" {
			fmt.Fprintf(&b, "%s.tid__%d", c.Source, id)
			id++
			continue
		}
		b.WriteString(c.Source + "." + c.Name)
	}
	if len(r.Columns) == 0 {
		b.WriteByte('1')
	}
	b.WriteString(" from " + numberedFrom(w, r))
	if s.Where != nil {
		b.WriteString(" where " + w.Text(s.Where.Range()))
	}
	return behind(w, s.Start, b.String())
}

// numberedFrom returns the text of FROM in which every source numbers its rows.
func numberedFrom(w *sema.World, r *sema.Rows) string {
	span := r.Block.Select.From.Range()
	type edit struct {
		source.Span
		text string
	}
	var edits []edit
	for i, src := range r.Sources {
		at := src.Node.Range()
		edits = append(edits, edit{at, fmt.Sprintf("(select row_number() over () as tid__%d, %s.* from %s) as %s", i, src.Name, w.Text(at), src.Name)})
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	at := span.Start
	for _, e := range edits {
		b.WriteString(w.Tree.Text[at:e.Start] + e.text)
		at = e.End
	}
	b.WriteString(w.Tree.Text[at:span.End])
	return b.String()
}

// behind puts a query, which stands at a place of w, behind the CTEs that are
// defined there: those before it in the WITH clauses of the queries around it.
func behind(w *sema.World, at int32, text string) string {
	var around []*dsql.With
	for n := range dsql.Walk(w.Tree.Query()) {
		if q, ok := n.(*dsql.Query); ok && q.With != nil && q.Start <= at && at < q.End {
			around = append(around, q.With)
		}
	}
	for _, with := range slices.Backward(around) {
		var parts []string
		for _, c := range with.CTEs {
			if c.Body != nil && c.End <= at {
				parts = append(parts, w.Text(c.Span))
			}
		}
		if len(parts) > 0 {
			text = "with " + strings.Join(parts, ", ") + " select * from (" + text + ")"
		}
	}
	return text
}

// RefutedRows returns the claims of r that its executed query refutes.
func (res *Result) RefutedRows(r *sema.Rows) []string {
	var out []string
	fail := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	name := func(cols []int) string {
		var words []string
		for _, c := range cols {
			words = append(words, res.Cols[c])
		}
		return strings.Join(words, ", ")
	}
	if n := len(res.Rows); n < r.Card.Min || n > r.Card.Max {
		fail("rows %d..%d, but %d", r.Card.Min, r.Card.Max, n)
	}
	for _, c := range r.NotNull {
		if slices.ContainsFunc(res.Rows, func(row []any) bool { return row[c] == nil }) {
			fail("in scope: %s is never NULL", res.Cols[c])
		}
	}
	for c, lit := range r.Const {
		if !res.constant(c, lit) {
			fail("in scope: %s is always %s", res.Cols[c], lit)
		}
	}
	for _, e := range r.Equal {
		if slices.ContainsFunc(res.Rows, func(row []any) bool { return row[e[0]] != row[e[1]] || row[e[0]] == nil }) {
			fail("in scope: %s = %s", res.Cols[e[0]], res.Cols[e[1]])
		}
	}
	for _, f := range r.FDs {
		if !res.determines(f.From, f.To, func(row []any) bool { return f.Lax && hasNull(row, f.From) }) {
			fail("in scope: %s -> %s lax=%t", name(f.From), name(f.To), f.Lax)
		}
	}
	for _, f := range r.Matches {
		absent := func(row []any) bool {
			return !slices.ContainsFunc(f.From, func(c int) bool { return row[c] != nil })
		}
		if !res.determines(f.From, f.To, absent) {
			fail("a row of %s meets at most one of %s", name(f.From), name(f.To))
		}
	}
	return out
}

// determines reports whether rows that agree on from agree on to; exempt rows
// do not count.
func (r *Result) determines(from, to []int, exempt func(row []any) bool) bool {
	seen := map[string]string{}
	for _, row := range r.Rows {
		if exempt(row) {
			continue
		}
		f, t := tuple(row, from), tuple(row, to)
		if old, ok := seen[f]; ok && old != t {
			return false
		}
		seen[f] = t
	}
	return true
}

// ApartQuery returns the query whose rows are values that two branches of a set
// operation share although they are claimed not to; empty where a branch cannot
// be run alone.
func ApartQuery(w *sema.World, d sema.Disjoint) string {
	branch := func(b dsql.Body) string {
		return fmt.Sprintf("select #%d as v from (%s)", d.Col+1, w.Text(b.Range()))
	}
	return behind(w, min(d.A.Range().Start, d.B.Range().Start), branch(d.A)+" intersect "+branch(d.B))
}
