package dbtctx

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"math"
	"math/big"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// dataFunctions are the functions of dbt's context that only compute.
var dataFunctions = map[string]func(*jinja.CallArgs) (jinja.Value, error){
	"fromjson":   fromJSON,
	"tojson":     toJSON,
	"fromyaml":   fromYAMLText,
	"toyaml":     toYAML,
	"set":        setOf(false),
	"set_strict": setOf(true),
	"zip":        zipOf(false),
	"zip_strict": zipOf(true),
	"local_md5": func(c *jinja.CallArgs) (jinja.Value, error) {
		text, ok := c.String(0, "value")
		if !ok {
			return nil, hostError("local_md5 takes a string")
		}
		sum := md5.Sum([]byte(text))
		return jinja.NewStr(hex.EncodeToString(sum[:])), nil
	},
	"diff_of_two_dicts": diffOfTwoDicts,
}

func fallback(c *jinja.CallArgs) jinja.Value {
	v, _ := c.Arg(1, "default")
	return v
}

func fromJSON(c *jinja.CallArgs) (jinja.Value, error) {
	text, ok := c.String(0, "string")
	if !ok {
		return fallback(c), nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := decodeJSON(d, 0)
	if err != nil || d.More() {
		return fallback(c), nil
	}
	return v, nil
}

// maxNesting bounds the depth of values that are read from or written to text.
const maxNesting = 100

// decodeJSON reads one value, keeping the order of keys.
func decodeJSON(d *json.Decoder, depth int) (jinja.Value, error) {
	tok, err := d.Token()
	if err != nil || depth > maxNesting {
		return nil, hostError("not valid JSON")
	}
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '[' {
			l := jinja.NewList()
			for d.More() {
				v, err := decodeJSON(d, depth+1)
				if err != nil {
					return nil, err
				}
				l.Append(v)
			}
			_, err = d.Token()
			return l, err
		}
		m := jinja.NewDict()
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			v, err := decodeJSON(d, depth+1)
			if err != nil {
				return nil, err
			}
			m.Set(name, v)
		}
		_, err = d.Token()
		return m, err
	case json.Number:
		if n, ok := new(big.Int).SetString(tok.String(), 10); ok && n.IsInt64() {
			return n.Int64(), nil
		} else if ok {
			return n, nil
		}
		f, err := tok.Float64()
		if math.IsInf(f, 0) { // what is too large is infinite in Python
			err = nil
		}
		return f, err
	}
	return jinja.FromGo(tok), nil
}

// toJSON writes a value as Python's json.dumps does.
func toJSON(c *jinja.CallArgs) (jinja.Value, error) {
	v, _ := c.Arg(0, "value")
	sorted, _ := c.Bool(2, "sort_keys")
	var b strings.Builder
	if !writeJSON(&b, v, sorted, 0) {
		return fallback(c), nil
	}
	return jinja.NewStr(b.String()), nil
}

func writeJSON(b *strings.Builder, v jinja.Value, sorted bool, depth int) bool {
	if depth > maxNesting {
		return false
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool, int64, *big.Int:
		b.WriteString(strings.ToLower(jinja.ToString(v)))
	case float64:
		b.WriteString(strings.NewReplacer("inf", "Infinity", "nan", "NaN").Replace(jinja.ToString(v)))
	case *jinja.Str:
		writeJSONText(b, v.Text())
	case *jinja.List:
		return writeJSONItems(b, v.Items(), sorted, depth)
	case *jinja.Tuple:
		return writeJSONItems(b, v.Items(), sorted, depth)
	case *jinja.Dict:
		b.WriteByte('{')
		for i, k := range jsonKeys(v, sorted) {
			if i > 0 {
				b.WriteString(", ")
			}
			name := jinja.ToString(k)
			switch k.(type) {
			case nil:
				name = "null"
			case bool:
				name = strings.ToLower(name)
			}
			writeJSONText(b, name)
			b.WriteString(": ")
			x, _ := v.Get(k)
			if !writeJSON(b, x, sorted, depth+1) {
				return false
			}
		}
		b.WriteByte('}')
	default:
		return false
	}
	return true
}

