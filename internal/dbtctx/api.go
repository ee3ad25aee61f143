// Package dbtctx is dbt's context for the template engine: ref, source,
// config, var, adapter, target, the macros of a project and its packages with
// dbt's lookup and dispatch, dbt's own cross-database macros, and the worlds
// that a model is rendered in. It reads nothing and knows no SQL: what it must
// ask of others it declares as the small interfaces Resources and Columns.
//
// A model is not one text but several, one for each world in which dbt may
// render it. Of
//
//	select * from {{ ref('events') }}
//	{% if is_incremental() %} where at > {{ dbt.dateadd('day', -3, since()) }} {% endif %}
//
// the full refresh has no filter; the incremental world, rendered because
// is_incremental() was asked, has one. since is looked for among the macros of
// the model's package, then of the root project; dbt.dateadd dispatches to
// postgres__dateadd or default__dateadd, of the project first, then of dbt. The
// tables in builtin/ say what dbt's own print. If since() runs a query, its
// value is Unknown, and a hole stands in the text where it would be printed.
package dbtctx

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// World is one way a model can be rendered.
type World struct {
	Name        string // "full refresh", "incremental", or what was forced
	Incremental bool   // is_incremental() is true
	// Refresh says that dbt was given --full-refresh. To a model that is
	// incremental, the world without Incremental is that already.
	Refresh bool
	// Parse is dbt's parse pass: execute is false, ref and source give the
	// current relation, var without value is none, undefined is forgiving.
	Parse bool
	// Forced decides conditions against their value.
	Forced map[jinja.Fork]jinja.Forcing
	// Possible says of one of a node's worlds that the target may come to it:
	// nothing is forced, or only what is not known.
	Possible bool

	flips int // how many unknown conditions are forced
}

// Node is what the context tells a template about the resource it renders.
type Node struct {
	UniqueID     string
	ResourceType string // model, snapshot, test, analysis, ...
	Package      string
	Name         string
	Version      string // empty unless versioned
	Path         string // relative to the package's root, as dbt's original_file_path
	Rel          string // relative to the folder of its kind, as dbt's path; Path if empty
	FQN          []string
	Database     string
	Schema       string
	Alias        string
	Body         source.Span // the part of File to render: all, or inside a snapshot block
	File         *source.File
	// Config is the effective configuration; nil in the parse pass.
	Config *jinja.Dict
	Tags   []string
	Meta   *jinja.Dict
	// Quote says which parts of the node's own relation are quoted; nil for the
	// adapter's default.
	Quote *[3]bool
	// Template is Body, parsed; nil to have every render parse it again.
	Template *jinja.Template
	// Fields gives further keys of the `model` variable, such as columns or
	// description; it may be nil.
	Fields func() map[string]jinja.Value
}

// Resource is what ref or source resolves to.
type Resource struct {
	UniqueID     string
	Type         string // model, seed, snapshot, source
	Package      string
	Name         string // for a source "source.table"
	Database     string
	Schema       string
	Identifier   string
	Materialized string
	Ephemeral    bool
	Quote        [3]bool // database, schema, identifier
	Node         any     // the manifest's own value, for the engine
}

// Problem is why a ref or source does not resolve.
type Problem struct {
	Kind    ProblemKind
	Nearest string // a name that was perhaps meant
	Detail  string
	// Sibling is another project of the same tree that has the name.
	Sibling string
}

// ProblemKind tells the problems of resolving apart.
type ProblemKind uint8

const (
	NotFound ProblemKind = iota
	Disabled
	Ambiguous
	// PackageMissing: the name may be in a package that is listed but not
	// installed, so nothing can be said.
	PackageMissing
	NoAccess
)

// Resources resolves names of the project. The manifest implements it after
// the parse pass.
type Resources interface {
	// Ref resolves ref(name), ref(pkg, name) and v=version as seen from package from.
	Ref(from, pkg, name, version string) (*Resource, *Problem)
	// Source resolves source(source, table).
	Source(from, source, table string) (*Resource, *Problem)
	// Function resolves function(name) and function(pkg, name).
	Function(from, pkg, name string) (*Resource, *Problem)
	// Graph returns dbt's graph variable: nodes, sources, exposures, ...
	Graph() jinja.Value
}

// Column is a column of a relation as adapter.get_columns_in_relation tells it.
type Column struct{ Name, Type string }

// Columns answers what columns a resource has, from static inference.
type Columns interface {
	// ColumnsOf returns the columns of the resource in order. complete is
	// false if there may be more than these, or none is known.
	ColumnsOf(uniqueID string) (cols []Column, complete bool)
}

