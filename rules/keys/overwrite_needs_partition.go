package keys

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// OverwriteNeedsPartition reports a strategy that replaces partitions in a model
// that has none, or others than the batches.
var OverwriteNeedsPartition = lint.Rule{
	Meta: finding.Meta{Code: "UK15", Name: "overwrite-needs-partition", Family: "keys", Severity: finding.Error,
		Summary: "a strategy that replaces partitions, without partition_by", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || !s.Known || homeMade(p.Manifest, s.Name) {
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		setting := "partition_by"
		if m.Adapter.Name == "athena" {
			setting = "partitioned_by"
		}
		var r *lint.Report
		switch {
		case m.Partitioned():
			partitions(p, m, s)
			return
		case s.NeedsPartitions():
			r = at(p, m, origin, "`%s` on %s needs `%s`: the model does not run", s.Name, m.Adapter.Name, setting)
		case s.FallsBack() && s.Explicit:
			r = at(p, m, origin, "without `%s`, `%s` on %s runs as append: every row of the batch is inserted", setting, s.Name, m.Adapter.Name)
			r.Lower(finding.Warning)
		default:
			return
		}
		if !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
		r.Help("partition the model by the date of its batches").Quiet("set the partitions of the model").About(s.Name)
	}),
}

// partitions compares what the partitions are with what the strategy needs.
func partitions(p *lint.Pass, m *sema.Model, s sema.Strategy) {
	v, origin := m.Node.Config.Get("partition_by")
	by, ok := v.(*jinja.Dict)
	if !ok {
		return
	}
	for _, n := range s.Needs() {
		var r *lint.Report
		switch n.Setting {
		case "granularity":
			unit, size, differ := granularity(m, by)
			if !differ {
				continue
			}
			r = at(p, m, origin, "the partitions are of one %s, the batches of one %s: %s wants them to be equal", unit, size, m.Adapter.Name)
			r.Help("set `granularity` to `%s`", size).Quiet("equal `batch_size` and `granularity`").About(unit, size)
		case "copy_partitions":
			if yes, _ := by.Get("copy_partitions"); yes != true {
				continue
			}
			r = at(p, m, origin, "`copy_partitions` on %s works with `insert_overwrite` and `microbatch`, not with `%s`: the model does not run", m.Adapter.Name, s.Name)
			r.Help("remove it, or use `insert_overwrite`").Quiet("a strategy that replaces partitions").About("copy_partitions")
		}
		if r != nil && !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
	}
}

// granularity returns the unit of the partitions and that of the batches, when
// both are known and they differ.
func granularity(m *sema.Model, by *jinja.Dict) (unit, size string, differ bool) {
	size, known := m.Node.Config.Text("batch_size")
	g, set := by.Get("granularity")
	unit, ok := jinja.TextOf(g)
	if !known || size == "" || !ok && set && g != nil {
		return "", "", false
	}
	if !ok {
		unit = "day"
	}
	return unit, size, !strings.EqualFold(unit, size)
}
