package ignore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

var known = []finding.Meta{
	{Code: "COL01", Name: "select-star-output"}, {Code: "DOC01", Name: "undocumented-column"},
	{Code: "FAN02", Name: "inflated-aggregate"}, {Code: "IGN01"}, {Code: "IGN02"},
}

// at returns a finding of code that begins where mark stands in f.
func at(f *source.File, code, mark string) *finding.Finding {
	i := int32(strings.Index(f.Text, mark))
	return &finding.Finding{Code: code, Severity: finding.Warning, Place: finding.Place{File: f, Span: source.Span{Start: i, End: i + int32(len(mark))}}}
}

// said returns "line CODE message" of each finding.
func said(r *finding.Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%d %s %s", f.File.Position(f.Span.Start).Line, f.Code, f.Message))
	}
	return out
}

func TestApply(t *testing.T) {
	for _, tc := range []struct {
		name, path, text string
		find             []string // "CODE mark"
		reasons          bool
		want             []string
		suppressed       int
	}{
		{"own line", "m.sql", "select a -- dbtvet: ignore FAN02 -- why", []string{"FAN02 a"}, false, nil, 1},
		{"next line", "m.sql", "-- dbtvet: ignore FAN02\nselect a", []string{"FAN02 a"}, false, nil, 1},
		{"not the line after the next", "m.sql", "-- dbtvet: ignore FAN02\nselect\n a_b", []string{"FAN02 a_b"}, false,
			[]string{"3 FAN02 ", "1 IGN01 FAN02 is not reported here, so nothing is silenced"}, 0},
		{"not the line before", "m.sql", "select q\n-- dbtvet: ignore FAN02", []string{"FAN02 q"}, false,
			[]string{"1 FAN02 ", "2 IGN01 FAN02 is not reported here, so nothing is silenced"}, 0},
		{"another rule", "m.sql", "select a -- dbtvet: ignore DOC01", []string{"FAN02 a"}, false,
			[]string{"1 FAN02 ", "1 IGN01 DOC01 is not reported here, so nothing is silenced"}, 0},
		{"two codes, one unused", "m.sql", "select q -- dbtvet: ignore FAN02, DOC01", []string{"FAN02 q"}, false,
			[]string{"1 IGN01 DOC01 is not reported here, so nothing is silenced"}, 1},
		{"codes apart by blanks", "m.sql", "select q -- dbtvet: ignore FAN02 DOC01", []string{"FAN02 q", "DOC01 q"}, false, nil, 2},
		{"jinja comment", "m.sql", "{#- dbtvet: ignore FAN02 -- why -#}\nselect a", []string{"FAN02 a"}, false, nil, 1},
		{"block comment of many lines", "m.sql", "/* dbtvet: ignore FAN02 --\n long reason\n*/\nselect a", []string{"FAN02 select"}, false, nil, 1},
		{"no space needed", "m.sql", "select a --dbtvet:ignore FAN02--why", []string{"FAN02 a"}, true, nil, 1},
		{"carriage returns", "m.sql", "select\r\n q -- dbtvet: ignore FAN02\r\n", []string{"FAN02 q"}, false, nil, 1},
		{"whole file", "m.sql", "-- dbtvet: ignore-file FAN02\n\n\n\nselect q", []string{"FAN02 q"}, false, nil, 1},
		{"whole file, too late", "m.sql", strings.Repeat("\n", 10) + "-- dbtvet: ignore-file FAN02\nselect q", []string{"FAN02 q"}, false,
			[]string{"12 FAN02 ", "11 IGN02 `ignore-file` counts within the first 10 lines only"}, 0},
		{"yaml", "m.yml", "models:\n  - name: q # dbtvet: ignore DOC01\n", []string{"DOC01 q"}, false, nil, 1},
		{"yaml, in a string", "m.yml", "a: \"x # dbtvet: ignore DOC01\"\nb: q", []string{"DOC01 q"}, false, []string{"2 DOC01 "}, 0},
		{"no code", "m.sql", "select q -- dbtvet: ignore", []string{"FAN02 q"}, false,
			[]string{"1 FAN02 ", "1 IGN02 an ignore comment needs the codes of the rules it silences, such as `ignore FAN02`"}, 0},
		{"unknown code", "m.sql", "select q -- dbtvet: ignore FAN20", nil, false, []string{"1 IGN02 unknown rule `FAN20`: did you mean FAN02?"}, 0},
		{"a name", "m.sql", "select q -- dbtvet: ignore inflated-aggregate", nil, false,
			[]string{"1 IGN02 ignore comments name rules by code: write FAN02 for `inflated-aggregate`"}, 0},
		{"unknown verb", "m.sql", "select q -- dbtvet: disable FAN02", nil, false,
			[]string{"1 IGN02 unknown comment `dbtvet: disable`: expected `ignore` or `ignore-file`"}, 0},
		{"its own rules", "m.sql", "select q -- dbtvet: ignore IGN01", nil, false,
			[]string{"1 IGN02 IGN01 is about ignore comments and cannot be silenced by one"}, 0},
		{"a reason is asked for", "m.sql", "select q -- dbtvet: ignore FAN02", []string{"FAN02 q"}, true,
			[]string{"1 IGN02 this ignore comment has no reason: add `-- why` after the codes"}, 1},
		{"noqa", "m.sql", "select q -- noqa: FAN02", []string{"FAN02 q"}, false, []string{"1 FAN02 "}, 0},
		{"not addressed to us", "m.sql", "select q -- see dbtvet: ignore FAN02", []string{"FAN02 q"}, false, []string{"1 FAN02 "}, 0},
		{"in a string", "m.sql", "select '-- dbtvet: ignore FAN02', q", []string{"FAN02 q"}, false, []string{"1 FAN02 "}, 0},
		{"after a doubled quote", "m.sql", "select 'it''s', q -- dbtvet: ignore FAN02", []string{"FAN02 q"}, false, nil, 1},
		{"after an escaped quote", "m.sql", `select 'it\'s', q -- dbtvet: ignore FAN02`, []string{"FAN02 q"}, false, nil, 1},
		{"after a lone backslash", "m.sql", `select 'C:\', q -- dbtvet: ignore FAN02`, []string{"FAN02 q"}, false, nil, 1},
		{"after a template string", "m.sql", `select {{ "it's" }}, q -- dbtvet: ignore FAN02`, []string{"FAN02 q"}, false, nil, 1},
		{"in a template string", "m.sql", `select {{ "-- dbtvet: ignore FAN02" }}, q`, []string{"FAN02 q"}, false, []string{"1 FAN02 "}, 0},
		{"apostrophe in a comment", "m.sql", "-- don't\nselect q -- dbtvet: ignore FAN02", []string{"FAN02 q"}, false, nil, 1},
		{"jinja comment in a sql string", "m.sql", "select '{# dbtvet: ignore FAN02 #}' as q", []string{"FAN02 q"}, false, nil, 1},
		{"other files have no comments", "m.md", "-- dbtvet: ignore FAN02\nq", []string{"FAN02 q"}, false, []string{"2 FAN02 "}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := source.NewFile(tc.path, tc.text)
			r := &finding.Report{Rules: known}
			for _, s := range tc.find {
				code, mark, _ := strings.Cut(s, " ")
				r.Findings = append(r.Findings, at(f, code, mark))
			}
			Apply(r, Options{Files: []*source.File{f}, Known: known, Reasons: tc.reasons})
			if got := said(r); !slices.Equal(got, tc.want) {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
			if r.Summary.Suppressed != tc.suppressed {
				t.Errorf("suppressed %d, want %d", r.Summary.Suppressed, tc.suppressed)
			}
		})
	}
}

