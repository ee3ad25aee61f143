package engine

import (
	"context"
	"path"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/ignore"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// run is the analysis of one project.
type run struct {
	ctx      context.Context
	o        Options
	cfg      *config.Config
	project  *project.Project
	manifest *manifest.Manifest
	loading  manifest.Options
	adapter  sema.Adapter
	origin   string // how the adapter is known
	dialect  *sql.Dialect
	render   *dbtctx.Context
	rules    []*lint.Rule
	examples map[string]sema.Declared // by unique id
	results  []*result                // by position in manifest.Order
	index    map[string]int
	chosen   map[string]bool // ids that the selectors choose; nil for all
}

// result is what is kept of one analysed resource.
type result struct {
	done     chan struct{}
	node     *manifest.Node
	model    *sema.Model // nil for what is not rendered
	summary  atomic.Pointer[sema.Summary]
	findings []*finding.Finding
	coverage coverage
}

func newRun(ctx context.Context, o Options, cfg *config.Config, dir string) *run {
	r := &run{ctx: ctx, o: o, cfg: cfg, index: map[string]int{}}
	r.project = project.Load(ctx, o.FS, dir, project.Options{Profiles: o.Profiles, Parallelism: o.Parallelism, Tree: o.tree})
	dialect := o.Dialect
	if dialect == "" {
		dialect = cfg.Dialect
	}
	target := o.Target
	if target == "" {
		target = cfg.Target
	}
	r.adapter, r.origin = adapterOf(r.project, target, dialect)
	name := r.adapter.Name
	r.dialect, _ = sql.Lookup(name)
	r.loading = manifest.Options{
		Target: target, Adapter: name, Vars: withConfigVars(cfg, o.Vars), Env: o.Env, Parallelism: o.Parallelism,
	}
	r.manifest = manifest.Load(ctx, r.project, r.loading)
	r.render = r.manifest.Context.WithColumns(columns{r})
	r.rules = o.chosen(cfg)
	r.examples = sema.Examples(r.manifest)
	return r
}

// lint analyses the project, runs the rules, and adds what came of it to rep.
func (r *run) lint(rep *finding.Report) {
	r.analyse()
	out := &finding.Report{}
	models := map[string]*sema.Model{}
	for _, res := range r.results {
		out.Findings = append(out.Findings, res.findings...)
		res.coverage.add(&out.Coverage)
		if res.model != nil {
			models[res.node.ID] = res.model
		}
	}
	r.lost(&out.Coverage)
	out.Findings = append(onePerMacroLine(out.Findings), r.projectRules(models)...)
	for _, rule := range r.rules {
		out.Rules = append(out.Rules, rule.Meta)
	}
	out.Rules = append(out.Rules, ignore.Rules()...)
	r.suppress(out, r.project.Root.Files())
	rep.Teaching = rep.Teaching || slices.Contains(r.o.presets(r.cfg), "teaching")
	rep.Findings = append(rep.Findings, out.Findings...)
	rep.Rules = append(rep.Rules, out.Rules...)
	rep.Summary.Suppressed += out.Summary.Suppressed
	merge(&rep.Coverage, out.Coverage)
	rep.Coverage.Notes = append(rep.Coverage.Notes, r.notes()...)
	rep.Coverage.Notes = append(rep.Coverage.Notes, r.wanted(models)...)
	rep.Projects = append(rep.Projects, finding.Project{Name: r.title(), Adapter: r.adapter.Name, Origin: r.origin, Root: path.Clean(r.project.Root.Dir)})
}

// analyse analyses every resource after those that it reads.
func (r *run) analyse() {
	order := r.manifest.Order
	r.results = make([]*result, len(order))
	for i, n := range order {
		r.results[i] = &result{node: n, done: make(chan struct{})}
		r.index[n.ID] = i
	}
	for n := range r.manifest.All(manifest.Source) {
		res := &result{node: n, done: make(chan struct{})}
		res.summary.Store(sema.SummaryOf(n, r.declared(n), r.dialect))
		close(res.done)
		r.index[n.ID] = len(r.results)
		r.results = append(r.results, res)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range r.o.Parallelism {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				res := r.results[i]
				for _, p := range r.manifest.Parents(res.node) {
					// Nodes of a cycle come last and wait for no later one.
					if k, ok := r.index[p.ID]; ok && (k < i || k >= len(order)) {
						<-r.results[k].done
					}
				}
				if r.ctx.Err() == nil {
					r.guarded(res, r.chosen == nil || r.chosen[res.node.ID])
				}
				close(res.done)
			}
		})
	}
	wg.Wait()
}

