package manifest

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/source"
)

// graph connects the enabled nodes and puts them in order.
func (b *builder) graph() {
	m := b.m
	m.parents, m.children = map[string][]*Node{}, map[string][]*Node{}
	for _, n := range m.Nodes {
		if !n.Enabled || m.ByID[n.ID] != n {
			continue
		}
		needs := map[string]bool{}
		for _, e := range n.Refs {
			if e.Resolved != nil {
				needs[e.Resolved.UniqueID] = true
			}
		}
		for _, id := range n.uses {
			if m.ByID[id] != nil {
				needs[id] = true
			}
		}
		n.DependsOn = sections(needs)
		for _, id := range n.DependsOn {
			if parent := m.ByID[id]; parent != nil && parent.Enabled {
				m.parents[n.ID] = append(m.parents[n.ID], parent)
				m.children[id] = append(m.children[id], n)
			}
		}
	}
	b.order()
}

// rendered reports whether nodes of the type are rendered or read.
func (t Type) rendered() bool {
	switch t {
	case Model, Seed, Snapshot, SingularTest, Analysis, Function:
		return true
	}
	return false
}

// order sorts the nodes topologically; of those that are ready the smallest id
// comes first. What is left over lies on a cycle or behind one.
func (b *builder) order() {
	m := b.m
	waiting := map[string]int{}
	var ready byID
	total := 0
	for _, n := range m.Nodes {
		if !n.Enabled || m.ByID[n.ID] != n {
			continue
		}
		total++
		if waiting[n.ID] = len(m.parents[n.ID]); waiting[n.ID] == 0 {
			ready = append(ready, n)
		}
	}
	heap.Init(&ready)
	done := 0
	for ready.Len() > 0 {
		n := heap.Pop(&ready).(*Node)
		done++
		delete(waiting, n.ID)
		if n.Type.rendered() {
			m.Order = append(m.Order, n)
		}
		for _, child := range m.children[n.ID] {
			if waiting[child.ID]--; waiting[child.ID] == 0 {
				heap.Push(&ready, child)
			}
		}
	}
	if done == total {
		return
	}
	for _, n := range m.Nodes {
		if _, left := waiting[n.ID]; left && m.ByID[n.ID] == n && n.Enabled && n.Type.rendered() {
			m.Order = append(m.Order, n)
		}
	}
	b.cycles(waiting)
}

// byID is a heap of nodes. Sources come first, so that they delay nobody.
type byID []*Node

func (h byID) Len() int { return len(h) }
func (h byID) Less(i, j int) bool {
	if a, b := h[i].Type == Source, h[j].Type == Source; a != b {
		return a
	}
	return h[i].ID < h[j].ID
}
func (h byID) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *byID) Push(x any)   { *h = append(*h, x.(*Node)) }
func (h *byID) Pop() any {
	old := *h
	n := old[len(old)-1]
	*h = old[:len(old)-1]
	return n
}

// cycles finds one shortest cycle through the smallest node of every group of
// nodes that reach each other.
func (b *builder) cycles(left map[string]int) {
	covered := map[string]bool{}
	for _, n := range b.m.Nodes {
		if _, ok := left[n.ID]; !ok || covered[n.ID] {
			continue
		}
		cycle := b.shortestCycle(n, left)
		if cycle == nil {
			continue
		}
		for _, member := range cycle {
			covered[member.ID] = true
		}
		b.m.Cycles = append(b.m.Cycles, cycle)
		b.reportCycle(cycle)
	}
}

// shortestCycle returns the nodes of a shortest way from n along its
// dependencies back to n, n first; nil if there is none.
func (b *builder) shortestCycle(n *Node, left map[string]int) []*Node {
	from := map[string]*Node{}
	for queue := []*Node{n}; len(queue) > 0; queue = queue[1:] {
		for _, parent := range b.m.parents[queue[0].ID] {
			if parent == n {
				var way []*Node
				for at := queue[0]; at != nil; at = from[at.ID] {
					way = append(way, at)
				}
				slices.Reverse(way)
				return way
			}
			if _, in := left[parent.ID]; in && from[parent.ID] == nil {
				from[parent.ID] = queue[0]
				queue = append(queue, parent)
			}
		}
	}
	return nil
}

