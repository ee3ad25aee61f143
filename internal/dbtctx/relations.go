package dbtctx

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// ref is ref(name), ref(package, name), with v= or version=.
func ref(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	args, open, err := nameArgs(c, "ref", 1, 2)
	if err != nil || open {
		return r.openRelation(c, open, "ref of an unknown name"), err
	}
	e := Event{Kind: RefEvent, Name: strings.Join(args, "."), Args: args, Place: c.Place, Chain: c.State.ChainOf(c.Place)}
	for _, key := range []string{"v", "version"} {
		v, _ := c.Arg(byName, key)
		if isOpen(v) {
			return r.openRelation(c, true, "ref of an unknown version"), nil
		}
		if v != nil {
			e.Ver = jinja.ToString(v)
		}
	}
	pkg, name := "", args[len(args)-1]
	if len(args) == 2 {
		pkg = args[0]
	}
	if res := r.ctx.o.Resources; res != nil && !r.world.Parse {
		e.Resolved, e.Problem = res.Ref(r.node.Package, pkg, name, e.Ver)
	}
	return r.resolved(c, e, r.ctx.o.Target.Schema, name), nil
}

// sourceOf is source(source, table).
func sourceOf(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	args, open, err := nameArgs(c, "source", 2, 2)
	if err != nil || open {
		return r.openRelation(c, open, "source of an unknown name"), err
	}
	e := Event{Kind: SourceEvent, Name: strings.Join(args, "."), Args: args, Place: c.Place, Chain: c.State.ChainOf(c.Place)}
	if res := r.ctx.o.Resources; res != nil && !r.world.Parse {
		e.Resolved, e.Problem = res.Source(r.node.Package, args[0], args[1])
	}
	return r.resolved(c, e, args[0], args[1]), nil
}

// functionOf is function(name), function(package, name): the name of a function
// that the project defines in the warehouse.
func functionOf(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	args, open, err := nameArgs(c, "function", 1, 2)
	if err != nil || open {
		return r.openRelation(c, open, "function of an unknown name"), err
	}
	e := Event{Kind: FunctionEvent, Name: strings.Join(args, "."), Args: args, Place: c.Place, Chain: c.State.ChainOf(c.Place)}
	pkg, name := "", args[len(args)-1]
	if len(args) == 2 {
		pkg = args[0]
	}
	if res := r.ctx.o.Resources; res != nil && !r.world.Parse {
		e.Resolved, e.Problem = res.Function(r.node.Package, pkg, name)
	}
	return r.resolved(c, e, r.ctx.o.Target.Schema, name), nil
}

// nameArgs returns the positional arguments of ref or source as texts. open
// says that one cannot be known.
func nameArgs(c *jinja.CallArgs, fn string, least, most int) (args []string, open bool, err error) {
	if len(c.Args) < least || len(c.Args) > most {
		return nil, false, hostError(fn + " takes " + map[bool]string{true: "two arguments", false: "one or two arguments"}[least == 2])
	}
	for _, a := range c.Args {
		if isOpen(a) {
			return nil, true, nil
		}
		s, isText := a.(*jinja.Str)
		if !isText {
			return nil, false, hostError("an argument of " + fn + " is " + jinja.Repr(a) + ", not a string")
		}
		args = append(args, s.Text())
	}
	return args, false, nil
}

// openRelation is the relation of a call whose arguments are not known.
func (r *run) openRelation(c *jinja.CallArgs, open bool, why string) jinja.Value {
	if !open {
		return nil
	}
	if r.world.Parse {
		return r.current(RefEvent)
	}
	return unknown(jinja.RelationKind, why, c.Place)
}

// resolved records the event and returns its relation. What does not resolve
// still prints as a relation, so that the SQL around it can be read.
func (r *run) resolved(c *jinja.CallArgs, e Event, schema, name string) jinja.Value {
	e.Undecided = c.State.Tainted()
	r.record(e)
	switch {
	case r.world.Parse:
		return r.current(e.Kind)
	case e.Resolved != nil:
		return r.ctx.relationOf(e.Resolved, e.Kind)
	}
	return r.ctx.relation(e.Kind, r.ctx.o.Target.Database, schema, name)
}

// current returns the relation of the node itself.
func (r *run) current(kind EventKind) *Relation {
	if r.this == nil {
		n := r.node
		alias := n.Alias
		if alias == "" {
			alias = n.Name
		}
		r.this = r.ctx.relation(ThisEvent, n.Database, n.Schema, alias)
		if n.Quote != nil {
			r.this.Quote = *n.Quote
		}
		r.this.Type = "table"
	}
	if kind == ThisEvent {
		return r.this
	}
	d := *r.this
	d.Kind = kind
	return &d
}

