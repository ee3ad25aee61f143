package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SnapshotKey reports a snapshot without a unique_key, or with one that a join
// of its query repeats.
var SnapshotKey = lint.Rule{
	Meta: finding.Meta{Code: "UK21", Name: "snapshot-key", Family: "keys", Severity: finding.Error,
		Summary: "a snapshot has no unique_key, or one that repeats", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if m.Node.Type != manifest.Snapshot {
			return
		}
		key, origin, known := m.Node.UniqueKey()
		strategy, sure := m.Node.Strategy()
		switch {
		case !known || !sure:
		case len(key) == 0 && (strategy == "timestamp" || strategy == "check"):
			r := at(p, m, origin, "the snapshot has no `unique_key`: dbt does not run it")
			r.Help("set `unique_key` to the columns that identify a row").Quiet("a `unique_key`")
		case len(key) > 0 && m.Run() != nil:
			repeated(p, m, key, origin)
		}
	},
}

func repeated(p *lint.Pass, m *sema.Model, key []string, origin manifest.Origin) {
	run := m.Run()
	step := sema.Step{Text: sema.Tuple(key) + " is the snapshot's `unique_key`", Place: finding.Place{File: origin.File, Span: origin.Span}, Strength: finding.Declared}
	for _, b := range run.BrokenKeys([]sema.Fact{{Cols: key, Lax: true, Step: step, Kind: "unique_key"}}) {
		r := p.ReportIn(run.Rendered, b.Join.Span(), "the snapshot tells rows apart by %s, but the join to `%s` can repeat it: each copy becomes a version of the others", sema.Tuple(key), b.Verdict.Side)
		r.Evidence("grain", b.Verdict.Proof()...).Note("blame", "%s", b.Verdict.Reason)
		r.Strength = b.Verdict.Strength
		r.Witness(b.Verdict.Witness(b.Rows, "")...)
		r.Help("add the key of `%s` to `unique_key`, or reduce it to one row per key before the join", b.Verdict.Side)
		r.Quiet("if %s is unique in `%s`, add a uniqueness test", sema.Tuple(b.Verdict.On), b.Verdict.Side).About(key...).Lower(finding.Warning)
		if !b.Verdict.Accuses() {
			r.Lower(finding.Info)
		}
	}
}
