package sema

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Answer is whether an incremental run leaves the table as a full refresh would.
type Answer uint8

const (
	Unknown Answer = iota // not known
	Equal
	Differs
	EqualIf // equal under conditions that nothing in the project states
)

// Arrival is what is assumed of the rows that arrive between two runs, by the
// column that a guard compares.
type Arrival uint8

const (
	InOrder Arrival = iota // none is earlier than the newest; several may share its value
	Later                  // each is later than all before
	Anytime                // one may be earlier than rows that are there
)

func (a Arrival) String() string {
	return [...]string{"no row arrives with an earlier `%s` than the newest that is there", "each row arrives with a later `%s` than all that are there", "rows arrive with any `%s`"}[a]
}

// Decision is the answer, with what it rests on.
type Decision struct {
	Answer Answer
	Load   Load // that it is about
	// Steps prove that the runs are equal, in the order of the proof.
	Steps []Step
	// Gap says in words why the proof cannot be made: what makes the table
	// differ, or what is not known. At is the place of it, Kind a name to count by.
	Gap  string
	At   finding.Place
	Kind string
	// Assumes are what the answer holds under, beside what is declared.
	Assumes []string
	// Untied is set when one of them is that no two rows are equal in the order of
	// a window function.
	Untied bool
	// Provided are the conditions of EqualIf: Steps and Assumes are of the proof
	// that rests on them.
	Provided []Condition
	// Otherwise is, for Differs, what would be equal: its answer is EqualIf.
	Otherwise *Decision
	// Example shows a difference; it is set whenever the answer is Differs.
	Example *Arrivals
}

// Load is how an incremental run puts its batch into the table.
type Load struct {
	Effect Effect
	// Key are the columns that rows are replaced by: the unique_key, or the
	// columns of the partition.
	Key []string
	// Unit truncates the only column of a partition key; empty if it is taken as
	// it is.
	Unit     string
	NullSafe bool
	// Predicates restrict the rows of the table that are replaced.
	Predicates []string
	// Partial is set when only some columns of a row are updated.
	Partial bool
	// Name is the strategy, for people.
	Name string
}

// Decide answers whether runs that load the model in batches give what one full
// refresh gives, for all arrivals as assumed.
//
// The contract: the first run is a full refresh over at least one row. Then rows
// arrive in the relations that guards restrict (in all, where nothing is
// guarded); none is changed or removed, and all other relations stay as they
// are. A proof leads to Equal. Where it fails, the query is executed over small
// arrivals that fulfil all declared facts: one that ends in different tables
// leads to Differs, and is the example. A proof that rests on conditions beside
// the contract leads to EqualIf, or tells of a difference what it takes. If there
// is neither, the answer is that it is not known.
func Decide(m *Model, l Load, a Arrival) Decision {
	p := &prover{m: m, load: l, arrival: a}
	gap := p.prove()
	if gap == nil {
		return p.decision(Equal)
	}
	d := Decision{Load: l, Gap: gap.text, Kind: gap.kind, At: gap.at, Assumes: p.assumes, Untied: p.untied}
	if a == InOrder && !gap.arrivals() {
		d.Example = search(m, l, Later) // one that needs no coincidence shows more
	}
	if d.Example == nil {
		d.Example = search(m, l, a)
	}
	granted, ok := conditional(m, l, a)
	switch {
	case d.Example != nil:
		d.Answer = Differs
		if ok {
			d.Otherwise = &granted
		}
	case ok:
		granted.Gap, granted.Kind, granted.At = d.Gap, d.Kind, d.At
		return granted
	}
	return d
}

// conditional proves with conditions; ok is false if they are not enough.
func conditional(m *Model, l Load, a Arrival) (d Decision, ok bool) {
	p := &prover{m: m, load: l, arrival: a, lenient: true}
	gap := p.prove()
	if gap != nil && gap.kind == "strict" && a == InOrder {
		p = &prover{m: m, load: l, arrival: Later, lenient: true}
		p.provided = append(p.provided, Condition{Kind: NoLater, Text: fmt.Sprintf(Later.String(), gap.on), On: gap.on})
		gap = p.prove()
	}
	if gap != nil || len(p.provided) == 0 {
		return Decision{}, false
	}
	return p.decision(EqualIf), true
}

// decision is what a proof that was made leads to.
func (p *prover) decision(a Answer) Decision {
	return Decision{Answer: a, Load: p.load, Steps: p.steps, Assumes: p.assumes, Untied: p.untied, Provided: p.provided}
}

// Refresh decides for the model as it is configured; ok is false if it is not
// known to be incremental.
func (m *Model) Refresh(a Arrival) (d Decision, ok bool) {
	if yes, known := m.IsIncremental(); !yes || !known {
		return Decision{}, false
	}
	if s := m.Strategy(); s.Name == "microbatch" && s.Known {
		b, gap := m.batches()
		if gap != "" {
			return Decision{Gap: gap, Kind: "strategy"}, true
		}
		return DecideBatches(m, Load{Effect: s.Effect, Name: s.Name}, b), true
	}
	l, gap := m.loading()
	if gap != "" {
		return Decision{Gap: gap, Kind: "strategy"}, true
	}
	return Decide(m, l, a), true
}

// Example returns the lines of an example in which runs of the model leave the
// table unlike a full refresh, for one of the given kinds of reasons; nil if there
// is none, or another reason comes first.
func (m *Model) Example(kinds ...string) []string {
	if m.decided == nil {
		d, _ := m.Refresh(InOrder)
		m.decided = &d
	}
	if m.decided.Answer != Differs || !slices.Contains(kinds, m.decided.Kind) {
		return nil
	}
	return m.decided.Example.Lines()
}

