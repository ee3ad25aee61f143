package dbtctx

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// adapterObject is `adapter`: what it can say without a connection.
type adapterObject struct{}

// Attr returns a method of the adapter. Of one that asks the warehouse, the
// result is unknown; while dbt parses, it is none.
func (adapterObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	if fn, ok := adapterMethods[name]; ok {
		return fn, true
	}
	if name == "behavior" {
		return behaviorObject{}, true
	}
	return lazy("adapter."+name, func(c *jinja.CallArgs) (jinja.Value, error) {
		if runOf(c.State).world.Parse {
			return nil, nil
		}
		return unknown(jinja.AnyKind, "adapter."+name, c.Place), nil
	}), true
}

var adapterMethods = map[string]*jinja.Func{
	"dispatch":                   strict("adapter.dispatch", adapterDispatch),
	"type":                       lazy("adapter.type", adapterType),
	"quote":                      strict("adapter.quote", adapterQuote),
	"quote_as_configured":        strict("adapter.quote_as_configured", quoteAsConfigured),
	"quote_seed_column":          strict("adapter.quote_seed_column", quoteSeedColumn),
	"get_columns_in_relation":    lazy("adapter.get_columns_in_relation", columnsInRelation),
	"get_relation":               lazy("adapter.get_relation", getRelation),
	"check_schema_exists":        lazy("adapter.check_schema_exists", inquiry(jinja.ScalarKind, "whether a schema exists")),
	"already_exists":             lazy("adapter.already_exists", inquiry(jinja.ScalarKind, "whether a relation exists")),
	"list_relations":             lazy("adapter.list_relations", inquiry(jinja.ListKind, "the relations of a schema")),
	"get_missing_columns":        lazy("adapter.get_missing_columns", inquiry(jinja.ListKind, "the columns of a relation")),
	"execute":                    lazy("adapter.execute", inquiry(jinja.RowsKind, "adapter.execute")),
	"has_dbr_capability":         lazy("adapter.has_dbr_capability", constant(true)),
	"cache_added":                lazy("adapter.cache_added", constant(jinja.NewStr(""))),
	"cache_dropped":              lazy("adapter.cache_dropped", constant(jinja.NewStr(""))),
	"cache_renamed":              lazy("adapter.cache_renamed", constant(jinja.NewStr(""))),
	"commit":                     lazy("adapter.commit", constant(nil)),
	"create_schema":              lazy("adapter.create_schema", constant(nil)),
	"drop_schema":                lazy("adapter.drop_schema", constant(nil)),
	"drop_relation":              lazy("adapter.drop_relation", constant(nil)),
	"rename_relation":            lazy("adapter.rename_relation", constant(nil)),
	"truncate_relation":          lazy("adapter.truncate_relation", constant(nil)),
	"expand_target_column_types": lazy("adapter.expand_target_column_types", constant(nil)),
}

func constant(v jinja.Value) func(*jinja.CallArgs) (jinja.Value, error) {
	return func(*jinja.CallArgs) (jinja.Value, error) { return v, nil }
}

// inquiry is a question to the warehouse.
func inquiry(kind jinja.Kind, why string) func(*jinja.CallArgs) (jinja.Value, error) {
	return func(c *jinja.CallArgs) (jinja.Value, error) {
		if runOf(c.State).world.Parse {
			return nil, nil
		}
		return unknown(kind, why, c.Place), nil
	}
}

// adapterDispatch is adapter.dispatch(macro_name, macro_namespace).
func adapterDispatch(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	name, ok := c.String(0, "macro_name")
	if !ok {
		return nil, hostError("adapter.dispatch takes the name of a macro")
	}
	if pkg, macro, dotted := strings.Cut(name, "."); dotted {
		return nil, hostError("adapter.dispatch takes `" + macro + "` and the package `" + pkg + "` as two arguments")
	}
	if _, old := c.Arg(byName, "packages"); old {
		return nil, hostError("adapter.dispatch has no argument `packages` any more")
	}
	ns, _ := c.String(1, "macro_namespace")
	return r.dispatch(c.State, name, ns)
}

func adapterType(c *jinja.CallArgs) (jinja.Value, error) {
	return known(c.State, "type", runOf(c.State).ctx.o.Target.Adapter), nil
}

