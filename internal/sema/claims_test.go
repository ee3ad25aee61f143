package sema

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// claim is a paragraph of testdata/keys.txt.
type claim struct {
	name  string
	facts string
	query string
	cols  []string
	lax   bool
	holds bool
}

var claimed = regexp.MustCompile(`^(strict|lax)\((.*)\) (holds|fails)$`)

func keyClaims(t *testing.T) []claim {
	t.Helper()
	text, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []claim
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		lines := strings.Split(p, "\n")
		if strings.HasPrefix(p, "#") {
			continue
		}
		m := claimed.FindStringSubmatch(lines[len(lines)-1])
		if len(lines) != 4 || m == nil {
			t.Fatalf("not a claim: %s", p)
		}
		out = append(out, claim{lines[0], lines[1], lines[2], list(m[2]), m[1] == "lax", m[3] == "holds"})
	}
	return out
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

var declared = regexp.MustCompile(`(\w+) (strict|lax|notnull)\(([^)]*)\)`)

// tables returns the summaries of l(a, b, v) and r(k, t, w) with declared facts,
// written as in `l strict(a, b) notnull(a); r lax(k)`.
func tables(facts string) map[string]*Summary {
	out := map[string]*Summary{}
	for name, cols := range map[string][]string{"l": {"a", "b", "v"}, "r": {"k", "t", "w"}} {
		s := &Summary{ID: "model.p." + name, Name: name, Card: Card{0, Many}}
		for _, c := range cols {
			s.Columns = append(s.Columns, Column{Name: c, Fold: c})
		}
		out[name] = s
	}
	for _, m := range declared.FindAllStringSubmatch(facts, -1) {
		s := out[m[1]]
		var cols []int
		for _, c := range list(m[3]) {
			cols = append(cols, s.Index(c))
		}
		if m[2] == "notnull" {
			s.Columns[cols[0]].NotNull = true
			continue
		}
		s.Keys = append(s.Keys, Key{Cols: cols, Lax: m[2] == "lax", Strength: finding.Tested})
	}
	return out
}

// worldOf analyses DuckDB SQL over tables(facts).
func worldOf(t testing.TB, facts, text string) *World {
	t.Helper()
	dialect, ok := sql.Lookup("duckdb")
	if !ok {
		t.Fatal("there is no dialect duckdb")
	}
	tree := sql.Parse(text, dialect)
	if len(tree.Errors) > 0 {
		t.Fatalf("%s: %s", text, tree.Errors[0].Message)
	}
	known := tables(facts)
	return Analyse(Input{Tree: tree, Dialect: dialect, Relation: func(t *sql.Table) *Summary {
		if s := known[t.Name[len(t.Name)-1].Name]; s != nil {
			return s
		}
		return &Summary{Name: "unknown", Open: true, Card: Card{0, Many}}
	}})
}

// claims reports whether the output is known to have a key within cols.
func (s *Summary) claims(cols []string, lax bool) bool {
	var idx []int
	for _, c := range cols {
		idx = append(idx, s.Index(c))
	}
	return s.HasKey(idx, lax)
}

func TestKeyClaims(t *testing.T) {
	claims := keyClaims(t)
	if len(claims) < 73 {
		t.Fatalf("only %d claims", len(claims))
	}
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			got := worldOf(t, c.facts, c.query).Output.claims(c.cols, c.lax)
			switch {
			case got && !c.holds:
				t.Errorf("%s\n%s\nhas no key %v, but it is claimed", c.facts, c.query, c.cols)
			case c.holds && !got:
				t.Errorf("%s\n%s\nhas the key %v, which is not proven", c.facts, c.query, c.cols)
			}
		})
	}
}
