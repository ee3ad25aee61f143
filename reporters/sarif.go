package reporters

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

const (
	// sarifResults is how many results code scanning keeps of a run; it
	// refuses files with five times as many.
	sarifResults = 5000
	// sarifRelated is how many related locations code scanning shows.
	sarifRelated = 100
	sarifBase    = "%SRCROOT%"
	homepage     = "https://github.com/dbtvet/dbtvet"
)

// SARIF writes r as a SARIF 2.1.0 log with one run, made for GitHub code
// scanning: at most 5000 results, the worst kept and a notification for the
// rest; fingerprints that do not move with the lines; evidence as related
// locations, which are only shown when the message links to them; gaps of the
// coverage as notifications. Columns count Unicode code points.
func SARIF(w io.Writer, r *finding.Report) error {
	kept := worstFirst(r.Findings)
	kept = kept[:min(len(kept), sarifResults)]
	slices.SortStableFunc(kept, finding.Compare)
	rules := ruleTable(r.Rules, kept)
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: r.Tool.Name, Version: r.Tool.Version, InformationURI: homepage, Rules: list(rules, newSarifRule)}},
		Invocations: []sarifInvocation{{Successful: true, Notifications: notifications(r, len(r.Findings)-len(kept))}},
		Bases:       map[string]sarifArtifact{sarifBase: {Description: &sarifText{Text: "the root of the repository"}}},
		ColumnKind:  "unicodeCodePoints",
		Results: list(kept, func(f *finding.Finding) sarifResult {
			return newSarifResult(f, ruleIndex(rules, f.Code), projectFile(r))
		}),
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// ruleTable returns the rules of the run and those that only a finding names,
// sorted by code.
func ruleTable(ran []finding.Meta, findings []*finding.Finding) []finding.Meta {
	rules := slices.Clone(ran)
	slices.SortFunc(rules, func(a, b finding.Meta) int { return strings.Compare(a.Code, b.Code) })
	for _, f := range findings {
		i, ok := searchRule(rules, f.Code)
		if !ok {
			rules = slices.Insert(rules, i, finding.Meta{Code: f.Code, Name: f.Rule, Severity: f.Severity})
		}
	}
	return rules
}

func searchRule(rules []finding.Meta, code string) (int, bool) {
	return slices.BinarySearchFunc(rules, code, func(m finding.Meta, code string) int { return strings.Compare(m.Code, code) })
}

func ruleIndex(rules []finding.Meta, code string) int {
	i, _ := searchRule(rules, code)
	return i
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	case finding.Info:
		return "note"
	}
	return "none"
}

func newSarifRule(m finding.Meta) sarifRule {
	summary := m.Summary
	if summary == "" {
		summary = m.Name
	}
	tags := []string{"dbt", "sql"}
	if m.Family != "" {
		tags = append(tags, m.Family)
	}
	rule := sarifRule{
		ID: m.Code, Name: m.Name, Short: sarifText{Text: summary}, HelpURI: m.URL(),
		Help: sarifText{
			Text:     summary + "\n" + m.URL(),
			Markdown: fmt.Sprintf("**%s** (`%s`)  \n%s.  \n[What it finds, why, and when it stays silent](%s)", m.Code, m.Name, summary, m.URL()),
		},
		Config:     sarifConfiguration{sarifLevel(m.Severity)},
		Properties: sarifRuleBag{Tags: tags, Precision: "high"},
	}
	if rule.Name == rule.ID { // viewers print both
		rule.Name = ""
	}
	return rule
}

func newSarifResult(f *finding.Finding, rule int, fallback sarifArtifact) sarifResult {
	related, links := relatedLocations(f)
	text := escapeSarif(f.Message)
	if len(links) > 0 {
		text += "\n" + strings.Join(links, "\n")
	}
	if f.Help != "" {
		text += "\nhelp: " + escapeSarif(f.Help)
	}
	result := sarifResult{
		RuleID: f.Code, RuleIndex: rule, Level: sarifLevel(f.Severity), Message: sarifText{Text: text},
		Locations: []sarifLocation{{Physical: physical(f.File, f.Span)}},
		Related:   related,
		// Code scanning tells results apart by the first; the second is for
		// those who read the log themselves.
		Fingerprints: map[string]string{"primaryLocationLineHash": f.Fingerprint + ":1", "dbtvet/v1": f.Fingerprint},
		Fixes:        sarifFixes(f.Fixes),
	}
	if f.File == nil { // code scanning wants a place for every result
		result.Locations[0].Physical = sarifPhysical{Artifact: fallback, Region: &sarifRegion{1, 1, 1, 1}}
	}
	bag := sarifResultBag{f.Model, f.Worlds, f.Strength.String(), f.Witness}
	if bag.Model != "" || bag.Strength != "" || len(bag.Worlds)+len(bag.Witness) > 0 {
		result.Properties = &bag
	}
	return result
}

