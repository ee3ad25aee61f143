package engine

import (
	"bytes"
	"encoding/gob"
	"slices"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// misread returns p with the syntax that step i rests on changed, so that it says
// less: comparisons with the bounds of ranges, filters, what PIVOT and UNPIVOT are
// told.
func misread(p *proof.Proof, i int) (out []tampered) {
	reread := func(f func(n *proof.Proof, s *proof.Step, r *proof.Relation)) {
		n := &proof.Proof{}
		var text bytes.Buffer
		if err := gob.NewEncoder(&text).Encode(p); err != nil {
			panic(err)
		}
		if err := gob.NewDecoder(&text).Decode(n); err != nil {
			panic(err)
		}
		f(n, &n.Steps[i], &n.Relations[n.Steps[i].Says.In])
		out = append(out, tampered{n, i, false})
	}
	s := &p.Steps[i]
	switch s.Rule {
	case proof.InRange:
		for k, c := range p.Relations[s.Says.In].Join.Conds {
			if c.Expr == nil {
				continue
			}
			for _, op := range []string{turned[c.Expr.Op], "<>", "call coalesce"} {
				reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Join.Conds[k].Expr.Op = op })
			}
			if c.Expr.Op == "<" || c.Expr.Op == ">" { // each of the proofs has one that is strict
				reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Join.Conds[k].Expr.Op += "=" })
			}
			for a := range c.Expr.Args {
				reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Join.Conds[k].Expr.Args[a].Col = -1 })
				reread(func(_ *proof.Proof, s *proof.Step, r *proof.Relation) {
					*r.Join.Conds[k].Expr.Args[a] = proof.Expr{Op: "col", Col: s.Says.To[0]}
				})
			}
		}
	case proof.ApartFilter:
		reread(func(_ *proof.Proof, s *proof.Step, _ *proof.Relation) {
			s.Expr = &proof.Expr{Op: "unary not", Col: -1, Args: []*proof.Expr{s.Expr}}
		})
		reread(func(_ *proof.Proof, s *proof.Step, _ *proof.Relation) { slices.Reverse(s.Says.To) })
		for _, f := range []func(n *proof.Proof, q *proof.Expr){
			func(_ *proof.Proof, q *proof.Expr) { q.Op = "subquery" },
			func(_ *proof.Proof, q *proof.Expr) {
				q.Args = append(q.Args, &proof.Expr{Op: "is not null", Args: []*proof.Expr{{Op: "col", Col: q.Col}}})
			},
			func(n *proof.Proof, q *proof.Expr) { n.Relations[q.Over].Op = proof.Part },
			func(n *proof.Proof, q *proof.Expr) {
				n.Relations[q.Over].Table += "_other"
				n.Relations[q.Over].Of = nil
				n.Relations[q.Over].Op = proof.Base
			},
		} {
			reread(func(n *proof.Proof, s *proof.Step, _ *proof.Relation) {
				e := s.Expr
				for e.Op == "unary not" {
					e = e.Args[0]
				}
				f(n, e.Args[len(e.Args)-1])
			})
		}
	case proof.Pivoted:
		for k := range p.Relations[s.Says.In].Turn.Reads {
			reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) {
				r.Turn.Reads = slices.Delete(r.Turn.Reads, k, k+1)
			})
		}
	case proof.Unpivoted:
		reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Turn.Names[1] = r.Turn.Names[0] })
		reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Turn.Name = r.Turn.Values[0] })
	case proof.UnpivotFilled:
		reread(func(_ *proof.Proof, _ *proof.Step, r *proof.Relation) { r.Turn.Nulls = true })
	}
	return out
}

// turned are the comparisons the other way round.
var turned = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "between": "not between"}
