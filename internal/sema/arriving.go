package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// written reports whether the query of a model reads no relation: its rows are
// constants, which never become more.
func (m *Model) written() bool {
	v := m.Full()
	return v != nil && v.World != nil && !v.World.truncated && len(v.World.Scans) == 0 && len(v.Rendered.Holes) == 0
}

// unseen reports whether each run builds the model anew from a query that is not
// known in full: it may hold the rows of one run alone.
func (m *Model) unseen() bool {
	if m.Node.Type != manifest.Model || m.accumulates() {
		return false
	}
	v := m.Full()
	if v == nil || v.World == nil {
		return true
	}
	return len(v.Rendered.Holes) > 0 || slices.ContainsFunc(v.World.Scans, func(s *Scan) bool { return s.Relation.Unseen })
}

// rising returns the columns of an incremental model that each run takes above
// the newest value of the table alone.
func (m *Model) rising(s *Summary) []int {
	if !m.Incremented() {
		return nil
	}
	var out []int
	for _, g := range m.Restricting() {
		if g.Op != sql.OpGt || g.Bound.Kind != ThisMax || g.Bound.Shifted || g.Bound.Column == nil {
			continue
		}
		w := g.World
		fold := w.Dialect.Fold(g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1])
		if w.out == nil {
			continue
		}
		if c, ok := w.out.named(fold); ok && w.root(c) == w.root(g.left) {
			if i := s.Index(fold); i >= 0 {
				out = append(out, i)
			}
		}
	}
	return out
}

// Ordered reports whether no row can arrive that has the newest value of the
// guard's column or an older one: the relation that it restricts takes only newer
// values itself.
func (g *Guard) Ordered() bool {
	i := g.leafIndex()
	return i >= 0 && slices.Contains(g.Leaf.Rising, i)
}

// Distinct reports whether no two rows of the guarded relation share a value of
// the compared column.
func (g *Guard) Distinct() bool {
	i := g.leafIndex()
	return i >= 0 && g.Leaf.HasKey([]int{i}, true)
}

// leafIndex is the column of the guarded relation that the guard compares as it
// is; -1 if it compares something else.
func (g *Guard) leafIndex() int {
	if g.Leaf == nil || g.left == 0 {
		return -1
	}
	if l := g.World.cols[g.World.root(g.left)].leaf; l != nil {
		return l.Index
	}
	return -1
}

// RunAsks reports whether the template of the incremental run alone asks for a
// variable that is empty: whoever runs it can give another bound.
func (m *Model) RunAsks() bool {
	full, incr := m.Full(), m.Incremental()
	return full != nil && incr != nil && blanks(incr) > blanks(full)
}

// blanks counts the empty variables that a template asks for.
func blanks(v *Variant) int {
	n := 0
	for _, e := range v.Rendered.Events {
		if e.Kind == dbtctx.VarEvent && e.Blank {
			n++
		}
	}
	return n
}
