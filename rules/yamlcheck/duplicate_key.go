package yamlcheck

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
)

// DuplicateKey reports a key that its mapping has already: dbt keeps the last
// one, and what the first one said is gone without a word.
var DuplicateKey = lint.Rule{
	Meta: finding.Meta{
		Code: "YML02", Name: "duplicate-key", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a mapping has a key twice, and only the last one counts", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, project.YAMLDuplicate) },
}
