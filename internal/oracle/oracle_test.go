package oracle

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

var (
	trees     = flag.Int("trees", 10_000, "random queries to check")
	databases = flag.Int("databases", 4, "random databases that each query runs on")
	surveys   = flag.Int("surveys", 60, "random queries whose keys are searched for by execution")
	seed      = flag.Uint64("seed", 1, "seed of the random queries")
	trace     = flag.String("trace", "", "files, one per connection, that hold the query that runs: for when the engine crashes")
	stop      = flag.Int("stop", 5, "refuted claims to report before the run stops")
)

const (
	perSchema = 50 // queries over one schema
	shards    = 2  // connections at work, each with a database of its own
)

func open(t testing.TB) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); db.Close() })
	exec(t, c, "set threads = 1")
	exec(t, c, "pragma disable_optimizer")
	return c
}

func exec(t testing.TB, c *sql.Conn, text string) {
	t.Helper()
	if _, err := c.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// question is a query with what the analyser claims of it.
type question struct {
	query  *Query
	checks []Check
}

// TestRandomQueries looks for a claim that an execution refutes.
func TestRandomQueries(t *testing.T) {
	n := *trees
	if testing.Short() {
		n = min(n, 1000)
	}
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			h := &hunt{T: t, c: open(t), shard: shard}
			for group := shard; group*perSchema < n && h.refuted < *stop; group += shards {
				h.group(rand.New(rand.NewPCG(*seed, uint64(group))))
			}
			t.Logf("seed %d: %d queries analysed, %d refused by the engine, %d claims, %d executions, %d refuted", *seed, h.asked, h.refused, h.claims, h.runs, h.refuted)
			if h.refused*20 > h.asked {
				t.Errorf("the engine refuses %d of %d queries: the generator has lost its grip", h.refused, h.asked)
			}
		})
	}
}

// hunt is a search for refuted claims over one connection.
type hunt struct {
	*testing.T
	c                                     *sql.Conn
	shard                                 int
	asked, refused, claims, runs, refuted int
}

// group asks queries over one schema, each on several databases.
func (h *hunt) group(r *rand.Rand) {
	schema := randomSchema(r)
	var asked []*question
	for range perSchema {
		q := RandomQuery(r, schema, 1+r.IntN(1+r.IntN(4)))
		w, err := Analyse(q.String(), schema)
		if err != nil {
			h.Errorf("the parser refuses what may be DuckDB: %v in %s", err, q)
			continue
		}
		checks := Checks(w)
		asked = append(asked, &question{q, checks})
		h.asked++
		for _, c := range checks {
			h.claims += c.Claims
		}
	}
	for i := range *databases {
		data := randomData(r, schema)
		exec(h, h.c, create("db", schema, data)+"set schema = 'db'")
		for _, q := range asked {
			h.ask(q, schema, data, i)
		}
	}
}

// ask runs the checks of a question on the database with number n: those of its
// parts on every other one.
func (h *hunt) ask(q *question, schema []*Table, data Data, n int) {
	for i, c := range q.checks {
		if c.Claims == 0 && n > 0 || c.Part && n%2 == 1 {
			continue // the columns are all there is to check
		}
		if *trace != "" {
			os.WriteFile(fmt.Sprint(*trace, h.shard), []byte(create("t", schema, data)+"\n"+c.Text), 0o600)
		}
		h.runs++
		res, err := Run(h.c, c.Text)
		if err != nil {
			if !c.Part {
				h.refused++
				h.Logf("%v\n%s", err, c.Text)
				q.checks = nil
				return
			}
			q.checks = slices.Delete(q.checks, i, i+1)
			return
		}
		if len(c.Refuted(res)) > 0 {
			h.refuted++
			q.checks = nil
			report(h.T, h.c, q.query, schema, data)
			exec(h, h.c, "set schema = 'db'")
			return
		}
	}
}

// report shrinks a failure and prints it.
func report(t *testing.T, c *sql.Conn, q *Query, schema []*Table, data Data) {
	t.Helper()
	refuted := func(q *Query, schema []*Table, data Data) []string {
		w, err := Analyse(q.String(), schema)
		if err != nil || w.Output == nil {
			return nil
		}
		exec(t, c, create("shrink", schema, data))
		exec(t, c, "set schema = 'shrink'")
		var out []string
		for _, check := range Checks(w) {
			res, err := Run(c, check.Text)
			if err == nil {
				out = append(out, check.Refuted(res)...)
			} else if !check.Part {
				return nil
			}
		}
		return out
	}
	t.Errorf("refuted: %s: %s", strings.Join(refuted(q, schema, data), "; "), q) // at once, as it takes time to make it smaller
	q, schema, data = Shrink(q, schema, data, func(q *Query, s []*Table, d Data) bool { return len(refuted(q, s, d)) > 0 })
	var b strings.Builder
	for i, s := range schema {
		if len(data[i]) > 0 || strings.Contains(q.String(), s.Name) {
			fmt.Fprintf(&b, "  %s: %v\n", s, data[i])
		}
	}
	t.Errorf("%s\n%s  refuted: %s", q, b.String(), strings.Join(refuted(q, schema, data), "; "))
}
