package dbtctx

import (
	"cmp"
	_ "embed"
	"strings"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// invocation stands for the id that dbt makes up for every run.
const invocation = "00000000-0000-0000-0000-000000000000"

// lazy and strict make host functions: a lazy one is also called with
// arguments that are unknown.
func lazy(name string, fn func(*jinja.CallArgs) (jinja.Value, error)) *jinja.Func {
	return &jinja.Func{Name: name, Lazy: true, Fn: fn}
}

func strict(name string, fn func(*jinja.CallArgs) (jinja.Value, error)) *jinja.Func {
	return &jinja.Func{Name: name, Fn: fn}
}

// globals returns the members of dbt's context that are the same in every
// render.
func (c *Context) globals() map[string]jinja.Value {
	refFn, sourceFn, functionFn := resolver{ref}, resolver{sourceOf}, resolver{functionOf}
	config, variables := configObject{}, variableObject{}
	quiet := func(name string) *jinja.Func {
		return lazy(name, func(*jinja.CallArgs) (jinja.Value, error) { return jinja.NewStr(""), nil })
	}
	m := map[string]jinja.Value{
		"ref": refFn, "source": sourceFn, "function": functionFn, "config": config, "var": variables,
		"builtins":   dict("ref", refFn, "source", sourceFn, "function", functionFn, "config", config, "var", variables),
		"metric":     quiet("metric"),
		"doc":        quiet("doc"),
		"env_var":    lazy("env_var", envVar),
		"target":     targetObject{},
		"adapter":    adapterObject{},
		"api":        dict("Relation", relationClass{}, "Column", columnClass{}),
		"column":     columnClass{},
		"return":     jinja.Return(),
		"log":        quiet("log"),
		"print":      quiet("print"),
		"debug":      quiet("debug"),
		"write":      quiet("write"),
		"exceptions": exceptions(),
		"modules":    modules(),
		"validation": dict("any", lazy("validation.any", func(*jinja.CallArgs) (jinja.Value, error) {
			return lazy("validator", func(*jinja.CallArgs) (jinja.Value, error) { return nil, nil }), nil
		})),
		"context":              contextObject{},
		"flags":                flagsObject{},
		"dbt_version":          jinja.NewStr(c.o.Project.DBT().String()),
		"invocation_id":        jinja.NewStr(invocation),
		"thread_id":            jinja.NewStr("Thread-1"),
		"invocation_args_dict": jinja.NewDict(),
		"dbt_metadata_envs":    jinja.NewDict(),
		"project_name":         jinja.NewStr(c.lib.root),
		"pre_hooks":            jinja.NewList(),
		"post_hooks":           jinja.NewList(),
		"store_result":         quiet("store_result"),
		"store_raw_result":     quiet("store_raw_result"),
		"load_result":          lazy("load_result", queryResult("load_result")),
		"render":               strict("render", func(a *jinja.CallArgs) (jinja.Value, error) { v, _ := a.Arg(0, "string"); return v, nil }),
	}
	for name, fn := range dataFunctions {
		m[name] = strict(name, fn)
	}
	for _, v := range m {
		jinja.Freeze(v)
	}
	return m
}

// resolver is ref or source. Beside being called, templates take the
// configuration of the run from it, which nobody can tell here.
type resolver struct {
	fn func(*jinja.CallArgs) (jinja.Value, error)
}

// Lazy: the name may be unknown.
func (resolver) Lazy() bool { return true }

// Call resolves a name.
func (o resolver) Call(c *jinja.CallArgs) (jinja.Value, error) { return o.fn(c) }

// Attr returns something unknown.
func (resolver) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	return unknown(jinja.AnyKind, "`"+name+"` of dbt", s.Place()), true
}

// nativeMacros are macros of dbt that cannot be written as text: they record
// what they are asked, or stand for an answer of the warehouse.
func nativeMacros() map[string]jinja.Value {
	list := []*jinja.Func{
		lazy("is_incremental", isIncremental),
		lazy("should_full_refresh", shouldFullRefresh),
		lazy("should_store_failures", func(*jinja.CallArgs) (jinja.Value, error) { return false, nil }),
		lazy("load_relation", loadRelation),
		lazy("load_cached_relation", loadRelation),
		lazy("run_query", queryResult("run_query")),
		lazy("statement", statement),
		lazy("noop_statement", func(*jinja.CallArgs) (jinja.Value, error) { return jinja.NewStr(""), nil }),
		lazy("get_columns_in_relation", columnsInRelation),
		lazy("get_columns_in_query", queryResult("get_columns_in_query")),
		lazy("make_temp_relation", tempRelation),
		lazy("_known", func(c *jinja.CallArgs) (jinja.Value, error) {
			v, _ := c.Arg(0, "value")
			_, open := v.(*jinja.Unknown)
			return !open, nil
		}),
		lazy("_query_result", func(c *jinja.CallArgs) (jinja.Value, error) {
			why, _ := c.String(0, "why")
			kind, _ := c.String(1, "kind")
			return unknown(map[string]jinja.Kind{"list": jinja.ListKind, "rows": jinja.RowsKind}[kind], why, c.Place), nil
		}),
	}
	out := make(map[string]jinja.Value, len(list))
	for _, f := range list {
		out[f.Name] = f
	}
	return out
}

