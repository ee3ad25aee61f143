package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// judge computes the verdicts of both sides from the ON conditions.
func (j *Join) judge() {
	j.Right = j.verdict(rightSide, nil)
	j.Left = j.verdict(leftSide, nil)
}

// fixed are the columns of one side that a join's conditions fix for a row of
// the other side: to an expression over that row, or to a constant.
type fixed struct {
	cols set // by `=`: not NULL in a row that is met
	safe set // by a null-safe comparison
}

func (j *Join) fixed(s side, extra []*JoinCond) fixed {
	var f fixed
	for _, c := range slices.Concat(j.Conds, extra) {
		if c.eq == nil {
			continue
		}
		for _, x := range []struct {
			col  Col
			own  side
			rest side
		}{{c.eq.l, c.l, c.r}, {c.eq.r, c.r, c.l}} {
			if x.own != s || x.rest&s != 0 || x.rest == unsure {
				continue
			}
			if c.eq.nullSafe {
				f.safe = f.safe.with(x.col)
			} else {
				f.cols = f.cols.with(x.col)
			}
		}
	}
	return f
}

// verdict judges side s: how many of its rows a row of the other side can meet.
// extra are conditions from WHERE that hold for what the join lets through.
func (j *Join) verdict(s side, extra []*JoinCond) Verdict {
	w := j.World
	r, other, sources, name := j.right, j.left, j.rightSrc, j.RightName
	if s == leftSide {
		r, other, sources, name = j.left, j.right, j.sources[:len(j.sources)-len(j.rightSrc)], j.LeftName
	}
	v := Verdict{Side: name, world: w}
	if len(sources) == 1 && sources[0].scan != nil {
		v.relation = sources[0].scan.Relation
	}
	f := j.fixed(s, extra)
	at := &stage{op: proof.Product, of: [2]*stage{j.left.at, j.right.at}, join: j, also: extra}
	v.On = w.names(f.cols.with(f.safe...))
	switch {
	case s == rightSide && (j.Node != nil && (j.Node.Asof || j.Node.Any)):
		return v.unique(w.because(j.Span(), proof.Single), j.meets(s, extra), at)
	case r.card.Max <= 1:
		if one := w.reach(r, nil); one.all(r.tids) {
			y := w.because(j.Span(), proof.SingleRow, one.proof(r.tids)...)
			return v.unique(y.worded(name), j.meets(s, extra), at)
		}
	}
	// A lateral relation has facts about the row to its left.
	c := w.reachNotNull(r, f.cols.with(f.safe...).with(other.tids...), f.cols)
	if c.all(r.tids) {
		return v.unique(w.because(j.Span(), proof.Once, c.proof(r.tids)...), j.meets(s, extra), at)
	}
	if y, ok := j.inRange(s, r, f, extra); ok {
		return v.unique(y, j.meets(s, extra), at)
	}
	j.fanOut(&v, s, r, other, f, c)
	if v.Status == FanOut {
		v.Facing = w.names(j.facing(s, extra))
	}
	return v
}

// facing returns the columns that those of side s are compared with by equality.
func (j *Join) facing(s side, extra []*JoinCond) set {
	var out set
	for _, c := range slices.Concat(j.Conds, extra) {
		switch other := both &^ s; {
		case c.eq == nil:
		case c.l == s && c.r == other:
			out = out.with(c.eq.r)
		case c.r == s && c.l == other:
			out = out.with(c.eq.l)
		}
	}
	return out
}

// unique returns v with the proof y of what it meets at most once.
func (v Verdict) unique(y *why, meets fact, at *stage) Verdict {
	v.Status, v.why, v.meets = Unique, y.saying(meets, at), meets
	v.Strength = v.why.weakest()
	return v
}

// meets says that side s is met at most once.
func (j *Join) meets(s side, extra []*JoinCond) fact {
	f, r := j.fixed(s, extra), j.right
	if s == leftSide {
		r = j.left
	}
	return fact{fd: fd{from: f.cols.with(f.safe...), to: r.tids}, kind: proof.Meets}
}

func weakestOf(fs []fact) finding.Strength {
	s := finding.Struct
	for _, f := range fs {
		s = min(s, f.why.weakest())
	}
	return s
}

