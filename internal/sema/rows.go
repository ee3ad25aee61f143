package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Rows is what is claimed of the rows that FROM and WHERE of a block give,
// before they are grouped, for whoever runs the query to check: facts over the
// columns in scope and over row ids, which number the rows of a source.
//
// A fact is about Columns by index. The row ids come first, one for each of
// Sources in order; a column of no source is one of a lateral relation.
type Rows struct {
	Block   *Block
	Sources []RowSource
	Columns []RowColumn
	NotNull []int
	Const   map[int]string
	Equal   [][2]int // equal, and not NULL
	FDs     []RowFD
	// Matches are the verdicts: of a row of From, a join matches at most one row
	// of To. Rows whose From is all NULL are outer joins' and exempt.
	Matches []RowFD
	Card    Card
}

// RowSource is a relation in FROM that stands for itself, by the alias that
// names its columns.
type RowSource struct {
	Name string
	Node sql.TableExpr
}

// RowColumn is a column in scope; of a row id, Name is empty.
type RowColumn struct{ Source, Name string }

// RowFD says that rows that agree on From agree on To; with Lax set, among the
// rows without NULL in From.
type RowFD struct {
	From, To []int
	Lax      bool
}

// Rows returns the claims about the rows of a block.
func (b *Block) Rows() *Rows {
	if b.rows == nil {
		return nil
	}
	out := &Rows{Block: b, Const: map[int]string{}, Card: b.rows.card}
	p := &rowProbe{b: b, out: out, r: b.rows, at: map[sql.TableExpr]int{}}
	p.sources()
	for i := range p.cols {
		p.column(i)
	}
	for i := range p.cols {
		for k := range i {
			if len(p.cols) <= maxProbed {
				p.dependency([]int{k, i}, false)
			}
		}
	}
	for _, e := range p.r.eq {
		x, y := p.index(e.a), p.index(e.b)
		if x >= 0 && y >= 0 && x != y {
			out.Equal = append(out.Equal, [2]int{x, y})
		}
	}
	for _, j := range b.Joins {
		p.matches(j)
	}
	return out
}

// maxProbed bounds the columns of which pairs are asked about.
const maxProbed = 9

type rowProbe struct {
	b    *Block
	out  *Rows
	r    *rel
	cols []set                 // per column of out, what it stands for
	at   map[sql.TableExpr]int // the row id of a source
}

// sources lists the row ids and the columns in scope.
func (p *rowProbe) sources() {
	w := p.b.World
	for _, s := range p.b.sources {
		if !numbered(s) || len(s.rel.tids) == 0 {
			continue
		}
		p.at[s.node] = len(p.cols)
		p.cols = append(p.cols, s.rel.tids)
		p.out.Sources = append(p.out.Sources, RowSource{s.name, s.node})
		p.out.Columns = append(p.out.Columns, RowColumn{Source: s.name})
	}
	for _, s := range p.b.sources {
		for _, c := range s.rel.cols {
			if s.name != "" && c.name != nil && w.cols[c.col].from != 0 {
				p.cols = append(p.cols, set{c.col})
				p.out.Columns = append(p.out.Columns, RowColumn{s.name, c.name.Name})
			}
		}
	}
}

// numbered reports whether the rows of a source could be numbered in its place.
func numbered(s *sourceRel) bool {
	if s.name == "" {
		return false
	}
	switch t := s.node.(type) {
	case *sql.Table:
		return t.Alias == nil || len(t.Alias.Columns) == 0
	case *sql.Derived:
		return !t.Lateral
	}
	return false
}

func (p *rowProbe) index(c Col) int {
	return slices.IndexFunc(p.cols, func(s set) bool { return len(s) == 1 && s[0] == c })
}

func (p *rowProbe) column(i int) {
	if len(p.out.Columns[i].Name) > 0 {
		c := p.cols[i][0]
		if p.r.notNull[c] != nil {
			p.out.NotNull = append(p.out.NotNull, i)
		}
		if lit, ok := p.b.World.constOf(p.r, c); ok {
			p.out.Const[i] = lit
		}
	} else if slices.ContainsFunc(p.cols[i], func(t Col) bool { return p.r.notNull[t] != nil }) {
		p.out.NotNull = append(p.out.NotNull, i)
	}
	p.dependency([]int{i}, false)
	if len(p.cols[i]) == 1 {
		p.dependency([]int{i}, true)
	}
}

// dependency asks what columns determine.
func (p *rowProbe) dependency(from []int, lax bool) {
	var cols set
	for _, i := range from {
		cols = cols.with(p.cols[i]...)
	}
	var nn set
	if lax {
		nn = cols
	}
	reach := p.b.World.reachNotNull(p.r, cols, nn)
	var to []int
	for k, s := range p.cols {
		if !slices.Contains(from, k) && reach.all(s) {
			to = append(to, k)
		}
	}
	if len(to) > 0 {
		p.out.FDs = append(p.out.FDs, RowFD{from, to, lax})
	}
}

// matches adds the verdicts of a join whose sides can be numbered.
func (p *rowProbe) matches(j *Join) {
	if j.ext == nil {
		return // its right side is not among the rows
	}
	ids := func(sources []*sourceRel) (out []int, all bool) {
		all = true
		for _, s := range sources {
			i, ok := p.at[s.node]
			if ok {
				out = append(out, i)
			}
			all = all && ok
		}
		return out, all && len(out) > 0
	}
	left, allLeft := ids(j.sources[:len(j.sources)-len(j.rightSrc)])
	right, allRight := ids(j.rightSrc)
	if j.Right.Status == Unique && allLeft && len(right) > 0 {
		p.out.Matches = append(p.out.Matches, RowFD{From: left, To: right})
	}
	if j.Left.Status == Unique && allRight && len(left) > 0 {
		p.out.Matches = append(p.out.Matches, RowFD{From: right, To: left})
	}
}

// Disjoint returns the pairs of branches and, for each, the positions of columns
// in which they are claimed to have no value in common.
func (so *SetOp) Disjoint(w *World) []Disjoint {
	var out []Disjoint
	if !so.All || so.Node.ByName {
		return nil
	}
	for i, a := range so.Branches {
		for _, b := range so.Branches[:i] {
			if a.rel.open != nil || b.rel.open != nil || len(a.rel.cols) != len(b.rel.cols) {
				continue
			}
			for c := range a.rel.cols {
				if w.apart(a.rel, a.rel.cols[c].col, b.rel, b.rel.cols[c].col) {
					out = append(out, Disjoint{a.body, b.body, c})
				}
			}
		}
	}
	return out
}

// Disjoint says that two branches of a set operation have no value in common in
// the column at a position.
type Disjoint struct {
	A, B sql.Body
	Col  int
}
