package pg

import (
	"math/rand/v2"
	"reflect"
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
		if got := Summarise(tree); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %v\nwant %v", text, got, want)
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
// where. The mutants that PostgreSQL's grammar accepts say little about errors
// that are invented, which TestGenerated would show: most are nonsense that
// only its analysis refuses, as `select from t`, `a 'b'` (a literal of the type
// a) and `a || || b` (a prefix operator).
func TestMutations(t *testing.T) {
	const runs = 10_000
	r := rand.New(rand.NewPCG(3, 4))
	d, _ := sql.Lookup("postgres")
	texts := both(t)
	rejected, found, near, invented := 0, 0, 0, 0
	for range runs {
		text := mutant(r, texts, d)
		tree := sql.Parse(text, d)
		_, err := Postgres(text)
		switch {
		case err == nil && len(tree.Errors) > 0:
			invented++
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
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
	t.Logf("of %d mutants PostgreSQL rejects %d: %.1f %% found, %.1f %% of these within 2 tokens; %d of the %d others are errors here",
		runs, rejected, percent(found, rejected), percent(near, found), invented, runs-rejected)
	if percent(found, rejected) < 95 || percent(near, found) < 80 {
		t.Error("too many errors missed or far off")
	}
}