func adapterQuote(c *jinja.CallArgs) (jinja.Value, error) {
	v, _ := c.Arg(0, "identifier")
	a := runOf(c.State).ctx.adapter
	return jinja.NewStr(a.columnOpen + jinja.ToString(v) + a.columnClose), nil
}

func quoteAsConfigured(c *jinja.CallArgs) (jinja.Value, error) {
	a := runOf(c.State).ctx.adapter
	v, _ := c.Arg(0, "identifier")
	part, _ := c.String(1, "quote_key")
	if i := slices.Index(partNames[:], part); i >= 0 && !a.quote[i] {
		return v, nil
	}
	return jinja.NewStr(a.quoted(jinja.ToString(v))), nil
}

func quoteSeedColumn(c *jinja.CallArgs) (jinja.Value, error) {
	v, _ := c.Arg(0, "column")
	a := runOf(c.State).ctx.adapter
	quote, ok := c.Arg(1, "quote_config")
	if quote == false || (!ok || quote == nil) && a.name == "snowflake" {
		return v, nil
	}
	return jinja.NewStr(a.quoted(jinja.ToString(v))), nil
}

// getRelation is adapter.get_relation(database, schema, identifier).
func getRelation(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if r.world.Parse {
		return nil, nil
	}
	var part [3]string
	for i, name := range partNames {
		v, _ := c.Arg(i, name)
		if isOpen(v) {
			return unknown(jinja.RelationKind, "adapter.get_relation", c.Place), nil
		}
		part[i], _ = jinja.TextOf(v)
	}
	return r.existing(r.ctx.relation(MacroEvent, part[0], part[1], part[2]), c.Place), nil
}

// columnsInRelation is adapter.get_columns_in_relation(relation): what the
// static analysis knows of a model, seed or source, if it knows all of it.
func columnsInRelation(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if r.world.Parse {
		return jinja.NewList(), nil
	}
	v, _ := c.Arg(0, "relation")
	rel, ok := v.(*Relation)
	if !ok {
		return unknown(jinja.ListKind, "the columns of an unknown relation", c.Place), nil
	}
	if res := r.referred(rel); res != nil && r.ctx.o.Columns != nil {
		if cols, complete := r.ctx.o.Columns.ColumnsOf(res.UniqueID); complete {
			return r.ctx.columnList(cols), nil
		}
	}
	return unknown(jinja.ListKind, "the columns of `"+rel.Print()+"`", c.Place), nil
}

// tempRelation is make_temp_relation(base_relation, suffix).
func tempRelation(c *jinja.CallArgs) (jinja.Value, error) {
	v, _ := c.Arg(0, "base_relation")
	base, ok := v.(*Relation)
	if !ok {
		return unknown(jinja.RelationKind, "a temporary relation", c.Place), nil
	}
	suffix, given := c.String(1, "suffix")
	if !given {
		suffix = "__dbt_tmp"
	}
	d := *base
	d.Identifier, d.Resource, d.Kind = d.Identifier+suffix, nil, MacroEvent
	return &d, nil
}

// behaviorObject is adapter.behavior: switches, all off as by default.
type behaviorObject struct{}

func (behaviorObject) Attr(*jinja.State, string) (jinja.Value, bool) {
	return dict("no_warn", false, "setting", false), true
}

// queryResult is what a query returns: rows that only the warehouse knows.
func queryResult(name string) func(*jinja.CallArgs) (jinja.Value, error) {
	return inquiry(jinja.RowsKind, name)
}

// statement is the call block {% call statement('x') %} query {% endcall %}:
// the query is rendered, for the refs in it, and not printed.
func statement(c *jinja.CallArgs) (jinja.Value, error) {
	if runOf(c.State).world.Parse {
		return jinja.NewStr(""), nil
	}
	if caller, ok := c.Arg(byName, "caller"); ok {
		if _, err := c.State.Call(caller, nil, nil, c.Place); err != nil {
			return nil, err
		}
	}
	return jinja.NewStr(""), nil
}

// relationClass is api.Relation.
type relationClass struct{}

func (relationClass) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "create":
		return strict("api.Relation.create", createRelation), true
	case "View", "Table", "CTE", "MaterializedView", "External", "DynamicTable":
		return jinja.NewStr(map[string]string{
			"View": "view", "Table": "table", "CTE": "cte", "MaterializedView": "materialized_view", "External": "external", "DynamicTable": "dynamic_table",
		}[name]), true
	}
	return nil, false
}