// member returns a member of dbt's context other than a macro.
func (r *run) member(s *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "this":
		return r.thisValue(s)
	case "model":
		return r.modelValue(), true
	case "execute":
		return !r.world.Parse, true
	case "schema":
		return known(s, "schema", r.node.Schema, r.ctx.o.Target.Schema), true
	case "database":
		return known(s, "database", r.node.Database, r.ctx.o.Target.Database), true
	case "graph":
		if res := r.ctx.o.Resources; res != nil && !r.world.Parse {
			return res.Graph(), true
		}
		return dict("nodes", jinja.NewDict(), "sources", jinja.NewDict(), "exposures", jinja.NewDict(), "metrics", jinja.NewDict()), true
	case "selected_resources":
		return r.selected(), true
	case "run_started_at":
		if started := r.ctx.o.Started; !started.IsZero() {
			return timeValue{t: started.UTC(), zone: "+00:00"}, true
		}
		return unknown(jinja.ScalarKind, "run_started_at", s.Place()), true
	case "sql", "compiled_code", "sql_now", "load_agate_table", "submit_python_job", "source_node", "defer_relation":
		return unknown(jinja.AnyKind, "`"+name+"`", s.Place()), true
	}
	if v, ok := r.ctx.members[name]; ok {
		return v, true
	}
	if r.ctx.knownToDbt(name) {
		r.called(s, "dbt."+name)
		return unknown(jinja.MacroKind, "macro `"+name+"` of dbt", s.Place()), true
	}
	return nil, false
}

// selected is selected_resources: in a run without a selection, every node; in
// the parse pass none.
func (r *run) selected() *jinja.List {
	out := jinja.NewList()
	if r.ctx.o.Resources == nil || r.world.Parse {
		return out
	}
	graph, _ := r.ctx.o.Resources.Graph().(*jinja.Dict)
	nodes, _ := graph.Get(jinja.NewStr("nodes"))
	if d, ok := nodes.(*jinja.Dict); ok {
		out.Append(d.Keys()...)
	}
	return out
}

// known returns the first text that is not empty, or something unknown.
func known(s *jinja.State, what string, texts ...string) jinja.Value {
	for _, t := range texts {
		if t != "" {
			return jinja.NewStr(t)
		}
	}
	return unknown(jinja.ScalarKind, "the "+what+" of the target", s.Place())
}

//go:embed builtin/known.names
var knownNames string

// knownToDbt reports whether dbt or the adapter has a macro of that name,
// whatever it does.
func (c *Context) knownToDbt(name string) bool {
	for _, p := range c.lib.prefixes {
		if rest, ok := strings.CutPrefix(name, p+"__"); ok {
			name = rest
			break
		}
	}
	return c.dbtNames[name]
}

func dbtNames() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(knownNames) {
		out[name] = true
	}
	return out
}

// contextObject is `context`: everything by name.
type contextObject struct{}

func (contextObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	if name == "get" {
		return lazy("context.get", func(c *jinja.CallArgs) (jinja.Value, error) {
			if v, _ := c.Arg(0, "key"); isOpen(v) {
				return unknown(jinja.AnyKind, "a member of `context`", c.Place), nil
			}
			key, _ := c.String(0, "key")
			if v, ok := (scope{}).Lookup(c.State, key); ok {
				return v, nil
			}
			fallback, _ := c.Arg(1, "default")
			return fallback, nil
		}), true
	}
	return scope{}.Lookup(s, name)
}

func (o contextObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return scope{}.Lookup(s, name)
}

func (contextObject) Is(test string) bool { return test == "mapping" }

