// Command ecosystem compares two builds of dbtvet over a folder of real
// projects: which findings appeared and vanished, rule by rule and with
// samples, what each build could see of every project, how long it took and how
// much memory. A change of a rule is judged by reading its samples.
//
//	go build -o /tmp/new ./cmd/dbtvet
//	git stash && go build -o /tmp/old ./cmd/dbtvet && git stash pop
//	go run ./cmd/ecosystem --old /tmp/old --new /tmp/new ~/projects
//
// Two commands measure how often a rule is right: sample picks findings for
// people to judge, precision counts their verdicts.
//
//	go run ./cmd/ecosystem sample --program /tmp/new --seed 7 --known docs/precision.csv ~/projects
//	go run ./cmd/ecosystem precision docs/precision.csv
//
// It knows the builds by their JSON report and their exit code only, so that it
// can compare with any earlier release. Every folder directly below the given
// one is linted on its own. A finding is the same in both reports when its path
// and its fingerprint are.
//
// Exit codes: 0, 1 when the new build crashes where the old one does not, 2 for
// a mistake in the command line. To crash is to end by a signal, by a timeout,
// with an exit code that stands for an internal error, without a report, or
// with an internal error told in the report.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	exitSame  = 0
	exitCrash = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the command line.
type options struct {
	old, new string // programs
	samples  int
	timeout  time.Duration
	args     []string // further arguments of lint
	folder   string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "sample":
			return sample(ctx, args[1:], stdout, stderr)
		case "precision":
			return precision(args[1:], stdout, stderr)
		}
	}
	o, err := parse(args, stderr)
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(stderr, "ecosystem: %v\n", err)
		}
		return exitUsage
	}
	dirs, err := projects(o.folder)
	if err != nil {
		fmt.Fprintf(stderr, "ecosystem: %v\n", err)
		return exitUsage
	}
	var all []*comparison
	for i, dir := range dirs {
		fmt.Fprintf(stderr, "%d of %d: %s\n", i+1, len(dirs), filepath.Base(dir))
		c := &comparison{Project: filepath.Base(dir)}
		c.Old = lint(ctx, o.old, dir, o.args, o.timeout)
		c.New = lint(ctx, o.new, dir, o.args, o.timeout)
		if ctx.Err() != nil {
			fmt.Fprintln(stderr, "ecosystem: interrupted")
			return exitUsage
		}
		c.match()
		all = append(all, c)
	}
	write(stdout, all, o.samples)
	if slices.ContainsFunc(all, (*comparison).crashAppeared) {
		return exitCrash
	}
	return exitSame
}

func parse(args []string, stderr io.Writer) (*options, error) {
	var o options
	var further string
	f := flag.NewFlagSet("ecosystem", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.old, "old", "", "the `PROGRAM` to compare with")
	f.StringVar(&o.new, "new", "", "the `PROGRAM` to judge")
	f.IntVar(&o.samples, "samples", 3, "findings to show per rule that appeared, and as many that vanished")
	f.DurationVar(&o.timeout, "timeout", 5*time.Minute, "how long one run may take")
	f.StringVar(&further, "args", "", "further arguments of lint, separated by blanks")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.args = strings.Fields(further)
	if o.old == "" || o.new == "" || f.NArg() != 1 {
		return nil, errors.New("usage: ecosystem --old PROGRAM --new PROGRAM [flags] FOLDER")
	}
	o.folder = f.Arg(0)
	var err error
	for _, p := range []*string{&o.old, &o.new} {
		// The program runs in the folder of each project.
		if *p, err = filepath.Abs(*p); err != nil {
			return nil, err
		}
		if _, err := os.Stat(*p); err != nil {
			return nil, err
		}
	}
	return &o, nil
}

// projects returns the folders directly below folder, sorted; a link to one
// counts.
func projects(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, dir)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there are no folders in %s", folder)
	}
	return out, nil
}
