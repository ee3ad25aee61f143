package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// DedupeNotDeduping reports a deduplication that leaves several rows of a key
// that the model declares: a rank with ties, or one row per something finer. A
// DISTINCT over more than the key only informs: the other columns may well be the
// same in all rows of one key, although nothing says so.
var DedupeNotDeduping = lint.Rule{
	Meta: finding.Meta{Code: "FAN11", Name: "dedupe-not-deduping", Family: "joins", Severity: finding.Warning,
		Summary: "a deduplication leaves several rows of the declared key", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, d := range w.Ranked(keysOf(p.Model)) {
			key := sema.Tuple(d.Fact.Cols)
			var r *lint.Report
			if d.Ties {
				r = p.Report(d.Filter.Expr.Range(), "%s is declared unique, but `%s()` keeps every row that ties for the first place in %s", key, d.Fn(), names(d.Order))
				r.Help("use row_number(), with a column in its ORDER BY that breaks ties").Quiet("an ORDER BY that a known key completes")
			} else {
				r = p.Report(d.Filter.Expr.Range(), "%s is declared unique, but one row is kept per %s", key, sema.Tuple(d.Partition))
				r.Help("take %s out of PARTITION BY, or add it to the declared key", names(d.Finer)).Quiet("the declared key, with %s added", names(d.Finer))
			}
			r.Evidence("key", d.Fact.Step).Evidence("window", sema.Step{Text: "the ranking", Place: w.Place(d.Window.Call.Span), Strength: finding.Struct})
			r.About(d.Fact.Cols...)
			if d.Fact.Step.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
		}
		for _, d := range w.LooseDistincts(keysOf(p.Model)) {
			key, s := sema.Tuple(d.Fact.Cols), d.Block.Select
			at := sql.Span{Start: s.Start, End: min(s.End, s.Start+int32(len("select distinct")))}
			r := p.Report(at, "%s is declared unique, but DISTINCT leaves one row of it only where all that it has agree on %s: there is one for each %s below", key, names(first(d.Varying, 3)), sema.Tuple(d.Rows))
			r.Evidence("key", d.Fact.Step).Evidence("rows", d.Steps...).About(d.Fact.Cols...).Lower(finding.Info)
			r.Help("choose one row per %s with row_number(), or aggregate the other columns", key).Quiet("DISTINCT over %s alone, or the declared key with what else tells rows apart", key)
		}
	},
}
