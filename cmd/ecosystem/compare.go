package main

import (
	"cmp"
	"maps"
	"slices"
)

// comparison is one project as two builds see it.
type comparison struct {
	Project  string
	Old, New outcome
	// Appeared and Vanished are findings of one build only; Changed are those
	// of both whose severity differs, as the new build has them.
	Appeared, Vanished, Changed []finding
	Same                        int
}

// identity is what makes findings of two reports the same.
type identity struct{ path, fingerprint string }

// match compares the findings. Where a build gave no report nothing is said of
// findings: all of them would have appeared or vanished.
func (c *comparison) match() {
	if !c.Old.reported() || !c.New.reported() {
		return
	}
	old := map[identity][]finding{}
	for _, f := range c.Old.Findings {
		id := identity{f.Path, f.Fingerprint}
		old[id] = append(old[id], f)
	}
	for _, f := range c.New.Findings {
		id := identity{f.Path, f.Fingerprint}
		before := old[id]
		if len(before) == 0 {
			c.Appeared = append(c.Appeared, f)
			continue
		}
		old[id] = before[1:]
		if before[0].Severity == f.Severity {
			c.Same++
		} else {
			c.Changed = append(c.Changed, f)
		}
	}
	for _, rest := range old {
		c.Vanished = append(c.Vanished, rest...)
	}
	slices.SortStableFunc(c.Vanished, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Range.Start.Line, b.Range.Start.Line),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
}

func (o *outcome) reported() bool { return o.Crash == "" && o.Refuse == "" }

// crashAppeared reports whether the new build crashes where the old one did not.
func (c *comparison) crashAppeared() bool { return c.New.Crash != "" && c.Old.Crash == "" }

// placed is a finding with the project that it is in.
type placed struct {
	project string
	finding
}

// change is what became of one rule over all projects.
type change struct {
	code                        string
	appeared, vanished, changed []placed
}

// changes sums up the comparisons by rule, sorted by code.
func changes(all []*comparison) []*change {
	byCode := map[string]*change{}
	of := func(code string) *change {
		if byCode[code] == nil {
			byCode[code] = &change{code: code}
		}
		return byCode[code]
	}
	for _, c := range all {
		for _, f := range c.Appeared {
			of(f.Code).appeared = append(of(f.Code).appeared, placed{c.Project, f})
		}
		for _, f := range c.Vanished {
			of(f.Code).vanished = append(of(f.Code).vanished, placed{c.Project, f})
		}
		for _, f := range c.Changed {
			of(f.Code).changed = append(of(f.Code).changed, placed{c.Project, f})
		}
	}
	var out []*change
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		out = append(out, byCode[code])
	}
	return out
}

// spread takes at most n of the items, from as many projects as there are: one of
// each, then a second of each.
func spread[T any](all []T, project func(T) string, n int) []T {
	rank := map[string]int{}
	type ranked struct {
		round int
		item  T
	}
	var order []ranked
	for _, item := range all {
		order = append(order, ranked{rank[project(item)], item})
		rank[project(item)]++
	}
	slices.SortStableFunc(order, func(a, b ranked) int { return cmp.Compare(a.round, b.round) })
	var out []T
	for _, r := range order[:min(n, len(order))] {
		out = append(out, r.item)
	}
	return out
}
