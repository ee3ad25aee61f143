package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// TruncatedWindow reports a guard below a window function that needs the rows
// before the batch.
var TruncatedWindow = lint.Rule{
	Meta: finding.Meta{Code: "INC06", Name: "truncated-window", Family: "incremental", Severity: finding.Error,
		Summary: "a guard takes away rows that a window function needs", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect == sema.OverwriteAll || s.Effect == sema.ReplaceRange || m.ExcludesHeld() {
			return
		}
		for _, g := range m.Guards() {
			cuts := g.CutsWindows()
			if len(cuts) == 0 {
				continue
			}
			c := cuts[0]
			for _, o := range cuts {
				if o.Sure() && !c.Sure() {
					c = o
				}
			}
			if !c.Kept && s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert {
				continue
			}
			w := g.World
			r := p.ReportIn(w.Rendered, c.Window.Call.Span, "`%s` per %s sees only the rows of `%s` in an incremental run: %s", c.Name, group(c.Partition), oneLine(w.Text(g.Expr.Range())), effectOn(c))
			r.Evidence("guard", sema.Step{Text: "the guard, below the window", Place: w.Place(g.Expr.Range()), Strength: finding.Struct})
			r.Witness(m.Example("window")...).Help("filter above the window, or read the earlier rows of each partition as well")
			r.Quiet("let the guard take partitions whole").About(append(c.Partition, c.Name)...)
			if !c.Sure() {
				r.Lower(finding.Warning)
			}
			if c.Shifted || !c.Kept && !c.Repeats {
				r.Lower(finding.Info)
			}
			return
		}
	},
}

func effectOn(c *sema.CutWindow) string {
	switch {
	case !c.Kept:
		return "a later row takes the place of the first one"
	case c.Name == "lag" || c.Name == "first_value":
		return "the first row of each batch has no row before it"
	case c.Name == "lead":
		return "the last row of the batch before never learns of the next"
	case c.Name == "row_number" || c.Name == "rank" || c.Name == "dense_rank":
		return "the numbers begin anew with each batch"
	}
	return "the result begins anew with each batch"
}
