package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// UnknownGrain says which declared key would let most joins be judged: one
// finding per relation, with the columns that most of its joins compare.
var UnknownGrain = lint.Rule{
	Meta: finding.Meta{Code: "FAN15", Name: "unknown-grain", Family: "joins", Severity: finding.Info,
		Summary: "a declared key would decide joins of which nothing is known", Needs: finding.NeedKeys, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Project: func(p *lint.Pass, pr *lint.Project) {
		for _, w := range sema.Wanted(pr.Models) {
			n := pr.Manifest.ByID[w.Relation]
			if n == nil || n.Package != pr.Manifest.Project.Root.Name {
				continue
			}
			f, at := n.File, source.Span{}
			if n.Patch != nil {
				f, at = n.Patch.File, n.Patch.Name
			}
			joins := "joins"
			if w.Joins == 1 {
				joins = "join"
			}
			p.ReportAt(f, at, "no key of `%s` is known; declaring %s unique would decide %d %s", w.Name, sema.Tuple(w.On), w.Joins, joins).
				On(n.ID).About(w.Name).Help("add a uniqueness test on %s, or `meta: {dbtvet: {assume: {unique: [...]}}}`", sema.Tuple(w.On)).Quiet("a uniqueness test, or an assumption under `meta`")
		}
	},
}
