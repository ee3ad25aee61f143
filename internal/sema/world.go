package sema

import (
	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Input is one rendered and parsed world of a model, with what it reads.
type Input struct {
	Name    string // the world's name
	Tree    *sql.Tree
	Map     *source.Map // from the tree's text to the templates; nil for plain SQL
	File    *source.File
	Dialect *sql.Dialect
	// Rendered is where the text came from; nil for plain SQL.
	Rendered *dbtctx.Rendered
	// Relation returns the summary of a table that is no CTE. It never returns
	// nil: of an unknown table it returns a Summary that is Open.
	Relation func(t *sql.Table) *Summary
	// Proofs keeps with each fact that is exported what its proof is written out
	// from: the whole world.
	Proofs bool
}

// World is one analysed world: its blocks, joins, filters and aggregates, and
// what is known of its output.
type World struct {
	Input
	cols []column

	Scans     []*Scan
	Joins     []*Join
	Filters   []*Filter
	Aggs      []*Aggregate
	Blocks    []*Block
	Unions    []*SetOp
	Unbound   []*Unbound
	Ambiguous []*Ambiguous
	This      []*Scan // scans of {{ this }}
	CTEs      []*CTE
	patterns  map[string]Col
	main      *queryInfo
	out       *rel
	Output    *Summary       // nil when the text is not one query
	passage   *passage       // what filters say of NULL, found when it is asked for
	inner     map[*Join]bool // outer joins that a WHERE makes inner, found when it is asked for
	depth     int
	queries   map[*sql.Select]*sql.Query // by their body, made when it is asked for
	inExpr    int                        // nesting of queries in expressions
	truncated bool                       // the analysis budget ran out: what is missing is unknown
}

// Scan is one reading of a relation from outside the query.
type Scan struct {
	Table    *sql.Table
	Relation *Summary
	rel      *rel
	tid      Col
	// Asked are the columns by name that were read from it, with the place of
	// the first reference.
	Asked map[string]*sql.Column
	block *Block
}

// Unbound is a column reference that no relation in scope has, although all of
// them are fully known.
type Unbound struct {
	Column *sql.Column
	Near   string // a name in scope that was perhaps meant
	// Relation is set when it is the qualifier that names nothing in scope.
	Relation bool
	// Listed is set when the select list has the name, where it cannot be used.
	Listed bool
	Block  *Block
}

// CTE is a common table expression of the world.
type CTE struct {
	Node *sql.CTE
	// Uses counts its references.
	Uses int
	rel  *rel
	body *queryInfo
}

// maxColumns bounds the columns of one world, maxNesting the nesting of
// queries. A world beyond them is analysed in part, and says so.
const (
	maxColumns = 400_000
	maxNesting = 120
)

// Analyse binds and analyses one world. It never fails: what it does not
// understand is unknown.
func Analyse(in Input) *World {
	w := &World{Input: in, patterns: map[string]Col{}}
	// Col 0 is no column, Col 1 nowhere. About a column per token is minted.
	w.cols = make([]column, 2, 64+len(in.Tree.Tokens))
	w.cols[nowhere] = column{class: Opaque, from: -1}
	if q := in.Tree.Query(); q != nil {
		info := w.query(q, nil)
		w.main, w.out = info, info.rel
		w.Output = w.export(info)
	}
	return w
}

// Truncated reports whether the world was too large to be analysed in full.
func (w *World) Truncated() bool { return w.truncated }

// nowhere is the column of which nothing is known, where no id of its own is
// needed.
const nowhere Col = 1

// mint returns a new column.
func (w *World) mint(c column) Col {
	if c.from == 0 {
		c.from = -1
	}
	if len(w.cols) >= maxColumns {
		w.truncated = true
	}
	w.cols = append(w.cols, c)
	return Col(len(w.cols) - 1)
}

// mintTid returns a new tuple id.
func (w *World) mintTid(s *Scan) Col {
	t := w.mint(column{isTid: true, scan: s, class: Identity})
	w.cols[t].tids = []Col{t}
	return t
}

// row records that there is a row wherever r has one: its tuple id is not NULL.
func (r *rel) row(tid Col) { r.setNotNull(tid, aRow) }

// aRow is why the tuple id of a relation's own is never NULL.
var aRow = &why{rule: proof.Row, strength: finding.Struct, weak: finding.Struct}

// unknown returns a new column of which nothing is known.
func (w *World) unknown(name string) Col { return w.mint(column{name: name, class: Opaque}) }

// Place returns where the text of s was written, in the file that a reader
// should look at.
func (w *World) Place(s sql.Span) finding.Place {
	if w.Map == nil {
		return finding.Place{File: w.File, Span: s}
	}
	p, _ := w.Map.Source(s)
	return finding.Place{File: p.File, Span: p.Span}
}

// Text returns the SQL at s.
func (w *World) Text(s sql.Span) string {
	s = s.Clamp(len(w.Tree.Text))
	return w.Tree.Text[s.Start:s.End]
}
