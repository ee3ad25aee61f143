package check

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// rules say for each rule of inference whether the fact follows.
var rules = map[proof.Rule]func(c *checker, f *proof.Fact) bool{
	proof.Declared: nil, // asked of the project
	proof.Exported: (*checker).exported,
	proof.Imported: (*checker).imported,
	proof.Filled:   (*checker).strict,
	proof.Loaded:   (*checker).loaded,

	proof.Row:      (*checker).row,
	proof.Known:    (*checker).known,
	proof.Again:    (*checker).again,
	proof.Carried:  (*checker).again,
	proof.Extended: (*checker).extended,
	proof.Composed: (*checker).composed,
	proof.PerRow:   (*checker).perRow,
	proof.Beside:   (*checker).beside,

	proof.Single:    (*checker).single,
	proof.SingleRow: (*checker).once,
	proof.Once:      (*checker).once,
	proof.InRange:   (*checker).inRange,
	proof.Unmatched: (*checker).unmatched,
	proof.Looked:    (*checker).looked,
	proof.Matched:   (*checker).matched,
	proof.Chosen:    (*checker).chosen,
	proof.Rejected:  (*checker).rejected,
	proof.JoinedBy:  (*checker).joinedBy,
	proof.JoinedNN:  (*checker).joinedBy,
	proof.FullKey:   (*checker).fullKey,
	proof.FullValue: (*checker).fullValue,

	proof.Condition:  (*checker).condition,
	proof.Fallback:   (*checker).fallback,
	proof.Implied:    (*checker).implied,
	proof.Spread:     (*checker).spread,
	proof.Impossible: (*checker).impossible,
	proof.CountIsOne: (*checker).countIsOne,
	proof.Certain:    (*checker).certainValue,

	proof.Grouped:     (*checker).grouped,
	proof.Pivoted:     (*checker).pivoted,
	proof.Distinct:    (*checker).grouped,
	proof.DistinctOn:  (*checker).distinctOn,
	proof.OneGroup:    (*checker).oneGroup,
	proof.Collapsed:   (*checker).collapsed,
	proof.OfGroup:     (*checker).ofGroup,
	proof.AlsoIn:      (*checker).alsoIn,
	proof.Counted:     (*checker).counted,
	proof.GroupHasRow: (*checker).groupHasRow,
	proof.GroupedSets: (*checker).groupedSets,
	proof.SetOfNulls:  (*checker).setOfNulls,
	proof.Levels:      (*checker).levels,
	proof.LimitOne:    (*checker).limitOne,

	proof.RowNumber:       (*checker).rowNumber,
	proof.OneRowPartition: (*checker).oneRowPartition,
	proof.RowNumberValue:  (*checker).rankValue,
	proof.RankKey:         (*checker).rankKey,
	proof.RankValue:       (*checker).rankValue,
	proof.RankShared:      (*checker).shared,
	proof.PerPeer:         (*checker).shared,
	proof.PerPartition:    (*checker).perPartition,

	proof.Series:        (*checker).numbered,
	proof.Numbered:      (*checker).numbered,
	proof.Place:         (*checker).made,
	proof.Unpivoted:     (*checker).unpivoted,
	proof.UnpivotName:   (*checker).unpivotValue,
	proof.UnpivotFilled: (*checker).unpivotValue,

	proof.BranchKey:       (*checker).branches,
	proof.BranchDepends:   (*checker).branches,
	proof.BranchEqual:     (*checker).branchEqual,
	proof.BranchConstant:  (*checker).branchConstant,
	proof.BranchFilled:    (*checker).branchFilled,
	proof.ApartLiterals:   (*checker).apartLiterals,
	proof.ApartConditions: (*checker).apartConditions,
	proof.ApartNull:       (*checker).apartNull,
	proof.ApartSeeds:      (*checker).apartSeeds,
	proof.ApartFilter:     (*checker).apartFilter,

	proof.Differ:      (*checker).differ,
	proof.PairsDiffer: (*checker).differ,
	proof.Given:       (*checker).givenValues,
	proof.Alike:       (*checker).alike,
	proof.OneRow:      (*checker).oneRow,
}

func one(cols []int) bool { return len(cols) == 1 }

// row: the tuple id of a relation's own is not NULL.
func (c *checker) row(f *proof.Fact) bool {
	return f.Kind == proof.NotNull && one(f.To) && c.p.Columns[f.To[0]].IsTid && !c.outer(f.To[0])
}

// known: the closure of From holds To. Of a lax fact From is not NULL.
func (c *checker) known(f *proof.Fact) bool {
	var assumed []int
	if f.Lax {
		assumed = f.From
	}
	return f.Kind == proof.Depends && c.determines(f.In, f.From, f.To, assumed)
}

