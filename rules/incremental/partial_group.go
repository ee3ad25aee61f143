package incremental

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PartialGroup reports a guard below a GROUP BY that does not take groups
// whole: the incremental run computes aggregates over the newest part of a
// group and puts them in place of, or beside, the totals.
var PartialGroup = lint.Rule{
	Meta: finding.Meta{Code: "INC05", Name: "partial-group", Family: "incremental", Severity: finding.Error,
		Summary: "a guard cuts groups apart that are aggregated above it", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() || m.ExcludesHeld() {
			return
		}
		s := m.Strategy()
		if s.Effect == sema.ReplaceRange || s.Effect == sema.OverwriteAll {
			return
		}
		for _, g := range m.Guards() {
			part := g.CutsGroups()
			if part == nil {
				continue
			}
			if key, _, known := m.Node.UniqueKey(); s.Effect != sema.Append && (!known || !part.Upserts(key)) {
				continue
			}
			w := g.World
			agg := part.Aggs[0]
			r := p.ReportIn(w.Rendered, g.Expr.Range(), "the guard `%s` takes part of a group: `%s` per %s is computed from the new rows alone", oneLine(w.Text(g.Expr.Range())), oneLine(w.Text(agg.Call.Span)), group(part.Group))
			r.Evidence("aggregate", sema.Step{Text: "`" + oneLine(w.Text(agg.Call.Span)) + "` is grouped by " + group(part.Group), Place: w.Place(agg.Call.Span), Strength: finding.Struct})
			r.Note("effect", "%s", consequence(s)).Witness(m.Example("group")...)
			r.Help("compare what the groups are made of, truncated the same way, or select the keys that changed and read their groups whole")
			r.Quiet("let the guard read only columns that the GROUP BY determines").About(part.Group...)
			if !part.Loses() {
				r.Lower(finding.Info)
			}
			if !sum(part) || s.Effect != sema.Append && s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert || !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
			return
		}
	},
}

func group(cols []string) string {
	if len(cols) == 0 {
		return "table"
	}
	return "`" + strings.Join(cols[:min(len(cols), 4)], "`, `") + "`"
}

// sum reports whether some aggregate adds its rows up.
func sum(p *sema.Partial) bool {
	for _, a := range p.Aggs {
		if a.Additive() {
			return true
		}
	}
	return false
}

func consequence(s sema.Strategy) string {
	switch s.Effect {
	case sema.Append:
		return "the partial result is inserted beside the earlier one of the same group"
	case sema.Upsert, sema.DeleteInsert:
		return "the partial result replaces the earlier total of the same group"
	}
	return "the table then differs from a full refresh"
}
