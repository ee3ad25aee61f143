package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Nullable is positive evidence that an output column is NULL in some rows.
type Nullable struct {
	Why   string
	Place finding.Place
	// far is set when it is evidence about another relation that is read: it is
	// told one step on, and not to those who read that again.
	far bool
}

// MayBeNull returns why the output column of that name can be NULL by the
// structure of the query: an outer join supplies it, or its expression makes
// NULLs. It returns nil when nothing speaks for it; a column that is merely not
// known to be filled is none.
func (w *World) MayBeNull(name string) *Nullable {
	if w.out == nil || w.truncated {
		return nil
	}
	c, ok := w.out.named(w.Dialect.FoldName(name, false))
	if !ok || w.out.notNull[c] != nil {
		return nil
	}
	if _, konst := w.out.consts[c]; konst {
		return nil
	}
	return w.nullable(c, name, map[Col]bool{})
}

// nullable follows a column down to what makes it NULL: through copies, picks of
// one value out of many, and the branches of set operations.
func (w *World) nullable(c Col, name string, seen map[Col]bool) *Nullable {
	for !seen[c] && len(seen) < maxDepth*4 {
		seen[c] = true
		col := &w.cols[c]
		if j := col.nullFrom; j != nil && !j.always() && !w.takenBack(j) {
			return &Nullable{"`" + name + "` comes from `" + j.suppliedName(c) + "`, which has no row where the outer join finds no match", w.Place(j.Span()), false}
		}
		if col.from > 0 {
			c = col.from
			continue
		}
		if col.leaf != nil {
			return col.leaf.emptied(name)
		}
		if e := givesNull(col.expr); e != nil {
			return &Nullable{"`" + oneLine(w.Text(e.Range())) + "` gives NULL", w.Place(e.Range()), false}
		}
		if col.cutoff && col.expr == nil { // of a set operation: any branch
			for _, i := range col.in {
				if n := w.nullable(i, name, seen); n != nil {
					return n
				}
			}
			return nil
		}
		if len(col.in) != 1 || !keepsNull(col.expr) {
			return nil
		}
		c = col.in[0]
	}
	return nil
}

// emptied returns what is known to make a column of another relation NULL.
func (l *Leaf) emptied(name string) *Nullable {
	if l.Index < 0 || l.Relation.Columns[l.Index].NullBy == nil || l.Relation.Columns[l.Index].NotNull {
		return nil
	}
	by := l.Relation.Columns[l.Index].NullBy
	return &Nullable{"`" + name + "` is `" + l.Column + "` of `" + l.Relation.Name + "`, where " + by.Why, by.Place, true}
}

// keepsNull reports whether an expression over one column is NULL where all that
// it sees of the column is: a cast, the extreme of a group.
func keepsNull(e sql.Expr) bool {
	switch x := sql.Unparen(e).(type) {
	case *sql.Cast:
		return true
	case *sql.Call:
		_, cut := grainOf(x)
		return cut || aggregates[funcName(x)].pick && len(x.Args) == 1
	}
	return false
}

// givesNull returns e if it is an expression that makes NULLs of values.
func givesNull(e sql.Expr) sql.Expr {
	switch x := sql.Unparen(e).(type) {
	case *sql.Cast:
		if x.Kind == sql.TryCast && !isTime(x.X) && !isText(x.Type) {
			return x
		}
	case *sql.Call:
		name := funcName(x)
		if name == "nullif" || strings.HasPrefix(name, "try_") || strings.HasPrefix(name, "safe_cast") {
			return x
		}
	}
	return nil
}

// isText reports whether a type is text of any length, which every value has.
func isText(t *sql.Type) bool {
	return t != nil && len(t.Args) == 0 && slices.Contains([]string{"text", "varchar", "string", "nvarchar"}, t.Name)
}

// isTime reports whether an expression is a time for certain, which every cast
// to another time takes.
func isTime(e sql.Expr) bool {
	call, ok := sql.Unparen(e).(*sql.Call)
	if !ok {
		return false
	}
	_, cut := grainOf(call)
	return cut || stables[funcName(call)]
}

// takenBack reports whether a WHERE, or the condition of a later inner join, turns
// the outer join into an inner one.
func (w *World) takenBack(j *Join) bool {
	if w.inner == nil {
		w.inner = map[*Join]bool{}
		for _, s := range w.Degraded() {
			w.inner[s.Join] = true
		}
		for _, f := range w.Filters {
			if f.Clause != On || f.Join == nil || f.Join.Kind != sql.Inner {
				continue
			}
			for _, c := range f.rejects {
				if j := w.supplier(f, c); j != nil {
					w.inner[j] = true
				}
			}
		}
	}
	return w.inner[j]
}

// always reports whether every row of the left side may be taken to find its
// match: a relationships test says so, or both sides are rows of one relation,
// joined by the same columns.
func (j *Join) always() bool {
	if !j.nullRight || j.nullLeft || len(j.Conds) == 0 {
		return false
	}
	w := j.World
	for _, c := range j.Conds {
		if c.eq == nil {
			return false
		}
		l, r := w.cols[w.root(c.eq.l)].leaf, w.cols[w.root(c.eq.r)].leaf
		if c.l == rightSide {
			l, r = r, l
		}
		if l == nil || r == nil || !refers(l, r) && (l.Relation.ID != r.Relation.ID || l.Column != r.Column) {
			return false
		}
	}
	return true
}

func refers(l, r *Leaf) bool {
	for _, m := range l.Relation.Many {
		if m.Col == l.Index && m.To != "" && m.To == r.Relation.ID && strings.EqualFold(m.Field, r.Column) {
			return true
		}
	}
	return false
}

// suppliedName returns the name of the side of j that column c belongs to.
func (j *Join) suppliedName(c Col) string {
	if j.nullLeft && j.extLeft != nil && newSet(j.World.cols[c].tids...).within(j.extLeft.tids) {
		return j.LeftName
	}
	return j.RightName
}
