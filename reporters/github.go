package reporters

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// annotationLimit is how many annotations of one kind GitHub shows per step.
const annotationLimit = 10

// annotation says what workflow command a severity becomes.
func annotation(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	}
	return "notice"
}

// GitHub writes r as workflow commands, which GitHub shows as annotations of
// the changed files. It shows ten of a kind, so the worst come first and a
// last notice says how many are hidden; that notice counts as one of the ten.
// The log lines that follow hold every finding, for who opens the log.
func GitHub(w io.Writer, r *finding.Report) error {
	out := bufio.NewWriter(w)
	shown := map[string]int{}
	hidden := 0
	for _, f := range worstFirst(r.Findings) {
		kind := annotation(f.Severity)
		limit := annotationLimit
		if kind == "notice" {
			limit--
		}
		if shown[kind] == limit {
			hidden++
			continue
		}
		shown[kind]++
		command(out, kind, f)
	}
	if hidden > 0 {
		fmt.Fprintf(out, "::notice title=dbtvet::%s\n", escapeData(fmt.Sprintf(
			"%s not shown here: GitHub shows %d annotations of a kind; the log and the job summary have all", count(hidden, "finding"), annotationLimit)))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(out, "%s: %s[%s]: %s\n", place(f), f.Severity, logText(f.Code), logText(f.Message))
	}
	fmt.Fprintf(out, "%s; %s\n", tallied(r.Summary), figures(r.Coverage))
	return out.Flush()
}

// worstFirst returns the findings by severity, each severity in report order.
func worstFirst(all []*finding.Finding) []*finding.Finding {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *finding.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return all
}

func command(w io.Writer, kind string, f *finding.Finding) {
	var props []string
	add := func(key string, value any) { props = append(props, key+"="+escapeProperty(fmt.Sprint(value))) }
	if f.File != nil {
		span := f.Span.Clamp(len(f.File.Text))
		start, end := f.File.Position(span.Start), f.File.Position(span.End)
		add("file", f.Path())
		add("line", start.Line)
		add("endLine", end.Line)
		if start.Line == end.Line { // GitHub misplaces columns of ranges over several lines
			add("col", start.Column)
			add("endColumn", end.Column)
		}
	}
	add("title", f.Code+" "+f.Rule)
	fmt.Fprintf(w, "::%s %s::%s\n", kind, strings.Join(props, ","), escapeData(annotationText(f)))
}

// annotationText is the message with the facts below it, as plain text.
func annotationText(f *finding.Finding) string {
	lines := []string{f.Message}
	for _, e := range f.Evidence {
		line := e.Label + ": " + stated(e)
		if at := where(e.Place); at != "" {
			line += "  " + at
		}
		lines = append(lines, line)
	}
	if f.Help != "" {
		lines = append(lines, "help: "+f.Help)
	}
	return strings.Join(lines, "\n")
}

func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// logText returns text that the runner cannot take for a command.
func logText(s string) string { return strings.ReplaceAll(clean(s), "::", ": :") }

// place returns path:line:column, or the model, of a finding.
func place(f *finding.Finding) string {
	if f.File == nil {
		return logText(cmp.Or(f.Model, "project"))
	}
	p := f.File.Position(f.Span.Start)
	return fmt.Sprintf("%s:%d:%d", logText(f.Path()), p.Line, p.Column)
}

// tallied returns "2 errors, 1 warning", or "no findings".
func tallied(s finding.Summary) string {
	var parts []string
	for _, sev := range []finding.Severity{finding.Error, finding.Warning, finding.Info} {
		if n := s.Count(sev); n > 0 {
			parts = append(parts, count(n, sev.String()))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}
