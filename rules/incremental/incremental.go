// Package incremental holds the rules about guards: an incremental run must
// leave the table as a full refresh would. They compare the two worlds of a
// model and judge what the incremental one adds.
package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// atConfig reports at the value of a configuration key, or at the beginning of
// the model.
func atConfig(p *lint.Pass, m *sema.Model, key, format string, args ...any) *lint.Report {
	if _, o := m.Node.Config.Get(key); o.File != nil && o.Layer > manifest.Default {
		return p.ReportAt(o.File, o.Span, format, args...)
	}
	return p.ReportAt(m.Node.File, source.At(m.Node.Body.Start), format, args...)
}

func oneLine(s string) string { return finding.OneLine(s, 60) }
