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
	trees = flag.Int("trees", 10_000, "random queries to check")
	seed  = flag.Uint64("seed", 1, "seed of the random queries")
	trace = flag.String("trace", "", "file that always holds the query that runs: for when the engine crashes")
	stop  = flag.Int("stop", 5, "refuted claims to report before the run stops")
)

const (
	perSchema = 50 // queries over one schema
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
	c := open(t)
	var ran, refused, claims, failed int
	unread := map[string]int{}
	for group := 0; group*perSchema < n && failed < *stop; group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)))
		schema := randomSchema(r)
		var asked []*question
		for range perSchema {
			q := RandomQuery(r, schema, 1+r.IntN(1+r.IntN(4)))
			w, err := Analyse(q.String(), schema)
			if err != nil {
				unread[err.Error()+" in "+q.String()]++
				continue
			}
			asked = append(asked, &question{query: q, text: q.String(), claims: w.Output, facts: claimed(w.Output)})
			ran++
			claims += claimed(w.Output)
		}
		for i := range databases {
			data := randomData(r, schema)
			exec(t, c, create("db", schema, data)+"set schema = 'db'")
			for _, q := range asked {
				if q.done || q.facts == 0 && i > 0 {
					continue // the columns are all there is to check
				}
				if *trace != "" {
					os.WriteFile(*trace, []byte(create("t", schema, data)+"\n"+q.text), 0o600)
				}
				res, err := Run(c, q.text)
				if err != nil {
					refused++
					q.done = true
					t.Logf("%v\n%s", err, q.text)
					continue
				}
				if len(res.Refuted(q.claims)) > 0 {
					failed++
					q.done = true
					report(t, c, q.query, schema, data)
					exec(t, c, "set schema = 'db'")
				}
			}
		}
	}
	for text := range unread {
		t.Errorf("the parser refuses what may be DuckDB: %s", text)
	}
	t.Logf("seed %d: %d queries analysed, %d refused by the engine, %d facts claimed, %d refuted", *seed, ran, refused, claims, failed)
	if refused*20 > ran {
		t.Errorf("the engine refuses %d of %d queries: the generator has lost its grip", refused, ran)
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
