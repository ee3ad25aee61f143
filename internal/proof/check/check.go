// Package check reads proofs without trust: it derives the fact of each step anew
// from the facts that the step rests on and from how columns and relations are
// made, by the one rule that the step names. It shares no code with what finds
// proofs.
//
// What it takes from the proof unproven is syntax: which columns an expression
// reads, how relations are put together, what a condition, a range join, a PIVOT or
// a filter by a subquery says. Whether a declaration stands in the project, and
// which way of loading a model uses, is asked of the project. Of elements of a
// collection it checks no more than their shape.
//
// Only what is claimed to hold has a proof. That a join can multiply rows rests on
// the absence of a key, of which there is none: its evidence is the pair of rows
// that is printed with it, which fulfils all that is declared and doubles the row.
// internal/oracle loads such pairs into DuckDB and runs the join.
package check

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// Declared says whether the project declares what a step states: a test, a
// constraint, a configuration, the rows of a seed; nil if it does.
type Declared func(p *proof.Proof, s *proof.Step) error

// Proof returns nil if every step of p follows, and else which does not.
func Proof(p *proof.Proof, declared Declared) error {
	if p == nil || len(p.Steps) == 0 {
		return fmt.Errorf("there is no proof")
	}
	c := &checker{p: p, declared: declared}
	for i := range p.Steps {
		if err := c.step(i); err != nil {
			return fmt.Errorf("step %d of %d: rule %d does not give %+v: %w", i+1, len(p.Steps), p.Steps[i].Rule, p.Steps[i].Says, err)
		}
	}
	return nil
}

// checker checks the steps of one proof.
type checker struct {
	p        *proof.Proof
	declared Declared
	s        *proof.Step // the step that is checked
}

func (c *checker) step(i int) error {
	c.s = &c.p.Steps[i]
	for _, k := range c.s.From {
		if k < 0 || k >= i {
			return fmt.Errorf("it rests on what comes later")
		}
	}
	for _, sub := range c.s.Subs {
		if err := Proof(sub, c.declared); err != nil {
			return fmt.Errorf("of %s: %w", sub.Name, err)
		}
	}
	f := &c.s.Says
	for _, x := range slices.Concat(f.From, f.To) {
		if x < 0 || f.In != proof.Table && x >= len(c.p.Columns) {
			return fmt.Errorf("there is no column %d", x)
		}
	}
	if !c.wellFormed(f) {
		return fmt.Errorf("it states nothing")
	}
	follows, ok := rules[c.s.Rule]
	if !ok {
		return fmt.Errorf("there is no such rule")
	}
	if c.s.Rule == proof.Declared || c.s.Rule == proof.Imported && len(c.s.Subs) == 0 {
		return c.declared(c.p, c.s)
	}
	if c.s.Rule == proof.Imported && len(c.s.Subs) != 1 || !follows(c, f) {
		return fmt.Errorf("it does not follow")
	}
	return nil
}

// wellFormed reports whether a fact has the columns that its kind asks for, and is
// about a relation of the query, or about the table where the rule is one of
// tables.
func (c *checker) wellFormed(f *proof.Fact) bool {
	table := slices.Contains([]proof.Rule{proof.Declared, proof.Exported, proof.Filled, proof.Loaded}, c.s.Rule)
	if table != (f.In == proof.Table) || f.In != proof.Table && f.In != nowhere && (f.In < 0 || f.In >= len(c.p.Relations)) || f.In == nowhere && c.s.Rule != proof.Row {
		return false
	}
	switch f.Kind {
	case proof.NotNull, proof.Constant, proof.Compare:
		return len(f.From) == 0 && len(f.To) == 1
	case proof.Equal:
		return len(f.From) == 1 && len(f.To) == 1
	case proof.Partial:
		return len(f.To) > 0
	case proof.Exclusive:
		return len(f.To) > 1
	}
	return true
}

// premises returns the facts of the given kind that the step rests on and that
// hold at relation at.
func (c *checker) premises(kind proof.Kind, at int) []*proof.Fact {
	var out []*proof.Fact
	for _, i := range c.s.From {
		if f := &c.p.Steps[i].Says; f.Kind == kind && c.holds(f, at) {
			out = append(out, f)
		}
	}
	return out
}

