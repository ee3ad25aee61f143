package jinja

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

// conformance is a template with what the original engine makes of it.
type conformance struct {
	Name   string         `json:"name"`
	Tpl    string         `json:"tpl"`
	Ctx    map[string]any `json:"ctx"`
	Expect *string        `json:"expect"`
	Err    *string        `json:"err"`
}

func readCases(t testing.TB, path string) []conformance {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformance
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// testScope gives the names of a map.
type testScope map[string]Value

func (m testScope) Lookup(_ *State, name string) (Value, bool) {
	v, ok := m[name]
	return v, ok
}

// hostScope is what the cases expect of a host.
func hostScope(ctx map[string]any) testScope {
	scope := testScope{
		"fn": &Func{Name: "fn", Lazy: true, Fn: func(c *CallArgs) (Value, error) {
			caller, ok := c.Arg(-1, "caller")
			if !ok {
				return NewStr(""), nil
			}
			body, err := c.State.Call(caller, nil, nil, c.Place)
			name, _ := c.String(0, "name")
			return NewStr("<" + name + ":" + ToString(body) + ">"), err
		}},
		"fn2": &Func{Name: "fn2", Fn: func(c *CallArgs) (Value, error) {
			a, _ := c.String(0, "a")
			b, _ := c.String(1, "b")
			return NewStr(a + b), nil
		}},
		"config": &Func{Name: "config", Fn: func(*CallArgs) (Value, error) { return NewStr(""), nil }},
		"set": &Func{Name: "set", Fn: func(c *CallArgs) (Value, error) {
			if len(c.Args) == 0 {
				return NewSet(), nil
			}
			items, err := c.State.items(c.Args[0])
			return NewSet(items...), err
		}},
		"return": Return(),
	}
	for k, v := range ctx {
		scope[k] = FromGo(integers(v))
	}
	return scope
}

// integers undoes that JSON numbers are read as floats.
func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

func parseText(text string) *Template {
	f := source.NewFile("models/m.sql", text)
	return Parse(f, source.Span{End: int32(len(text))})
}

var moreCases = flag.String("cases", "", "a file of further cases, as testdata/real.py writes it")

func TestConformance(t *testing.T) {
	paths := []string{"testdata/conformance.json", "testdata/own.json"}
	if *moreCases != "" {
		paths = append(paths, *moreCases)
	}
	for _, path := range paths {
		cases := readCases(t, path)
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) { conforms(t, c) })
		}
	}
}

func conforms(t *testing.T, c conformance) {
	tmpl := parseText(c.Tpl)
	r := Render(tmpl, Options{Scope: hostScope(c.Ctx)})
	checkMap(t, r)
	if r.Stopped != "" {
		t.Fatalf("stopped: %s", r.Stopped)
	}
	var errs []string
	for _, e := range append(tmpl.Errors, r.Errors...) {
		errs = append(errs, e.Error())
	}
	all := strings.Join(errs, "; ")
	switch {
	case c.Err != nil:
		kind, _, _ := strings.Cut(*c.Err, ":")
		if !strings.HasPrefix(all, kind) {
			t.Errorf("errors are %q, want %q", all, *c.Err)
		}
		if kind == "UndefinedError" && len(errs) > 0 && errs[0] != *c.Err {
			t.Errorf("error is %q, want %q", errs[0], *c.Err)
		}
	case all != "":
		t.Errorf("%s: errors: %s", c.Tpl, all)
	case r.Text != *c.Expect:
		t.Errorf("%s\n gives %q\n  want %q", c.Tpl, r.Text, *c.Expect)
	}
}

// checkMap asserts what every map promises: the segments are in order, cover
// the text, lie inside their files, and exact ones have equal bytes.
func checkMap(t testing.TB, r *Result) {
	t.Helper()
	if err := r.Map.Check(r.Text); err != nil {
		t.Fatalf("%q: %v", r.Text, err)
	}
}
