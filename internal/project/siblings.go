package project

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Tree is the projects of one file system, by what others may want of them: it
// tells where a name is that a project lacks. It is read when first asked.
type Tree struct {
	outlines func() []*Outline
}

// NewTree returns the projects of fsys.
func NewTree(ctx context.Context, fsys fs.FS) *Tree {
	return &Tree{outlines: sync.OnceValue(func() []*Outline {
		dirs, _ := Discover(fsys)
		var out []*Outline
		for _, dir := range dirs {
			if ctx.Err() != nil {
				break
			}
			out = append(out, outlineOf(ctx, fsys, dir))
		}
		return out
	})}
}

// Outline is what others may want of a project: its name and the names in it.
type Outline struct {
	Name, Dir string
	locals    []string        // folders of the local packages that it lists
	names     map[string]bool // models, seeds and snapshots
	macros    map[string]bool
	models    *yaml.Node // the configuration of models in dbt_project.yml
}

// outlineOf lists a project's files, and reads of them only those in which
// several names may be.
func outlineOf(ctx context.Context, fsys fs.FS, dir string) *Outline {
	l := &loader{reader: reader{fsys: fsys}, ctx: ctx, loaded: map[string]bool{}}
	o := &Outline{Dir: dir, names: map[string]bool{}, macros: map[string]bool{}}
	pkg := &Package{Dir: dir}
	if pkg.Doc = l.yaml(path.Join(dir, projectFile)); pkg.Doc == nil {
		return o
	}
	l.settings(pkg, false)
	o.Name, o.models = pkg.Name, pkg.Configs["models"]
	for _, d := range l.dependencies(pkg) {
		if d.Kind == Local && d.Path != "" {
			o.locals = append(o.locals, d.Path)
		}
	}
	for _, e := range l.list(pkg) {
		o.take(&l.reader, e)
	}
	return o
}

func (o *Outline) take(r *reader, e entry) {
	ext := path.Ext(e.file)
	switch {
	case e.under == "models" && (ext == ".sql" || ext == ".py"), e.under == "seeds" && ext == ".csv":
		o.names[e.name()] = true
	case e.under == "snapshots" && ext == ".sql":
		for _, b := range r.blocks(e, "snapshot") {
			o.names[b.Name] = true
		}
	case e.under == "macros" && ext == ".sql":
		for _, m := range r.macros(e, "macro") {
			o.macros[m.Name] = true
		}
	}
}

// Provider is another project of the tree that has what one lacks.
type Provider struct {
	*Outline
	// In is a project that lists both as packages, or is the provider itself
	// and lists the one: dbt finds the name when it runs there. It is nil if
	// there is none.
	In *Outline
}

// Refable returns the project that has a model, seed or snapshot of that name.
func (p *Project) Refable(name string) (Provider, bool) {
	return p.provider(func(o *Outline) bool { return o.names[name] })
}

// Macro returns the project that has a macro of that name, or that is called so.
func (p *Project) Macro(name string) (Provider, bool) {
	return p.provider(func(o *Outline) bool { return o.macros[name] || o.Name == name })
}

// provider returns the first project that has something: one that dbt can
// bring together with p, if there is one.
func (p *Project) provider(has func(*Outline) bool) (Provider, bool) {
	all := p.others()
	for _, in := range all {
		closure := in.closure(all)
		if !slices.Contains(closure, p.Root.Dir) {
			continue
		}
		for _, o := range all {
			if (o == in || slices.Contains(closure, o.Dir)) && has(o) {
				return Provider{o, in}, true
			}
		}
	}
	for _, o := range all {
		if has(o) {
			return Provider{Outline: o}, true
		}
	}
	return Provider{}, false
}

// Enabler returns a project that lists p as a package and configures its
// models: what p switches off may be on there.
func (p *Project) Enabler() *Outline {
	all := p.others()
	for _, in := range all {
		if slices.Contains(in.closure(all), p.Root.Dir) && configures(in.models, p.Root.Name) {
			return in
		}
	}
	return nil
}

// configures reports whether a tree of configurations says something about
// what is enabled in a package.
func configures(models *yaml.Node, pkg string) bool {
	return mentions(models.Get(pkg), "enabled")
}

func mentions(n *yaml.Node, key string) bool {
	return slices.ContainsFunc(n.Entries(), func(p yaml.Pair) bool {
		return strings.TrimPrefix(p.Key.Value, "+") == key || p.Value.IsMap() && mentions(p.Value, key)
	})
}

// others returns the projects of the tree without p and its packages.
func (p *Project) others() []*Outline {
	if p.tree == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.tree.outlines()), func(o *Outline) bool {
		return slices.ContainsFunc(p.Packages, func(pkg *Package) bool { return pkg.Dir == o.Dir })
	})
}

// closure returns the folders of all local packages that come with a project.
func (o *Outline) closure(all []*Outline) []string {
	out := slices.Clone(o.locals)
	for i := 0; i < len(out); i++ {
		for _, other := range all {
			if other.Dir != out[i] {
				continue
			}
			for _, dir := range other.locals {
				if !slices.Contains(out, dir) {
					out = append(out, dir)
				}
			}
		}
	}
	return out
}
