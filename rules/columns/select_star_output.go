package columns

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// SelectStarOutput reports a model whose columns are those that another
// relation happens to have. A star over a CTE that lists its columns is none.
var SelectStarOutput = lint.Rule{
	Meta: finding.Meta{Code: "COL01", Name: "select-star-output", Family: "columns", Severity: finding.Warning,
		Summary: "the model passes on whatever columns another relation has", Needs: finding.NeedColumns, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		n := p.Model.Node
		if !whole(w) || n.Type != manifest.Model || n.Package != p.Manifest.Project.Root.Name {
			return
		}
		seen := map[string]bool{}
		for _, s := range w.StarImports() {
			if seen[s.Relation.Name] {
				continue
			}
			seen[s.Relation.Name] = true
			r := p.Report(s.Span, "the columns of `%s` are whatever `%s` has%s", n.Name, s.Relation.Name, but(n)).About(s.Relation.Name)
			if _, origin := n.Config.Get("contract"); enforced(n) {
				r.Evidence("contract", sema.Step{Text: "the contract is enforced", Place: finding.Place{File: origin.File, Span: origin.Span}, Strength: finding.Enforced})
			}
			r.Help("list the columns that the model is to have").Quiet("a list of columns, at the end or in the CTE that the star reads")
			if !matters(p, n) {
				r.Lower(finding.Info)
			}
		}
	},
}

// but says what a contract does about columns that come or go.
func but(n *manifest.Node) string {
	if enforced(n) {
		return ", and its contract allows those that it lists: the build fails when one comes or goes"
	}
	return ""
}

func enforced(n *manifest.Node) bool {
	yes, _ := n.Contract()
	return yes
}

// matters reports whether a column that comes or goes breaks something unseen: a
// table that keeps its columns between runs, or columns that others were promised.
// Where a contract is enforced dbt itself says so, before anything is built.
func matters(p *lint.Pass, n *manifest.Node) bool {
	if enforced(n) || p.Manifest.Project.IntegrationTests() {
		return false
	}
	mat, _ := n.Materialized()
	change, _ := n.OnSchemaChange()
	return n.Access == "public" || p.Layer(n) == "marts" || mat == "incremental" && (change == "" || change == "ignore")
}
