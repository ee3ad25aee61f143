package engine

import (
	"maps"
	"slices"
	"testing"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/internal/proof/check"
)

// tampered is a proof with one thing changed that was not so.
type tampered struct {
	proof *proof.Proof
	step  int
	// same is set if what is proven in the end was left as it was: to accept that
	// is no error where the rest proves it without what was taken out.
	same bool
}

// changed returns p with step i changed by f.
func changed(p *proof.Proof, i int, same bool, f func(s *proof.Step)) tampered {
	n := *p
	n.Steps = slices.Clone(p.Steps)
	s := &n.Steps[i]
	s.From, s.Says.From, s.Says.To, s.Subs = slices.Clone(s.From), slices.Clone(s.Says.From), slices.Clone(s.Says.To), slices.Clone(s.Subs)
	f(s)
	return tampered{&n, i, same && i < len(p.Steps)-1}
}

// weakening is the operator that leaves every step true: whether the proof can do
// with less is all that it asks.
const weakening = "strict becomes lax"

// operators are the ways to spoil step i of a proof.
var operators = map[string]func(p *proof.Proof, i int) []tampered{
	"a premise is dropped": func(p *proof.Proof, i int) (out []tampered) {
		for k := range p.Steps[i].From {
			t := changed(p, i, true, func(s *proof.Step) { s.From = slices.Delete(s.From, k, k+1) })
			t.same = true
			out = append(out, t)
		}
		for k := range p.Steps[i].Subs {
			t := changed(p, i, true, func(s *proof.Step) { s.Subs = slices.Delete(s.Subs, k, k+1) })
			t.same = true
			out = append(out, t)
		}
		return out
	},
	"a key column is dropped": func(p *proof.Proof, i int) (out []tampered) {
		for k := range p.Steps[i].Says.From {
			if kind := p.Steps[i].Says.Kind; kind == proof.Key || kind == proof.Depends || kind == proof.Partial {
				out = append(out, changed(p, i, true, func(s *proof.Step) { s.Says.From = slices.Delete(s.Says.From, k, k+1) }))
			}
		}
		return out
	},
	"the conclusion is widened": func(p *proof.Proof, i int) (out []tampered) {
		f := &p.Steps[i].Says
		if f.Kind != proof.Depends {
			return nil
		}
		for x := range p.Columns {
			if col := &p.Columns[x]; col.IsTid && !slices.Contains(f.To, x) && !slices.Contains(f.From, x) {
				out = append(out, changed(p, i, true, func(s *proof.Step) { s.Says.To = append(s.Says.To, x) }))
			}
		}
		return out
	},
	"lax becomes strict": func(p *proof.Proof, i int) []tampered {
		if !p.Steps[i].Says.Lax {
			return nil
		}
		return []tampered{changed(p, i, true, func(s *proof.Step) { s.Says.Lax = false })}
	},
	weakening: func(p *proof.Proof, i int) []tampered {
		f := &p.Steps[i].Says
		if f.Lax || f.Kind != proof.Depends || len(f.From) == 0 || i == len(p.Steps)-1 {
			return nil
		}
		t := changed(p, i, true, func(s *proof.Step) { s.Says.Lax = true })
		t.same = true
		return []tampered{t}
	},
	"another column is never NULL": func(p *proof.Proof, i int) (out []tampered) {
		f := &p.Steps[i].Says
		if f.Kind != proof.NotNull || f.In == proof.Table {
			return nil
		}
		for x := range p.Columns {
			if col := &p.Columns[x]; !col.IsTid && !col.Fixed && x != f.To[0] {
				out = append(out, changed(p, i, true, func(s *proof.Step) { s.Says.To = []int{x} }))
			}
		}
		return out
	},
	"another rule is named": func(p *proof.Proof, i int) (out []tampered) {
		for r := range proof.Rules {
			if r != p.Steps[i].Rule && r != proof.Declared && int(r)%4 == i%4 { // a quarter of them, for time
				t := changed(p, i, true, func(s *proof.Step) { s.Rule = r })
				t.same = true
				out = append(out, t)
			}
		}
		return out
	},
	"the syntax says less": misread,
	"the sides are exchanged": func(p *proof.Proof, i int) []tampered {
		f := &p.Steps[i].Says
		if f.Kind != proof.Meets {
			return nil
		}
		j := p.Relations[f.In].Join
		if j == nil {
			return nil
		}
		return []tampered{changed(p, i, true, func(s *proof.Step) {
			if s.Says.To = j.Left; slices.Equal(f.To, j.Left) {
				s.Says.To = j.Right
			}
		})}
	},
}

// anyway reports whether a claim holds whatever proves it: what is determined has
// one value in all rows, or what is met are the rows of a relation that has one.
func anyway(p *proof.Proof) bool {
	f := p.Claim()
	return f.Kind == proof.Meets && len(f.To) == 0 || f.Kind == proof.Depends && f.In == proof.Table && !slices.ContainsFunc(f.To, func(x int) bool { return !p.Columns[p.Out[x]].Fixed })
}

// TestTamperedProofs changes every step of every proof in all ways above. What is
// taken for a proof all the same must prove what it proved before: by a rule that
// says the same, without a premise that was not needed, from a weaker one that is
// enough. Another claim may be taken only where it holds anyway.
func TestTamperedProofs(t *testing.T) {
	tried, taken, wrong := map[string]int{}, map[string]int{}, 0
	byRule := map[string]map[proof.Rule]int{}
	ofAllProjects(t, func(c claim, declared check.Declared) {
		for i := range c.proof.Steps {
			for name, op := range operators {
				for _, m := range op(c.proof, i) {
					tried[name]++
					if check.Proof(m.proof, declared) != nil {
						continue
					}
					taken[name]++
					if byRule[name] == nil {
						byRule[name] = map[proof.Rule]int{}
					}
					byRule[name][c.proof.Steps[i].Rule]++
					if !m.same && !anyway(m.proof) {
						wrong++
						if wrong < 20 {
							t.Errorf("%s: %s in step %d of %d, and it is taken for a proof of %+v instead of %+v", c.what, name, i+1, len(c.proof.Steps), m.proof.Claim(), c.proof.Claim())
						}
					}
				}
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(tried)) {
		t.Logf("%s: %d of %d rejected, taken %v", name, tried[name]-taken[name], tried[name], byRule[name])
		if name != weakening && taken[name]*100 > tried[name]*10 {
			t.Errorf("%s: the checker takes %d of %d", name, taken[name], tried[name])
		}
	}
}
