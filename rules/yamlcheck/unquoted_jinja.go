package yamlcheck

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
)

// UnquotedJinja reports a template that YAML reads as a mapping, since its
// braces are not quoted.
var UnquotedJinja = lint.Rule{
	Meta: finding.Meta{
		Code: "YML03", Name: "unquoted-jinja", Family: "yamlcheck", Severity: finding.Error,
		Summary: "a Jinja expression in YAML lacks its quotes", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) { report(p, in, project.YAMLJinja) },
}
