package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/internal/proof/check"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestRandomProofs checks the proof of every claim about random queries: each
// step must follow by the rule that it names, and what it says of a table must be
// declared of it.
func TestRandomProofs(t *testing.T) {
	t.Parallel()
	n := *trees
	if testing.Short() {
		n = min(n, 1000)
	}
	proofs, steps, wrong := 0, 0, 0
	for group := 0; group*perSchema < n; group++ {
		r := rand.New(rand.NewPCG(*seed, uint64(group)+1<<35))
		schema := randomSchema(r)
		for range perSchema {
			q := RandomQuery(r, schema, 1+r.IntN(1+r.IntN(4)))
			w, err := Analyse(q.String(), schema)
			if err != nil {
				continue
			}
			for what, e := range evidence(w) {
				p := e.Proof()
				proofs++
				if err := check.Proof(p, declaredIn(schema)); err != nil {
					t.Errorf("%s of\n%s\n%v\n%v", what, q, schema, err)
					if wrong++; wrong >= *stop {
						return
					}
					continue
				}
				steps += len(p.Steps)
			}
		}
	}
	t.Logf("seed %d: %d proofs of %d steps", *seed, proofs, steps)
}

// evidence returns the evidence of all that is claimed of the output of a query
// and of its joins.
func evidence(w *sema.World) map[string]*sema.Evidence {
	out := map[string]*sema.Evidence{}
	if w.Output == nil {
		return out
	}
	for _, k := range w.Output.Keys {
		out[fmt.Sprintf("key %v lax=%t %v", k.Cols, k.Lax, k.When)] = k.Evidence
	}
	for _, f := range w.Output.FDs {
		out[fmt.Sprintf("%v determine %v", f.From, f.To)] = f.Evidence
	}
	for i, c := range w.Output.Columns {
		if c.NotNull {
			out[fmt.Sprintf("column %d is never NULL", i)] = c.NullEvidence
		}
		if c.Const != "" {
			out[fmt.Sprintf("column %d is %s", i, c.Const)] = c.ConstEvidence
		}
	}
	for i, j := range w.Joins {
		for side, v := range map[string]*sema.Verdict{"right": &j.Right, "left": &j.Left} {
			if e := v.Evidence(); e != nil {
				out[fmt.Sprintf("the %s side of join %d is met once", side, i)] = e
			}
		}
	}
	return out
}

// declaredIn answers for the tables of a schema.
func declaredIn(schema []*Table) check.Declared {
	return func(p *proof.Proof, s *proof.Step) error {
		f := &s.Says
		at := func(cols []int) []int {
			var out []int
			for _, x := range cols {
				if c := &p.Columns[x]; c.Leaf >= 0 && !c.IsTid {
					out = append(out, c.Leaf)
				}
			}
			slices.Sort(out)
			return out
		}
		i := slices.IndexFunc(schema, func(t *Table) bool { return t.Name == p.Relations[f.In].Name })
		if i < 0 || s.Rule != proof.Imported {
			return fmt.Errorf("no table says so")
		}
		t, from, to := schema[i], at(f.From), at(f.To)
		switch f.Kind {
		case proof.NotNull:
			if len(to) == 1 && t.NotNull[to[0]] {
				return nil
			}
		case proof.Exclusive:
			if t.Ranges && slices.Equal(to, []int{0, 1}) && len(from) == 0 {
				return nil
			}
		case proof.Depends, proof.Partial:
			if t.Ranges && f.Kind == proof.Depends && f.Lax && len(from) == 1 && from[0] < 2 {
				return nil // no range is empty
			}
			if slices.ContainsFunc(t.Keys, func(k Key) bool {
				when := ""
				if k.When > 0 {
					when = map[bool]string{false: "= 1", true: "is not null "}[k.Any]
				}
				return slices.Equal(slices.Sorted(slices.Values(k.Cols)), from) && (f.Lax || !k.Lax) && strings.TrimSpace(when) == strings.TrimSpace(f.Lit) && (k.When == 0 || len(to) == 1 && to[0] == k.When-1)
			}) {
				return nil
			}
		}
		return fmt.Errorf("%s does not say so", t)
	}
}
