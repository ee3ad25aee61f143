// Package refs holds the rules about how models name what they read: through
// ref and source, so that dbt knows the order and the place. They read the
// manifest and the tables that a world scans, and know no columns.
package refs

import (
	"iter"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// hardcodedOptions are the options of HardcodedRelation.
type hardcodedOptions struct {
	// Allow are names, or patterns of them, that may be written out.
	Allow []string `json:"allow" jsonschema:"names or patterns of relations that may be written out, such as monitoring.*"`
}

// HardcodedRelation reports a table that is named by its warehouse name. dbt
// then builds it in no order relative to the model, and the model reads
// production from every environment.
var HardcodedRelation = lint.Rule{
	Meta: finding.Meta{
		Code: "REF01", Name: "hardcoded-relation", Family: "refs", Severity: finding.Error,
		Summary: "a model reads a table by its name in the warehouse, past ref and source", Needs: finding.NeedSQL, Since: "0.1.0",
	},
	Tests:   true,
	Options: func() any { return &hardcodedOptions{} },
	Model:   hardcodedRelation,
}

func hardcodedRelation(p *lint.Pass, m *sema.Model) {
	if m.Node.Type == manifest.Analysis {
		return
	}
	o := lint.Options[hardcodedOptions](p)
	ctes := cteNames(m)
	seen := map[string]bool{}
	for _, w := range m.Worlds() {
		for _, s := range w.Scans {
			name := written(s.Table)
			if seen[name] || allowed(o.Allow, name) || len(s.Table.Name) == 1 && ctes[w.Dialect.Fold(s.Table.Name[0])] || !literal(p.Manifest, w, s) {
				continue
			}
			seen[name] = true
			reportHardcoded(p, m, w, s.Table, name)
		}
	}
}

// cteNames are the names of common table expressions of any world. One that a
// world reads without having it is another mistake, or only looks so in a
// world that was forced.
func cteNames(m *sema.Model) map[string]bool {
	out := map[string]bool{}
	for _, w := range m.Worlds() {
		for _, c := range w.CTEs {
			if c.Node.Name != nil {
				out[w.Dialect.Fold(c.Node.Name)] = true
			}
		}
	}
	return out
}

func reportHardcoded(p *lint.Pass, m *sema.Model, w *sema.World, t *sql.Table, name string) {
	span := sql.Span{Start: t.Start, End: t.NameEnd}
	whole := spelt(w, span)
	shown := name
	if at, _ := w.Rendered.Map.Source(span); !whole && at.File != nil {
		shown = strings.Join(strings.Fields(at.File.Slice(at.Span)), " ")
	}
	r := p.ReportIn(w.Rendered, span, "`%s` is read by its name in the warehouse", shown).About(strings.ToLower(name))
	twin := namesake(p.Manifest, m.Node, t)
	switch {
	case !whole, catalogue(t), m.Node.Type == manifest.SingularTest:
		r.Lower(finding.Info)
	case twin == nil:
		r.Lower(finding.Warning)
	}
	if twin == nil {
		r.Help("declare it as a source, or use ref() if dbt builds it")
		return
	}
	r.Help("write `%s`", call(twin))
}

// literal reports whether the scan names a table by text of the project: its
// last part at least is spelt out in a template, not what an expression such as
// ref, source, a variable or a macro's result printed.
func literal(m *manifest.Manifest, w *sema.World, s *sema.Scan) bool {
	t := s.Table
	if s.Relation.ID != "" || s.Relation.This || t.Literal || len(t.Name) == 0 || nameless(t) || part(w, t) {
		return false
	}
	if w.Rendered == nil || w.Rendered.Map == nil || !spelt(w, t.Name[len(t.Name)-1].Span) {
		return false
	}
	for seg := range segments(w.Rendered.Map, sql.Span{Start: t.Start, End: t.NameEnd}) {
		if _, ok := markOf(w.Rendered.Map, seg).(*dbtctx.Relation); ok || foreign(m, seg.File) {
			return false
		}
	}
	return true
}

// segments yields the segments that the output range s is made of.
func segments(m *source.Map, s sql.Span) iter.Seq[source.Segment] {
	return func(yield func(source.Segment) bool) {
		for i := max(0, m.Index(s.Start)); i < len(m.Segments) && m.Segments[i].Out < s.End; i++ {
			if !yield(m.Segments[i]) {
				return
			}
		}
	}
}

func markOf(m *source.Map, seg source.Segment) any {
	if seg.Mark == 0 {
		return nil
	}
	return m.Marks[seg.Mark-1]
}

// spelt reports whether the output range s is text of a template, none of it
// printed by an expression.
func spelt(w *sema.World, s sql.Span) bool {
	for seg := range segments(w.Rendered.Map, s) {
		if seg.Fid != source.Exact || seg.File == nil || inTag(seg.File, seg.Src.Start) {
			return false
		}
	}
	return true
}

// inTag reports whether byte off of a template is inside of {{ }} or {% %}.
func inTag(f *source.File, off int32) bool {
	before := f.Text[:source.At(off).Clamp(len(f.Text)).Start]
	opened := max(strings.LastIndex(before, "{{"), strings.LastIndex(before, "{%"))
	return opened > max(strings.LastIndex(before, "}}"), strings.LastIndex(before, "%}"))
}

// nameless reports whether a part of the name is not known, or the name is
// that of no table: Oracle's and Snowflake's dual, a file of a lake.
func nameless(t *sql.Table) bool {
	for _, id := range t.Name {
		if id.Hole || strings.ContainsAny(id.Name, "/@") {
			return true
		}
	}
	return len(t.Name) == 1 && strings.EqualFold(t.Name[0].Name, "dual")
}

// part reports whether the name is a path into another relation of the text,
// as BigQuery's `from orders, orders.items`, or of an enclosing query.
func part(w *sema.World, t *sql.Table) bool {
	if len(t.Name) < 2 {
		return false
	}
	first := w.Dialect.Fold(t.Name[0])
	for _, stmt := range w.Tree.Statements {
		if stmt.Query == nil {
			continue
		}
		for n := range sql.Walk(stmt.Query) {
			if name := called(n); n != sql.Node(t) && name != nil && w.Dialect.Is(name, first) {
				return true
			}
		}
	}
	return false
}

// called returns the name by which a query calls a relation of its FROM, or nil.
func called(n sql.Node) *sql.Ident {
	switch n := n.(type) {
	case *sql.Alias:
		return n.Name
	case *sql.CTE:
		return n.Name
	case *sql.Table:
		if n.Alias == nil && len(n.Name) == 1 {
			return n.Name[0]
		}
	}
	return nil
}

// foreign reports whether f belongs to dbt or to an installed package.
func foreign(m *manifest.Manifest, f *source.File) bool {
	if f == nil {
		return true
	}
	for _, pkg := range m.Project.Packages {
		if !pkg.Root && strings.HasPrefix(f.Path, pkg.Dir+"/") {
			return true
		}
	}
	return false
}

// catalogue reports whether the table is one of the warehouse about itself.
func catalogue(t *sql.Table) bool {
	for _, id := range t.Name {
		switch strings.ToLower(id.Name) {
		case "information_schema", "pg_catalog", "sys", "system", "account_usage", "organization_usage":
			return true
		}
	}
	first := strings.ToLower(t.Name[0].Name)
	for _, prefix := range []string{"pg_", "stl_", "stv_", "svl_", "svv_", "duckdb_"} {
		if strings.HasPrefix(first, prefix) {
			return true
		}
	}
	return false
}

// written is the name as people write it, without quotes.
func written(t *sql.Table) string {
	parts := make([]string, len(t.Name))
	for i, id := range t.Name {
		parts[i] = id.Name
	}
	return strings.Join(parts, ".")
}

func allowed(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if matches(strings.ToLower(pattern), strings.ToLower(name)) {
			return true
		}
	}
	return false
}
