package main

import (
	"fmt"
	"io"
	"strings"
)

// write writes the comparison as Markdown: what to look at first, then rule by
// rule with samples, then the figures of every project.
func write(w io.Writer, all []*comparison, samples int) {
	same := 0
	for _, c := range all {
		same += c.Same
	}
	rules := changes(all)
	fmt.Fprintf(w, "# dbtvet over %d projects\n\n", len(all))
	writeCrashes(w, all)
	if len(rules) == 0 {
		fmt.Fprintf(w, "No finding appeared or vanished, %d are the same.\n\n", same)
	} else {
		writeRules(w, rules, same, samples)
	}
	writeFigures(w, all)
}

// writeCrashes lists the runs that gave no report.
func writeCrashes(w io.Writer, all []*comparison) {
	var lines []string
	for _, c := range all {
		for _, side := range []struct {
			name string
			o    *outcome
		}{{"old", &c.Old}, {"new", &c.New}} {
			switch {
			case side.o.Crash != "":
				lines = append(lines, fmt.Sprintf("- %s, %s build: %s", c.Project, side.name, side.o.Crash))
			case side.o.Refuse != "":
				lines = append(lines, fmt.Sprintf("- %s, %s build, no report: %s", c.Project, side.name, side.o.Refuse))
			}
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "## Crashes and refusals\n\n%s\n\n", strings.Join(lines, "\n"))
	}
}

func writeRules(w io.Writer, rules []*change, same, samples int) {
	fmt.Fprintf(w, "## Findings\n\n%d are the same.\n\n", same)
	fmt.Fprintf(w, "| rule | appeared | vanished | other severity |\n|---|---:|---:|---:|\n")
	for _, r := range rules {
		fmt.Fprintf(w, "| %s | %d | %d | %d |\n", r.code, len(r.appeared), len(r.vanished), len(r.changed))
	}
	for _, r := range rules {
		fmt.Fprintf(w, "\n### %s\n\n", r.code)
		writeSamples(w, "appeared", r.appeared, samples)
		writeSamples(w, "vanished", r.vanished, samples)
		writeSamples(w, "other severity", r.changed, samples)
	}
	fmt.Fprintln(w)
}

func writeSamples(w io.Writer, what string, all []placed, n int) {
	for _, p := range spread(all, func(p placed) string { return p.project }, n) {
		fmt.Fprintf(w, "- %s: %s `%s:%d` %s: %s\n", what, p.project, p.Path, p.Range.Start.Line, p.Severity, p.Message)
	}
	if more := len(all) - n; more > 0 {
		fmt.Fprintf(w, "- %s: %d more\n", what, more)
	}
}

func writeFigures(w io.Writer, all []*comparison) {
	fmt.Fprintf(w, "## Coverage, time and memory\n\n")
	fmt.Fprintf(w, "| project | models | rendered | parsed | columns | keys | findings | seconds | MB |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var old, new outcome
	oldFindings, newFindings := 0, 0
	for _, c := range all {
		row(w, c.Project, &c.Old, &c.New, len(c.Old.Findings), len(c.New.Findings))
		oldFindings += len(c.Old.Findings)
		newFindings += len(c.New.Findings)
		old.add(&c.Old)
		new.add(&c.New)
	}
	row(w, "all", &old, &new, oldFindings, newFindings)
}

func row(w io.Writer, name string, old, new *outcome, oldFindings, newFindings int) {
	a, b := old.Coverage, new.Coverage
	cells := []string{
		name,
		arrow(a.Models, b.Models), arrow(a.Rendered, b.Rendered), arrow(a.Parsed, b.Parsed),
		arrow(a.ColumnsKnown, b.ColumnsKnown), arrow(a.KeysKnown, b.KeysKnown), arrow(oldFindings, newFindings),
		fmt.Sprintf("%.2f → %.2f", old.Time.Seconds(), new.Time.Seconds()),
		fmt.Sprintf("%d → %d", old.Memory>>20, new.Memory>>20),
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}

// arrow writes two figures, once if they are equal.
func arrow(a, b int) string {
	if a == b {
		return fmt.Sprint(a)
	}
	return fmt.Sprintf("%d → %d", a, b)
}

// add adds the figures of one project: of the memory it keeps the largest.
func (o *outcome) add(p *outcome) {
	a, b := &o.Coverage, &p.Coverage
	a.Models += b.Models
	a.Rendered += b.Rendered
	a.Parsed += b.Parsed
	a.ColumnsKnown += b.ColumnsKnown
	a.KeysKnown += b.KeysKnown
	o.Time += p.Time
	o.Memory = max(o.Memory, p.Memory)
}
