package dbtctx

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// configObject is `config`: called, it records configuration; its methods look
// the effective one up.
type configObject struct{}

// Lazy: a value of the configuration may be unknown.
func (configObject) Lazy() bool { return true }

// Call is config(key=value, ...) or config({key: value, ...}).
func (configObject) Call(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	e := Event{Kind: ConfigEvent, Name: "config", Place: c.Place, Config: jinja.NewDict(), Places: map[string]source.Place{}}
	switch {
	case len(c.Args) > 1 || len(c.Args) == 1 && len(c.Named) > 0:
		return nil, hostError("config takes either one mapping or keyword arguments")
	case len(c.Args) == 1:
		d, ok := c.Args[0].(*jinja.Dict)
		if !ok {
			return jinja.NewStr(""), nil
		}
		for k, v := range d.All() {
			name := jinja.ToString(k)
			e.set(name, v, dictPlace(c, name))
		}
	}
	for _, a := range c.Named {
		e.set(a.Name, a.Value, c.PlaceOf(byName, a.Name))
	}
	for _, hook := range []string{"pre_hook", "post_hook"} {
		dashed := strings.Replace(hook, "_", "-", 1)
		v, ok := e.Config.Delete(hook)
		if !ok {
			continue
		}
		if _, both := e.Config.Get(dashed); both {
			return nil, hostError("config has both `" + hook + "` and `" + dashed + "`")
		}
		e.set(dashed, v, e.Places[hook])
		delete(e.Places, hook)
	}
	if r.config == nil {
		r.config = jinja.NewDict()
	}
	for k, v := range e.Config.All() {
		r.config.Set(k, v)
	}
	r.record(e)
	return jinja.NewStr(""), nil
}

func (e *Event) set(key string, v jinja.Value, at source.Place) {
	e.Config.Set(key, v)
	e.Places[key] = at
}

// dictPlace returns where a key's value stands in the mapping that config is
// called with.
func dictPlace(c *jinja.CallArgs, key string) source.Place {
	at := c.Place
	if c.Node == nil || len(c.Node.Args) != 1 {
		return at
	}
	d, ok := c.Node.Args[0].(*jinja.DictExpr)
	if !ok {
		return at
	}
	for i, k := range d.Keys {
		if text, ok := jinja.LiteralText(k); ok && text == key {
			at.Span = d.Values[i].Range()
		}
	}
	return at
}

// Attr returns a method of config.
func (configObject) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	fn, ok := configMethods[name]
	if !ok {
		return nil, false
	}
	return lazy("config."+name, func(c *jinja.CallArgs) (jinja.Value, error) {
		if key, _ := c.Arg(0, "name"); isOpen(key) && !runOf(c.State).world.Parse {
			return unknown(jinja.AnyKind, "config."+name, c.Place), nil
		}
		return fn(c)
	}), true
}

var configMethods = map[string]func(*jinja.CallArgs) (jinja.Value, error){
	"get":                   configGet,
	"require":               configRequire,
	"meta_get":              configMetaGet,
	"meta_require":          configMetaGet,
	"persist_relation_docs": func(c *jinja.CallArgs) (jinja.Value, error) { return persists(c, "relation"), nil },
	"persist_column_docs":   func(c *jinja.CallArgs) (jinja.Value, error) { return persists(c, "columns"), nil },
	"set": func(c *jinja.CallArgs) (jinja.Value, error) {
		name, _ := c.String(0, "name")
		v, _ := c.Arg(1, "value")
		return configObject{}.Call(&jinja.CallArgs{State: c.State, Place: c.Place, Named: []jinja.Named{{Name: name, Value: v}}})
	},
}

// configValue returns the effective configuration of the node. Where that is
// not known, what config() was given in this render stands for it.
func (r *run) configValue(key string) (jinja.Value, bool) {
	d := r.node.Config
	if d == nil {
		d = r.config
	}
	if d == nil {
		return nil, false
	}
	v, ok := d.Get(key)
	if !ok {
		v, ok = d.Get(strings.Replace(key, "_hook", "-hook", 1))
	}
	return r.own(v), ok
}

func configGet(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if r.world.Parse {
		return jinja.NewStr(""), nil
	}
	name, _ := c.String(0, "name")
	if v, ok := r.configValue(name); ok {
		return v, nil
	}
	fallback, _ := c.Arg(1, "default")
	return fallback, nil
}

func configRequire(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if r.world.Parse {
		return jinja.NewStr(""), nil
	}
	name, _ := c.String(0, "name")
	if v, ok := r.configValue(name); ok {
		return v, nil
	}
	return nil, hostError("config `" + name + "` is required and not set")
}

func configMetaGet(c *jinja.CallArgs) (jinja.Value, error) {
	r := runOf(c.State)
	if r.world.Parse {
		return jinja.NewStr(""), nil
	}
	name, _ := c.String(0, "name")
	v, _ := r.configValue("meta")
	if u, ok := v.(*jinja.Unknown); ok {
		return u, nil
	}
	if d, ok := v.(*jinja.Dict); ok {
		if v, ok := d.Get(name); ok {
			return v, nil
		}
	}
	fallback, _ := c.Arg(1, "default")
	return fallback, nil
}

func persists(c *jinja.CallArgs, what string) jinja.Value {
	v, _ := runOf(c.State).configValue("persist_docs")
	d, ok := v.(*jinja.Dict)
	if !ok {
		return false
	}
	set, _ := d.Get(what)
	return jinja.Truth(c.State, set)
}
