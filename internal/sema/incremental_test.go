package sema

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// loadClaim is a paragraph of testdata/incremental.txt.
type loadClaim struct {
	name, query, guard string
	load               string
	key                []string
	options            []string
	equal              bool
}

func loadClaims(t *testing.T) []loadClaim {
	t.Helper()
	text, err := os.ReadFile("testdata/incremental.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []loadClaim
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		if strings.HasPrefix(p, "#") {
			continue
		}
		lines := strings.Split(p, "\n")
		if len(lines) != 5 {
			t.Fatalf("not a claim: %s", p)
		}
		options := strings.Split(lines[3], "; ")
		load, key, _ := strings.Cut(options[0], " by ")
		out = append(out, loadClaim{lines[0], lines[1], lines[2], load, list(strings.Trim(key, "()")), options[1:], lines[4] == "equal"})
	}
	return out
}

// model is the model of a claim, with its full refresh and its incremental run.
func (c loadClaim) model(t *testing.T) *Model {
	t.Helper()
	dialect, _ := sql.Lookup("duckdb")
	src := &Summary{ID: "source.p.raw", Name: "raw", Card: Card{0, Many}, Keys: []Key{{Cols: []int{0}}}}
	for _, n := range []string{"id", "g", "ts", "v"} {
		src.Columns = append(src.Columns, Column{Name: n, Fold: n, NotNull: n != "g"})
	}
	if slices.Contains(c.options, "open") {
		src.Columns, src.Open = src.Columns[:1], true
	}
	if slices.Contains(c.options, "event_time") {
		src.EventTime = "ts"
	}
	if slices.Contains(c.options, "nulls") {
		src.Columns[1].NotNull = false
		src.Columns[1].Empty = &Step{Text: "a row has no `g`"}
	}
	m := &Model{Dialect: dialect, Adapter: Adapter{Name: "duckdb", Sure: true}}
	for _, guard := range []string{"true", c.guard} {
		text := strings.ReplaceAll(c.query, "{guard}", guard)
		if !src.Open {
			text = "with src as (select id, g, ts // 10 as d, ts, v from raw) " + text
		}
		tree := sql.Parse(text, dialect)
		if len(tree.Errors) > 0 {
			t.Fatalf("%s: %s", c.query, tree.Errors[0].Message)
		}
		r := &dbtctx.Rendered{World: dbtctx.World{Incremental: len(m.Variants) > 0, Possible: true}, Text: tree.Text}
		w := Analyse(Input{Tree: tree, Dialect: dialect, Rendered: r, Relation: func(t *sql.Table) *Summary {
			if t.Name[0].Name == "raw" {
				return src
			}
			return &Summary{Name: "tgt", This: true, Open: true, Card: Card{0, Many}}
		}})
		m.Variants = append(m.Variants, &Variant{Rendered: r, Tree: tree, World: w})
	}
	return m
}

// loads is how the claim loads a batch, and what it assumes of arrivals.
func (c loadClaim) loads() (Load, Arrival) {
	l, a := Load{Key: c.key, Name: c.load}, InOrder
	l.Effect = map[string]Effect{"append": Append, "merge": Upsert, "delete+insert": DeleteInsert, "replace": OverwriteAll}[c.load]
	for _, o := range c.options {
		if o == "late" {
			a = Anytime
		}
		if p, ok := strings.CutPrefix(o, "where "); ok {
			l.Predicates = append(l.Predicates, p)
		}
	}
	return l, a
}

// TestLoadClaims holds every answer of the analyser against what executions
// showed: it must know each, and be right.
func TestLoadClaims(t *testing.T) {
	claims := loadClaims(t)
	if len(claims) < 36 {
		t.Fatalf("only %d claims", len(claims))
	}
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			l, a := c.loads()
			d := Decide(c.model(t), l, a)
			if want := map[bool]Answer{true: Equal, false: Differs}[c.equal]; d.Answer != want {
				t.Errorf("%s with %s, %s: answer %d, want %d; gap %q (%s)", c.query, c.guard, c.load, d.Answer, want, d.Gap, d.Kind)
			}
			if d.Answer == Differs {
				t.Logf("%s\n%s", d.Gap, strings.Join(d.Example.Lines(), "\n"))
			}
		})
	}
}

// TestUntied decides for windows whose order may leave open which row comes first:
// where it does not is an assumption of the answer.
func TestUntied(t *testing.T) {
	dedupe := func(order string) loadClaim {
		return loadClaim{name: order, query: "select id, g, ts from src where {guard} qualify row_number() over (partition by g order by " + order + ") = 1",
			guard: "ts >= (select max(ts) from tgt)", load: "merge", key: []string{"g"}}
	}
	for _, c := range []struct {
		claim  loadClaim
		answer Answer
		untied bool
	}{
		{dedupe("ts desc"), Equal, true},
		{dedupe("ts desc, id"), Equal, false},
		{dedupe("ts"), Differs, true},
		{dedupe("random()"), Unknown, false},
	} {
		l, a := c.claim.loads()
		d := Decide(c.claim.model(t), l, a)
		said := slices.Contains(d.Assumes, "no two rows with one `g` are equal in the order of `row_number`, by `ts`")
		if d.Answer != c.answer || d.Untied != c.untied || said != c.untied {
			t.Errorf("order by %s: answer %d, untied %t, assumes %q; gap %q (%s)", c.claim.name, d.Answer, d.Untied, d.Assumes, d.Gap, d.Kind)
		}
	}
}
