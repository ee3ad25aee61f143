package docs

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// DuplicateColumn reports what is described twice: a column in one list, of
// which dbt keeps the last entry, and a model in two places, which dbt refuses.
var DuplicateColumn = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC12", Name: "duplicate-yaml-column", Family: "docs", Severity: finding.Error,
		Summary: "the properties describe a column or a model twice", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, _ *lint.Project) {
		root := p.Manifest.Project.Root.Name
		for _, n := range p.Manifest.Nodes {
			if n.Package == root && n.Enabled && n.Patch != nil {
				twice(p, n)
			}
		}
		for _, problem := range p.Manifest.Problems {
			if problem.Kind == manifest.TwoPatches {
				r := p.ReportAt(problem.File, problem.Span, "%s", problem.Message).About(problem.Name)
				if problem.Node != nil {
					r.On(problem.Node.ID)
				}
				for _, at := range problem.Related {
					r.Related(at.File, at.Span, "the other entry")
				}
			}
		}
	},
}

// twice reports the columns of one list of entries that have one name.
func twice(p *lint.Pass, n *manifest.Node) {
	first := map[string]*yaml.Node{}
	for _, c := range n.Patch.Entry.Get("columns").List() {
		name := c.Get("name")
		key := strings.TrimSpace(name.Text()) // dbt keeps names that differ in case apart
		if key == "" {
			continue
		}
		was, ok := first[key]
		if !ok {
			first[key] = name
			continue
		}
		r := p.ReportAt(n.Patch.File, name.Span, "column `%s` of `%s` is described twice", name.Text(), title(n)).Lower(finding.Warning).On(n.ID).About(key)
		r.Related(n.Patch.File, was.Span, "the first entry")
		if gone := lost(n.Patch, was, c); len(gone) > 0 {
			r.Note("effect", "dbt keeps the last entry, without the %s of the first", names(gone))
		} else {
			r.Lower(finding.Info).Note("effect", "dbt keeps the last entry, which says all that the first does")
		}
		r.Help("put what the entries say into one").Quiet("one entry per column")
	}
}

// lost names what the entry called name says beside its name and the entry last
// does not say as well. Tests are of both (dbt-core, parse_tests in
// schema_generic_tests.py).
func lost(patch *manifest.Patch, name, last *yaml.Node) []string {
	text := func(n *yaml.Node) string { return strings.TrimSpace(patch.File.Slice(n.Span)) }
	var keys []string
	for _, c := range patch.Entry.Get("columns").List() {
		if c.Get("name") != name {
			continue
		}
		for _, e := range c.Entries() {
			switch k := e.Key.Text(); {
			case k == "name", k == "tests", k == "data_tests", slices.Contains(keys, k):
			case last.Get(k) == nil || text(last.Get(k)) != text(e.Value):
				keys = append(keys, k)
			}
		}
	}
	return keys
}