// premise returns the first of them.
func (c *checker) premise(kind proof.Kind, at int) *proof.Fact {
	if all := c.premises(kind, at); len(all) > 0 {
		return all[0]
	}
	return nil
}

// holds reports whether f, which is said of the relation f.In, holds at another:
// one whose rows are made of rows of the first.
func (c *checker) holds(f *proof.Fact, at int) bool {
	if f.Kind == proof.Depends && len(c.varying(append(slices.Clone(f.From), f.To...))) == 0 {
		return true // of values that are the same in every row
	}
	if f.In == nowhere {
		return true // of a relation's own tuple id, wherever it has a row
	}
	if at < 0 || at >= len(c.p.Relations) {
		return false
	}
	r := &c.p.Relations[at]
	if f.Kind == proof.NotNull && c.p.Columns[f.To[0]].Given() {
		return true // a literal, wherever it stands
	}
	if f.In == at {
		return true
	}
	if one := f.Kind == proof.NotNull || f.Kind == proof.Constant; one && c.p.Columns[f.To[0]].Fixed && (r.Op == proof.Reading || r.Op == proof.Unique || r.Op == proof.Group && len(r.Cols) > 0) {
		return c.holds(f, of(r)) // one value, for each row made of one that it holds for
	}
	switch r.Op {
	case proof.Part, proof.First, proof.Product, proof.Semi:
	case proof.Lateral:
		if f.Kind == proof.Depends {
			return false // it holds for each row beside it
		}
	default:
		return false
	}
	return slices.ContainsFunc(r.Of, func(o int) bool { return c.holds(f, o) })
}

// nowhere is the relation of what is said of no relation in particular.
const nowhere = -2

func (c *checker) rel(i int) *proof.Relation {
	if i < 0 || i >= len(c.p.Relations) {
		return &proof.Relation{Op: 255}
	}
	return &c.p.Relations[i]
}

// in is the relation that the step speaks of.
func (c *checker) in() *proof.Relation { return c.rel(c.s.Says.In) }

// of returns the number of the first relation that r is made of.
func of(r *proof.Relation) int {
	if len(r.Of) == 0 {
		return nowhere
	}
	return r.Of[0]
}

// tids returns the tuple ids that tell the rows of a relation apart.
func (c *checker) tids(at int) []int {
	r := c.rel(at)
	switch r.Op {
	case proof.Part, proof.First, proof.Semi:
		return slices.Concat(c.tids(of(r)), r.Tids)
	case proof.Product:
		return slices.Concat(c.tids(r.Of[0]), c.tids(r.Of[1]))
	}
	return r.Tids
}

// copied returns the columns that cols are copies of in relation at; those of one
// value everywhere are copies of themselves.
func (c *checker) copied(cols []int, at int) ([]int, bool) {
	out := make([]int, len(cols))
	for i, x := range cols {
		col := &c.p.Columns[x]
		switch {
		case col.Via == at && col.From >= 0:
			out[i] = col.From
		case col.Fixed:
			out[i] = x
		default:
			return nil, false
		}
	}
	return out, true
}

func within(a, b []int) bool {
	return !slices.ContainsFunc(a, func(x int) bool { return !slices.Contains(b, x) })
}

func equal(a, b []int) bool { return within(a, b) && within(b, a) }

func meets(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}

// varying returns cols without those of one value everywhere.
func (c *checker) varying(cols []int) []int {
	return slices.DeleteFunc(slices.Clone(cols), func(x int) bool { return c.p.Columns[x].Fixed })
}

// filled returns the columns that the step's premises say are never NULL at
// relation at.
func (c *checker) filled(at int) []int {
	var out []int
	for _, f := range c.premises(proof.NotNull, at) {
		out = append(out, f.To...)
	}
	for _, f := range c.premises(proof.Equal, at) {
		out = append(append(out, f.From...), f.To...)
	}
	return out
}
