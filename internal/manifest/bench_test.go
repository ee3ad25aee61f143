package manifest

import (
	"context"
	"fmt"
	"strings"
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