func (v *Verdict) because() *why {
	m := v.meets
	m.why = v.why
	return &why{rule: proof.Looked, strength: finding.Struct, word: v.Side, from: []fact{m}}
}

// fanOut looks for positive evidence that several rows of r are met. That no
// key is covered is not enough: a known key must contain the joined columns and
// more, or the rows of r must be known to repeat already.
func (j *Join) fanOut(v *Verdict, s side, r, other *rel, f fixed, c *reach) {
	v.Status, v.Reason = NotKnown, "no key of `"+v.Side+"` is known"
	if j.Unsure {
		v.Reason = "the join condition is not known in full"
		return
	}
	if s == rightSide && j.Elements {
		v.Status, v.Strength = FanOut, finding.Struct
		v.Reason = j.Block.elementOf[j.right.tids[0]]
		return
	}
	if j.unread(s) {
		v.Reason = "the join condition has a part that is not an equality"
		return
	}
	x := f.cols.with(f.safe...)
	if j.partOfKey(v, r, x, c) || j.manySide(v, s, r, other, x) || j.repeated(v, r, x, c) {
		v.Status = FanOut
		for col, k := range r.consts {
			v.Picked = v.Picked || v.picks(col, k.lit)
		}
		return
	}
	if len(r.keys) > 0 {
		v.Reason = "the join columns are in no known key of `" + v.Side + "`"
	}
}

// picks reports whether `c = lit` picks rows of the side judged: by a flag or a
// number, as in `where is_current`, `where rn = 1`, `where age_in_days = 28`. What
// it means is not known; it is mostly there to leave one row. Where a reference is
// all that speaks for several rows, any value picks: `status = 'accepted'`.
func (v *Verdict) picks(c Col, lit string) bool {
	return !v.world.cols[c].fixed && lit != "" && (v.refers || digits(lit) || strings.EqualFold(lit, "true"))
}

// unread reports whether a condition other than an equality restricts side s:
// a range, an OR, a function. It could make the rows unique.
func (j *Join) unread(s side) bool {
	for _, c := range j.Conds {
		if c.eq != nil && (c.l != both && c.r != both) {
			continue
		}
		if c.reads == both || c.reads == unsure {
			return true
		}
		if c.reads == s && c.eq == nil {
			if !j.World.harmless(c.Expr) {
				return true
			}
		}
	}
	return false
}

// harmless reports whether a filter on one side cannot make a composite key
// complete: `x is not null`, `x <> 'a'`.
func (w *World) harmless(e sql.Expr) bool {
	switch e := sql.Unparen(e).(type) {
	case *sql.Is:
		return e.What == sql.IsNull && e.Not
	case *sql.Binary:
		return e.Op == sql.OpNe
	}
	return false
}

// maxGrain is how many columns a join may leave out of a key that nobody declared:
// more are a row that DISTINCT or GROUP BY took whole, not what a row is one per.
const maxGrain = 4

// partOfKey: a known key of r contains the joined columns and at least one more.
func (j *Join) partOfKey(v *Verdict, r *rel, x set, c *reach) bool {
	w := j.World
	var free set // joined columns that are not constant anyway
	for _, col := range x {
		if _, konst := r.consts[col]; !konst && !w.cols[col].fixed {
			free = free.with(col)
		}
	}
	if len(free) == 0 {
		return false
	}
	for _, k := range bestKeys(r.keys) {
		if k.why == nil || len(k.cols) < 2 || c.all(k.cols) {
			continue
		}
		var part set
		for _, col := range free {
			if in, ok := w.inKey(r, col, k.cols); ok {
				part = part.with(in)
			}
		}
		var missing, varies set
		for _, col := range k.cols {
			if w.oneValue(col) {
				continue
			}
			if varies = varies.with(col); !c.known(col) {
				missing = missing.with(col)
			}
		}
		if len(missing) == 0 {
			continue
		}
		if len(part) == 0 || len(part) < len(free) && !w.determines(r, part, free) && !w.branches(missing) {
			continue
		}
		if w.sameDetail(r, part, missing) || w.inputsOf(x, missing) || len(missing) > maxGrain && !w.said(k.why, w.names(k.cols)) {
			continue
		}
		v.Key, v.Missing, v.Branches, v.missing = w.names(varies), w.names(missing), w.branches(missing), missing
		v.why, v.Strength = k.why, k.why.weakest()
		if v.declared() {
			v.Attributes = !slices.ContainsFunc(missing, func(m Col) bool { return !w.widens(m, part) })
		} else {
			v.Attributes = !slices.ContainsFunc(missing, w.ownGrain)
		}
		v.Reason = "`" + v.Side + "` is one row per " + Tuple(v.Key)
		return true
	}
	return false
}

