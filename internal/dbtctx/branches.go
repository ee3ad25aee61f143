package dbtctx

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// branch is one outcome of a condition, with the text it guards.
type branch struct {
	sighting
	cond    jinja.Condition
	unknown bool
	outcome bool
	size    int
	first   bool // it depends on the pass of a loop
	rank    rank
}

// rank says which branches are shown first.
type rank uint8

const (
	undecided rank = iota // the target may come to it
	untaken               // it does not
	itemless              // a loop without known items, and what is in it: it shows holes
)

// next returns the world that shows most of what is still open.
func (a *worldSet) next(open []branch) (World, bool) {
	slices.SortStableFunc(open, func(x, y branch) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(a.sights[x.sighting].first.flips, a.sights[y.sighting].first.flips), cmp.Compare(y.size, x.size))
	})
	for w := range a.candidates(open) {
		if !a.tried(w) && !(a.never && a.needsIncremental(w)) {
			return w, true
		}
	}
	return World{}, false
}

// candidates yields the worlds that show what is open: of what is not known each
// condition alone, then all of them together, then what the target does not take.
func (a *worldSet) candidates(open []branch) iter.Seq[World] {
	return func(yield func(World) bool) {
		rest := slices.IndexFunc(open, func(b branch) bool { return b.rank != undecided })
		if rest < 0 {
			rest = len(open)
		}
		for _, b := range open[:rest] {
			if !yield(a.forcing(b)) {
				return
			}
		}
		for _, incremental := range []bool{false, true} {
			if w, ok := a.opposite(incremental); ok && !yield(w) {
				return
			}
		}
		for _, b := range open[rest:] {
			if !yield(a.forcing(b)) {
				return
			}
		}
	}
}

