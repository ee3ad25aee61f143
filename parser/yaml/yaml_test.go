package yaml

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

func parse(text string) *Document { return Parse(source.NewFile("x.yml", text)) }

// dump writes a tree with the text that each scalar's span covers.
func dump(b *strings.Builder, f *source.File, n *Node) {
	switch {
	case n == nil:
		b.WriteString("nil")
	case n.Kind == Map:
		b.WriteString("{")
		for i, p := range n.Pairs {
			if i > 0 {
				b.WriteString(", ")
			}
			if p.Merged {
				b.WriteString("<<")
			}
			dump(b, f, p.Key)
			b.WriteString(": ")
			dump(b, f, p.Value)
		}
		b.WriteString("}")
	case n.Kind == List:
		b.WriteString("[")
		for i, item := range n.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			dump(b, f, item)
		}
		b.WriteString("]")
	default:
		b.WriteString(f.Slice(n.Span))
	}
}

func TestSpans(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "nil"},
		{"only a comment", "# x\n", "nil"},
		{"block", "a: 1\nb:\n  - x y  # c\n  - 'it''s'\n", "{a: 1, b: [x y, 'it''s']}"},
		{"double quotes", `a: "x \" # y" # c`, `{a: "x \" # y"}`},
		{"flow", "a: {b: [1, 2 ,3], c: }\n", "{a: {b: [1, 2, 3], c: }}"},
		{"folded plain", "a: one\n   two\n\n   three\nb: 2\n", "{a: one\n   two\n\n   three, b: 2}"},
		{"literal", "a: |\n  x\n\n   y\n\nb: 2\n", "{a: |\n  x\n\n   y, b: 2}"},
		{"literal at the end", "a: |-\n  x\n  y", "{a: |-\n  x\n  y}"},
		{"empty literal", "a: |\nb: 2\n", "{a: |, b: 2}"},
		{"indicator", "a: |2\n    x\n  y\nb: 2\n", "{a: |2\n    x\n  y, b: 2}"},
		{"folded in list", "- >\n x\n y\n- z\n", "[>\n x\n y, z]"},
		{"crlf", "a: 1\r\nb: |\r\n  x\r\nc: é z\r\n", "{a: 1, b: |\r\n  x, c: é z}"},
		{"runes before", "é: 'ü'\nö: [ä, x]\n", "{é: 'ü', ö: [ä, x]}"},
		{"null", "a:\nb: ~\n", "{a: , b: ~}"},
		{"tag", "a: !!str 12\nb: 3\n", "{a: 12, b: 3}"},
		{"anchor", "a: &x 1\nb: *x\n", "{a: 1, b: 1}"},
		{"merge", "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n", "{a: {k: 1, l: 2}, b: {k: 3, <<l: 2}}"},
		{"merge list", "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc:\n  <<: [*x, *y]\n",
			"{a: {k: 1}, b: {k: 2, m: 3}, c: {<<k: 1, <<m: 3}}"},
		{"block with anchor", "a: &x\n  k: 1\nb:\n  <<: *x\n", "{a: {k: 1}, b: {<<k: 1}}"},
		{"pair in flow list", "a: [b: 1, c]\n", "{a: [{b: 1}, c]}"},
		{"dates stay text", "a: 2024-01-01\n", "{a: 2024-01-01}"},
		{"line separators", "a: x\u2028b: y\n", "{a: x, b: y}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := parse(test.text)
			var b strings.Builder
			dump(&b, d.File, d.Root)
			if b.String() != test.want || len(d.Errors) > 0 {
				t.Errorf("got  %s\nwant %s\nerrors %v", b.String(), test.want, d.Errors)
			}
			checkSpans(t, d)
		})
	}
}

