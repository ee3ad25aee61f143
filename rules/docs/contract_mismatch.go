package docs

import (
	"strconv"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// ContractMismatch reports an enforced contract that the build cannot fulfil:
// a column of the query that it does not list, or one that it lists without a
// data type. A column that is listed and not there is DOC02's.
var ContractMismatch = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC09", Name: "contract-mismatch", Family: "docs", Severity: finding.Error,
		Summary: "an enforced contract does not fit the columns of the model", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if enforced, known := n.Contract(); !enforced || !known || n.Type != manifest.Model || n.Patch == nil {
			return
		}
		var untyped []string
		for _, c := range n.Columns {
			if c.DataType == "" {
				untyped = append(untyped, c.Name)
			}
		}
		if len(untyped) > 0 {
			p.ReportAt(n.Patch.File, n.Patch.Name, "the contract of `%s` is enforced, but %s: %s", title(n), countOf(len(untyped), "column has", "columns have")+" no data type", names(untyped)).
				About(untyped...).Help("give each column of the contract a `data_type`").Quiet("a `data_type`")
		}
		extra := unlisted(m)
		if len(extra) > 0 && len(n.Columns) > 0 {
			p.ReportAt(n.Patch.File, n.Patch.Name, "the contract of `%s` is enforced, but does not list %s of the query: %s", title(n), countOf(len(extra), "column", "columns"), names(extra)).
				About(extra...).Help("list them with their `data_type`, or do not select them").Quiet("an entry for each column")
		}
	},
}

// unlisted returns the columns that the full refresh is sure to give and that
// have no entry.
func unlisted(m *sema.Model) []string {
	v := m.Full()
	if v == nil || v.World == nil || v.World.Output == nil || v.Rendered.Stopped != "" || len(v.Rendered.Errors) > 0 {
		return nil
	}
	var out []string
	for _, c := range v.World.Output.Columns {
		if c.Name != "" && entryOf(m.Node, c.Name) == nil {
			out = append(out, c.Name)
		}
	}
	return out
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return strconv.Itoa(n) + " " + many
}
