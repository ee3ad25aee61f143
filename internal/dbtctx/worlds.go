package dbtctx

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/jinja"
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
// are the outcomes that none of them shows, alone or together with other unknown
// ones.
func (c *Context) Worlds(n *Node) (worlds []*Rendered, unseen []Outcome) {
	m := *n
	m.Template = n.template()
	all := &worldSet{ctx: c, node: &m, texts: map[string]*Rendered{}, sights: map[sighting]sight{}, loops: map[jinja.Fork]bool{}}
	all.try(FullRefresh)
	all.may = all.mayBeIncremental()
	all.never = !all.may && n.Name != ""
	all.ordinary()
	open := all.open()
	for tries := 0; len(all.out) < maxWorlds && tries < maxTries; tries++ {
		w, ok := all.next(open)
		if !ok {
			break
		}
		all.try(w)
		all.ordinary()
		open = all.open()
	}
	return all.out, all.unseen(open)
}

// ordinary renders the other worlds that dbt itself knows, once a world that the
// target may come to asks for them.
func (a *worldSet) ordinary() {
	if a.incremental && a.may {
		a.incremental, a.may = false, false
		a.try(Incremental)
	}
	if a.refresh && !a.refreshed {
		a.refreshed = true
		a.try(Refresh)
	}
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
	// incremental and refresh are set once a world that the target may come to
	// asks for an incremental run or the flag --full-refresh; may where an
	// incremental run is possible and was not tried, refreshed where the flag was.
	incremental, refresh, may, refreshed bool
	// doubted is set where a condition is unknown.
	doubted bool
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
	first World   // the world that came to it first, of those that the target may come to if there are any
	// unknown says that its value is not known in a world that the target may
	// come to; value is how it came out in the first of them that did not tell it.
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
	a.incremental = a.incremental || w.Possible && r.AskedIncremental
	a.refresh = a.refresh || w.Possible && r.AskedRefresh
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
		s := a.sights[sighting{f, w.Incremental}]
		if s.value != ([2]bool{}) && !s.unknown && (!s.value[index(how.Holds)] || s.value[index(!how.Holds)]) {
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
	if !came || w.Possible && !s.first.Possible {
		s.first = w
	}
	s.taken = [2]bool{s.taken[0] || c.Taken[0], s.taken[1] || c.Taken[1]}
	if w.Possible {
		s.unknown = s.unknown || c.Unknown
		a.doubted = a.doubted || c.Unknown
	}
	if _, told := w.Forced[f]; !told && w.Possible && s.value == ([2]bool{}) {
		s.value = c.Taken
	}
	a.sights[key] = s
}

// fork names a condition of the node's own file.
func (a *worldSet) fork(c jinja.Condition) jinja.Fork {
	return jinja.Fork{File: a.node.File, Span: c.Span}
}
