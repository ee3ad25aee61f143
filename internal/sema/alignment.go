package sema

import (
	"regexp"
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// alignment says whether a guard takes all rows or none of those that share some
// columns. What the prover of a Decision asks is the same, and it answers with a
// proof; here the two other answers count as well: that the guard surely takes a
// part, and that it cannot be told.
type alignment uint8

const (
	unrelated alignment = iota // the block does not read what the guard restricts
	aligned
	misaligned
	undecided
)

// alignment judges the guard for the rows of block b that share cols: groups, or
// the partitions of a window function. A column with a name that event matches may
// make one event of them, that arrives whole.
func (g *Guard) alignment(b *Block, cols []Col, event *regexp.Regexp) alignment {
	w, dom := g.World, g.rel
	if !g.below(b) {
		return unrelated
	}
	var group set
	timed := false // a column is a function of what the guard compares
	single := false
	base, left := w.truncation(g.left)
	for _, c := range cols {
		col := &w.cols[c]
		if col.class == Opaque || col.volatile {
			return undecided
		}
		d, ok := w.descend(c, dom.tids, 0)
		if ok {
			group = group.with(d...)
		} else if b != g.Block && !col.fixed {
			return undecided // a column that another relation brings in
		}
		gb, unit := w.truncation(c)
		if gb != base && !w.sameLeaf(gb, base) {
			if w.leadsTo(gb, base) {
				return undecided // made of what is compared
			}
			single = single || event.MatchString(w.colName(gb))
			continue
		}
		timed = true
		if left.functionOf(unit) || g.Op == sql.OpGe && g.boundary(g.Bound.Expr).functionOf(unit) {
			return aligned
		}
	}
	if b.Select.GroupBy != nil && len(b.Select.GroupBy.Holes) > 0 {
		return undecided
	}
	if w.reach(dom, group).known(g.left) || g.alone(b) {
		return aligned
	}
	if w.cols[g.left].class == Opaque || single || timed && !g.instantBound() {
		return undecided
	}
	return misaligned
}

// Names of columns, as people give them: of times; of one event; of the place of
// one event among others.
const (
	timeNames  = `(^|_)(at|ts|time|timestamp|date|day|datetime|hour|week|month|on)$|timestamp|_block$|block_number`
	eventNames = `(^|_)(hash|txid|uuid|guid|event_id|log_id|log_index|evt_index|trace_address|message_id|request_id|session_id)$`
	placeNames = `(^|_)(log_id|log_index|evt_index|trace_address)$`
)

var (
	timeName = regexp.MustCompile(`(?i)` + timeNames)
	// eventful matches columns that make a group one event, oneEvent those that do so
	// for the partitions of a window: these are often numbered because an event comes
	// twice.
	eventful = regexp.MustCompile(`(?i)` + timeNames + `|` + eventNames)
	oneEvent = regexp.MustCompile(`(?i)` + timeNames + `|` + placeNames)
)

// instantBound reports whether the bound is the maximum of a point in time,
// unchanged: it lies inside a day or month for sure.
func (g *Guard) instantBound() bool {
	w := g.World
	if g.Bound.Kind != ThisMax || g.Bound.Shifted || g.Bound.Column == nil || w.out == nil {
		return false
	}
	c, ok := w.out.named(w.Dialect.Fold(g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1]))
	if !ok {
		return false
	}
	base, unit := w.truncation(w.extreme(c))
	own, _ := w.truncation(g.left)
	return unit == instant && base == own
}

// below reports whether the rows that the guard restricts flow into block b:
// it is the guard's own block, or reads a column that descends from it.
func (g *Guard) below(b *Block) bool {
	if b == g.Block {
		return true
	}
	return slices.ContainsFunc(b.sources, g.feeds) && g.World.region(b.Select.From).contains(g.Expr.Range())
}

// feeds reports whether a relation of a later query has a column that descends
// from the rows that the guard restricts.
func (g *Guard) feeds(src *sourceRel) bool {
	w := g.World
	descends := func(c Col) bool {
		d, ok := w.descend(c, g.rel.tids, 0)
		return ok && len(d) > 0 && !w.cols[d[0]].fixed
	}
	if slices.ContainsFunc(src.rel.cols, func(c outCol) bool { return descends(c.col) }) {
		return true
	}
	return src.rel.open != nil && slices.ContainsFunc(sortedCols(src.rel.open.asked()), descends)
}

// cuts reports whether the guard takes rows away from a relation of block b.
func (g *Guard) cuts(b *Block, src *sourceRel) bool {
	if b == g.Block {
		return newSet(g.World.cols[g.left].tids...).meets(src.rel.tids)
	}
	return g.feeds(src)
}

// alone reports whether a group has at most one row of what the guard restricts,
// as behind a DISTINCT of what is grouped by: the guard chooses groups and cuts none.
func (g *Guard) alone(b *Block) bool {
	if b.grouping == nil {
		return false
	}
	fed, known := false, g.World.reach(b.grouping, newSet(b.groupPre...))
	for _, src := range b.sources {
		if g.cuts(b, src) {
			fed = true
			if !known.all(src.rel.tids) {
				return false
			}
		}
	}
	return fed
}

// descend follows column c down to columns of the rows with tuple ids dom: the
// column it is a copy of, or the inputs of a deterministic expression. ok is
// false when it does not lead there.
func (w *World) descend(c Col, dom set, depth int) ([]Col, bool) {
	for c > 0 && depth < 60 {
		col := &w.cols[c]
		if len(col.tids) > 0 && newSet(col.tids...).within(dom) {
			return []Col{c}, true
		}
		if col.fixed {
			return nil, true
		}
		if col.from <= 0 {
			break
		}
		c = col.from
		depth++
	}
	return nil, false
}
