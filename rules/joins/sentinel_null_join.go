package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SentinelNullJoin reports a join that matches rows without a value with each
// other, on a column that is unique only where it has one.
var SentinelNullJoin = lint.Rule{
	Meta: finding.Meta{Code: "FAN06", Name: "sentinel-null-join", Family: "joins", Severity: finding.Warning,
		Summary: "a join matches NULL with NULL, which no key makes unique", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, n := range w.NullMatches() {
			right := n.Join.RightName
			cond := strings.Join(strings.Fields(w.Text(n.Cond.Range())), " ")
			r := p.Report(n.Cond.Range(), "`%s` matches every row without `%s` with every row of `%s` without `%s`: it is unique only where it is not NULL", cond, n.Other, right, n.Column)
			r.Evidence("key", n.Steps...).About(n.Column, right)
			r.Help("compare `%s` with `=` as they are, or leave out the rows of `%s` without `%s`", n.Column, right, n.Column)
			r.Quiet("if `%s` always has a value, test it not null: this finding disappears", n.Column)
			if !n.Accuses() {
				r.Lower(finding.Info)
			}
		}
	},
}
