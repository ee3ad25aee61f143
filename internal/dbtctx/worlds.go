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

// FullRefresh and Incremental are the worlds that dbt itself knows.
var (
	FullRefresh = World{Name: "full refresh"}
	Incremental = World{Name: "incremental", Incremental: true}
)

// Worlds renders the node in every world that matters, the full refresh first:
// incremental if is_incremental() was asked and may be true; then worlds in
// which conditions of the node's file are forced, so that text is seen which
// no world rendered so far has, most text first. Worlds with the text of an
// earlier one are left out; of forced ones there are at most eight, all
// together.
func (c *Context) Worlds(n *Node) []*Rendered {
	m := *n
	m.Template = n.template()
	all := &worldSet{ctx: c, node: &m, texts: map[string]bool{}, taken: map[source.Span][2]bool{}, late: map[source.Span]bool{}}
	full := all.try(FullRefresh)
	may := all.mayBeIncremental()
	all.never = !may && n.Name != ""
	if full.AskedIncremental && may {
		all.try(Incremental)
	}
	for len(all.out) < maxWorlds {
		w, ok := all.next()
		if !ok {
			break
		}
		all.try(w)
	}
	return all.out
}

type worldSet struct {
	ctx    *Context
	node   *Node
	out    []*Rendered
	texts  map[string]bool
	forced []map[source.Span]bool // what was tried
	// taken sums up, over all renders, which outcomes of a condition were seen.
	taken map[source.Span][2]bool
	// late holds the conditions that only the incremental world came to.
	late  map[source.Span]bool
	conds []jinja.Condition
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
		t := a.taken[c.Span]
		if w.Incremental && t == ([2]bool{}) && c.Taken != t {
			a.late[c.Span] = true
		}
		a.taken[c.Span] = [2]bool{t[0] || c.Taken[0], t[1] || c.Taken[1]}
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

// branch is one outcome of a condition, with the text it guards.
type branch struct {
	cond    jinja.Condition
	outcome bool
	size    int
}

// next returns the world that shows most of what is not seen yet.
func (a *worldSet) next() (World, bool) {
	var open []branch
	for _, c := range a.conds {
		if c.Loop || a.insideLoop(c) {
			continue
		}
		for i, guarded := range [2]source.Span{c.Else, c.Then} {
			if guarded.Len() > 0 && !a.taken[c.Span][i] {
				open = append(open, branch{c, i == 1, guarded.Len()})
			}
		}
	}
	slices.SortStableFunc(open, func(x, y branch) int { return cmp.Compare(y.size, x.size) })
	for _, b := range open {
		w := a.forcing(b)
		if a.never && a.needsIncremental(w) {
			continue
		}
		if !slices.ContainsFunc(a.forced, func(f map[source.Span]bool) bool { return maps.Equal(f, w.Forced) }) {
			return w, true
		}
	}
	return World{}, false
}

// insideLoop reports whether a loop guards the condition: forced, it would be
// decided alike in every pass.
func (a *worldSet) insideLoop(c jinja.Condition) bool {
	return slices.ContainsFunc(a.conds, func(l jinja.Condition) bool { return l.Loop && l.Then.Contains(c.Span) })
}

// forcing returns the world in which b is rendered: it and the conditions that
// lead to it are decided accordingly. What only the incremental world came to
// is forced there.
func (a *worldSet) forcing(b branch) World {
	w := World{Forced: map[source.Span]bool{b.cond.Span: b.outcome}, Incremental: a.late[b.cond.Span]}
	text := a.text(b.cond)
	for _, outer := range a.conds {
		if outer.Loop || outer.Span == b.cond.Span {
			continue
		}
		switch {
		case outer.Then.Contains(b.cond.Span):
			w.Forced[outer.Span] = true
		case outer.Else.Contains(b.cond.Span):
			w.Forced[outer.Span] = false
		case a.text(outer) == text: // asked again, it comes out the same
			w.Forced[outer.Span] = b.outcome
		}
	}
	w.Name = "if `" + text + "`"
	if !b.outcome {
		w.Name = "if not `" + text + "`"
	}
	if w.Incremental {
		w.Name = "incremental, " + w.Name
	}
	return w
}

// needsIncremental reports whether a forced condition of w comes out so only
// where is_incremental() is true.
func (a *worldSet) needsIncremental(w World) bool {
	return slices.ContainsFunc(a.conds, func(c jinja.Condition) bool {
		outcome, forced := w.Forced[c.Span]
		holds, known := WithoutIncremental(c.Test)
		return forced && known && holds != outcome
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
