package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyRequired reports a strategy that needs a unique_key, without one.
var KeyRequired = lint.Rule{
	Meta: finding.Meta{Code: "UK02", Name: "key-required", Family: "keys", Severity: finding.Error,
		Summary: "the strategy needs a unique_key on this adapter", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || !keyless(m) || !s.Explicit || homeMade(p.Manifest, s.Name) {
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		var r *lint.Report
		switch {
		case s.NeedsKey():
			r = at(p, m, origin, "`%s` on %s needs a `unique_key`: the model does not run", s.Name, m.Adapter.Name)
		case m.Adapter.Name == "clickhouse" && s.Effect == sema.Append && (s.Name == "delete_insert" || s.Name == "microbatch"):
			r = at(p, m, origin, "without `unique_key`, `%s` on clickhouse runs as append: every row of the batch is inserted", s.Name)
			r.Lower(finding.Warning)
		default:
			return
		}
		if !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
		suggest(r, m)
		r.Quiet("set `unique_key`, or another strategy").About(s.Name)
	}),
}
