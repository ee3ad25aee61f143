package manifest

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
)

// Unlisted returns those of the refs that a render of n surely comes to whose
// nodes are not among the dependencies that dbt found in its parse pass: dbt
// stops there when it runs n. Each node is named once. Nothing is known of a node
// whose parse pass failed.
func (n *Node) Unlisted(events []dbtctx.Event) []dbtctx.Event {
	if len(n.Errors) > 0 {
		return nil
	}
	var out []dbtctx.Event
	for _, e := range events {
		if e.Kind != dbtctx.RefEvent || e.Undecided || e.Resolved == nil || e.Problem != nil || e.Resolved.UniqueID == n.ID || slices.Contains(n.DependsOn, e.Resolved.UniqueID) {
			continue
		}
		if !slices.ContainsFunc(out, func(o dbtctx.Event) bool { return o.Resolved.UniqueID == e.Resolved.UniqueID }) {
			out = append(out, e)
		}
	}
	return out
}
