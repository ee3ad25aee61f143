// Package lint is what a rule is and what it may touch. A rule is a value with
// a description and one function for the scope it judges; it reads analysed
// worlds, models and the manifest through a Pass, and reports to it. Rules do
// no I/O, print nothing and read no configuration files.
//
// A report is made at a range of a world's text or at a place in a file. The
// engine maps the former to the template, merges what several worlds say, and
// applies the user's configuration.
package lint

import (
	"fmt"
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Rule is one check. It sets the function of the scope that it needs; more than
// one may be set.
type Rule struct {
	finding.Meta
	// World judges one distinct rendered text of a model.
	World func(*Pass, *sema.World)
	// Model judges a model with all its worlds.
	Model func(*Pass, *sema.Model)
	// Project judges the project as a whole, after its models.
	Project func(*Pass, *Project)
	// Options returns a new value of the rule's option struct, with defaults;
	// nil when the rule has none.
	Options func() any
	// Presets are those that the rule is in; none means recommended and every
	// stricter one.
	Presets []string
	// Tests is set for a rule that also judges singular tests and analyses.
	Tests bool
}

// In returns the names of the presets that the rule is in: those it names; if
// there are none or recommended is among them, recommended and what builds on it.
func (r *Rule) In() []string {
	if len(r.Presets) == 0 || slices.Contains(r.Presets, "recommended") {
		return []string{"recommended", "strict", "teaching"}
	}
	return r.Presets
}

// Project is what a rule of project scope sees.
type Project struct {
	Manifest *manifest.Manifest
	// Models are the analysed models by unique id: without worlds, which are
	// freed, but with their summaries.
	Models map[string]*sema.Model
	// Adapter is the warehouse adapter of the run.
	Adapter sema.Adapter
	Dialect *sql.Dialect
	// Partial is set when the run judges a selection: what is missing then
	// need not be missing.
	Partial bool
}

// Pass is one application of a rule.
type Pass struct {
	Rule     *Rule
	Manifest *manifest.Manifest
	Model    *sema.Model // nil in project scope
	World    *sema.World // nil outside of world scope
	Settings Settings
	options  any
	reports  []*Report
}

// Settings are the choices of the run that rules may ask for.
type Settings struct {
	// Layer returns the layer of the model name in the file at path: staging,
	// intermediate, marts, or "" when nothing or more than one thing speaks
	// for one. nil knows no layers.
	Layer func(path, name string) string
	// Thorough is set under the presets strict and teaching, which hear what a
	// project at work is spared: what is missing nearly everywhere.
	Thorough bool
}

// Layer returns the layer of a node, or "".
func (p *Pass) Layer(n *manifest.Node) string { return p.LayerOf(n.Path, n.Name) }

// LayerOf returns the layer of the model name in the file at path, or "". The
// tests of a package have no layers.
func (p *Pass) LayerOf(path, name string) string {
	if p.Settings.Layer == nil || p.Manifest.Project.IntegrationTests() {
		return ""
	}
	return p.Settings.Layer(path, name)
}

// NewPass returns a pass of rule with its options, which may be nil.
func NewPass(rule *Rule, m *manifest.Manifest, options any) *Pass {
	return &Pass{Rule: rule, Manifest: m, options: options}
}

// Reports returns what the rule reported, in order.
func (p *Pass) Reports() []*Report { return p.reports }

// Options returns the rule's options. T is the struct that Rule.Options makes.
func Options[T any](p *Pass) *T {
	if o, ok := p.options.(*T); ok {
		return o
	}
	o, _ := p.Rule.Options().(*T)
	return o
}

// Report is a finding in the making.
type Report struct {
	finding.Finding
	// Variant is set when the place is a range of a rendered text, which is Text.
	Variant *dbtctx.Rendered
	Text    sql.Span
}

// Report reports at a range of the current world's text.
func (p *Pass) Report(span sql.Span, format string, args ...any) *Report {
	r := p.new(format, args)
	r.Variant, r.Text = p.World.Rendered, span
	return r
}

// ReportIn reports at a range of the text of one rendered world.
func (p *Pass) ReportIn(v *dbtctx.Rendered, span sql.Span, format string, args ...any) *Report {
	r := p.new(format, args)
	r.Variant, r.Text = v, span
	return r
}

// ReportAt reports at a place in a file.
func (p *Pass) ReportAt(f *source.File, span source.Span, format string, args ...any) *Report {
	r := p.new(format, args)
	r.Place = finding.Place{File: f, Span: span}
	return r
}

func (p *Pass) new(format string, args []any) *Report {
	r := &Report{}
	r.Code, r.Rule, r.Severity, r.URL = p.Rule.Code, p.Rule.Name, p.Rule.Severity, p.Rule.URL()
	r.Message = fmt.Sprintf(format, args...)
	if p.Model != nil {
		r.Model = p.Model.Node.ID
	}
	p.reports = append(p.reports, r)
	return r
}

// Lower sets the severity of this report, which is at most the rule's.
func (r *Report) Lower(s finding.Severity) *Report {
	r.Severity = min(r.Severity, s)
	return r
}

// On says which resource the report is about, when the pass has none.
func (r *Report) On(id string) *Report {
	r.Finding.Model = id
	return r
}

// Evidence adds facts under a label; the report's strength becomes that of the
// weakest fact.
func (r *Report) Evidence(label string, steps ...sema.Step) *Report {
	for _, s := range steps {
		e := finding.Evidence{Label: label, Place: s.Place, Strength: s.Strength}
		e.Text = s.Text
		r.Finding.Evidence = append(r.Finding.Evidence, e)
		if r.Strength == finding.Unstated || s.Strength < r.Strength && s.Strength != finding.Unstated {
			r.Strength = s.Strength
		}
	}
	return r
}

// Note adds a line of evidence without a place.
func (r *Report) Note(label, format string, args ...any) *Report {
	e := finding.Evidence{Label: label}
	e.Text = fmt.Sprintf(format, args...)
	r.Finding.Evidence = append(r.Finding.Evidence, e)
	return r
}

// Related adds another place that belongs to the finding.
func (r *Report) Related(f *source.File, span source.Span, caption string) *Report {
	if f != nil {
		r.Finding.Related = append(r.Finding.Related, finding.Place{File: f, Span: span, Text: caption})
	}
	return r
}

// Help says what would fix it.
func (r *Report) Help(format string, args ...any) *Report {
	r.Finding.Help = fmt.Sprintf(format, args...)
	return r
}

// Quiet says what would make it silent.
func (r *Report) Quiet(format string, args ...any) *Report {
	r.Finding.Quiet = fmt.Sprintf(format, args...)
	return r
}

// Witness adds rows that show the consequence.
func (r *Report) Witness(lines ...string) *Report {
	r.Finding.Witness = append(r.Finding.Witness, lines...)
	return r
}

// About names the symbols that the finding is about, for its fingerprint.
func (r *Report) About(names ...string) *Report {
	r.Symbols = append(r.Symbols, names...)
	return r
}

// Fix offers a set of edits.
func (r *Report) Fix(f finding.Fix) *Report {
	r.Fixes = append(r.Fixes, f)
	return r
}
