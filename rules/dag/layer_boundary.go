// Package dag holds the rules about which models may read which: the layers of
// a project, from sources through staging and intermediate models to marts.
package dag

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// LayerBoundary reports references against the order of the layers: a mart or
// intermediate model that reads a source, a staging model that reads another
// layer or another staging model, an intermediate model that reads a mart.
var LayerBoundary = lint.Rule{
	Meta: finding.Meta{Code: "DAG01", Name: "layer-boundary", Family: "dag", Severity: finding.Warning,
		Summary: "a model reads what its layer should not", Needs: finding.NeedGraph, Since: "0.1.0"},
	Presets: []string{"conventions"},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		layer := p.Layer(n)
		if n.Type != manifest.Model || layer == "" {
			return
		}
		var kinds []string
		found := map[string][]*manifest.Node{}
		if parts := joinedSources(p, layer, m); len(parts) > 1 {
			kinds, found[several] = append(kinds, several), parts
		}
		for _, parent := range parents(p, m) {
			kind := against(p, layer, n, parent)
			if kind == "" {
				continue
			}
			if found[kind] == nil {
				kinds = append(kinds, kind)
			}
			found[kind] = append(found[kind], parent)
		}
		for _, kind := range kinds {
			names := called(found[kind])
			f, at := place(n, found[kind][0])
			p.ReportAt(f, at, "the %s model `%s` reads %s: %s", layer, n.Name, kind, "`"+strings.Join(names, "`, `")+"`").
				About(append(names, kind)...).Help("%s", advice(kind)).Quiet("another layer for the model, by its folder or prefix")
		}
	},
}

const (
	raw        = "a source"
	sibling    = "another staging model"
	downstream = "a later layer"
	several    = "several sources, and joins them"
)

// parents returns what a model depends on, and what its incremental run reads
// beside it.
func parents(p *lint.Pass, m *sema.Model) []*manifest.Node {
	out := slices.Clone(p.Manifest.Parents(m.Node))
	for _, w := range m.Worlds() {
		for _, s := range w.Scans {
			if n := p.Manifest.ByID[s.Relation.ID]; n != nil && n != m.Node && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// joinedSources returns the sources that a staging model reads, if it joins them. A
// union may be of sources of one shape, tables of one name are feeds of one thing, and
// a base model is where sources are joined.
func joinedSources(p *lint.Pass, layer string, m *sema.Model) []*manifest.Node {
	joins := func(w *sema.World) bool { return len(w.Joins) > 0 && len(w.Unions) == 0 }
	if layer != "staging" || strings.HasPrefix(m.Node.Name, "base_") || !slices.ContainsFunc(m.Worlds(), joins) {
		return nil
	}
	all := slices.DeleteFunc(parents(p, m), func(n *manifest.Node) bool { return n.Type != manifest.Source })
	if !slices.ContainsFunc(all, func(n *manifest.Node) bool { return n.Name != all[0].Name }) {
		return nil // feeds of one thing
	}
	return all
}

// against says which rule of the layers a reference breaks, or "". A base model
// may stand below a staging model: it begins with base_, or is called like the
// staging model and more, as stg_orders_tmp. A source whose table is called like
// the model of a layer is the model of another project.
func against(p *lint.Pass, layer string, n, parent *manifest.Node) string {
	if parent.Type == manifest.Source {
		if layer == "staging" || p.LayerOf("", parent.Name) != "" {
			return ""
		}
		return raw
	}
	if parent.Type != manifest.Model {
		return ""
	}
	switch of := p.Layer(parent); {
	case layer == "staging" && of == "staging" && !strings.HasPrefix(parent.Name, "base_") && !strings.HasPrefix(parent.Name, n.Name+"_"):
		return sibling
	case layer == "staging" && (of == "intermediate" || of == "marts"), layer == "intermediate" && of == "marts":
		return downstream
	}
	return ""
}

func advice(kind string) string {
	switch kind {
	case raw:
		return "read a staging model of the source instead"
	case several:
		return "stage each source on its own, and join the models in an intermediate one"
	case sibling:
		return "build on staging models in the intermediate layer: move the model there"
	}
	return "turn the reference around, or move the model to the layer that it belongs to"
}

// place returns where n refers to parent, or the beginning of its template.
func place(n, parent *manifest.Node) (*source.File, source.Span) {
	for _, e := range n.Refs {
		if at := e.Origin(); e.Resolved != nil && e.Resolved.UniqueID == parent.ID && at.File != nil {
			return at.File, at.Span
		}
	}
	return n.File, n.File.LineSpan(n.File.LineOf(n.Body.Start))
}

func called(nodes []*manifest.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.Name
		if n.Type == manifest.Source {
			out[i] = n.Source + "." + n.Name
		}
	}
	return out
}