func jsonKeys(d *jinja.Dict, sorted bool) []jinja.Value {
	keys := d.Keys()
	if !sorted {
		return keys
	}
	byText := map[string]jinja.Value{}
	for _, k := range keys {
		byText[jinja.ToString(k)] = k
	}
	out := make([]jinja.Value, 0, len(keys))
	for _, text := range sortedKeys(byText) {
		out = append(out, byText[text])
	}
	return out
}

func writeJSONItems(b *strings.Builder, items []jinja.Value, sorted bool, depth int) bool {
	b.WriteByte('[')
	for i, x := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		if !writeJSON(b, x, sorted, depth+1) {
			return false
		}
	}
	b.WriteByte(']')
	return true
}

// writeJSONText writes a string with everything beyond ASCII escaped.
func writeJSONText(b *strings.Builder, text string) {
	var e strings.Builder
	enc := json.NewEncoder(&e)
	enc.SetEscapeHTML(false)
	if enc.Encode(text) != nil {
		return
	}
	for _, r := range strings.TrimSuffix(e.String(), "\n") {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r < 0x10000:
			writeEscape(b, r)
		default:
			r -= 0x10000
			writeEscape(b, 0xd800+(r>>10))
			writeEscape(b, 0xdc00+(r&0x3ff))
		}
	}
}

func writeEscape(b *strings.Builder, r rune) {
	b.WriteString(`\u`)
	b.WriteString(hex.EncodeToString([]byte{byte(r >> 8), byte(r)}))
}

func fromYAMLText(c *jinja.CallArgs) (jinja.Value, error) {
	text, ok := c.String(0, "value")
	if !ok {
		return fallback(c), nil
	}
	doc := yaml.Parse(source.NewFile("fromyaml", text))
	if len(doc.Errors) > 0 {
		return fallback(c), nil
	}
	return fromYAML(doc.Root), nil
}

// toYAML writes a value in YAML's flow style, which is all that a reader of
// YAML needs.
func toYAML(c *jinja.CallArgs) (jinja.Value, error) {
	v, _ := c.Arg(0, "value")
	sorted, _ := c.Bool(2, "sort_keys")
	var b strings.Builder
	if !writeJSON(&b, v, sorted, 0) {
		return fallback(c), nil
	}
	return jinja.NewStr(b.String() + "\n"), nil
}

// itemsOf returns what iterating over v gives, for containers.
func itemsOf(v jinja.Value) ([]jinja.Value, bool) {
	switch v := v.(type) {
	case *jinja.List:
		return v.Items(), true
	case *jinja.Tuple:
		return v.Items(), true
	case *jinja.Set:
		return v.Items(), true
	case *jinja.Dict:
		return v.Keys(), true
	case jinja.Iterable:
		return v.Items(), true
	}
	if text, ok := jinja.TextOf(v); ok {
		out := []jinja.Value{}
		for _, r := range text {
			out = append(out, jinja.NewStr(string(r)))
		}
		return out, true
	}
	return nil, false
}

func setOf(must bool) func(*jinja.CallArgs) (jinja.Value, error) {
	return func(c *jinja.CallArgs) (jinja.Value, error) {
		v, _ := c.Arg(0, "value")
		items, ok := itemsOf(v)
		set := &jinja.Set{}
		for _, item := range items {
			ok = ok && set.Add(item)
		}
		switch {
		case ok:
			return set, nil
		case must:
			return nil, hostError("set_strict takes hashable things to loop over, not " + jinja.Repr(v))
		}
		return fallback(c), nil
	}
}

func zipOf(must bool) func(*jinja.CallArgs) (jinja.Value, error) {
	return func(c *jinja.CallArgs) (jinja.Value, error) {
		lists := make([][]jinja.Value, len(c.Args))
		shortest := 0
		for i, a := range c.Args {
			items, ok := itemsOf(a)
			if !ok && must {
				return nil, hostError("zip_strict takes things to loop over, not " + jinja.Repr(a))
			}
			if !ok {
				v, _ := c.Arg(byName, "default")
				return v, nil
			}
			if lists[i] = items; i == 0 || len(items) < shortest {
				shortest = len(items)
			}
		}
		out := jinja.NewList()
		for i := range shortest {
			row := make([]jinja.Value, len(lists))
			for j := range lists {
				row[j] = lists[j][i]
			}
			out.Append(jinja.NewTuple(row...))
		}
		return out, nil
	}
}

