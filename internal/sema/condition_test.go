package sema

import (
	"slices"
	"testing"
)

// conditions are the texts of what an answer is equal under.
func conditions(d Decision) []string {
	if d.Otherwise != nil {
		d = *d.Otherwise
	}
	var out []string
	for _, c := range d.Provided {
		out = append(out, c.Text)
	}
	return out
}

// TestConditions decides models that are equal under conditions alone, and near
// misses that no condition saves.
func TestConditions(t *testing.T) {
	const since = "ts >= (select max(ts) - 5 from tgt)"
	for _, c := range []struct {
		name, query, guard, load string
		key                      []string
		want                     []string
	}{
		{"batch key", "select id, g, ts from src where {guard}", since, "delete+insert", []string{"g"}, []string{"all rows of `raw` with one `g` have one `ts`"}},
		{"group", "select g, sum(v) as v, max(ts) as ts from src where {guard} group by g", since, "merge", []string{"g"}, []string{"all rows of `raw` with one `g` have one `ts`"}},
		{"group of nothing the rows have", "select 1 as one, sum(v) as v, max(ts) as ts from src where {guard}", since, "merge", []string{"one"}, nil},
		{"key of a merge", "select id, g, ts from src where {guard}", since, "merge", []string{"g"}, []string{"no two rows of the query have one `g`"}},
		{"ties", "select id, ts from src where {guard}", "ts > (select max(ts) from tgt)", "append", nil, []string{"each row arrives with a later `ts` than all that are there"}},
		{"any value", "select g, ts, any_value(v) as v from src where {guard} group by g, ts", since, "merge", []string{"g", "ts"}, []string{"`any_value(v)` gives the same for the same rows, in whatever order they are read"}},
		{"a guard above the group", "select * from (select g, sum(v) as v, min(ts) as ts from src group by g) as x where {guard}", since, "merge", []string{"g"}, nil},
		{"append that reads again", "select id, ts from src where {guard}", since, "append", nil, nil},
		{"random order", "select id, g, ts from src where {guard} qualify row_number() over (partition by g order by random()) = 1", since, "merge", []string{"g"}, nil},
	} {
		claim := loadClaim{name: c.name, query: c.query, guard: c.guard, load: c.load, key: c.key}
		l, a := claim.loads()
		d := Decide(claim.model(t), l, a)
		if d.Answer == Equal || !slices.Equal(conditions(d), c.want) {
			t.Errorf("%s: answer %d, provided %q, want %q; gap %q", c.name, d.Answer, conditions(d), c.want, d.Gap)
		}
	}
}

// TestClock decides models with a filter that goes by the clock: one that lets
// rows through in the order of the guard's column changes nothing.
func TestClock(t *testing.T) {
	for filter, answer := range map[string]Answer{
		"ts < current_date":                        Equal,
		"current_timestamp >= ts":                  Equal,
		"cast(ts as date) < current_date":          Equal,
		"ts <= current_date - 1":                   Equal,
		"ts > current_date - 3":                    Unknown,
		"v < current_date":                         Unknown,
		"ts <> current_date":                       Unknown,
		"ts < current_date or v = 1":               Unknown,
		"ts < current_date + v * interval '1' day": Unknown,
	} {
		claim := loadClaim{query: "select id, ts from src where " + filter + " and {guard}", guard: "ts >= (select max(ts) from tgt)", load: "merge", key: []string{"id"}}
		l, a := claim.loads()
		if d := Decide(claim.model(t), l, a); d.Answer != answer {
			t.Errorf("%s: answer %d, want %d; gap %q", filter, d.Answer, answer, d.Gap)
		}
	}
}

// TestOpenOutput decides models whose output passes on columns that are not
// listed: the bound is read of the column that the only open relation has.
func TestOpenOutput(t *testing.T) {
	for query, answer := range map[string]Answer{
		"select * from raw where {guard}":                                      Equal,
		"select x.*, 1 as one from raw as x where {guard}":                     Equal,
		"with a as (select * from raw where {guard}) select * from a":          Equal,
		"select * replace (v as ts) from raw where {guard}":                    Unknown,
		"select * exclude (ts) from raw where {guard}":                         Unknown,
		"select * rename (v as ts) from raw where {guard}":                     Unknown,
		"select x.*, y.* from raw as x join raw as y using (id) where {guard}": Unknown,
	} {
		claim := loadClaim{query: query, guard: "ts >= (select max(ts) from tgt)", load: "merge", key: []string{"id"}, options: []string{"open"}}
		l, a := claim.loads()
		if d := Decide(claim.model(t), l, a); d.Answer != answer && (answer == Equal || d.Answer != Differs) {
			t.Errorf("%s: answer %d, want %d; gap %q", query, d.Answer, answer, d.Gap)
		}
	}
}

// TestBatches decides microbatch models.
func TestBatches(t *testing.T) {
	for query, answer := range map[string]Answer{
		"select id, ts from src": EqualIf,
		"select cast(ts as date) as ts, g, sum(v) as v from src group by 1, 2": EqualIf,
		"select g, max(ts) as ts from src group by g":                          EqualIf,
		"select max(ts) as ts from src":                                        Unknown,
		"select id, ts + 10 as ts from src":                                    Unknown,
		"select id, v as ts from src":                                          Unknown,
		"select id, date_trunc('month', ts) as ts from src":                    Unknown,
		"select x.id, y.ts from src as x left join src as y on y.id = x.g":     Unknown,
		"select id, ts from src where ts < current_date":                       Unknown,
		"select id, ts from src limit 5":                                       Unknown,
	} {
		claim := loadClaim{query: query, guard: "true", options: []string{"event_time"}}
		d := DecideBatches(claim.model(t), Load{Effect: ReplaceRange}, Batches{EventTime: "ts", Unit: "day", Lookback: "2"})
		if d.Answer != answer {
			t.Errorf("%s: answer %d, want %d; gap %q", query, d.Answer, answer, d.Gap)
		}
		want := []string{"a run starts after a row of `raw` (by `ts`) has come, in the same day or the next 2"}
		if answer == EqualIf && !slices.Equal(conditions(d), want) {
			t.Errorf("%s: provided %q, want %q", query, conditions(d), want)
		}
	}
	claim := loadClaim{query: "select id, ts from src", guard: "true"}
	if d := DecideBatches(claim.model(t), Load{Effect: ReplaceRange}, Batches{EventTime: "ts", Unit: "day", Lookback: "2"}); d.Answer != Unknown {
		t.Errorf("without an event_time of what is read: answer %d, want unknown", d.Answer)
	}
}
