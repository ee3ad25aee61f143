package dbtctx

import (
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Many renders at once change the values that a variable, the configuration and
// the graph give them: each sees its own changes and no other's.
func TestRendersShareNothing(t *testing.T) {
	var vars strings.Builder
	for i := range 12 {
		vars.WriteString("    k" + strconv.Itoa(i) + ": 1\n")
	}
	c := newContext(t, "duckdb", "-- dbt_project.yml --\nname: shop\nvars:\n  l: [a]\n  d:\n"+vars.String()).
		WithResources(staticResources{})
	n := node("{% for i in range(50) %}{% do var('d').update({'x' ~ i: i}) %}{% do config.get('meta').update({'x' ~ i: i}) %}{% do graph.nodes.update({'x' ~ i: i}) %}{% endfor %}"+
		"{% do var('l').append('b') %}{% do model.tags.append('t') %}{{ var('l') | length }} {{ var('d') | length }} {{ config.get('meta') | length }} {{ model.tags | length }}",
		"meta", dict("a", int64(1)))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if r := c.Render(n, FullRefresh); r.Text != "2 62 51 1" {
					t.Errorf("%q %s", r.Text, messages(r))
				}
			}
		})
	}
	group.Wait()
}
