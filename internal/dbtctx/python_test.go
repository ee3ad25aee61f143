package dbtctx

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

const pythonModel = `
# dbt.ref("comment")
def model(dbt, session):
    dbt.config(
        materialized = "table", packages=["numpy==1.2", 'x'], flag=True, n=-1_0,
        meta={"a": [1, 2.5, None]}, computed=f(dbt, [1, 2], "x"),
    )
    x = "dbt.ref('string')"
    """dbt.ref('doc')"""
    a = dbt.ref("orders")
    b = dbt.ref('pkg', "it\x73", v=2).limit(3)
    c = dbt.source("raw",
                   "t")
    d = dbt.ref(name)
    e = dbt.ref(f"o_{x}")
    g = dbt.config.get("limit", 3)
    h = self.dbt.ref("attribute")
    return a
`

func TestPythonDeps(t *testing.T) {
	f := source.NewFile("m.py", pythonModel)
	refs, sources, configs := PythonDeps(f)
	var got []string
	for _, e := range append(append(refs, sources...), configs...) {
		got = append(got, e.Name+"@"+e.Ver+" "+strings.Join(e.Args, ","))
	}
	want := "orders@ orders|pkg.its@2 pkg,its|raw.t@ raw,t|config@ |get@ limit"
	if s := strings.Join(got, "|"); s != want {
		t.Fatalf("got %s\nwant %s", s, want)
	}
	config := configs[0].Config
	if s := jinja.Repr(config); !strings.HasPrefix(s, `{'materialized': 'table', 'packages': ['numpy==1.2', 'x'], 'flag': True, 'n': -10, 'meta': {'a': [1, 2.5, None]}`) {
		t.Errorf("config %s", s)
	}
	if v, _ := config.Get("computed"); !isUnknown(v) {
		t.Errorf("computed is %v", v)
	}
	if at := configs[0].Places["packages"]; f.Slice(at.Span) != `["numpy==1.2", 'x']` {
		t.Errorf("place of packages: %q", f.Slice(at.Span))
	}
	if s := f.Slice(sources[0].Place.Span); !strings.HasPrefix(s, `dbt.source("raw"`) || !strings.HasSuffix(s, `"t")`) {
		t.Errorf("place of the source: %q", s)
	}
}

func isUnknown(v jinja.Value) bool {
	_, ok := v.(*jinja.Unknown)
	return ok
}

func FuzzPythonDeps(f *testing.F) {
	f.Add(pythonModel)
	f.Add(`dbt.config(a={1: [`)
	f.Add(`dbt.ref('''x`)
	f.Add(`dbt.config(a="x", 'y'], b=1)`)
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("m.py", text)
		refs, sources, configs := PythonDeps(file)
		for _, e := range append(append(refs, sources...), configs...) {
			if s := e.Place.Span; s.Start < 0 || s.End < s.Start || int(s.End) > len(text) {
				t.Fatalf("span %v of %d bytes", s, len(text))
			}
		}
	})
}
