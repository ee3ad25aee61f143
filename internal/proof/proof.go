// Package proof holds proofs as data: what a fact about the rows of a relation
// rests on, step by step, each with the rule that it follows by, the facts that
// the rule needs, and the place in the project where it is written. It knows how
// to say a step in words, and nothing of how proofs are found. Package check
// reads them without trust.
//
// A proof speaks of columns and relations by number. Columns says how each
// column is made, Relations how each relation comes out of others: that is the
// syntax of the query, without a claim. A relation has tuple ids, hidden columns
// that tell its rows apart; to be a key is to determine them.
package proof

import (
	"github.com/dbtvet/dbtvet/internal/finding"
)

// Kind says what a fact states.
type Kind uint8

const (
	// Depends: rows that agree on From agree on To, NULLs being equal. If Lax is
	// set, among rows without NULL in From.
	Depends   Kind = iota
	NotNull        // To is never NULL
	Equal          // From and To are equal, and not NULL
	Constant       // To has one value in all rows, Lit if that is not empty
	Compare        // To is in the relation to a constant that Lit tells: "= 1", "is null"
	Meets          // of the relation with tuple ids To, a row of the join's other side meets at most one; From are the joined columns
	Apart          // no value of To in the one branch, From.. in the other, is the same
	Key            // From is a key of the table that the proof is about
	Exclusive      // the ranges from the first of To to the second exclude each other among rows that agree on From; the rest of To are tuple ids. Those of Lit "closed" do not touch
	Partial        // From is a key among the rows in which the last of To compares as Lit; the others are tuple ids
)

// Table stands for the relation that a proof is about as others see it: columns
// are numbered by their positions in it.
const Table = -1

// Fact is a statement about the rows of a relation.
type Fact struct {
	Kind     Kind
	In       int // in Proof.Relations, or Table
	From, To []int
	Lax      bool
	Lit      string
}

// Column is how the values of a column are made.
type Column struct {
	Name string // for people
	// Tids are the tuple ids that the value is a function of. A tuple id has
	// itself.
	Tids  []int
	IsTid bool
	// In are the columns that it is computed from, by an expression without
	// other inputs; Func is the outermost function or operator.
	In    []int
	Func  string
	Class string // identity, injective, hashed, monotone, lossy; or another
	Fixed bool   // one value in every row of every relation
	Lit   string // that value, if it is a literal
	// Volatile is set for a value that is another each time.
	Volatile bool
	Cut      bool // In are columns of the rows that the relation is computed from
	// From is the column that it is a copy of in relation Via; -1 if none.
	From, Via int
	// Leaf is the position in the relation that is read, -1 if it is no column of
	// one.
	Leaf   int
	Window *Window
	Lits   []string // the values in the rows of a list of literals
	Values []string // all values of a seed's column, where that matters
}

// Function reports whether the column is a function of In.
func (c *Column) Function() bool {
	switch c.Class {
	case "identity", "injective", "hashed", "monotone", "lossy":
		return len(c.In) > 0 && !c.Volatile && !c.Cut
	}
	return false
}

// Given reports whether the column is a literal other than NULL.
func (c *Column) Given() bool { return c.Fixed && c.Lit != "" && c.Lit != "null" }

// Window is a window function's column.
type Window struct {
	Func             string
	Partition, Order []int
}

// Relation is how the rows of a relation come out of those of others.
type Relation struct {
	Op   Op
	Of   []int // what it is made of
	Name string
	Tids []int
	Rows int   // of a list of literals
	Cols []int // what Op goes by: the grouped columns, the distinct ones, the rows outside of a lateral relation
	Join *Join
	// Branches are the columns that stand in the place of Cols in the relations of
	// Of beyond the first, whose rows are all rows of this one too.
	Branches [][]int
	Table    string // the identity of the table whose rows a Base reads, if it is known
	Turn     *Turn  // of PIVOT and UNPIVOT
}

