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
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !incremental(m) || !s.Known || homeMade(p.Manifest, s.Name) {
			return
		}
		_, origin := m.Node.Config.Get("incremental_strategy")
		var r *lint.Report
		switch a := m.Adapter.Name; {
		case a == "bigquery" && (s.Name == "insert_overwrite" || s.Name == "microbatch"), a == "clickhouse" && s.Name == "insert_overwrite":
			if m.Partitioned() {
				granularity(p, m, s)
				return
			}
			r = at(p, m, origin, "`%s` on %s needs `partition_by`: the model does not run", s.Name, a)
		case a == "athena" && s.Name == "insert_overwrite" && s.Explicit && !m.Partitioned():
			r = at(p, m, origin, "without `partitioned_by`, `insert_overwrite` on athena runs as append: every row of the batch is inserted")
			r.Lower(finding.Warning)
		default:
			return
		}
		if !m.Adapter.Sure {
			r.Lower(finding.Warning)
		}
		r.Help("partition the model by the date of its batches").Quiet("set the partitions of the model").About(s.Name)
	},
}

// granularity compares the partitions of a microbatch model with its batches.
func granularity(p *lint.Pass, m *sema.Model, s sema.Strategy) {
	v, origin := m.Node.Config.Get("partition_by")
	size, known := m.Node.Config.Text("batch_size")
	d, ok := v.(*jinja.Dict)
	if s.Name != "microbatch" || !known || size == "" || !ok {
		return
	}
	g, _ := d.Get("granularity")
	unit, ok := jinja.TextOf(g)
	if !ok && g != nil {
		return
	}
	if !ok {
		unit = "day"
	}
	if strings.EqualFold(unit, size) {
		return
	}
	r := at(p, m, origin, "the partitions are of one %s, the batches of one %s: bigquery wants them to be equal", unit, size)
	r.Help("set `granularity` to `%s`", size).Quiet("equal `batch_size` and `granularity`").About(unit, size)
	if !m.Adapter.Sure {
		r.Lower(finding.Warning)
	}
}
