package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// report is the part of dbtvet's JSON report that is compared.
type report struct {
	Coverage coverage  `json:"coverage"`
	Findings []finding `json:"findings"`
}

type coverage struct {
	Models       int   `json:"models"`
	Rendered     int   `json:"rendered"`
	Parsed       int   `json:"parsed"`
	ColumnsKnown int   `json:"columns_known"`
	KeysKnown    int   `json:"keys_known"`
	NotAnalysed  []gap `json:"not_analysed"`
}

type gap struct {
	Model  string `json:"model"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

type finding struct {
	Code        string `json:"code"`
	Severity    string `json:"severity"`
	Message     string `json:"message"`
	Path        string `json:"path"`
	Fingerprint string `json:"fingerprint"`
	Range       struct {
		Start struct {
			Line int `json:"line"`
		} `json:"start"`
	} `json:"range"`
}

// outcome is what one build made of one project.
type outcome struct {
	report
	Crash  string // why it counts as a crash; empty if it does not
	Refuse string // why there is no report, told by the build itself: no project, a wrong setting
	Time   time.Duration
	Memory int64 // peak resident bytes; 0 where the system does not tell
}

// lint runs a build over the project in dir.
func lint(ctx context.Context, program, dir string, args []string, limit time.Duration) outcome {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"lint", "--format", "json"}, args...)...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	o := outcome{Time: time.Since(start), Memory: peak(cmd.ProcessState)}
	exit, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		o.Crash = fmt.Sprintf("it did not end within %s", limit)
	case err != nil && exit == nil:
		o.Crash = err.Error()
	case exit != nil && exit.ExitCode() == 2 && !strings.Contains(stderr.String(), "goroutine "): // Go's own panics exit with 2
		o.Refuse = firstLine(stderr.String())
	case exit != nil && exit.ExitCode() != 1:
		o.Crash = fmt.Sprintf("%v: %s", exit, firstLine(stderr.String()))
	default:
		if err := json.Unmarshal(stdout.Bytes(), &o.report); err != nil {
			o.Crash = "its report cannot be read: " + err.Error()
		}
	}
	for _, g := range o.Coverage.NotAnalysed {
		if o.Crash == "" && strings.HasPrefix(g.Reason, "internal error") {
			o.Crash = g.Path + ": " + g.Reason
		}
	}
	return o
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
