package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
)

// Summary is what a relation exports to those who read it: its columns and the
// facts over them. Column sets are indexes into Columns.
type Summary struct {
	ID   string // unique_id, empty for what no ref or source names
	Name string // as people call it: stg_orders, raw.orders
	Type string // model, seed, snapshot, source
	// This is set for the relation a model reads as {{ this }}.
	This    bool
	Columns []Column
	// Open says that there may be more columns than these, and why.
	Open    bool
	OpenWhy string
	Keys    []Key
	FDs     []FD
	Ranges  []Ranges
	Card    Card
	// Many holds columns that reference another relation's key: many rows here
	// may share one value there (a relationships test).
	Many []ManySide
	// Written is set for a model whose rows are all written in its query.
	Written bool
	// Unseen is set for a model that each run builds anew from a query which is not
	// known in full, perhaps from the news alone; and for one that is built from such.
	Unseen bool
	// Rising are columns whose values each run lets through only above all that the
	// table has.
	Rising []int
	// EventTime is the column by which dbt gives a microbatch model the rows of one
	// batch; empty if it gives all.
	EventTime string
	// Storage is how its table is kept.
	Storage Storage
	// Undecided are the joins of the model that a key of what they read would
	// decide.
	Undecided []Undecided
}

// Column is an exported column.
type Column struct {
	Name    string // as written or documented, quotes removed
	Fold    string // comparison key in the project's dialect
	Type    string // declared data type, lower case, or empty
	NotNull bool
	NullWhy []Step // proof of NotNull
	// NullEvidence and ConstEvidence are the proofs of NotNull and Const as data.
	NullEvidence, ConstEvidence *Evidence
	// NullBy is positive evidence that the value is NULL in some rows.
	NullBy *Nullable
	Empty  *Step  // a row in which the value is NULL, when one can be named
	Const  string // normalised literal when the column has one value, else empty
	// Literal is set for a column to which the query gives one value, of a table
	// that may keep rows of an earlier query: Const is not known.
	Literal bool
	// Listed is set for a column that the relation's query, which is not known in
	// full, does not list: properties name it, or the query asks for it.
	Listed bool
	// Teller is set for a column that tells the branches of a UNION ALL apart,
	// by a constant of its own in each.
	Teller bool
	// Values are all values of a small seed's column, as text that no typing
	// tells further apart; "" is NULL. It is nil where they are not known.
	Values map[string]bool
	// Origins are the leaf columns that the value is computed from.
	Origins []Origin
	Place   finding.Place // where it is written or declared
}

// Origin is one column of the lineage of another.
type Origin struct {
	Relation string // unique_id
	Name     string // relation's name for people
	Column   string
	Class    Class // the weakest step on the way
}

// Key is an exported key.
type Key struct {
	Cols []int
	Lax  bool // rows with a NULL in the key are exempt
	// When is set for a key that holds only among rows that fulfil it.
	When     *When
	Steps    []Step // its proof, at most five steps
	Evidence *Evidence
	Strength finding.Strength
}

// When is a comparison of a column with a constant.
type When struct {
	Col int
	Op  string // =, in, is null, ...
	Lit string // normalised literal
}

// FD is an exported functional dependency.
type FD struct {
	From, To []int
	Steps    []Step
	Evidence *Evidence
}

// Ranges says that the ranges from column Lower to Upper do not overlap among
// rows that agree on Partition; with Closed set they do not touch either, with
// Proper set none is empty.
type Ranges struct {
	Lower, Upper   int
	Partition      []int
	Closed, Proper bool
	Step           Step
	Evidence       *Evidence
}

// ManySide says that several rows may share a value of column Col. With To set
// the values are those of a key of relation To.
type ManySide struct {
	Col   int
	To    string // unique_id
	Field string
	Step  Step
}

// Index returns the index of the column with comparison key fold, or -1.
func (s *Summary) Index(fold string) int {
	for i := range s.Columns { // a column is too large to be copied for this
		if s.Columns[i].Fold == fold {
			return i
		}
	}
	return -1
}

// Names returns the names of the columns at the given indexes.
func (s *Summary) Names(cols []int) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = s.Columns[c].Name
	}
	return out
}

// single is the evidence that there is one row at most.
func (s *Summary) single() *Evidence {
	for _, k := range s.Keys {
		if len(k.Cols) == 0 && k.When == nil {
			return k.Evidence
		}
	}
	return nil
}

// HasKey reports whether cols, with what they determine, hold a strict
// unconditional key, or themselves a lax one when lax is allowed.
func (s *Summary) HasKey(cols []int, lax bool) bool {
	within := func(k Key, cols []int) bool { return k.When == nil && subset(k.Cols, cols) }
	if slices.ContainsFunc(s.Keys, func(k Key) bool { return (lax || !k.Lax) && within(k, cols) }) {
		return true
	}
	all := s.closure(cols)
	return slices.ContainsFunc(s.Keys, func(k Key) bool { return !k.Lax && within(k, all) })
}

// closure returns the columns that cols determine, with those that have one
// value.
func (s *Summary) closure(cols []int) []int {
	known := slices.Clone(cols)
	for i := range s.Columns {
		if s.Columns[i].Const != "" {
			known = append(known, i)
		}
	}
	for grew := true; grew; {
		grew = false
		for _, f := range s.FDs {
			if subset(f.From, known) && !subset(f.To, known) {
				known, grew = append(known, f.To...), true
			}
		}
	}
	return known
}

// Grain returns the strongest, then narrowest strict key, or the strongest lax
// one; ok is false if no unconditional key is known.
func (s *Summary) Grain() (k Key, ok bool) {
	for _, c := range s.Keys {
		if c.When != nil {
			continue
		}
		if !ok || better(c, k) {
			k, ok = c, true
		}
	}
	return k, ok
}

func better(a, b Key) bool {
	if a.Lax != b.Lax {
		return !a.Lax
	}
	if len(a.Cols) != len(b.Cols) {
		return len(a.Cols) < len(b.Cols)
	}
	return a.Strength > b.Strength
}

// Tuple writes names as people write a key: `id`, or (`a`, `b`).
func Tuple(names []string) string { return proof.Tuple(names) }