// thisValue is `this`; a text that belongs to no node has none.
func (r *run) thisValue(s *jinja.State) (jinja.Value, bool) {
	if r.node.Name == "" {
		return nil, false
	}
	r.record(Event{Kind: ThisEvent, Name: r.node.Name, Place: s.Place()})
	this := r.current(ThisEvent)
	this.Undecided = s.Tainted()
	return this, true
}

// isIncremental is dbt's macro: true only if a table is there, the model is
// materialized as incremental, and nothing asks for a full refresh.
func isIncremental(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	r.record(Event{Kind: IncrementalEvent, Name: "is_incremental", Place: c.Place})
	r.out.AskedIncremental = true
	return r.world.Incremental && !r.world.Parse && r.mayBeIncremental(), nil
}

// mayBeIncremental reports whether the node's configuration lets
// is_incremental() be true: it does not if it is known to do otherwise.
func (r *run) mayBeIncremental() bool {
	for key, want := range map[string]jinja.Value{"materialized": jinja.NewStr("incremental"), "full_refresh": false} {
		v, ok := r.configValue(key)
		if _, open := v.(*jinja.Unknown); open || key == "full_refresh" && (!ok || v == nil) {
			continue
		}
		if !jinja.Equal(v, want) {
			return false
		}
	}
	return true
}

// fullRefresh is flags.FULL_REFRESH. An incremental model that reads it asks
// what is_incremental() asks, the other way round; to all others it is what the
// run was given.
func (r *run) fullRefresh() bool {
	if r.world.Parse {
		return false
	}
	if v, _ := r.configValue("materialized"); !jinja.Equal(v, jinja.NewStr("incremental")) {
		r.out.AskedRefresh = true
		return r.world.Refresh
	}
	r.out.AskedIncremental = true
	return !r.world.Incremental
}

// shouldFullRefresh is config full_refresh, else the flag of the run.
func shouldFullRefresh(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if v, ok := r.configValue("full_refresh"); ok && v != nil {
		return v, nil
	}
	return r.fullRefresh(), nil
}

// existing answers load_relation and adapter.get_relation: whether a relation
// is there. What this render has referred to is, since dbt builds it first. The
// table of an incremental model is there in the incremental world, and not yet
// in the full refresh: who asks for it asks what is_incremental() asks, as a
// project does that has a macro of that name. Of all else only the warehouse knows.
func (r *run) existing(rel *Relation, at source.Place) jinja.Value {
	this := r.current(ThisEvent)
	if r.node.Name != "" && rel.names(this.Database, this.Schema, this.Identifier) {
		r.out.AskedIncremental = true
		if r.world.Incremental {
			return this
		}
		if r.mayBeIncremental() {
			return nil
		}
	} else if res := r.referred(rel); res != nil && res.Ephemeral {
		return nil // it is a part of the queries that read it
	} else if res != nil && res.builtFirst() {
		return r.ctx.relationOf(res, RefEvent)
	}
	return unknown(jinja.RelationKind, "whether `"+rel.Print()+"` exists", at)
}

// referred returns the resource that rel stands for: the one that ref or source
// gave, or one of that name which this render has referred to.
func (r *run) referred(rel *Relation) *Resource {
	if rel.Resource != nil {
		return rel.Resource
	}
	for _, e := range r.out.Events {
		if res := e.Resolved; res != nil && e.Kind != FunctionEvent && rel.names(res.Database, res.Schema, res.Identifier) {
			return res
		}
	}
	return nil
}

// names reports whether rel is the relation of that name; a database that is
// not told may be any.
func (rel *Relation) names(database, schema, identifier string) bool {
	return strings.EqualFold(rel.Identifier, identifier) && strings.EqualFold(rel.Schema, schema) &&
		(rel.Database == "" || database == "" || strings.EqualFold(rel.Database, database))
}

// builtFirst reports whether dbt makes a relation of the resource before it
// builds what refers to it: not of sources, and of materializations of the
// project nobody knows what they make.
func (res *Resource) builtFirst() bool {
	switch res.Type {
	case "seed", "snapshot":
		return true
	case "model":
		return slices.Contains([]string{"", "table", "view", "incremental", "materialized_view", "dynamic_table"}, res.Materialized)
	}
	return false
}

func loadRelation(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	v, _ := c.Arg(0, "relation")
	if r.world.Parse {
		return nil, nil
	}
	switch rel := v.(type) {
	case *jinja.Unknown:
		return unknown(jinja.RelationKind, "whether a relation exists", c.Place), nil
	case *Relation:
		return r.existing(rel, c.Place), nil
	}
	return nil, nil
}
