package dbtctx

import (
	"time"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Options are what a Context is made of.
type Options struct {
	Project *project.Project
	Target  Target
	// Vars are the variables of the command line, which win over all others.
	Vars map[string]jinja.Value
	// Env holds the environment variables that may be seen; nothing else of
	// the environment ever is.
	Env map[string]string
	// Command is the command of dbt that templates see in flags.WHICH; `run` if
	// it is empty.
	Command string
	// Started is the time that run_started_at and Python's clock give; it is
	// unknown if zero.
	Started time.Time
	// Resources resolves ref and source; nil in the parse pass.
	Resources Resources
	// Columns tells the columns of resources; nil when nothing is known.
	Columns Columns
}

// Context is dbt's context for one project and target. It is immutable and
// may be shared by many goroutines.
type Context struct {
	o        Options
	adapter  adapter
	lib      *library
	vars     map[string]*varTable // by package
	flags    *jinja.Dict
	members  map[string]jinja.Value // what is the same for every render
	filters  map[string]*jinja.Func
	dbtNames map[string]bool // every macro that dbt or an adapter has
}

// New returns the context of o.Project.
func New(o Options) *Context {
	c := &Context{o: o, adapter: adapterOf(o.Target.Adapter)}
	c.lib = newLibrary(o.Project, c.adapter)
	c.vars = loadVars(o.Project, o.Vars)
	c.flags = projectFlags(o.Project)
	c.members = c.globals()
	c.filters = hostFilters()
	c.dbtNames = dbtNames()
	return c
}

// WithResources returns a context that resolves ref and source by r and
// shares everything else with c.
func (c *Context) WithResources(r Resources) *Context {
	d := *c
	d.o.Resources = r
	return &d
}

// WithColumns returns a context that asks cols for the columns of relations
// and shares everything else with c.
func (c *Context) WithColumns(cols Columns) *Context {
	d := *c
	d.o.Columns = cols
	return &d
}

// Target returns the connection that the project is rendered for.
func (c *Context) Target() Target { return c.o.Target }

// DefaultQuote says which parts of a relation's name - database, schema,
// identifier - the adapter quotes unless a project says otherwise.
func (c *Context) DefaultQuote() [3]bool { return c.adapter.quote }

// ConfigKey returns dbt's name of a configuration: the adapter may have one of
// its own for it, such as BigQuery's `dataset` for `schema`.
func (c *Context) ConfigKey(key string) string {
	if name, ok := c.adapter.aliases[key]; ok {
		return name
	}
	return key
}

// RenderText renders a text that belongs to no node, such as a value of a
// properties file or a hook, as a part of package pkg. If native, a text that
// is one expression gives the expression's value, and a text that reads as a
// number, a truth value or a list is that; otherwise the value is the text. Of
// the Rendered, only the text, the map, events and errors are of use.
func (c *Context) RenderText(pkg string, f *source.File, span source.Span, native bool) (jinja.Value, *Rendered) {
	n := &Node{ResourceType: "text", Package: pkg, File: f, Body: span, Path: f.Path}
	return c.renderText(n, World{Name: "text"}, native)
}

// RenderValue is RenderText as seen from a node: `this`, `model` and config
// are the node's. w says in which pass the text is rendered.
func (c *Context) RenderValue(n *Node, w World, f *source.File, span source.Span, native bool) (jinja.Value, *Rendered) {
	m := *n
	m.File, m.Body, m.Template = f, span, nil
	return c.renderText(&m, w, native)
}

// Vars returns the names of all variables that package pkg can see.
func (c *Context) Vars(pkg string) []string { return c.varsOf(pkg).names() }

// MacroID returns the id that dbt gives to the macro that templates of package
// pkg call by name; empty if there is none.
func (c *Context) MacroID(pkg, name string) string {
	b, ok := c.lib.space(pkg)[name]
	switch _, isPackage := b.value.(packageObject); {
	case ok && !isPackage:
		return "macro." + b.event
	case c.knownToDbt(name):
		return "macro.dbt." + name
	}
	return ""
}