// flagDefaults are the flags of the command line that templates look at, as
// in a plain `dbt run`.
var flagDefaults = map[string]jinja.Value{
	"FULL_REFRESH": false, "STORE_FAILURES": false, "EMPTY": false, "SAMPLE": nil,
	"USE_COLORS": true, "FAIL_FAST": false, "DEBUG": false, "PRINT": true, "QUIET": false, "WARN_ERROR": false,
	"INTROSPECT": true, "DEFER": false, "FAVOR_STATE": false, "CACHE_SELECTED_ONLY": false, "PARTIAL_PARSE": true,
	"STRICT_MODE": false, "VERSION_CHECK": true, "WRITE_JSON": true, "INDIRECT_SELECTION": jinja.NewStr("eager"),
	"SEND_ANONYMOUS_USAGE_STATS": true, "LOG_FORMAT": jinja.NewStr("default"), "SELECT": jinja.NewTuple(), "EXCLUDE": jinja.NewTuple(),
}

// flagsObject is `flags`.
type flagsObject struct{}

func (flagsObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	r := runOf(s)
	switch name {
	case "FULL_REFRESH":
		return r.fullRefresh(), true
	case "WHICH":
		return jinja.NewStr(cmp.Or(r.ctx.o.Command, "run")), true
	}
	if v, ok := r.ctx.flags.Get(strings.ToLower(name)); ok {
		return v, true
	}
	if v, ok := flagDefaults[name]; ok {
		return v, true
	}
	return unknown(jinja.ScalarKind, "flag `"+name+"`", s.Place()), true
}

func (o flagsObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return o.Attr(s, name)
}

// projectFlags returns the `flags:` of the root project.
func projectFlags(p *project.Project) *jinja.Dict {
	if p == nil || p.Root == nil {
		return jinja.NewDict()
	}
	if d, ok := fromYAML(p.Root.Flags).(*jinja.Dict); ok {
		return d
	}
	return jinja.NewDict()
}

// targetObject is `target`. What nobody may read of a profile is unknown.
type targetObject struct{}

func (o targetObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	t := runOf(s).ctx.o.Target
	switch name {
	case "name", "target_name":
		return known(s, "name", t.Name), true
	case "type":
		return known(s, "type", t.Adapter), true
	case "schema", "dataset":
		return known(s, name, t.Schema), true
	case "database", "dbname", "project", "catalog":
		return known(s, name, t.Database), true
	case "profile_name":
		return known(s, name, t.Profile), true
	case "get":
		return lazy("target.get", func(c *jinja.CallArgs) (jinja.Value, error) {
			key, _ := c.String(0, "key")
			v, _ := o.Attr(c.State, key)
			return v, nil
		}), true
	}
	if v, ok := t.Fields[name]; ok {
		return v, true
	}
	return unknown(jinja.ScalarKind, "`target."+name+"`", s.Place()), true
}

func (o targetObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return o.Attr(s, name)
}

func (targetObject) Is(test string) bool { return test == "mapping" }

// modelValue is `model`: the node as a mapping.
func (r *run) modelValue() *jinja.Dict {
	if r.model != nil {
		return r.model
	}
	n := r.node
	config := n.Config
	if config == nil {
		config = jinja.NewDict()
	}
	meta := n.Meta
	if meta == nil {
		meta = jinja.NewDict()
	}
	d := dict(
		"unique_id", jinja.NewStr(n.UniqueID), "resource_type", jinja.NewStr(n.ResourceType),
		"package_name", jinja.NewStr(n.Package), "name", jinja.NewStr(n.Name), "alias", textOrNone(n.Alias),
		"database", textOrNone(n.Database), "schema", textOrNone(n.Schema), "version", textOrNone(n.Version),
		"path", jinja.NewStr(cmp.Or(n.Rel, n.Path)), "original_file_path", jinja.NewStr(n.Path), "fqn", jinja.FromGo(n.FQN),
		"tags", jinja.FromGo(n.Tags), "meta", meta, "config", config, "description", jinja.NewStr(""),
		"columns", jinja.NewDict(), "language", jinja.NewStr("sql"), "group", nil, "access", jinja.NewStr("protected"),
		"refs", jinja.NewList(), "sources", jinja.NewList(),
		"depends_on", dict("nodes", jinja.NewList(), "macros", jinja.NewList()),
		"relation_name", jinja.NewStr(r.current(ThisEvent).Print()), "contract", dict("enforced", false),
		"root_path", jinja.NewStr(""), "build_path", nil, "patch_path", nil, "docs", dict("show", true),
	)
	if n.File != nil {
		d.Set("raw_code", jinja.NewStr(n.File.Slice(n.Body)))
		d.Set("raw_sql", jinja.NewStr(n.File.Slice(n.Body)))
	}
	if n.Fields != nil {
		fields := n.Fields()
		for _, k := range sortedKeys(fields) {
			d.Set(k, fields[k])
		}
	}
	r.model, _ = jinja.CopyOf(d).(*jinja.Dict)
	return r.model
}
