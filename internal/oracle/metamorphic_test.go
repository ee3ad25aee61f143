package oracle

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestMetamorphic looks for queries of which the analyser claims more or less
// once they are written otherwise: with other names, with CTEs in their place,
// with a CTE that nobody reads, with a condition that is always true, with the
// sides of inner joins exchanged.
func TestMetamorphic(t *testing.T) {
	t.Parallel()
	n := *trees / 5
	if testing.Short() {
		n = min(n, 300)
	}
	changes := map[string]func(*Query) (string, bool){
		"other names": renamed, "an unused CTE": unusedCTE, "a tautology": tautology, "CTEs inlined": inlined, "inner joins commuted": commuted,
	}
	tried := map[string]int{}
	for group := 0; group*perSchema < n && !t.Failed(); group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)+1<<33))
		schema := randomSchema(r)
		for range perSchema {
			q := RandomQuery(r, schema, 1+r.IntN(3))
			w, err := Analyse(q.String(), schema)
			if err != nil {
				continue
			}
			for name, change := range changes {
				text, ok := change(q.clone())
				if !ok {
					continue
				}
				v, err := Analyse(text, schema)
				if err != nil {
					t.Errorf("%s: %v in %s", name, err, text)
					continue
				}
				tried[name]++
				if a, b := digest(w.Output), digest(v.Output); a != b {
					t.Errorf("%s changes what is claimed of\n%s\n%v\nfrom %s\nto   %s\n%s", name, q, schema, a, b, text)
				}
				if a, b := verdicts(w), verdicts(v); name != "inner joins commuted" && name != "CTEs inlined" && a != b {
					t.Errorf("%s changes the verdicts of\n%s\n%v\nfrom %s\nto   %s", name, q, schema, a, b)
				}
			}
		}
	}
	t.Logf("seed %d: %v", *seed, tried)
}

// TestMonotone looks for verdicts that one more declared fact takes back.
func TestMonotone(t *testing.T) {
	t.Parallel()
	n := *trees / 5
	if testing.Short() {
		n = min(n, 300)
	}
	asked := 0
	for group := 0; group*perSchema < n && !t.Failed(); group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)+1<<34))
		schema := randomSchema(r)
		for range perSchema {
			q := RandomQuery(r, schema, 1+r.IntN(3))
			w, err := Analyse(q.String(), schema)
			if err != nil {
				continue
			}
			more := slices.Clone(schema)
			i := r.IntN(len(more))
			table := *more[i]
			c := r.IntN(len(table.Cols))
			table.NotNull, table.Keys = slices.Clone(table.NotNull), slices.Clone(table.Keys)
			if r.IntN(2) == 0 {
				table.NotNull[c] = true
			} else {
				table.Keys = append(table.Keys, Key{Cols: []int{c}, Lax: r.IntN(2) == 0})
			}
			more[i] = &table
			v, err := Analyse(q.String(), more)
			if err != nil {
				t.Fatal(err)
			}
			asked++
			for k, j := range w.Joins {
				if j.Right.Status == sema.Unique && v.Joins[k].Right.Status != sema.Unique || j.Left.Status == sema.Unique && v.Joins[k].Left.Status != sema.Unique {
					t.Errorf("a fact more takes back that a join is unique: %s\n%v\n%v", q, schema, &table)
				}
			}
		}
	}
	t.Logf("seed %d: %d queries", *seed, asked)
}

// digest is what a summary claims, however it is put down.
func digest(s *sema.Summary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d..%d", s.Card.Min, s.Card.Max)
	for i, c := range s.Columns {
		fmt.Fprintf(&b, " %d:%t:%s", i, c.NotNull, c.Const)
		for k := range i + 1 {
			if s.HasKey([]int{k, i}, false) {
				fmt.Fprintf(&b, " key(%d,%d)", k, i)
			}
		}
	}
	return b.String()
}

// verdicts lists the verdicts of the joins.
func verdicts(w *sema.World) string {
	var out []string
	for _, j := range w.Joins {
		out = append(out, fmt.Sprint(j.Right.Status, j.Left.Status))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

var alias = regexp.MustCompile(`\b([xyw])([0-9]+)\b`)

func renamed(q *Query) (string, bool) {
	return alias.ReplaceAllString(q.String(), "other_$1$2"), true
}

func unusedCTE(q *Query) (string, bool) {
	q.With = append(q.With, CTE{"nobody", &Query{From: []Source{{Table: "t0", Alias: "n"}}, Items: []Item{{"n.a", "a"}}}})
	return q.String(), true
}

// tautology adds a condition to the outermost SELECT.
func tautology(q *Query) (string, bool) {
	if q.Op != "" || q.Rows != nil {
		return "", false
	}
	q.Where = append(q.Where, "1 = 1")
	return q.String(), true
}

// inlined puts the queries of CTEs in place of their names. What LIMIT picks
// without an order can be another row each time that it stands, so that such a CTE
// is not the same as its text.
func inlined(q *Query) (string, bool) {
	if len(q.With) == 0 || q.Recursive {
		return "", false
	}
	for i := len(q.With) - 1; i >= 0; i-- {
		c := q.With[i]
		if strings.Contains(c.Query.String(), " limit ") {
			return "", false
		}
		q.With = q.With[:i]
		replace(q, c)
	}
	q.With = nil
	return q.String(), true
}

func replace(q *Query, c CTE) {
	if q == nil {
		return
	}
	for i := range q.With {
		replace(q.With[i].Query, c)
	}
	replace(q.Left, c)
	replace(q.Right, c)
	replaceIn(q.From, c)
}

func replaceIn(from []Source, c CTE) {
	for i := range from {
		s := &from[i]
		if s.Table == c.Name {
			s.Table, s.Query = "", c.Query.clone()
			continue
		}
		replace(s.Query, c)
		replaceIn(s.Nested, c)
	}
}

// commuted exchanges the sides of the one inner join of the outermost SELECT.
func commuted(q *Query) (string, bool) {
	if q.Op != "" || len(q.From) != 2 || q.From[1].Join != "join" || len(q.From[1].On) == 0 || slices.ContainsFunc(q.Items, func(it Item) bool { return strings.HasPrefix(it.Expr, "*") }) {
		return "", false
	}
	a, b := q.From[0], q.From[1]
	b.Join, b.On, a.Join, a.On = "", nil, b.Join, b.On
	q.From = []Source{b, a}
	return q.String(), true
}
