package dbtctx

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// relationOf returns the relation that a ref or source prints.
func (c *Context) relationOf(r *Resource, kind EventKind) *Relation {
	if r.Ephemeral { // a name that only the queries know into which dbt puts it
		return &Relation{
			Identifier: ephemeralPrefix + r.Identifier, QuoteChar: c.adapter.open, Kind: kind, Resource: r, CTE: true,
			Type: relationType(r), include: c.adapter.include, quoteEnd: c.adapter.close,
		}
	}
	return &Relation{
		Database: r.Database, Schema: r.Schema, Identifier: r.Identifier, Quote: r.Quote,
		QuoteChar: c.adapter.open, Kind: kind, Resource: r, Type: relationType(r),
		include: c.adapter.include, quoteEnd: c.adapter.close,
	}
}

// relation returns a relation of the given name with the adapter's defaults.
func (c *Context) relation(kind EventKind, database, schema, identifier string) *Relation {
	return &Relation{
		Database: database, Schema: schema, Identifier: identifier, Quote: c.adapter.quote,
		QuoteChar: c.adapter.open, Kind: kind, include: c.adapter.include, quoteEnd: c.adapter.close,
	}
}

func relationType(r *Resource) string {
	switch {
	case r.Ephemeral:
		return "cte"
	case r.Materialized == "view":
		return "view"
	case r.Materialized == "materialized_view" || r.Materialized == "dynamic_table":
		return r.Materialized
	case r.Type == "source":
		return ""
	}
	return "table"
}

// ephemeralPrefix begins the name of the CTE that stands for an ephemeral model.
const ephemeralPrefix = "__dbt__cte__"

// relationKey is what makes two relations equal.
type relationKey struct {
	database, schema, identifier, kind string
	quote, include                     [3]bool
}

// Key makes relations equal that have the same name and type, as dbt compares
// them.
func (r *Relation) Key() any {
	return relationKey{r.Database, r.Schema, r.Identifier, r.Type, r.Quote, r.include}
}

// Print returns the name as the adapter writes it into SQL.
func (r *Relation) Print() string {
	var b strings.Builder
	for i, part := range [3]string{r.Database, r.Schema, r.Identifier} {
		if part == "" || !r.include[i] {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if r.Quote[i] {
			b.WriteString(r.QuoteChar)
			b.WriteString(part)
			b.WriteString(r.quoteEnd)
		} else {
			b.WriteString(part)
		}
	}
	return b.String()
}

// Is lets a relation pass for a mapping, as dbt's relations do.
func (r *Relation) Is(test string) bool { return test == "mapping" }

// Attr returns an attribute or method of dbt's relation objects.
func (r *Relation) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "database":
		return textOrNone(r.Database), true
	case "schema", "dataset":
		return textOrNone(r.Schema), true
	case "identifier", "name", "table":
		return textOrNone(r.Identifier), true
	case "type":
		return textOrNone(r.Type), true
	case "project":
		return textOrNone(r.Database), true
	case "is_cte":
		return r.CTE, true
	case "is_table", "is_view", "is_materialized_view", "is_dynamic_table":
		return r.Type == strings.TrimPrefix(name, "is_"), true
	case "is_delta", "is_iceberg_format", "is_hive_metastore", "is_pointer", "can_be_renamed", "can_be_replaced", "can_exchange":
		return &jinja.Unknown{Kind: jinja.ScalarKind, Why: "`" + name + "` of a relation", At: s.Place()}, true
	case "include_policy":
		return policy(r.include), true
	case "quote_policy":
		return policy(r.Quote), true
	case "quote_character":
		return jinja.NewStr(r.QuoteChar), true
	case "path":
		return dict("database", textOrNone(r.Database), "schema", textOrNone(r.Schema), "identifier", textOrNone(r.Identifier)), true
	}
	if m := r.method(name); m != nil {
		return strict(name, m), true
	}
	return nil, false
}

// Index is x['schema'], which works as the attribute does.
func (r *Relation) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return r.Attr(s, name)
}

// method returns a method of relations by its name; nil if there is none. It
// is no table, since methods look attributes up.
func (r *Relation) method(name string) func(*jinja.CallArgs) (jinja.Value, error) {
	switch name {
	case "render", "render_limited":
		return r.rendered
	case "quoted":
		return r.quoted
	case "include":
		return r.included
	case "quote":
		return r.requoted
	case "without_identifier":
		return r.withoutIdentifier
	case "incorporate":
		return r.incorporate
	case "replace_path":
		return r.replacePath
	case "information_schema", "information_schema_only":
		return r.informationSchema
	case "get":
		return r.get
	case "matches":
		return r.matches
	case "create":
		return createRelation
	case "get_default_quote_policy":
		return constant(policy(r.Quote))
	case "get_default_include_policy":
		return constant(policy(r.include))
	}
	return nil
}

// rendered is the name as text.
func (r *Relation) rendered(*jinja.CallArgs) (jinja.Value, error) {
	return jinja.NewStr(r.Print()), nil
}

