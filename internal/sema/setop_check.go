package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Misaligned is a branch of a set operation that does not line up with the
// first one.
type Misaligned struct {
	Op   *SetOp
	Span sql.Span // the branch's select list
	// Branch is its 1-based number.
	Branch int
	// Have and Want are the numbers of columns of the branch and of the first.
	Have, Want int
	// Names and First are the columns in order, when the branch has the names
	// of the first branch in another order.
	Names, First []string
}

// Misaligned returns the branches of set operations that have another number of
// columns than the first, or the same names in another order. Branches whose
// columns are not all known are not judged, nor are operations BY NAME.
func (w *World) Misaligned() []Misaligned {
	var out []Misaligned
	for _, so := range w.Unions {
		if holed(so.Node) || so.Node.ByName || so.Branches[0].rel.open != nil {
			continue
		}
		first := so.Branches[0].rel.cols
		for i, b := range so.Branches[1:] {
			if b.rel.open != nil || b.block == nil {
				continue
			}
			m := Misaligned{Op: so, Span: b.block.listSpan(), Branch: i + 2, Have: len(b.rel.cols), Want: len(first)}
			if m.Have != m.Want {
				out = append(out, m)
				continue
			}
			if w.reordered(first, b.rel) && !mirrored(so.Branches[0].block, b.block) {
				m.Names, m.First = namesIn(b.rel.cols), namesIn(first)
				out = append(out, m)
			}
		}
	}
	return out
}

// holed reports whether a chain of set operations has an operator that is not known.
func holed(op *sql.SetOp) bool {
	for op.Hole == nil {
		left, ok := op.Left.(*sql.SetOp)
		if !ok {
			return false
		}
		op = left
	}
	return true
}

// listSpan is the place of a block's select list.
func (b *Block) listSpan() sql.Span {
	items := b.Select.Items
	if len(items) == 0 {
		return b.Select.Span
	}
	return items[0].Span.Union(items[len(items)-1].Span)
}

// reordered reports whether r has the names of a in another order, and a value
// that comes to stand under another name: NULL is the same under any.
func (w *World) reordered(a []outCol, r *rel) bool {
	x, y := folds(a), folds(r.cols)
	moved := false
	for i := range x {
		lit, _ := w.constOf(r, r.cols[i].col)
		moved = moved || x[i] != y[i] && lit != "null"
	}
	if !moved {
		return false
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y) && !slices.Contains(x, "") && len(slices.Compact(x)) == len(a)
}

func folds(cols []outCol) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.fold
	}
	return out
}

func namesIn(cols []outCol) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.name.Name
	}
	return out
}

// mirrored reports whether two branches read the same relation, so that one is
// perhaps the other with its columns swapped on purpose.
func mirrored(a, b *Block) bool {
	if a == nil || b == nil || a.Select.From == nil || b.Select.From == nil {
		return false
	}
	text := func(x *Block) string { return strings.Join(strings.Fields(x.World.Text(x.Select.From.Range())), " ") }
	return text(a) == text(b)
}
