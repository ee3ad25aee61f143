package incremental

import (
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Microbatch reports what a microbatch model lacks.
var Microbatch = lint.Rule{
	Meta: finding.Meta{Code: "INC18", Name: "microbatch", Family: "incremental", Severity: finding.Error,
		Summary: "a microbatch model lacks a setting that it needs", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		name, known := m.Node.Strategy()
		if !m.Incremented() || !known || name != "microbatch" || custom(p.Manifest) {
			return
		}
		settings(p, m)
		eventTime(p, m)
		for _, v := range m.Variants {
			for _, e := range v.Rendered.Events {
				if e.Kind == dbtctx.IncrementalEvent && e.Place.File == m.Node.File {
					p.ReportAt(e.Place.File, e.Place.Span, "`is_incremental()` in a microbatch model: dbt restricts each batch itself").Lower(finding.Info).
						Help("remove the block: inputs with an `event_time` are filtered").Quiet("a microbatch model without `is_incremental()`")
					return
				}
			}
		}
	},
}

// custom reports whether the project replaces what dbt does with microbatches.
func custom(m *manifest.Manifest) bool {
	for _, pkg := range m.Project.Packages {
		for _, mac := range pkg.Macros {
			if strings.HasSuffix(mac.Name, "get_incremental_microbatch_sql") {
				return true
			}
		}
	}
	return false
}

var isoTime = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?)?$`)

var batchSizes = map[string]bool{"hour": true, "day": true, "month": true, "year": true}

// settings checks what dbt checks when it reads the project.
func settings(p *lint.Pass, m *sema.Model) {
	for _, key := range []string{"event_time", "begin", "batch_size"} {
		v, known := m.Node.Config.Text(key)
		switch {
		case !known:
		case v == "":
			atConfig(p, m, "incremental_strategy", "a microbatch model needs `%s`: dbt does not read the project", key).
				Help("set `%s`", key).Quiet("the setting").About(key)
		case key == "batch_size" && !batchSizes[v]:
			atConfig(p, m, key, "`batch_size` is hour, day, month or year, not `%s`", v).Help("write one of these").Quiet("one of these").About(key)
		case key == "begin" && !isoTime.MatchString(v):
			atConfig(p, m, key, "`begin` is no ISO date: `%s`", v).Help("write a date such as 2024-01-01").Quiet("an ISO date").About(key)
		}
	}
}

// eventTime checks that batches can be told apart: in the model, and in what it
// reads.
func eventTime(p *lint.Pass, m *sema.Model) {
	col, known := m.Node.Config.Text("event_time")
	if !known || col == "" {
		return
	}
	if full := m.Full(); closed(full) && full.World.Output.Index(m.Dialect.FoldName(col, false)) < 0 && !strings.ContainsAny(col, ".(:\"`") && !holes(m) {
		r := atConfig(p, m, "event_time", "the model does not select its `event_time` column `%s`: batches cannot be replaced", col)
		r.Note("columns", "the model selects %s", listed(full.World.Output.Columns))
		r.Help("select the column").Quiet("a column of the model").About(col)
		return
	}
	parents := 0
	for _, n := range p.Manifest.Parents(m.Node) {
		if n.Type == manifest.Seed {
			continue
		}
		parents++
		if v, known := n.Config.Text("event_time"); !known || v != "" {
			return
		}
	}
	if parents > 0 {
		atConfig(p, m, "event_time", "nothing that the model reads has an `event_time`: every batch reads all rows, and inserts them").
			Help("set `event_time` for the models and sources that hold the events").Quiet("an input with `event_time`").About(col).Lower(finding.Warning)
	}
}
