package manifest

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Options are the choices of a caller of Load.
type Options struct {
	// Target is the name of the profile's output; empty for its default.
	Target string
	// Adapter is used when no profile tells it.
	Adapter string
	// Vars are the variables of the command line.
	Vars map[string]jinja.Value
	// Env holds the environment variables that templates may see.
	Env map[string]string
	// Command is the command of dbt that templates are rendered for; `run` if
	// it is empty.
	Command string
	// Started is the time that templates see as run_started_at; unknown if zero.
	Started time.Time
	// Parallelism is the number of templates rendered at once; 0 is GOMAXPROCS.
	Parallelism int
}

// Load resolves a project. It always returns a manifest: what is wrong is in
// its Problems. When ctx ends, templates not yet rendered are left out.
func Load(ctx context.Context, p *project.Project, o Options) *Manifest {
	m := &Manifest{
		Project: p, ByID: map[string]*Node{}, Docs: map[string]*project.Block{},
		names: map[string][]*Node{}, sources: map[string][]*Node{}, functions: map[string][]*Node{}, missing: slices.ContainsFunc(p.Missing, mayHaveModels), unread: unread(p),
	}
	m.Target = target(p, o)
	m.graphOnce = sync.OnceValue(func() jinja.Value { return jinja.Freeze(jinja.CopyOf(m.makeGraph())) })
	m.foldersOnce = sync.OnceValue(m.folders)
	m.mentionsOnce = sync.OnceValue(m.mentioned)
	b := &builder{
		m: m, trees: map[string]map[string]*level{}, definitions: map[string]*definition{},
		ctx: dbtctx.New(dbtctx.Options{Project: p, Target: m.Target, Vars: o.Vars, Env: o.Env, Command: o.Command, Started: o.Started}),
	}
	m.Context = b.ctx // until the resources are known
	for _, pkg := range p.Packages {
		b.define(pkg)
	}
	for _, pkg := range p.Packages {
		b.project(pkg)
	}
	for _, pkg := range p.Packages {
		b.match(pkg)
	}
	b.parse(ctx, o.Parallelism)
	b.adopt()
	b.configureNodes()
	b.hooks()
	b.yamlResources()
	b.index()
	m.Context = b.ctx.WithResources(m)
	b.ctx = m.Context
	b.nameNodes()
	b.resolve()
	b.attach()
	b.graph()
	b.finish()
	return m
}

// builder is a manifest in the making. It is used by one goroutine.
type builder struct {
	m     *Manifest
	ctx   *dbtctx.Context
	trees map[string]map[string]*level // by package, by section

	definitions map[string]*definition // of generic tests, by package.test_name

	nodes   []*Node // with a file of their own, in order of reading
	listed  []*listing
	patches map[*Node]*listing
}

func (b *builder) problem(p Problem) { b.m.Problems = append(b.m.Problems, p) }

// project takes in the files of one package.
func (b *builder) project(pkg *project.Package) {
	b.trees[pkg.Name] = map[string]*level{}
	for section, n := range pkg.Configs {
		b.trees[pkg.Name][section] = b.tree(pkg, n, PackageProject)
	}
	for _, block := range pkg.Docs {
		if key := pkg.Name + "." + block.Name; b.m.Docs[key] == nil {
			b.m.Docs[key] = block
		}
	}
	b.files(pkg)
	for _, file := range pkg.Properties {
		b.m.partial = b.m.partial || file.Doc.Partial
		b.list(pkg, file)
	}
}

// parse renders every template in dbt's parse pass, several at once.
func (b *builder) parse(ctx context.Context, workers int) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var group errgroup.Group
	var next atomic.Int64
	for range min(workers, len(b.nodes)) {
		group.Go(func() error {
			for i := next.Add(1) - 1; int(i) < len(b.nodes) && ctx.Err() == nil; i = next.Add(1) - 1 {
				b.parseNode(b.nodes[i])
			}
			return nil
		})
	}
	_ = group.Wait() // the workers return no errors
}

func (b *builder) parseNode(n *Node) {
	switch {
	case n.Python:
		refs, sources, configs := dbtctx.PythonDeps(n.File)
		n.Events = slices.Concat(refs, sources, configs)
	case n.Seed == nil:
		n.Template = jinja.Parse(n.File, n.Body)
		out := b.ctx.Render(&dbtctx.Node{
			UniqueID: n.ID, ResourceType: string(n.Type), Package: n.Package, Name: n.Name, Version: n.Version,
			Path: n.Path, Rel: n.Rel, FQN: n.FQN, Database: b.m.Target.Database, Schema: b.m.Target.Schema, Alias: n.Name,
			Body: n.Body, File: n.File, Template: n.Template,
		}, dbtctx.World{Name: "parse", Parse: true})
		n.Events, n.Errors = out.Events, out.Errors
	}
}

