package keys

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// StrategyInvalid reports an incremental_strategy that the adapter does not have
// and that no macro of the project makes, or that it does not have for this kind
// of table.
var StrategyInvalid = lint.Rule{
	Meta: finding.Meta{Code: "UK01", Name: "strategy-invalid", Family: "keys", Severity: finding.Error,
		Summary: "the adapter does not have the incremental strategy", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		valid, loose, ok := m.ValidStrategies()
		if !m.Incremented() || !ok || !s.Known || homeMade(p.Manifest, s.Name) {
			return
		}
		if slices.Contains(valid, s.Name) {
			unmet(p, m, s)
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		r := at(p, m, origin, "%s has no incremental strategy `%s`%s: the model does not run", m.Adapter.Name, s.Name, forTable(m))
		r.Note("strategies", "%s has `%s`", m.Adapter.Name, strings.Join(valid, "`, `"))
		if near := finding.Nearest(s.Name, valid); near != "" {
			r.Help("write `%s`", near)
		} else {
			r.Help("use one of these, or write a macro `%s`", macroOf(s.Name))
		}
		r.Quiet("a macro `%s` makes the strategy known", macroOf(s.Name)).About(s.Name)
		switch {
		case loose:
			r.Lower(finding.Info)
		case !m.Adapter.Sure:
			r.Lower(finding.Warning)
		}
	}),
}

// forTable names the kind of table, where the adapter's strategies depend on it.
func forTable(m *sema.Model) string {
	if m.Adapter.Name != "athena" {
		return ""
	}
	if v, _ := m.Node.Config.Text("table_type"); v != "" {
		return " for " + strings.ToLower(v) + " tables"
	}
	return " for hive tables"
}

// unmet reports a setting that the strategy does not work with.
func unmet(p *lint.Pass, m *sema.Model, s sema.Strategy) {
	key, _, _ := m.Node.UniqueKey()
	for _, n := range s.Needs() {
		if n.Setting == "granularity" || n.Setting == "copy_partitions" || n.Keyed && len(key) == 0 {
			continue // the partitions' rule looks at these
		}
		v, known := m.Node.Config.Text(n.Setting)
		_, origin := m.Node.Config.Get(n.Setting)
		if v == "" {
			v = n.Default
		}
		if !known || v == "" || slices.Contains(n.Values, strings.ToLower(v)) {
			continue
		}
		if origin.File == nil {
			_, origin = m.Node.Config.Get("incremental_strategy")
		}
		r := at(p, m, origin, "`%s` on %s needs `%s` to be %s, and it is %s: the model does not run", s.Name, m.Adapter.Name, n.Setting, strings.Join(n.Values, " or "), v)
		r.Help("set `%s` to %s", n.Setting, n.Values[0]).Quiet("a `%s` that the strategy works with", n.Setting).About(s.Name, n.Setting)
		if !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
	}
}

// macroOf returns the macro that dbt looks for to run a strategy.
func macroOf(strategy string) string {
	return "get_incremental_" + strings.ReplaceAll(strategy, "+", "_") + "_sql"
}

// homeMade reports whether the project may bring along the strategy: by a macro,
// by a materialization of its own, or, for a name that no adapter has, in a
// package that is not there.
func homeMade(m *manifest.Manifest, strategy string) bool {
	for _, d := range m.Project.Root.Dependencies {
		if d.Package == nil && !sema.KnownStrategy(strategy) {
			return true
		}
	}
	for _, pkg := range m.Project.Packages {
		for _, mac := range pkg.Macros {
			if strings.HasSuffix(mac.Name, macroOf(strategy)) || mac.Kind == "materialization" && replacesIncremental(mac.Name) {
				return true
			}
		}
	}
	return false
}

// replacesIncremental reports whether a materialization takes the place of dbt's
// incremental one, for all adapters or for one.
func replacesIncremental(name string) bool {
	of, ok := strings.CutPrefix(name, "materialization_incremental_")
	_, _, adapter := sema.ValidStrategies(of)
	return ok && (adapter || of == "default")
}
