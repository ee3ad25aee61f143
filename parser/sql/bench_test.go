package sql

import (
	"strings"
	"testing"
)

// model is the text of an ordinary model: imports, a renaming, aggregates, a
// join and a filter.
const model = `
with

orders as (
    select * from analytics.staging.stg_orders
),

customers as (
    select
        customer_id, -- the key
        first_name as given_name,
        lower(trim(email)) as email,
        cast(created_at as timestamp) as created_at,
        case when country in ('DE', 'AT', 'CH') then 'dach' else 'other' end as region
    from analytics.staging.stg_customers
    where not is_deleted and created_at >= '2020-01-01'
),

order_totals as (
    select
        orders.customer_id,
        count(*) as number_of_orders,
        sum(orders.amount - coalesce(orders.discount, 0)) as total_amount,
        min(orders.ordered_at) as first_ordered_at,
        max(case when orders.status = 'returned' then orders.ordered_at end) as last_returned_at
    from orders
    group by 1
)

select
    customers.customer_id,
    customers.email,
    coalesce(order_totals.number_of_orders, 0) as number_of_orders,
    order_totals.total_amount / nullif(order_totals.number_of_orders, 0) as average_amount,
    row_number() over (partition by customers.region order by order_totals.total_amount desc) as region_rank
from customers
left join order_totals
    on customers.customer_id = order_totals.customer_id
    and customers.region <> 'other'
order by customers.customer_id
`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(model)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(model, Generic)
	}
}

func BenchmarkLex(b *testing.B) {
	b.SetBytes(int64(len(model)))
	b.ReportAllocs()
	for b.Loop() {
		l := lexer{text: model, opts: Generic.lex, tokens: make([]Token, 0, tokensIn(model)+lookahead)}
		l.run()
	}
}

func BenchmarkParseChain(b *testing.B) {
	text := "select " + strings.Repeat("a and b or ", 10_000) + "c from t"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(text, Generic)
	}
}

func BenchmarkPrint(b *testing.B) {
	q := Parse(model, Generic).Query()
	b.ReportAllocs()
	for b.Loop() {
		Print(q, Generic)
	}
}

func BenchmarkWalk(b *testing.B) {
	q := Parse(model, Generic).Query()
	b.ReportAllocs()
	for b.Loop() {
		for range Walk(q) {
		}
	}
}
