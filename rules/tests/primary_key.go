package tests

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// keyOptions are the options of MissingPrimaryKeyTest.
type keyOptions struct {
	// MinCoverage is the share of a folder's models, in percent, that must have a
	// test of a key before one without is reported.
	MinCoverage int `json:"min_coverage" jsonschema:"percentage of the models of a folder that must have a key test before the others are reported; 0 reports all"`
	// Accept are patterns of names of tests that check a key.
	Accept []string `json:"accept" jsonschema:"patterns of names of tests that check a key, besides those that have unique or primary_key in their name"`
	// Layers are the layers whose models need a test, besides incremental ones.
	Layers []string `json:"layers" jsonschema:"layers whose models need a key test: staging, intermediate, marts; incremental models always do"`
}

// MissingPrimaryKeyTest reports a mart or incremental model of which no test or
// constraint says what one row is. Where most of a folder's models have none,
// the project does not test keys, and hears of it under stricter presets only.
var MissingPrimaryKeyTest = lint.Rule{
	Meta: finding.Meta{
		Code: "TST01", Name: "missing-primary-key-test", Family: "tests", Severity: finding.Warning,
		Summary: "no test or constraint proves a key of the model", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Options: func() any { return &keyOptions{MinCoverage: 60, Layers: []string{"marts"}} },
	Model: func(p *lint.Pass, m *sema.Model) {
		n, o := m.Node, lint.Options[keyOptions](p)
		if n.Type != manifest.Model || !keyed(n) || tested(p.Manifest, n, o.Accept) {
			return
		}
		incremental, _ := m.IsIncremental()
		matters := incremental && !p.Manifest.Project.IntegrationTests() || slices.Contains(o.Layers, p.Layer(n))
		if !p.Settings.Thorough && (!matters || o.MinCoverage > 0 && p.Manifest.PerFolder(n, "percent of models with a key test", func(all []*manifest.Node) int { return testing(p.Manifest, all, o.Accept) }) < o.MinCoverage) {
			return
		}
		f, at := n.File, head(n)
		if n.Patch != nil {
			f, at = n.Patch.File, n.Patch.Name
		}
		off := disabled(n, o.Accept)
		r := p.ReportAt(f, at, "no test says what one row of `%s` is%s", n.Name, switchedOff(off))
		if off != nil {
			r.Evidence("test", sema.Step{Text: "`" + off.Name + "` is disabled", Place: finding.Place{File: off.File, Span: off.Span}, Strength: finding.Struct})
		}
		if !matters {
			r.Lower(finding.Info)
		}
		r.Quiet("a test of a key: `unique`, a combination of columns, a primary key constraint, or a singular test")
		if k, ok := m.Summary.Grain(); ok && len(k.Cols) > 0 {
			key := sema.Tuple(m.Summary.Names(k.Cols))
			r.Evidence("grain", k.Steps...)
			if k.Strength < finding.Tested {
				check := "that it is `unique` and `not_null`"
				if len(k.Cols) > 1 {
					check = "that no two rows have the same"
				}
				r.Help("%s is meant to be the key: test %s", key, check)
				return
			}
			r.Help("the query gives one row per %s: test that", key)
			r.Lower(finding.Info) // the query cannot give two, or only where a test below fails
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
func testing(m *manifest.Manifest, nodes []*manifest.Node, accept []string) int {
	all, done := 0, 0
	for _, n := range nodes {
		if !keyed(n) {
			continue
		}
		all++
		if tested(m, n, accept) {
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
func tested(m *manifest.Manifest, n *manifest.Node, accept []string) bool {
	for t := range n.AllTests() {
		if t.Enabled && ofKey(t, accept) {
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

// ofKey reports whether a test's name is that of a check of a key.
func ofKey(t *manifest.Test, accept []string) bool {
	return named(accept, t.Name) || strings.Contains(t.Name, "unique") || strings.Contains(t.Name, "primary_key") || strings.HasSuffix(t.Name, "_pk")
}

// disabled returns a test of a key that is written and switched off, nil if there
// is none.
func disabled(n *manifest.Node, accept []string) *manifest.Test {
	for t := range n.AllTests() {
		if !t.Enabled && ofKey(t, accept) {
			return t
		}
	}
	return nil
}

func switchedOff(t *manifest.Test) string {
	if t == nil {
		return ""
	}
	return ": its test `" + t.Name + "` is disabled"
}

// named reports whether a test's name fits one of the patterns.
func named(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

var counts = regexp.MustCompile(`(?is)having\s.*count\s*\(`)

// head returns the first line of a node's template.
func head(n *manifest.Node) source.Span {
	return n.File.LineSpan(n.File.LineOf(n.Body.Start))
}