// opposite returns the world in which every unknown condition comes out otherwise
// than in the first world of that kind: what holds there, and where each of them
// alone does, hardly rests on one of them. ok is false if there are not two.
func (a *worldSet) opposite(incremental bool) (w World, ok bool) {
	if !a.doubted {
		return World{}, false
	}
	w = World{Forced: forcings{}, Incremental: incremental}
	var names []string
	flipped := map[string]jinja.Forcing{} // in the node's file, by text
	flip := func(f jinja.Fork, first bool) {
		s := a.sights[sighting{f, incremental}]
		text := textOf(f)
		if _, done := flipped[text]; done && f.File == a.node.File || !s.unknown || s.value[0] == s.value[1] {
			return
		}
		how := jinja.Forcing{Holds: s.value[0], First: first}
		if w.Forced[f] = how; f.File == a.node.File && !first {
			flipped[text] = how
		}
		name := "`" + text + "`"
		if !how.Holds {
			name = "not " + name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, c := range a.conds {
		if !c.Loop && !c.Mentions("loop") {
			flip(a.fork(c), a.varies(c))
		}
	}
	for _, c := range a.conds { // asked again, it comes out the same
		if how, ok := flipped[textOf(a.fork(c))]; ok && !c.Loop {
			w.Forced[a.fork(c)] = how
		}
	}
	for _, f := range a.forks {
		flip(f.Fork, false)
	}
	w.Name = "if " + strings.Join(names, ", ")
	if incremental {
		w.Name = "incremental, " + w.Name
	}
	return w, len(names) > 1
}

// textOf returns the expression of a condition, without its layout.
func textOf(f jinja.Fork) string { return strings.Join(strings.Fields(f.File.Slice(f.Span)), " ") }

func (a *worldSet) tried(w World) bool {
	return slices.ContainsFunc(a.forced, func(f forced) bool { return f.incremental == w.Incremental && maps.Equal(f.forcings, w.Forced) })
}

// unseen returns the outcomes that are still open, alone or together, but for
// those that a node which is never incremental does not come to.
func (a *worldSet) unseen(open []branch) []Outcome {
	var out []Outcome
	for _, b := range open {
		if w := a.forcing(b); !a.never || !a.needsIncremental(w) {
			out = append(out, Outcome{b.Fork, b.outcome, b.incremental, b.unknown, a.tried(w)})
		}
	}
	for _, incremental := range []bool{false, true} {
		if w, ok := a.opposite(incremental); ok && !a.tried(w) {
			for f, how := range w.Forced {
				out = append(out, Outcome{f, how.Holds, incremental, true, false})
			}
		}
	}
	return out
}

// open returns the outcomes that no render had, of conditions that guard some
// text; where nobody knows how one comes out, those that no run of that kind had,
// also the outcome that shows nothing.
func (a *worldSet) open() []branch {
	var open []branch
	add := func(b branch) {
		runs := [2]sight{a.sights[sighting{b.Fork, false}], a.sights[sighting{b.Fork, true}]}
		for i, guarded := range [2]source.Span{b.cond.Else, b.cond.Then} {
			b.outcome, b.size = i == 1, guarded.Len()
			if a.settled(b) {
				continue
			}
			isOpen := false
			for k, s := range runs {
				if !s.unknown || s.taken[i] || guarded.Len() == 0 && b.cond.Loop {
					continue
				}
				u := b
				u.incremental, u.unknown, isOpen = k == 1, true, true
				open = append(open, u)
			}
			if !isOpen && guarded.Len() > 0 && !runs[0].taken[i] && !runs[1].taken[i] {
				u := b
				u.incremental, u.rank = !runs[0].came() && runs[1].came(), max(b.rank, untaken)
				open = append(open, u)
			}
		}
	}
	for _, c := range a.conds {
		f := a.fork(c)
		if c.Loop && a.closed(f) || c.Mentions("loop") {
			continue // where a pass stands among the others is no choice of the project
		}
		b := branch{sighting: sighting{Fork: f}, cond: c, first: a.varies(c)}
		if c.Loop || slices.ContainsFunc(a.conds, func(l jinja.Condition) bool {
			return l.Loop && l.Then.Contains(c.Span) && !a.loops[a.fork(l)]
		}) {
			b.rank = itemless
		}
		add(b)
	}
	for _, f := range a.forks {
		add(branch{sighting: sighting{Fork: f.Fork}, cond: f.Condition})
	}
	return open
}

// settled reports whether a condition around b asks the same, so that b cannot
// come out otherwise: what it asks for is nothing that the template changes.
func (a *worldSet) settled(b branch) bool {
	if b.File != a.node.File || b.cond.Loop {
		return false
	}
	for _, c := range a.conds {
		around := c.Then.Contains(b.Span) && !b.outcome || c.Else.Contains(b.Span) && b.outcome
		if around && !c.Loop && textOf(a.fork(c)) == textOf(b.Fork) && !a.changes(c) {
			return true
		}
	}
	return false
}

// changes reports whether the template gives a value to a name that a condition
// asks for.
func (a *worldSet) changes(c jinja.Condition) bool {
	for n := range jinja.Walk(a.node.Template.Body...) {
		var target jinja.Expr
		switch n := n.(type) {
		case *jinja.Assign:
			target = n.Target
		case *jinja.SetBlock:
			target = n.Target
		case *jinja.For:
			target = n.Target
		case *jinja.With:
			target = &jinja.TupleExpr{Items: n.Targets}
		default:
			continue
		}
		for t := range jinja.Walk(target) {
			switch t := t.(type) {
			case *jinja.Name:
				if c.Mentions(t.Name) {
					return true
				}
			case *jinja.NamespaceRef:
				if c.Mentions(t.Name) {
					return true
				}
			}
		}
	}
	return false
}

// closed reports whether a loop is not come to, or has items of which nothing is
// unknown.
func (a *worldSet) closed(f jinja.Fork) bool {
	came, items, unknown := false, false, false
	for _, incremental := range []bool{false, true} {
		s := a.sights[sighting{f, incremental}]
		came, items, unknown = came || s.came(), items || s.taken[1], unknown || s.unknown
	}
	return !came || items && !unknown
}

// varies reports whether a condition may come out differently in the passes of
// a loop around it.
func (a *worldSet) varies(c jinja.Condition) bool {
	for _, l := range a.conds {
		if !l.Loop || !l.Then.Contains(c.Span) {
			continue
		}
		for name := range l.Binds {
			if c.Mentions(name) {
				return true
			}
		}
	}
	return false
}

// forcing returns the world in which b is rendered. Of what is not known, and of a
// macro, it is the first world that came to it, with b otherwise; else the
// conditions that lead to b are decided accordingly. What asks the same as b comes
// out the same.
func (a *worldSet) forcing(b branch) World {
	at := a.sights[b.sighting].first
	w := World{Forced: forcings{}, Incremental: b.incremental, flips: at.flips}
	own := b.File == a.node.File
	if b.unknown || !own {
		w.flips++
		maps.Copy(w.Forced, at.Forced)
	} else {
		a.leadTo(b, w.Forced)
	}
	text, where := textOf(b.Fork), ""
	w.Forced[b.Fork] = jinja.Forcing{Holds: b.outcome, First: b.first}
	switch {
	case !own:
		where = " (" + b.File.Path + ")"
	case !b.cond.Loop && !b.first:
		for _, c := range a.conds {
			f := a.fork(c)
			if _, led := w.Forced[f]; !led && textOf(f) == text {
				w.Forced[f] = jinja.Forcing{Holds: b.outcome}
			}
		}
	}
	w.Name = "if `" + text + "`" + where
	if !b.outcome {
		w.Name = "if not `" + text + "`" + where
	}
	if w.Incremental {
		w.Name = "incremental, " + w.Name
	}
	return w
}

// leadTo decides the conditions of the node's file that lead to b.
func (a *worldSet) leadTo(b branch, forced forcings) {
	for _, outer := range a.conds {
		f := a.fork(outer)
		switch {
		case f == b.Fork || outer.Loop && (!outer.Then.Contains(b.cond.Span) || a.loops[f]): // a loop that has items
		case outer.Then.Contains(b.cond.Span):
			forced[f] = jinja.Forcing{Holds: true, First: a.varies(outer)}
		case outer.Else.Contains(b.cond.Span):
			forced[f] = jinja.Forcing{Holds: false, First: a.varies(outer)}
		}
	}
}

// needsIncremental reports whether a forced condition of w comes out so only
// where is_incremental() is true.
func (a *worldSet) needsIncremental(w World) bool {
	return slices.ContainsFunc(a.conds, func(c jinja.Condition) bool {
		outcome, forced := w.Forced[a.fork(c)]
		holds, known := WithoutIncremental(c.Test)
		return forced && known && holds != outcome.Holds
	})
}

// WithoutIncremental evaluates a condition where is_incremental() is false. It
// is not known if it rests on anything else.
func WithoutIncremental(e jinja.Expr) (holds, known bool) {
	switch e := e.(type) {
	case *jinja.Call:
		return false, e.Callee() == "is_incremental"
	case *jinja.Not:
		holds, known = WithoutIncremental(e.X)
		return !holds, known
	case *jinja.Logic:
		l, left := WithoutIncremental(e.L)
		r, right := WithoutIncremental(e.R)
		if left && l != e.And {
			return l, true // one side settles it
		}
		if right && r != e.And {
			return r, true
		}
		return e.And, left && right
	}
	return false, false
}
