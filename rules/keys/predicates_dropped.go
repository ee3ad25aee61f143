package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PredicatesDropped reports incremental_predicates that the strategy does not use.
var PredicatesDropped = lint.Rule{
	Meta: finding.Meta{Code: "UK17", Name: "predicates-dropped", Family: "keys", Severity: finding.Error,
		Summary: "the strategy does not use incremental_predicates", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		origin, set := predicates(m)
		if !m.Incremented() || !set || !s.Known || homeMade(p.Manifest, s.Name) {
			return
		}
		switch {
		case s.RefusesPredicates() && (!keyless(m) || s.Name == "insert_overwrite"):
			r := at(p, m, origin, "%s refuses `incremental_predicates` with `%s`: the model does not run", m.Adapter.Name, s.Name)
			r.Help("remove them, or use `delete_insert`").Quiet("`delete_insert` takes them").About(s.Name)
			if !m.Adapter.Sure {
				r.Lower(finding.Warning)
			}
		case s.IgnoresPredicates() || s.RefusesPredicates():
			r := at(p, m, origin, "`%s` on %s does not use `incremental_predicates`: they are without effect", s.Name, m.Adapter.Name)
			r.Lower(finding.Warning).Help("remove them, or use a strategy that looks for rows to replace").Quiet("`merge` uses them").About(s.Name)
			if origin.Layer == manifest.PackageProject || origin.Layer == manifest.RootProject || s.Name == "insert_overwrite" {
				r.Lower(finding.Info) // a default of many models; the partitions of the batch are all that is touched
			}
		}
	}),
}

// predicates returns where the incremental_predicates of a model are set; set is
// false when there are none, or it cannot be told.
func predicates(m *sema.Model) (origin manifest.Origin, set bool) {
	for _, key := range []string{"predicates", "incremental_predicates"} {
		v, o := m.Node.Config.Get(key)
		texts, known := m.Node.Config.Strings(key)
		if v != nil && !(known && len(texts) == 0) {
			return o, true
		}
	}
	return manifest.Origin{}, false
}