func TestApplyAtTheMacroOrAtTheCall(t *testing.T) {
	for _, tc := range []struct{ name, model, macro string }{
		{"macro", "select {{ total('x') }}", "{% macro total(c) %}\nsum({{ c }}) -- dbtvet: ignore FAN02\n{% endmacro %}"},
		{"call", "select {{ total('x') }} -- dbtvet: ignore FAN02", "{% macro total(c) %}\nsum({{ c }})\n{% endmacro %}"},
	} {
		model, macro := source.NewFile("models/m.sql", tc.model), source.NewFile("macros/total.sql", tc.macro)
		f := at(model, "FAN02", "{{ total")
		f.Related = []finding.Place{at(macro, "", "sum").Place}
		r := &finding.Report{Rules: known, Findings: []*finding.Finding{f}}
		Apply(r, Options{Files: []*source.File{model, macro}, Known: known})
		if len(r.Findings) != 0 || r.Summary.Suppressed != 1 {
			t.Errorf("comment at the %s: %q", tc.name, said(r))
		}
	}
}

func TestUnusedStaysSilent(t *testing.T) {
	f := source.NewFile("m.sql", "select 1 -- dbtvet: ignore FAN02")
	notRun := &finding.Report{Rules: known[:1]}
	Apply(notRun, Options{Files: []*source.File{f}, Known: known})
	gap := &finding.Report{Rules: known, Coverage: finding.Coverage{NotAnalysed: []finding.Gap{{Model: "m", Place: finding.Place{File: f}}}}}
	Apply(gap, Options{Files: []*source.File{f}, Known: known})
	if len(notRun.Findings)+len(gap.Findings) > 0 {
		t.Errorf("got %q and %q, want nothing", said(notRun), said(gap))
	}
}

