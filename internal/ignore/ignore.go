// Package ignore reads the comments by which a project silences findings, and
// applies them to a report. It knows files and findings; it parses no SQL and
// no template, only where comments and strings begin and end. A linter's marks
// of other tools, noqa above all, mean nothing here.
//
//	select *  -- dbtvet: ignore COL01 -- the union below needs all columns
//	{# dbtvet: ignore FAN02, FAN01 -- one row per order, see #42 #}
//	/* dbtvet: ignore-file DOC01 */
//	# dbtvet: ignore DOC01
//
// A comment covers the lines that it stands on and the next one; ignore-file,
// within the first ten lines, covers its file. It silences a finding that
// begins on a covered line, or whose chain of macro calls passes over one: a
// comment works at the macro's line and at the call. The codes are mandatory,
// so that a comment cannot hide what it was not written for; one that silences
// nothing is a finding, so that they go away with their cause.
package ignore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Unused reports comments that silence nothing.
var Unused = finding.Meta{
	Code: "IGN01", Name: "unused-ignore", Family: "ignore", Severity: finding.Warning,
	Summary: "an ignore comment silences nothing", Needs: finding.NeedYAML, Since: "0.1.0", Fixable: true,
}

// Unknown reports comments that cannot be obeyed.
var Unknown = finding.Meta{
	Code: "IGN02", Name: "unknown-ignore", Family: "ignore", Severity: finding.Warning,
	Summary: "an ignore comment has no rule code, or one that does not exist", Needs: finding.NeedYAML, Since: "0.1.0",
}

// Rules returns the rules that Apply reports, sorted by code.
func Rules() []finding.Meta { return []finding.Meta{Unused, Unknown} }

// Options says what Apply works with.
type Options struct {
	// Files are the files whose comments count; findings name them by path.
	Files []*source.File
	// Known are all rules there are, run or not.
	Known []finding.Meta
	// Refuse keeps every finding, and notes how many comments had no effect.
	Refuse bool
	// Reasons makes a comment without a reason a finding.
	Reasons bool
}

// Apply drops the findings that comments silence, adds their number to
// Summary.Suppressed, and adds findings about comments that are unused or
// cannot be obeyed. It leaves the order and the counts to Report.Finish.
//
// A comment is not called unused for a rule that did not run, nor in a file
// that was not wholly analysed.
func Apply(r *finding.Report, o Options) {
	var all []*comment
	for _, f := range o.Files {
		for _, c := range scan(f) {
			all = append(all, &comment{Comment: c, used: make([]bool, len(c.Codes))})
		}
	}
	if o.Refuse {
		if len(all) > 0 {
			r.Coverage.Notes = append(r.Coverage.Notes, finding.Note{Text: refused(len(all))})
		}
		return
	}
	byPath := map[string][]*comment{}
	for _, c := range all {
		byPath[c.File.Path] = append(byPath[c.File.Path], c)
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f *finding.Finding) bool {
		if !silenced(f, byPath) {
			return false
		}
		r.Summary.Suppressed++
		return true
	})
	j := judge{o: o, ran: codes(r.Rules), known: codes(o.Known), gaps: gaps(r.Coverage)}
	for _, c := range all {
		r.Findings = append(r.Findings, j.comment(c)...)
	}
}

// comment is a comment with what it has done.
type comment struct {
	Comment
	used []bool // by code
}

// covers reports whether p begins on a line that the comment covers.
func (c *comment) covers(p finding.Place) bool {
	if c.WholeFile {
		return !c.Late
	}
	line := p.File.Position(p.Span.Start).Line
	return c.First <= line && line <= c.Last+1
}

