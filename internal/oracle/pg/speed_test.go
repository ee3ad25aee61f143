package pg

import (
	"encoding/json"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	query "github.com/pganalyze/pg_query_go/v6"
	pgparser "github.com/pganalyze/pg_query_go/v6/parser"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// processor is the processor time of this process so far.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestSpeed measures both grammars on the files below -texts and prints a line
// of JSON for each, which ../speed/speed.py puts beside other parsers.
func TestSpeed(t *testing.T) {
	if *textsOf == "" {
		t.Skip("no -texts")
	}
	d, ok := sql.Lookup(*dialect)
	if !ok {
		t.Fatalf("no dialect %q", *dialect)
	}
	texts := readTexts(t, *textsOf)
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	for _, p := range []struct {
		name  string
		parse func(string) bool
	}{
		{"dbtvet parser/sql", func(s string) bool { tree := sql.Parse(s, d); return len(tree.Errors) == 0 && tree.Opaques == 0 }},
		{"pg_query, its tree in C", func(s string) bool { _, err := pgparser.ParseToProtobuf(s); return err == nil }},
		{"pg_query, its tree in Go", func(s string) bool { _, err := query.Parse(s); return err == nil }},
	} {
		read := 0
		for _, text := range texts {
			if p.parse(text) {
				read++
			}
		}
		rounds := max(1, 20_000_000/max(size, 1))
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := processor(t)
		for range rounds {
			for _, text := range texts {
				p.parse(text)
			}
		}
		seconds := (processor(t) - start).Seconds() / float64(rounds)
		runtime.ReadMemStats(&after)
		row := map[string]any{"name": p.name, "read": read, "seconds": seconds}
		if p.name == "dbtvet parser/sql" {
			row["bytes"] = float64(after.TotalAlloc-before.TotalAlloc) / float64(rounds*size)
		}
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("speed: %s\n", line)
	}
}
