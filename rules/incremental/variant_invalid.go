package incremental

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// VariantInvalid reports a guard that makes the incremental query invalid while
// the full refresh is fine. The other way round is SQL01's.
var VariantInvalid = lint.Rule{
	Meta: finding.Meta{Code: "INC03", Name: "variant-invalid", Family: "incremental", Severity: finding.Error,
		Summary: "one of the two queries of an incremental model is not valid", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		full, incr := m.Full(), m.Incremental()
		if full == nil || incr == nil {
			return
		}
		switch {
		case full.World != nil && incr.World == nil:
			syntax(p, incr, "incremental run", "full refresh")
		case full.World != nil:
			unbound(p, m)
			undefined(p, full.World, incr.World, "full refresh", "incremental run")
			undefined(p, incr.World, full.World, "incremental run", "full refresh")
		}
	},
}

// syntax reports the first error of a variant that does not parse, unless a
// template value that is not known stands near it.
func syntax(p *lint.Pass, v *sema.Variant, bad, good string) {
	if len(v.Tree.Errors) == 0 || len(v.Rendered.Holes) > 0 || v.Rendered.Stopped != "" || len(v.Rendered.Errors) > 0 {
		return
	}
	e := v.Tree.Errors[0]
	r := p.ReportIn(v.Rendered, e.Span, "the SQL of the %s is not valid: %s", bad, e.Message)
	r.Note("other", "the SQL of the %s is valid", good)
	if strings.Contains(e.Message, "`where`") || isWhere(v, e.Span) {
		r.Help("the query has a WHERE already: write `and` in the guard")
	} else {
		r.Help("render the model with `dbtvet compile --world incremental` to see the query")
	}
	r.Quiet("both queries must parse")
}

func isWhere(v *sema.Variant, s source.Span) bool {
	s = s.Clamp(len(v.Rendered.Text))
	return strings.EqualFold(v.Rendered.Text[s.Start:s.End], "where")
}

// unbound reports columns that only the incremental query lacks.
func unbound(p *lint.Pass, m *sema.Model) {
	incr := m.Incremental()
	for _, u := range m.UnboundInRun() {
		text := incr.World.Text(u.Column.Span)
		r := p.ReportIn(incr.Rendered, u.Column.Span, "the incremental run fails: no relation in FROM has a column `%s`", oneLine(text))
		if u.Near != "" {
			r.Note("near", "`%s` is perhaps `%s`", oneLine(text), u.Near)
		}
		r.Help("use a column of the relations in FROM; a name given in SELECT cannot be used in WHERE everywhere")
		r.Quiet("name a column that exists").About(text)
	}
}

// undefined reports a relation that one of the queries defines as a CTE, and
// that the other reads without doing so: there it is a table that nothing makes.
func undefined(p *lint.Pass, w, other *sema.World, bad, good string) {
	own := map[string]bool{}
	for _, c := range w.CTEs {
		own[strings.ToLower(c.Node.Name.Name)] = true
	}
	for _, s := range w.Scans {
		if len(s.Table.Name) != 1 || s.Relation.ID != "" || s.Relation.This {
			continue
		}
		name := strings.ToLower(s.Table.Name[0].Name)
		if own[name] || !slices.ContainsFunc(other.CTEs, func(c *sema.CTE) bool { return strings.EqualFold(c.Node.Name.Name, name) }) {
			continue
		}
		r := p.ReportIn(w.Rendered, s.Table.Span, "the %s fails: `%s` is a CTE of the %s alone, and here a table that nothing makes", bad, name, good)
		r.Help("put both under the same condition").Quiet("define the CTE where it is read").About(name)
		return
	}
}
