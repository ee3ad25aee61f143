package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestPrecision measures the other direction: of the keys that hold in 100
// random databases, how many the analyser proves, by the operators of the
// query. It gates nothing but a collapse; the figures are for people.
func TestPrecision(t *testing.T) {
	t.Parallel()
	queries, trials := *surveys, 100
	if testing.Short() {
		queries = min(queries, 50)
	}
	c := open(t)
	held, proven := map[string]int{}, map[string]int{}
	for group := 0; group*10 < queries; group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)+1<<32))
		schema := randomSchema(r)
		var asked []*survey
		for range 10 {
			q := RandomQuery(r, schema, 1+r.IntN(2))
			if w, err := Analyse(q.String(), schema); err == nil && !w.Output.Open {
				asked = append(asked, newSurvey(q, w.Output))
			}
		}
		for range trials {
			exec(t, c, create("db", schema, randomData(r, schema))+"set schema = 'db'")
			for _, s := range asked {
				if len(s.left) == 0 {
					continue
				}
				if res, err := Run(c, s.query.String()); err != nil {
					s.left = nil
				} else {
					s.watch(res)
				}
			}
		}
		for _, s := range asked {
			s.count(t, held, proven)
		}
	}
	var lines []string
	for _, op := range slices.Sorted(maps.Keys(held)) {
		lines = append(lines, fmt.Sprintf("%-12s %4d of %4d keys proven (%d%%)", op, proven[op], held[op], 100*proven[op]/held[op]))
	}
	t.Logf("keys that hold in %d databases:\n%s", trials, strings.Join(lines, "\n"))
	if proven["all"]*4 < held["all"] {
		t.Errorf("only %d of %d keys are proven", proven["all"], held["all"])
	}
}

// survey follows the candidate keys of a query, of at most two columns, through
// many databases.
type survey struct {
	query *Query
	known *sema.Summary
	left  []sema.Key
	large int // databases with several rows in the result: a key of small results may be chance
}

func newSurvey(q *Query, known *sema.Summary) *survey {
	s := &survey{query: q, known: known}
	for i := range known.Columns {
		s.left = append(s.left, sema.Key{Cols: []int{i}})
		for k := range i {
			s.left = append(s.left, sema.Key{Cols: []int{k, i}})
		}
	}
	return s
}

func (s *survey) watch(r *Result) {
	if len(r.Rows) >= 4 {
		s.large++
	}
	s.left = slices.DeleteFunc(s.left, func(k sema.Key) bool { return !r.key(k) })
}

// count adds the minimal keys that are left under each operator of the query.
func (s *survey) count(t *testing.T, held, proven map[string]int) {
	if s.large < 25 {
		return
	}
	for _, k := range s.left {
		if len(k.Cols) == 2 && slices.ContainsFunc(s.left, func(o sema.Key) bool { return len(o.Cols) == 1 && slices.Contains(k.Cols, o.Cols[0]) }) {
			continue
		}
		if !s.known.HasKey(k.Cols, false) {
			t.Logf("not proven: %v of %s", k.Cols, s.query)
		}
		for op := range s.query.operators() {
			held[op]++
			if s.known.HasKey(k.Cols, false) {
				proven[op]++
			}
		}
	}
}

// operators names what a query is made of.
func (q *Query) operators() map[string]bool {
	text := " " + q.String() + " "
	out := map[string]bool{"all": true}
	for name, sign := range map[string]string{
		"inner join": " join ", "left join": " left join ", "right join": " right join ", "full join": " full join ", "cross join": " cross join ",
		"semi join": " semi join ", "anti join": " anti join ", "using": " using (", "where": " where ", "group by": " group by ", "distinct": "select distinct ",
		"union all": " union all ", "union": " union ", "except": " except ", "intersect": " intersect ", "qualify": " qualify ", "with": "with ", "lateral": " lateral ",
		"unnest": " unnest(", "limit": " limit ", "values": "values ", "window": " over (",
	} {
		if strings.Contains(text, sign) {
			out[name] = true
		}
	}
	return out
}
