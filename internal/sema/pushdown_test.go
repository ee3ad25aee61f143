package sema

import "testing"

// TestPushdown checks the table cell by cell, against what the engines' plans
// and manuals were seen to say.
func TestPushdown(t *testing.T) {
	passes := map[string][]Construct{
		"duckdb":     {CTEOnce, CTETwice, GroupColumns, WindowPartition},
		"postgres":   {CTEOnce, GroupColumns, WindowPartition},
		"bigquery":   {DateOfPart},
		"clickhouse": {CTEOnce, CTETwice},
	}
	blocks := map[string][]Construct{
		"duckdb":   {DistinctOnOther, CutRows},
		"postgres": {CTETwice, DistinctOnOther, CutRows},
		"bigquery": {FormattedPart, QueriedBound},
	}
	cells := 0
	for engine := range Pushdown {
		for _, c := range passes[engine] {
			cells++
			if r := ReachOf(engine, c); !r.Passes || r.Blocks {
				t.Errorf("%s, %s: %+v, want it to pass", engine, c, r)
			}
		}
		for _, c := range blocks[engine] {
			cells++
			if r := ReachOf(engine, c); !r.Blocks || r.Passes {
				t.Errorf("%s, %s: %+v, want it to block", engine, c, r)
			}
		}
	}
	have := 0
	for engine, row := range Pushdown {
		for c, r := range row {
			have++
			if r.Source == "" || r.Passes == r.Blocks {
				t.Errorf("%s, %s: %+v has no answer, two, or no source", engine, c, r)
			}
		}
	}
	if have != cells {
		t.Errorf("the table has %d cells, %d were checked", have, cells)
	}
	if r := ReachOf("snowflake", CTETwice); r.Passes || r.Blocks {
		t.Errorf("of an engine that is not in the table something is known: %+v", r)
	}
}
