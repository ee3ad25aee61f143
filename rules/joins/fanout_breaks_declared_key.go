package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// FanoutBreaksDeclaredKey reports a join that repeats the rows which a key of
// the model names: the model says that the key is unique, and the join says
// otherwise.
var FanoutBreaksDeclaredKey = lint.Rule{
	Meta: finding.Meta{Code: "FAN01", Name: "fanout-breaks-declared-key", Family: "joins", Severity: finding.Error,
		Summary: "a join repeats rows that the model declares unique", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		seen := map[*sema.Join]bool{}
		for _, b := range w.BrokenKeys(p.Model.Declared.Keys) {
			if seen[b.Join] {
				continue
			}
			seen[b.Join] = true
			r := p.Report(b.Join.Span(), "%s is declared unique, but the join to `%s` on %s can repeat it", sema.Tuple(b.Fact.Cols), b.Verdict.Side, at(w, b.Join, b.Verdict))
			r.Evidence("key", b.Fact.Step).Evidence("grain", b.Verdict.Proof()...).Note("blame", "%s", b.Verdict.Reason)
			r.Witness(b.Verdict.Witness(b.Rows, "")...).About(append(b.Fact.Cols, b.Verdict.Side)...)
			r.Help("aggregate or deduplicate `%s` to one row per %s before the join, or add its key to the model's", b.Verdict.Side, sema.Tuple(b.Verdict.On))
			quiet(r, b.Verdict)
			if !b.Verdict.Actual {
				r.Lower(finding.Warning)
			}
			if b.Fact.Step.Strength < finding.Tested {
				r.Lower(finding.Info)
			}
			graded(r, b.Verdict)
		}
	},
}

// keysOf returns the keys that a model declares, its unique_key included.
func keysOf(m *sema.Model) []sema.Fact {
	out := m.Declared.Keys
	if key, origin, known := m.Node.UniqueKey(); known && len(key) > 0 {
		if yes, _ := m.IsIncremental(); yes && m.Strategy().Effect == sema.Upsert {
			step := sema.Step{Text: sema.Tuple(key) + " is the unique_key of a merge", Strength: finding.Declared}
			step.Place.File, step.Place.Span = origin.File, origin.Span
			out = append(out[:len(out):len(out)], sema.Fact{Cols: key, Lax: true, Step: step, Kind: "unique_key"})
		}
	}
	return out
}
