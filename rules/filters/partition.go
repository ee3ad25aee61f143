package filters

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PruningBlocked reports a condition on a form of a partition column, by which
// the engine cannot tell which partitions it needs.
var PruningBlocked = lint.Rule{
	Meta: finding.Meta{Code: "FLT05", Name: "partition-pruning-blocked", Family: "filters", Severity: finding.Warning,
		Summary: "a condition wraps the partition column, and every partition is read", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, c := range partConds(p, w, sema.FormattedPart) {
			expr := oneLine(w.Text(c.Expr.Range()))
			r := p.Report(c.Filter.Expr.Range(), "`%s` reads every partition of `%s`: the condition is on `%s`, not on `%s` itself", oneLine(w.Text(c.Filter.Expr.Range())), c.Scan.Relation.Name, expr, c.Part.Name)
			explain(r, p, c).Help("compare `%s` with the first and last value that the condition means", c.Part.Name)
		}
	},
}

// DynamicBound reports a bound on a partition column that a subquery computes:
// the engine plans the partitions before it knows the bound.
var DynamicBound = lint.Rule{
	Meta: finding.Meta{Code: "FLT06", Name: "dynamic-partition-bound", Family: "filters", Severity: finding.Warning,
		Summary: "the bound on the partition column comes from a subquery, and every partition is read", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, c := range partConds(p, w, sema.QueriedBound) {
			r := p.Report(c.Filter.Expr.Range(), "the bound on `%s` comes from a subquery: every partition of `%s` is read before it is known", c.Part.Name, c.Scan.Relation.Name)
			explain(r, p, c).Help("compute the bound before the query: `_dbt_max_partition` in a BigQuery script, or run_query")
		}
	},
}

// RequiredFilterMissing reports a table that refuses to be read without a
// condition on its partition column, and is.
var RequiredFilterMissing = lint.Rule{
	Meta: finding.Meta{Code: "FLT07", Name: "required-partition-filter-missing", Family: "filters", Severity: finding.Error,
		Summary: "a table that requires a partition filter is read without one", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if p.Model.Adapter.Name != "bigquery" {
			return
		}
		for _, s := range w.Unfiltered() {
			part := s.Relation.Storage.Parts[0]
			r := p.Report(s.Table.Span, "the query fails: `%s` requires a condition on `%s`, and none is on it", s.Relation.Name, part.Name)
			r.Evidence("partition", part.Step).Note("setting", "`require_partition_filter` of `%s` is true", s.Relation.Name)
			r.Help("add a condition on `%s`", part.Name).Quiet("a condition on `%s` anywhere above the table", part.Name).About(s.Relation.Name, part.Name)
			if !p.Model.Adapter.Sure {
				r.Lower(finding.Warning)
			}
		}
	},
}

// partConds returns the conditions of a kind that the adapter's engine cannot
// use.
func partConds(p *lint.Pass, w *sema.World, kind sema.Construct) []sema.PartCond {
	if !sema.ReachOf(p.Model.Adapter.Name, kind).Blocks {
		return nil
	}
	var out []sema.PartCond
	for _, c := range w.PartConds() {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	return out
}

func explain(r *lint.Report, p *lint.Pass, c sema.PartCond) *lint.Report {
	adapter := p.Model.Adapter.Name
	r.Evidence("partition", c.Part.Step).Note("engine", "%s: %s", adapter, sema.ReachOf(adapter, c.Kind).Source)
	return r.Quiet("a comparison of `%s` with a constant", c.Part.Name).About(c.Scan.Relation.Name, c.Part.Name)
}
