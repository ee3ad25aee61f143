package oracle

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// keyClaim is a paragraph of the analyser's testdata/keys.txt.
type keyClaim struct {
	name   string
	schema []*Table
	query  string
	cols   []string
	lax    bool
	holds  bool
}

var (
	claimLine = regexp.MustCompile(`^(strict|lax)\((.*)\) (holds|fails)$`)
	factText  = regexp.MustCompile(`(\w+) (strict|lax|notnull)\(([^)]*)\)`)
)

func keyClaims(t *testing.T) []keyClaim {
	t.Helper()
	text, err := os.ReadFile("../sema/testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []keyClaim
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		lines := strings.Split(p, "\n")
		if strings.HasPrefix(p, "#") {
			continue
		}
		m := claimLine.FindStringSubmatch(lines[len(lines)-1])
		if len(lines) != 4 || m == nil {
			t.Fatalf("not a claim: %s", p)
		}
		out = append(out, keyClaim{lines[0], claimTables(lines[1]), lines[2], columns(m[2]), m[1] == "lax", m[3] == "holds"})
	}
	return out
}

func columns(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

// claimTables are l(a, b, v) and r(k, t, w) with the declared facts.
func claimTables(facts string) []*Table {
	out := []*Table{
		{Name: "l", Cols: []string{"a", "b", "v"}, NotNull: make([]bool, 3)},
		{Name: "r", Cols: []string{"k", "t", "w"}, NotNull: make([]bool, 3)},
	}
	for _, m := range factText.FindAllStringSubmatch(facts, -1) {
		t := out[strings.Index("lr", m[1])]
		var cols []int
		for _, c := range columns(m[3]) {
			cols = append(cols, slices.Index(t.Cols, c))
		}
		if m[2] == "notnull" {
			t.NotNull[cols[0]] = true
			continue
		}
		t.Keys = append(t.Keys, Key{Cols: cols, Lax: m[2] == "lax"})
	}
	return out
}

// TestKeyClaims looks for a database that refutes each claim: there must be one
// for each claim that fails, and none for one that holds.
func TestKeyClaims(t *testing.T) {
	t.Parallel()
	trials := 100
	if testing.Short() {
		trials = 30
	}
	c := open(t)
	var runs int
	for i, claim := range keyClaims(t) {
		t.Run(claim.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			limit := trials
			if !claim.holds {
				limit = 5000 // it ends with the first that refutes
			}
			for range limit {
				runs++
				data := randomData(r, claim.schema)
				exec(t, c, create("claim", claim.schema, data)+"set schema = 'claim'")
				res, err := Run(c, claim.query)
				if err != nil {
					t.Fatal(err)
				}
				var cols []int
				for _, name := range claim.cols {
					cols = append(cols, slices.Index(res.Cols, name))
				}
				if res.key(sema.Key{Cols: cols, Lax: claim.lax}) {
					continue
				}
				if claim.holds {
					t.Errorf("%s\nrefuted by %v: %v", claim.query, data, res.Rows)
				}
				return
			}
			if !claim.holds {
				t.Errorf("%s\nno database of %d refutes it", claim.query, limit)
			}
		})
	}
	t.Logf("%d databases", runs)
}