// diffOfTwoDicts returns what the first of two dicts of lists has and the
// second lacks, ignoring case.
func diffOfTwoDicts(c *jinja.CallArgs) (jinja.Value, error) {
	a, _ := c.Arg(0, "dict_a")
	b, _ := c.Arg(1, "dict_b")
	da, ok := a.(*jinja.Dict)
	db, ok2 := b.(*jinja.Dict)
	if !ok || !ok2 {
		return jinja.NewDict(), nil
	}
	have := map[string]map[string]bool{}
	for k, v := range db.All() {
		set := map[string]bool{}
		items, _ := itemsOf(v)
		for _, x := range items {
			set[strings.ToLower(jinja.ToString(x))] = true
		}
		have[strings.ToLower(jinja.ToString(k))] = set
	}
	out := jinja.NewDict()
	for k, v := range da.All() {
		rest := jinja.NewList()
		items, _ := itemsOf(v)
		for _, x := range items {
			if !have[strings.ToLower(jinja.ToString(k))][strings.ToLower(jinja.ToString(x))] {
				rest.Append(x)
			}
		}
		if rest.Len() > 0 {
			out.Set(k, rest)
		}
	}
	return out, nil
}

// hostFilters are the filters that dbt adds. They say of what type a native
// value is to be, if it is all that is printed; in text they change nothing, and
// until then, a native value is the text of the filtered one, as it is in dbt.
func hostFilters() map[string]*jinja.Func {
	filter := func(name string, convert func(*run, jinja.Value) jinja.Value) *jinja.Func {
		return lazy(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			v, _ := c.Arg(0, "value")
			return convert(runOf(c.State), v), nil
		})
	}
	denoting := func(name string, r *run, v jinja.Value) jinja.Value {
		if !r.native {
			return v
		}
		switch v.(type) {
		case *jinja.Unknown, jinja.Undefined:
			return v
		}
		text, ok := v.(*jinja.Str)
		if !ok {
			text = jinja.NewStr(jinja.ToString(v))
		}
		if r.denoting == nil {
			r.denoting = map[*jinja.Str]string{}
		}
		r.denoting[text] = name
		return text
	}
	out := map[string]*jinja.Func{}
	for _, name := range []string{"as_bool", "as_native", "as_number"} {
		out[name] = filter(name, func(r *run, v jinja.Value) jinja.Value { return denoting(name, r, v) })
	}
	out["as_text"] = filter("as_text", func(r *run, v jinja.Value) jinja.Value {
		if _, unknown := v.(*jinja.Unknown); unknown || !r.native {
			return v
		}
		return jinja.NewStr(jinja.ToString(v))
	})
	return out
}

// exceptions is `exceptions`.
func exceptions() jinja.Value {
	d := jinja.NewDict()
	warn := lazy("exceptions.warn", constant(jinja.NewStr("")))
	d.Set("warn", warn)
	d.Set("warn_snapshot_timestamp_data_types", warn)
	d.Set("raise_compiler_error", raising("msg", ""))
	d.Set("raise_database_error", raising("msg", ""))
	d.Set("raise_dependency_error", raising("msg", ""))
	d.Set("raise_fail_fast_error", raising("msg", ""))
	d.Set("raise_cache_inconsistent", raising("message", ""))
	d.Set("raise_not_implemented", raising("msg", ""))
	for _, name := range []string{
		"missing_config", "missing_materialization", "missing_relation", "raise_ambiguous_alias",
		"raise_ambiguous_catalog_match", "raise_dataclass_not_dict", "raise_contract_error", "raise_dep_not_found",
		"raise_duplicate_patch_name", "raise_duplicate_resource_name", "raise_invalid_property_yml_version",
		"relation_wrong_type", "column_type_missing",
	} {
		d.Set(name, raising("", "exceptions."+name))
	}
	return d
}

// raising is a function that ends the compilation with the message it is
// given.
func raising(arg, text string) *jinja.Func {
	return lazy("raise", func(c *jinja.CallArgs) (jinja.Value, error) {
		if c.State.Tainted() {
			c.State.Deny()
			return jinja.NewStr(""), nil
		}
		if v, ok := c.Arg(0, arg); ok && arg != "" {
			return nil, raisedError(strings.TrimSpace(jinja.ToString(v)))
		}
		return nil, raisedError(text)
	})
}
