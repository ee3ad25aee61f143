package sema

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Condition is what would have to hold of the rows, and nothing in the project
// states, for incremental runs to equal a refresh.
type Condition struct {
	Kind ConditionKind
	// Text says it for people.
	Text string
	// Relation is what Taken is about; Cols are its columns, or those of the
	// output, On the one that they determine.
	Relation *Summary
	Cols     []string
	On       string
}

// ConditionKind is what a condition is about.
type ConditionKind uint8

const (
	// Taken: rows of a relation that agree on Cols agree on On, whenever they
	// arrive.
	Taken ConditionKind = iota
	// OneRow: no two rows of a full refresh agree on Cols.
	OneRow
	// Together: rows of two relations that a join puts together pass the guards
	// of both in the same run, or of neither.
	Together
	// NoLater: each row arrives with a later value of On than all that are there.
	NoLater
	// AnyOrder: a call that picks among rows picks the same in each run.
	AnyOrder
	// InTime: a row is there when a run still computes its batch.
	InTime
)

// grant takes a condition for given, if the proof may rest on some.
func (p *prover) grant(c Condition) bool {
	if !p.lenient {
		return false
	}
	if !slices.ContainsFunc(p.provided, func(o Condition) bool { return o.Text == c.Text }) {
		p.provided = append(p.provided, c)
	}
	return true
}

// taken grants that a guard takes the rows together that agree on cols: they
// share the value that it compares.
func (p *prover) taken(s *stream, g placed, cols []Col) bool {
	w := p.w
	if !p.lenient || p.kindOf(g) != byBound || s.collapsedBefore(g.place) {
		return false
	}
	base, _, agg := p.bucketOf(s, g.left)
	source := set{s.scan.tid}
	if leaf := w.cols[base].leaf; leaf == nil || agg != "" || !newSet(w.cols[base].tids...).equal(source) {
		return false
	}
	var names []string
	for _, c := range cols {
		if x, ok := p.into(s, c, source); ok && w.cols[x].leaf != nil && !slices.Contains(names, w.cols[x].leaf.Column) {
			names = append(names, w.cols[x].leaf.Column)
		}
	}
	if len(names) == 0 {
		return false
	}
	on := w.cols[base].leaf.Column
	return p.grant(Condition{
		Kind: Taken, Relation: s.scan.Relation, Cols: names, On: on,
		Text: fmt.Sprintf("all rows of `%s` with one %s have one `%s`", s.scan.Relation.Name, Tuple(names), on),
	})
}

// sameInAnyOrder grants that a call picks the same of equal rows in each run.
func (p *prover) sameInAnyOrder(c *sql.Call) bool {
	if !p.grant(Condition{Kind: AnyOrder, Text: "`" + p.w.short(c) + "` gives the same for the same rows, in whatever order they are read"}) {
		return false
	}
	p.untied = true
	return true
}

// oneRow grants that the key is unique in a full refresh.
func (p *prover) oneRow() bool {
	return p.grant(Condition{Kind: OneRow, Cols: p.load.Key, Text: "no two rows of the query have one " + Tuple(p.load.Key)})
}
