package project

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// entry is a file found under a resource path.
type entry struct {
	file  string // path in the file system
	path  string // relative to the package's folder
	rel   string // relative to the resource path
	under string // models, seeds, ...
}

// name returns the file's name without its extension.
func (e entry) name() string {
	base := path.Base(e.file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// list returns the files under the package's resource paths, each once per
// kind of path, sorted by kind and path.
func (l *loader) list(pkg *Package) []entry {
	p := &pkg.Paths
	kinds := []struct {
		name string
		dirs []string
	}{
		{"models", p.Models}, {"snapshots", p.Snapshots}, {"seeds", p.Seeds}, {"tests", p.Tests},
		{"analyses", p.Analyses}, {"macros", p.Macros}, {"functions", p.Functions}, {"docs", p.Docs},
	}
	w := &walker{reader: &l.reader, pkg: pkg, seen: map[string]bool{}, ignored: l.ignored(pkg.Dir)}
	if install, ok := inside(pkg.Dir, p.PackagesInstall); ok {
		w.install = install
	}
	for _, kind := range kinds {
		w.under = kind.name
		clear(w.seen)
		for _, dir := range kind.dirs {
			root, ok := inside(pkg.Dir, dir)
			if !ok {
				l.add(Problem{Kind: Escapes, File: pkg.Doc.File, Path: pkg.Doc.File.Path, Message: fmt.Sprintf(
					"the folder `%s` is outside of what was read", dir)})
				continue
			}
			if _, err := fs.Stat(l.fsys, root); err == nil {
				w.base = root
				w.folder(root, 0)
			}
		}
	}
	return w.out
}

type walker struct {
	*reader
	pkg     *Package
	install string // where packages are installed
	base    string // the resource path that is walked
	under   string
	seen    map[string]bool
	ignored ignored
	out     []entry
	full    bool
}

func (w *walker) folder(dir string, depth int) {
	entries, err := fs.ReadDir(w.fsys, dir)
	if err != nil {
		w.unreadable(dir, err)
		return
	}
	if depth > maxDepth {
		w.add(Problem{Kind: TooLarge, Path: dir, Message: fmt.Sprintf("folders deeper than %d levels are not read", maxDepth)})
		return
	}
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		isDir, isLink := e.IsDir(), e.Type()&fs.ModeSymlink != 0
		if isLink {
			info, err := fs.Stat(w.fsys, file)
			if err != nil {
				w.unreadable(file, err)
				continue
			}
			isDir = info.IsDir()
		}
		switch {
		case !isDir:
			w.file(file)
		case isLink: // it may lead to a folder above
			w.add(Problem{Kind: Linked, Path: file, Message: "the folder is a link: dbt does not look into it, and neither is it read here"})
		default:
			w.descend(file, depth+1)
		}
	}
}

// descend enters a folder, unless it is a project of its own, holds installed
// packages or belongs to git.
func (w *walker) descend(dir string, depth int) {
	switch path.Base(dir) {
	case ".git", "node_modules", "site-packages":
		return
	}
	if dir == w.install || w.exists(path.Join(dir, projectFile)) || w.exists(path.Join(dir, "pyvenv.cfg")) {
		return
	}
	w.folder(dir, depth)
}

func (w *walker) file(file string) {
	switch path.Ext(file) {
	case ".sql", ".py", ".csv", ".md", ".yml", ".yaml":
	default:
		return
	}
	at := below(w.pkg.Dir, file)
	if w.seen[file] || w.full || w.ignored.has(at) {
		return
	}
	if len(w.out) >= maxFiles {
		w.full = true
		w.add(Problem{Kind: TooLarge, Path: file, Message: fmt.Sprintf("files beyond the first %d are not read", maxFiles)})
		return
	}
	w.seen[file] = true
	w.out = append(w.out, entry{file: file, path: at, rel: below(w.base, file), under: w.under})
}

// below returns file relative to dir, which it lies in; a file elsewhere keeps
// its path.
func below(dir, file string) string {
	if dir == "." {
		return file
	}
	return strings.TrimPrefix(file, dir+"/")
}
