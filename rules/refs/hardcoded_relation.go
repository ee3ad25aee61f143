// Package refs holds the rules about how models name what they read: through
// ref and source, so that dbt knows the order and the place. They read the
// manifest and the tables that a world scans, and know no columns.
package refs

import (
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
	o := lint.Options[hardcodedOptions](p)
	seen := map[string]bool{}
	for _, w := range m.Worlds() {
		for _, s := range w.Scans {
			name := written(s.Table)
			if seen[name] || !literal(p.Manifest, w, s) || allowed(o.Allow, name) {
				continue
			}
			seen[name] = true
			reportHardcoded(p, m, w, s.Table, name)
		}
	}
}

func reportHardcoded(p *lint.Pass, m *sema.Model, w *sema.World, t *sql.Table, name string) {
	span := sql.Span{Start: t.Start, End: t.NameEnd}
	r := p.ReportIn(w.Rendered, span, "`%s` is read by its name in the warehouse", name).About(strings.ToLower(name))
	twin := namesake(p.Manifest, m.Node, t)
	switch {
	case m.Node.Type != manifest.Model && m.Node.Type != manifest.Snapshot:
		r.Lower(finding.Info)
	case catalogue(t), !verbatim(w, span):
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

// literal reports whether the scan names a table by text of the project: not
// by what ref, source or this printed, nor by something that is not known.
func literal(m *manifest.Manifest, w *sema.World, s *sema.Scan) bool {
	t := s.Table
	if s.Relation.ID != "" || s.Relation.This || t.Literal || len(t.Name) == 0 || nameless(t) || part(w, t) {
		return false
	}
	rendered := w.Rendered
	if rendered == nil || rendered.Map == nil {
		return false
	}
	for i := rendered.Map.Index(t.Start); i >= 0 && i < len(rendered.Map.Segments); i++ {
		seg := rendered.Map.Segments[i]
		if seg.Out >= t.NameEnd {
			break
		}
		if seg.Mark > 0 {
			if _, ok := rendered.Map.Marks[seg.Mark-1].(*dbtctx.Relation); ok {
				return false
			}
		}
		if foreign(m, seg.File) {
			return false
		}
	}
	return true
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

// part reports whether the name may be a path into another relation of the
// text, as BigQuery's `from orders, orders.items`.
func part(w *sema.World, t *sql.Table) bool {
	if len(t.Name) < 2 {
		return false
	}
	first := w.Dialect.Fold(t.Name[0])
	for _, s := range w.Scans {
		if s.Table == t {
			continue
		}
		if a := s.Table.Alias; a != nil && a.Name != nil && w.Dialect.Fold(a.Name) == first {
			return true
		}
		if last := s.Table.Name; len(last) > 0 && len(last) < len(t.Name) && w.Dialect.Fold(last[len(last)-1]) == first {
			return true
		}
	}
	for _, c := range w.CTEs {
		if c.Node.Name != nil && w.Dialect.Fold(c.Node.Name) == first {
			return true
		}
	}
	return false
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

// verbatim reports whether the whole name stands in a template as it is: no
// variable gives the schema or the database.
func verbatim(w *sema.World, s sql.Span) bool {
	m := w.Rendered.Map
	text := w.Tree.Text
	for i := m.Index(s.Start); i >= 0 && i < len(m.Segments) && m.Segments[i].Out < s.End; i++ {
		seg := m.Segments[i]
		from, to := max(seg.Out, s.Start), min(m.End(i), s.End)
		at := source.Span{Start: seg.Src.Start + from - seg.Out, End: seg.Src.Start + to - seg.Out}
		if seg.Fid != source.Exact || seg.File.Slice(at) != text[from:to] {
			return false
		}
	}
	return true
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
