package manifest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/project"
)

// generated returns a project of n models in layers, a third of them
// incremental, each with an entry of two columns and tests.
func generated(n int) fstest.MapFS {
	fsys := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: big\nmodels: {big: {+tags: [x], l1: {+materialized: table}}}\n")}}
	var yml strings.Builder
	for i := range n {
		text := fmt.Sprintf("select %d as id", i)
		if i >= 10 {
			text = fmt.Sprintf("select a.id from {{ ref('m%d') }} a join {{ ref('m%d') }} b on a.id = b.id", i/2, i/3)
		}
		if i%3 == 0 {
			text = "{{ config(materialized='incremental', unique_key='id') }}\n" + text +
				"\n{% if is_incremental() %} where a.id > (select max(id) from {{ this }}) {% endif %}"
		}
		fsys[fmt.Sprintf("models/l%d/m%d.sql", i%5, i)] = &fstest.MapFile{Data: []byte(text)}
		fmt.Fprintf(&yml, "  - name: m%d\n    columns:\n      - name: id\n        data_tests: [unique, {relationships: {to: ref('m%d'), field: id}}]\n      - name: note\n", i, i/2)
		if i%100 == 99 || i == n-1 {
			fsys[fmt.Sprintf("models/m%d.yml", i)] = &fstest.MapFile{Data: []byte("models:\n" + yml.String())}
			yml.Reset()
		}
	}
	return fsys
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 5000} {
		b.Run(fmt.Sprintf("%d models", n), func(b *testing.B) {
			fsys := generated(n)
			b.ReportAllocs()
			for b.Loop() {
				p := project.Load(context.Background(), fsys, ".", project.Options{})
				m := Load(context.Background(), p, Options{Adapter: "duckdb"})
				if len(m.Order) != n || len(m.Problems) > 0 {
					b.Fatalf("%d nodes, problems %v", len(m.Order), m.Problems)
				}
			}
		})
	}
}

// twoWorlds returns a project of n incremental models of usual size, each of
// which renders in two worlds.
func twoWorlds(n int) fstest.MapFS {
	fsys := fstest.MapFS{
		"dbt_project.yml":  {Data: []byte("name: big\nmodels: {big: {+materialized: incremental, +unique_key: id}}\n")},
		"macros/cents.sql": {Data: []byte("{% macro cents(c) -%} round({{ c }} / 100.0, 2) {%- endmacro %}\n")},
	}
	for i := range n {
		var b strings.Builder
		b.WriteString("with src as (\n    select * from ")
		if i < 10 {
			b.WriteString("(select 1 as id, 2 as amount, 'card' as method, current_timestamp as updated_at)")
		} else {
			fmt.Fprintf(&b, "{{ ref('m%d') }}", i/2)
		}
		b.WriteString("\n),\n\nrenamed as (\n    select\n        id,\n")
		for c := range 12 {
			fmt.Fprintf(&b, "        cast(raw_column_%d as {{ dbt.type_string() }}) as column_%d,\n", c, c)
		}
		b.WriteString("{%- for m in ['card', 'cash', 'coupon'] %}\n        sum(case when method = '{{ m }}' then {{ cents('amount') }} else 0 end) as {{ m }}_amount{{ ',' if not loop.last }}\n{%- endfor %}\n")
		b.WriteString("    from src\n    {% if is_incremental() %}\n    where updated_at > (select max(updated_at) from {{ this }})\n    {% endif %}\n)\n\nselect * from renamed\n")
		fsys[fmt.Sprintf("models/l%d/m%d.sql", i%50, i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

// BenchmarkWorlds reads a project of 10,000 models, resolves it, and renders
// each model in its two worlds on all processors. Of the memory it counts what
// the loaded project keeps.
func BenchmarkWorlds(b *testing.B) {
	const n = 10_000
	fsys := twoWorlds(n)
	for b.Loop() {
		before := heapInUse()
		p := project.Load(context.Background(), fsys, ".", project.Options{})
		m := Load(context.Background(), p, Options{Adapter: "duckdb"})
		b.StopTimer()
		b.ReportMetric(float64(heapInUse()-before)/n, "kept-B/model")
		b.StartTimer()
		var worlds, next atomic.Int64
		var group sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			group.Go(func() {
				for i := next.Add(1) - 1; int(i) < len(m.Order); i = next.Add(1) - 1 {
					all, _ := m.Context.Worlds(m.ContextNode(m.Order[i]))
					worlds.Add(int64(len(all)))
				}
			})
		}
		group.Wait()
		if worlds.Load() != 2*n {
			b.Fatalf("%d worlds", worlds.Load())
		}
	}
}

// heapInUse is the memory in use after a collection.
func heapInUse() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
