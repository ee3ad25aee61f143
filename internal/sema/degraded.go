package sema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Supplied is a filter that rejects the NULLs which an outer join supplies, and
// so takes back what the join was written for.
type Supplied struct {
	Join   *Join
	Filter *Filter
	Column string
	// Side is the relation that the column comes from.
	Side string
	// NotNull is set for `x is not null`, which often means just that.
	NotNull bool
	// Habit is set where LEFT JOIN is how the query joins, and nothing in it is
	// prepared for rows without a match: whoever wrote it perhaps never meant to
	// keep them.
	Habit bool
	// Elements is set where the join unfolds a collection: that one row of several
	// collections goes together is often said by a filter.
	Elements bool
	// Remark is a comment beside the filter or the join that says that the rows are
	// meant to go; its place, empty if there is none.
	Remark sql.Span
}

// Degraded returns the outer joins of the world that a WHERE turns into inner
// ones, with the filter that does.
func (w *World) Degraded() []Supplied {
	var out []Supplied
	seen := map[*Join]bool{}
	for _, f := range w.Filters {
		if f.Clause != Where {
			continue
		}
		for _, c := range f.rejects {
			j := w.supplier(f, c)
			if j == nil || seen[j] || j.crosses() {
				continue
			}
			seen[j] = true
			side := j.RightName
			if j.nullLeft && w.fromLeft(j, c) {
				side = j.LeftName
			}
			is, _ := sql.Unparen(f.Expr).(*sql.Is)
			if w.strangers(j, f) {
				continue
			}
			out = append(out, Supplied{j, f, w.colName(c), side, is != nil && is.What == sql.IsNull, j.habit(f), j.Elements, w.remark(j, f)})
			if j.Elements {
				break // one condition on several collections is one habit
			}
		}
	}
	return out
}

// crosses reports whether ON reads nothing of the left side of a LEFT JOIN: a row
// is without a match only where no row of the right side is taken.
func (j *Join) crosses() bool {
	return j.Kind == sql.Left && j.Node != nil && j.Node.On != nil && !j.Unsure && !j.Elements &&
		!slices.ContainsFunc(j.Conds, func(c *JoinCond) bool { return !c.Where && c.reads != neither && c.reads != rightSide })
}

// meant finds words of a comment that says that rows without a match are to go.
var meant = regexp.MustCompile(`(?i)\b(inner join|intentional(ly)?|intended|on purpose|deliberate(ly)?|by design)\b`)

// remark returns the place of a comment that says that a filter is meant to undo
// a join. It stands on the lines before one of the two, or at the end of its line.
func (w *World) remark(j *Join, f *Filter) sql.Span {
	for _, at := range []sql.Span{f.Expr.Range(), j.Span()} {
		for _, c := range w.beside(at) {
			if meant.MatchString(w.Text(c)) {
				return c
			}
		}
	}
	return sql.Span{}
}

// beside returns the comments on the lines before the one where s starts, with no
// line of code between, and those on the lines of s.
func (w *World) beside(s sql.Span) []sql.Span {
	text := w.Tree.Text
	from := strings.LastIndexByte(text[:s.Start], '\n') + 1
	to := len(text)
	if i := strings.IndexByte(text[s.End:], '\n'); i >= 0 {
		to = int(s.End) + i
	}
	var out []sql.Span
	for _, c := range slices.Backward(w.Tree.Comments) {
		switch {
		case int(c.Start) >= to:
		case int(c.End) >= from:
			out = append(out, c)
		case strings.TrimSpace(text[c.End:from]) == "":
			out = append(out, c)
			from = strings.LastIndexByte(text[:c.Start], '\n') + 1
		default:
			return out
		}
	}
	return out
}

