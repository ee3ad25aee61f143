package project

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Options are the choices of a caller of Load.
type Options struct {
	// Profiles are further folders, in the file system, to look for
	// profiles.yml in, after the project's own and those it lies in.
	Profiles []string
	// Parallelism is the number of files read at once; 0 is GOMAXPROCS.
	Parallelism int
	// Tree holds the projects beside it, for Refable and the like; it may be nil.
	Tree *Tree
}

// upwards returns a folder and those that it lies in: dbt reads the profiles.yml
// of the folder that it runs in, which for one of several projects in a
// repository is often further up.
func upwards(dir string) []string {
	out := []string{dir}
	for dir != "." {
		dir = path.Dir(dir)
		out = append(out, dir)
	}
	return out
}

// Load reads the project in folder dir. It always returns a project: what
// could not be read is in its Problems. When ctx ends, files not yet read are
// left out.
func Load(ctx context.Context, fsys fs.FS, dir string, o Options) *Project {
	if o.Parallelism <= 0 {
		o.Parallelism = runtime.GOMAXPROCS(0)
	}
	l := &loader{reader: reader{fsys: fsys}, ctx: ctx, workers: o.Parallelism, loaded: map[string]bool{}}
	p := &Project{Root: l.load(path.Clean(dir), true), tree: o.Tree}
	slices.SortStableFunc(l.installed, func(a, b *Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	p.Packages = append([]*Package{p.Root}, l.installed...)
	p.Packages = l.unique(p.Packages)
	p.Missing = connect(p.Packages)
	l.pkg = p.Root.Name
	p.Profiles = l.profiles(append(upwards(p.Root.Dir), o.Profiles...))
	p.Problems = l.problems
	slices.SortStableFunc(p.Problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	return p
}

// loader reads one project and its packages.
type loader struct {
	reader
	ctx       context.Context
	workers   int
	loaded    map[string]bool // folders
	installed []*Package
}

// load reads the package in dir, and the packages that it has installed or
// lists by path.
func (l *loader) load(dir string, root bool) *Package {
	l.loaded[dir] = true
	pkg := &Package{Dir: dir, Root: root}
	l.pkg = ""
	pkg.Doc = l.yaml(path.Join(dir, projectFile))
	unread := pkg.Doc == nil
	if unread {
		pkg.Doc = &yaml.Document{File: source.NewFile(path.Join(dir, projectFile), "")}
	}
	l.settings(pkg, unread)
	for _, side := range []struct {
		name string
		doc  **yaml.Document
	}{{"vars.yml", &pkg.VarsDoc}, {"selectors.yml", &pkg.Selectors}} {
		if file := path.Join(dir, side.name); l.exists(file) {
			*side.doc = l.yaml(file)
		}
	}
	pkg.Dependencies = l.dependencies(pkg)
	l.read(pkg, l.list(pkg))
	l.below(pkg)
	return pkg
}

// below reads the installed packages of pkg, and its local ones that are not
// installed.
func (l *loader) below(pkg *Package) {
	if pkg.Root {
		for _, name := range []string{pkg.Paths.PackagesInstall, "dbt_packages", "dbt_modules"} {
			if install, ok := inside(pkg.Dir, name); ok && l.installedIn(install) {
				break
			}
		}
	}
	for _, d := range pkg.Dependencies {
		if d.Kind != Local || d.Path == "" || l.loaded[d.Path] || !l.exists(path.Join(d.Path, projectFile)) {
			continue
		}
		have := slices.ContainsFunc(l.installed, func(p *Package) bool {
			return identifier(p.Name) == identifier(d.Name) || path.Base(p.Dir) == path.Base(d.Path)
		})
		if !have {
			l.installed = append(l.installed, l.load(d.Path, false))
		}
	}
}

// installedIn reads every package below an install path.
func (l *loader) installedIn(install string) bool {
	entries, err := fs.ReadDir(l.fsys, install)
	if err != nil {
		return false
	}
	for _, e := range entries {
		dir := path.Join(install, e.Name())
		if l.loaded[dir] || !l.exists(path.Join(dir, projectFile)) {
			continue
		}
		l.installed = append(l.installed, l.load(dir, false))
	}
	return len(entries) > 0
}

// unique drops packages whose name is taken, and says so.
func (l *loader) unique(packages []*Package) []*Package {
	seen := map[string]*Package{}
	return slices.DeleteFunc(packages, func(pkg *Package) bool {
		first := seen[pkg.Name]
		if first == nil {
			seen[pkg.Name] = pkg
			return false
		}
		l.pkg = pkg.Name
		l.add(Problem{Kind: Duplicate, File: pkg.Doc.File, Message: fmt.Sprintf(
			"the package `%s` is here a second time, the first is in `%s`", pkg.Name, first.Dir)})
		return true
	})
}

// part is what one file adds to its package.
type part struct {
	models, tests, analyses, functions []*Template
	snapshots, docs                    []*Block
	macros                             []*Macro
	seed                               *Seed
	properties                         *Properties
}

// read reads the files of a package, several at once, and collects them in
// their order.
func (l *loader) read(pkg *Package, entries []entry) {
	parts := make([]part, len(entries))
	problems := make([][]Problem, len(entries))
	var group errgroup.Group
	var next atomic.Int64
	for range min(l.workers, len(entries)) {
		group.Go(func() error {
			for i := next.Add(1) - 1; int(i) < len(entries) && l.ctx.Err() == nil; i = next.Add(1) - 1 {
				r := &reader{fsys: l.fsys, pkg: pkg.Name}
				parts[i] = r.entry(pkg, entries[i])
				problems[i] = r.problems
			}
			return nil
		})
	}
	_ = group.Wait() // the workers return no errors
	for i, p := range parts {
		pkg.Models = append(pkg.Models, p.models...)
		pkg.Tests = append(pkg.Tests, p.tests...)
		pkg.Analyses = append(pkg.Analyses, p.analyses...)
		pkg.Functions = append(pkg.Functions, p.functions...)
		pkg.Snapshots = append(pkg.Snapshots, p.snapshots...)
		pkg.Docs = append(pkg.Docs, p.docs...)
		pkg.Macros = append(pkg.Macros, p.macros...)
		if p.seed != nil {
			pkg.Seeds = append(pkg.Seeds, p.seed)
		}
		if p.properties != nil {
			pkg.Properties = append(pkg.Properties, p.properties)
		}
		l.problems = append(l.problems, problems[i]...)
	}
	l.duplicates(pkg)
}

// duplicates reports macros of one name, which dbt refuses.
func (l *loader) duplicates(pkg *Package) {
	seen := map[string]*Macro{}
	for _, m := range pkg.Macros {
		first := seen[m.Name]
		if first == nil {
			seen[m.Name] = m
			continue
		}
		at := m.Span
		if m.Def != nil {
			at = m.Def.NameSpan
		}
		l.add(Problem{Kind: Duplicate, File: m.File, Span: at, Message: fmt.Sprintf(
			"the package has two macros `%s`, the other is in `%s`", m.Name, first.Path)})
	}
}

// generic reports whether a file under a test path defines generic tests.
func generic(rel string) bool { return strings.HasPrefix(rel, "generic/") }
