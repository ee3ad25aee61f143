package lint

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Unlisted adds to a report of a ref that dbt's parse pass does not come to how
// the dependency can be named all the same.
func (r *Report) Unlisted(n *manifest.Node, e dbtctx.Event) *Report {
	ref := RefText(e)
	r.Help("add `-- depends_on: {{ %s }}` at the top of the model", ref).Quiet("a ref outside of the block, or the comment").About(e.Name)
	for _, c := range e.Chain {
		r.Related(c.File, c.Span, "`"+c.Name+"` is called here")
	}
	if len(e.Chain) == 0 && !n.Made {
		r.Fix(finding.Fix{Title: "name the dependency in a comment", Grade: finding.Safe, Edits: []finding.Edit{{File: e.Place.File, Span: source.At(n.Body.Start), New: "-- depends_on: {{ " + ref + " }}\n"}}})
	}
	return r
}

// RefText writes the call of a ref.
func RefText(e dbtctx.Event) string {
	text := "ref('" + strings.Join(e.Args, "', '") + "'"
	if e.Ver != "" {
		text += ", v='" + e.Ver + "'"
	}
	return text + ")"
}
