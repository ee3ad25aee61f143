package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// Report is all that a run has to say.
type Report struct {
	Tool     Tool
	Projects []Project
	Coverage Coverage
	Findings []*Finding // sorted by Compare
	Summary  Summary
	Rules    []Meta // the rules that were run, sorted by code
	// Teaching is set when a project is linted to learn from: people are shown all
	// findings in full, with what their rules are for.
	Teaching bool
}

// Tool names the program that made a report.
type Tool struct {
	Name    string
	Version string
}

// Project is one dbt project of the run.
type Project struct {
	Name    string
	Adapter string
	// Origin says how the adapter is known: profile, option, profiles, inferred, or
	// default.
	Origin string
	Root   string // path of its folder; "." for the root of the run
}

// Coverage counts models: how much of the project the run could see.
type Coverage struct {
	Models       int // every enabled model, macro-only ones included
	Rendered     int // the full-refresh world ends without error or budget stop
	Parsed       int // every world without an error and without an opaque node
	HolesFree    int // no unknown in the text
	ColumnsKnown int // the set of output columns is complete
	KeysKnown    int // at least one key of the output is known
	Joins        int // joins judged
	JoinsKnown   int // joins with a verdict other than unknown
	NotAnalysed  []Gap
	Notes        []Note // what else the run could not see, one a cause
}

// Gap is a model that was not, or not wholly, analysed.
type Gap struct {
	Model  string
	Reason string
	Place
}

// Note is a notice about the run that is no finding: a package that is not
// installed, an adapter that was guessed.
type Note struct {
	Code string // the rule that would have spoken, or empty
	Text string
	Place
}

// Summary counts findings.
type Summary struct {
	Error, Warning, Info, Suppressed, Baseline int
}

// Count returns the number of findings of severity s.
func (s Summary) Count(sev Severity) int {
	switch sev {
	case Error:
		return s.Error
	case Warning:
		return s.Warning
	case Info:
		return s.Info
	}
	return 0
}

// Finish sorts the findings, removes those that say the same at the same
// place, gives each its fingerprint and counts them. Suppressed and Baseline
// are left as they are.
func (r *Report) Finish() {
	slices.SortStableFunc(r.Findings, Compare)
	r.Findings = slices.CompactFunc(r.Findings, func(a, b *Finding) bool {
		return Compare(a, b) == 0 && a.File == b.File
	})
	fingerprint(r.Findings)
	r.count()
}

// fingerprint names each finding by what it says about the project, not by
// where it stands: no path, line or message text, so that it survives
// reformatting, rebases and renames of files. An ordinal tells equal ones apart.
func fingerprint(findings []*Finding) {
	seen := map[string]int{}
	for _, f := range findings {
		parts := append([]string{f.Code, f.Model, f.Node}, f.Symbols...)
		if f.Model == "" && f.Node == "" && len(f.Symbols) == 0 {
			parts = append(parts, f.Message)
		}
		key := strings.Join(parts, "\x00")
		n := seen[key]
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, n))
		f.Fingerprint = hex.EncodeToString(sum[:12])
	}
}

// Excerpt returns the source line that s begins on, its 1-based number, and
// the part of s on that line as byte offsets in the line.
func Excerpt(f *source.File, s source.Span) (text string, line int, from, to int) {
	s = s.Clamp(len(f.Text))
	line = f.LineOf(s.Start)
	span := f.LineSpan(line)
	from = min(int(s.Start-span.Start), span.Len())
	to = max(from, min(int(s.End-span.Start), span.Len()))
	return f.Slice(span), line, from, to
}
