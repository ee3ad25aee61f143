// Package project reads a dbt project from a file system: where its
// dbt_project.yml files are, what is in them, the packages it lists and has
// installed, its model, macro, seed and properties files, its profile. It
// gives raw material: trees, blocks and rows with their places. It renders no
// template, resolves no name and merges no configuration.
//
// A Project is the root package and the packages installed below it; each of
// them is a Package, read the same way:
//
//	shop/dbt_project.yml                  Root     (name: shop)
//	shop/models/orders.sql                Root.Models[0]
//	shop/dbt_packages/dbt_utils/...       Packages[1] (name: dbt_utils)
//
// What cannot be read is a Problem with its place; the rest is read on.
package project

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Project is a dbt project with its packages.
type Project struct {
	Root *Package
	// Packages holds Root first, then the installed packages sorted by name.
	Packages []*Package
	// Missing are the dependencies that are listed, by Root or by an installed
	// package, and are not installed.
	Missing  []Dependency
	Profiles *Profiles // nil if no profiles.yml was found
	Problems []Problem // sorted by file and place

	tree *Tree // nil if it stands alone
}

// Package returns the package of that name, or nil.
func (p *Project) Package(name string) *Package {
	for _, pkg := range p.Packages {
		if pkg.Name == name {
			return pkg
		}
	}
	return nil
}

// IntegrationTests reports whether the project holds the tests of a package: by
// the custom of dbt's packages, the one in a folder integration_tests, with a name
// that ends so. Nobody reads what its models make.
func (p *Project) IntegrationTests() bool {
	return p.Root != nil && strings.HasSuffix(p.Root.Name, "integration_tests")
}

// Package is what one dbt_project.yml stands for.
type Package struct {
	Name string
	// Dir is its folder in the file system; "." for the root of it.
	Dir string
	// Root is set for the project itself, not for an installed package.
	Root bool
	Doc  *yaml.Document // dbt_project.yml; its File is never nil

	Version    string
	Profile    string
	RequireDBT []string // require-dbt-version, one string a bound
	Paths      Paths

	// Configs holds the configuration trees by their key in dbt_project.yml:
	// models, seeds, snapshots, sources, data_tests (also for tests),
	// unit_tests (also for unit-tests), exposures, metrics, semantic-models,
	// saved-queries, functions.
	Configs map[string]*yaml.Node
	// Vars are the `vars:` of dbt_project.yml, VarsDoc is vars.yml; either may
	// be nil. They are not rendered.
	Vars    *yaml.Node
	VarsDoc *yaml.Document

	Dispatch     []Dispatch
	Flags        *yaml.Node
	Quoting      *yaml.Node
	QueryComment *yaml.Node
	OnRunStart   []*yaml.Node
	OnRunEnd     []*yaml.Node

	Dependencies []Dependency

	Models     []*Template // .sql and .py
	Tests      []*Template // singular tests
	Functions  []*Template
	Analyses   []*Template
	Snapshots  []*Block // {% snapshot %} blocks
	Macros     []*Macro // macros, materializations and generic tests
	Seeds      []*Seed
	Docs       []*Block // {% docs %} blocks
	Properties []*Properties
	Selectors  *yaml.Document // selectors.yml, or nil
}

// Files returns the files that the package was read from, each once:
// dbt_project.yml, templates, macros and properties.
func (p *Package) Files() []*source.File {
	seen := map[string]bool{}
	var out []*source.File
	add := func(f *source.File) {
		if f != nil && !seen[f.Path] {
			seen[f.Path] = true
			out = append(out, f)
		}
	}
	add(p.Doc.File)
	for _, list := range [][]*Template{p.Models, p.Tests, p.Analyses, p.Functions} {
		for _, t := range list {
			add(t.File)
		}
	}
	for _, b := range p.Snapshots {
		add(b.File)
	}
	for _, m := range p.Macros {
		add(m.File)
	}
	for _, x := range p.Properties {
		add(x.Doc.File)
	}
	return out
}

// Paths are the folders of a package, relative to Package.Dir.
type Paths struct {
	Models, Seeds, Snapshots, Tests, Analyses, Macros, Docs, Functions []string
	PackagesInstall                                                    string
	Target                                                             string
	CleanTargets                                                       []string
}

// Template is a file that is rendered as a whole.
type Template struct {
	File *source.File
	Name string // file name without extension
	// Path is relative to the package's folder (dbt's original_file_path).
	Path string
	// Rel is relative to the resource path it was found under: its folders are
	// the middle of the fqn.
	Rel    string
	Python bool
}

// Block is a named block of a template file: a snapshot or a docs block. Path
// and Rel are those of the file.
type Block struct {
	Template
	Span source.Span // the whole block
	Body source.Span // what is between its tags
}

// Macro is a macro as dbt knows it.
type Macro struct {
	// Kind is macro, materialization, test or data_test.
	Kind string
	// Name is dbt's: a generic test `x` is test_x, a materialization `m` for
	// adapter `a` is materialization_m_a.
	Name string
	File *source.File
	Path string // relative to the package's folder
	Span source.Span
	Def  *jinja.MacroDef // nil if it does not parse
}

// Dispatch is an entry of `dispatch:`.
type Dispatch struct {
	Namespace   string
	SearchOrder []string
}

// Dependency is a package that packages.yml or dependencies.yml lists.
type Dependency struct {
	Kind DependencyKind
	// Name is the name the package will most likely have: the last part of the
	// hub name or of the git address, the folder of a local package.
	Name string
	// Source is the hub name, git address, path or tarball address as written.
	Source string
	// Version is the version or revision as written, bounds joined by commas.
	Version string
	Path    string // of the package's folder in the file system; local packages only
	File    *source.File
	Span    source.Span // the entry's address
	// Package is what was installed for it, or nil.
	Package *Package
}

// DependencyKind is how a package is obtained.
type DependencyKind uint8

const (
	Hub DependencyKind = iota
	Git
	Local
	Tarball
	Private
	CrossProject // `projects:` of dependencies.yml
)

// Properties is a YAML file under a resource path.
type Properties struct {
	Doc  *yaml.Document
	Path string // relative to the package's folder
	Rel  string // relative to the resource path
	// Under is the kind of resource path: models, seeds, snapshots, tests,
	// analyses, macros, functions.
	Under string
}

// ProblemKind tells problems apart, so that rules can choose which to report.
type ProblemKind uint8

const (
	Unreadable    ProblemKind = iota // cannot be opened or read
	TooLarge                         // over the size budget: not read, or only in part
	Invalid                          // not what it must be: a missing name, a value of the wrong type
	Missing                          // a package that is listed and not installed
	BadEncoding                      // not UTF-8: read as something else
	YAMLSyntax                       // an error of parser/yaml
	YAMLDuplicate                    // a key written twice
	YAMLJinja                        // unquoted Jinja
	JinjaSyntax                      // a block that does not close, in a macro, snapshot or docs file
	Duplicate                        // two macros, docs blocks or packages of one name
	Escapes                          // a link that leaves the root
	Linked                           // a link to a folder, into which dbt does not look
)

// Problem is something that kept a file, or a part of it, from being read.
type Problem struct {
	Kind ProblemKind
	// File may be nil when there is no text; Path is always set.
	File    *source.File
	Path    string // from the root of the file system
	Span    source.Span
	Message string // lower case, no full stop
	Hint    string
	Package string // name of the package, empty if unknown
	Related source.Span
	Same    bool // of YAMLDuplicate: both keys have the same value
}
