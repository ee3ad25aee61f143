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
// and that no macro of the project makes.
var StrategyInvalid = lint.Rule{
	Meta: finding.Meta{Code: "UK01", Name: "strategy-invalid", Family: "keys", Severity: finding.Error,
		Summary: "the adapter does not have the incremental strategy", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		valid, loose, ok := sema.ValidStrategies(m.Adapter.Name)
		if !incremental(m) || !ok || !s.Known || !s.Explicit || s.Name == "default" || slices.Contains(valid, s.Name) || homeMade(p.Manifest, s.Name) {
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		r := at(p, m, origin, "%s has no incremental strategy `%s`: the model does not run", m.Adapter.Name, s.Name)
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
	},
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
