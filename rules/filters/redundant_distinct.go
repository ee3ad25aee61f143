package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// RedundantDistinct notes a DISTINCT that removes nothing, since a key is among
// its columns, and a UNION of rows that are all different.
var RedundantDistinct = lint.Rule{
	Meta: finding.Meta{Code: "FLT11", Name: "redundant-distinct", Family: "filters", Severity: finding.Info,
		Summary: "DISTINCT over rows that a key already tells apart", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, d := range w.NeedlessDistinct() {
			s := d.Block.Select
			at, what := sql.Span{Start: s.Start, End: min(s.End, s.Start+int32(len("select distinct")))}, "DISTINCT"
			if d.Group {
				at, what = s.GroupBy.Range(), "GROUP BY"
			}
			r := p.Report(at, "%s removes nothing: the rows are unique on %s", what, sema.Tuple(d.Key))
			r.Evidence("key", d.Steps...).Help("take %s out", what).Quiet("a select list without %s", sema.Tuple(d.Key)).About(d.Key...)
		}
		for _, u := range w.NeedlessUnions() {
			r := p.Report(u.Op, "UNION removes nothing: %s tells its branches apart, and the rows of each are unique", sema.Tuple(u.Marks))
			r.Evidence("key", u.Steps...).Help("write UNION ALL").Quiet("branches that may have a row in common").About(append([]string{"union"}, u.Marks...)...)
		}
	},
}