// checkSpans asserts that every span lies in the file and, unless an alias
// brought the node from elsewhere, in its parent.
func checkSpans(t *testing.T, d *Document) {
	t.Helper()
	whole := source.Span{End: int32(len(d.File.Text))}
	shared := strings.Contains(d.File.Text, "*")
	seen := map[*Node]bool{}
	var walk func(n, parent *Node)
	walk = func(n, parent *Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if n.Span.Start > n.Span.End || !whole.Contains(n.Span) {
			t.Fatalf("span %v outside of the file", n.Span)
		}
		if parent != nil && !shared && !parent.Span.Contains(n.Span) {
			t.Fatalf("span %v (%s) outside of its parent %v", n.Span, d.File.Slice(n.Span), parent.Span)
		}
		for _, p := range n.Pairs {
			walk(p.Key, n)
			walk(p.Value, n)
		}
		for _, item := range n.Items {
			walk(item, n)
		}
	}
	walk(d.Root, nil)
	for _, e := range d.Errors {
		if e.Span.Start > e.Span.End || !whole.Contains(e.Span) {
			t.Fatalf("error span %v outside of the file", e.Span)
		}
	}
	for _, c := range d.Comments {
		if d.File.Slice(c.Span) != c.Text || !strings.HasPrefix(c.Text, "#") {
			t.Fatalf("comment %v is not %q", c.Span, c.Text)
		}
	}
}

func TestTyped(t *testing.T) {
	for text, want := range map[string]any{
		"yes": true, "On": true, "FALSE": false, "off": false, "y": "y", "oN": "oN",
		"'yes'": "yes", "!!str yes": "yes",
		"12": int64(12), "-3": int64(-3), "+4": int64(4), "1_000": int64(1000), "012": int64(10), "0x1F": int64(31),
		"0b11": int64(3), "1:30": int64(90), "190:20:30": int64(685230), "09": "09", "0:30": "0:30",
		"1.5": 1.5, "1.": 1.0, ".5": 0.5, "1e5": "1e5", "1.0e+5": 1e5, "1_0.5": 10.5, ".inf": math.Inf(1), "-.inf": math.Inf(-1),
		"2024-01-01": "2024-01-01", "12:30:45": int64(45045), "1.2.3": "1.2.3", "99999999999999999999": "99999999999999999999",
		"~": nil, "null": nil, "": nil, "''": "", "text": "text", "{a: 1}": nil,
	} {
		got := parse("k: " + text + "\n").Root.Get("k").Typed()
		if got != want {
			t.Errorf("%s: got %#v, want %#v", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name, text string
		kind       ErrorKind
		at         string // the text that the error covers
		message    string // a part of it
	}{
		{"duplicate", "a: 1\nb: 2\na: 3\n", DuplicateKey, "a", "`a`"},
		{"unquoted value", "a: {{ var('x') }}\n", UnquotedJinja, "{{ var('x') }}", "quotes"},
		{"unquoted item", "a:\n  - {{ x }}\n", UnquotedJinja, "{{ x }}", "quotes"},
		{"unquoted with text behind", "a: {{ x }}_y\n", UnquotedJinja, "{{ x }}_y", "quotes"},
		{"unquoted statement", "a: {% if x %}1{% endif %}\n", UnquotedJinja, "{% if x %}1{% endif %}", "quotes"},
		{"tab", "a:\n\tb: 1\n", Syntax, "\t", "tab"},
		{"colon in text", "a: b: c\n", Syntax, "", "mapping values"},
		{"open list", "a: [1, 2\nb: 3\n", Syntax, "", ""},
		{"open quote", "a: 'x\nb: 3\n", Syntax, "", ""},
		{"two documents", "a: 1\n---\nb: 2\n", Syntax, "---", "second document"},
		{"unknown alias", "a: *x\n", Syntax, "", ""},
		{"alias in itself", "a: &x\n  b: *x\n", Syntax, "*x", "inside"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := parse(test.text)
			checkSpans(t, d)
			if len(d.Errors) != 1 {
				t.Fatalf("got %d errors: %v", len(d.Errors), d.Errors)
			}
			e := d.Errors[0]
			if e.Kind != test.kind || !strings.Contains(e.Message, test.message) {
				t.Errorf("got kind %d, %q", e.Kind, e.Message)
			}
			if at := d.File.Slice(e.Span); test.at != "" && at != test.at {
				t.Errorf("error at %q, want %q", at, test.at)
			}
		})
	}
}

func TestBrokenFilesKeepTheirBeginning(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"error on its own line", "a: 1\nb: 2\nc: d: e\n"},
		{"open quote to the end", "a: 1\nb: 2\nc: 'x\nd: 4\n"},
		{"open bracket", "a: 1\nb: 2\nc: [1, 2\nd: 4\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := parse(test.text)
			if !d.Partial || len(d.Errors) != 1 {
				t.Fatalf("partial %v, errors %v", d.Partial, d.Errors)
			}
			if d.Root.Get("a").Text() != "1" || d.Root.Get("b").Text() != "2" {
				t.Errorf("the keys before the error are gone")
			}
		})
	}
}