func (r *Relation) quoted(c *jinja.CallArgs) (jinja.Value, error) {
	name, _ := c.String(0, "identifier")
	return jinja.NewStr(r.QuoteChar + name + r.quoteEnd), nil
}

func (r *Relation) included(c *jinja.CallArgs) (jinja.Value, error) {
	d := *r
	switchParts(&d.include, c)
	return &d, nil
}

func (r *Relation) requoted(c *jinja.CallArgs) (jinja.Value, error) {
	d := *r
	switchParts(&d.Quote, c)
	return &d, nil
}

// switchParts sets the parts that a call of include or quote names.
func switchParts(parts *[3]bool, c *jinja.CallArgs) {
	for i, name := range partNames {
		if v, ok := c.Bool(i, name); ok {
			parts[i] = v
		}
	}
}

var partNames = [3]string{"database", "schema", "identifier"}

func (r *Relation) withoutIdentifier(*jinja.CallArgs) (jinja.Value, error) {
	d := *r
	d.Identifier, d.include[2], d.Resource = "", false, nil
	return &d, nil
}

// replacePath is replace_path(database=, schema=, identifier=).
func (r *Relation) replacePath(c *jinja.CallArgs) (jinja.Value, error) {
	d := *r
	for i, part := range []*string{&d.Database, &d.Schema, &d.Identifier} {
		if v, ok := c.Arg(i, partNames[i]); ok {
			*part, _ = jinja.TextOf(v)
			d.Resource = nil
		}
	}
	return &d, nil
}

// incorporate is incorporate(path={...}, type=...).
func (r *Relation) incorporate(c *jinja.CallArgs) (jinja.Value, error) {
	d := *r
	if v, ok := c.Arg(byName, "path"); ok {
		path, _ := v.(*jinja.Dict)
		for i, part := range []*string{&d.Database, &d.Schema, &d.Identifier} {
			if path == nil {
				break
			}
			if v, ok := path.Get(partNames[i]); ok {
				*part, _ = jinja.TextOf(v)
				d.Resource = nil
			}
		}
	}
	if t, ok := c.String(byName, "type"); ok {
		d.Type = t
	}
	return &d, nil
}

// informationSchema returns the catalogue view of the relation's database.
func (r *Relation) informationSchema(c *jinja.CallArgs) (jinja.Value, error) {
	d := *r
	view, _ := c.String(0, "view_name")
	d.Resource, d.CTE, d.Schema, d.Identifier = nil, false, "INFORMATION_SCHEMA", view
	d.Quote[1], d.Quote[2], d.include[2] = false, false, view != ""
	return &d, nil
}

// get is the mapping's get; `metadata` is what dbt_utils asks to see that
// something is a relation.
func (r *Relation) get(c *jinja.CallArgs) (jinja.Value, error) {
	name, _ := c.String(0, "key")
	if name == "metadata" {
		return dict("type", jinja.NewStr("Relation")), nil
	}
	if v, ok := r.Attr(c.State, name); ok {
		return v, nil
	}
	fallback, _ := c.Arg(1, "default")
	return fallback, nil
}

func (r *Relation) matches(c *jinja.CallArgs) (jinja.Value, error) {
	for i, part := range [3]string{r.Database, r.Schema, r.Identifier} {
		if want, ok := c.String(i, partNames[i]); ok && !strings.EqualFold(want, part) {
			return false, nil
		}
	}
	return true, nil
}

// createRelation is api.Relation.create, which is also there on a relation.
func createRelation(c *jinja.CallArgs) (jinja.Value, error) {
	var part [3]string
	for i, name := range partNames {
		if v, ok := c.Arg(i, name); ok && v != nil {
			part[i] = jinja.ToString(v)
		}
	}
	r := runOf(c.State).ctx.relation(MacroEvent, part[0], part[1], part[2])
	if t, ok := c.String(3, "type"); ok {
		r.Type = t
	}
	for i, name := range partNames {
		if p, ok := policyOf(c, "quote_policy", name); ok {
			r.Quote[i] = p
		}
		if p, ok := policyOf(c, "include_policy", name); ok {
			r.include[i] = p
		}
	}
	return r, nil
}

func policyOf(c *jinja.CallArgs, arg, part string) (value, ok bool) {
	v, _ := c.Arg(byName, arg)
	d, _ := v.(*jinja.Dict)
	if d == nil {
		return false, false
	}
	v, _ = d.Get(part)
	value, ok = v.(bool)
	return value, ok
}

func policy(parts [3]bool) jinja.Value {
	return dict("database", parts[0], "schema", parts[1], "identifier", parts[2])
}

func textOrNone(s string) jinja.Value {
	if s == "" {
		return nil
	}
	return jinja.NewStr(s)
}

// dict returns a dict of alternating keys and values.
func dict(pairs ...any) *jinja.Dict {
	d := jinja.NewDict()
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Set(pairs[i], pairs[i+1])
	}
	return d
}
