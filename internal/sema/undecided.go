package sema

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// Undecided is a join of which it is not known how many rows a row meets, for
// want of a key of the relation it reads.
type Undecided struct {
	Relation string // unique_id
	Name     string
	On       []string // the columns that the join compares: a key of them decides
}

// undecided returns the joins of what the model runs that a single fact would
// decide.
func (m *Model) undecided() []Undecided {
	w := m.Run()
	if w == nil || w.truncated {
		return nil
	}
	var out []Undecided
	for _, j := range w.Joins {
		switch j.Kind {
		case sql.Inner, sql.Left, sql.Full:
		default:
			continue
		}
		v := j.Right
		if v.Status != NotKnown || j.Left.Status == Unique || j.Unsure || j.Elements || j.unread(rightSide) {
			continue
		}
		if v.relation == nil || v.relation.ID == "" || v.relation.ID == "?" || v.relation.This || len(v.On) == 0 {
			continue
		}
		cols, ok := j.leaves(rightSide)
		if ok {
			out = append(out, Undecided{v.relation.ID, v.relation.Name, cols})
		}
	}
	return out
}

// leaves returns the columns of the relation that side s of the join fixes, by
// their names there; ok is false when one is computed.
func (j *Join) leaves(s side) ([]string, bool) {
	f := j.fixed(s, nil)
	var out []string
	for _, c := range f.cols.with(f.safe...) {
		leaf := j.World.cols[c].leaf
		if leaf == nil {
			return nil, false
		}
		out = append(out, leaf.Column)
	}
	return out, true
}

// Want is a key that, if it were declared, would decide joins.
type Want struct {
	Undecided
	Joins int
}

// Wanted returns for each relation the key that decides most of the joins of
// the models, most useful first.
func Wanted(models map[string]*Model) []Want {
	byKey := map[string]*Want{}
	best := map[string]*Want{}
	for _, id := range slices.Sorted(maps.Keys(models)) {
		if models[id].Summary == nil {
			continue
		}
		for _, u := range models[id].Summary.Undecided {
			on := slices.Sorted(slices.Values(u.On))
			k := strings.ToLower(u.Relation + "\x00" + strings.Join(on, "\x00"))
			w := byKey[k]
			if w == nil {
				w = &Want{Undecided{u.Relation, u.Name, on}, 0}
				byKey[k] = w
			}
			w.Joins++
			if b := best[u.Relation]; b == nil || w.Joins > b.Joins {
				best[u.Relation] = w
			}
		}
	}
	out := make([]Want, 0, len(best))
	for _, id := range slices.Sorted(maps.Keys(best)) {
		out = append(out, *best[id])
	}
	slices.SortStableFunc(out, func(a, b Want) int { return b.Joins - a.Joins })
	return out
}
