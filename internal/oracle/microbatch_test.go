package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestMicrobatchModels runs random models in batches of a day as dbt does, each
// over the rows of its day in the tables that have an event_time, three times
// against a full refresh in batches.
func TestMicrobatchModels(t *testing.T) {
	h := &loads{T: t, c: open(t), unknown: map[string]int{}}
	n := min(*models, 2000)
	if testing.Short() {
		n = 60
	}
	for i := 0; h.asked < n && h.wrong < *stop; i++ {
		r := rand.New(rand.NewPCG(*seed+7, uint64(i)))
		m := RandomIncremental(r)
		if !m.Times {
			continue
		}
		m.daily(r)
		h.daily(m, r, i)
	}
	t.Logf("seed %d: %d models: %d equal under conditions (%d arrivals, %d models need them), %d not known %v; %d refused by the engine, %d wrong", *seed, h.asked, h.equalIf, h.runs, h.needed, h.undecided(), counts(h.unknown), h.refused, h.wrong)
}

// daily makes a microbatch model of an incremental one: without guards, and with
// an event_time for what it reads.
func (m *Incremental) daily(r *rand.Rand) {
	for _, branch := range m.Branches {
		for _, l := range branch {
			l.Guard = ""
		}
	}
	m.Load = sema.Load{Effect: sema.ReplaceRange}
	m.EventTime = map[string]string{"src": "ts", "more": "ts"}
	if r.IntN(6) == 0 {
		delete(m.EventTime, []string{"src", "more"}[r.IntN(2)])
	}
}

// batchOf is the query of a full refresh over the rows of one day.
func (m *Incremental) batchOf(day int) string {
	c := m.clone()
	for _, branch := range c.Branches {
		from := branch[0].From
		if col := m.EventTime[from]; col != "" {
			branch[0].From = fmt.Sprintf("(select * from %s where %s >= %s and %s < %s) as %s", from, col, value(midnight(day)), col, value(midnight(day+1)), from)
		}
	}
	return c.Text(false)
}

func midnight(day int) time.Time { return epoch.AddDate(0, 0, day) }

// daily decides a model and makes its runs.
func (h *loads) daily(m *Incremental, r *rand.Rand, i int) {
	if _, err := h.query(m, m.create()+"create or replace table tgt as "+m.batchOf(0), ""); err != nil {
		h.refused++
		return
	}
	model, err := m.Model()
	if err != nil {
		h.Fatal(err)
	}
	h.asked++
	column := "ts"
	if out := model.Full().World.Output; out.Index("ts") < 0 || out.Index("d") >= 0 && i%2 == 0 {
		column = "d"
	}
	lookback := r.IntN(3)
	d := sema.DecideBatches(model, m.Load, sema.Batches{EventTime: column, Unit: "day", Lookback: fmt.Sprint(lookback)})
	if d.Answer != sema.EqualIf {
		h.unknown[d.Kind]++
		return
	}
	h.equalIf++
	for range *arrivals {
		h.runs++
		if a := m.dailyArrivals(r, lookback, 0); h.differsDaily(m, a, column, lookback) && !(d.Untied && h.tied(m, a)) {
			h.wrong++
			h.Errorf("model %d by %s, lookback %d, is held equal: %s\n  rows %v", i, column, lookback, m, a)
			return
		}
	}
	for range *arrivals {
		if h.differsDaily(m, m.dailyArrivals(r, lookback, 3), column, lookback) {
			h.needed++
			return
		}
	}
}

// dailyArrivals are rows that come before runs on days 3, 4 and 5: at most
// lookback days after their day, or late by a few more.
func (m *Incremental) dailyArrivals(r *rand.Rand, lookback, late int) Arriving {
	out := m.RandomArrivals(r, 3)
	for run := range out {
		for _, table := range []string{"src", "more"} {
			for _, row := range out[run][table] {
				back := r.IntN(lookback + late + 1)
				if run == 0 {
					back = r.IntN(4)
				}
				row[3] = midnight(3 + run - min(back, 3+run)).Add(time.Duration(r.IntN(4)) * 6 * time.Hour)
			}
			if m.EventTime[table] == "" && run > 0 {
				delete(out[run], table) // it does not change
			}
		}
	}
	return out
}

// differsDaily reports whether the table after the runs is not what batches of
// all days give.
func (h *loads) differsDaily(m *Incremental, a Arriving, column string, lookback int) bool {
	h.clock = time.Time{}
	h.mustQuery(m, m.create()+inserts(a[0]), "")
	for run := range a {
		if run > 0 {
			h.mustQuery(m, inserts(a[run]), "")
		}
		today := 3 + run
		if run == 0 {
			h.runDays(m, "tgt", column, 0, today)
			continue
		}
		h.runDays(m, "tgt", column, today-lookback, today)
		h.runDays(m, "fresh", column, 0, today)
		if n := h.mustQuery(m, "", "select count(*) from ((from tgt except all from fresh) union all (from fresh except all from tgt))"); n[0] != "(0)" {
			return true
		}
	}
	return false
}

// runDays runs the batches of the days from first to last. One from day 0 builds
// the table anew.
func (h *loads) runDays(m *Incremental, table, column string, first, last int) {
	var b strings.Builder
	if first == 0 {
		fmt.Fprintf(&b, "create or replace table %s as select * from (%s) limit 0;", table, m.batchOf(0))
	}
	for day := first; day <= last; day++ {
		fmt.Fprintf(&b, "create or replace table batch as %s;", m.batchOf(day))
		fmt.Fprintf(&b, "delete from %s where %s >= %s and %s < %s; insert into %s select * from batch;", table, column, value(midnight(day)), column, value(midnight(day+1)), table)
	}
	h.mustQuery(m, b.String(), "")
}
