package pg

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// same asserts that both grammars read text, and see the same in it.
func same(t *testing.T, d *sql.Dialect, text string) {
	t.Helper()
	tree := sql.Parse(text, d)
	want, err := Postgres(text)
	switch {
	case err != nil:
		t.Errorf("PostgreSQL: %v\n%s", err, text)
	case len(tree.Errors) > 0:
		t.Errorf("at %d: %s\n%s", tree.Errors[0].Start, tree.Errors[0].Message, text)
	default:
		if diff := Summarise(tree).Difference(want); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
	}
}

// TestStatements compares the grammars on our own statements.
func TestStatements(t *testing.T) {
	for _, name := range []string{"postgres", "redshift"} {
		d, _ := sql.Lookup(name)
		texts := both(t)
		if len(texts) < 70 {
			t.Fatalf("only %d statements that both read", len(texts))
		}
		for _, text := range texts {
			same(t, d, text)
		}
	}
}

// TestGenerated compares the grammars on random queries.
func TestGenerated(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	d, _ := sql.Lookup("postgres")
	for range 1500 {
		same(t, d, g.query(2))
		if t.Failed() {
			return
		}
	}
}

var seed = flag.Uint64("seed", 3, "seed of the mutations")

// mutant is a statement with one token deleted or doubled.
func mutant(r *rand.Rand, texts []string, d *sql.Dialect) string {
	text := texts[r.IntN(len(texts))]
	tokens := sql.Parse(text, d).Tokens
	if len(tokens) == 0 {
		return text
	}
	tok := tokens[r.IntN(len(tokens))]
	if r.IntN(2) == 0 {
		return text[:tok.Start] + text[tok.End:]
	}
	return text[:tok.End] + " " + text[tok.Start:]
}

// tokensBetween is the number of token boundaries between two offsets.
func tokensBetween(tree *sql.Tree, a, b int) int {
	n := 0
	for _, tok := range tree.Tokens {
		if int(tok.Start) > min(a, b) && int(tok.Start) <= max(a, b) {
			n++
		}
	}
	if min(a, b) < len(tree.Text) && max(a, b) >= len(tree.Text) {
		n++ // the end of the text
	}
	return n
}

// TestMutations asks how many of PostgreSQL's syntax errors are found, and
// where, and how many are invented. Of what PostgreSQL's grammar reads and this
// one does not, a query without a select list is the most frequent; that is no
// mistake of the grammar, but always one of a model, and counted for itself. The
// rest is what only PostgreSQL's analysis refuses: prefix operators as in
// `a -> -> b`, keywords as names (`t. from t`), types with any name.
func TestMutations(t *testing.T) {
	const runs = 10_000
	r := rand.New(rand.NewPCG(*seed, 4))
	d, _ := sql.Lookup("postgres")
	texts := both(t)
	rejected, found, near, noList := 0, 0, 0, 0
	invented := map[string]int{} // by what was expected
	for range runs {
		text := mutant(r, texts, d)
		tree := sql.Parse(text, d)
		_, err := Postgres(text)
		switch {
		case err == nil && len(tree.Errors) > 0:
			what, _, _ := strings.Cut(tree.Errors[0].Message, ", found")
			if what == "expected a column or an expression" {
				noList++
				continue
			}
			invented[what]++
			t.Logf("invented, %s: %s", tree.Errors[0].Message, text)
		case err != nil && len(tree.Errors) == 0:
			rejected++
			t.Logf("missed, %v at %d: %s", err, err.(*Rejection).Offset, text)
		case err != nil:
			rejected++
			found++
			if tokensBetween(tree, err.(*Rejection).Offset, int(tree.Errors[0].Start)) <= 2 {
				near++
			} else {
				t.Logf("far, %v at %d, %s at %d: %s", err, err.(*Rejection).Offset, tree.Errors[0].Message, tree.Errors[0].Start, text)
			}
		}
	}
	inventions := 0
	for what, n := range invented {
		inventions += n
		t.Logf("invented %d times: %s", n, what)
	}
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
	accepted := runs - rejected
	t.Logf("of %d mutants PostgreSQL rejects %d: %.1f %% found, %.1f %% of these within 2 tokens; of the %d others %d have no select list, %d are errors here (%.1f %%)",
		runs, rejected, percent(found, rejected), percent(near, found), accepted, noList, inventions, percent(inventions, accepted))
	if percent(found, rejected) < 95 || percent(near, found) < 80 || percent(inventions, accepted) > 5 {
		t.Error("too many errors missed, far off or invented")
	}
}
