package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// Undecided reports whether a place of the template is rendered only under a
// condition whose value is not known.
func (v *Variant) Undecided(p finding.Place) bool {
	for _, c := range v.Rendered.Conditions {
		if c.Unknown && (c.Then.Contains(p.Span) || c.Else.Contains(p.Span)) {
			return true
		}
	}
	return slices.ContainsFunc(v.Rendered.Forks, func(f jinja.MacroFork) bool { return f.Call.Contains(p.Span) })
}

// Covered reports whether every branch of the template, and every one of its
// macros that depends on something unknown, is in one of the worlds, but for
// those that a node which is never incremental does not come to.
func (m *Model) Covered() bool {
	taken := map[jinja.Fork][2]bool{}
	incremental, known := m.IsIncremental()
	never := known && !incremental
	all := func(yield func(jinja.Fork, jinja.Condition) bool) {
		for _, v := range m.Variants {
			for _, c := range v.Rendered.Conditions {
				if !yield(jinja.Fork{File: m.Node.File, Span: c.Span}, c) {
					return
				}
			}
			for _, f := range v.Rendered.Forks {
				if !yield(f.Fork, f.Condition) {
					return
				}
			}
		}
	}
	for f, c := range all {
		t := taken[f]
		_, settled := dbtctx.WithoutIncremental(c.Test)
		settled = settled && never
		taken[f] = [2]bool{t[0] || c.Taken[0] || settled, t[1] || c.Taken[1] || settled}
	}
	for f, c := range all {
		if t := taken[f]; c.Then.Len() > 0 && !t[1] || c.Else.Len() > 0 && !t[0] {
			return false
		}
	}
	return len(m.Variants) > 0
}
