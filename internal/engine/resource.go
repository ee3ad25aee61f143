package engine

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// resource analyses one resource: renders its worlds, parses and analyses each,
// runs the rules, and keeps the findings and the summary. Texts, maps and trees
// are freed afterwards.
func (r *run) resource(res *result, selected bool) {
	n := res.node
	if n.Python || n.Type == manifest.Seed || n.Type == manifest.Function || n.Template == nil {
		res.summary.Store(sema.SummaryOf(n, r.declared(n), r.dialect))
		if n.Python && r.own(n) && selected {
			res.coverage.python(n)
		}
		return
	}
	m := r.model(n)
	m.Summary = m.Summarise()
	res.summary.Store(m.Summary)
	if !r.own(n) || !selected {
		return
	}
	if n.Type == manifest.Model || n.Type == manifest.Snapshot {
		res.coverage.count(m)
	}
	res.findings = r.modelRules(m)
	res.model = &sema.Model{Node: n, Dialect: m.Dialect, Adapter: m.Adapter, Declared: m.Declared, Summary: m.Summary}
}

// declared returns all that the project's files say of a node's rows.
func (r *run) declared(n *manifest.Node) sema.Declared {
	d := sema.Declare(n, r.dialect)
	d.Add(r.examples[n.ID])
	return d
}

// model renders and analyses every world of a resource.
func (r *run) model(n *manifest.Node) *sema.Model {
	m := &sema.Model{Node: n, Dialect: r.dialect, Adapter: r.adapter, Declared: r.declared(n)}
	worlds, unseen := r.render.Worlds(r.manifest.ContextNode(n))
	m.Unseen = unseen
	for _, rendered := range worlds {
		if r.o.World != "" && rendered.World.Name != r.o.World {
			m.Narrowed = true
			continue
		}
		v := &sema.Variant{Rendered: rendered}
		text, whole := rendered.Text, rendered.Stopped == "" && !n.Template.Lost
		if !whole {
			text = "" // a part says nothing about the query
		}
		v.Tree = sql.Parse(text, r.dialect)
		switch {
		case len(v.Tree.Errors) > 0:
			v.Opinion = opinion(v, r.dialect)
		case whole:
			v.World = sema.Analyse(sema.Input{
				Name: rendered.World.Name, Tree: v.Tree, Map: rendered.Map, File: n.File, Dialect: r.dialect, Rendered: rendered,
				Proofs:   r.o.Proofs,
				Relation: func(t *sql.Table) *sema.Summary { return r.relation(m, rendered, t) },
			})
		}
		m.Variants = append(m.Variants, v)
	}
	return m
}

// opinion is what PostgreSQL's own grammar says of a text that does not parse,
// where it was built in and the whole text is known.
func opinion(v *sema.Variant, d *sql.Dialect) *sql.Opinion {
	if len(v.Rendered.Holes) > 0 || len(v.Rendered.Errors) > 0 || v.Rendered.Stopped != "" {
		return nil
	}
	return sql.SecondOpinion(v.Tree.Text, d)
}

// relation returns what a table of a rendered text is: the resource whose
// reference was printed there, or a relation of which only the name is known.
func (r *run) relation(m *sema.Model, v *dbtctx.Rendered, t *sql.Table) *sema.Summary {
	name := r.tableName(v, t)
	rel, ok := printed(v, t)
	if !ok {
		if s := r.called(v, t); s != nil {
			return s
		}
		return &sema.Summary{Name: name, Open: true, OpenWhy: "`" + name + "` is neither a ref nor a source", Card: sema.Card{Max: sema.Many}}
	}
	if rel.Kind == dbtctx.ThisEvent {
		return r.self(m)
	}
	if rel.Resource != nil {
		if s := r.summary(rel.Resource.UniqueID); s != nil {
			return s
		}
		return &sema.Summary{ID: rel.Resource.UniqueID, Name: rel.Resource.Name, Open: true, OpenWhy: "`" + rel.Resource.Name + "` is not analysed", Card: sema.Card{Max: sema.Many}}
	}
	return &sema.Summary{ID: "?", Name: name, Open: true, OpenWhy: "`" + name + "` does not resolve", Card: sema.Card{Max: sema.Many}}
}

func (r *run) tableName(v *dbtctx.Rendered, t *sql.Table) string {
	parts := make([]string, len(t.Name))
	for i, id := range t.Name {
		parts[i] = id.Name
	}
	return strings.Join(parts, ".")
}

// printed returns the relation whose printed form is exactly the table's name.
func printed(v *dbtctx.Rendered, t *sql.Table) (*dbtctx.Relation, bool) {
	mark, span := v.Map.Mark(t.Start)
	rel, ok := mark.(*dbtctx.Relation)
	if !ok || span.Start != t.Start || span.End != t.NameEnd {
		return nil, false
	}
	return rel, true
}

// called returns the summary of the one resource whose ref or source made the
// table's name, when a macro of the project turned the relation into text.
func (r *run) called(v *dbtctx.Rendered, t *sql.Table) *sema.Summary {
	place, _ := v.Map.Source(sql.Span{Start: t.Start, End: t.NameEnd})
	var found *dbtctx.Resource
	for _, e := range v.Events {
		if e.Resolved == nil || !made(e, place) {
			continue
		}
		if found != nil && found.UniqueID != e.Resolved.UniqueID {
			return nil
		}
		found = e.Resolved
	}
	if found == nil {
		return nil
	}
	return r.summary(found.UniqueID)
}

// made reports whether a call made the text at a place: it stands there, or was
// called from there.
func made(e dbtctx.Event, p source.Place) bool {
	if e.Place.File == p.File && e.Place.Span.Overlaps(p.Span) {
		return true
	}
	return slices.ContainsFunc(e.Chain, func(c source.Call) bool { return c.File == p.File && c.Span.Overlaps(p.Span) })
}

// self is the model's own table, as {{ this }} reads it: what its properties
// declare, and nothing that would rest on the model itself.
func (r *run) self(m *sema.Model) *sema.Summary {
	s := sema.SummaryOf(m.Node, m.Declared, r.dialect)
	s.ID, s.This, s.Open, s.OpenWhy = m.Node.ID, true, true, "the columns of `{{ this }}` are those of the model"
	s.Columns, s.Keys, s.Many = nil, nil, nil
	return s
}

// modelRules runs the rules of world and model scope.
func (r *run) modelRules(m *sema.Model) []*finding.Finding {
	query := m.Node.Type == manifest.Model || m.Node.Type == manifest.Snapshot
	var reports []*lint.Report
	for _, rule := range r.rules {
		if !query && !rule.Tests || rule.World == nil && rule.Model == nil {
			continue
		}
		pass := r.pass(rule)
		pass.Model = m
		if rule.World != nil {
			for _, v := range m.Variants {
				if v.World != nil {
					pass.World = v.World
					rule.World(pass, v.World)
				}
			}
			pass.World = nil
		}
		if rule.Model != nil {
			rule.Model(pass, m)
		}
		reports = append(reports, pass.Reports()...)
	}
	return r.findings(reports, m)
}

// worldNames returns the worlds of m that are not forced, by name.
func worldNames(m *sema.Model) []string {
	var out []string
	for _, v := range m.Variants {
		if len(v.Rendered.World.Forced) == 0 && v.World != nil {
			out = append(out, v.Rendered.World.Name)
		}
	}
	return slices.Clip(out)
}
