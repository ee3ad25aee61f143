package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Ambiguous is a bare column name that several relations of one FROM are known
// to have: most warehouses refuse it.
type Ambiguous struct {
	Column    *sql.Column
	Relations []string // as the query names them
	Block     *Block
}

// ambiguous records a bare name that more than one relation of the scope it was
// found in has. A name that the select list gives too is left alone: in several
// clauses and warehouses it means that.
func (b *binder) ambiguous(e *sql.Column, l lookup) {
	if len(e.Parts) != 1 || b.groups != nil || b.block == nil || b.alias(e) != nil {
		return
	}
	fold := b.w.Dialect.Fold(e.Parts[0])
	for s := b.scope; s != nil; s = s.parent {
		if !slices.Contains(s.sources, l.src) {
			continue
		}
		var names []string
		for _, src := range s.sources {
			if _, merged := src.merged[fold]; merged {
				return
			}
			if src.name == fold || b.collection(src) {
				return // its alias is a name too, and is meant first
			}
			if _, ok := src.rel.named(fold); ok {
				names = append(names, src.title)
			}
		}
		if len(names) > 1 && !s.block.hidesNames() && !b.listed(e) {
			b.w.Ambiguous = append(b.w.Ambiguous, &Ambiguous{e, names, b.block})
		}
		return
	}
}

// collection reports whether a source is the elements of a collection.
func (b *binder) collection(src *sourceRel) bool {
	t, ok := src.node.(*sql.Table)
	if ok {
		return src.scan == nil && b.block.cte(t) == nil
	}
	_, derived := src.node.(*sql.Derived)
	return !derived
}

// listed reports whether another item of the select list bears the name of e.
func (b *binder) listed(e *sql.Column) bool {
	return slices.ContainsFunc(b.block.Select.Items, func(it *sql.Item) bool {
		return it.X != nil && it.X != sql.Expr(e) && it.Alias == nil && b.w.Dialect.Same(impliedName(it.X), e.Parts[0])
	})
}

// hidesNames reports whether a join of the block takes names away: a side that
// only filters has none, and Snowflake lets every name that the sides of a join
// by USING share stand for the left one.
func (b *Block) hidesNames() bool {
	return b == nil || slices.ContainsFunc(b.Joins, func(j *Join) bool {
		switch j.Kind {
		case sql.Inner, sql.Left, sql.Right, sql.Full, sql.Cross:
			return j.Node == nil || j.Node.Natural || len(j.Node.Using) > 0 && b.World.Dialect.Name == "snowflake"
		}
		return true
	})
}

// unbound records a reference that nothing in scope has. The name of a relation
// as a value is its whole row; a name of the select list is one that some
// warehouses see wherever it stands, and others nowhere in WHERE; a column that USING merged is still there
// under the name of each side.
func (b *binder) unbound(e *sql.Column) {
	if b.named(e) || pseudo(b.w.Dialect, e) {
		return
	}
	u := &Unbound{Column: e, Block: b.block, Relation: len(e.Parts) > 1}
	u.Listed = !u.Relation && b.scope.lists(b.w.Dialect, b.w.Dialect.Fold(e.Parts[0]))
	name := e.Parts[len(e.Parts)-1].Name
	var near []string
	for s := b.scope; s != nil; s = s.parent {
		for _, src := range s.sources {
			if len(e.Parts) == 1 && b.w.denotes(src, e.Parts) {
				return
			}
			if len(e.Parts) > 1 && b.w.denotes(src, e.Parts[:len(e.Parts)-1]) {
				u.Relation, near = false, nil
			}
			for i := range src.rel.cols {
				if src.rel.cols[i].name != nil {
					near = append(near, src.rel.cols[i].name.Name)
				}
			}
			if len(e.Parts) > 1 && !u.Relation {
				u.Near = finding.Nearest(name, near)
				b.w.Unbound = append(b.w.Unbound, u)
				return
			}
		}
	}
	if !u.Relation {
		u.Near = finding.Nearest(name, near)
	}
	b.w.Unbound = append(b.w.Unbound, u)
}

