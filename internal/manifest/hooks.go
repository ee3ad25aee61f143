package manifest

import (
	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// hooks renders the pre- and post-hooks of every enabled node in the parse
// pass, as dbt does: a node depends on what its hooks refer to.
func (b *builder) hooks() {
	for _, n := range b.nodes {
		if !n.Enabled {
			continue
		}
		for _, key := range []string{"pre-hook", "post-hook"} {
			for _, layer := range n.Config.Layers(key) {
				b.hook(n, layer)
			}
		}
	}
}

// hook renders what one layer of the configuration says of a hook.
func (b *builder) hook(n *Node, layer Setting) {
	for _, item := range listOf(layer.Value) {
		if d, ok := item.(*jinja.Dict); ok {
			item, _ = d.Get(jinja.NewStr("sql"))
		}
		text, ok := textValue(item)
		if !ok || !hasJinja(text) {
			continue
		}
		as := b.m.ContextNode(n)
		as.Database, as.Schema, as.Alias = b.m.Target.Database, b.m.Target.Schema, n.Name
		f := source.NewFile(n.File.Path, text)
		_, out := b.ctx.RenderValue(as, dbtctx.World{Name: "parse", Parse: true}, f, source.Span{End: int32(len(text))}, false)
		for _, e := range out.Events {
			if e.Kind == dbtctx.RefEvent || e.Kind == dbtctx.SourceEvent || e.Kind == dbtctx.MacroEvent && e.Place.File == f {
				// The text stands in no file as it is; the setting is its place.
				e.Place, e.Chain = source.Place{File: layer.Origin.File, Span: layer.Origin.Span}, nil
				n.hookEvents = append(n.hookEvents, e)
			}
		}
	}
}

// resolveHooks finds what the refs and sources of a node's hooks mean.
func (b *builder) resolveHooks(n *Node) {
	for i := range n.hookEvents {
		if e := &n.hookEvents[i]; e.Kind != dbtctx.MacroEvent {
			if to := b.find(n, e); to != nil && e.Resolved != nil {
				n.uses = append(n.uses, to.ID)
			}
		}
	}
}

// calledMacros returns the ids of the macros that the node's template and its
// hooks call, not those that a macro calls in turn.
func (n *Node) calledMacros() []string {
	called := map[string]bool{}
	for _, e := range n.Events {
		if e.Kind == dbtctx.MacroEvent && e.Place.File == n.File {
			called["macro."+e.Name] = true
		}
	}
	for _, e := range n.hookEvents {
		if e.Kind == dbtctx.MacroEvent {
			called["macro."+e.Name] = true
		}
	}
	return sections(called)
}
