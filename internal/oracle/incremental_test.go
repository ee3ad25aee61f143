package oracle

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// runClaim is a paragraph of the analyser's testdata/incremental.txt.
type runClaim struct {
	name, query, guard string
	strategy           string
	key                []string
	late, nulls        bool
	where              string
	equal              bool
}

func runClaims(t *testing.T) []runClaim {
	t.Helper()
	text, err := os.ReadFile("../sema/testdata/incremental.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []runClaim
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		if strings.HasPrefix(p, "#") {
			continue
		}
		lines := strings.Split(p, "\n")
		if len(lines) != 5 {
			t.Fatalf("not a claim: %s", p)
		}
		c := runClaim{name: lines[0], query: lines[1], guard: lines[2], equal: lines[4] == "equal", where: "true"}
		options := strings.Split(lines[3], "; ")
		var key string
		c.strategy, key, _ = strings.Cut(options[0], " by ")
		c.key = columns(strings.Trim(key, "()"))
		for _, o := range options[1:] {
			c.late = c.late || o == "late"
			c.nulls = c.nulls || o == "nulls"
			if w, ok := strings.CutPrefix(o, "where "); ok {
				c.where = w
			}
		}
		out = append(out, c)
	}
	return out
}

// TestIncrementalClaims loads a table in two runs and compares it with a full
// refresh over the same rows.
func TestIncrementalClaims(t *testing.T) {
	t.Parallel()
	trials := 60
	if testing.Short() {
		trials = 20
	}
	c := open(t)
	for i, claim := range runClaims(t) {
		t.Run(claim.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			limit := trials
			if !claim.equal {
				limit = 5000 // it ends with the first that differs
			}
			for range limit {
				diff := claim.load(t, c, r)
				if diff == "" {
					continue
				}
				if claim.equal {
					t.Errorf("%s with %s by %s %v differs: %s", claim.query, claim.guard, claim.strategy, claim.key, diff)
				}
				return
			}
			if !claim.equal {
				t.Errorf("%s with %s: no arrivals of %d tell the runs from a refresh", claim.query, claim.guard, limit)
			}
		})
	}
}

// load makes the first run, lets rows arrive, makes the second, and returns how
// the table differs from a refresh; empty if it does not.
func (k runClaim) load(t *testing.T, c *sql.Conn, r *rand.Rand) string {
	t.Helper()
	id, newest := 0, 0
	arrive := func(lo, hi, n int) string {
		var rows []string
		for range n {
			id++
			ts := lo + r.IntN(hi-lo+1)
			newest = max(newest, ts)
			g := fmt.Sprint(1 + r.IntN(2))
			if k.nulls && r.IntN(3) == 0 {
				g = "NULL"
			}
			rows = append(rows, fmt.Sprintf("(%d, %s, %d, %d)", id, g, ts, 1+r.IntN(3)))
		}
		if len(rows) == 0 {
			return ""
		}
		return "insert into raw values " + strings.Join(rows, ", ") + ";"
	}
	whole := strings.ReplaceAll(k.query, "{guard}", "true")
	text := "create or replace table raw(id int, g int, ts int, v int); create or replace view src as select id, g, ts // 10 as d, ts, v from raw;" + arrive(0, 29, 1+r.IntN(6))
	text += "create or replace table tgt as " + whole + ";"
	lo := newest
	if k.late {
		lo = 0
	}
	text += arrive(lo, 49, r.IntN(6))
	text += "create or replace table batch as " + strings.ReplaceAll(k.query, "{guard}", k.guard) + ";"
	exec(t, c, text)
	if k.strategy == "merge" && count(t, c, "select count(*) from (select 1 from batch s join (select rowid as r, * from tgt) t on "+k.on()+" where "+k.replaced()+" group by t.r having count(*) > 1)") > 0 {
		return "two rows of the batch would update one row"
	}
	exec(t, c, k.apply())
	n := count(t, c, "select count(*) from ((select * from tgt except all ("+whole+")) union all (("+whole+") except all select * from tgt))")
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d rows", n)
}

func (k runClaim) on() string {
	var on []string
	for _, c := range k.key {
		on = append(on, fmt.Sprintf("s.%s = t.%s", c, c))
	}
	return strings.Join(on, " and ")
}

// replaced is the condition on rows of the table, over the alias t.
func (k runClaim) replaced() string {
	return strings.Replace(k.where, "ts ", "t.ts ", 1)
}

// apply writes the statements that load the batch.
func (k runClaim) apply() string {
	insert := "insert into tgt select * from batch;"
	cols := strings.Join(k.key, ", ")
	switch k.strategy {
	case "merge":
		return "delete from tgt where rowid in (select t.r from batch s join (select rowid as r, * from tgt) t on " + k.on() + " where " + k.replaced() + ");" + insert
	case "delete+insert":
		return "delete from tgt where (" + cols + ") in (select " + cols + " from batch) and " + k.where + ";" + insert
	case "replace":
		return "delete from tgt;" + insert
	}
	return insert
}

func count(t *testing.T, c *sql.Conn, text string) int {
	t.Helper()
	res, err := Run(c, text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var n int
	if _, err := fmt.Sscan(res.Rows[0][0].(string), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
