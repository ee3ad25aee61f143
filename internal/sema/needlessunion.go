package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// NeedlessUnion is a UNION that removes nothing: no two branches have a row in
// common, and the rows of each are unique.
type NeedlessUnion struct {
	Op    sql.Span
	Marks []string // the columns that tell the branches apart
	Steps []Step   // why the rows of each branch are unique
}

// NeedlessUnions returns the UNIONs of the world that UNION ALL could stand for.
func (w *World) NeedlessUnions() []NeedlessUnion {
	var out []NeedlessUnion
	if w.truncated {
		return nil
	}
	for _, so := range w.Unions {
		if so.All || so.Node.Op != sql.Union || so.Node.ByName || len(so.Branches) > maxBranches || holed(so.Node) {
			continue
		}
		if u, ok := w.needlessUnion(so); ok {
			out = append(out, u)
		}
	}
	return out
}

func (w *World) needlessUnion(so *SetOp) (NeedlessUnion, bool) {
	u := NeedlessUnion{Op: so.Node.OpSpan}
	first := so.Branches[0].rel.cols
	pos := make([][]Col, len(first))
	for i := range first {
		pos[i] = make([]Col, len(so.Branches))
	}
	for k, b := range so.Branches {
		if b.rel.open != nil || len(b.rel.cols) != len(first) || b.block == nil || len(b.block.Select.Holes) > 0 {
			return u, false
		}
		var all set
		for i, c := range b.rel.cols {
			pos[i][k], all = c.col, all.with(c.col)
		}
		_, steps, ok := w.needless(b.rel, all)
		if !ok {
			return u, false
		}
		for _, s := range steps {
			if !slices.ContainsFunc(u.Steps, func(o Step) bool { return o.Text == s.Text && o.Place == s.Place }) {
				u.Steps = append(u.Steps, s)
			}
		}
	}
	marks, ok := w.marks(so, pos)
	if !ok {
		return u, false
	}
	for _, m := range marks {
		u.Marks = append(u.Marks, w.colName(pos[m][0]))
	}
	return u, true
}
