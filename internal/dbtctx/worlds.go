package dbtctx

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// maxWorlds bounds the worlds of one node.
const maxWorlds = 8

// FullRefresh, Incremental and Refresh are the worlds that dbt itself knows. A
// node that is not incremental is built anew in FullRefresh as well, by an
// ordinary run; Refresh is that with the flag.
var (
	FullRefresh = World{Name: "full refresh"}
	Incremental = World{Name: "incremental", Incremental: true}
	Refresh     = World{Name: "with --full-refresh", Refresh: true}
)

// Worlds renders the node in every world that matters, the full refresh first:
// incremental if is_incremental() was asked and may be true; with the flag
// --full-refresh if a node that is not incremental asks for it; then worlds in
// which conditions are forced, so that text is seen which no world rendered so
// far has, most text first: conditions of the node's file, and unknown ones of
// macros. Worlds with the text of an earlier one are left out; there are at
// most eight, all together.
func (c *Context) Worlds(n *Node) []*Rendered {
	m := *n
	m.Template = n.template()
	all := &worldSet{ctx: c, node: &m, texts: map[string]bool{}, taken: map[jinja.Fork][2]bool{}, first: map[jinja.Fork]World{}, loops: map[jinja.Fork]bool{}}
	full := all.try(FullRefresh)
	may := all.mayBeIncremental()
	all.never = !may && n.Name != ""
	if full.AskedIncremental && may {
		all.try(Incremental)
	}
	if full.AskedRefresh {
		all.try(Refresh)
	}
	for tries := 0; len(all.out) < maxWorlds && tries < maxTries; tries++ {
		w, ok := all.next()
		if !ok {
			break
		}
		all.try(w)
	}
	return all.out
}

// maxTries bounds the renders of one node, those with known text included.
const maxTries = 2 * maxWorlds

type forcings = map[jinja.Fork]jinja.Forcing

type worldSet struct {
	ctx    *Context
	node   *Node
	out    []*Rendered
	texts  map[string]bool
	forced []forcings // what was tried
	// taken sums up, over all renders, which outcomes of a condition were seen,
	// and first is the world that came to it first.
	taken map[jinja.Fork][2]bool
	// loops holds the loops that have items where nothing is forced.
	loops map[jinja.Fork]bool
	first map[jinja.Fork]World
	conds []jinja.Condition
	forks []jinja.MacroFork // those of all renders, each once
	// never is set where is_incremental() is false in every run.
	never bool
}

func (a *worldSet) mayBeIncremental() bool {
	r := a.ctx.newRun(a.node, Incremental)
	for _, e := range a.out[0].Events {
		if e.Kind == ConfigEvent && a.node.Config == nil {
			r.config = e.Config
		}
	}
	return r.mayBeIncremental()
}

// try renders the world and keeps it if its text is new.
func (a *worldSet) try(w World) *Rendered {
	r := a.ctx.Render(a.node, w)
	a.conds = r.Conditions
	for _, c := range r.Conditions {
		a.saw(a.fork(c), c.Taken, w)
		if c.Loop && c.Taken[1] && w.Forced == nil {
			a.loops[a.fork(c)] = true
		}
	}
	for _, f := range r.Forks {
		if _, known := a.taken[f.Fork]; !known {
			a.forks = append(a.forks, f)
		}
		a.saw(f.Fork, f.Taken, w)
	}
	if w.Forced != nil {
		a.forced = append(a.forced, w.Forced)
	}
	if a.texts[r.Text] {
		return r
	}
	a.texts[r.Text] = true
	a.out = append(a.out, r)
	return r
}

// saw adds what outcomes of a condition a render had.
func (a *worldSet) saw(f jinja.Fork, taken [2]bool, w World) {
	if taken == ([2]bool{}) {
		return
	}
	if _, ok := a.first[f]; !ok {
		a.first[f] = w
	}
	t := a.taken[f]
	a.taken[f] = [2]bool{t[0] || taken[0], t[1] || taken[1]}
}

