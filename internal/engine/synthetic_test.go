package engine_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/rules"
)

var (
	syntheticTo = flag.String("synthetic-to", "", "write a synthetic project to this folder")
	syntheticOf = flag.Int("synthetic-of", 5000, "number of models of the project to write")
)

// synthetic returns a project of about n models in the shape that real ones
// have: staging models that rename the columns of a source, intermediate models
// that join two of them after bringing one to the grain of the other, and marts,
// half of them incremental with a guard. Every model has tests and
// descriptions. Nothing is wrong with it.
func synthetic(n int) fstest.MapFS {
	files := fstest.MapFS{}
	put := func(name, text string, args ...any) {
		files[name] = &fstest.MapFile{Data: fmt.Appendf(nil, text, args...)}
	}
	put("dbt_project.yml", "name: synthetic\nversion: '1.0'\nprofile: synthetic\nmodels:\n  synthetic:\n    staging:\n      +materialized: view\n    marts:\n      +materialized: table\n")
	put("profiles.yml", "synthetic:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: synthetic.duckdb}\n")
	put("macros/to_major.sql", "{%% macro to_major(column) %%}({{ column }} / 100.0){%% endmacro %%}\n")
	var sources strings.Builder
	third := max(n/3, 1)
	for i := range third {
		next := (i + 1) % third
		fmt.Fprintf(&sources, "      - name: orders_%d\n", i)
		put(fmt.Sprintf("models/staging/stg_orders_%d.sql", i), stagingSQL, i)
		put(fmt.Sprintf("models/staging/stg_orders_%d.yml", i), stagingYAML, i)
		put(fmt.Sprintf("models/intermediate/int_orders_%d.sql", i), intermediateSQL, i, next)
		put(fmt.Sprintf("models/intermediate/int_orders_%d.yml", i), intermediateYAML, i)
		config, guard := "", ""
		if i%2 == 0 {
			config = "{{ config(materialized='incremental', unique_key='order_id') }}\n\n"
			guard = "{% if is_incremental() %}\n    where orders.ordered_at >= (select max(ordered_at) from {{ this }})\n    {% endif %}"
		}
		put(fmt.Sprintf("models/marts/fct_orders_%d.sql", i), martSQL, config, i, guard)
		put(fmt.Sprintf("models/marts/fct_orders_%d.yml", i), martYAML, i)
	}
	put("models/staging/_sources.yml", "sources:\n  - name: raw\n    tables:\n%s", sources.String())
	return files
}

const (
	stagingSQL = `with source as (

    select * from {{ source('raw', 'orders_%d') }}

),

renamed as (

    select
        id as order_id,
        customer as customer_id,
        lower(trim(state)) as order_state,
        cast(created as timestamp) as ordered_at,
        {{ to_major('total') }} as order_total
    from source

)

select * from renamed
`
	stagingYAML = `models:
  - name: stg_orders_%d
    description: One row per order.
    columns:
      - name: order_id
        description: Number of the order.
        data_tests: [unique, not_null]
      - name: customer_id
        description: Who ordered.
      - name: order_state
        description: Where it goes.
      - name: ordered_at
        description: When it was ordered.
      - name: order_total
        description: What it costs.
`
	intermediateSQL = `with orders as (

    select * from {{ ref('stg_orders_%d') }}

),

others as (

    select
        customer_id,
        count(*) as order_count,
        sum(order_total) as spent
    from {{ ref('stg_orders_%d') }}
    group by customer_id

)

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.order_total,
    coalesce(others.order_count, 0) as other_orders,
    coalesce(others.spent, 0) as other_spent,
    row_number() over (partition by orders.customer_id order by orders.ordered_at, orders.order_id) as place
from orders
left join others
    on others.customer_id = orders.customer_id
`
	intermediateYAML = `models:
  - name: int_orders_%d
    description: Orders with what the customer spent elsewhere.
    columns:
      - name: order_id
        description: Number of the order.
        data_tests: [unique, not_null]
`
	martSQL = `%swith orders as (

    select * from {{ ref('int_orders_%[2]d') }}

),

states as (

    select order_id, order_state
    from {{ ref('stg_orders_%[2]d') }}

),

final as (

    select
        orders.order_id,
        orders.ordered_at,
        orders.order_total,
        states.order_state,
        case when orders.place = 1 then 'first' else 'later' end as kind
    from orders
    left join states
        on states.order_id = orders.order_id
    %[3]s

)

select * from final
`
	martYAML = `models:
  - name: fct_orders_%d
    description: One row per order.
    columns:
      - name: order_id
        description: Number of the order.
        data_tests: [unique, not_null]
      - name: ordered_at
        description: When it was ordered.
      - name: order_total
        description: What it costs.
      - name: order_state
        description: Where it goes.
      - name: kind
        description: First or later order of the customer.
        data_tests:
          - accepted_values:
              arguments: {values: [first, later]}
`
)

func lintFS(t testing.TB, fsys fs.FS) *finding.Report {
	t.Helper()
	r, err := engine.Lint(context.Background(), engine.Options{FS: fsys, Rules: rules.All(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSynthetic checks that the project which the benchmarks measure is wholly
// understood: figures for one that is not would flatter.
func TestSynthetic(t *testing.T) {
	r := lintFS(t, synthetic(60))
	c := r.Coverage
	if c.Models != 60 || c.Rendered != 60 || c.Parsed != 60 || c.KeysKnown != 60 || c.JoinsKnown != 40 || len(c.NotAnalysed) > 0 {
		t.Errorf("coverage %+v", c)
	}
	for _, f := range r.Findings {
		if f.Severity > finding.Info {
			t.Errorf("%s: %s: %s", f.Path(), f.Code, f.Message)
		}
	}
}

// TestWriteSynthetic writes the project for measurements with the program:
//
//	go test ./internal/engine -run WriteSynthetic -synthetic-to=/tmp/large -synthetic-of=5000
func TestWriteSynthetic(t *testing.T) {
	if *syntheticTo == "" {
		t.Skip("only when -synthetic-to is set")
	}
	for name, f := range synthetic(*syntheticOf) {
		file := filepath.Join(*syntheticTo, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkLint(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprintf("models=%d", n), func(b *testing.B) {
			fsys := synthetic(n)
			b.ReportAllocs()
			for b.Loop() {
				lintFS(b, fsys)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "models/s")
		})
	}
}
