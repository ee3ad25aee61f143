package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
	"github.com/dbtvet/dbtvet/reporters"
)

// projectFlags say how a project is read; every command that reads one has them.
type projectFlags struct {
	config, dialect, target, vars string
}

func (f *projectFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "read settings from `FILE` instead of dbtvet.yml")
	cmd.Flags().StringVar(&f.dialect, "dialect", "", "SQL `DIALECT`, when profiles.yml does not tell the adapter")
	cmd.Flags().StringVar(&f.target, "target", "", "`TARGET` of profiles.yml")
	cmd.Flags().StringVar(&f.vars, "vars", "", "variables as a YAML mapping, as dbt's --vars")
}

// apply lets the flags win over the settings of a file.
func (f *projectFlags) apply(c *config.Config) error {
	if f.dialect != "" {
		if !slices.Contains(config.Dialects(), f.dialect) {
			return usage("%s", config.Unknown("dialect", f.dialect, config.Dialects()))
		}
		c.Dialect = f.dialect
	}
	if f.target != "" {
		c.Target = f.target
	}
	if f.vars == "" {
		return nil
	}
	doc := yaml.Parse(source.NewFile("--vars", f.vars))
	if len(doc.Errors) > 0 {
		return usage("--vars: %s", doc.Errors[0].Message)
	}
	if !doc.Root.IsMap() {
		return usage("--vars: expected a mapping such as `{start: 2024-01-01}`")
	}
	c.Vars = overlay(c.Vars, doc.Root)
	return nil
}

// overlay returns the mapping under with the entries of over on top.
func overlay(under, over *yaml.Node) *yaml.Node {
	if under == nil {
		return over
	}
	out := *under
	out.Pairs = append(slices.Clone(under.Pairs), over.Pairs...) // of two equal keys the last counts
	return &out
}

// reportFlags say what is reported and how.
type reportFlags struct {
	format      string
	outputs     []string
	show        []string
	color       string
	failLevel   string
	exitZero    bool
	complete    bool
	statistics  bool
	quiet       bool
	destination []output // parsed outputs
}

// output is one --output: a format and the file it goes to.
type output struct{ format, file string }

func (f *reportFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.format, "format", "console", "`FORMAT` of the report on standard output: "+strings.Join(reporters.Formats(), ", "))
	cmd.Flags().StringArrayVar(&f.outputs, "output", nil, "also write the report to a file, as `FORMAT=FILE`; may be repeated")
	cmd.Flags().StringSliceVar(&f.show, "show", nil, "`WHAT` to show in full: info")
	cmd.Flags().StringVar(&f.color, "color", "auto", "colour of the console report: `WHEN` is auto, always or never")
	cmd.Flags().StringVar(&f.failLevel, "fail-level", "", "lowest `SEVERITY` that makes the exit code 1 (default error)")
	cmd.Flags().BoolVar(&f.exitZero, "exit-zero", false, "exit with 0 whatever is found")
	cmd.Flags().BoolVar(&f.complete, "require-complete", false, "exit with 3 when a model was not wholly analysed")
	cmd.Flags().BoolVar(&f.statistics, "statistics", false, "show the number of findings per rule instead of the findings")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "show findings only: no summary, no coverage")
}

// check reports the first flag whose value is none of those allowed.
func (f *reportFlags) check() error {
	if err := reporters.Check(f.format); err != nil {
		return usage("%w", err)
	}
	for _, o := range f.outputs {
		format, file, ok := strings.Cut(o, "=")
		if !ok || file == "" {
			return usage("--output takes FORMAT=FILE, not `%s`", o)
		}
		if err := reporters.Check(format); err != nil {
			return usage("--output: %w", err)
		}
		f.destination = append(f.destination, output{format, file})
	}
	for _, what := range f.show {
		if what != "info" {
			return usage("--show takes `info`, not `%s`", what)
		}
	}
	if when := []string{"auto", "always", "never"}; !slices.Contains(when, f.color) {
		return usage("%s", config.Unknown("colour", f.color, when))
	}
	if f.failLevel != "" && !slices.Contains(config.FailLevels(), f.failLevel) {
		return usage("%s", config.Unknown("severity", f.failLevel, config.FailLevels()))
	}
	return nil
}

// ruleFlags choose rules.
type ruleFlags struct {
	rules, ignore []string
	preset        []string
}

func (f *ruleFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.rules, "rules", nil, "run only these `RULES`, by code or name")
	cmd.Flags().StringSliceVar(&f.ignore, "ignore-rules", nil, "do not run these `RULES`")
	cmd.Flags().StringSliceVar(&f.preset, "preset", nil, "rule sets to run: "+strings.Join(config.PresetNames(), ", ")+" (default recommended)")
}

// apply lets the flags win over the settings of a file.
func (f *ruleFlags) apply(c *config.Config) error {
	for _, p := range f.preset {
		if !slices.Contains(config.PresetNames(), p) {
			return usage("%s", config.Unknown("preset", p, config.PresetNames()))
		}
	}
	if len(f.preset) > 0 {
		c.Presets = f.preset
	}
	return nil
}