// fork names a condition of the node's own file.
func (a *worldSet) fork(c jinja.Condition) jinja.Fork {
	return jinja.Fork{File: a.node.File, Span: c.Span}
}

// branch is one outcome of a condition, with the text it guards.
type branch struct {
	fork    jinja.Fork
	cond    jinja.Condition
	outcome bool
	size    int
	first   bool // it depends on the pass of a loop
	rank    int  // 1 for a loop without known items and what is in it: it shows holes, and comes last
}

// next returns the world that shows most of what is not seen yet.
func (a *worldSet) next() (World, bool) {
	open := a.open()
	slices.SortStableFunc(open, func(x, y branch) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(y.size, x.size))
	})
	for _, b := range open {
		w := a.forcing(b)
		if a.never && a.needsIncremental(w) {
			continue
		}
		if !slices.ContainsFunc(a.forced, func(f forcings) bool { return maps.Equal(f, w.Forced) }) {
			return w, true
		}
	}
	return World{}, false
}

// open returns the outcomes that no render had, of conditions that guard some
// text; where nobody knows how one comes out, also the outcome that shows
// nothing.
func (a *worldSet) open() []branch {
	var open []branch
	add := func(b branch) {
		for i, guarded := range [2]source.Span{b.cond.Else, b.cond.Then} {
			guards := guarded.Len() > 0 || b.cond.Unknown && !b.cond.Loop
			if guards && !a.taken[b.fork][i] {
				b.outcome, b.size = i == 1, guarded.Len()
				open = append(open, b)
			}
		}
	}
	for _, c := range a.conds {
		b := branch{fork: a.fork(c), cond: c}
		taken := a.taken[b.fork]
		switch {
		case c.Loop && (taken == ([2]bool{}) || taken[1] && !c.Unknown):
			continue // not come to, or a loop that has items
		case c.Mentions("loop"):
			continue // where a pass stands among the others is no choice of the project
		}
		b.first = a.varies(c)
		if c.Loop || slices.ContainsFunc(a.conds, func(l jinja.Condition) bool {
			return l.Loop && l.Then.Contains(c.Span) && !a.loops[a.fork(l)]
		}) {
			b.rank = 1
		}
		add(b)
	}
	for _, f := range a.forks {
		add(branch{fork: f.Fork, cond: f.Condition})
	}
	return open
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

// forcing returns the world in which b is rendered: it and the conditions that
// lead to it are decided accordingly. What some world came to first is forced
// in that world.
func (a *worldSet) forcing(b branch) World {
	at := a.first[b.fork]
	w := World{Forced: forcings{b.fork: {Holds: b.outcome, First: b.first}}, Incremental: at.Incremental}
	text := strings.Join(strings.Fields(b.fork.File.Slice(b.fork.Span)), " ")
	where := ""
	if b.fork.File == a.node.File {
		a.leadTo(b, text, w.Forced)
	} else {
		where = " (" + b.fork.File.Path + ")"
		for f, outcome := range at.Forced {
			if f != b.fork {
				w.Forced[f] = outcome
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

// leadTo decides the conditions of the node's file that lead to b, and those
// that are b's again.
func (a *worldSet) leadTo(b branch, text string, forced forcings) {
	for _, outer := range a.conds {
		f := a.fork(outer)
		if f == b.fork {
			continue
		}
		first := a.varies(outer)
		switch {
		case outer.Loop && (!outer.Then.Contains(b.cond.Span) || a.loops[f]):
			continue // a loop that has items
		case outer.Then.Contains(b.cond.Span):
			forced[f] = jinja.Forcing{Holds: true, First: first}
		case outer.Else.Contains(b.cond.Span):
			forced[f] = jinja.Forcing{Holds: false, First: first}
		case !b.cond.Loop && a.text(outer) == text && !b.first: // asked again, it comes out the same
			forced[f] = jinja.Forcing{Holds: b.outcome}
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

// text returns the expression of a condition, without its layout.
func (a *worldSet) text(c jinja.Condition) string {
	return strings.Join(strings.Fields(a.node.File.Slice(c.Span)), " ")
}