// inputsOf reports whether the missing columns are what the joined ones are
// computed from: the join compares a form of the key, not a part of it.
func (w *World) inputsOf(joined, missing set) bool {
	for _, m := range missing {
		if !slices.ContainsFunc(joined, func(c Col) bool { return c != m && w.computed(c, m, 0) }) {
			return false
		}
	}
	return true
}

// computed reports whether c is an expression over m, or over expressions of it.
func (w *World) computed(c, m Col, depth int) bool {
	return depth < 20 && (c == m || slices.ContainsFunc(w.cols[c].in, func(in Col) bool { return w.computed(in, m, depth+1) }))
}

// tells reports whether c tells the branches of a UNION ALL apart.
func (w *World) tells(c Col) bool {
	r := &w.cols[w.root(c)]
	return r.teller || r.leaf != nil && r.leaf.Index >= 0 && r.leaf.Relation.Columns[r.leaf.Index].Teller
}

// freshMark reports whether c tells the branches of a UNION ALL apart, and is read
// from it as it is: what is grouped or made distinct by the mark of another model
// may be of one branch only.
func (w *World) freshMark(c Col) bool {
	merged := false
	for x := c; x > 0; x = w.cols[x].from {
		col := &w.cols[x]
		if col.teller {
			return true
		}
		merged = merged || col.cutoff
		if col.leaf != nil && col.leaf.Index >= 0 && col.leaf.Relation.Columns[col.leaf.Index].Teller {
			return !merged
		}
	}
	return false
}

// branches reports whether all that is missing from a key tells the branches of
// a UNION ALL apart: whatever else is compared, each branch may have a row.
func (w *World) branches(missing set) bool {
	return len(missing) > 0 && !slices.ContainsFunc(missing, func(c Col) bool { return !w.tells(c) })
}

// ownGrain reports whether a column tells rows apart by itself: it is a unit of
// time, a number of a row, the mark of a branch of a union, or the key of the
// relation that it comes from.
func (w *World) ownGrain(c Col) bool {
	col := &w.cols[w.root(c)]
	if col.class == Monotone || col.class == Windowed || w.freshMark(c) {
		return true
	}
	return col.leaf != nil && col.leaf.Index >= 0 && col.leaf.Relation.HasKey([]int{col.leaf.Index}, true)
}

// sameDetail reports whether what a key holds beyond the joined columns may be
// mere attributes of them: a structural key such as GROUP BY customer_id,
// customer_name is the key of a customer all the same. It is so when every
// column comes from one relation, and nothing says that a missing one names
// something: it is in no known key there, and refers to no other relation.
func (w *World) sameDetail(r *rel, part, missing set) bool {
	for _, m := range missing {
		col := w.root(m)
		if w.cols[col].class == Monotone || w.cols[col].leaf == nil {
			return false
		}
		for _, p := range part {
			pc := w.root(p)
			if w.cols[pc].leaf == nil || w.cols[pc].leaf.Relation != w.cols[col].leaf.Relation {
				return false
			}
		}
		if w.cols[col].leaf.Relation.names(w.cols[col].leaf.Index) {
			return false
		}
	}
	return true
}

// names reports whether a column names something: it is part of a key, or refers
// to one.
func (s *Summary) names(i int) bool {
	return slices.ContainsFunc(s.Keys, func(k Key) bool { return slices.Contains(k.Cols, i) }) ||
		slices.ContainsFunc(s.Many, func(m ManySide) bool { return m.Col == i })
}

