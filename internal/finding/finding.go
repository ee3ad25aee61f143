// Package finding holds what a run says: findings with their evidence and
// fixes, the coverage of the run, and the report that collects them. It is all
// that a reporter sees. It knows how to order and count findings, and nothing
// of how they were found or will be shown.
package finding

import (
	"cmp"
	"slices"

	"github.com/dbtvet/dbtvet/parser/source"
)

// Severity orders findings by how sure and how bad they are.
type Severity uint8

const (
	Off     Severity = iota
	Info             // an improvement, or a fact that is missing
	Warning          // a provable hazard with a consequence
	Error            // fails at run time, or certainly wrong
)

var severities = [...]string{"off", "info", "warning", "error"}

func (s Severity) String() string { return severities[s] }

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads a severity's name; ok is false for any other text.
func ParseSeverity(text string) (s Severity, ok bool) {
	i := slices.Index(severities[:], text)
	return Severity(max(i, 0)), i >= 0
}

// Strength is how much a fact may be trusted, weakest first. The strength of
// a proof is that of its weakest fact.
type Strength uint8

const (
	Unstated Strength = iota // the finding rests on no such fact
	Hint                     // naming or position
	Declared                 // unenforced constraint, unique_key, weak test, assumption
	Tested                   // an active dbt test of severity error without a where
	Enforced                 // the engine rejects violations
	Data                     // read off the rows of a seed or literals
	Struct                   // follows from the SQL alone
)

var strengths = [...]string{"", "hint", "declared", "tested", "enforced", "data", "structure"}

func (s Strength) String() string { return strengths[s] }

// MarshalText writes the strength's name; Unstated is empty.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Place is a range of a file, with what a reader should know of it.
type Place struct {
	File *source.File
	Span source.Span
	Text string // the caption; may be empty
}

// Evidence is one fact that a finding rests on. File may be nil.
type Evidence struct {
	Label string // one word: grain, blame, path, key, guard, ...
	Place
	Strength Strength
}

// Grade says when a fix may be applied.
type Grade uint8

const (
	Safe    Grade = iota // proven to change no result: --fix
	Unsafe               // changes a result on purpose: --fix --unsafe
	Offered              // only shown: it would bless the likely mistake
)

var grades = [...]string{"safe", "unsafe", "offered"}

func (g Grade) String() string { return grades[g] }

// MarshalText writes the grade's name.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// Edit replaces a range of a file by other text.
type Edit struct {
	File *source.File
	Span source.Span
	New  string
}

// Fix is a set of edits that belong together.
type Fix struct {
	Title string // imperative: "move the condition into ON"
	Grade Grade
	Edits []Edit
}

// Finding is one thing that is wrong, at one place in the user's files.
type Finding struct {
	Code     string // FAN02
	Rule     string // inflated-aggregate
	Severity Severity
	Strength Strength
	Message  string // one line, lower case, names in backticks, no full stop
	Place
	Model    string   // unique_id of the resource, or empty
	Worlds   []string // the worlds it holds in; empty when all or when it makes no sense
	Evidence []Evidence
	Related  []Place  // the chain of macro calls, other declarations
	Witness  []string // rows that show the consequence, one line each
	Help     string   // what would fix it
	Quiet    string   // what would make it silent
	Fixes    []Fix
	URL      string
	// Symbols and Node are what the fingerprint is made of beside the code and
	// the model: the names that the finding is about, and the normalised
	// syntax of the node it blames.
	Symbols     []string
	Node        string
	Fingerprint string
}

// Path returns the path of the file that the finding is in.
func (f *Finding) Path() string {
	if f.File == nil {
		return ""
	}
	return f.File.Path
}

// Compare orders findings by path, offset, code and message.
func Compare(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(a.Path(), b.Path()),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Message, b.Message),
	)
}

// Need is the analysis that a rule asks for; a rule is not run where its needs
// cannot be met.
type Need uint8

const (
	NeedYAML    Need = iota // files and properties only
	NeedGraph               // the resolved project
	NeedSQL                 // parsed worlds
	NeedColumns             // scopes and output columns
	NeedKeys                // grain, join verdicts
)

var needs = [...]string{"yaml", "graph", "sql", "columns", "keys"}

func (n Need) String() string { return needs[n] }

// Meta describes a rule to people, reporters and configuration.
type Meta struct {
	Code     string
	Name     string
	Family   string   // joins, filters, keys, ...
	Severity Severity // the highest that it reports
	Summary  string   // one line, lower case, no full stop
	Needs    Need
	Since    string // version that introduced it
	Fixable  bool
}

// URL returns the address of the rule's page.
func (m Meta) URL() string {
	return "https://github.com/dbtvet/dbtvet/blob/main/docs/rules/" + m.Code + ".md"
}
