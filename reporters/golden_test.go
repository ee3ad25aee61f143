package reporters

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

var update = flag.Bool("update", false, "write the goldens and the schema anew")

// golden compares got with the file testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// span returns the range of the first text between mark and its end in f:
// "a..b" is from a to the end of b, "a" just that.
func span(t *testing.T, f *source.File, mark string) finding.Place {
	t.Helper()
	from, to, ok := strings.Cut(mark, "..")
	start := strings.Index(f.Text, from)
	end := start + len(from)
	if ok {
		end = start + strings.Index(f.Text[start:], to) + len(to)
	}
	if start < 0 || end < start {
		t.Fatalf("no %q in %s", mark, f.Path)
	}
	return finding.Place{File: f, Span: source.Span{Start: int32(start), End: int32(end)}}
}

func captioned(p finding.Place, text string) finding.Place {
	p.Text = text
	return p
}

// shop is a report with everything that a finding can have.
func shop(t *testing.T) *finding.Report {
	revenue := source.NewFile("models/marts/customer_revenue.sql", `{{ config(materialized='table') }}

with orders as (

    select * from {{ ref('stg_orders') }}

)

select
    o.customer_id,
    sum(o.shipping_fee) as shipping,
    count(*) as lines
from orders o
join {{ ref('order_items') }} i on o.order_id = i.order_id
group by 1
`)
	orders := source.NewFile("models/staging/_orders.yml", `models:
  - name: stg_orders
    columns:
      - name: order_id
        data_tests: [unique, not_null]
      - name: shipping_fee
`)
	macro := source.NewFile("macros/recent.sql", `{% macro recent(column) %}
where {{ column }} > (select max({{ column }}) from {{ this }})
{% endmacro %}
`)
	events := source.NewFile("models/events.sql", "{{ config(materialized='incremental') }}\n\nselect *\nfrom {{ ref('raw_events') }}\n{{ recent('created_at') }}\n")
	unique := span(t, orders, "unique")
	r := &finding.Report{
		Tool:     finding.Tool{Name: "dbtvet", Version: "0.1.0"},
		Projects: []finding.Project{{Name: "shop", Adapter: "duckdb", Origin: "profile", Root: "."}},
		Rules: []finding.Meta{
			{Code: "DOC01", Name: "undocumented-column", Family: "docs", Severity: finding.Warning, Summary: "an output column has no description", Since: "0.1.0"},
			{Code: "FAN02", Name: "inflated-aggregate", Family: "joins", Severity: finding.Error, Summary: "an aggregate counts a row once per match of a join", Since: "0.1.0"},
			{Code: "INC12", Name: "unguarded-this", Family: "incremental", Severity: finding.Error, Summary: "`this` is read where the table may not exist", Since: "0.1.0"},
		},
		Coverage: finding.Coverage{
			Models: 12, Rendered: 12, Parsed: 11, HolesFree: 11, ColumnsKnown: 11, KeysKnown: 9, Joins: 7, JoinsKnown: 6,
			NotAnalysed: []finding.Gap{{Model: "model.shop.pivoted", Reason: "the list of columns comes from `run_query`", Place: span(t, events, "select")}},
			Notes:       []finding.Note{{Text: "package `dbt_utils` is listed in packages.yml and not installed"}},
		},
	}
	fan := &finding.Finding{
		Code: "FAN02", Rule: "inflated-aggregate", Severity: finding.Error, Strength: finding.Tested,
		Message: "`sum(o.shipping_fee)` counts each order once per row of `order_items`",
		Place:   span(t, revenue, "sum(o.shipping_fee)"), Model: "model.shop.customer_revenue",
		Evidence: []finding.Evidence{
			{Label: "grain", Place: captioned(unique, "`stg_orders` is one row per `order_id`"), Strength: finding.Tested},
			{Label: "blame", Place: captioned(span(t, revenue, "join {{ ref..order_id = i.order_id"), "join on `order_id`: `order_items` is one row per (`order_id`, `line_no`)"), Strength: finding.Declared},
			{Label: "path", Place: finding.Place{Text: "orders -> join order_items -> sum(shipping_fee) per customer_id"}},
		},
		Witness: []string{"stg_orders   (order_id=1, shipping_fee=5)", "order_items  (order_id=1, line_no=1) (order_id=1, line_no=2)", "sum = 10, expected 5"},
		Help:    "aggregate `order_items` to one row per `order_id` first",
		Quiet:   "if `order_id` is unique in `order_items`, a `unique` test on it says so",
		Fixes:   []finding.Fix{{Title: "sum over distinct orders", Grade: finding.Offered, Edits: []finding.Edit{{File: revenue, Span: span(t, revenue, "sum(o.shipping_fee)").Span, New: "sum(distinct o.shipping_fee)"}}}},
		URL:     finding.Meta{Code: "FAN02"}.URL(), Symbols: []string{"stg_orders", "order_items"},
	}
	this := &finding.Finding{
		Code: "INC12", Rule: "unguarded-this", Severity: finding.Warning, Worlds: []string{"full refresh"},
		Message: "`{{ this }}` is read on the first run, when the table does not exist", Model: "model.shop.events",
		Place:   captioned(span(t, events, "{{ recent('created_at') }}"), "read here"),
		Related: []finding.Place{captioned(span(t, macro, "{{ this }}"), "in macro `recent`")},
		Help:    "wrap the call in `{% if is_incremental() %}`",
		Fixes: []finding.Fix{{Title: "guard the call", Grade: finding.Safe, Edits: []finding.Edit{
			{File: events, Span: source.At(span(t, events, "{{ recent").Span.Start), New: "{% if is_incremental() %}\n"},
			{File: events, Span: source.At(span(t, events, "{{ recent('created_at') }}").Span.End), New: "\n{% endif %}"},
		}}},
		URL: finding.Meta{Code: "INC12"}.URL(),
	}
	missing := &finding.Finding{Code: "REF02", Rule: "undefined-ref", Severity: finding.Error, Message: "nothing is named `raw_events`", Model: "model.shop.events"}
	doc := &finding.Finding{Code: "DOC01", Rule: "undocumented-column", Severity: finding.Info, Message: "`shipping_fee` has no description", Place: span(t, orders, "shipping_fee"), Model: "model.shop.stg_orders", URL: finding.Meta{Code: "DOC01"}.URL()}
	long := &finding.Finding{Code: "SQL01", Rule: "sql-syntax", Severity: finding.Warning, Message: "spans several lines", Place: span(t, revenue, "select\n    o.customer..from orders o")}
	r.Findings = []*finding.Finding{fan, this, missing, doc, long}
	r.Summary.Suppressed = 2
	r.Finish()
	return r
}

