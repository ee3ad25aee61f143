package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyIgnored reports a unique_key that the strategy takes no notice of.
var KeyIgnored = lint.Rule{
	Meta: finding.Meta{Code: "UK05", Name: "key-ignored", Family: "keys", Severity: finding.Error,
		Summary: "the strategy does not use the unique_key", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		key, origin, known := m.Node.UniqueKey()
		if !m.Incremented() || !known || len(key) == 0 || !s.Known || m.Adapter.Name == "clickhouse" && m.Replaces() || homeMade(p.Manifest, s.Name) {
			return
		}
		inherited := origin.Layer != manifest.InFile && origin.Layer != manifest.Properties
		switch {
		case s.RefusesKey():
			r := at(p, m, origin, "`%s` on %s does not take a `unique_key`: the model does not run", s.Name, m.Adapter.Name)
			r.Help("remove `unique_key`").Quiet("the strategies that replace rows by key take one").About(s.Name)
			if !m.Adapter.Sure {
				r.Lower(finding.Warning)
			}
		case s.IgnoresKey():
			if s.Effect != sema.Append && m.NeedsKeyElsewhere() || !m.Adapter.Sure && m.Node.Config.Computed("incremental_strategy") {
				return
			}
			r := at(p, m, origin, "`unique_key` %s has no effect: %s, and an incremental run %s", sema.Tuple(key), strategyText(m, s), s.Effect)
			r.Lower(finding.Warning)
			if s.Effect != sema.Append || inherited || m.ExcludesHeld() || !m.Adapter.Sure {
				r.Lower(finding.Info)
			}
			if r.Severity > finding.Info {
				r.Witness(m.Example("append")...)
			}
			r.Help("set a strategy that replaces rows by key, or remove `unique_key`")
			r.Quiet("set `incremental_strategy` to `merge` or another one that uses the key").About(s.Name)
		}
	}),
}