// Turn is what PIVOT and UNPIVOT are told. PIVOT groups the rows that it is over by
// those of the columns In that it does not read, or by those of By, if there are
// any. UNPIVOT gives a row for each of Names, which column Name holds, with the
// value in one of Values.
type Turn struct {
	In, Reads, By []int
	Name          int
	Names         []string
	Values        []int
	Nulls         bool // UNPIVOT keeps NULL
}

// Op is an operator.
type Op uint8

const (
	Base    Op = iota // a relation with rows of its own
	Part              // rows of Of, perhaps fewer
	Product           // rows of Of side by side
	Semi              // rows of the first of Of, each beside one of the second
	First             // at most one row of Of
	Reading           // the rows of Of again: under columns of their own
	Outer             // the rows of Of, and a row of NULLs for what has no match
	Group             // a row for each group of Cols
	Sets              // a row for each group by one of several sets of Cols
	Unique            // the distinct rows of Of
	Union             // the rows of all of Of
	Lateral           // what Of gives for each row of the relations with tuple ids Cols
)

// Join is what a join compares.
type Join struct {
	Number int // in the query
	Conds  []Cond
	// Sides are the tuple ids of both sides, before the join.
	Left, Right []int
	// NullLeft and NullRight say which sides it supplies with NULLs.
	NullLeft, NullRight bool
	Single              bool // it takes one match by definition
	Read                bool // every condition is in Conds
}

// Cond is a condition of a join: an equality of L and R, or another one, which
// reads the columns In and is written as Expr.
type Cond struct {
	Equal    bool
	L, R     int
	NullSafe bool
	In       []int
	Expr     *Expr
}

// Expr is an expression, with the columns that it and its parts are. A query in it
// that does no more than choose among the rows of one relation is "query": Over is
// that relation, Args are the conditions, Col is the column that it gives.
type Expr struct {
	Op   string // =, and, is null, coalesce; col and lit for what has no parts
	Col  int    // the column that it is, -1 if none
	Lit  string
	Args []*Expr
	Over int
}

// Step is one step of a proof.
type Step struct {
	Rule Rule
	Says Fact
	From []int  // the steps that it rests on, all before it
	Of   int    // of what is exported: the relation that the query gives
	Text string // of a declaration
	// Word is what the rule's sentence needs beside the columns.
	Word     string
	Place    finding.Place
	Strength finding.Strength // of the step itself
	Expr     *Expr            // what a condition or an expression says
	Subs     []*Proof         // proofs of what other relations export
}

// Proof is a proof; its last step is what it proves.
type Proof struct {
	Name      string // of the relation that it is about
	Columns   []Column
	Relations []Relation
	// Out are the columns of Table, by position, and Names how they are called there.
	Out   []int
	Names []string
	Steps []Step
	// SkipsNull is set where concat() takes NULL for an empty text.
	SkipsNull bool
}

// Claim returns what is proven.
func (p *Proof) Claim() Fact { return p.Steps[len(p.Steps)-1].Says }

// Strength is that of the weakest fact.
func (p *Proof) Strength() finding.Strength {
	s := finding.Struct
	for i := range p.Steps {
		s = min(s, p.Steps[i].Strength)
		for _, sub := range p.Steps[i].Subs {
			s = min(s, sub.Strength())
		}
	}
	return s
}

// Sentences says the steps of the proof in words, those of the relations that it
// rests on among them; steps that are not printed are left out.
func (p *Proof) Sentences() []string {
	var out []string
	for i := range p.Steps {
		s := &p.Steps[i]
		were := len(out)
		for _, sub := range s.Subs {
			out = append(out, sub.Sentences()...)
		}
		var from []string
		for _, x := range s.Says.From {
			if s.Rule.Names() {
				from = append(from, p.Columns[x].Name)
			}
		}
		text := s.Text
		if s.Rule != Declared && (s.Rule != Imported || len(out) == were) {
			text = s.Rule.Sentence(from, s.Word)
		}
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}