func TestRefuse(t *testing.T) {
	f := source.NewFile("m.sql", "select q -- dbtvet: ignore FAN02")
	r := &finding.Report{Rules: known, Findings: []*finding.Finding{at(f, "FAN02", "q")}}
	Apply(r, Options{Files: []*source.File{f}, Known: known, Refuse: true})
	if len(r.Findings) != 1 || r.Summary.Suppressed != 0 {
		t.Errorf("findings %q, suppressed %d", said(r), r.Summary.Suppressed)
	}
	if len(r.Coverage.Notes) != 1 || r.Coverage.Notes[0].Text != "1 ignore comment was refused" {
		t.Errorf("notes %v", r.Coverage.Notes)
	}
}

func TestDeletingTheComment(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"select 1  -- dbtvet: ignore FAN02\nfrom t", "select 1\nfrom t"},
		{"a\n  -- dbtvet: ignore FAN02\nb", "a\nb"},
		{"a\r\n  {# dbtvet: ignore FAN02 #}  \r\nb", "a\r\nb"},
		{"a /* dbtvet: ignore FAN02 */ b", "a b"},
		{"-- dbtvet: ignore FAN02", ""},
	} {
		r := &finding.Report{Rules: known}
		Apply(r, Options{Files: []*source.File{source.NewFile("m.sql", tc.text)}, Known: known})
		if len(r.Findings) != 1 || len(r.Findings[0].Fixes) != 1 {
			t.Errorf("%q: no fix: %q", tc.text, said(r))
			continue
		}
		e := r.Findings[0].Fixes[0].Edits[0]
		if got := tc.text[:e.Span.Start] + e.New + tc.text[e.Span.End:]; got != tc.want {
			t.Errorf("%q becomes %q, want %q", tc.text, got, tc.want)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{
		"select '{{ \"a\" }}' -- dbtvet: ignore FAN02 -- x", "/* dbtvet: ignore-file A */", "{# dbtvet: ignore #}", "{{ '", "{% \"", "'\\'", "{#",
		"--dbtvet:\n/*", "\"\"\"", "a--{#dbtvet: ignore X#}\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("m.sql", text)
		end := int32(len(text))
		for _, c := range scan(file) {
			spans := []source.Span{c.Span, c.VerbSpan, c.removal()}
			for _, code := range c.Codes {
				spans = append(spans, code.Span)
				if !c.Span.Contains(code.Span) || file.Slice(code.Span) != code.Text {
					t.Errorf("code %q at %v outside %v", code.Text, code.Span, c.Span)
				}
			}
			for _, s := range spans {
				if s.Start < 0 || s.Start > s.End || s.End > end {
					t.Errorf("span %v outside the file", s)
				}
			}
			if c.First > c.Last {
				t.Errorf("lines %d to %d", c.First, c.Last)
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	f := source.NewFile("m.sql", strings.Repeat("select a, 'it''s', {{ x }} -- note\nfrom t\n", 5000)+"-- dbtvet: ignore FAN02\n")
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		if len(scan(f)) != 1 {
			b.Fatal("the comment was not found")
		}
	}
}
