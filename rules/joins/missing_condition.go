package joins

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// combineOptions are the options of MissingCondition.
type combineOptions struct {
	// Allow are patterns of relations, as the query calls them, that are joined to
	// every row on purpose.
	Allow []string `json:"allow" jsonschema:"patterns of names of relations that are joined to every row on purpose, besides calendars and the like"`
}

func (o *combineOptions) allows(name string) bool {
	return slices.ContainsFunc(o.Allow, func(p string) bool {
		ok, _ := path.Match(strings.ToLower(p), strings.ToLower(name))
		return ok
	})
}

// MissingCondition reports a join whose condition does not connect its two
// sides: a constant, the columns of one side, a column compared with itself.
var MissingCondition = lint.Rule{
	Meta: finding.Meta{Code: "FAN05", Name: "constant-or-missing-condition", Family: "joins", Severity: finding.Error,
		Summary: "a join condition does not connect the two sides", Needs: finding.NeedColumns, Since: "0.1.0"},
	Options: func() any { return &combineOptions{} },
	World: func(p *lint.Pass, w *sema.World) {
		o := lint.Options[combineOptions](p)
		for _, j := range w.Joins {
			if self, ok := j.SelfCompared(); ok {
				p.Report(self.Range(), "the join to `%s` compares `%s` with itself", j.RightName, w.Text(self.Range())).
					Note("blame", "every row of one side meets every row of the other that has a value there").
					Help("compare a column of `%s` with one of `%s`", j.LeftName, j.RightName).
					Quiet("write CROSS JOIN if every combination is meant").About(j.LeftName, j.RightName)
				continue
			}
			if !j.Unconnected() || builder.MatchString(j.LeftName) || builder.MatchString(j.RightName) || o.allows(j.LeftName) || o.allows(j.RightName) {
				continue
			}
			what := "the condition of the join to `%s` does not connect the two sides"
			if j.Node.Comma {
				what = "`%s` is joined by a comma and no condition connects it"
			} else if j.Node.On == nil {
				what = "the join to `%s` has no condition"
			}
			r := p.Report(j.Span(), what, j.RightName).Lower(finding.Warning)
			if j.Chosen() {
				r.Lower(finding.Info)
			}
			r.Note("blame", "every row of `%s` meets every row of `%s` that passes", j.LeftName, j.RightName).
				Help("compare a column of `%s` with one of `%s`", j.LeftName, j.RightName).
				Quiet("write CROSS JOIN if every combination is meant, or let one side have a single row").About(j.LeftName, j.RightName)
		}
	},
}

// builder matches relations that are joined to every row on purpose: calendars,
// number lists, parameter tables.
var builder = regexp.MustCompile(`(?i)spine|calendar|dates|days|weeks|months|numbers|generat|sequence|param|setting|config|constant|bounds|range|scaffold|\bdim_date|date_dim|latest|last_|max_|min_|current_|today`)
