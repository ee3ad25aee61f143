package yamlcheck

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
)

// Syntax reports what is no YAML. What stands before the error is read all the
// same, so that one slip does not hide the rest of a file.
var Syntax = lint.Rule{
	Meta: finding.Meta{
		Code: "YML01", Name: "yaml-syntax", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a file is not valid YAML", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, project.YAMLSyntax) },
}
