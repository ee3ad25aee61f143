package jinja

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

func addSeeds(f *testing.F) {
	for _, path := range []string{"testdata/conformance.json", "testdata/own.json"} {
		for _, c := range readCases(f, path) {
			f.Add(c.Tpl)
		}
	}
	for _, c := range recoveries {
		f.Add(c.text)
	}
	for _, c := range scans {
		f.Add(c.text)
	}
	f.Add(strings.Repeat("{% if x %}", 300))
	f.Add("{{ " + strings.Repeat("(", 300) + strings.Repeat("[", 300))
	f.Add("{{ 1" + strings.Repeat("+1", 3000) + " }}")
	f.Add("{{ " + strings.Repeat("not ", 3000) + "x }}")
	f.Add("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
	f.Add("{% for i in range(99999999) %}{% endfor %}{{ 'a' * 999999999 }}")
	f.Add("{% set l = [1] %}{% do l.append(l) %}{{ l }}{{ l == l }}{{ l | tojson }}")
}

// checkTree asserts that spans lie in the text and children in their parents.
func checkTree(t *testing.T, n Node, outer source.Span) {
	t.Helper()
	if r := n.Range(); !outer.Contains(r) || r.End < r.Start {
		t.Fatalf("%T %v is not inside %v", n, r, outer)
	}
	n.children(func(c Node) { checkTree(t, c, n.Range()) })
}

func checkTemplate(t *testing.T, tmpl *Template) {
	t.Helper()
	for _, n := range tmpl.Body {
		checkTree(t, n, tmpl.Span)
	}
	for _, e := range tmpl.Errors {
		if !tmpl.Span.Contains(e.Place.Span) || e.Msg == "" {
			t.Fatalf("error %v at %v", e, e.Place.Span)
		}
	}
	for _, c := range tmpl.conds {
		for _, s := range []source.Span{c.Span, c.Then, c.Else} {
			if !tmpl.Span.Contains(s) && s != (source.Span{}) {
				t.Fatalf("condition %+v", c)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		file := source.Decode("m.sql", []byte(text))
		tmpl := Parse(file, source.Span{End: int32(len(file.Text))})
		checkTemplate(t, tmpl)
		blocks, errs := Scan(file, "macro", "test", "materialization", "snapshot", "docs")
		all := source.Span{End: int32(len(file.Text))}
		end := int32(0)
		for _, b := range blocks {
			if !all.Contains(b.Span) || !b.Span.Contains(b.Head) || !b.Span.Contains(b.Body) || b.Span.Start < end {
				t.Fatalf("block %+v", b)
			}
			end = b.Span.End
			checkTemplate(t, Parse(file, b.Span))
		}
		for _, e := range errs {
			if !all.Contains(e.Place.Span) {
				t.Fatalf("error at %v", e.Place.Span)
			}
		}
	})
}

func FuzzRender(f *testing.F) {
	addSeeds(f)
	budget := Budget{Steps: 20_000, Depth: 60, Output: 1 << 20, Loop: 5_000}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.Decode("m.sql", []byte(text))
		tmpl := Parse(file, source.Span{End: int32(len(file.Text))})
		scope := hostScope(nil)
		scope["unk"] = &Unknown{Why: "fuzz"}
		forced := map[Fork]Forcing{}
		for range 3 {
			r := Render(tmpl, Options{Scope: scope, Budget: budget, Forced: forced})
			checkMap(t, r)
			if strings.HasPrefix(r.Stopped, internalError) {
				t.Fatal(r.Stopped)
			}
			if len(r.Text) > 4*budget.Output {
				t.Fatalf("%d bytes of output", len(r.Text))
			}
			for i, c := range r.Conditions {
				forced[Fork{file, c.Span}] = Forcing{Holds: !c.Taken[1], First: i%3 == 0}
			}
			scope["x"], scope["a"], scope["l"] = scope["unk"], scope["unk"], scope["unk"]
		}
		RenderNative(tmpl, Options{Scope: scope, Budget: budget})
	})
}

// FuzzLex reads a text as the inside of one tag after another.
func FuzzLex(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		l := lexer{src: text, limit: len(text)}
		l.open(0, '%')
		end := int32(0)
		for range 2*len(text) + 1 {
			if l.tok.start < end || l.tok.end < l.tok.start || int(l.tok.end) > len(text) {
				t.Fatalf("token %+v after %d", l.tok, end)
			}
			if end = l.tok.end; l.tok.kind != tEnd {
				l.next()
				continue
			}
			if int(end) == len(text) {
				return
			}
			l.open(int(end), "%}"[end%2])
		}
		t.Fatalf("the lexer does not come to the end of %d bytes", len(text))
	})
}
