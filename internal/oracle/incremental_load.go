package oracle

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/internal/rows"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// Arriving is rows per run and table: what is there at the first run, and what
// arrives before each later one.
//
// The clock of a run is in it as a table now of one row.
type Arriving []map[string][][]any

// clock is the time of a run.
func (a Arriving) clock(run int) time.Time {
	if rs := a[run]["now"]; len(rs) == 1 {
		return rs[0][0].(time.Time)
	}
	return time.Time{}
}

// epoch is a Monday.
var epoch = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// RandomArrivals returns rows for a number of runs that fulfil what the model
// declares and what it assumes of arrivals.
func (m *Incremental) RandomArrivals(r *rand.Rand, runs int) Arriving {
	out := make(Arriving, runs)
	id, newest := 0, -1
	used := map[int]bool{}
	now := 8 + r.IntN(20)
	for i := range runs {
		rowsOf := map[string][][]any{}
		lo := newest
		for _, table := range []string{"src", "more"} {
			n := r.IntN(4)
			if i == 0 {
				n = 1 + r.IntN(5)
			}
			for range n {
				id++
				ts := r.IntN(30)
				if i > 0 && m.Arrival != sema.Anytime {
					ts = lo + r.IntN(12)
					if m.Arrival == sema.Later {
						ts++
					}
				}
				for m.Untied && used[ts] {
					ts++
				}
				used[ts] = true
				newest = max(newest, ts)
				key := int64(id)
				if !m.Keyed {
					key = int64(1 + r.IntN(3))
				}
				var g any = int64(1 + r.IntN(3))
				if m.Nulls && r.IntN(3) == 0 {
					g = nil
				}
				rowsOf[table] = append(rowsOf[table], []any{key, g, int64(1 + r.IntN(3)), m.instant(ts), int64(1 + r.IntN(3))})
			}
		}
		if i == 0 {
			for k := range 3 {
				if m.DimKeyed && r.IntN(3) > 0 {
					rowsOf["dim"] = append(rowsOf["dim"], []any{int64(k + 1), int64(1 + r.IntN(3))})
				} else if !m.DimKeyed {
					rowsOf["dim"] = append(rowsOf["dim"], []any{int64(1 + r.IntN(3)), int64(1 + r.IntN(3))})
				}
			}
		}
		rowsOf["now"] = [][]any{{epoch.Add(time.Duration(now) * 6 * time.Hour)}}
		now += r.IntN(16)
		out[i] = rowsOf
	}
	return out
}

// instant is the n-th point in time: six hours apart, so that a few share a day.
func (m *Incremental) instant(n int) any {
	if m.Times {
		return epoch.Add(time.Duration(n) * 6 * time.Hour)
	}
	return int64(n)
}

// Arrivals are the rows of an example of the analyser.
func (m *Incremental) Arrivals(a *sema.Arrivals) Arriving {
	out := Arriving{{"now": {{a.Now}}}, {"now": {{a.Now}}}}
	for _, g := range a.Given {
		for i, list := range [][][]any{g.Before, g.After} {
			for _, row := range list {
				full := make([]any, len(m.columns(g.Relation.Name)))
				for c, name := range m.columns(g.Relation.Name) {
					if k := slices.Index(g.Cols, name); k >= 0 {
						full[c] = row[k]
					}
				}
				out[i][g.Relation.Name] = append(out[i][g.Relation.Name], full)
			}
		}
	}
	return out
}

func (m *Incremental) columns(table string) []string {
	if table == "dim" {
		return []string{"k", "w"}
	}
	return []string{"id", "g", "k", "ts", "v"}
}

// create makes the empty tables.
func (m *Incremental) create() string {
	kind := "bigint"
	if m.Times {
		kind = "timestamp"
	}
	return "create or replace table src(id bigint, g bigint, k bigint, ts " + kind + ", v bigint);" +
		"create or replace table more(id bigint, g bigint, k bigint, ts " + kind + ", v bigint);" +
		"create or replace table dim(k bigint, w bigint);"
}

// inserts writes the rows that arrive.
func inserts(arrive map[string][][]any) string {
	var b strings.Builder
	for _, table := range []string{"src", "more", "dim"} {
		if len(arrive[table]) == 0 {
			continue
		}
		var tuples []string
		for _, row := range arrive[table] {
			var vals []string
			for _, v := range row {
				vals = append(vals, value(v))
			}
			tuples = append(tuples, "("+strings.Join(vals, ", ")+")")
		}
		fmt.Fprintf(&b, "insert into %s values %s;", table, strings.Join(tuples, ", "))
	}
	return b.String()
}

func value(v any) string {
	if t, ok := v.(time.Time); ok {
		return "timestamp '" + t.Format(time.DateTime) + "'"
	}
	if s, ok := v.(string); ok {
		return "'" + s + "'"
	}
	return rows.Text(v)
}

// statements are those by which adapters put the table batch into tgt.
func statements(l sema.Load) string {
	insert := "insert into tgt select * from batch;"
	switch l.Effect {
	case sema.Upsert:
		return "delete from tgt where rowid in (select t.r from batch s join (select rowid as r, * from tgt) t on " + onKey(l) + " where " + replaced(l, "t") + ");" + insert
	case sema.DeleteInsert:
		return "delete from tgt where exists (select 1 from batch s where " + strings.ReplaceAll(onKey(l), "t.", "tgt.") + ") and " + replaced(l, "tgt") + ";" + insert
	case sema.OverwriteParts:
		return "delete from tgt where exists (select 1 from batch s where " + strings.ReplaceAll(onKey(l), "t.", "tgt.") + ");" + insert
	case sema.OverwriteAll:
		return "delete from tgt;" + insert
	}
	return insert
}

func onKey(l sema.Load) string {
	var on []string
	for _, c := range l.Key {
		x, y := "s."+c, "t."+c
		if l.Unit != "" {
			x, y = "date_trunc('"+l.Unit+"', "+x+")", "date_trunc('"+l.Unit+"', "+y+")"
		}
		on = append(on, x+" = "+y)
	}
	return strings.Join(on, " and ")
}

func replaced(l sema.Load, alias string) string {
	out := []string{"true"}
	for _, p := range l.Predicates {
		out = append(out, alias+"."+p)
	}
	return strings.Join(out, " and ")
}

// clash counts rows of the table that several rows of the batch would update: a
// MERGE refuses that.
func clash(l sema.Load) string {
	return "select count(*) from (select 1 from batch s join (select rowid as r, * from tgt) t on " + onKey(l) + " where " + replaced(l, "t") + " group by t.r having count(*) > 1)"
}

func plain(v any) string {
	switch v := v.(type) {
	case *big.Int:
		return v.String()
	case int32:
		return fmt.Sprint(v)
	}
	return rows.Text(v)
}
