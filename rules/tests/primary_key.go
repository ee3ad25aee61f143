package tests

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// MissingPrimaryKeyTest reports a mart or incremental model of which no test or
// constraint says what one row is. Where most of a folder's models have none,
// the project does not test keys, and hears of it under stricter presets only.
var MissingPrimaryKeyTest = lint.Rule{
	Meta: finding.Meta{
		Code: "TST01", Name: "missing-primary-key-test", Family: "tests", Severity: finding.Warning,
		Summary: "no test or constraint proves a key of the model", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if n.Type != manifest.Model || !keyed(n) || tested(p.Manifest, n) {
			return
		}
		incremental, _ := m.IsIncremental()
		matters := incremental || p.Layer(n) == "marts"
		if !p.Settings.Thorough && (!matters || p.Manifest.PerFolder(n, "percent of models with a key test", func(all []*manifest.Node) int { return testing(p.Manifest, all) }) < 60) {
			return
		}
		f, at := n.File, head(n)
		if n.Patch != nil {
			f, at = n.Patch.File, n.Patch.Name
		}
		r := p.ReportAt(f, at, "no test says what one row of `%s` is", n.Name)
		if !matters {
			r.Lower(finding.Info)
		}
		if k, ok := m.Summary.Grain(); ok && len(k.Cols) > 0 && !k.Lax {
			r.Evidence("grain", k.Steps...).Help("the query gives one row per %s: test that", sema.Tuple(m.Summary.Names(k.Cols)))
			return
		}
		r.Help("test the key: `unique` and `not_null` on one column, or a combination of columns")
	},
}

// keyed reports whether a model becomes a relation that has rows of its own.
func keyed(n *manifest.Node) bool {
	mat, known := n.Materialized()
	return known && mat != "ephemeral"
}

// testing returns how many percent of the nodes have a test of a key.
func testing(m *manifest.Manifest, nodes []*manifest.Node) int {
	all, done := 0, 0
	for _, n := range nodes {
		if !keyed(n) {
			continue
		}
		all++
		if tested(m, n) {
			done++
		}
	}
	if all == 0 {
		return 100
	}
	return done * 100 / all
}

// tested reports whether a generic test, a constraint or a singular test that
// looks for groups of several rows checks a key of the node. The name of a
// test that dbt does not know is taken at its word.
func tested(m *manifest.Manifest, n *manifest.Node) bool {
	for t := range n.AllTests() {
		if t.Enabled && (strings.Contains(t.Name, "unique") || strings.Contains(t.Name, "primary_key") || strings.HasSuffix(t.Name, "_pk")) {
			return true
		}
	}
	key := func(c *manifest.Constraint) bool { return c.Type == "primary_key" || c.Type == "unique" }
	if slices.ContainsFunc(n.Constraints, key) || slices.ContainsFunc(n.Columns, func(c *manifest.Column) bool { return slices.ContainsFunc(c.Constraints, key) }) {
		return true
	}
	return slices.ContainsFunc(m.Children(n), func(c *manifest.Node) bool {
		return c.Type == manifest.SingularTest && counts.MatchString(c.File.Slice(c.Body))
	})
}

var counts = regexp.MustCompile(`(?is)having\s.*count\s*\(`)

// head returns the first line of a node's template.
func head(n *manifest.Node) source.Span {
	return n.File.LineSpan(n.File.LineOf(n.Body.Start))
}
