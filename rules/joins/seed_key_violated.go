package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SeedKeyViolated reports a seed whose rows repeat a key that it declares: the
// test fails, and every join on the key multiplies rows.
var SeedKeyViolated = lint.Rule{
	Meta: finding.Meta{Code: "FAN16", Name: "seed-key-violated", Family: "joins", Severity: finding.Error,
		Summary: "the rows of a seed repeat a key that it declares", Needs: finding.NeedGraph, Since: "0.1.0"},
	Project: func(p *lint.Pass, pr *lint.Project) {
		for n := range pr.Manifest.All(manifest.Seed) {
			if n.Package != pr.Manifest.Project.Root.Name || !n.Enabled {
				continue
			}
			for _, t := range sema.Violated(n.Seed, sema.Declare(n, pr.Dialect).Keys, pr.Dialect) {
				r := p.ReportAt(n.Seed.File, t.Second.Span, "%s is declared unique, but two rows have %s", sema.Tuple(t.Fact.Cols), t.Values)
				r.On(n.ID).Evidence("key", t.Fact.Step).Related(n.Seed.File, t.First.Span, "the first of them")
				if t.More > 0 {
					r.Note("more", "%d more rows repeat a value", t.More)
				}
				r.Help("remove the double rows, or declare the key that the rows have").Quiet("rows that differ in the declared key").About(t.Fact.Cols...)
				if t.Fact.Step.Strength < finding.Tested {
					r.Lower(finding.Warning)
				}
			}
		}
	},
}
