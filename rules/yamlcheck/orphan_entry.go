package yamlcheck

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// OrphanEntry reports an entry of a properties file for a resource that is not
// there. dbt only warns, and the tests of the entry never run.
var OrphanEntry = lint.Rule{
	Meta: finding.Meta{
		Code: "YML04", Name: "orphan-entry", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a properties entry describes something that does not exist", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		var files []*source.File
		left := map[*source.File][]manifest.Problem{}
		for _, o := range in.Manifest.Problems {
			if o.Kind != manifest.Orphan || foreign(in.Manifest.Project, o.File.Path) {
				continue
			}
			if o.Nearest != "" && finding.Edits(o.Name, o.Nearest) <= 2 {
				p.ReportAt(o.File, o.Span, "%s", o.Message).About(o.Name).Help("did you mean `%s`?", o.Nearest)
				continue
			}
			if left[o.File] == nil {
				files = append(files, o.File)
			}
			left[o.File] = append(left[o.File], o)
		}
		for _, f := range files {
			leftBehind(p, left[f])
		}
	},
}

// leftBehind reports the entries of one file for resources that, it seems, are
// gone: nobody misses what they say.
func leftBehind(p *lint.Pass, all []manifest.Problem) {
	first, rest := all[0], all[1:]
	text := first.Message
	if len(rest) > 0 {
		names := make([]string, len(rest))
		for i, o := range rest {
			names[i] = "`" + o.Name + "`"
		}
		text += "; it is the same with " + strings.Join(names, ", ") + " of the file"
	}
	r := p.ReportAt(first.File, first.Span, "%s", text).About(first.Name).Lower(finding.Warning)
	for _, o := range rest {
		r.Evidence("also", sema.Step{Text: "`" + o.Name + "`", Place: finding.Place{File: o.File, Span: o.Span}, Strength: finding.Struct})
	}
	if len(rest) == 0 {
		r.Help("remove the entry, or add what it describes")
		return
	}
	r.Help("remove the entries, or add what they describe")
}
