package reporters

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	infer "github.com/google/jsonschema-go/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

func TestUnknownFormat(t *testing.T) {
	for name, want := range map[string]string{
		"sarf": "unknown format `sarf`: did you mean `sarif`?",
		"html": "unknown format `html`: the formats are console, github, json, markdown, sarif",
	} {
		if err := Write(io.Discard, name, &finding.Report{}, ConsoleOptions{}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorsComeOut(t *testing.T) {
	for _, name := range Formats() {
		if err := Write(brokenWriter{}, name, shop(t), ConsoleOptions{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want %v", name, err, errBroken)
		}
	}
}

func compile(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	schema := compile(t, "testdata/sarif-2.1.0.schema.json")
	for _, r := range []*finding.Report{{}, shop(t), crowd(), oddities()} {
		validate(t, schema, render(t, func(w io.Writer) error { return SARIF(w, r) }))
	}
}

func TestSARIFKeepsTheWorst(t *testing.T) {
	r := &finding.Report{}
	for i := range sarifResults + 10 {
		sev := finding.Info
		if i > sarifResults {
			sev = finding.Error
		}
		r.Findings = append(r.Findings, &finding.Finding{Code: "A", Severity: sev, Message: "m"})
	}
	var log sarifLog
	if err := json.Unmarshal(render(t, func(w io.Writer) error { return SARIF(w, r) }), &log); err != nil {
		t.Fatal(err)
	}
	run, errorLevel := log.Runs[0], 0
	for _, result := range run.Results {
		if result.Level == "error" {
			errorLevel++
		}
	}
	if len(run.Results) != sarifResults || errorLevel != 9 {
		t.Errorf("%d results, %d errors; want %d and 9", len(run.Results), errorLevel, sarifResults)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || !strings.HasPrefix(n[0].Message.Text, "10 findings left out") {
		t.Errorf("notifications %v", n)
	}
}

// TestReportSchema makes the published schema from the types and compares.
func TestReportSchema(t *testing.T) {
	schema, err := infer.For[document](nil)
	if err != nil {
		t.Fatal(err)
	}
	schema.Schema = "http://json-schema.org/draft-07/schema#"
	schema.Title = "report of dbtvet"
	neverNull(schema)
	schema.Properties["schema"].Enum = []any{1}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../../schema/report.schema.json", append(text, '\n'))
}

// neverNull takes null from the lists that For allows to be nil: list sees to
// it that they are not.
func neverNull(s *infer.Schema) {
	if s.Items != nil {
		s.Type, s.Types = "array", nil
		neverNull(s.Items)
	}
	for _, p := range s.Properties {
		neverNull(p)
	}
}

func TestJSONIsValid(t *testing.T) {
	if *update {
		t.Skip("the schema is being written")
	}
	schema := compile(t, "../schema/report.schema.json")
	for _, r := range []*finding.Report{{}, shop(t), crowd(), oddities()} {
		validate(t, schema, render(t, func(w io.Writer) error { return JSON(w, r) }))
	}
	bad := []byte(`{"schema": 2}`)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
	if err != nil {
		t.Fatal(err)
	}
	if schema.Validate(value) == nil {
		t.Error("the schema accepts anything")
	}
}

// oddities is a report of the places that break renderers.
func oddities() *finding.Report {
	f := source.NewFile("models/ö ü/#1 [x].sql", "select\t'日本語' as a, '👩‍👩‍👧' as b,\tc\r\nfrom t where é = 'e\u0301'\r\n\t\twrong\r\nlast")
	empty := source.NewFile("models/empty.sql", "")
	wide := source.NewFile("models/wide.sql", strings.Repeat("abcdefgh, ", 100)+"here, "+strings.Repeat("日本, ", 100))
	evil := source.NewFile("models/\x1b[31mevil.sql", "select '\x1b[2J\u202eabc\u200b' as x\x00")
	at := func(f *source.File, start, end int) finding.Place {
		return finding.Place{File: f, Span: source.Span{Start: int32(start), End: int32(end)}}
	}
	of := func(f *source.File, text string) finding.Place {
		i := strings.Index(f.Text, text)
		return at(f, i, i+len(text))
	}
	r := &finding.Report{Projects: []finding.Project{{Name: "a", Root: "a"}, {Name: "b", Adapter: "duckdb", Origin: "inferred", Root: "b"}}}
	for _, c := range []struct {
		name  string
		place finding.Place
	}{
		{"cells of two columns", of(f, "'日本語'")},
		{"one cluster of many runes", of(f, "👩‍👩‍👧")},
		{"inside a cluster", at(f, strings.Index(f.Text, "👩")+4, strings.Index(f.Text, "👩")+5)},
		{"a tab", of(f, "\tc")},
		{"combining mark", of(f, "e\u0301")},
		{"tabs before", of(f, "wrong")},
		{"the line ending", of(f, "\tc\r\n")},
		{"end of file", at(f, len(f.Text), len(f.Text))},
		{"behind the file", at(f, 9999, 10010)},
		{"before the file", at(f, -5, -1)},
		{"backwards", at(f, 20, 10)},
		{"empty file", at(empty, 0, 0)},
		{"a long line", of(wide, "here")},
		{"the start of a long line", at(wide, 0, 3)},
		{"the end of a long line", at(wide, len(wide.Text)-2, len(wide.Text))},
		{"all of a long line", at(wide, 0, len(wide.Text))},
		{"control characters \x1b[31m\n::error::", of(evil, "'\x1b[2J\u202eabc\u200b'")},
	} {
		r.Findings = append(r.Findings, &finding.Finding{Code: "X01", Rule: "x", Severity: finding.Warning, Message: c.name, Place: c.place})
	}
	for _, f := range r.Findings {
		f.Fingerprint = "0"
	}
	return r
}

func TestOddities(t *testing.T) {
	golden(t, "oddities.txt", render(t, func(w io.Writer) error { return Console(w, oddities(), ConsoleOptions{Width: 60}) }))
	for _, name := range []string{"console", "github", "markdown"} {
		text := string(render(t, func(w io.Writer) error { return Write(w, name, oddities(), ConsoleOptions{}) }))
		for _, bad := range []string{"\x1b", "\u202e", "\x00", "\n::error::"} {
			if name == "github" && bad != "\n::error::" {
				continue // GitHub shows annotations as text
			}
			if strings.Contains(text, bad) {
				t.Errorf("%s lets %q through", name, bad)
			}
		}
	}
}

func TestManyGaps(t *testing.T) {
	r := &finding.Report{}
	for range 13 {
		r.Coverage.NotAnalysed = append(r.Coverage.NotAnalysed, finding.Gap{Model: "model.a.b", Reason: "r"})
	}
	text := string(render(t, func(w io.Writer) error { return Console(w, r, ConsoleOptions{}) }))
	if got := strings.Count(text, "model.a.b"); got != maxGaps || !strings.Contains(text, "and 3 more") {
		t.Errorf("%d gaps listed, want %d and the number of the rest:\n%s", got, maxGaps, text)
	}
}

func TestMarkdownEndsBeforeTheLimit(t *testing.T) {
	r := &finding.Report{}
	for range 3000 {
		r.Findings = append(r.Findings, &finding.Finding{Code: "A", Message: strings.Repeat("long ", 100)})
	}
	text := render(t, func(w io.Writer) error { return Markdown(w, r) })
	if len(text) > 1<<20 || !bytes.Contains(text, []byte("more findings left out")) {
		t.Errorf("%d bytes", len(text))
	}
}

// FuzzConsole draws a finding and a piece of evidence at any two spans of any
// text: it must not panic, every caret line must fit its excerpt, and no
// control character may come through.
func FuzzConsole(f *testing.F) {
	for _, x := range oddities().Findings {
		f.Add(x.File.Text, x.Span.Start, x.Span.End, 60)
	}
	f.Add("a\nb\nc\n", int32(0), int32(6), 0)
	f.Fuzz(func(t *testing.T, text string, start, end int32, width int) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		file := source.NewFile("m.sql", text)
		place := finding.Place{File: file, Span: source.Span{Start: start, End: end}}
		aside := finding.Place{File: file, Span: source.Span{Start: start / 2, End: end / 2}, Text: text}
		r := &finding.Report{Findings: []*finding.Finding{{Code: "X", Severity: finding.Error, Message: text, Place: place, Evidence: []finding.Evidence{{Label: "e", Place: aside}}}}}
		out := string(render(t, func(w io.Writer) error { return Console(w, r, ConsoleOptions{Width: width}) }))
		if !strings.Contains(out, "^") {
			t.Error("no caret")
		}
		if strings.ContainsFunc(strings.ReplaceAll(out, "\n", ""), invisible) {
			t.Error("an invisible character came through")
		}
	})
}

func BenchmarkConsole(b *testing.B) {
	r := crowd()
	for b.Loop() {
		if err := Console(io.Discard, r, ConsoleOptions{Width: 100, ShowInfo: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	r := crowd()
	for b.Loop() {
		if err := JSON(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
