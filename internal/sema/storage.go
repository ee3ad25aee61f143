package sema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Storage is what the configuration says of how a relation's table is kept: what
// a condition on it can leave unread. The zero value is that nothing is said.
type Storage struct {
	Parts []Part
	// Strict is set when the engine refuses a query without a condition on the
	// partition column.
	Strict bool
	// Large says what tells that the table is large; its text is empty if nothing
	// does.
	Large Step
}

// Part is a column that a table is partitioned by, perhaps truncated to a unit.
type Part struct {
	Name, Fold string
	unit       timeGrain
	Step       Step
}

// storageOf reads the configuration of a node, and the meta of a source.
func storageOf(n *manifest.Node, d *sql.Dialect) Storage {
	var s Storage
	mat, known := n.Materialized()
	switch {
	case n.Type == manifest.Source:
		s.Parts = partsIn(dig(n.Meta, "partition_by"), d)
		s.Strict, _ = dig(n.Meta, "require_partition_filter").(bool)
	case n.Type == manifest.Model && known && (mat == "table" || mat == "incremental"):
		v, origin := n.Config.Get("partition_by")
		s.Parts = partsIn(v, d)
		for i := range s.Parts {
			s.Parts[i].Step.Place = finding.Place{File: origin.File, Span: origin.Span}
		}
		s.Strict, _ = n.Config.Bool("require_partition_filter")
	default:
		return s
	}
	s.Large = largeBy(n, mat == "incremental", s.Parts)
	return s
}

// largeBy says why a table is taken for large: how it is loaded or kept, or what
// its tags and meta say.
func largeBy(n *manifest.Node, incremental bool, parts []Part) Step {
	at := finding.Place{File: n.File, Span: n.Body}
	if n.File != nil {
		at.Span = n.File.LineSpan(n.File.LineOf(n.Body.Start))
	}
	if n.Patch != nil {
		at = finding.Place{File: n.Patch.File, Span: n.Patch.Name}
	}
	said, _ := dig(n.Meta, "large").(bool)
	switch {
	case len(parts) > 0:
		return parts[0].Step
	case incremental:
		return Step{"`" + n.Name + "` is incremental", at, finding.Declared}
	case said || slices.Contains(n.Tags, "large"):
		return Step{"`" + n.Name + "` is marked as large", at, finding.Declared}
	}
	return Step{}
}

// partsIn reads a partition_by: BigQuery's mapping, an expression, or a list of
// them. What is no column or a truncated one is left out.
func partsIn(v jinja.Value, d *sql.Dialect) []Part {
	if m, ok := v.(*jinja.Dict); ok && m != nil {
		return mappedPart(m, d)
	}
	var out []Part
	for _, text := range strs(v) {
		tree := sql.Parse("select "+text, d)
		q := tree.Query()
		if q == nil || len(tree.Errors) > 0 {
			continue
		}
		sel, ok := q.Body.(*sql.Select)
		if !ok {
			continue
		}
		for _, it := range sel.Items {
			if p, ok := partOf(it.X, d); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

func mappedPart(m *jinja.Dict, d *sql.Dialect) []Part {
	field, ok := jinja.TextOf(dig(m, "field"))
	if !ok || field == "" {
		return nil
	}
	p := newPart(field, day, d)
	kind, _ := jinja.TextOf(dig(m, "data_type"))
	if g, ok := jinja.TextOf(dig(m, "granularity")); ok {
		p.unit = grainWords[strings.ToLower(g)]
	}
	if strings.HasPrefix(strings.ToLower(kind), "int") {
		p.unit = instant
	}
	return []Part{p}
}

func newPart(name string, unit timeGrain, d *sql.Dialect) Part {
	return Part{name, d.FoldName(name, false), unit, Step{Text: fmt.Sprintf("the table is partitioned by `%s`", name), Strength: finding.Declared}}
}

func partOf(e sql.Expr, d *sql.Dialect) (Part, bool) {
	unit := instant
	for range maxDepth {
		if c, ok := sql.Unparen(e).(*sql.Column); ok {
			return newPart(c.Parts[len(c.Parts)-1].Name, unit, d), true
		}
		g, ok := grainOf(e)
		if !ok {
			return Part{}, false
		}
		unit = coarser(unit, g)
		switch x := sql.Unparen(e).(type) {
		case *sql.Cast:
			e = x.X
		case *sql.Call:
			i := slices.IndexFunc(x.Args, func(a *sql.Arg) bool { _, ok := sql.Unparen(a.X).(*sql.Column); return ok })
			if i < 0 {
				return Part{}, false
			}
			e = x.Args[i].X
		}
	}
	return Part{}, false
}
