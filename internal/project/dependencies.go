package project

import (
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// dependencies reads packages.yml or dependencies.yml of a package.
func (l *loader) dependencies(pkg *Package) []Dependency {
	locked := l.lock(pkg.Dir)
	var out []Dependency
	for _, name := range []string{"packages.yml", "dependencies.yml"} {
		file := path.Join(pkg.Dir, name)
		if !l.exists(file) {
			continue
		}
		doc := l.yaml(file)
		if doc == nil {
			continue
		}
		packages := doc.Root.Get("packages")
		if !packages.IsNull() && !packages.IsList() {
			l.add(Problem{Kind: Invalid, File: doc.File, Span: packages.Span,
				Message: "`packages` is not a list", Hint: "begin each entry with `- package:`, `- git:` or `- local:`"})
		}
		for _, entry := range packages.List() {
			if d, ok := dependency(doc.File, pkg.Dir, entry); ok {
				if name := locked[d.Source]; name != "" {
					d.Name = name
				}
				out = append(out, d)
			}
		}
		for _, entry := range doc.Root.Get("projects").List() {
			if name := entry.Get("name"); name.Text() != "" {
				out = append(out, Dependency{
					Kind: CrossProject, Name: name.Text(), Source: name.Text(), File: doc.File, Span: name.Span,
				})
			}
		}
	}
	return out
}

// lock returns the names that package-lock.yml gives to addresses.
func (l *loader) lock(dir string) map[string]string {
	file := path.Join(dir, "package-lock.yml")
	if !l.exists(file) {
		return nil
	}
	doc := l.yaml(file)
	if doc == nil {
		return nil
	}
	names := map[string]string{}
	for _, entry := range doc.Root.Get("packages").List() {
		for _, key := range []string{"package", "git", "tarball", "local", "private"} {
			if address := entry.Get(key).Text(); address != "" {
				names[address] = entry.Get("name").Text()
			}
		}
	}
	return names
}

// dependency reads one entry of `packages:`.
func dependency(f *source.File, dir string, entry *yaml.Node) (Dependency, bool) {
	kinds := []struct {
		key  string
		kind DependencyKind
	}{{"package", Hub}, {"git", Git}, {"local", Local}, {"tarball", Tarball}, {"private", Private}}
	for _, k := range kinds {
		node := entry.Get(k.key)
		if node.Text() == "" {
			continue
		}
		d := Dependency{Kind: k.kind, Source: node.Text(), File: f, Span: node.Span}
		d.Version = strings.Join(append(entry.Get("version").Strings(), entry.Get("revision").Strings()...), ",")
		d.Name = entry.Get("name").Text()
		if d.Name == "" {
			d.Name = guessName(d.Source, entry.Get("subdirectory").Text())
		}
		if k.kind == Local {
			if p, ok := inside(dir, d.Source); ok {
				d.Path = p
			}
		}
		return d, true
	}
	return Dependency{}, false
}

// guessName returns the name a package is likely to have: the last part of
// its address, spelled as an identifier.
func guessName(address, subdirectory string) string {
	if subdirectory != "" {
		address = subdirectory
	}
	if strings.Contains(address, "{{") {
		return ""
	}
	base := path.Base(strings.TrimSuffix(strings.TrimRight(address, "/"), ".git"))
	if base == "." || base == ".." {
		return ""
	}
	return strings.ReplaceAll(base, "-", "_")
}

// connect finds the installed package of every dependency, and returns the
// dependencies that have none.
func connect(packages []*Package) []Dependency {
	byName := map[string]*Package{}
	for _, pkg := range packages {
		byName[identifier(pkg.Name)] = pkg
		if !pkg.Root {
			byName[identifier(path.Base(pkg.Dir))] = pkg
		}
	}
	claimed := map[*Package]bool{packages[0]: true}
	for _, pkg := range packages {
		for i := range pkg.Dependencies {
			d := &pkg.Dependencies[i]
			d.Package = byName[identifier(d.Name)]
			if d.Kind == Local {
				if at := byDir(packages, d.Path); at != nil {
					d.Package = at
				}
			}
			claimed[d.Package] = true
		}
	}
	var missing []Dependency
	seen := map[string]bool{}
	for _, pkg := range packages {
		for i := range pkg.Dependencies {
			d := &pkg.Dependencies[i]
			if d.Package == nil && d.Kind != Hub && d.Kind != CrossProject {
				// The address says little about the name: an installed package
				// that nothing else lists is probably it.
				d.Package = unclaimed(packages, claimed)
			}
			if d.Package == nil && !seen[d.Source] {
				seen[d.Source] = true
				missing = append(missing, *d)
			}
		}
	}
	return missing
}

func byDir(packages []*Package, dir string) *Package {
	for _, pkg := range packages {
		if dir != "" && pkg.Dir == dir {
			return pkg
		}
	}
	return nil
}

func unclaimed(packages []*Package, claimed map[*Package]bool) *Package {
	for _, pkg := range packages {
		if !claimed[pkg] {
			claimed[pkg] = true
			return pkg
		}
	}
	return nil
}

func identifier(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "-", "_"))
}
