package docs

import (
	"fmt"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// ModelUndocumented reports a model that no properties file describes.
var ModelUndocumented = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC06", Name: "model-undocumented", Family: "docs", Severity: finding.Warning,
		Summary: "the model has no description", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if !tables(n) || n.Patch != nil && described(n.Description, n.Name) {
			return
		}
		f, at, text := n.File, head(n), "`%s` is in no properties file and has no description"
		if n.Patch != nil {
			f, at, text = n.Patch.File, n.Patch.Name, "`%s` has no description"
		}
		text = fmt.Sprintf(text, title(n))
		if said := strings.TrimSpace(n.Description.Value); said != "" {
			text += " but `" + finding.OneLine(said, 40) + "`"
		}
		graded(p.ReportAt(f, at, "%s", text), shared(p, n)).
			Help("say under `description` what one row of it is, and what it is for").Quiet("a description of the model")
	},
}

// head returns the first line of a node's template, where a reader looks first.
func head(n *manifest.Node) source.Span {
	line := n.File.LineSpan(n.File.LineOf(n.Body.Start))
	return source.Span{Start: max(line.Start, n.Body.Start), End: min(line.End, n.Body.End)}.Clamp(len(n.File.Text))
}
