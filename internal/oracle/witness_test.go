package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestWitness builds what a witness says: for every join that is said to be able
// to multiply, rows that fulfil every declared fact, agree on the joined columns
// and differ in what the key has beyond them. The join must double the row.
func TestWitness(t *testing.T) {
	t.Parallel()
	c := open(t)
	n := *trees / 4
	if testing.Short() {
		n = min(n, 500)
	}
	shown := 0
	for i := range n {
		r := rand.New(rand.NewPCG(*seed, uint64(i)+1<<35))
		schema := randomSchema(r)
		left, right := schema[0], schema[1]
		left.Ranges, right.Ranges = false, false // they speak of order, the join of equality
		var on []string
		fixed := map[int]bool{}
		for range 1 + r.IntN(2) {
			x, y := r.IntN(len(left.Cols)), r.IntN(len(right.Cols))
			on = append(on, fmt.Sprintf("x.%s = y.%s", left.Cols[x], right.Cols[y]))
			fixed[x] = true
		}
		text := fmt.Sprintf("select * from %s as x %s %s as y on %s", left.Name, []string{"join", "left join"}[r.IntN(2)], right.Name, strings.Join(on, " and "))
		w, err := Analyse(text, schema)
		if err != nil {
			t.Fatal(err)
		}
		v := w.Joins[0].Right
		if v.Status != sema.FanOut || len(v.Missing) == 0 {
			continue
		}
		data := make(Data, len(schema))
		var one, two []Row
		// A key may hold among the rows of one value only: any other is as good.
		for value := 1; value <= 2 && two == nil; value++ {
			one = left.rows(r, 1, func(_, c int) int {
				if fixed[c] {
					return value
				}
				return 0
			})
			two = right.rows(r, 2, func(row, c int) int {
				switch name := right.Cols[c]; {
				case slices.Contains(v.On, name):
					return value
				case slices.Contains(v.Missing, name):
					return 1 + row
				}
				return 0
			})
		}
		if one == nil || two == nil {
			t.Errorf("no rows fulfil the facts and show what is said of\n%s\n%s\n%s\nkey %v missing %v", text, left, right, v.Key, v.Missing)
			continue
		}
		data[0], data[1] = one, two
		exec(t, c, create("witness", schema, data)+"set schema = 'witness'")
		res, err := Run(c, text)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Rows) != 2 {
			t.Errorf("%s\n%s %v\n%s %v\nthe row is met %d times", text, left, one, right, two, len(res.Rows))
		}
		shown++
	}
	t.Logf("seed %d: %d joins that can multiply, shown by execution", *seed, shown)
	if shown < n/100 {
		t.Errorf("only %d of %d joins can multiply", shown, n)
	}
}

// rows returns n rows that fulfil the facts of the table, with the values that
// want asks for; where it gives 0, any value will do. It returns nil if a long
// search finds none.
func (t *Table) rows(r *rand.Rand, n int, want func(row, col int) int) []Row {
	for range 3000 {
		var out []Row
		for i := range n {
			row := make(Row, len(t.Cols))
			for c := range row {
				if row[c] = want(i, c); row[c] == 0 {
					row[c] = r.IntN(6)
				}
				if row[c] == 0 && t.NotNull[c] {
					row[c] = 2
				}
			}
			if !t.admits(out, row) {
				break
			}
			out = append(out, row)
		}
		if len(out) == n {
			return out
		}
	}
	return nil
}
