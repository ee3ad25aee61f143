package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// UnknownResourceError says that no project has a resource of a name.
type UnknownResourceError struct {
	Name    string
	Nearest string // may be empty
}

// SelectionError says that a selector is wrong.
type SelectionError struct{ err error }

func (e SelectionError) Error() string { return e.err.Error() }
func (e SelectionError) Unwrap() error { return e.err }

func (e UnknownResourceError) Error() string {
	if strings.ContainsAny(e.Name, ":+@*") {
		return fmt.Sprintf("the selector `%s` chooses no model", e.Name)
	}
	if e.Nearest == "" {
		return fmt.Sprintf("no model is named `%s`", e.Name)
	}
	return fmt.Sprintf("no model is named `%s`: did you mean `%s`?", e.Name, e.Nearest)
}

// Inspect analyses the projects below the given paths and returns the resources
// of that name with all their worlds: models, snapshots, seeds, sources as
// source.table, or anything by its unique_id. A name that nothing has is taken
// for a selector. No rule is run.
func Inspect(ctx context.Context, o Options, name string) ([]*sema.Model, error) {
	o.defaults(ctx)
	dirs, _ := project.Discover(o.FS, o.Paths...)
	if len(dirs) == 0 {
		return nil, ErrNoProject
	}
	var found []*sema.Model
	var names []string
	for _, dir := range dirs {
		cfg, err := o.config(dir)
		if err != nil {
			return nil, err
		}
		r := newRun(ctx, o, cfg, dir)
		r.rules = nil
		matches, err := r.named(name)
		if err != nil {
			return nil, err
		}
		for _, n := range r.manifest.Nodes {
			names = append(names, fullName(n))
		}
		if len(matches) == 0 {
			continue
		}
		r.analyse()
		found = append(found, r.inspectedAll(matches)...)
	}
	if len(found) == 0 {
		return nil, UnknownResourceError{name, finding.Nearest(name, names)}
	}
	return found, ctx.Err()
}

// fullName returns the name that a ref or source uses.
func fullName(n *manifest.Node) string {
	if n.Source != "" {
		return n.Source + "." + n.Name
	}
	return n.Name
}

// named returns the resources of that name; if there is none, those with a
// template that the selector of that text chooses.
func (r *run) named(name string) ([]*manifest.Node, error) {
	if exact := r.exactly(name); len(exact) > 0 {
		return exact, nil
	}
	chosen, err := r.manifest.Select(manifest.Selection{Include: []string{name}, Before: r.before()})
	if err != nil {
		return nil, SelectionError{err}
	}
	return slices.DeleteFunc(slices.Clone(chosen), func(n *manifest.Node) bool { return n.Template == nil || !n.Enabled }), nil
}

func (r *run) exactly(name string) []*manifest.Node {
	return slices.DeleteFunc(slices.Clone(r.manifest.Nodes), func(n *manifest.Node) bool {
		return n.ID != name && fullName(n) != name
	})
}

// inspectedAll analyses resources once more, side by side.
func (r *run) inspectedAll(nodes []*manifest.Node) []*sema.Model {
	out := make([]*sema.Model, len(nodes))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range r.o.Parallelism {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(nodes); i = int(next.Add(1)) - 1 {
				out[i] = r.inspected(nodes[i])
			}
		})
	}
	wg.Wait()
	return out
}

// inspected analyses a resource once more, and keeps everything.
func (r *run) inspected(n *manifest.Node) *sema.Model {
	if n.Template == nil {
		return &sema.Model{Node: n, Dialect: r.dialect, Adapter: r.adapter, Declared: r.declared(n), Summary: sema.SummaryOf(n, r.declared(n), r.dialect)}
	}
	m := r.model(n)
	m.Summary = m.Summarise()
	m.Named = r.manifest.Context.References(r.manifest.ContextNode(n), nil)
	return m
}
