package oracle

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dbtvet/dbtvet/internal/rows"
	"github.com/dbtvet/dbtvet/internal/sema"
)

var (
	models   = flag.Int("models", 400, "random incremental models whose runs are compared with a rebuild")
	arrivals = flag.Int("arrivals", 12, "arrivals that each model held equal is run on")
)

// TestIncrementalModels runs random incremental models two and three times in
// DuckDB against a rebuild: one that the analyser holds equal must never differ,
// and the example of one that it says differs must show just that.
func TestIncrementalModels(t *testing.T) {
	n := *models
	if testing.Short() {
		n = min(n, 60)
	}
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			h := &loads{T: t, c: open(t), unknown: map[string]int{}}
			for i := shard; i < n && h.wrong < *stop; i += shards {
				h.model(RandomIncremental(rand.New(rand.NewPCG(*seed, uint64(i)))), rand.New(rand.NewPCG(*seed+1, uint64(i))), i)
			}
			t.Logf("seed %d: %d models: %d equal (%d by untied orders; %d arrivals), %d equal under conditions, %d differ, %d of them equal under conditions (which %d arrivals fulfil, and %d models need), %d not known %v; %d keys of tables; %d refused by the engine, %d wrong", *seed, h.asked, h.equal, h.untied, h.runs, h.equalIf, h.differ, h.otherwise, h.met, h.needed, h.undecided(), counts(h.unknown), h.claims, h.refused, h.wrong)
			if h.refused*20 > h.asked {
				t.Errorf("the engine refuses %d of %d models: the generator has lost its grip", h.refused, h.asked)
			}
			if h.asked >= 30 && (h.claims == 0 || h.equal == 0 || h.met == 0) {
				t.Errorf("nothing is checked of what is claimed")
			}
			if h.undecided()*5 > h.asked {
				t.Errorf("%d of %d models are not decided: more than a fifth", h.undecided(), h.asked)
			}
		})
	}
}