// supplier returns the outer join that null-extends column c, when c reaches
// filter f unchanged and nothing but the filter reads what the join gives.
func (w *World) supplier(f *Filter, c Col) *Join {
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.cutoff || col.class != Identity {
			return nil
		}
		if j := col.nullFrom; j != nil {
			if j.Block != f.Block && !f.onlyPath(j.Block) {
				return nil
			}
			return j
		}
	}
	return nil
}

func (w *World) fromLeft(j *Join, c Col) bool {
	for x := c; x > 0; x = w.cols[x].from {
		if w.cols[x].nullFrom == j {
			return newSet(w.cols[x].tids...).within(j.extLeft.tids)
		}
	}
	return false
}

// onlyPath reports whether filter f is all that becomes of the rows of block a, in
// an earlier query: every CTE on the way is read once, and no window function
// computes a value from them.
func (f *Filter) onlyPath(a *Block) bool {
	w := a.World
	way := []*Block{a}
	for i := 0; i < len(way); i++ {
		b := way[i]
		if slices.ContainsFunc(b.Windows, func(win *Window) bool { return !ranks[win.info.fn] }) {
			return false
		}
		for _, c := range w.CTEs {
			if c.Uses > 1 && c.holds(b) && !c.holds(f.Block) {
				return false
			}
		}
		for _, r := range w.Blocks {
			if r != f.Block && r.drawsOn(b) && !slices.Contains(way, r) {
				way = append(way, r)
			}
		}
	}
	return true
}

// ranks are window functions that number rows, to keep one of several.
var ranks = words("row_number rank dense_rank")

// holds reports whether b stands in the query of the CTE.
func (c *CTE) holds(b *Block) bool {
	return c.Node.Body != nil && c.Node.Body.Span.Contains(b.Select.Span)
}

// drawsOn reports whether a relation in FROM of b is made by a query with block a.
func (b *Block) drawsOn(a *Block) bool {
	return slices.ContainsFunc(b.sources, func(src *sourceRel) bool {
		switch t := src.node.(type) {
		case *sql.Table:
			c := b.cte(t)
			return c != nil && c.holds(a) && !c.holds(b)
		case *sql.Derived:
			return t.Query != nil && t.Query.Range().Contains(a.Select.Span)
		}
		return false
	})
}

// strangers reports whether a join and a filter stand in different files: the
// macro with the join serves others too, who may want the rows.
func (w *World) strangers(j *Join, f *Filter) bool {
	return w.Place(j.Span()).File != w.Place(f.Expr.Range()).File
}

// habit reports whether j is one of several outer joins of the filter's query,
// and the query makes nothing of the NULLs that they supply.
func (j *Join) habit(f *Filter) bool {
	if j.World.firstOnly(f) != nil {
		return true // a deduplication after the join
	}
	if j.Kind != sql.Left || j.Block != f.Block || len(j.Block.Joins) < 2 {
		return false
	}
	for _, it := range j.Block.Select.Items {
		if it.X != nil && j.prepared(it.X) {
			return false
		}
	}
	return true
}

// nullTakers are functions that make a value of NULL.
var nullTakers = []string{"coalesce", "ifnull", "nvl", "nvl2", "zeroifnull", "isnull", "if", "iff", "decode"}

// prepared reports whether e asks for NULL, or replaces it, in a column that j
// supplies with NULL.
func (j *Join) prepared(e sql.Expr) bool {
	for n := range sql.Walk(e) {
		switch n := n.(type) {
		case *sql.Call:
			if slices.Contains(nullTakers, funcName(n)) && j.suppliedIn(n) {
				return true
			}
		case *sql.Case:
			if j.suppliedIn(n) {
				return true
			}
		case *sql.Is:
			if j.suppliedIn(n) {
				return true
			}
		}
	}
	return false
}

// suppliedIn reports whether e reads a column of the side that j supplies.
func (j *Join) suppliedIn(e sql.Expr) bool {
	return slices.ContainsFunc(j.Block.pre.reads(e), func(c Col) bool { return newSet(j.World.cols[c].tids...).meets(j.ext.tids) })
}
