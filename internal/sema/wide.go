package sema

import (
	"slices"
	"strings"
)

// A tested key may hold more than it needs: what a merge finds its rows by
// together with the partition, what a chain writes an event down under, a second
// name of the same thing. That such a column is in the key does not show that
// the rest of it repeats.

// widens reports whether a column of a declared key may be there although the
// columns in part, which a join compares, are a key without it.
func (w *World) widens(c Col, part set) bool {
	name := w.colName(c)
	return w.storedBy(c) || recorded(name) ||
		slices.ContainsFunc(part, func(p Col) bool { return p != c && (w.freshMark(c) && w.freshMark(p) || sameThing(name, w.colName(p))) }) ||
		slices.Contains(labels, strings.ToLower(name))
}

// labels are column names that say how a thing is called or sorted, and do not
// tell things apart.
var labels = []string{"name", "label", "title", "symbol", "category", "description"}

// oneValue reports whether the query that c is read from gives it one value, which
// is written there. Rows of an earlier text of it may hold another.
func (w *World) oneValue(c Col) bool {
	leaf := w.cols[w.root(c)].leaf
	return leaf != nil && leaf.Index >= 0 && leaf.Relation.Columns[leaf.Index].Literal
}

// storedBy reports whether c is one of several columns which a relation makes of
// one time and is partitioned by: they follow from the time of the row.
func (w *World) storedBy(c Col) bool {
	leaf := w.cols[w.root(c)].leaf
	if leaf == nil || leaf.Index < 0 {
		return false
	}
	s := leaf.Relation
	alike := 0
	parted := false
	for i := range s.Columns {
		if i != leaf.Index && !sameOrigins(s.Columns[i].Origins, s.Columns[leaf.Index].Origins) {
			continue
		}
		alike++
		parted = parted || slices.ContainsFunc(s.Storage.Parts, func(p Part) bool { return p.Fold == s.Columns[i].Fold })
	}
	return alike > 1 && parted
}

// sameOrigins reports whether two columns are made of the same ones, row by row.
func sameOrigins(a, b []Origin) bool {
	return len(a) > 0 && len(a) == len(b) && !slices.ContainsFunc(a, func(x Origin) bool {
		return x.Class > Lossy || !slices.ContainsFunc(b, func(y Origin) bool { return y.Relation == x.Relation && y.Column == x.Column && y.Class <= Lossy })
	})
}

// recorded reports whether a name is that of the place of an event in a chain:
// evt_index, tx_hash, call_tx_hash.
func recorded(name string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(name), "_"), func(word string) bool { return word == "tx" || word == "evt" })
}

// identifiers are the last words of columns that identify what stands before
// them: pool_id and pool_address are two names of a pool.
var identifiers = []string{"id", "address", "key", "pk", "sk", "uuid", "guid", "code", "slug", "name", "number", "symbol", "hash"}

// sameThing reports whether two names identify one thing by their words.
func sameThing(a, b string) bool {
	x, ok := identified(a)
	y, too := identified(b)
	return ok && too && x == y
}

func identified(name string) (thing string, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i <= 0 || !slices.Contains(identifiers, strings.ToLower(name[i+1:])) {
		return "", false
	}
	return strings.ToLower(name[:i]), true
}
