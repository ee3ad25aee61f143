package sema

import "slices"

// blames records in r the rows that this join repeats.
func (j *Join) blames(r *rel) {
	if j.nullLeft && j.nullRight {
		return
	}
	if j.Right.Status == FanOut {
		for _, t := range j.extLeft.tids {
			r.addDups(t, &blame{j, j.ext.tids, j.Right.several(j.ext)})
		}
	}
	if j.Left.Status == FanOut {
		for _, t := range j.ext.tids {
			r.addDups(t, &blame{j, j.extLeft.tids, j.Left.several(j.extLeft)})
		}
	}
}

// several returns the tuple ids of ext, the side that v judges as it leaves the
// join, of which a row of the other side may meet several: those that what is
// missing from the key belongs to, or all.
func (v *Verdict) several(ext *rel) set {
	var tids set
	for _, c := range v.missing {
		tids = tids.with(v.world.cols[c].tids...)
	}
	if ext.ren != nil {
		tids = ext.ren.set(tids)
	}
	if len(tids) == 0 || !tids.within(ext.tids) {
		return ext.tids
	}
	return tids
}

// absolve removes the blame that a later look at the join took back.
func (j *Join) absolve(r *rel) {
	for _, s := range []struct {
		v     Verdict
		tids  set
		added set
	}{{j.Right, j.extLeft.tids, j.ext.tids}, {j.Left, j.ext.tids, j.extLeft.tids}} {
		if s.v.Status == FanOut {
			continue
		}
		for _, t := range s.tids {
			r.setDups(t, slices.DeleteFunc(slices.Clone(r.dups[t]), func(b *blame) bool { return b.join == j && b.added.equal(s.added) }))
		}
	}
}
