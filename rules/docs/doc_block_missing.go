package docs

import (
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/source"
)

// DocBlockMissing reports a description that takes its text from a docs block
// that is not there: dbt refuses to parse the project.
var DocBlockMissing = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC07", Name: "doc-block-missing", Family: "docs", Severity: finding.Error,
		Summary: "a description refers to a docs block that does not exist", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, _ *lint.Project) {
		root := p.Manifest.Project.Root.Name
		if len(p.Manifest.Project.Missing) > 0 {
			return // the block may be in a package that is not installed
		}
		blocks := map[string]bool{}
		var names []string
		for key := range p.Manifest.Docs {
			_, name, _ := strings.Cut(key, ".")
			blocks[name], blocks[key] = true, true
			names = append(names, name)
		}
		for _, n := range p.Manifest.Nodes {
			if n.Package != root || !n.Enabled {
				continue
			}
			missing(p, n, n.Description, blocks, names)
			for _, c := range n.Columns {
				missing(p, n, c.Description, blocks, names)
			}
		}
	},
}

var docCall = regexp.MustCompile(`\{\{-?\s*doc\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?\s*\)\s*-?\}\}`)

func missing(p *lint.Pass, n *manifest.Node, text manifest.Text, blocks map[string]bool, names []string) {
	for _, call := range docCall.FindAllStringSubmatch(text.Value, -1) {
		name := call[1]
		if call[2] != "" {
			name = call[1] + "." + call[2]
		}
		if blocks[name] || strings.HasPrefix(name, "__") {
			continue
		}
		at := text.Span
		if i := strings.Index(text.File.Slice(at), call[0]); i >= 0 {
			at = source.Span{Start: at.Start + int32(i), End: at.Start + int32(i+len(call[0]))}
		}
		r := p.ReportAt(text.File, at, "there is no docs block `%s`", name).On(n.ID).About(name)
		if near := finding.Nearest(name, names); near != "" {
			r.Help("did you mean `%s`?", near)
		}
	}
}