// index makes the nodes findable by id and name.
func (b *builder) index() {
	m := b.m
	for _, n := range m.Nodes {
		if first := m.ByID[n.ID]; first != nil && first.Enabled {
			if n.Enabled {
				b.duplicate(first, n)
			}
			continue
		}
		m.ByID[n.ID] = n
	}
	slices.SortStableFunc(m.Nodes, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path))
	})
	taken := map[string]*Node{}
	for _, n := range m.Nodes {
		switch n.Type {
		case Function:
			m.functions[n.Name] = append(m.functions[n.Name], n)
		case Source:
			m.sources[n.Source+"."+n.Name] = append(m.sources[n.Source+"."+n.Name], n)
		case Model, Seed, Snapshot:
			m.names[n.Name] = append(m.names[n.Name], n)
			key := n.Package + "." + n.Name + "." + n.Version
			if first := taken[key]; first != nil && n.Enabled && first.Enabled && first.ID != n.ID {
				b.duplicate(first, n)
			} else if first == nil || n.Enabled {
				taken[key] = n
			}
		}
	}
	m.nearRef.names, m.nearSource.names = sections(m.names), sections(m.sources)
}

func (b *builder) duplicate(first, second *Node) {
	b.problem(Problem{
		Kind: DuplicateName, Node: second, Name: second.Name, File: second.File, Span: second.nameSpan(),
		Message: "there is a second `" + second.Name + "` in package `" + second.Package + "`, the other is in `" + first.Path + "`",
	})
}

// finish sorts what was collected.
func (b *builder) finish() {
	slices.SortStableFunc(b.m.Problems, func(x, y Problem) int {
		return cmp.Or(
			cmp.Compare(pathOf(x), pathOf(y)), cmp.Compare(x.Span.Start, y.Span.Start),
			cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Message, y.Message))
	})
	// The value of a source is read once for each of its tables.
	b.m.Problems = slices.CompactFunc(b.m.Problems, func(x, y Problem) bool {
		return x.File == y.File && x.Span == y.Span && x.Kind == y.Kind && x.Message == y.Message
	})
}

func pathOf(p Problem) string {
	if p.File == nil {
		return ""
	}
	return p.File.Path
}

// target chooses the connection: the profile that the project names, if its
// file is there.
func target(p *project.Project, o Options) dbtctx.Target {
	plain := profileText(p, o)
	t := dbtctx.Target{Profile: plain(p.Root.Profile), Name: o.Target, Adapter: o.Adapter, Fields: map[string]jinja.Value{}}
	profile, _ := p.Profiles.Profile(t.Profile)
	t.Name = cmp.Or(t.Name, plain(profile.Target), "default")
	out, found := profile.Output(t.Name)
	if !found && len(profile.Outputs) > 0 {
		out = profile.Outputs[0]
		if o.Target == "" {
			t.Name = out.Name
		}
	}
	t.Adapter = cmp.Or(plain(out.Adapter), t.Adapter)
	t.Database = plain(out.Database)
	t.Schema = plain(out.Schema)
	if t.Adapter == "duckdb" {
		t.Schema = cmp.Or(t.Schema, "main")
		t.Database = cmp.Or(t.Database, duckdbName(plain(out.Path)))
	}
	t.Schema = cmp.Or(t.Schema, "dbt")
	if threads := plain(out.Threads); threads != "" {
		t.Fields["threads"] = jinja.NewStr(threads)
	}
	return t
}

// profileText returns a function that renders a value of a profile. What
// needs a variable of the environment that may not be seen, and has no
// default, is for the machine that runs dbt to know: it is empty.
func profileText(p *project.Project, o Options) func(string) string {
	return func(text string) string {
		if !hasJinja(text) {
			return text
		}
		ctx := dbtctx.New(dbtctx.Options{Project: p, Vars: o.Vars, Env: o.Env})
		span := source.Span{End: int32(len(text))}
		v, out := ctx.RenderText(p.Root.Name, source.NewFile("profiles.yml", text), span, false)
		if out == nil || len(out.Errors) > 0 || len(out.Holes) > 0 {
			return ""
		}
		rendered, _ := textValue(v)
		return strings.TrimSpace(rendered)
	}
}

// duckdbName returns the catalog name DuckDB gives to a database file.
func duckdbName(path string) string {
	if path == "" || path == ":memory:" {
		return "memory"
	}
	base := path[strings.LastIndexAny(path, `/\`)+1:]
	name, _, _ := strings.Cut(base, ".")
	return cmp.Or(name, "memory")
}

// sections lists the keys of a map in order, for loops whose order shows.
func sections[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
