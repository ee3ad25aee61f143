package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PredicatesDropped reports incremental_predicates that the strategy does not use.
var PredicatesDropped = lint.Rule{
	Meta: finding.Meta{Code: "UK17", Name: "predicates-dropped", Family: "keys", Severity: finding.Error,
		Summary: "the strategy does not use incremental_predicates", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		v, origin := m.Node.Config.Get("incremental_predicates")
		if v == nil {
			v, origin = m.Node.Config.Get("predicates")
		}
		texts, known := m.Node.Config.Strings("incremental_predicates")
		if !incremental(m) || v == nil || !s.Known || known && len(texts) == 0 && m.Node.Config.Has("incremental_predicates") || homeMade(p.Manifest, s.Name) {
			return
		}
		switch {
		case m.Adapter.Name == "bigquery" && (s.Name == "insert_overwrite" || s.Name == "microbatch"):
			r := at(p, m, origin, "bigquery's `%s` does not use `incremental_predicates`: nothing restricts what is read of the table", s.Name)
			r.Lower(finding.Warning).Help("remove them, or use `merge`").Quiet("only `merge` uses them on bigquery").About(s.Name)
		case m.Adapter.Name == "clickhouse" && s.Explicit && s.Name != "delete_insert" && s.Name != "delete+insert":
			r := at(p, m, origin, "clickhouse refuses `incremental_predicates` with `%s`: the model does not run", s.Name)
			r.Help("remove them, or use `delete_insert`").Quiet("`delete_insert` takes them").About(s.Name)
			if !m.Adapter.Sure {
				r.Lower(finding.Warning)
			}
		}
	},
}