func counts(m map[string]int) string {
	var out []string
	for _, k := range slices.SortedFunc(maps.Keys(m), func(a, b string) int { return m[b] - m[a] }) {
		out = append(out, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(out, ", ")
}

// loads is a search for wrong answers over one connection.
type loads struct {
	*testing.T
	c                                          *sql.Conn
	asked, equal, differ, runs, refused, wrong int
	untied                                     int // of the equal ones, those that assume orders without ties
	claims                                     int // keys of tables
	// equalIf are equal under conditions, otherwise those that differ without
	// them; met are the arrivals that fulfil the conditions, needed the models that
	// differ on arrivals that do not.
	equalIf, otherwise, met, needed int
	unknown                         map[string]int
	clock                           time.Time // of the run
}

func (h *loads) undecided() int { return h.asked - h.equal - h.equalIf - h.differ }

func (h *loads) model(m *Incremental, r *rand.Rand, i int) {
	if _, err := h.query(m, m.create()+"create or replace table tgt as "+m.Text(false)+"; create or replace table batch as "+m.Text(true), ""); err != nil {
		h.refused++
		h.Logf("%v\n%s", err, m)
		return
	}
	d, err := h.decide(m)
	if err != nil {
		h.wrong++
		h.Error(err)
		return
	}
	h.asked++
	h.keys(m, r, i)
	switch d.Answer {
	case sema.Equal:
		h.equal++
		m.Untied = d.Untied
		if d.Untied {
			h.untied++
		}
		h.equals(m, d, r, i)
	case sema.EqualIf:
		h.equalIf++
		h.equals(m, d, r, i)
	case sema.Differs:
		h.differ++
		if d.Otherwise != nil {
			h.otherwise++
			h.equals(m, *d.Otherwise, r, i)
		}
		if why := h.shows(m, d.Example); why != "" {
			h.wrong++
			h.Errorf("model %d: %s\n  %s (%s): %s\n  %s", i, m, d.Gap, d.Kind, why, strings.Join(d.Example.Lines(), "\n  "))
		}
	default:
		h.unknown[d.Kind]++
		if *trace != "" {
			h.Logf("not known: %s: %s\n%s", d.Kind, d.Gap, m)
		}
	}
}

// equals makes runs of a model that is held equal, on arrivals that fulfil the
// conditions.
func (h *loads) equals(m *Incremental, d sema.Decision, r *rand.Rand, i int) {
	m = m.under(d.Provided)
	m.Untied = d.Untied
	for range *arrivals {
		h.runs++
		a := m.fulfil(m.RandomArrivals(r, 3), d.Provided)
		diff, met := h.compare(m, a, d.Provided)
		if met && len(d.Provided) > 0 {
			h.met++
		}
		if diff != "" && !(d.Untied && h.tied(m, a)) {
			h.wrong++
			h.report(m, a, i, d.Answer)
			return
		}
	}
	if d.Answer != sema.EqualIf {
		return
	}
	for range *arrivals {
		if diff, _ := h.compare(m, m.RandomArrivals(r, 3), nil); diff != "" {
			h.needed++
			return
		}
	}
}

// tied reports whether rows are equal in some order of the query: what it gives
// after one of the runs depends on the order in which the rows are stored.
func (h *loads) tied(m *Incremental, a Arriving) bool {
	stored, turned := "", ""
	for _, arrive := range a {
		back := map[string][][]any{}
		for table, rs := range arrive {
			back[table] = slices.Clone(rs)
			slices.Reverse(back[table])
		}
		stored, turned = stored+inserts(arrive), inserts(back)+turned
		if !slices.Equal(h.mustQuery(m, m.create()+stored, m.Text(false)), h.mustQuery(m, m.create()+turned, m.Text(false))) {
			return true
		}
	}
	return false
}

// keys looks whether the keys that the table is said to have hold after each of
// three runs, in whatever order rows arrive.
func (h *loads) keys(m *Incremental, r *rand.Rand, i int) {
	model, err := m.Model()
	if err != nil {
		return
	}
	keys := model.Kept(m.Load)
	if len(keys) == 0 {
		return
	}
	h.claims += len(keys)
	any := m.clone()
	any.Arrival = sema.Anytime
	a := any.RandomArrivals(r, 3)
	if !h.first(m, a) {
		return
	}
	names := model.Full().World.Output.Names
	for n, arrive := range a {
		h.clock = a.clock(n)
		if n > 0 && strings.HasPrefix(h.again(m, arrive), "fails") {
			return
		}
		for _, k := range keys {
			query := "select count(*) from (select 1 from tgt where " + present(names(k.Cols), k.Lax) + grouped(names(k.Cols)) + " having count(*) > 1)"
			if got := h.mustQuery(m, "", query); got[0] != "(0)" {
				h.wrong++
				h.Errorf("model %d, run %d: key %v (lax %t) of the table does not hold\n%s\n  rows %v", i, n+1, names(k.Cols), k.Lax, m, a)
				return
			}
		}
	}
}

func present(cols []string, lax bool) string {
	out := "true"
	for _, c := range cols {
		if lax {
			out += " and " + c + " is not null"
		}
	}
	return out
}

func grouped(cols []string) string {
	if len(cols) == 0 {
		return ""
	}
	return " group by " + strings.Join(cols, ", ")
}

func (h *loads) decide(m *Incremental) (sema.Decision, error) {
	model, err := m.Model()
	if err != nil {
		return sema.Decision{}, err
	}
	return sema.Decide(model, m.Load, m.Arrival), nil
}

// held is the decision that holds a model equal, if there is one.
func (h *loads) held(m *Incremental) (sema.Decision, error) {
	d, err := h.decide(m)
	if err == nil && d.Otherwise != nil {
		return *d.Otherwise, nil
	}
	return d, err
}

// now puts the time of the run in the place of the clock.
func (h *loads) now(text string) string {
	at := h.clock
	if at.IsZero() {
		at = epoch.AddDate(1, 0, 0)
	}
	return strings.NewReplacer("localtimestamp", value(at), "current_date", "date '"+at.Format(time.DateOnly)+"'").Replace(text)
}

// query runs statements, then returns the rows of a query. Printed examples, which
// are of no random model, bring their own clock.
func (h *loads) query(m *Incremental, text, query string) ([]string, error) {
	if m != nil {
		text, query = h.now(text), h.now(query)
	}
	if text != "" {
		if _, err := h.c.ExecContext(context.Background(), text); err != nil {
			return nil, fmt.Errorf("%w in %s", err, text)
		}
	}
	if query == "" {
		return nil, nil
	}
	rs, err := h.c.QueryContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, query)
	}
	defer rs.Close()
	cols, err := rs.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	for rs.Next() {
		raw := make([]any, len(cols))
		ptr := make([]any, len(cols))
		for i := range raw {
			ptr[i] = &raw[i]
		}
		if err := rs.Scan(ptr...); err != nil {
			return nil, err
		}
		var vals []string
		for _, v := range raw {
			vals = append(vals, plain(v))
		}
		out = append(out, "("+strings.Join(vals, ", ")+")")
	}
	slices.Sort(out)
	return out, rs.Err()
}

