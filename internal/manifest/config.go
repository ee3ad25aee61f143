package manifest

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// Layer is where a configuration value was set, weakest first.
type Layer uint8

const (
	Unset          Layer = iota
	Default              // dbt's own default
	PackageProject       // dbt_project.yml of the node's own package
	Properties           // a properties YAML
	InFile               // config() in the template
	RootProject          // dbt_project.yml of the root project, over an installed package
)

func (l Layer) String() string {
	return [...]string{"unset", "default", "dbt_project.yml", "properties", "config()", "root dbt_project.yml"}[l]
}

// Origin is where a value was set. File is nil for defaults.
type Origin struct {
	File  *source.File
	Span  source.Span // the value
	Layer Layer
}

// Setting is a value with its origin.
type Setting struct {
	Value  jinja.Value
	Origin Origin
	// Extend says that the key was written with a +, which makes grants grow.
	Extend bool
}

// Config is an effective configuration.
type Config struct {
	effective map[string]Setting
	clobbers  bool // meta replaces meta, as that of an exposure does
	layers    map[string][]Setting
}

func newConfig() *Config {
	return &Config{effective: map[string]Setting{}, layers: map[string][]Setting{}}
}

// Get returns the effective value of key and where it was set; the strongest
// layer for values that are merged from several. Nothing set gives nil and
// Unset. A value that could not be evaluated is a *jinja.Unknown.
func (c *Config) Get(key string) (jinja.Value, Origin) {
	s := c.effective[key]
	return s.Value, s.Origin
}

// Has reports whether a layer other than dbt's defaults has key.
func (c *Config) Has(key string) bool { return c.effective[key].Origin.Layer > Default }

// Keys returns the keys that are set, sorted.
func (c *Config) Keys() []string { return slices.Sorted(maps.Keys(c.effective)) }

// Layers returns what every layer set key to, weakest first.
func (c *Config) Layers(key string) []Setting { return c.layers[key] }

// Dict returns the configuration as templates see it. Where a microbatch model
// begins is a time to them.
func (c *Config) Dict() *jinja.Dict {
	d := jinja.NewDict()
	for _, key := range c.Keys() {
		d.Set(jinja.NewStr(key), c.effective[key].Value)
	}
	materialized, _ := c.Text("materialized")
	strategy, _ := c.Text("incremental_strategy")
	if begin, _ := c.Text("begin"); materialized == "incremental" && strategy == "microbatch" {
		if t, ok := dbtctx.ISOTime(begin); ok {
			d.Set(jinja.NewStr("begin"), t)
		}
	}
	return d
}

// Computed reports whether the value of key was computed, by an expression or a
// macro that may give another one for another target: it is not written there.
func (c *Config) Computed(key string) bool {
	_, o := c.Get(key)
	if o.File == nil {
		return false
	}
	text := o.File.Slice(o.Span)
	return strings.Contains(text, "{{") || strings.ContainsAny(quoted.ReplaceAllString(text, ""), "(.~") || strings.Contains(text, " if ")
}

var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)

// Text returns the text of key; known is false if the value could not be
// evaluated. An unset key is "", true.
func (c *Config) Text(key string) (text string, known bool) {
	v, _ := c.Get(key)
	switch v := v.(type) {
	case nil:
		return "", true
	case *jinja.Unknown:
		return "", false
	case *jinja.Str:
		return v.Text(), !v.Open()
	}
	return jinja.ToString(v), true
}

// Bool returns the truth value of key; known is false if it could not be
// evaluated or is no truth value. An unset key is false, true.
func (c *Config) Bool(key string) (value, known bool) {
	v, _ := c.Get(key)
	switch v := v.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case *jinja.Str:
		switch strings.ToLower(v.Text()) {
		case "true", "yes", "on":
			return true, true
		case "false", "no", "off":
			return false, true
		}
	}
	return false, false
}

// Strings returns the texts of a list or of a single value; known is false if
// a part of it could not be evaluated.
func (c *Config) Strings(key string) (texts []string, known bool) {
	v, _ := c.Get(key)
	return stringsOf(v)
}

func stringsOf(v jinja.Value) (texts []string, known bool) {
	known = true
	for _, item := range listOf(v) {
		switch item := item.(type) {
		case nil:
		case *jinja.Unknown:
			known = false
		case *jinja.Str:
			texts = append(texts, item.Text())
			known = known && !item.Open()
		default:
			texts = append(texts, jinja.ToString(item))
		}
	}
	return texts, known
}

// listOf returns the items of a list, tuple or set, a single value as one
// item, and nothing for none.
func listOf(v jinja.Value) []jinja.Value {
	switch v := v.(type) {
	case nil:
		return nil
	case *jinja.List:
		return v.Items()
	case *jinja.Tuple:
		return v.Items()
	case *jinja.Set:
		return v.Items()
	}
	return []jinja.Value{v}
}

// Materialized returns the materialization; known is false if it could not be
// evaluated.
func (n *Node) Materialized() (name string, known bool) { return n.Config.Text("materialized") }

// UniqueKey returns the columns or expressions of unique_key; known is false
// if they could not be evaluated. No key is nil, true.
func (n *Node) UniqueKey() (columns []string, origin Origin, known bool) {
	_, origin = n.Config.Get("unique_key")
	columns, known = n.Config.Strings("unique_key")
	return columns, origin, known
}

// Strategy returns the strategy of an incremental model or snapshot as it is
// set; empty means the adapter's default.
func (n *Node) Strategy() (name string, known bool) {
	if n.Type == Snapshot {
		return n.Config.Text("strategy")
	}
	return n.Config.Text("incremental_strategy")
}

// OnSchemaChange returns what an incremental model does when its columns
// change; ignore unless set.
func (n *Node) OnSchemaChange() (name string, known bool) {
	name, known = n.Config.Text("on_schema_change")
	if name == "" && known {
		name = "ignore"
	}
	return name, known
}

// Contract reports whether the model's contract is enforced.
func (n *Node) Contract() (enforced, known bool) {
	v, _ := n.Config.Get("contract")
	switch v := v.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case *jinja.Dict:
		e, _ := v.Get("enforced")
		b, ok := e.(bool)
		_, unknown := e.(*jinja.Unknown)
		return b, ok || !unknown
	}
	return false, false
}