// lists reports whether the select list of the scope gives a column the name.
func (s *scope) lists(d *sql.Dialect, fold string) bool {
	return s.block != nil && slices.ContainsFunc(s.block.Select.Items, func(it *sql.Item) bool { return it.Alias != nil && d.Fold(it.Alias) == fold })
}

// named reports whether something else than a column of FROM has the name.
func (b *binder) named(e *sql.Column) bool {
	w := b.w
	first, last := w.Dialect.Fold(e.Parts[0]), w.Dialect.Fold(e.Parts[len(e.Parts)-1])
	for s := b.scope; s != nil; s = s.parent {
		if c := s.ctes.get(w.Dialect, e.Parts[0]); c != nil && c.Node.Scalar != nil {
			return true
		}
		if !s.plain && s.lists(w.Dialect, first) {
			return true
		}
		for _, src := range s.sources {
			if _, merged := src.merged[last]; merged {
				return true
			}
		}
	}
	return false
}

// OutputSpan returns where column i of the output is written, in the world's text.
func (w *World) OutputSpan(i int) sql.Span {
	if w.out == nil || i >= len(w.out.cols) || w.out.cols[i].item == nil {
		return sql.Span{}
	}
	return w.out.cols[i].item.Range()
}

// OutputStar reports whether column i of the output comes out of a star.
func (w *World) OutputStar(i int) bool {
	if w.out == nil || i >= len(w.out.cols) {
		return false
	}
	it, ok := w.out.cols[i].item.(*sql.Item)
	if !ok {
		return true
	}
	_, ok = it.X.(*sql.Star)
	return ok
}

// PassedOn reports whether columns i and k of the output are two of one relation
// outside of the query, which one star hands on: it did not bring them together.
func (w *World) PassedOn(i, k int) bool {
	a, b := w.leafOf(i), w.leafOf(k)
	return a != nil && b != nil && a.Relation == b.Relation && a.Index != b.Index && w.OutputStar(i) && w.OutputSpan(i) == w.OutputSpan(k)
}

// Listed reports whether column i of the output is one that only the properties
// of a relation know, whose own query is not known in full.
func (w *World) Listed(i int) bool {
	leaf := w.leafOf(i)
	return leaf != nil && leaf.Index >= 0 && leaf.Relation.Columns[leaf.Index].Listed
}

// leafOf returns the column of a relation that column i of the output is a copy
// of, or nil.
func (w *World) leafOf(i int) *Leaf {
	if w.out == nil || i >= len(w.out.cols) || w.out.cols[i].col <= 0 {
		return nil
	}
	return w.cols[w.root(w.out.cols[i].col)].leaf
}

// StarImport is a star of the outermost select list that passes on whatever a
// relation outside of the query has.
type StarImport struct {
	Span     sql.Span // the star
	Relation *Summary
}

// StarImports returns the stars through which the output takes its columns from
// relations rather than from a list: of the main query, and of the CTEs whose
// star it passes on.
func (w *World) StarImports() []StarImport {
	if w.main == nil {
		return nil
	}
	var out []StarImport
	seen := map[*queryInfo]bool{}
	var visit func(q *queryInfo)
	visit = func(q *queryInfo) {
		if q == nil || seen[q] {
			return
		}
		seen[q] = true
		if q.union != nil {
			for _, b := range q.union.Branches {
				visit(b)
			}
			return
		}
		b := q.block
		if b == nil {
			return
		}
		for _, it := range b.Select.Items {
			star, ok := it.X.(*sql.Star)
			if !ok {
				continue
			}
			sources, _ := b.starSources(star)
			for _, src := range sources {
				switch t := src.node.(type) {
				case *sql.Table:
					if src.scan != nil {
						out = append(out, StarImport{it.Span, src.scan.Relation})
					} else if c := b.cte(t); c != nil {
						visit(c.body)
					}
				case *sql.Derived:
					for _, d := range b.Derived {
						if d.node == t.Query {
							visit(d)
						}
					}
				}
			}
		}
	}
	visit(w.main)
	return out
}