func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x]\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	d := parse(b.String())
	if d.Root != nil || len(d.Errors) == 0 {
		t.Errorf("an alias bomb was accepted: %v", d.Errors)
	}
}

func TestComments(t *testing.T) {
	d := parse("# one\na: 'x # y' # two\nb: |\n  # text\nc: z#z\n# three\n")
	var got []string
	for _, c := range d.Comments {
		got = append(got, c.Text)
	}
	if want := "# one|# two|# three"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLookup(t *testing.T) {
	root := parse("a: {b: {c: 1}}\nl: [x, 2, [y]]\ns: one\nd: 1\nd: 2\n").Root
	if got, _ := root.Path("a", "b", "c").Int(); got != 1 {
		t.Errorf("path gives %d", got)
	}
	if root.Path("a", "x", "c") != nil || root.Get("zz").Get("y").Text() != "" {
		t.Errorf("an absent path is not nil")
	}
	if got := strings.Join(root.Get("l").Strings(), ","); got != "x,2" {
		t.Errorf("strings of a list: %s", got)
	}
	if got := strings.Join(root.Get("s").Strings(), ","); got != "one" {
		t.Errorf("strings of a scalar: %s", got)
	}
	if got := root.Get("d").Text(); got != "2" {
		t.Errorf("of two equal keys %s counts", got)
	}
}

func TestVerbatim(t *testing.T) {
	f := source.NewFile("x.yml", "a: '{{ x }}'\nb: \"a\\n\"\nc: |\n  x\n")
	root := Parse(f).Root
	if span, ok := root.Get("a").Verbatim(f); !ok || f.Slice(span) != "{{ x }}" {
		t.Errorf("quoted: %v %v", span, ok)
	}
	for _, key := range []string{"b", "c"} {
		if _, ok := root.Get(key).Verbatim(f); ok {
			t.Errorf("%s is not verbatim", key)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "a: 1\nb:\n  - x\n  - 'y'\n", "a: &x {k: 1}\nb:\n  <<: *x\n", "a: {{ x }}\n", "- |2\n    x\n  y\n- >-\n z\n",
		"a: \"x\\\"\" # c\n", "\ta: 1", "a: [1, {b: c}, d: e]\n", "? {a: b}\n: c\n", "---\na\n...\n---\nb\n", "a: !!str &x 1\n", "é: ü\r\n", "&a : *a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkSpans(t, Parse(source.Decode("x.yml", []byte(text))))
	})
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("version: 2\nmodels:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "  - name: model_%d\n    description: \"Rows of {{ doc('x') }}\"\n    columns:\n", i)
		for j := range 10 {
			fmt.Fprintf(&text, "      - name: column_%d # note\n        description: what it holds\n        data_tests: [unique, not_null]\n", j)
		}
	}
	f := source.NewFile("x.yml", text.String())
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(f)
	}
}