// relatedLocations returns the places of evidence and of macro calls, and for
// each a line of the message that links to it. Evidence without a place is a
// line only.
func relatedLocations(f *finding.Finding) (locations []sarifLocation, links []string) {
	add := func(label, text string, p finding.Place) {
		if label != "" {
			text = label + ": " + text
		}
		if p.File == nil || len(locations) == sarifRelated {
			links = append(links, escapeSarif(text))
			return
		}
		id := len(locations) + 1
		locations = append(locations, sarifLocation{ID: id, Physical: physical(p.File, p.Span), Message: &sarifText{Text: escapeSarif(text)}})
		links = append(links, fmt.Sprintf("[%s](%d)", escapeSarif(text), id))
	}
	for _, e := range f.Evidence {
		add(e.Label, stated(e), e.Place)
	}
	for _, p := range f.Related {
		add("see", p.Text, p)
	}
	return locations, links
}

// escapeSarif escapes what would be read as an embedded link (3.11.6).
func escapeSarif(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
}

func physical(f *source.File, s source.Span) sarifPhysical {
	if f == nil {
		return sarifPhysical{}
	}
	region := newRegion(f, s)
	return sarifPhysical{artifact(f.Path), &region}
}

func newRegion(f *source.File, s source.Span) sarifRegion {
	s = s.Clamp(len(f.Text))
	start, end := f.Position(s.Start), f.Position(s.End)
	return sarifRegion{start.Line, start.Column, end.Line, end.Column}
}

func artifact(path string) sarifArtifact {
	return sarifArtifact{URI: (&url.URL{Path: path}).EscapedPath(), BaseID: sarifBase}
}

// projectFile is where findings about no file are put: the first project's
// dbt_project.yml.
func projectFile(r *finding.Report) sarifArtifact {
	if len(r.Projects) == 0 || r.Projects[0].Root == "." {
		return artifact("dbt_project.yml")
	}
	return artifact(r.Projects[0].Root + "/dbt_project.yml")
}

// sarifFixes returns the fixes that a tool may apply.
func sarifFixes(fixes []finding.Fix) []sarifFix {
	var out []sarifFix
	for _, f := range fixes {
		if f.Grade == finding.Offered || len(f.Edits) == 0 {
			continue
		}
		out = append(out, sarifFix{sarifText{Text: escapeSarif(f.Title)}, changes(f.Edits)})
	}
	return out
}

// changes groups edits by file, in the order of their first edit.
func changes(edits []finding.Edit) []sarifChange {
	var out []sarifChange
	for _, e := range edits {
		to := artifact(e.File.Path)
		i := slices.IndexFunc(out, func(c sarifChange) bool { return c.Artifact.URI == to.URI })
		if i < 0 {
			i = len(out)
			out = append(out, sarifChange{Artifact: to})
		}
		replacement := sarifReplacement{Deleted: newRegion(e.File, e.Span)}
		if e.New != "" {
			replacement.Inserted = &sarifText{Text: e.New}
		}
		out[i].Replacements = append(out[i].Replacements, replacement)
	}
	return out
}

// notifications says what the run could not see, and what the log leaves out.
func notifications(r *finding.Report, dropped int) []sarifNotification {
	var out []sarifNotification
	add := func(level, text string, p finding.Place) {
		n := sarifNotification{Level: level, Message: sarifText{Text: escapeSarif(text)}}
		if p.File != nil {
			n.Locations = []sarifLocation{{Physical: physical(p.File, p.Span)}}
		}
		out = append(out, n)
	}
	if dropped > 0 {
		add("warning", fmt.Sprintf("%s left out: code scanning keeps %d results", count(dropped, "finding"), sarifResults), finding.Place{})
	}
	for _, g := range r.Coverage.NotAnalysed {
		add("note", g.Model+" was not analysed, or not wholly: "+g.Reason, g.Place)
	}
	for _, n := range r.Coverage.Notes {
		add("note", n.Text, n.Place)
	}
	return out
}
