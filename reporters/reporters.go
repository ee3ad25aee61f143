// Package reporters turns the report of a run into bytes, one file per format.
// Each format is a pure function of the report and its options: it reads no
// environment, knows no terminal, and gives the same bytes for the same report.
//
// A reporter is where byte spans become lines and columns. People and JSON
// count runes from 1; SARIF says which unit it uses; the console draws carets
// in display cells, in which a CJK character takes two and a tab goes to the
// next multiple of four.
//
// The text of findings stems from files that others wrote. The console makes
// control characters and invisible ones visible, GitHub commands are escaped,
// Markdown cells are fenced, so that no project can draw outside its lines.
package reporters

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// format is one entry of the registry.
type format struct {
	name  string
	write func(io.Writer, *finding.Report, ConsoleOptions) error
}

func plain(write func(io.Writer, *finding.Report) error) func(io.Writer, *finding.Report, ConsoleOptions) error {
	return func(w io.Writer, r *finding.Report, _ ConsoleOptions) error { return write(w, r) }
}

// formats returns the registry, sorted by name.
func formats() []format {
	return []format{
		{"console", Console},
		{"github", plain(GitHub)},
		{"json", plain(JSON)},
		{"markdown", plain(Markdown)},
		{"sarif", plain(SARIF)},
	}
}

// Formats returns the names of all formats, sorted.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Check returns an error that names the nearest format if name is none.
func Check(name string) error {
	names := Formats()
	if slices.Contains(names, name) {
		return nil
	}
	if near := finding.Nearest(name, names); near != "" {
		return fmt.Errorf("unknown format `%s`: did you mean `%s`?", name, near)
	}
	return fmt.Errorf("unknown format `%s`: the formats are %s", name, strings.Join(names, ", "))
}

// Write writes r to w in the named format; o matters to the console only.
func Write(w io.Writer, name string, r *finding.Report, o ConsoleOptions) error {
	if err := Check(name); err != nil {
		return err
	}
	i := slices.IndexFunc(formats(), func(f format) bool { return f.name == name })
	return formats()[i].write(w, r, o)
}