// inKey returns the column of key that col is, or is equal to.
func (w *World) inKey(r *rel, col Col, key set) (Col, bool) {
	if key.has(col) {
		return col, true
	}
	for _, p := range r.eq {
		if p.a == col && key.has(p.b) {
			return p.b, true
		}
		if p.b == col && key.has(p.a) {
			return p.a, true
		}
	}
	return 0, false
}

func bestKeys(keys []key) []key {
	out := slices.Clone(keys)
	slices.SortStableFunc(out, func(a, b key) int {
		if d := len(a.cols) - len(b.cols); d != 0 {
			return d
		}
		return int(b.why.weakest()) - int(a.why.weakest())
	})
	return out
}

// manySide: the joined column of r has a relationships test to the key of the
// other side, which declares r the many side.
func (j *Join) manySide(v *Verdict, s side, r, other *rel, x set) bool {
	if len(x) != 1 {
		return false
	}
	w := j.World
	leaf := w.cols[w.root(x[0])].leaf
	if leaf == nil || leaf.Index < 0 {
		return false
	}
	var partner Col
	for _, c := range j.Conds {
		if c.eq != nil && (c.eq.l == x[0] || c.eq.r == x[0]) {
			partner = c.eq.l + c.eq.r - x[0]
		}
	}
	if partner == 0 {
		return false
	}
	to := w.cols[w.root(partner)].leaf
	for _, m := range leaf.Relation.Many {
		if m.Col != leaf.Index {
			continue
		}
		if m.To == "" {
			v.why = w.many(m, m.Step.Text)
			v.Strength, v.Key = m.Step.Strength, v.On
			v.Actual = m.Step.Strength == finding.Data && leaf.Relation.Type == "seed" && v.relation == leaf.Relation && len(r.conds) == 0
			v.Reason = m.Step.Text
			return true
		}
		if to != nil && m.To == to.Relation.ID && to.Index >= 0 && m.Field == to.Relation.Columns[to.Index].Fold && to.Relation.HasKey([]int{to.Index}, true) {
			v.why = w.many(m, "many rows of `"+leaf.Relation.Name+"` may have one `"+leaf.Column+"`")
			v.Strength, v.refers = m.Step.Strength, true
			v.Key = v.On
			v.Reason = "`" + leaf.Column + "` of `" + v.Side + "` refers to the key of `" + to.Relation.Name + "`"
			return true
		}
	}
	return false
}

// repeated: the joined columns belong to rows that an earlier join repeats.
func (j *Join) repeated(v *Verdict, r *rel, x set, c *reach) bool {
	for _, t := range sortedCols(r.dups) {
		if !r.tids.has(t) || !c.known(t) {
			continue
		}
		for _, b := range r.dups[t] {
			if c.all(b.by) || b.join == j {
				continue
			}
			prev := b.join.Right
			if b.join.Right.Status != FanOut {
				prev = b.join.Left
			}
			v.why, v.Strength = prev.why, prev.Strength
			v.Reason = "its rows are already repeated by the join to `" + prev.Side + "`"
			return true
		}
	}
	return false
}

// root follows a column to the one it is a copy of.
func (w *World) root(c Col) Col {
	for w.cols[c].from > 0 {
		c = w.cols[c].from
	}
	return c
}

// names returns the names of columns as people know them.
func (w *World) names(cols []Col) []string {
	out := make([]string, 0, len(cols))
	for _, c := range cols {
		out = append(out, w.colName(c))
	}
	return out
}

func (w *World) colName(c Col) string {
	for x := c; x > 0; x = w.cols[x].from {
		if n := w.cols[x].name; n != "" {
			return n
		}
		if e := w.cols[x].expr; e != nil {
			return oneLine(w.Text(e.Range()))
		}
	}
	return "?"
}

// Proof returns the evidence of a verdict as steps, weakest facts included.
func (v *Verdict) Proof() []Step {
	if v.world == nil {
		return nil
	}
	return v.world.steps([]fact{{fd: fd{why: v.why}}})
}

// many is evidence of what a relation says of rows that share a value.
func (w *World) many(m ManySide, text string) *why {
	return &why{rule: proof.Imported, strength: m.Step.Strength, word: text, given: &given{nil, []Step{m.Step}}}
}
