package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// measured is how many judged findings a rule needs before a share is told.
const measured = 8

// tally counts verdicts.
type tally struct{ right, wrong, unsure int }

func (t *tally) add(verdict string) {
	switch verdict {
	case "true":
		t.right++
	case "false":
		t.wrong++
	case "unsure":
		t.unsure++
	}
}

func (t *tally) n() int { return t.right + t.wrong + t.unsure }

// share is the share of true findings, where one that nobody is sure of counts
// as false.
func (t *tally) share() string {
	if t.n() < measured {
		return "not measured"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(t.right)/float64(t.n()))
}

// precision writes the shares of a file of labels as Markdown.
func precision(args []string, stdout, stderr io.Writer) int {
	err := errors.New("usage: ecosystem precision FILE")
	if len(args) == 1 {
		var labels []label
		if labels, err = readLabels(args[0]); err == nil {
			writePrecision(stdout, labels)
			return exitSame
		}
	}
	fmt.Fprintf(stderr, "ecosystem: %v\n", err)
	return exitUsage
}

func writePrecision(w io.Writer, labels []label) {
	rules, bySeverity, projects := map[string]*tally{}, map[string]*tally{}, map[string]bool{}
	of := func(m map[string]*tally, key string) *tally {
		if m[key] == nil {
			m[key] = &tally{}
		}
		return m[key]
	}
	for _, l := range labels {
		of(rules, l.Code).add(l.Verdict)
		of(bySeverity, l.Severity).add(l.Verdict)
		projects[l.Project] = true
	}
	fmt.Fprintf(w, "%d findings in %d projects. One that nobody is sure of counts as false; a rule with fewer than %d is not measured.\n", len(labels), len(projects), measured)
	table := func(head string, rows map[string]*tally, order []string) {
		fmt.Fprintf(w, "\n| %s | true | false | unsure | precision |\n|---|---:|---:|---:|---:|\n", head)
		for _, key := range order {
			if t := rows[key]; t != nil {
				fmt.Fprintf(w, "| %s | %d | %d | %d | %s |\n", key, t.right, t.wrong, t.unsure, t.share())
			}
		}
	}
	table("severity", bySeverity, []string{"error", "warning", "info"})
	table("rule", rules, slices.Sorted(maps.Keys(rules)))
}
