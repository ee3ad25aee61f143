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
// far has: where a condition is unknown, what no run of that kind has; and else
// branches of the node's file that the target does not take. Worlds with the text
// of an earlier one are left out; there are at most eight, all together. unseen
// are the outcomes that none of them shows.
func (c *Context) Worlds(n *Node) (worlds []*Rendered, unseen []Outcome) {
	m := *n
	m.Template = n.template()
	all := &worldSet{ctx: c, node: &m, texts: map[string]*Rendered{}, sights: map[sighting]sight{}, loops: map[jinja.Fork]bool{}}
	full := all.try(FullRefresh)
	may := all.mayBeIncremental()
	all.never = !may && n.Name != ""
	if full.AskedIncremental && may {
		all.try(Incremental)
	}
	if full.AskedRefresh {
		all.try(Refresh)
	}
	open := all.open()
	for tries := 0; len(all.out) < maxWorlds && tries < maxTries; tries++ {
		w, ok := all.next(open)
		if !ok {
			break
		}
		all.try(w)
		open = all.open()
	}
	return all.out, all.unseen(open)
}

// maxTries bounds the renders of one node, those with known text included.
const maxTries = 2 * maxWorlds

// Outcome is one way in which a condition may come out.
type Outcome struct {
	jinja.Fork
	Holds       bool
	Incremental bool // in an incremental run
	// Possible says that the target may come to it: the value of the condition
	// is not known.
	Possible bool
	// Tried says that a world was made to show it, and does not come there.
	Tried bool
}

type forcings = map[jinja.Fork]jinja.Forcing

type worldSet struct {
	ctx    *Context
	node   *Node
	out    []*Rendered
	texts  map[string]*Rendered
	forced []forced // what was tried
	sights map[sighting]sight
	// loops holds the loops that have items where nothing is forced.
	loops map[jinja.Fork]bool
	conds []jinja.Condition // of the node's file
	forks []jinja.MacroFork // those of all renders, each once
	// never is set where is_incremental() is false in every run.
	never bool
}

type forced struct {
	forcings
	incremental bool
}

// sighting is a condition in runs of one kind.
type sighting struct {
	jinja.Fork
	incremental bool
}

// sight is what the renders show of a condition.
type sight struct {
	taken [2]bool // the outcomes that were seen
	first World   // the world that came to it first
	// unknown says that its value is not known in a world that the target may
	// come to; value is how it came out in the first of them.
	unknown bool
	value   [2]bool
}

// came reports whether any render evaluated it.
func (s sight) came() bool { return s.taken != [2]bool{} }

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
	w.Possible = a.possible(w)
	r := a.ctx.Render(a.node, w)
	a.conds = r.Conditions
	for _, c := range r.Conditions {
		a.saw(a.fork(c), c, w)
		if c.Loop && c.Taken[1] && w.Forced == nil {
			a.loops[a.fork(c)] = true
		}
	}
	for _, f := range r.Forks {
		if !slices.ContainsFunc(a.forks, func(known jinja.MacroFork) bool { return known.Fork == f.Fork }) {
			a.forks = append(a.forks, f)
		}
		a.saw(f.Fork, f.Condition, w)
	}
	if w.Forced != nil {
		a.forced = append(a.forced, forced{w.Forced, w.Incremental})
	}
	if first := a.texts[r.Text]; first != nil {
		first.Same = append(first.Same, w)
		return r
	}
	a.texts[r.Text] = r
	a.out = append(a.out, r)
	return r
}

// possible reports whether the target may come to a world: what is forced in it
// is not known, or is as it is.
func (a *worldSet) possible(w World) bool {
	for f, how := range w.Forced {
		s, came := a.sights[sighting{f, w.Incremental}]
		if came && !s.unknown && (!s.value[index(how.Holds)] || s.value[index(!how.Holds)]) {
			return false
		}
	}
	return true
}

// index is the place of an outcome in a pair of them.
func index(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// saw adds what outcomes of a condition a render had.
func (a *worldSet) saw(f jinja.Fork, c jinja.Condition, w World) {
	if c.Taken == ([2]bool{}) {
		return
	}
	key := sighting{f, w.Incremental}
	s, came := a.sights[key]
	if !came {
		s.first = w
	}
	s.taken = [2]bool{s.taken[0] || c.Taken[0], s.taken[1] || c.Taken[1]}
	if _, told := w.Forced[f]; !told && w.Possible {
		s.unknown = s.unknown || c.Unknown
		if s.value == ([2]bool{}) {
			s.value = c.Taken
		}
	}
	a.sights[key] = s
}

// fork names a condition of the node's own file.
func (a *worldSet) fork(c jinja.Condition) jinja.Fork {
	return jinja.Fork{File: a.node.File, Span: c.Span}
}

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
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(y.size, x.size))
	})
	for _, b := range open {
		w := a.forcing(b)
		if !a.tried(w) && !(a.never && a.needsIncremental(w)) {
			return w, true
		}
	}
	return World{}, false
}

func (a *worldSet) tried(w World) bool {
	return slices.ContainsFunc(a.forced, func(f forced) bool { return f.incremental == w.Incremental && maps.Equal(f.forcings, w.Forced) })
}

// unseen returns the outcomes that are still open, but for those that a node
// which is never incremental does not come to.
func (a *worldSet) unseen(open []branch) []Outcome {
	var out []Outcome
	for _, b := range open {
		if w := a.forcing(b); !a.never || !a.needsIncremental(w) {
			out = append(out, Outcome{b.Fork, b.outcome, b.incremental, b.unknown, a.tried(w)})
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

// forcing returns the world in which b is rendered: it and the conditions that
// lead to it are decided accordingly. What some world came to first is forced
// in that world.
func (a *worldSet) forcing(b branch) World {
	at := a.sights[b.sighting].first
	w := World{Forced: forcings{b.Fork: {Holds: b.outcome, First: b.first}}, Incremental: b.incremental}
	text := strings.Join(strings.Fields(b.File.Slice(b.Span)), " ")
	where := ""
	if b.File == a.node.File {
		a.leadTo(b, text, w.Forced)
	} else {
		where = " (" + b.File.Path + ")"
		for f, outcome := range at.Forced {
			if f != b.Fork {
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
		if f == b.Fork {
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
