package incremental

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// GuardNeverTrue reports is_incremental() in a model that is never incremental.
var GuardNeverTrue = lint.Rule{
	Meta: finding.Meta{Code: "INC02", Name: "guard-never-true", Family: "incremental", Severity: finding.Warning,
		Summary: "is_incremental() is asked in a model that is never incremental", Needs: finding.NeedGraph, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		name, known := m.Node.Materialized()
		switch name {
		case "view", "table", "ephemeral", "materialized_view":
		default:
			return
		}
		if _, o := m.Node.Config.Get("materialized"); !known || o.File != nil && strings.Contains(o.File.Slice(o.Span), "incremental") {
			return // another target makes it incremental
		}
		for _, v := range m.Variants {
			for _, e := range v.Rendered.Events {
				if e.Kind != dbtctx.IncrementalEvent || e.Place.File != m.Node.File || commented(e.Place.File, int(e.Place.Span.Start)) {
					continue // asked in a macro: its callers decide
				}
				r := p.ReportAt(e.Place.File, e.Place.Span, "`is_incremental()` is never true here: the model is materialized as %s", name)
				if _, o := m.Node.Config.Get("materialized"); o.File != nil {
					r.Evidence("config", step("materialized as "+name, o.File, o.Span))
				} else {
					r.Note("config", "nothing sets `materialized`: %s is the default", name)
				}
				r.Help("materialize the model as incremental, or remove the block").Quiet("set `materialized='incremental'`")
				return
			}
		}
	},
}

// commented reports whether a place of a file is in a comment of SQL, where a
// block says nothing to the engine.
func commented(f *source.File, at int) bool {
	before := f.Text[:min(at, len(f.Text))]
	if strings.LastIndex(before, "/*") > strings.LastIndex(before, "*/") {
		return true
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	dashes := strings.Index(line, "--")
	return dashes >= 0 && strings.Count(line[:dashes], "'")%2 == 0
}