// gap is a step that a proof lacks.
type gap struct {
	kind, text string
	on         string // the column that rows arrive in the order of, if that makes it
	at         finding.Place
}

// arrivals reports whether only the order in which rows arrive makes the gap.
func (g *gap) arrivals() bool { return g.kind == "strict" || g.kind == "late" }

// prover proves that the runs of a model equal a refresh.
type prover struct {
	m       *Model
	w       *World // that an incremental run executes
	load    Load
	arrival Arrival
	guards  []*Guard
	// growing are the relations that rows arrive in, by identity.
	growing map[*Summary]bool
	streams []*stream
	steps   []Step
	assumes []string
	untied  bool // one of them is that orders have no ties
	// lenient lets the proof rest on conditions, which it provides.
	lenient  bool
	provided []Condition
	// order is a gap that only the order of arrivals makes: any other one says
	// more of the model.
	order *gap
}

func (p *prover) lacks(kind, text string, at sql.Node) *gap {
	g := &gap{kind: kind, text: text}
	if at != nil && p.w != nil {
		g.at = p.w.Place(at.Range())
	}
	return g
}

func (p *prover) step(text string, at sql.Span) {
	p.steps = append(p.steps, Step{Text: text, Place: p.w.Place(at)})
}

func (p *prover) assume(text string) {
	for _, a := range p.assumes {
		if a == text {
			return
		}
	}
	p.assumes = append(p.assumes, text)
}

// prove makes the proof; it returns the first step that is missing.
func (p *prover) prove() *gap {
	if g := p.worlds(); g != nil {
		return g
	}
	if p.m.Varies() {
		return p.lacks("query", "which query it is depends on a condition of the template that is not known", nil)
	}
	for _, g := range p.m.Guards() {
		if !g.Block.InExpr {
			p.guards = append(p.guards, g)
		}
	}
	if g := p.sameButGuards(p.m.Full().World); g != nil {
		return g
	}
	p.grow()
	if g := p.flow(); g != nil {
		return g
	}
	for _, s := range p.streams {
		if g := p.stream(s); g != nil {
			return g
		}
	}
	if g := p.loads(); g != nil {
		return g
	}
	p.contract()
	return p.order
}

// contract states what is assumed of the relations that the model reads.
func (p *prover) contract() {
	var out []string
	for _, grows := range []bool{true, false} {
		for _, s := range p.w.Scans {
			text := "`" + s.Relation.Name + "` does not change between the runs"
			if grows {
				text = "rows are added to `" + s.Relation.Name + "`, and none is changed or removed"
			}
			if !s.Relation.This && p.growing[s.Relation] == grows && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	p.assumes = append(out, p.assumes...)
}

// grow finds the relations that rows arrive in.
func (p *prover) grow() {
	p.growing = map[*Summary]bool{}
	for _, g := range p.guards {
		found := false
		for _, c := range slices.Concat(g.cols, p.looks(placed{Guard: g})) {
			leaf := p.leafOf(c)
			for _, s := range p.w.Scans {
				if leaf != nil && same(s.Relation, leaf.Relation) && !s.Relation.This {
					p.growing[s.Relation], found = true, true
				}
			}
		}
		for _, t := range g.rel.tids {
			if s := p.w.cols[p.w.root(t)].scan; !found && s != nil && !s.Relation.This {
				p.growing[s.Relation] = true // what it compares is not known
			}
		}
	}
	if len(p.guards) == 0 {
		for _, s := range p.w.Scans {
			p.growing[s.Relation] = !s.Relation.This
		}
	}
}

// same reports whether two summaries are of one relation.
func same(a, b *Summary) bool { return a == b || a.ID != "" && a.ID == b.ID && a.ID != "?" }

// grows reports whether rows arrive in what a scan reads, or it is the table.
func (p *prover) grows(s *Scan) bool { return p.growing[s.Relation] || s.Relation.This }

// sameButGuards compares the texts of the two worlds without the conditions
// that one of them has alone.
func (p *prover) sameButGuards(full *World) *gap {
	if p.w == full {
		return nil
	}
	var cut []sql.Span
	for _, g := range p.m.Guards() {
		cut = append(cut, g.Expr.Range())
	}
	if bare(full.Tree, nil) != bare(p.w.Tree, cut) {
		return p.lacks("worlds", "the queries of the two worlds differ by more than conditions", nil)
	}
	return nil
}

// bare is the words of a query without the spans, without comments, and without
// the words that join conditions.
func bare(t *sql.Tree, cut []sql.Span) string {
	b := []byte(t.Text)
	for _, s := range slices.Concat(cut, t.Comments) {
		for i := s.Start; i < s.End; i++ {
			b[i] = ' '
		}
	}
	var out []byte
	for i := 0; i < len(b); {
		if !wordByte(b[i]) {
			if b[i] > ' ' && b[i] != '(' && b[i] != ')' {
				out = append(out, b[i], ' ')
			}
			i++
			continue
		}
		j := i
		for j < len(b) && wordByte(b[j]) {
			j++
		}
		switch w := string(lower(b[i:j])); w {
		case "where", "and", "true":
		default:
			out = append(append(out, w...), ' ')
		}
		i = j
	}
	return string(out)
}

func wordByte(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func lower(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}
