// Package manifest knows what a dbt project consists of: its models, seeds,
// snapshots, tests, sources and the rest with their names, effective
// configurations and properties, and the graph they form. It runs dbt's parse
// pass over every template and applies dbt's rules of precedence, resolution
// and versions. It parses no SQL and renders nothing but the parse pass.
//
// A configuration is a pile of layers, weakest first: dbt's defaults, the
// dbt_project.yml of the node's own package from the shallow keys to the deep
// ones, the properties YAML, the config() calls of the file, and, for a node
// of an installed package, the dbt_project.yml of the root project. The
// effective value of a key comes from the strongest layer that has it, except
// for the keys that collect (tags, hooks, packages) or merge (meta, quoting,
// column_types, docs, contract). With
//
//	dbt_project.yml         models: {shop: {+materialized: view, marts: {+materialized: table, +tags: [a]}}}
//	models/marts/_m.yml     - {name: orders, config: {tags: [b]}}
//	models/marts/orders.sql {{ config(materialized='incremental') }}
//
// orders is incremental (origin: its file, the bytes 'incremental') and has
// the tags a and b. A value that could not be evaluated is a *jinja.Unknown,
// which is not the same as absent.
package manifest

import (
	"iter"
	"path"
	"strings"
	"sync"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Manifest is a resolved project. It is immutable once Load has returned it,
// and implements dbtctx.Resources.
type Manifest struct {
	Project *project.Project
	// Context is the context of the parse pass, with the manifest as its
	// resources: what worlds are to be rendered with.
	Context *dbtctx.Context
	Target  dbtctx.Target

	// Nodes are all resources, enabled or not, sorted by unique id.
	Nodes []*Node
	ByID  map[string]*Node
	// Order holds the enabled nodes that are rendered or read (models, seeds,
	// snapshots, singular tests, analyses), each after all it depends on; ties
	// are broken by unique id. Nodes of a cycle come last.
	Order []*Node
	// Cycles are the cycles of the graph: each begins with its smallest id.
	Cycles    [][]*Node
	UnitTests []*UnitTest
	Docs      map[string]*project.Block // by package.name
	Problems  []Problem                 // sorted by file and place
	// Elsewhere are refs that resolve only where dbt brings the project together
	// with others of the same tree.
	Elsewhere []Elsewhere

	parents, children map[string][]*Node
	names             map[string][]*Node // refable nodes by name
	sources           map[string][]*Node // sources by source.table
	functions         map[string][]*Node // by name
	unread            map[string]bool    // names of files that were not read; "" for a folder of them
	missing           bool               // a listed package that may have models is not installed
	partial           bool               // a properties file is broken: sources and versions may be in the part that is lost
	nearRef           speller
	nearSource        speller
	graphOnce         func() jinja.Value
	foldersOnce       func() map[string][]*Node
	mentionsOnce      func() mentions
	perFolder         sync.Map // folderFigure to int
}

// Type is the kind of a resource, in dbt's words.
type Type string

const (
	Model         Type = "model"
	Seed          Type = "seed"
	Snapshot      Type = "snapshot"
	SingularTest  Type = "test"
	Analysis      Type = "analysis"
	Source        Type = "source"
	Exposure      Type = "exposure"
	Group         Type = "group"
	Metric        Type = "metric"
	SemanticModel Type = "semantic_model"
	SavedQuery    Type = "saved_query"
	Function      Type = "function"
)

// Node is a resource.
type Node struct {
	ID      string // model.shop.orders
	Type    Type
	Name    string // of a source: the table
	Source  string // of a source: the name of the source
	Package string
	// Version is empty unless the model is versioned; Latest is set for the
	// version that ref without one means, and for every unversioned node.
	Version string
	Latest  bool

	// File and Body are the template: a whole file, or the inside of a
	// snapshot block. File is the properties file of a resource that has no
	// file of its own.
	File *source.File
	Body source.Span
	// Made says that File is made up, with the path of the properties file:
	// the query of a snapshot that is written as a relation in YAML.
	Made     bool
	Path     string // relative to the package's folder (original_file_path)
	Rel      string // relative to the folder of its kind (path); empty without a file of its own
	Python   bool
	Template *jinja.Template // Body, parsed; nil for Python, seeds and YAML resources
	Seed     *project.Seed   // of a seed

	FQN      []string
	Database string
	Schema   string
	Alias    string // the name in the warehouse; of a source the identifier
	Enabled  bool
	Access   string // private, protected, public
	Group    string
	Tags     []string
	Meta     *jinja.Dict
	Config   *Config

	Description Text
	Columns     []*Column
	Tests       []*Test // generic tests of the node itself; a column's are at the column
	Constraints []*Constraint
	Entities    []Entity // of a semantic model
	// Patch is the entry of a properties file that describes the node; nil if
	// none does.
	Patch *Patch

	// Events are the calls that the parse pass recorded; Refs those of ref and
	// source, with what they resolve to.
	Events []dbtctx.Event
	Refs   []dbtctx.Event
	Errors []dbtctx.Error // of the parse pass
	// DependsOn are the ids of the nodes that it and its hooks refer to, sorted.
	DependsOn []string
	// Macros are the ids of the macros that its template and its hooks call
	// themselves, sorted.
	Macros []string

	hookEvents []dbtctx.Event // of the hooks: refs, sources and the macros they call
	uses       []string       // ids that the entry names directly
	measures   []string       // of a metric, by name
}

// Text is a text of a properties file with its place.
type Text struct {
	Value string
	File  *source.File
	Span  source.Span
}

// Patch is an entry of a properties file.
type Patch struct {
	File    *source.File
	Package string
	Entry   *yaml.Node
	Name    source.Span // the name
	Version *yaml.Node  // the entry of `versions:`, or nil
}

// Column is a column as the properties describe it.
type Column struct {
	Name        string
	Description Text
	DataType    string
	Quote       bool
	Tags        []string
	Meta        *jinja.Dict
	Tests       []*Test
	Constraints []*Constraint
	File        *source.File
	Span        source.Span // the entry
	NameSpan    source.Span
	Entry       *yaml.Node
}

// Constraint is a declared constraint of a column or, with Columns, of a model.
type Constraint struct {
	Type       string // not_null, unique, primary_key, foreign_key, check, custom
	Name       string
	Expression string
	Columns    []string
	To         string // of a foreign key, as written
	ToColumns  []string
	File       *source.File
	Span       source.Span
}

// Test is a generic test attached to a node or to a column of it.
type Test struct {
	Name    string // unique, relationships, ...
	Package string // as written before the dot; empty if there is none
	// Title is the name the entry gives to the test; empty if none.
	Title  string
	Column string // empty for a test of the node
	Node   *Node
	Args   []Arg // without the configuration
	// Config is where, severity, error_if, warn_if, limit, enabled, tags, ...
	Config   *Config
	Severity string // error or warn; empty if unknown
	Where    string // empty if there is none; may hold Jinja
	ErrorIf  string
	WarnIf   string
	Limit    int64 // 0 if there is none
	Enabled  bool  // of its node too; false as well if it refers to what is not there
	// DependsOn are the ids of the nodes that its arguments refer to, its own
	// node not among them.
	DependsOn []string
	// Macros are the ids of the macros that it calls itself, sorted; those of
	// a test that is switched off are not known.
	Macros []string
	File   *source.File
	Span   source.Span // the entry
	Entry  *yaml.Node
}

// Arg is an argument of a generic test.
type Arg struct {
	Name  string
	Value jinja.Value // rendered; *jinja.Unknown if that failed
	Node  *yaml.Node  // as written
	// To is the node that the value refers to, by ref or source; else nil.
	To  *Node
	Key source.Span
}

// Arg returns the argument of that name; a Value of nil if there is none.
func (t *Test) Arg(name string) Arg {
	for _, a := range t.Args {
		if a.Name == name {
			return a
		}
	}
	return Arg{}
}

// Entity is an entity of a semantic model.
type Entity struct {
	Name string
	Type string // primary, unique, foreign, natural
	Expr string // the column; the name if the entry has no expr
	File *source.File
	Span source.Span
}

// UnitTest is a unit test.
type UnitTest struct {
	Name    string
	Package string
	Model   string // as written
	Node    *Node  // nil if there is no such model
	Given   []Input
	FQN     []string
	Config  *Config
	File    *source.File
	Span    source.Span
	Entry   *yaml.Node
}

// Input is one given input of a unit test.
type Input struct {
	Text string // ref('x'), source('a', 'b') or this
	Node *Node  // nil for this, and for what does not resolve
	Span source.Span
}

// ProblemKind tells problems apart, so that rules can choose which to report.
type ProblemKind uint8

const (
	UndefinedRef    ProblemKind = iota // REF02
	UndefinedSource                    // REF03
	DisabledRef                        // REF04
	Cycle                              // REF05
	Orphan                             // a properties entry for something that is not there
	TwoPatches                         // a second entry for one node
	DuplicateName                      // two resources of one name
	AmbiguousRef                       // a ref that two packages could mean
	NoAccess                           // a ref to a private or protected model from outside
	BadEntry                           // an entry without a name, a value of the wrong type
	BadTemplate                        // a value of a YAML file that does not render
)

// Problem is something wrong with the project as a whole.
type Problem struct {
	Kind    ProblemKind
	Node    *Node // whom it concerns; may be nil
	Name    string
	Nearest string // a name that was perhaps meant
	File    *source.File
	Span    source.Span
	Message string // lower case, no full stop
	Related []source.Place
	Nodes   []*Node // of a cycle, in order
	// Sibling is another project of the tree that has the name.
	Sibling string
}

// Elsewhere is a ref that another project of the tree decides: it has what is
// referred to, or, if From is nil, enables it.
type Elsewhere struct {
	Name  string
	From  *project.Outline
	In    *project.Outline // where dbt brings the projects together
	Place source.Place
}

// Parents returns the nodes that n depends on, by unique id.
func (m *Manifest) Parents(n *Node) []*Node { return m.parents[n.ID] }

// Children returns the nodes that depend on n, by unique id.
func (m *Manifest) Children(n *Node) []*Node { return m.children[n.ID] }

// Siblings returns the enabled nodes of n's type in the folder of its file, n
// itself among them, by unique id.
func (m *Manifest) Siblings(n *Node) []*Node { return m.foldersOnce()[n.folder()] }

// PerFolder returns the figure that count gives for n's siblings. It remembers
// figures by name and folder: a rule that compares each model with its folder
// counts the folder once.
func (m *Manifest) PerFolder(n *Node, figure string, count func(siblings []*Node) int) int {
	key := folderFigure{n.folder(), figure}
	if have, ok := m.perFolder.Load(key); ok {
		return have.(int)
	}
	c := count(m.Siblings(n))
	m.perFolder.Store(key, c)
	return c
}

type folderFigure struct{ folder, figure string }

// folders sorts the enabled nodes by folder.
func (m *Manifest) folders() map[string][]*Node {
	out := map[string][]*Node{}
	for _, n := range m.Nodes {
		if n.Enabled {
			out[n.folder()] = append(out[n.folder()], n)
		}
	}
	return out
}

func (n *Node) folder() string { return string(n.Type) + ":" + n.Package + ":" + path.Dir(n.Path) }

// All returns the enabled nodes of one type by unique id.
func (m *Manifest) All(t Type) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for _, n := range m.Nodes {
			if n.Type == t && n.Enabled && !yield(n) {
				return
			}
		}
	}
}

// AllTests returns the generic tests of a node: its own, then its columns'.
func (n *Node) AllTests() iter.Seq[*Test] {
	return func(yield func(*Test) bool) {
		for _, t := range n.Tests {
			if !yield(t) {
				return
			}
		}
		for _, c := range n.Columns {
			for _, t := range c.Tests {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// Column returns the described column of that name, in any case of letters,
// or nil.
func (n *Node) Column(name string) *Column {
	return columnOf(n.Columns, name)
}

func columnOf(columns []*Column, name string) *Column {
	for _, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return nil
}
