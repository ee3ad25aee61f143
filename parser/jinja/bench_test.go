package jinja

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

// benchModel is a model of usual size and shape: mostly SQL, some calls.
func benchModel(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{{ config(materialized='incremental', unique_key='id_%d') }}\n\nwith src as (\n    select * from {{ ref('stg_%d') }}\n),\n\n", i, i)
	b.WriteString("renamed as (\n    select\n")
	for c := range 12 {
		fmt.Fprintf(&b, "        cast(raw_column_%d as {{ type_string() }}) as column_%d,\n", c, c)
	}
	b.WriteString("{%- for m in ['card', 'cash', 'coupon'] %}\n        sum(case when method = '{{ m }}' then {{ cents('amount') }} else 0 end) as {{ m }}_amount{{ ',' if not loop.last }}\n{%- endfor %}\n")
	b.WriteString("    from src\n    {% if is_incremental() %}\n    where updated_at > (select max(updated_at) from {{ this }})\n    {% endif %}\n)\n\nselect * from renamed\n")
	return b.String()
}

func benchScope() testScope {
	lib := source.NewFile("macros/lib.sql", "{% macro cents(c) -%} round({{ c }} / 100.0, 2) {%- endmacro %}\n{% macro type_string() %}{{ return(dispatch('type_string')()) }}{% endmacro %}{% macro default__type_string() %}varchar{% endmacro %}")
	scope := testScope{}
	for _, d := range Parse(lib, source.Span{End: int32(len(lib.Text))}).Macros {
		scope[d.Name] = NewMacro(d, scope, d.Name)
	}
	scope["return"] = Return()
	scope["config"] = &Func{Name: "config", Fn: func(*CallArgs) (Value, error) { return NewStr(""), nil }}
	scope["ref"] = &Func{Name: "ref", Fn: func(c *CallArgs) (Value, error) {
		name, _ := c.String(0, "name")
		return &relation{name}, nil
	}}
	scope["this"] = &relation{"this"}
	scope["is_incremental"] = &Func{Name: "is_incremental", Fn: func(*CallArgs) (Value, error) { return true, nil }}
	scope["dispatch"] = &Func{Name: "dispatch", Fn: func(*CallArgs) (Value, error) { return scope["default__type_string"], nil }}
	return scope
}

func BenchmarkParse(b *testing.B) {
	f := source.NewFile("m.sql", benchModel(1))
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(f, source.Span{End: int32(len(f.Text))})
	}
}

func BenchmarkScan(b *testing.B) {
	f := source.NewFile("m.sql", strings.Repeat("{% macro a(x) %}\n  coalesce({{ x }}, 0)\n  {% if x %}y{% endif %}\n{% endmacro %}\n\n", 200))
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		Scan(f, "macro")
	}
}

func BenchmarkRender(b *testing.B) {
	tmpl, o := parseText(benchModel(1)), Options{Scope: benchScope()}
	r := Render(tmpl, o)
	if len(r.Errors) > 0 {
		b.Fatal(r.Errors)
	}
	b.SetBytes(int64(len(r.Text)))
	b.ReportAllocs()
	for b.Loop() {
		Render(tmpl, o)
	}
	b.ReportMetric(float64(len(r.Map.Segments)), "segments")
}

// BenchmarkProject parses and renders 10,000 models, each in two worlds.
func BenchmarkProject(b *testing.B) {
	files := make([]*source.File, 10_000)
	for i := range files {
		files[i] = source.NewFile("m.sql", benchModel(i))
	}
	scope := benchScope()
	for b.Loop() {
		for _, f := range files {
			tmpl := Parse(f, source.Span{End: int32(len(f.Text))})
			for range 2 {
				Render(tmpl, Options{Scope: scope})
			}
		}
	}
}
