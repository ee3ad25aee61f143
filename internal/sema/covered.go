package sema

import (
	"slices"

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
func (m *Model) Covered() bool { return len(m.Variants) > 0 && len(m.Unseen) == 0 && !m.Narrowed }
