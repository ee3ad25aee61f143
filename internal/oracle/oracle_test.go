package oracle

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/dbtvet/dbtvet/internal/sema"
)

var (
	trees   = flag.Int("trees", 10_000, "random queries to check")
	surveys = flag.Int("surveys", 100, "random queries whose keys are searched for by execution")
	seed    = flag.Uint64("seed", 1, "seed of the random queries")
	trace   = flag.String("trace", "", "files, one per connection, that hold the query that runs: for when the engine crashes")
	stop    = flag.Int("stop", 5, "refuted claims to report before the run stops")
)

const (
	perSchema = 50 // queries over one schema
	shards    = 2  // connections at work, each with a database of its own
	databases = 4  // random databases that each query runs on
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
	text   string
	claims *sema.Summary
	facts  int
	done   bool
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
			t.Logf("seed %d: %d queries analysed, %d refused by the engine, %d facts claimed, %d refuted", *seed, h.asked, h.refused, h.facts, h.refuted)
			if h.refused*20 > h.asked {
				t.Errorf("the engine refuses %d of %d queries: the generator has lost its grip", h.refused, h.asked)
			}
		})
	}
}

// hunt is a search for refuted claims over one connection.
type hunt struct {
	*testing.T
	c                              *sql.Conn
	shard                          int
	asked, refused, facts, refuted int
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
		asked = append(asked, &question{query: q, text: q.String(), claims: w.Output, facts: claimed(w.Output)})
		h.asked++
		h.facts += claimed(w.Output)
	}
	for i := range databases {
		data := randomData(r, schema)
		exec(h, h.c, create("db", schema, data)+"set schema = 'db'")
		for _, q := range asked {
			if q.done || q.facts == 0 && i > 0 {
				continue // the columns are all there is to check
			}
			h.ask(q, schema, data)
		}
	}
}

func (h *hunt) ask(q *question, schema []*Table, data Data) {
	if *trace != "" {
		os.WriteFile(fmt.Sprint(*trace, h.shard), []byte(create("t", schema, data)+"\n"+q.text), 0o600)
	}
	res, err := Run(h.c, q.text)
	if err != nil {
		h.refused++
		q.done = true
		h.Logf("%v\n%s", err, q.text)
		return
	}
	if len(res.Refuted(q.claims)) > 0 {
		h.refuted++
		q.done = true
		report(h.T, h.c, q.query, schema, data)
		exec(h, h.c, "set schema = 'db'")
	}
}

// claimed counts what s says of its rows.
func claimed(s *sema.Summary) int {
	n := len(s.Keys) + len(s.FDs)
	for _, c := range s.Columns {
		if c.NotNull {
			n++
		}
		if c.Const != "" {
			n++
		}
	}
	if s.Card.Max < sema.Many || s.Card.Min > 0 {
		n++
	}
	return n
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
		res, err := Run(c, q.String())
		if err != nil {
			return nil
		}
		return res.Refuted(w.Output)
	}
	q, schema, data = Shrink(q, schema, data, func(q *Query, s []*Table, d Data) bool { return len(refuted(q, s, d)) > 0 })
	var b strings.Builder
	for i, s := range schema {
		if len(data[i]) > 0 || strings.Contains(q.String(), s.Name) {
			fmt.Fprintf(&b, "  %s: %v\n", s, data[i])
		}
	}
	t.Errorf("%s\n%s  refuted: %s", q, b.String(), strings.Join(refuted(q, schema, data), "; "))
}