func (h *loads) mustQuery(m *Incremental, text, query string) []string {
	out, err := h.query(m, text, query)
	if err != nil {
		h.Fatalf("%v\n%s", err, m)
	}
	return out
}

// first makes the first run; ok is false if it finds no row, which is no first
// run as the contract has it.
func (h *loads) first(m *Incremental, a Arriving) bool {
	h.clock = a.clock(0)
	n := h.mustQuery(m, m.create()+inserts(a[0])+"create or replace table tgt as "+m.Text(false), "select count(*) from tgt")
	return n[0] != "(0)"
}

// compare makes the runs and returns how the table differs from a refresh after
// one of them; empty if it never does.
//
// It ends before a run whose rows do not fulfil the conditions; met is false if
// that is the second.
func (h *loads) compare(m *Incremental, a Arriving, conditions []sema.Condition) (diff string, met bool) {
	if !h.first(m, a) || !h.holds(m, conditions) {
		return "", false
	}
	for i, arrive := range a[1:] {
		h.clock = a.clock(i + 1)
		if len(conditions) > 0 {
			h.mustQuery(m, inserts(arrive), "")
			if !h.holds(m, conditions) {
				return "", i > 0
			}
			arrive = nil
		}
		if diff := h.again(m, arrive); diff != "" {
			return fmt.Sprintf("run %d: %s", i+2, diff), true
		}
	}
	return "", true
}

// again lets rows arrive and makes one incremental run.
func (h *loads) again(m *Incremental, arrive map[string][][]any) string {
	batch := inserts(arrive) + "create or replace table batch as " + m.Text(true) + ";"
	if m.Load.Effect == sema.Upsert {
		if n := h.mustQuery(m, batch, clash(m.Load)); n[0] != "(0)" {
			return "fails: several rows of the batch have the key of one row of the table"
		}
		batch = ""
	}
	full := m.Text(false)
	n := h.mustQuery(m, batch+statements(m.Load), "select count(*) from ((select * from tgt except all ("+full+")) union all (("+full+") except all select * from tgt))")
	if n[0] == "(0)" {
		return ""
	}
	return n[0] + " rows"
}

// shows says what is wrong with the example of a difference.
func (h *loads) shows(m *Incremental, e *sema.Arrivals) string {
	a := m.Arrivals(e)
	if !h.first(m, a) {
		return "the first run finds nothing"
	}
	h.clock = a.clock(1)
	diff := h.again(m, a[1])
	switch {
	case diff == "":
		return "the example shows no difference"
	case strings.HasPrefix(diff, "fails") != (e.Failure != ""):
		return "the example fails, or does not: " + diff
	case e.Failure != "":
		return ""
	}
	if got := h.mustQuery(m, "", "from tgt"); !slices.Equal(got, tuplesOf(e.Table)) {
		return fmt.Sprintf("the table holds %v", got)
	}
	if got := h.mustQuery(m, "", m.Text(false)); !slices.Equal(got, tuplesOf(e.Refresh)) {
		return fmt.Sprintf("a refresh gives %v", got)
	}
	return ""
}

func tuplesOf(rs [][]any) []string {
	var out []string
	for _, r := range rs {
		var vals []string
		for _, v := range r {
			vals = append(vals, rows.Text(v))
		}
		out = append(out, "("+strings.Join(vals, ", ")+")")
	}
	slices.Sort(out)
	return out
}

// report shrinks a model that is held equal and differs, and prints it.
func (h *loads) report(m *Incremental, a Arriving, i int, answer sema.Answer) {
	wrong := func(m *Incremental, a Arriving) bool {
		if _, err := h.query(m, m.create()+"create or replace table tgt as "+m.Text(false)+"; create or replace table batch as "+m.Text(true), ""); err != nil {
			return false
		}
		d, err := h.held(m)
		if err != nil || d.Answer != answer {
			return false
		}
		c := m.under(d.Provided)
		diff, _ := h.compare(c, c.fulfil(a, d.Provided), d.Provided)
		return diff != ""
	}
	m, a = ShrinkIncremental(m, a, wrong)
	d, _ := h.held(m)
	a = m.fulfil(a, d.Provided)
	var proof []string
	for _, s := range d.Steps {
		proof = append(proof, "  = "+s.Text)
	}
	for _, c := range d.Provided {
		proof = append(proof, "  if "+c.Text)
	}
	diff, _ := h.compare(m, a, d.Provided)
	h.Errorf("model %d is held equal: %s\n%s\n  rows %v\n  %s", i, m, strings.Join(proof, "\n"), a, diff)
}
