package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Col is a column of one relation instance, visible or hidden. Ids are unique
// in one world and index world.cols: two scans of one table have different
// columns, and a column keeps its id while it is only renamed or passed on.
type Col int32

// Class is how a column's value follows from the columns it is computed from,
// strongest first.
type Class uint8

const (
	Identity  Class = iota // the same value
	Injective              // different inputs give different values: c + 1
	Hashed                 // injective but for collisions: md5, a surrogate key
	Monotone               // lossy, keeps the order: date_trunc
	Lossy                  // any other function of the inputs
	Grouped                // an aggregate over them
	Windowed               // a window function over them
	Opaque                 // anything else
)

var classes = [...]string{"identity", "injective", "hashed", "monotone", "lossy", "aggregate", "window", "opaque"}

func (c Class) String() string { return classes[c] }

// column is what is known of a Col wherever it appears.
type column struct {
	name string // for people; empty for an expression without a name
	in   []Col  // what it is computed from
	// tids are the tuple ids that the value is a function of: whoever knows
	// them knows the value.
	tids []Col
	// leaf is set for a column of a scanned relation.
	leaf *Leaf
	// nullFrom is the join that null-extends the column, when the id was minted
	// for the null-supplied side of an outer join.
	nullFrom *Join
	window   *windowCol
	expr     sql.Expr // the expression it was computed by, if any
	scan     *Scan    // for a tuple id: the scan it numbers, nil for an aggregate or a set operation
	lit      string   // normalised text of a literal
	pattern  string   // the expression with its inputs left out: equal patterns over equal inputs are equal
	from     Col      // the column it is a copy of: of a CTE's column, of one below an outer join or an aggregate; -1 if none
	via      *stage   // the relation that it is a copy in
	class    Class
	isTid    bool
	fixed    bool // one value in every row of every relation: a literal, an uncorrelated subquery
	volatile bool // random(), uuid(): no function of anything
	place    bool // the place of an element in its collection; NULL in one that has no order
	digits   bool // every value spells a whole number in one way
	teller   bool // a constant per branch of a UNION ALL, and another in each
	cutoff   bool // minted above an aggregate, DISTINCT or set operation: identity of value, not of rows
}

// windowCol is what a window function's column is known by.
type windowCol struct {
	fn        string
	partition []Col
	order     []Col
	desc      []bool
	whole     bool // partition and order are all plain columns that were bound
	call      *sql.Call
}

// Leaf is a column of a relation that the model reads.
type Leaf struct {
	Relation *Summary
	Column   string // as the relation spells it
	Index    int    // in Relation.Columns, -1 for a column that an open relation may have
}

// set is a small sorted set of columns. What is in one is never changed in place.
type set []Col

// newSet returns the set of cols, which it may keep.
func newSet(cols ...Col) set {
	for i := 1; i < len(cols); i++ {
		if cols[i-1] >= cols[i] {
			return set(slices.Clone(cols)).sorted()
		}
	}
	return slices.Clip(set(cols))
}

func (s set) has(c Col) bool {
	_, ok := slices.BinarySearch(s, c)
	return ok
}

func (s set) with(cols ...Col) set {
	if set(cols).within(s) {
		return s
	}
	out := make(set, 0, len(s)+len(cols))
	return append(append(out, s...), cols...).sorted()
}

// sorted makes a set of what may be out of order, in place.
func (s set) sorted() set {
	slices.Sort(s)
	return slices.Compact(s)
}

func (s set) without(c Col) set {
	i, ok := slices.BinarySearch(s, c)
	if !ok {
		return s
	}
	return slices.Delete(slices.Clone(s), i, i+1)
}

func (s set) equal(o set) bool { return slices.Equal(s, o) }

// minus returns s without the columns of o.
func (s set) minus(o set) set {
	return slices.DeleteFunc(slices.Clone(s), o.has)
}

// within reports whether every element of s is in o.
func (s set) within(o set) bool {
	for _, c := range s {
		if !o.has(c) {
			return false
		}
	}
	return true
}

func (s set) meets(o set) bool {
	for _, c := range s {
		if o.has(c) {
			return true
		}
	}
	return false
}

// constant reports whether the column has one value wherever it is computed.
func (c *column) constant() bool { return c.fixed }

// deterministic reports whether equal inputs give equal values.
func (c *column) deterministic() bool {
	return len(c.in) > 0 && c.class <= Lossy && !c.volatile && !c.cutoff
}
