package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
)

// lintFlags are the flags of lint.
type lintFlags struct {
	project projectFlags
	report  reportFlags
	rules   ruleFlags

	choose, exclude    []string
	selector, indirect string
	state              stateFlag
	world              string
	noIgnores          bool
	timings            bool
}

func (a *app) lintCommand() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "report what is wrong with the projects in these folders",
		Long: `Lint reads the dbt projects in the given folders or files (the current one by
default) and reports what is wrong with them. For a folder or file inside of a
project it reports what is wrong there; the project is read all the same.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.lint(cmd.Context(), args, f) },
	}
	f.project.register(cmd)
	f.report.register(cmd)
	f.rules.register(cmd)
	cmd.Flags().StringArrayVar(&f.choose, "select", nil, "lint the `NODES` that a dbt selector names, such as `+fct_orders` or `tag:core`")
	cmd.Flags().StringArrayVar(&f.exclude, "exclude", nil, "leave out the `NODES` that a dbt selector names")
	cmd.Flags().StringVar(&f.selector, "selector", "", "lint the nodes that the definition `NAME` of selectors.yml chooses")
	cmd.Flags().StringVar(&f.indirect, "indirect-selection", "", "which tests come with what they test: `MODE` is eager, cautious, buildable or empty (default eager)")
	f.state.register(cmd)
	cmd.Flags().StringVar(&f.world, "world", "", "look only at this `WORLD` of each model, such as `incremental`")
	cmd.Flags().BoolVar(&f.noIgnores, "no-ignores", false, "report what ignore comments silence")
	cmd.Flags().BoolVar(&f.timings, "timings", false, "print to standard error how long it took")
	return cmd
}

func (a *app) lint(ctx context.Context, paths []string, f lintFlags) error {
	if err := errors.Join(f.report.check(), f.apply(config.Default())); err != nil {
		return err
	}
	only, err := a.codes(f.rules.rules)
	if err != nil {
		return err
	}
	without, err := a.codes(f.rules.ignore)
	if err != nil {
		return err
	}
	start := time.Now()
	w, err := openWorkspace(paths)
	if err != nil {
		return err
	}
	defer w.close()
	s, err := a.readSettings(w, f.project.config, f.apply)
	if err != nil {
		return err
	}
	before, done, err := f.state.open(ctx, w)
	if err != nil {
		return err
	}
	defer done()
	r, err := a.engine.lint(ctx, engine.Options{
		FS: w.fs, Paths: w.paths, Config: s.of, Env: s.env, Target: f.project.target,
		Rules: a.rules, Only: only, Without: without,
		Select: f.choose, Exclude: f.exclude, Selector: f.selector, Indirect: f.indirect, State: before, World: f.world,
		NoIgnores: f.noIgnores, Version: version().version,
	})
	if err != nil {
		return engineError(err)
	}
	r.Keep(w.named)
	if err := a.write(r, f.report); err != nil {
		return err
	}
	if f.timings {
		fmt.Fprintf(a.stderr, "%d models in %s\n", r.Coverage.Models, time.Since(start).Round(time.Millisecond))
	}
	return verdict(r, s.level, f.report)
}

// apply lets the flags win over the settings of a file.
func (f *lintFlags) apply(c *config.Config) error {
	if level, ok := finding.ParseSeverity(f.report.failLevel); ok {
		c.FailLevel = level
	}
	return errors.Join(f.project.apply(c), f.rules.apply(c))
}

// engineError gives an error of the engine its exit code.
func engineError(err error) error {
	if errors.Is(err, engine.ErrNoProject) {
		return usage("%w: name the folder of a dbt project, or run in one", err)
	}
	if _, ok := errors.AsType[engine.SelectionError](err); ok || notFound(err) {
		return usage("%w", err)
	}
	return exitError{exitInternal, err}
}

// named reports whether a finding is at or below one of the paths that the
// user named, or about no file.
func (w *workspace) named(f *finding.Finding) bool {
	return f.File == nil || slices.ContainsFunc(w.paths, func(p string) bool {
		return p == "." || f.Path() == p || strings.HasPrefix(f.Path(), p+"/")
	})
}

// codes returns the codes of rules named by code or name.
func (a *app) codes(names []string) ([]string, error) {
	known := a.known()
	var out []string
	for _, name := range names {
		i := slices.IndexFunc(known, func(r config.Rule) bool { return r.Code == name || r.Name == name })
		if i < 0 {
			return nil, usage("%s", config.UnknownRule(name, known))
		}
		out = append(out, known[i].Code)
	}
	return out, nil
}