// guarded analyses one resource. A fault of this program is a gap of the
// coverage for that resource, and the rest goes on.
func (r *run) guarded(res *result, selected bool) {
	defer func() {
		if fault := recover(); fault != nil {
			res.summary.Store(sema.SummaryOf(res.node, r.declared(res.node), r.dialect))
			res.findings = nil
			res.coverage.fault(res.node, fault, r.own(res.node) && selected)
		}
	}()
	r.resource(res, selected)
}

// choose applies --select and --exclude. The error is about the selectors.
func (r *run) choose() error {
	if !r.o.partial() && r.o.Indirect == "" {
		return nil
	}
	nodes, err := r.manifest.Select(manifest.Selection{
		Include: r.o.Select, Exclude: r.o.Exclude, Selector: r.o.Selector, Indirect: r.o.Indirect, Before: r.before(),
	})
	if err != nil {
		return SelectionError{err}
	}
	r.chosen = map[string]bool{}
	for _, n := range nodes {
		r.chosen[n.ID] = true
	}
	return nil
}

// partial reports whether a run judges a selection.
func (o *Options) partial() bool { return len(o.Select) > 0 || len(o.Exclude) > 0 || o.Selector != "" }

// before returns how to load the project as it was; nil if there is no other
// state of the files.
func (r *run) before() func() *manifest.Manifest {
	if r.o.State == nil {
		return nil
	}
	return func() *manifest.Manifest {
		p := project.Load(r.ctx, r.o.State, r.project.Root.Dir, project.Options{Profiles: r.o.Profiles, Parallelism: r.o.Parallelism})
		return manifest.Load(r.ctx, p, r.loading)
	}
}

// own reports whether a resource belongs to the user: not to an installed
// package.
func (r *run) own(n *manifest.Node) bool { return n.Package == r.project.Root.Name }

// summary returns what is known of a resource's rows; nil before it is analysed.
func (r *run) summary(id string) *sema.Summary {
	i, ok := r.index[id]
	if !ok {
		return nil
	}
	return r.results[i].summary.Load()
}

// columns answers the templates' questions about columns.
type columns struct{ r *run }

// ColumnsOf implements dbtctx.Columns.
func (c columns) ColumnsOf(id string) ([]dbtctx.Column, bool) {
	s := c.r.summary(id)
	if s == nil {
		return nil, false
	}
	out := make([]dbtctx.Column, 0, len(s.Columns))
	for _, col := range s.Columns {
		if col.Name == "" {
			return nil, false
		}
		out = append(out, dbtctx.Column{Name: c.r.stored(col), Type: col.Type})
	}
	return out, !s.Open
}

// stored returns the name under which the warehouse holds a column: Snowflake
// keeps unquoted names in upper case.
func (r *run) stored(c sema.Column) string {
	if r.dialect.FoldName("a", false) == "A" {
		return c.Fold
	}
	return c.Name
}

// projectRules runs the rules of project scope.
func (r *run) projectRules(models map[string]*sema.Model) []*finding.Finding {
	p := &lint.Project{Manifest: r.manifest, Models: models, Adapter: r.adapter, Dialect: r.dialect, Partial: r.o.partial()}
	var reports []*lint.Report
	for _, rule := range r.rules {
		if rule.Project != nil {
			pass := r.pass(rule)
			rule.Project(pass, p)
			reports = append(reports, pass.Reports()...)
		}
	}
	return r.findings(reports, nil)
}

// pass returns a new pass of a rule under the settings of the run.
func (r *run) pass(rule *lint.Rule) *lint.Pass {
	presets := r.o.presets(r.cfg)
	p := lint.NewPass(rule, r.manifest, r.options(rule))
	p.Settings = lint.Settings{
		Layer:    r.cfg.Layers.Of,
		Thorough: slices.Contains(presets, "strict") || slices.Contains(presets, "teaching"),
	}
	return p
}

func (r *run) options(rule *lint.Rule) any {
	if rule.Options == nil {
		return nil
	}
	return r.cfg.Options(rule.Code, rule.Options())
}