// Target is the connection the project would run with.
type Target struct {
	Profile  string
	Name     string
	Adapter  string // duckdb, postgres, snowflake, ...
	Database string
	Schema   string
	Fields   map[string]jinja.Value // threads and other harmless fields; never a secret
}

// EventKind tells recorded calls apart.
type EventKind uint8

const (
	RefEvent EventKind = iota
	SourceEvent
	ConfigEvent
	ThisEvent
	IncrementalEvent // is_incremental() was asked
	VarEvent
	EnvEvent
	MacroEvent // a macro was called: Name is package.name
	FunctionEvent
)

// Event is a call that the render made, in order.
type Event struct {
	Kind  EventKind
	Name  string   // ref: package.name or name; source: source.table; var, env, macro: its name
	Args  []string // the literal arguments as given; ref: [name], [pkg, name]
	Ver   string   // ref's version argument
	Blank bool     // var: it is empty text or none, as long as nobody gives it a value
	// Undecided says of a ref, source or function that the render came to it under
	// a condition whose value is not known.
	Undecided bool
	Place     source.Place
	// Chain holds the macro calls that led to the event, innermost first.
	Chain []source.Call
	// Resolved is the resource of a ref or source; Problem why there is none.
	Resolved *Resource
	Problem  *Problem
	// Config holds the keys of a config call, with the place of each value.
	Config *jinja.Dict
	Places map[string]source.Place
}

// Origin returns where the rendered template itself asks for the event: its place,
// or the call of the macro that led to it.
func (e *Event) Origin() source.Place {
	if len(e.Chain) == 0 {
		return e.Place
	}
	c := e.Chain[len(e.Chain)-1]
	return source.Place{File: c.File, Span: c.Span, Call: c.Parent}
}

// ErrorKind tells template errors apart, as the rules do.
type ErrorKind uint8

const (
	SyntaxError     ErrorKind = iota // JIN01
	UndefinedName                    // JIN02: a macro or package that does not exist
	CompileError                     // JIN03: raise_compiler_error, wrong arguments, ...
	MissingVariable                  // JIN03: var() without a default that the project gives no value
)

// Error is a template error. The render goes on after it where it can.
type Error struct {
	Kind    ErrorKind
	Message string
	Name    string // the undefined name or the variable
	Place   source.Place
	Chain   []source.Call // calls that led here, innermost first
	// Package is set when the error may come from a package that is not
	// installed, or from a project that dbt brings together with this one.
	Package string
	// Raised says that a template raises it through `exceptions`.
	Raised bool
	// Sibling is a project of the same tree that has the name, and that dbt does
	// not bring together with this one.
	Sibling string
}

// Rendered is a resource rendered in one world.
type Rendered struct {
	World World
	// Same are further worlds of the node that have this text.
	Same   []World
	Text   string
	Map    *source.Map
	Events []Event
	Errors []Error
	// Holes are the unknown values that reached the text.
	Holes []*jinja.Unknown
	// Stopped is set when a budget ended the render; the text is incomplete.
	Stopped string
	// AskedIncremental says that is_incremental() was evaluated.
	AskedIncremental bool
	// AskedRefresh says that a node which is not incremental asked for the flag
	// --full-refresh.
	AskedRefresh bool
	// Conditions are the conditions of the model file that were evaluated or
	// skipped, with what they guard: the input of the forced worlds.
	Conditions []jinja.Condition
	// Forks are the unknown conditions of macros.
	Forks []jinja.MacroFork
}

// Stands reports whether an incremental run, or another one, may have this text.
func (r *Rendered) Stands(incremental bool) bool {
	may := func(w World) bool { return w.Possible && w.Incremental == incremental }
	return may(r.World) || slices.ContainsFunc(r.Same, may)
}

// Relation is the value of ref, source and this: it prints as the quoted name,
// and is what a map's mark is where it was printed.
type Relation struct {
	Database, Schema, Identifier string
	Quote                        [3]bool
	QuoteChar                    string
	Kind                         EventKind // RefEvent, SourceEvent, ThisEvent; MacroEvent for api.Relation.create
	Resource                     *Resource // nil if it does not resolve
	Type                         string    // table, view, cte, or empty
	CTE                          bool      // an ephemeral model: prints as its CTE name
	Undecided                    bool      // of this: asked for under a condition whose value is not known

	include  [3]bool // which parts are printed
	quoteEnd string  // what closes a quoted part
}
