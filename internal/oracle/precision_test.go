package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/sema"
)

const (
	trials  = 200 // databases that a key has to hold in
	telling = 40  // of which so many must have several rows: fewer could agree by chance
)

// surveyless finds the queries whose keys are not searched for.
var surveyless = regexp.MustCompile(`\bunnest\(|\bwith recursive\b`)

// TestPrecision measures the other direction: of the minimal strict keys that
// hold in 200 random databases, how many the analyser proves, by the operators
// of the query. A key over a copy of an earlier column is not counted beside it,
// nor are queries with table functions or recursion. It gates nothing but a collapse; the
// figures are for people.
func TestPrecision(t *testing.T) {
	t.Parallel()
	queries := *surveys
	if testing.Short() {
		queries = min(queries, 20)
	}
	c := open(t)
	held, proven := map[string]int{}, map[string]int{}
	trees := 0
	for group := 0; trees < queries; group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)+1<<32))
		schema := randomSchema(r)
		var asked []*survey
		for range 10 {
			q := RandomQuery(r, schema, 1+r.IntN(3))
			if w, err := Analyse(q.String(), schema); err == nil && !w.Output.Open && !surveyless.MatchString(q.String()) {
				asked = append(asked, newSurvey(q, w.Output))
			}
		}
		for n := range trials {
			exec(t, c, create("db", schema, manyRows(r, schema))+"set schema = 'db'")
			for _, s := range asked {
				if n == trials/4 && !s.promising() {
					s.left = nil
				}
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
			if s.told() {
				trees++
				s.count(t, schema, held, proven)
			}
		}
	}
	var lines []string
	for _, op := range slices.Sorted(maps.Keys(held)) {
		lines = append(lines, fmt.Sprintf("%-12s %4d of %4d keys proven (%d%%)", op, proven[op], held[op], 100*proven[op]/held[op]))
	}
	t.Logf("seed %d: keys that hold in %d databases, of %d trees:\n%s", *seed, trials, trees, strings.Join(lines, "\n"))
	if proven["all"]*10 < held["all"]*7 {
		t.Errorf("only %d of %d keys are proven", proven["all"], held["all"])
	}
}

// survey follows the candidate keys of a query through many databases.
type survey struct {
	query *Query
	known *sema.Summary
	left  [][]int         // of up to three columns
	same  map[[2]int]bool // columns that were equal in every row so far
	large int             // databases with several rows in the result
	some  int             // databases with a row
}

func newSurvey(q *Query, known *sema.Summary) *survey {
	s := &survey{query: q, known: known, left: [][]int{nil}, same: map[[2]int]bool{}}
	n := len(known.Columns)
	for i := range n {
		for k := range i {
			s.same[[2]int{k, i}] = true
		}
	}
	for i := range n {
		s.left = append(s.left, []int{i})
		for k := range i {
			s.left = append(s.left, []int{k, i})
			for l := range k {
				if n <= 7 {
					s.left = append(s.left, []int{l, k, i})
				}
			}
		}
	}
	return s
}

func (s *survey) watch(r *Result) {
	if len(r.Rows) >= 3 {
		s.large++
	}
	if len(r.Rows) > 0 {
		s.some++
	}
	for pair := range s.same {
		if slices.ContainsFunc(r.Rows, func(row []any) bool { return row[pair[0]] != row[pair[1]] }) {
			delete(s.same, pair)
		}
	}
	s.left = slices.DeleteFunc(s.left, func(k []int) bool { return !r.key(sema.Key{Cols: k}) })
}

// told reports whether the databases say anything of the keys: the result had
// several rows often enough, or never more than one.
func (s *survey) told() bool {
	if len(s.left) == 0 {
		return false
	}
	return s.large >= telling || len(s.left[0]) == 0 && s.some >= telling
}

// promising reports whether a quarter of the databases leaves hope to be told.
func (s *survey) promising() bool {
	return s.large >= telling/8 || s.some >= telling/8 && len(s.left) > 0 && len(s.left[0]) == 0
}

// count adds the minimal keys that are left under each operator of the query.
func (s *survey) count(t *testing.T, schema []*Table, held, proven map[string]int) {
	for _, k := range s.left {
		if s.copied(k) || slices.ContainsFunc(s.left, func(o []int) bool { return len(o) < len(k) && within(o, k) }) {
			continue
		}
		ok := s.known.Card.Max <= 1 || s.known.HasKey(k, false)
		if !ok {
			t.Logf("not proven: %v of %s\n  %v", k, s.query, schema)
		}
		for op := range s.query.operators() {
			held[op]++
			if ok {
				proven[op]++
			}
		}
	}
}

// copied reports whether a column of k is a copy of an earlier one: a key over
// that one stands for both.
func (s *survey) copied(k []int) bool {
	return slices.ContainsFunc(k, func(i int) bool {
		for j := range i {
			if s.same[[2]int{j, i}] {
				return true
			}
		}
		return false
	})
}

func within(a, b []int) bool {
	return !slices.ContainsFunc(a, func(x int) bool { return !slices.Contains(b, x) })
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
