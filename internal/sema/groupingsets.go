package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// maxSets bounds the grouping sets that are written out.
const maxSets = 64

// leftOut notes that grouping sets can leave out expression e, whose column
// before grouping is c. Two expressions of one column are left out each on its
// own: after grouping, neither is the other.
func (b *Block) leftOut(c Col, e sql.Expr) {
	if !b.rollup() {
		return
	}
	text := strings.ToLower(b.World.Text(e.Range()))
	if b.setTexts == nil {
		b.setTexts = map[Col]string{}
	}
	if was, ok := b.setTexts[c]; ok && was != text {
		b.twice = b.twice.with(c)
	}
	b.setTexts[c] = text
}

// groupingSets returns the sets of columns that rows are grouped by, before
// grouping; ok is false when they are not all known.
func (b *Block) groupingSets() (sets []set, ok bool) {
	g := b.Select.GroupBy
	if g.All || g.WithTotals || len(g.Holes) > 0 {
		return nil, false
	}
	if g.WithRollup || g.WithCube {
		kind := sql.Rollup
		if g.WithCube {
			kind = sql.Cube
		}
		return b.setsOf(kind, g.Items)
	}
	sets = []set{nil}
	for _, e := range g.Items {
		more, ok := b.setsOfItem(e)
		if !ok {
			return nil, false
		}
		var next []set
		for _, s := range sets {
			for _, m := range more {
				next = append(next, s.with(m...))
			}
		}
		if sets = next; len(sets) > maxSets {
			return nil, false
		}
	}
	return sets, true
}

func (b *Block) setsOfItem(e sql.Expr) ([]set, bool) {
	if g, ok := sql.Unparen(e).(*sql.GroupingSets); ok {
		return b.setsOf(g.Kind, g.Sets)
	}
	cols, ok := b.groupItem(e)
	return []set{newSet(cols...)}, ok
}

// setsOf writes out ROLLUP, CUBE or GROUPING SETS over elements.
func (b *Block) setsOf(kind sql.GroupingKind, elements []sql.Expr) ([]set, bool) {
	var parts []set
	var out []set
	for _, e := range elements {
		sets, ok := b.setsOfItem(e)
		if !ok || kind != sql.Sets && len(sets) != 1 {
			return nil, false
		}
		parts, out = append(parts, sets[0]), append(out, sets...)
	}
	switch kind {
	case sql.Rollup:
		out = []set{nil}
		for i := range parts {
			out = append(out, out[i].with(parts[i]...))
		}
	case sql.Cube:
		out = []set{nil}
		for _, p := range parts {
			if len(out) > maxSets/2 {
				return nil, false
			}
			for _, s := range slices.Clone(out) {
				out = append(out, s.with(p...))
			}
		}
	}
	return out, len(out) <= maxSets
}

// regroupSets adds the key of rows grouped by several sets: the columns of all
// of them, with the set that a row belongs to. If the columns that some set
// leaves out are never NULL, their NULLs tell the set.
func (b *Block) regroupSets(out *rel) {
	w := b.World
	sets, ok := b.groupingSets()
	if !ok || len(b.twice) > 0 {
		return
	}
	var all, varying set
	for i, s := range sets {
		all = all.with(s...)
		if slices.ContainsFunc(sets[:i], s.equal) {
			return // a set that stands twice repeats its rows
		}
	}
	for _, c := range all {
		if slices.ContainsFunc(sets, func(s set) bool { return !s.has(c) }) {
			varying = varying.with(c)
		}
	}
	cols, ok := mapSet(b.post.groups, all)
	if !ok {
		return
	}
	b.setID = w.mint(column{name: "grouping set", class: Opaque, tids: b.groupTids()})
	b.varying = varying
	because := w.because(b.Select.GroupBy.Span, proof.GroupedSets).worded(Tuple(w.names(all)))
	out.addStrict(cols.with(b.setID), because)
	if !slices.ContainsFunc(varying, func(c Col) bool { return b.grouping.notNull[c] == nil }) {
		var filled []fact
		for _, c := range varying {
			filled = append(filled, b.grouping.filledFact(c))
		}
		nulls := w.because(b.Select.GroupBy.Span, proof.SetOfNulls, filled...).worded(Tuple(w.names(all)))
		out.addFD(fd{cols, []Col{b.setID}, false, nulls})
		out.addKey(key{cols: cols, why: nulls})
	}
}

// level notes that column c is GROUPING over the columns args: levels over all
// the columns that a set leaves out tell the set.
func (b *Block) level(c Col, args []Col) {
	if b.setID == 0 {
		return
	}
	b.levels, b.levelled = b.levels.with(c), b.levelled.with(args...)
	if b.varying.within(b.levelled) {
		b.rel.addFD(fd{b.levels, []Col{b.setID}, false, b.World.because(b.Select.GroupBy.Span, proof.Levels)})
	}
}
