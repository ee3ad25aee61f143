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
	src := &Summary{ID: "source.p.src", Name: "src", Card: Card{0, Many}, Keys: []Key{{Cols: []int{0}}}}
	for _, n := range []string{"id", "g", "d", "ts", "v"} {
		src.Columns = append(src.Columns, Column{Name: n, Fold: n})
	}
	m := &Model{Dialect: dialect, Adapter: Adapter{Name: "duckdb", Sure: true}}
	for _, guard := range []string{"true", c.guard} {
		tree := sql.Parse(strings.ReplaceAll(c.query, "{guard}", guard), dialect)
		if len(tree.Errors) > 0 {
			t.Fatalf("%s: %s", c.query, tree.Errors[0].Message)
		}
		r := &dbtctx.Rendered{World: dbtctx.World{Incremental: len(m.Variants) > 0}, Text: tree.Text}
		w := Analyse(Input{Tree: tree, Dialect: dialect, Rendered: r, Relation: func(t *sql.Table) *Summary {
			if t.Name[0].Name == "src" {
				return src
			}
			return &Summary{Name: "tgt", This: true, Open: true, Card: Card{0, Many}}
		}})
		m.Variants = append(m.Variants, &Variant{Rendered: r, Tree: tree, World: w})
	}
	return m
}

// differs returns why the analyser holds that the runs differ from a refresh;
// empty when it does not know.
func (c loadClaim) differs(m *Model) string {
	effect := StrategyFor("duckdb", c.load, Layout{Keyed: len(c.key) > 0}).Effect
	if c.load == "replace" {
		effect = StrategyFor("snowflake", "insert_overwrite", Layout{}).Effect
	}
	run := m.Run()
	guards := slices.DeleteFunc(slices.Clone(m.Guards()), func(g *Guard) bool { return g.Bound.Kind == OtherBound })
	if effect == Append && len(guards) == 0 && len(run.This) == 0 {
		return "every row again"
	}
	if effect == OverwriteAll && len(guards) > 0 {
		return "the rest of the table is lost"
	}
	if effect == Upsert && run.KeyGap(c.key) != nil {
		return "rows of the batch share the key"
	}
	for _, g := range guards {
		if effect == Append && g.Rereads(run.Output) {
			return "the newest rows again"
		}
		if p := g.CutsGroups(); p != nil && effect == Upsert && p.Upserts(c.key) {
			return "parts of groups"
		}
		for _, w := range g.CutsWindows() {
			if w.Sure() || !w.Kept {
				return "parts of partitions"
			}
		}
	}
	return ""
}

// unknown are claims of a difference that the analyser does not see, with what
// it would have to know.
var unknown = map[string]string{
	"appending rows later than the newest loses rows of the same instant": "whether several rows share an instant",
	"merging by id what arrives late":                                     "whether rows arrive late",
	"a guard that begins after the newest day loses the rest of it":       "whether a day is complete when it is first loaded",
	"deleting days and inserting parts of them":                           "what a delete by a key that is no key takes with it",
	"merging rows by a key that several of them share":                    "the key of the source is not of the rows' grain, but no GROUP BY says so",
	"a merge by `=` repeats the group of NULL":                            "whether the key is NULL in some row",
	"a delete by IN repeats the group of NULL":                            "whether the key is NULL in some row",
	"a merge that looks back less far than the guard repeats rows":        "incremental_predicates",
	"a key that holds a time that moves keeps the old row":                "whether a column of the key changes between runs",
	"a branch of a union without a guard is repeated":                     "a question to the branches of a union, not to a guard",
	"NOT IN the table finds nothing once it holds a NULL":                 "whether the column is NULL in some row",
}

// TestLoadClaims holds every "differs" of the analyser against what executions
// showed: a false one is an error, a missing one is listed.
func TestLoadClaims(t *testing.T) {
	claims := loadClaims(t)
	if len(claims) < 36 {
		t.Fatalf("only %d claims", len(claims))
	}
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			got := c.differs(c.model(t))
			_, open := unknown[c.name]
			switch {
			case got != "" && c.equal:
				t.Errorf("%s with %s, %s: equals a refresh, but the analyser says %s", c.query, c.guard, c.load, got)
			case got == "" && !c.equal && !open:
				t.Errorf("%s with %s, %s: differs from a refresh, which the analyser does not say", c.query, c.guard, c.load)
			case got != "" && open:
				t.Errorf("known now: %s", got)
			}
		})
	}
	for name := range unknown {
		if !slices.ContainsFunc(claims, func(c loadClaim) bool { return c.name == name && !c.equal }) {
			t.Errorf("no claim %q", name)
		}
	}
}