// crowd is a report with more findings than annotations.
func crowd() *finding.Report {
	r := &finding.Report{Tool: finding.Tool{Name: "dbtvet", Version: "0.1.0"}}
	f := source.NewFile("models/a,b:c%.sql", strings.Repeat("select 1\n", 40))
	for i := range 40 {
		sev := []finding.Severity{finding.Info, finding.Warning, finding.Error}[i%3]
		start := f.LineSpan(i + 1).Start
		r.Findings = append(r.Findings, &finding.Finding{Code: "X" + sev.String(), Rule: "x", Severity: sev, Message: "100% of\nlines: a, b", Place: finding.Place{File: f, Span: source.Span{Start: start, End: start + 6}}})
	}
	r.Finish()
	return r
}

func render(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGoldens(t *testing.T) {
	clean := &finding.Report{Tool: finding.Tool{Name: "dbtvet", Version: "0.1.0"}, Projects: []finding.Project{{Name: "shop", Root: "."}}, Coverage: finding.Coverage{Models: 1, Rendered: 1, Parsed: 1, HolesFree: 1, ColumnsKnown: 1, KeysKnown: 1}}
	for _, tc := range []struct {
		file, format string
		report       *finding.Report
		o            ConsoleOptions
	}{
		{"shop.txt", "console", shop(t), ConsoleOptions{}},
		{"shop.info.txt", "console", shop(t), ConsoleOptions{ShowInfo: true, Quiet: true}},
		{"shop.color.txt", "console", shop(t), ConsoleOptions{Color: true, Links: true, Width: 72}},
		{"shop.statistics.txt", "console", shop(t), ConsoleOptions{Statistics: true}},
		{"clean.txt", "console", clean, ConsoleOptions{}},
		{"shop.json", "json", shop(t), ConsoleOptions{}},
		{"clean.json", "json", clean, ConsoleOptions{}},
		{"shop.sarif", "sarif", shop(t), ConsoleOptions{}},
		{"clean.sarif", "sarif", clean, ConsoleOptions{}},
		{"shop.github.txt", "github", shop(t), ConsoleOptions{}},
		{"crowd.github.txt", "github", crowd(), ConsoleOptions{}},
		{"clean.github.txt", "github", clean, ConsoleOptions{}},
		{"shop.md", "markdown", shop(t), ConsoleOptions{}},
		{"clean.md", "markdown", clean, ConsoleOptions{}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			golden(t, tc.file, render(t, func(w io.Writer) error { return Write(w, tc.format, tc.report, tc.o) }))
		})
	}
}