func (b *builder) reportCycle(cycle []*Node) {
	var names []string
	var places []source.Place
	for i, n := range cycle {
		names = append(names, "`"+n.Name+"`")
		next := cycle[(i+1)%len(cycle)]
		for _, e := range n.Refs {
			if e.Resolved != nil && e.Resolved.UniqueID == next.ID {
				places = append(places, e.Place)
				break
			}
		}
	}
	p := Problem{Kind: Cycle, Node: cycle[0], Name: cycle[0].Name, Nodes: cycle, File: cycle[0].File, Span: cycle[0].nameSpan()}
	if len(places) > 0 {
		p.File, p.Span, p.Related = places[0].File, places[0].Span, places[1:]
	}
	p.Message = fmt.Sprintf("the models depend on each other in a circle: %s, `%s`", strings.Join(names, ", "), cycle[0].Name)
	if len(cycle) == 1 {
		p.Message = fmt.Sprintf("`%s` depends on itself", cycle[0].Name)
	}
	b.problem(p)
}

// nameNodes gives the nodes their database, schema and alias, by the project's
// generate_..._name macros where it has its own, else as dbt does.
func (b *builder) nameNodes() {
	own := map[string]map[string]bool{} // by package, the macros of that kind
	for _, pkg := range b.m.Project.Packages {
		own[pkg.Name] = map[string]bool{}
		for _, macro := range pkg.Macros {
			if i := strings.Index(macro.Name, "generate_"); i == 0 || i > 1 && macro.Name[i-2:i] == "__" {
				own[pkg.Name][macro.Name[i:]] = true
			}
		}
	}
	for _, n := range b.m.Nodes {
		if !n.Type.rendered() {
			continue
		}
		n.Database, n.Schema, n.Alias = b.defaultNames(n)
		if n.Type == Analysis {
			continue
		}
		var as *dbtctx.Node // n as its macros see it, made once
		for _, part := range []struct {
			key  string
			name *string
		}{{"database", &n.Database}, {"schema", &n.Schema}, {"alias", &n.Alias}} {
			macro := "generate_" + part.key + "_name"
			if !own[n.Package][macro] && !own[b.m.Project.Root.Name][macro] {
				continue
			}
			if as == nil {
				as = b.m.ContextNode(n)
			}
			*part.name = b.generated(n, as, macro, part.key, *part.name)
		}
	}
}

// defaultNames are the names that dbt's own macros give.
func (b *builder) defaultNames(n *Node) (database, schema, alias string) {
	t := b.m.Target
	custom, _ := n.Config.Text("schema")
	database, _ = n.Config.Text("database")
	alias, _ = n.Config.Text("alias")
	if n.Type == Snapshot {
		// Snapshots go where target_schema says, without a prefix.
		if target, _ := n.Config.Text("target_schema"); target != "" {
			targetDatabase, _ := n.Config.Text("target_database")
			return strings.TrimSpace(cmp.Or(targetDatabase, database, t.Database)), target, cmp.Or(alias, n.Name)
		}
	}
	schema = t.Schema
	if custom = strings.TrimSpace(custom); custom != "" {
		schema += "_" + custom
	}
	name := n.Name
	if n.Version != "" {
		name += "_v" + strings.ReplaceAll(n.Version, ".", "_")
	}
	return strings.TrimSpace(cmp.Or(database, t.Database)), schema, strings.TrimSpace(cmp.Or(alias, name))
}

// generated returns what a generate_..._name macro gives for n; fallback if it
// cannot be told.
func (b *builder) generated(n *Node, as *dbtctx.Node, macro, key, fallback string) string {
	if n.Type == Snapshot && key != "alias" && n.Config.Has("target_schema") {
		return fallback
	}
	custom, known := n.Config.Text(key)
	if !known {
		return fallback
	}
	text := "{{ " + macro + "(" + literal(custom) + ", model) }}"
	f := source.NewFile(n.Path, text)
	v, out := b.ctx.RenderValue(as, dbtctx.World{Name: "names"}, f, source.Span{End: int32(len(text))}, false)
	if out == nil || len(out.Errors) > 0 || len(out.Holes) > 0 {
		return fallback
	}
	name, ok := textValue(v)
	if name = strings.TrimSpace(name); !ok || name == "" {
		return fallback
	}
	return name
}

// literal writes a text as an expression of the template language.
func literal(text string) string {
	if text == "" {
		return "none"
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(text) + "'"
}
