package keys

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyNotUnique reports a merge by a key that several rows of one batch can have.
var KeyNotUnique = lint.Rule{
	Meta: finding.Meta{Code: "UK07", Name: "key-not-unique", Family: "keys", Severity: finding.Warning,
		Summary: "several rows of a batch can have one unique_key", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		key, origin, ok := upserted(m)
		if !ok {
			return
		}
		run := m.Run()
		step := sema.Step{Text: sema.Tuple(key) + " is the `unique_key` of a merge", Place: finding.Place{File: origin.File, Span: origin.Span}, Strength: finding.Declared}
		if declared(m, key) {
			return // FAN01's matter: a test says the same
		}
		for _, b := range run.BrokenKeys([]sema.Fact{{Cols: key, Lax: true, Step: step, Kind: "unique_key"}}) {
			r := p.ReportIn(run.Rendered, b.Join.Span(), "rows are merged by %s, but the join to `%s` can give several rows for one: the merge fails, or inserts them all", sema.Tuple(key), b.Verdict.Side)
			r.Evidence("grain", b.Verdict.Proof()...).Evidence("key", step).Note("blame", "%s", b.Verdict.Reason)
			r.Strength = b.Verdict.Strength
			r.Witness(b.Verdict.Witness(b.Rows, "")...)
			r.Help("add the key of `%s` to `unique_key`, or reduce it to one row per key before the join", b.Verdict.Side)
			r.Quiet("if %s is unique in `%s`, add a uniqueness test", sema.Tuple(b.Verdict.On), b.Verdict.Side).About(key...)
			if !b.Verdict.Accuses() || b.Verdict.Attributes && !b.Verdict.Actual || !m.Adapter.Sure && !m.Strategy().Explicit {
				r.Lower(finding.Info)
			}
		}
		if gap := run.KeyGap(key); gap != nil && !gap.Hashed && p.Settings.Thorough {
			r := gapReport(p, m, origin, gap, "rows are merged by %s, but the model has one row per %s: several rows of a batch can have one key", sema.Tuple(key), sema.Tuple(gap.Grain))
			r.About(key...)
		}
	},
}

// KeyNotCoveringGrain reports a hashed key that leaves out a column which the
// query groups by.
var KeyNotCoveringGrain = lint.Rule{
	Meta: finding.Meta{Code: "UK12", Name: "key-not-covering-grain", Family: "keys", Severity: finding.Warning,
		Summary: "the hashed unique_key leaves out a column of the grain", Needs: finding.NeedKeys, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Model: func(p *lint.Pass, m *sema.Model) {
		key, origin, ok := upserted(m)
		if !ok || declared(m, key) {
			return
		}
		if gap := m.Run().KeyGap(key); gap != nil && gap.Hashed {
			gapReport(p, m, origin, gap, "the key %s is a hash without %s, which the model groups by: several rows can have one key", sema.Tuple(key), sema.Tuple(gap.Missing)).About(key...)
		}
	},
}

func gapReport(p *lint.Pass, m *sema.Model, o manifest.Origin, gap *sema.KeyGap, format string, args ...any) *lint.Report {
	r := at(p, m, o, format, args...)
	r.Evidence("grain", gap.Steps...)
	r.Help("add %s to the key", sema.Tuple(gap.Missing))
	r.Quiet("group by what the key holds")
	if !m.Adapter.Sure && !m.Strategy().Explicit {
		r.Lower(finding.Info)
	}
	return r
}

// upserted returns the unique_key of a model that is loaded by a merge, or
// another replacement of single rows by key.
func upserted(m *sema.Model) ([]string, manifest.Origin, bool) {
	key, origin, known := m.Node.UniqueKey()
	if !m.Incremented() || !known || len(key) == 0 || m.Strategy().Effect != sema.Upsert || m.Run() == nil || m.Run().Output == nil {
		return nil, origin, false
	}
	return key, origin, true
}

// declared reports whether a test or a constraint says that the key is unique.
func declared(m *sema.Model, key []string) bool {
	return slices.ContainsFunc(m.Declared.Keys, func(f sema.Fact) bool { return f.When == nil && sameNames(f.Cols, key) })
}
