package reporters

import (
	"encoding/json"
	"io"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

// JSON writes r as one JSON document, the shape that schema/report.schema.json
// describes. Keys come in a fixed order, lists are never null, and nothing in
// it depends on the time or the machine. Within one schema number no key
// changes its meaning or goes away.
func JSON(w io.Writer, r *finding.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(newDocument(r))
}

// The types below are the published shape; the schema is generated from them.

type document struct {
	Schema   int           `json:"schema" jsonschema:"version of this format; grows only when a key changes its meaning or goes away"`
	Tool     jsonTool      `json:"tool" jsonschema:"the program that made the report"`
	Projects []jsonProject `json:"projects" jsonschema:"the dbt projects of the run"`
	Coverage jsonCoverage  `json:"coverage" jsonschema:"how much of the projects the run could see"`
	Findings []jsonFinding `json:"findings" jsonschema:"sorted by path, offset and code"`
	Summary  jsonSummary   `json:"summary" jsonschema:"number of findings"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonProject struct {
	Name    string `json:"name"`
	Adapter string `json:"adapter" jsonschema:"dialect that the SQL was read in"`
	Origin  string `json:"adapter_origin" jsonschema:"how the adapter is known: profile, option, profiles, inferred or default"`
	Root    string `json:"root" jsonschema:"folder of the project"`
}

type jsonCoverage struct {
	Models       int        `json:"models" jsonschema:"enabled models; the figures below count them unless they say otherwise"`
	Rendered     int        `json:"rendered" jsonschema:"full refresh renders without error or budget stop"`
	Parsed       int        `json:"parsed" jsonschema:"every world parses without an error or an opaque node"`
	HolesFree    int        `json:"holes_free" jsonschema:"no unknown value in the rendered text"`
	ColumnsKnown int        `json:"columns_known" jsonschema:"the set of output columns is complete"`
	KeysKnown    int        `json:"keys_known" jsonschema:"at least one key of the output is known"`
	Joins        int        `json:"joins" jsonschema:"number of joins judged"`
	JoinsKnown   int        `json:"joins_known" jsonschema:"joins whose verdict is not unknown"`
	NotAnalysed  []jsonGap  `json:"not_analysed" jsonschema:"models that were not, or not wholly, analysed"`
	Notes        []jsonNote `json:"notes" jsonschema:"what else the run could not see"`
}

type jsonGap struct {
	Model  string     `json:"model" jsonschema:"unique_id"`
	Path   string     `json:"path"`
	Range  *jsonRange `json:"range" jsonschema:"where the analysis gave up"`
	Reason string     `json:"reason"`
}

type jsonNote struct {
	Code  string     `json:"code" jsonschema:"the rule that would have spoken, or empty"`
	Text  string     `json:"text"`
	Path  string     `json:"path"`
	Range *jsonRange `json:"range"`
}

type jsonFinding struct {
	Code        string         `json:"code"`
	Rule        string         `json:"rule"`
	Severity    string         `json:"severity" jsonschema:"error, warning or info"`
	Message     string         `json:"message"`
	Path        string         `json:"path" jsonschema:"slash-separated, from the root of the run; empty when the finding is about no file"`
	Range       *jsonRange     `json:"range" jsonschema:"range of the template; null when the finding is about no file"`
	Model       string         `json:"model" jsonschema:"unique_id of the resource, or empty"`
	Worlds      []string       `json:"worlds" jsonschema:"the worlds it holds in; empty when in all"`
	Strength    string         `json:"strength" jsonschema:"how much the weakest accusing fact may be trusted; empty when it rests on none"`
	Evidence    []jsonEvidence `json:"evidence" jsonschema:"the facts that the finding rests on"`
	Related     []jsonPlace    `json:"related" jsonschema:"the chain of macro calls, other declarations"`
	Witness     []string       `json:"witness" jsonschema:"rows that show the consequence"`
	Help        string         `json:"help" jsonschema:"what would fix it"`
	Quiet       string         `json:"quiet" jsonschema:"what would make it silent"`
	Fixes       []jsonFix      `json:"fixes"`
	Fingerprint string         `json:"fingerprint" jsonschema:"names the finding across runs: holds no path, line or message text"`
	URL         string         `json:"url" jsonschema:"page of the rule"`
}

type jsonEvidence struct {
	Label    string     `json:"label"`
	Text     string     `json:"text"`
	Strength string     `json:"strength" jsonschema:"hint, declared, tested, enforced, data, structure, or empty"`
	Path     string     `json:"path"`
	Range    *jsonRange `json:"range"`
}

type jsonPlace struct {
	Text  string     `json:"text"`
	Path  string     `json:"path"`
	Range *jsonRange `json:"range"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Grade string     `json:"grade" jsonschema:"safe, unsafe or offered"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	Path  string     `json:"path"`
	Range *jsonRange `json:"range" jsonschema:"the text to replace"`
	New   string     `json:"new"`
}

type jsonRange struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end" jsonschema:"the first position after the range"`
}

type jsonPosition struct {
	Line   int `json:"line" jsonschema:"from 1"`
	Column int `json:"column" jsonschema:"from 1, counts Unicode code points"`
	Offset int `json:"offset" jsonschema:"from 0, counts bytes of the text in UTF-8"`
}

type jsonSummary struct {
	Error      int `json:"error"`
	Warning    int `json:"warning"`
	Info       int `json:"info"`
	Suppressed int `json:"suppressed" jsonschema:"silenced by ignore comments"`
	Baseline   int `json:"baseline" jsonschema:"known from the baseline"`
}

func newDocument(r *finding.Report) document {
	return document{
		Schema: 1,
		Tool:   jsonTool(r.Tool),
		Projects: list(r.Projects, func(p finding.Project) jsonProject {
			return jsonProject(p)
		}),
		Coverage: newCoverage(r.Coverage),
		Findings: list(r.Findings, newFinding),
		Summary:  jsonSummary(r.Summary),
	}
}

func newCoverage(v finding.Coverage) jsonCoverage {
	return jsonCoverage{
		Models: v.Models, Rendered: v.Rendered, Parsed: v.Parsed, HolesFree: v.HolesFree,
		ColumnsKnown: v.ColumnsKnown, KeysKnown: v.KeysKnown, Joins: v.Joins, JoinsKnown: v.JoinsKnown,
		NotAnalysed: list(v.NotAnalysed, func(g finding.Gap) jsonGap {
			return jsonGap{g.Model, path(g.File), newRange(g.File, g.Span), g.Reason}
		}),
		Notes: list(v.Notes, func(n finding.Note) jsonNote {
			return jsonNote{n.Code, n.Text, path(n.File), newRange(n.File, n.Span)}
		}),
	}
}

func newFinding(f *finding.Finding) jsonFinding {
	return jsonFinding{
		Code: f.Code, Rule: f.Rule, Severity: f.Severity.String(), Message: f.Message,
		Path: f.Path(), Range: newRange(f.File, f.Span),
		Model: f.Model, Worlds: list(f.Worlds, same), Strength: f.Strength.String(),
		Evidence: list(f.Evidence, func(e finding.Evidence) jsonEvidence {
			return jsonEvidence{e.Label, e.Text, e.Strength.String(), path(e.File), newRange(e.File, e.Span)}
		}),
		Related: list(f.Related, func(p finding.Place) jsonPlace {
			return jsonPlace{p.Text, path(p.File), newRange(p.File, p.Span)}
		}),
		Witness: list(f.Witness, same), Help: f.Help, Quiet: f.Quiet,
		Fixes:       list(f.Fixes, newFix),
		Fingerprint: f.Fingerprint, URL: f.URL,
	}
}

func newFix(f finding.Fix) jsonFix {
	return jsonFix{f.Title, f.Grade.String(), list(f.Edits, func(e finding.Edit) jsonEdit {
		return jsonEdit{path(e.File), newRange(e.File, e.Span), e.New}
	})}
}

func newRange(f *source.File, s source.Span) *jsonRange {
	if f == nil {
		return nil
	}
	s = s.Clamp(len(f.Text))
	return &jsonRange{jsonPosition(f.Position(s.Start)), jsonPosition(f.Position(s.End))}
}

// list maps in to a list that is never nil, so that it is written as [].
func list[A, B any](in []A, to func(A) B) []B {
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = to(a)
	}
	return out
}

func same(s string) string { return s }

func path(f *source.File) string {
	if f == nil {
		return ""
	}
	return f.Path
}
