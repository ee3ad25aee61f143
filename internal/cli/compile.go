package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// inspectFlags are the flags of the commands that look at one resource.
type inspectFlags struct {
	project projectFlags
	root    string
	world   string
	state   stateFlag
}

func (f *inspectFlags) register(cmd *cobra.Command) {
	f.project.register(cmd)
	cmd.Flags().StringVar(&f.root, "path", ".", "`FOLDER` to look for projects in")
	f.state.register(cmd)
	cmd.Flags().StringVar(&f.world, "world", "", "look only at this `WORLD`, such as `incremental`")
}

func (a *app) compileCommand() *cobra.Command {
	var f compileFlags
	cmd := &cobra.Command{
		Use:   "compile MODEL",
		Short: "print the SQL that a model renders to",
		Long: `Compile prints the SQL that a model renders to in each of its worlds: the full
refresh, the incremental run, and the branches that neither takes. Where the
text depends on what only the warehouse knows, it says so on standard error.

MODEL is the name or unique_id of a resource, or one of dbt's selectors, such as
tag:nightly or staging.*`,
		Args: exactly("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.compile(cmd.Context(), args[0], f) },
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.mapped, "map", false, "show the line of a template that each line comes from; with --json, every piece")
	cmd.Flags().BoolVar(&f.json, "json", false, "print the texts, and what is wrong or unknown in them, as JSON")
	return cmd
}

// compileFlags are the flags of compile.
type compileFlags struct {
	inspectFlags
	mapped, json bool
}

// exactly asks for one argument of that name.
func exactly(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s takes one %s", cmd.Name(), name)
		}
		return nil
	}
}

// inspect returns the resources of that name.
func (a *app) inspect(ctx context.Context, name string, f inspectFlags) ([]*sema.Model, error) {
	if err := f.project.apply(config.Default()); err != nil {
		return nil, err
	}
	w, err := openWorkspace([]string{f.root})
	if err != nil {
		return nil, err
	}
	defer w.close()
	s, err := a.readSettings(w, f.project.config, f.project.apply)
	if err != nil {
		return nil, err
	}
	before, done, err := f.state.open(ctx, w)
	if err != nil {
		return nil, err
	}
	defer done()
	models, err := a.engine.inspect(ctx, engine.Options{
		FS: w.fs, State: before, Paths: w.paths, Config: s.of, Env: s.env, Target: f.project.target, World: f.world, Version: version().version,
	}, name)
	if err != nil {
		return nil, engineError(err)
	}
	return models, nil
}

func (a *app) compile(ctx context.Context, name string, f compileFlags) error {
	models, err := a.inspect(ctx, name, f.inspectFlags)
	if err != nil {
		return err
	}
	texts := 0
	for _, m := range models {
		texts += len(m.Variants)
	}
	if texts == 0 {
		return usage("`%s` has no world `%s` to compile", models[0].Node.ID, f.world)
	}
	if f.json {
		if err := writeCompiledJSON(a.stdout, compiledTexts(models, f.mapped)); err != nil {
			return err
		}
	}
	failed := false
	for _, m := range models {
		for _, v := range m.Variants {
			if !f.json {
				a.writeCompiled(m, v, texts > 1, f.mapped)
			}
			failed = a.complain(v.Rendered) || failed
		}
	}
	if failed {
		return exitError{exitFindings, nil}
	}
	return nil
}

// writeCompiled writes the text of one world, or its map; titled puts a line
// before it that tells it from the others.
func (a *app) writeCompiled(m *sema.Model, v *sema.Variant, titled, mapped bool) {
	if titled {
		fmt.Fprintf(a.stdout, "-- %s, %s\n", m.Node.ID, v.Rendered.World.Name)
	}
	if mapped {
		writeMap(a.stdout, v.Rendered)
		return
	}
	fmt.Fprintln(a.stdout, strings.Trim(v.Rendered.Text, "\n"))
}

// complain writes what went wrong in a render, and what is not known in its
// text, to standard error. It reports whether something went wrong.
func (a *app) complain(r *dbtctx.Rendered) bool {
	for _, e := range r.Errors {
		at := ""
		if e.Place.File != nil {
			p := e.Place.File.Position(e.Place.Span.Start)
			at = fmt.Sprintf("%s:%d:%d: ", e.Place.File.Path, p.Line, p.Column)
		}
		fmt.Fprintf(a.stderr, "%s%s\n", at, e.Message)
	}
	for _, h := range r.Holes {
		fmt.Fprintf(a.stderr, "not known without the warehouse: %s\n", h.Why)
	}
	if r.Stopped != "" {
		fmt.Fprintf(a.stderr, "the text is incomplete: %s\n", r.Stopped)
	}
	return len(r.Errors) > 0 || r.Stopped != ""
}

// notFound reports whether an error says that there is no such resource.
func notFound(err error) bool {
	_, ok := errors.AsType[engine.UnknownResourceError](err)
	return ok
}
