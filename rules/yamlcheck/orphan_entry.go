package yamlcheck

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// OrphanEntry reports an entry of a properties file for a resource that is not
// there. dbt only warns, and the tests of the entry never run.
var OrphanEntry = lint.Rule{
	Meta: finding.Meta{
		Code: "YML04", Name: "orphan-entry", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a properties entry describes something that does not exist", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		for _, problem := range in.Manifest.Problems {
			if problem.Kind != manifest.Orphan || foreign(in.Manifest.Project, problem.File.Path) {
				continue
			}
			r := p.ReportAt(problem.File, problem.Span, "%s", problem.Message).About(problem.Name)
			if problem.Nearest == "" || finding.Edits(problem.Name, problem.Nearest) > 2 {
				// Left behind, it seems: nobody misses what it says.
				r.Lower(finding.Warning).Help("remove the entry, or add what it describes")
				continue
			}
			r.Help("did you mean `%s`?", problem.Nearest)
		}
	},
}
