// Package keys holds the rules about the unique_key and the strategy of
// incremental models: what an incremental run does to rows that the table
// already has. Errors that depend on the adapter are errors only when the
// adapter was read from a profile or set.
package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SilentlyAppend reports a strategy that replaces rows by key, without a key:
// nothing is replaced, every row of the batch is inserted.
var SilentlyAppend = lint.Rule{
	Meta: finding.Meta{Code: "UK03", Name: "silently-append", Family: "keys", Severity: finding.Error,
		Summary: "a merge or delete+insert without unique_key appends", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || !keyless(m) || !s.Explicit || s.Name != "merge" && s.Name != "delete+insert" || s.Effect != sema.Append && s.Known && s.Effect != sema.UnknownEffect {
			return
		}
		if s.Effect == sema.UnknownEffect && m.Adapter.Name != "" {
			return // the adapter refuses the strategy: another rule's matter
		}
		if m.ExcludesHeld() {
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		r := at(p, m, origin, "`%s` without `unique_key` replaces nothing: every row of the batch is inserted", s.Name)
		r.About(s.Name)
		overlap(r, m)
		r.Witness(m.Example("append")...)
		if !rereads(m) || !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
		suggest(r, m)
		r.Quiet("set `unique_key`, or `incremental_strategy='append'` if rows never come twice")
	}),
}

// keyless reports whether the model certainly has no unique_key.
func keyless(m *sema.Model) bool {
	key, _, known := m.Node.UniqueKey()
	return known && len(key) == 0
}

// at reports at a configuration value, or at the beginning of the model when
// nothing was set.
func at(p *lint.Pass, m *sema.Model, o manifest.Origin, format string, args ...any) *lint.Report {
	if o.File != nil && o.Layer > manifest.Default {
		return p.ReportAt(o.File, o.Span, format, args...)
	}
	if _, mat := m.Node.Config.Get("materialized"); mat.File != nil && mat.File == m.Node.File {
		return p.ReportAt(mat.File, mat.Span, format, args...)
	}
	return p.ReportAt(m.Node.File, m.Node.Body.Clamp(int(m.Node.Body.Start)), format, args...)
}

// rereads reports whether an incremental run certainly reads rows again that
// the table already has.
func rereads(m *sema.Model) bool { return rereading(m) != nil }

func rereading(m *sema.Model) *sema.Guard {
	run := m.Run()
	if run == nil {
		return nil
	}
	for _, g := range m.Guards() {
		if !g.Block.InExpr && g.Rereads(run.Output) {
			return g
		}
	}
	return nil
}

// overlap adds the guard that lets known rows through as evidence.
func overlap(r *lint.Report, m *sema.Model) {
	if g := rereading(m); g != nil {
		r.Evidence("guard", guardStep(g))
	}
}

func guardStep(g *sema.Guard) sema.Step {
	return sema.Step{Text: "the newest rows pass the guard again", Place: g.World.Place(g.Expr.Range()), Strength: finding.Struct}
}

// suggest names a key that is proven for the query.
func suggest(r *lint.Report, m *sema.Model) {
	if run := m.Run(); run != nil && run.Output != nil {
		if k, ok := run.Output.Grain(); ok && len(k.Cols) > 0 && len(k.Cols) <= 4 {
			r.Help("set `unique_key` to %s, which is unique in the query", sema.Tuple(run.Output.Names(k.Cols)))
			r.Evidence("key", k.Steps...)
			return
		}
	}
	r.Help("set `unique_key` to the columns that identify a row")
}
