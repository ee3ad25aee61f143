package sema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// FuzzAnalyse feeds any text to the analyser, over relations that are known and
// one that is not: it must neither panic nor hang, and what it exports must be
// about columns that are there.
func FuzzAnalyse(f *testing.F) {
	for _, c := range keyClaims(&testing.T{}) {
		f.Add(c.query)
	}
	files, err := filepath.Glob("../../parser/sql/testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, golden := range strings.Split(string(text), "\n=== ") {
			_, golden, _ = strings.Cut(golden, "\n")
			query, _, _ := strings.Cut(golden, "\n---")
			f.Add(query)
		}
	}
	f.Add("from t lateral view")
	dialect, _ := sql.Lookup("duckdb")
	known := tables("l strict(a) notnull(b); r lax(k, t)")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		start := time.Now()
		w := Analyse(Input{Tree: sql.Parse(text, dialect), Dialect: dialect, Relation: func(t *sql.Table) *Summary {
			if s := known[strings.ToLower(t.Name[len(t.Name)-1].Name)]; s != nil {
				return s
			}
			return &Summary{Name: "unknown", Open: true, Card: Card{0, Many}}
		}})
		if d := time.Since(start); d > 20*time.Second {
			t.Fatalf("%d bytes took %s", len(text), d)
		}
		if w.Output == nil {
			return
		}
		n := len(w.Output.Columns)
		for _, k := range w.Output.Keys {
			for _, c := range k.Cols {
				if c < 0 || c >= n {
					t.Fatalf("key %v of %d columns", k.Cols, n)
				}
			}
		}
	})
}
