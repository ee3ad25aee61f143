package parity

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// plain turns values of templates and of JSON into one form, and what is empty
// into nil.
func plain(v any) any {
	switch v := v.(type) {
	case *jinja.Str:
		return plain(v.Text())
	case *jinja.Unknown:
		return "unknown: " + v.Why
	case *jinja.List:
		return plainList(v.Items())
	case *jinja.Tuple:
		return plainList(v.Items())
	case *jinja.Dict:
		if v == nil {
			return nil
		}
		out := map[string]any{}
		for k, item := range v.All() {
			name, _ := jinja.TextOf(k)
			out[name] = plain(item)
		}
		return plainMap(out)
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			out[k] = plain(item)
		}
		return plainMap(out)
	case []any:
		return plainList(v)
	case []string:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item
		}
		return out
	case string:
		if v == "" {
			return nil
		}
		return v
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case nil, bool, float64:
		return v
	}
	return fmt.Sprintf("%T", v)
}

func plainList[T any](items []T) any {
	if len(items) == 0 {
		return nil
	}
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = plain(any(item))
	}
	return out
}

func plainMap(m map[string]any) any {
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	if len(m) == 0 {
		return nil
	}
	return m
}
