package dbtctx

import (
	"testing"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// BenchmarkWorlds renders an incremental model of usual size in its worlds.
func BenchmarkWorlds(b *testing.B) {
	c := newContext(b, "postgres", shopProject)
	n := node(`{{ config(materialized='incremental', unique_key='id') }}
with orders as (select * from {{ ref('orders') }}), payments as (select * from {{ source('raw', 'payments') }})
select {{ dbt_utils.generate_surrogate_key(['orders.id', 'payments.id']) }} as key, {{ dbt.dateadd('day', 1, 'orders.day') }} as due,
{% for s in ['new', 'paid', 'sent'] %} sum(case when status = '{{ s }}' then 1 end) as {{ s }}{{ ',' if not loop.last }}{% endfor %}
from orders left join payments using (id)
{% if is_incremental() %} where day > (select max(day) from {{ this }}){% endif %}`, "materialized", jinja.NewStr("incremental"))
	b.ReportAllocs()
	for b.Loop() {
		if worlds, _ := c.Worlds(n); len(worlds) != 2 {
			b.Fatal(len(worlds))
		}
	}
}

// BenchmarkNew makes the context of a small project: nearly all of it is
// reading dbt's own macros.
func BenchmarkNew(b *testing.B) {
	o := Options{Project: load(b, shopProject), Target: Target{Adapter: "snowflake"}}
	b.ReportAllocs()
	for b.Loop() {
		New(o)
	}
}