// again: the fact holds of what the columns are copies of, and is about values
// that the relation has from there.
func (c *checker) again(f *proof.Fact) bool {
	r := c.in()
	carried := r.Op == proof.Group || r.Op == proof.Unique
	if r.Op != proof.Reading && !carried || carried && (f.Kind == proof.Partial || f.Kind == proof.Exclusive) {
		return false
	}
	from, ok1 := c.copied(f.From, f.In)
	to, ok2 := c.copied(f.To, f.In)
	if carried && (!ok1 || !ok2) && f.Kind == proof.NotNull { // a step of a recursion
		to, ok1, ok2 = c.p.Columns[f.To[0]].In, true, c.p.Columns[f.To[0]].Via == f.In && one(c.p.Columns[f.To[0]].In)
	}
	return ok1 && ok2 && slices.ContainsFunc(c.premises(f.Kind, of(r)), func(p *proof.Fact) bool {
		return equal(p.From, from) && slices.Equal(p.To, to) && p.Lax == f.Lax && p.Lit == f.Lit
	})
}

// extended: a row of NULLs is added. A fact about rows that agree holds on if no
// real row agrees with it, as a column of From is never NULL among them.
func (c *checker) extended(f *proof.Fact) bool {
	r := c.in()
	at := of(r)
	if r.Op != proof.Outer || f.Kind != proof.Depends || len(f.From) == 0 {
		return false
	}
	from, ok1 := c.copied(f.From, f.In)
	to, ok2 := c.copied(f.To, f.In)
	if e := c.premise(proof.Equal, at); e != nil {
		return ok1 && ok2 && (equal(e.From, from) && equal(e.To, to) || equal(e.From, to) && equal(e.To, from)) ||
			f.Lax && c.beyond(f.From, f.To, e, f.In)
	}
	p := c.premise(proof.Depends, at)
	if p == nil || !ok1 || !ok2 || !within(to, p.To) || !within(from, p.From) {
		return false
	}
	var fixed []int // of one value other than NULL in all real rows
	for _, k := range c.premises(proof.Constant, at) {
		if k.Lit != "" && k.Lit != "null" {
			fixed = append(fixed, k.To...)
		}
	}
	if !within(p.From, append(fixed, from...)) {
		return false
	}
	filled := c.filled(at)
	return f.Lax || meets(from, filled) && (!p.Lax || within(from, filled))
}

// beyond: an equality with a column of a row beside a lateral relation holds
// where there is a match.
func (c *checker) beyond(from, to []int, e *proof.Fact, at int) bool {
	back := func(cols []int) []int {
		if b, ok := c.copied(cols, at); ok {
			return b
		}
		return cols
	}
	return equal(append(back(from), back(to)...), append(slices.Clone(e.From), e.To...))
}

// composed: the NULL-extended expression follows from its inputs.
func (c *checker) composed(f *proof.Fact) bool {
	r := c.in()
	from, ok1 := c.copied(f.From, f.In)
	to, ok2 := c.copied(f.To, f.In)
	if f.Kind != proof.Depends || r.Op != proof.Outer || !ok1 || !ok2 || !one(to) {
		return false
	}
	col := &c.p.Columns[to[0]]
	return col.Function() && within(col.In, from) && (f.Lax || meets(from, c.filled(of(r))))
}

// perRow: for one row of the other side of an outer join, what the NULL-supplied
// side says of its rows holds.
func (c *checker) perRow(f *proof.Fact) bool {
	r := c.in()
	if f.Kind != proof.Depends || f.Lax || len(r.Of) != 2 || r.Op != proof.Product {
		return false
	}
	for i, o := range r.Of {
		if c.rel(o).Op != proof.Outer {
			continue
		}
		p := c.premise(proof.Depends, of(c.rel(o)))
		back := func(cols []int) []int {
			out := slices.Clone(cols)
			for k, x := range cols {
				if c.p.Columns[x].Via == o {
					out[k] = c.p.Columns[x].From
				}
			}
			return out
		}
		if p != nil && !p.Lax && within(c.tids(r.Of[1-i]), f.From) && within(p.From, back(f.From)) && within(back(f.To), p.To) {
			return true
		}
	}
	return false
}

// beside: for one row beside a lateral relation, what it says of its rows holds.
func (c *checker) beside(f *proof.Fact) bool {
	r := c.in()
	p := c.premise(proof.Depends, of(r))
	return r.Op == proof.Lateral && f.Kind == proof.Depends && p != nil && within(p.From, f.From) && within(r.Cols, f.From) && within(f.To, p.To) && (f.Lax || !p.Lax)
}
