package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/reporters"
)

// write writes the report to standard output and to the files that were asked
// for. On GitHub the job summary is one of them.
func (a *app) write(r *finding.Report, f reportFlags) error {
	console := a.terminal(a.stdout, f.color)
	console.ShowInfo = slices.Contains(f.show, "info") || r.Teaching
	if r.Teaching {
		console.Why = reasons(r.Rules)
	}
	console.Quiet, console.Statistics = f.quiet, f.statistics
	if err := reporters.Write(a.stdout, f.format, r, console); err != nil {
		return exitError{exitInternal, fmt.Errorf("cannot write the report: %w", err)}
	}
	console.Color, console.Links, console.Width = false, false, 0
	for _, o := range f.destination {
		if err := toFile(o.file, os.O_TRUNC, func(w io.Writer) error { return reporters.Write(w, o.format, r, console) }); err != nil {
			return err
		}
	}
	if summary := a.env("GITHUB_STEP_SUMMARY"); f.format == "github" && summary != "" {
		return toFile(summary, os.O_APPEND, func(w io.Writer) error { return reporters.Markdown(w, r) })
	}
	return nil
}

// reasons returns by code what the rules are for, as their pages say it.
func reasons(all []finding.Meta) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		if e, err := fixtures.Of(m); err == nil {
			out[m.Code] = e.Why()
		}
	}
	return out
}

// toFile creates the file or opens it with mode, and writes to it.
func toFile(name string, mode int, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return usage("cannot write the report: %w", err)
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return exitError{exitInternal, fmt.Errorf("cannot write the report: %w", err)}
	}
	return nil
}

// verdict turns a report that has been written into the exit code.
func verdict(r *finding.Report, level finding.Severity, f reportFlags) error {
	failed := slices.ContainsFunc(r.Findings, func(one *finding.Finding) bool { return one.Severity >= level })
	if failed && !f.exitZero {
		return exitError{exitFindings, nil}
	}
	v := r.Coverage
	if f.complete && (v.Parsed < v.Models || v.Rendered < v.Models || len(v.NotAnalysed) > 0) {
		return exitError{exitInternal, errors.New("--require-complete: not every model was wholly analysed; the coverage says which")}
	}
	return nil
}
