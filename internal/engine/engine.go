// Package engine is the pipeline of a run: discover the projects of a tree,
// load each, resolve its manifest, analyse its resources in topological order
// and in parallel, run the rules, and turn what they report into a
// finding.Report. The same input gives the same report, whatever the number of
// workers.
//
// A run is never aborted by a project: what cannot be read, rendered or parsed
// is a finding or a gap of the coverage, and the rest goes on.
package engine

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"runtime"
	"slices"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/ignore"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Options say what to lint and how.
type Options struct {
	// FS holds the files; paths in the report are relative to its root.
	FS fs.FS
	// Paths are folders in FS below which projects are looked for; none is ".".
	Paths []string
	// Profiles are further folders in FS to look for profiles.yml in.
	Profiles []string
	// Config returns the settings of the project in a folder; nil for defaults.
	Config func(dir string) (*config.Config, error)
	// Rules are all rules there are.
	Rules []*lint.Rule
	// Only and Without choose rules by code or name; Only overrides presets.
	Only, Without []string
	// Presets override those of the configuration.
	Presets []string
	// Dialect is the adapter to assume where no profile tells; it overrides
	// the configuration.
	Dialect string
	Target  string
	Vars    map[string]jinja.Value
	// Env holds the environment variables that templates may see.
	Env map[string]string
	// Select and Exclude choose nodes with dbt's selectors.
	Select, Exclude []string
	// Selector is the name of a definition in selectors.yml, and Indirect how
	// tests come with what they test; empty is dbt's default.
	Selector, Indirect string
	// State holds the files as they were, for selectors such as
	// `state:modified`; nil if they compare with nothing.
	State fs.FS
	// World restricts the analysis to the world of that name; empty is all.
	World string
	// Proofs keeps the proofs of all that models export, to be read from their
	// Evidence; it takes the memory of all analysed texts.
	Proofs bool
	// NoIgnores keeps findings that ignore comments would silence.
	NoIgnores bool
	// Parallelism is the number of resources analysed at once; 0 is GOMAXPROCS.
	Parallelism int
	Version     string

	tree *project.Tree
}

// ErrNoProject is returned when no dbt_project.yml was found.
var ErrNoProject = errors.New("no dbt_project.yml found")

// Lint runs the rules over every project below the given paths. The error is
// about the run (no project, a bad configuration), never about a project.
func Lint(ctx context.Context, o Options) (*finding.Report, error) {
	o.defaults(ctx)
	dirs, problems := project.Discover(o.FS, o.Paths...)
	if len(dirs) == 0 {
		return nil, ErrNoProject
	}
	r := &finding.Report{Tool: finding.Tool{Name: "dbtvet", Version: o.Version}}
	r.Coverage.Notes = discoveryNotes(problems)
	for _, dir := range dirs {
		cfg, err := o.config(dir)
		if err != nil {
			return nil, err
		}
		run := newRun(ctx, o, cfg, dir)
		if err := run.choose(); err != nil {
			return nil, err
		}
		run.lint(r)
	}
	r.Rules = slices.CompactFunc(sortedMetas(r.Rules), func(a, b finding.Meta) bool { return a.Code == b.Code })
	if len(dirs) > 1 {
		r.Findings = unrepeated(r.Findings)
	}
	r.Finish()
	return r, nil
}

func (o *Options) defaults(ctx context.Context) {
	o.tree = project.NewTree(ctx, o.FS)
	if len(o.Paths) == 0 {
		o.Paths = []string{"."}
	}
	if o.Parallelism <= 0 {
		o.Parallelism = runtime.GOMAXPROCS(0)
	}
}

func (o *Options) config(dir string) (*config.Config, error) {
	if o.Config == nil {
		return config.Default(), nil
	}
	cfg, err := o.Config(dir)
	if cfg == nil && err == nil {
		cfg = config.Default()
	}
	return cfg, err
}

func sortedMetas(in []finding.Meta) []finding.Meta {
	out := slices.Clone(in)
	slices.SortStableFunc(out, func(a, b finding.Meta) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

func discoveryNotes(problems []project.Problem) []finding.Note {
	var out []finding.Note
	for _, p := range problems {
		n := finding.Note{Text: "`" + p.Path + "`: " + p.Message}
		n.File, n.Span = p.File, p.Span
		out = append(out, n)
	}
	return out
}

// presets returns the presets in force: those of the caller, else those of the
// configuration.
func (o *Options) presets(cfg *config.Config) []string {
	if len(o.Presets) > 0 {
		return o.Presets
	}
	return cfg.Presets
}

// chosen returns the rules to run under a configuration.
func (o *Options) chosen(cfg *config.Config) []*lint.Rule {
	presets := o.presets(cfg)
	var out []*lint.Rule
	for _, r := range o.Rules {
		named := func(names []string) bool { return slices.Contains(names, r.Code) || slices.Contains(names, r.Name) }
		switch {
		case named(o.Without):
			continue
		case len(o.Only) > 0:
			if !named(o.Only) {
				continue
			}
		case cfg.Off(r.Code), !cfg.Asked(r.Code) && !inPreset(r, presets):
			continue
		}
		out = append(out, r)
	}
	return out
}

// inPreset reports whether a rule is in one of the presets; none is recommended.
func inPreset(r *lint.Rule, presets []string) bool {
	if len(presets) == 0 {
		presets = []string{"recommended"}
	}
	return slices.ContainsFunc(r.In(), func(in string) bool { return slices.Contains(presets, in) })
}

// suppress applies ignore comments and path settings to the findings of one
// project.
func (r *run) suppress(rep *finding.Report, files []*source.File) {
	presets := r.o.presets(r.cfg)
	var known []finding.Meta
	for _, rule := range r.o.Rules {
		known = append(known, rule.Meta)
	}
	known = append(known, ignore.Rules()...)
	ignore.Apply(rep, ignore.Options{
		Files: files, Known: known,
		Refuse:  r.o.NoIgnores || slices.Contains(presets, "teaching"),
		Reasons: slices.Contains(presets, "strict"),
	})
	rep.Findings = slices.DeleteFunc(rep.Findings, func(f *finding.Finding) bool {
		f.Severity = r.cfg.Severity(f.Code, f.Path(), f.Severity)
		return f.Severity == finding.Off || r.cfg.Excluded(f.Path()) || r.unasked(f)
	})
}

// unasked reports whether a finding is about ignore comments and not wanted.
func (r *run) unasked(f *finding.Finding) bool {
	if f.Code != ignore.Unused.Code && f.Code != ignore.Unknown.Code {
		return false
	}
	named := func(names []string) bool { return slices.Contains(names, f.Code) || slices.Contains(names, f.Rule) }
	return named(r.o.Without) || len(r.o.Only) > 0 && !named(r.o.Only)
}