// silenced reports whether a comment covers f, and marks all that do as used.
func silenced(f *finding.Finding, byPath map[string][]*comment) bool {
	found := false
	for _, p := range append([]finding.Place{f.Place}, f.Related...) {
		if p.File == nil {
			continue
		}
		for _, c := range byPath[p.File.Path] {
			i := slices.IndexFunc(c.Codes, func(code Code) bool { return code.Text == f.Code })
			if i >= 0 && c.covers(p) {
				c.used[i], found = true, true
			}
		}
	}
	return found
}

func codes(rules []finding.Meta) map[string]bool {
	out := map[string]bool{}
	for _, m := range rules {
		out[m.Code] = true
	}
	return out
}

func gaps(v finding.Coverage) map[string]bool {
	out := map[string]bool{}
	for _, g := range v.NotAnalysed {
		if g.File != nil {
			out[g.File.Path] = true
		}
	}
	return out
}

// judge turns what is wrong with comments into findings.
type judge struct {
	o          Options
	ran, known map[string]bool
	gaps       map[string]bool // paths of files not wholly analysed
}

func (j judge) comment(c *comment) []*finding.Finding {
	switch {
	case c.Verb != "ignore" && c.Verb != "ignore-file":
		return []*finding.Finding{report(Unknown, c, c.VerbSpan, "", "unknown comment `dbtvet: %s`: expected `ignore` or `ignore-file`", c.Verb)}
	case c.Late:
		return []*finding.Finding{report(Unknown, c, c.VerbSpan, "", "`ignore-file` counts within the first %d lines only", headLines)}
	case len(c.Codes) == 0:
		return []*finding.Finding{report(Unknown, c, c.VerbSpan, "", "an ignore comment needs the codes of the rules it silences, such as `ignore FAN02`")}
	}
	var out []*finding.Finding
	var unused []Code
	for i, code := range c.Codes {
		switch {
		case !j.known[code.Text]:
			out = append(out, report(Unknown, c, code.Span, code.Text, "%s", j.unknown(code.Text)))
		case own(code.Text):
			out = append(out, report(Unknown, c, code.Span, code.Text, "%s is about ignore comments and cannot be silenced by one", code.Text))
		case !c.used[i] && j.ran[code.Text] && !j.gaps[c.File.Path]:
			unused = append(unused, code)
		}
	}
	if j.o.Reasons && c.Reason == "" {
		out = append(out, report(Unknown, c, c.Span, "", "this ignore comment has no reason: add `-- why` after the codes"))
	}
	for _, code := range unused {
		f := report(Unused, c, code.Span, code.Text, "%s is not reported here, so nothing is silenced", code.Text)
		if len(unused) == len(c.Codes) {
			f.Fixes = []finding.Fix{{Title: "delete the comment", Grade: finding.Safe, Edits: []finding.Edit{{File: c.File, Span: c.removal()}}}}
		}
		out = append(out, f)
	}
	return out
}

func own(code string) bool { return code == Unused.Code || code == Unknown.Code }

// unknown says what is wrong with a code that is no rule's.
func (j judge) unknown(code string) string {
	var all []string
	for _, m := range j.o.Known {
		if m.Name == code {
			return fmt.Sprintf("ignore comments name rules by code: write %s for `%s`", m.Code, code)
		}
		all = append(all, m.Code)
	}
	if near := finding.Nearest(code, all); near != "" {
		return fmt.Sprintf("unknown rule `%s`: did you mean %s?", code, near)
	}
	return fmt.Sprintf("unknown rule `%s`", code)
}

func report(m finding.Meta, c *comment, span source.Span, symbol, format string, args ...any) *finding.Finding {
	return &finding.Finding{
		Code: m.Code, Rule: m.Name, Severity: m.Severity, Message: fmt.Sprintf(format, args...),
		Place: finding.Place{File: c.File, Span: span}, URL: m.URL(),
		Symbols: []string{c.File.Path, symbol, strings.Join(c.texts(), ",")},
	}
}

func refused(n int) string {
	if n == 1 {
		return "1 ignore comment was refused"
	}
	return fmt.Sprintf("%d ignore comments were refused", n)
}
