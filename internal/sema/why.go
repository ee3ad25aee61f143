package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// fact is a statement over columns of the world, with its evidence. What kinds of
// statements there are, and what their columns say, is told in package proof.
type fact struct {
	fd
	kind proof.Kind
	lit  string
}

// why is the evidence of a fact: the rule that it follows by, and what that rests
// on. It is kept short: what a proof says beside is found when it is written out
// (evidence.go).
type why struct {
	rule     proof.Rule
	strength finding.Strength // its own
	weak     finding.Strength // of all that it rests on; Unstated until it is asked for
	says     fact             // what it was first said of
	in       *stage           // where; nil until it is said
	span     sql.Span         // in the world's text
	word     string           // for the rule's sentence
	from     []fact
	// later finds what else it rests on, when that is asked for.
	later func(says fact) []fact
	given *given   // another relation's fact
	expr  *reading // what a condition or an expression says
}

// reading is an expression with what binds its names.
type reading struct {
	e  sql.Expr
	bd *binder
}

// given is a fact that another relation exports, with how its proof is printed.
type given struct {
	proof *Evidence
	steps []Step
}

// stage is a relation of the query as it comes out of one operator: what was said
// at a stage holds at those that are made of it, by the rules of the operator.
type stage struct {
	op       proof.Op
	of       [2]*stage
	more     []*stage // of a set operation
	scan     *Scan
	join     *Join
	tids     set
	cols     []Col
	rows     int              // of a list of literals
	branches [][]Col          // the columns of more in the order of cols
	lits     map[Col][]string // of literals: the values of a column, by row
	also     []*JoinCond      // of a join: what WHERE adds
	turn     *turn            // of PIVOT and UNPIVOT
}

// turn is what PIVOT and UNPIVOT are told, as in a proof.
type turn struct {
	in, reads, by []Col
	name          Col
	names         []string
	values        []Col
	nulls         bool
}

// because returns evidence that rests on the SQL at s and on other facts.
func (w *World) because(s sql.Span, rule proof.Rule, from ...fact) *why {
	return &why{rule: rule, span: s, strength: finding.Struct, from: from}
}

// worded returns y with a word for its sentence.
func (y *why) worded(word string) *why {
	y.word = word
	return y
}

// follows returns evidence for what the facts of r say together: that from
// determines other columns, where those of filled are not NULL.
func (w *World) follows(r *rel, filled set) *why {
	return &why{rule: proof.Known, strength: finding.Struct, later: func(says fact) []fact {
		return w.reachNotNull(r, says.from, filled).proof(newSet(says.to...))
	}}
}

// closureOf returns evidence that from determines to among the rows of r.
func (w *World) closureOf(r *rel, from set, to []Col) *why {
	return w.follows(r, nil).saying(dependency(fd{from: from, to: to}), r.at)
}

// premises returns what y rests on.
func (y *why) premises() []fact {
	if y.later != nil {
		y.from = append(y.from, y.later(y.says)...)
		y.later = nil
	}
	return y.from
}

// weakest returns the weakest strength on the way to y.
func (y *why) weakest() finding.Strength {
	switch {
	case y == nil:
		return finding.Struct
	case y.weak != finding.Unstated:
		return y.weak
	}
	y.weak = y.strength
	if y.given != nil {
		for _, s := range y.given.steps {
			y.weak = min(y.weak, s.Strength)
		}
	}
	for _, f := range y.premises() {
		y.weak = min(y.weak, f.why.weakest())
	}
	return y.weak
}

// saying returns evidence for f at stage at: y, unless that speaks of another
// fact already.
func (y *why) saying(f fact, at *stage) *why {
	f.why = nil
	switch {
	case y == nil:
		return nil
	case y.in == nil:
		y.says, y.in = f, at
		return y
	case y.says.same(f):
		return y
	}
	n := *y
	n.says, n.in = f, at
	return &n
}

// same reports whether two facts state the same.
func (f *fact) same(o fact) bool {
	return f.kind == o.kind && f.lax == o.lax && f.lit == o.lit && f.from.equal(o.from) && slices.Equal(f.to, o.to)
}

// dependency is f as a fact.
func dependency(f fd) fact { return fact{fd: f} }

// filledFact says that c is never NULL in r.
func (r *rel) filledFact(c Col) fact {
	return fact{fd: fd{to: []Col{c}, why: r.notNull[c]}, kind: proof.NotNull}
}

// constFact says that c is constant in r.
func (r *rel) constFact(c Col) fact {
	k := r.consts[c]
	return fact{fd: fd{to: []Col{c}, why: k.why}, kind: proof.Constant, lit: k.lit}
}

func (p pair) fact() fact {
	return fact{fd: fd{from: set{p.a}, to: []Col{p.b}, why: p.why}, kind: proof.Equal}
}

// fact states a key under a condition: the column that it is about comes last.
func (p *partialKey) fact() fact {
	to := append(slices.Clone([]Col(p.tids)), p.when.col)
	return fact{fd: fd{from: p.key.cols, to: to, lax: p.key.lax, why: p.key.why}, kind: proof.Partial, lit: p.when.op + " " + p.when.lit}
}

func (x *ranges) fact() fact {
	lit := ""
	if x.closed {
		lit = "closed"
	}
	return fact{fd: fd{from: x.partition, to: append([]Col{x.lower, x.upper}, x.tids...), why: x.why}, kind: proof.Exclusive, lit: lit}
}

func (c cond) fact() fact {
	return fact{fd: fd{to: []Col{c.col}, why: c.why}, kind: proof.Compare, lit: c.op + " " + c.lit}
}

// fill records that c is never NULL in r.
func (r *rel) fill(c Col, y *why) {
	r.setNotNull(c, y.saying(fact{fd: fd{to: []Col{c}}, kind: proof.NotNull}, r.at))
}

// fix records that c has one value in r.
func (r *rel) fix(c Col, k constant) {
	k.why = k.why.saying(fact{fd: fd{to: []Col{c}}, kind: proof.Constant, lit: k.lit}, r.at)
	r.setConst(c, k)
}

// equate records that a and b are equal in r.
func (r *rel) equate(a, b Col, y *why) {
	p := pair{a: a, b: b}
	p.why = y.saying(p.fact(), r.at)
	r.eq = append(r.eq, p)
}

// original returns the column that c is a copy of in the relation that it was
// minted in; 0 if it is none.
func (w *World) original(c Col) Col {
	switch col := &w.cols[c]; {
	case col.via == nil:
		return 0
	case col.from > 0:
		return col.from
	case len(col.in) == 1:
		return col.in[0]
	}
	return 0
}

// step returns the stage after at, of which each row is one of at.
func (at *stage) step() *stage { return &stage{op: proof.Part, of: [2]*stage{at}} }
