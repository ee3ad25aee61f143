// Package cli is the command line: it reads flags and the environment, opens
// the file system that everything else works on, asks the engine, writes the
// report, and chooses the exit code. It is the only package that knows a
// terminal or the environment, and it knows nothing of SQL or dbt.
//
// Exit codes: 0 nothing at or above --fail-level, 1 findings, 2 a mistake in
// the command line or the configuration or no project, 3 an error of this
// program or, under --require-complete, a model that was not wholly analysed;
// 130 when interrupted.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/ignore"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/rules"
)

const (
	exitClean       = 0
	exitFindings    = 1
	exitUsage       = 2
	exitInternal    = 3
	exitInterrupted = 130
)

// exitError ends a command with a code. A nil err says nothing on stderr: the
// report has said it.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// usage returns an error of the person who called: exit code 2.
func usage(format string, args ...any) error {
	return exitError{exitUsage, fmt.Errorf(format, args...)}
}

// app is one run of the program.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	rules          []*lint.Rule // sorted by code
	engine         engineCalls
}

// engineCalls is what the commands ask of the engine. Tests put a small one in
// its place.
type engineCalls struct {
	lint    func(context.Context, engine.Options) (*finding.Report, error)
	inspect func(context.Context, engine.Options, string) ([]*sema.Model, error)
}

// known returns the rules, those about ignore comments included, as the
// configuration sees them.
func (a *app) known() []config.Rule {
	var out []config.Rule
	for _, r := range a.rules {
		out = append(out, config.Rule{Code: r.Code, Name: r.Name, Options: r.Options})
	}
	for _, m := range ignore.Rules() {
		out = append(out, config.Rule{Code: m.Code, Name: m.Name})
	}
	slices.SortFunc(out, func(a, b config.Rule) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// Main runs the command line args, without the program's name, and returns
// the exit code. env looks up an environment variable, "" when it is not set.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "dbtvet: internal error: %v\n\n%s\nplease report this at https://github.com/dbtvet/dbtvet/issues\n", r, debug.Stack())
			code = exitInternal
		}
	}()
	tuneGC(env)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	a := &app{stdin, stdout, stderr, env, rules.All(), engineCalls{engine.Lint, engine.Inspect}}
	return a.run(ctx, args)
}

// tuneGC lets garbage pile up: a run is short, and on 7,000 models collecting
// it eagerly takes as long as the analysis. Above two gigabytes the collector
// works as usual. Who sets GOGC or GOMEMLIMIT decides instead.
func tuneGC(env func(string) string) {
	if env("GOGC") == "" && env("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(2 << 30)
	}
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(append([]string{}, args...)) // of nil, cobra would take the arguments of the process
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

// exit says what went wrong and returns the exit code for it. What cobra finds
// wrong is the command line.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitClean
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, "dbtvet: interrupted")
		return exitInterrupted
	}
	code := exitUsage
	if e, ok := errors.AsType[exitError](err); ok {
		code = e.code
		if e.err == nil {
			return code
		}
	}
	fmt.Fprintf(a.stderr, "dbtvet: %v\n", err)
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "dbtvet",
		Short: "static analysis of dbt projects",
		Long: `dbtvet reads a dbt project from source, without Python, warehouse or manifest,
and reports what is wrong before it runs: joins that multiply rows, filters that
undo outer joins, incremental models that lose or repeat rows.`,
		Version:       version().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate("dbtvet {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.lintCommand(), a.compileCommand(), a.explainCommand(), a.parseCommand(), a.rulesCommand(), a.versionCommand())
	return root
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if near := finding.Nearest(name, names); near != "" {
		return usage("unknown command `%s`: did you mean `%s`?", name, near)
	}
	return usage("unknown command `%s`: the commands are %s", name, strings.Join(names, ", "))
}

// flagError names the nearest flag when there is no such flag.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usage("%w", err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	if near := finding.Nearest(name, names); near != "" {
		return usage("unknown flag `--%s`: did you mean `--%s`?", name, near)
	}
	return usage("unknown flag `--%s`: `%s --help` lists the flags", name, cmd.CommandPath())
}
