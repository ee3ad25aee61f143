package columns

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UnknownColumn reports a reference to a column that no relation in scope has,
// although the columns of all of them are known.
var UnknownColumn = lint.Rule{
	Meta: finding.Meta{Code: "COL04", Name: "unknown-column", Family: "columns", Severity: finding.Error,
		Summary: "a query reads a column that nothing in its FROM has", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if !whole(w) {
			return
		}
		seen := map[string]bool{}
		for _, u := range p.Model.UnboundInRun() { // the incremental run's own are INC03's
			if u.Block.World == w {
				seen[written(u.Column)] = true
			}
		}
		var blocks []*sema.Block
		bare := map[*sema.Block][]*sema.Unbound{}
		for _, u := range w.Unbound {
			name := written(u.Column)
			if seen[name] {
				continue
			}
			seen[name] = true
			if len(u.Column.Parts) > 1 {
				reportQualified(p, u, name)
				continue
			}
			if bare[u.Block] == nil {
				blocks = append(blocks, u.Block)
			}
			bare[u.Block] = append(bare[u.Block], u)
		}
		for _, b := range blocks {
			reportBare(p, bare[b])
		}
	},
}

func reportQualified(p *lint.Pass, u *sema.Unbound, name string) {
	parts := u.Column.Parts
	if u.Relation {
		graded(p.Report(u.Column.Span, "nothing in FROM is called `%s`: `%s` does not resolve", parts[0].Name, name), p.Model).About(strings.ToLower(name)).
			Quiet("a relation in FROM that is called `%s`", parts[0].Name)
		return
	}
	r := p.Report(u.Column.Span, "`%s` has no column `%s`", parts[len(parts)-2].Name, parts[len(parts)-1].Name)
	meant(graded(r, p.Model).About(strings.ToLower(name)), u)
}

// reportBare reports the bare names of one SELECT together: what a relation lost
// is mostly missed in one place.
func reportBare(p *lint.Pass, all []*sema.Unbound) {
	var names []string
	for _, u := range all {
		names = append(names, u.Column.Parts[0].Name)
	}
	if len(all) == 1 {
		r := p.Report(all[0].Column.Span, "no relation in FROM has a column `%s`", names[0])
		meant(graded(r, p.Model).About(strings.ToLower(names[0])), all[0])
		return
	}
	r := p.Report(all[0].Column.Span, "no relation in FROM has the columns %s", list(names))
	graded(r, p.Model).About(names...).Quiet("columns of these names in a relation of FROM")
	for _, u := range all {
		if u.Near != "" {
			r.Note("near", "`%s` is perhaps `%s`", u.Column.Parts[0].Name, u.Near)
		}
	}
}

func meant(r *lint.Report, u *sema.Unbound) {
	r.Quiet("a column of that name in a relation of FROM")
	if u.Listed {
		r.Help("`%s` is a name of the select list, which WHERE does not see: repeat what it stands for", u.Column.Parts[0].Name)
	} else if u.Near != "" {
		r.Help("did you mean `%s`?", u.Near)
	}
}
