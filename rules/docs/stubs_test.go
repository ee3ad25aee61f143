package docs

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// node returns a model whose entry is the first of `models` in the text.
func node(text string) *manifest.Node {
	f := source.NewFile("models/_m.yml", text)
	entry := yaml.Parse(f).Root.Get("models").List()[0]
	return &manifest.Node{Name: "orders", Patch: &manifest.Patch{File: f, Entry: entry}}
}

func TestStubs(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"after the last column": {
			"models:\n- name: orders\n  columns:\n  - name: a\n    data_tests: [unique]   # every one\n  tags: [x]\n",
			"models:\n- name: orders\n  columns:\n  - name: a\n    data_tests: [unique]   # every one\n  - name: b\n    description: \"\"\n  tags: [x]\n",
		},
		"no columns yet": {
			"models:\n  - name: orders\n    tags: [x]\n  - name: items\n",
			"models:\n  - name: orders\n    tags: [x]\n    columns:\n      - name: b\n        description: \"\"\n  - name: items\n",
		},
		"no line ending": {
			"models:\n  - name: orders",
			"models:\n  - name: orders\n    columns:\n      - name: b\n        description: \"\"",
		},
		"windows": {
			"models:\r\n  - name: orders\r\n    columns:\r\n      - name: a\r\n",
			"models:\r\n  - name: orders\r\n    columns:\r\n      - name: a\r\n      - name: b\r\n        description: \"\"\r\n",
		},
	} {
		n := node(tc.text)
		fix, ok := stubs(n, []string{"b"})
		if !ok {
			t.Errorf("%s: no fix", name)
			continue
		}
		e := fix.Edits[0]
		got := tc.text[:e.Span.Start] + e.New + tc.text[e.Span.End:]
		if got != tc.want {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, tc.want)
		}
		again := yaml.Parse(source.NewFile("x.yml", got))
		list := again.Root.Get("models").List()[0].Get("columns").List()
		if len(again.Errors) > 0 || list[len(list)-1].Get("name").Text() != "b" {
			t.Errorf("%s: the result does not read back: %v", name, again.Errors)
		}
	}
}

func TestStubsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an entry in braces":   "models:\n  - {name: orders}\n",
		"columns in brackets":  "models:\n  - name: orders\n    columns: [{name: a}]\n",
		"an entry by an alias": "x: &o\n  name: orders\nmodels:\n  - *o\n",
		"empty columns":        "models:\n  - name: orders\n    columns:\n",
	} {
		if fix, ok := stubs(node(text), []string{"b"}); ok {
			t.Errorf("%s: %+v", name, fix)
		}
	}
}

func TestDescribed(t *testing.T) {
	for text, want := range map[string]bool{
		"":                       false,
		"  \n":                   false,
		"TODO":                   false,
		"TBD.":                   false,
		"n/a":                    false,
		"Order id":               false,
		"order_id":               false,
		"the number of an order": true,
		"{{ doc('order_id') }}":  true,
		"注文番号":                   true,
	} {
		if got := described(manifest.Text{Value: text}, "order_id"); got != want {
			t.Errorf("described(%q) = %v", text, got)
		}
	}
}

func TestNames(t *testing.T) {
	if got := names([]string{"a", "b"}); got != "`a`, `b`" {
		t.Errorf("two names: %s", got)
	}
	if got := names(make([]string, 12)); strings.Count(got, "`") != 20 || !strings.HasSuffix(got, " and 2 more") {
		t.Errorf("twelve names: %s", got)
	}
}
