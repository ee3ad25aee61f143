// Package order holds the rules about results that depend on the order in which
// the warehouse happens to read rows.
package order

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// NondeterministicRowChoice reports a choice among rows that nothing in the
// query decides: a ranking without an order, one whose order is the same for
// all rows of a partition, a LIMIT without ORDER BY.
var NondeterministicRowChoice = lint.Rule{
	Meta: finding.Meta{Code: "DET01", Name: "nondeterministic-row-choice", Family: "order", Severity: finding.Error,
		Summary: "which row is taken depends on the order in which the warehouse reads them", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if w.Rendered == nil || len(w.Rendered.World.Forced) > 0 || w.Truncated() {
			return
		}
		for _, win := range w.Windows() {
			window(p, w, win)
		}
		if p.Model.Node.Type == manifest.Model {
			limits(p, w)
		}
	},
}

// ranking are the window functions whose value depends on the order.
var ranking = map[string]bool{
	"row_number": true, "rank": true, "dense_rank": true, "ntile": true,
	"lag": true, "lead": true, "first_value": true, "last_value": true, "nth_value": true,
}

func window(p *lint.Pass, w *sema.World, win *sema.Window) {
	name := win.Name()
	kind := win.Order()
	if !ranking[name] || kind == sema.Ordered || name == "last_value" && win.Call.Over != nil && win.Call.Over.Frame != nil {
		return
	}
	refused := kind == sema.Unordered && refuses(w.Dialect.Name, name)
	if !refused && name == "row_number" && (!win.Chooses() || win.Alike()) {
		return // a number for each row, in no order that matters
	}
	if !refused && (len(win.Partition()) == 0 && name == "row_number" || name == "rank" || name == "dense_rank") {
		return
	}
	what := "has no ORDER BY"
	if kind == sema.Constant {
		what = "is ordered by " + sema.Tuple(win.OrderedBy()) + ", which is the same for all rows of a partition"
	}
	r := p.Report(win.Call.Span, "`%s` %s: any row of %s can come first", name, what, partition(win)).About(name)
	r.Help("order by columns that tell the rows of a partition apart").Quiet("an ORDER BY that is not the same for all rows of a partition")
	switch {
	case refused && p.Model.Adapter.Sure:
		r.Note("effect", "%s refuses `%s` without ORDER BY", w.Dialect.Name, name)
	default:
		r.Lower(finding.Warning)
	}
	r.Evidence("order", win.Proof()...)
	if r.Strength != finding.Unstated && r.Strength < finding.Tested {
		r.Lower(finding.Info)
	}
}

func partition(win *sema.Window) string {
	if cols := win.Partition(); len(cols) > 0 {
		return "a " + sema.Tuple(cols)
	}
	return "the result"
}

// refuses reports whether a warehouse does not run a ranking without ORDER BY.
func refuses(dialect, fn string) bool {
	switch dialect {
	case "snowflake", "tsql":
		return fn != "nth_value"
	case "bigquery":
		return fn != "row_number" && fn != "first_value" && fn != "last_value" && fn != "nth_value"
	case "spark", "databricks":
		return fn != "first_value" && fn != "last_value" && fn != "nth_value"
	}
	return false
}

// limits reports LIMITs that cut the rows of a table at random. One that a
// branch of the template adds, for development mostly, is meant so.
func limits(p *lint.Pass, w *sema.World) {
	mat, known := p.Model.Node.Materialized()
	if !known || mat != "table" && mat != "incremental" {
		return
	}
	for _, c := range w.Cuts() {
		if c.Expr || !c.Output && oneRow(c) || branched(w, c.Query.Limit.Range()) {
			continue
		}
		r := p.Report(c.Query.Limit.Range(), "LIMIT %s keeps any rows: the query has no ORDER BY", oneLine(w.Text(c.Query.Limit.Range())))
		r.Lower(finding.Warning).Help("order the rows by a key, or leave the LIMIT out").Quiet("an ORDER BY, or a condition on the target around the LIMIT")
	}
}

// oneRow reports whether a query inside of the model keeps one row, as the query
// of a helper that has no more does.
func oneRow(c sema.Cut) bool {
	lit, ok := c.Query.Limit.(*sql.Literal)
	return ok && lit.Text == "1"
}

// branched reports whether the text at s stands in a branch of the template, or
// was made by an expression.
func branched(w *sema.World, s sql.Span) bool {
	at := w.Place(s)
	for _, e := range w.Rendered.Conditions {
		if e.Then.Contains(at.Span) || e.Else.Contains(at.Span) {
			return true
		}
	}
	return fromTemplate(w.Rendered, s)
}

// fromTemplate reports whether an expression printed the text at s.
func fromTemplate(r *dbtctx.Rendered, s sql.Span) bool {
	p, _ := r.Map.Source(s)
	return p.File == nil || !strings.EqualFold(p.File.Slice(p.Span), r.Text[s.Start:s.End])
}

func oneLine(s string) string { return finding.OneLine(s, 0) }
