package filters

import (
	"path"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// sizeOptions are the options of rules that speak of large tables only.
type sizeOptions struct {
	// Large are patterns of relations that are large, whatever their
	// configuration says.
	Large []string `json:"large_relations" jsonschema:"patterns of names of models and sources that are large, such as app.events or fct_*"`
	// Small are patterns of relations that are not.
	Small []string `json:"small_relations" jsonschema:"patterns of names of models and sources that are small, whatever else speaks for them"`
}

// large returns what tells that a relation is large; ok is false when nothing
// does, or an option says that it is small.
func (o *sizeOptions) large(s *sema.Summary) (why sema.Step, ok bool) {
	switch {
	case names(o.Small, s.Name):
		return why, false
	case names(o.Large, s.Name):
		return sema.Step{Text: "`large_relations` names `" + s.Name + "`", Strength: finding.Declared}, true
	}
	return s.Storage.Large, s.Storage.Large.Text != ""
}

// names reports whether one of the patterns matches a relation's name.
func names(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(strings.ToLower(p), strings.ToLower(name))
		return ok
	})
}

// GuardNotReachingScan reports a guard that the engine applies after it has read
// a large table whole.
var GuardNotReachingScan = lint.Rule{
	Meta: finding.Meta{Code: "FLT08", Name: "guard-not-reaching-scan", Family: "filters", Severity: finding.Warning,
		Summary: "an incremental run reads a large table whole, and filters it later", Needs: finding.NeedColumns, Since: "0.1.0"},
	Options: func() any { return &sizeOptions{} },
	Model: func(p *lint.Pass, m *sema.Model) {
		if yes, _ := m.IsIncremental(); !yes {
			return
		}
		for _, u := range m.UnreachedGuards() {
			why, ok := lint.Options[sizeOptions](p).large(u.Scan.Relation)
			if !ok {
				continue
			}
			w := u.Guard.World
			r := p.ReportIn(w.Rendered, u.Guard.Expr.Range(), "each run reads all of `%s`: the guard stands above %s", u.Scan.Relation.Name, u.Barrier)
			r.Evidence("large", why).Evidence("barrier", sema.Step{Text: "what stands between", Place: w.Place(u.At), Strength: finding.Struct})
			r.About(u.Scan.Relation.Name, u.Barrier)
			if u.Fence != nil {
				r.Note("engine", "%s: %s", m.Adapter.Name, sema.ReachOf(m.Adapter.Name, sema.CTETwice).Source)
				r.Help("move the guard into `%s`: all that read it have it, the result is the same", u.Fence.Node.Name.Name).Quiet("a guard where `%s` is read", u.Scan.Relation.Name)
				continue
			}
			r.Lower(finding.Info).Help("leave it where the rows before the batch are needed; else let the guard stand where `%s` is read", u.Scan.Relation.Name)
			r.Note("moved", "below %s the guard would change what is computed over the rows before the batch", u.Barrier).Quiet("a guard where `%s` is read", u.Scan.Relation.Name)
		}
	},
}

// LateAcrossCTE notes a condition that all readers of a CTE have, which the
// engine applies only after it has computed the CTE over a large table.
var LateAcrossCTE = lint.Rule{
	Meta: finding.Meta{Code: "FLT09", Name: "late-filter-across-cte", Family: "filters", Severity: finding.Info,
		Summary: "all readers of a CTE filter a large table that the engine has read whole by then", Needs: finding.NeedColumns, Since: "0.1.0"},
	Options: func() any { return &sizeOptions{} },
	World: func(p *lint.Pass, w *sema.World) {
		for _, f := range fenced(p, w) {
			why, ok := lint.Options[sizeOptions](p).large(f.Scan.Relation)
			if !ok {
				continue
			}
			cond, name := oneLine(w.Text(f.Filters[0].Expr.Range())), f.CTE.Node.Name.Name
			r := p.Report(f.Filters[0].Expr.Range(), "`%s` is read whole into `%s`, although all that read `%s` ask for `%s`", f.Scan.Relation.Name, name, name, cond)
			r.Evidence("large", why)
			for _, o := range f.Filters[1:] {
				r.Evidence("again", sema.Step{Text: "the same condition", Place: w.Place(o.Expr.Range()), Strength: finding.Struct})
			}
			r.Note("engine", "%s: %s", p.Model.Adapter.Name, sema.ReachOf(p.Model.Adapter.Name, sema.CTETwice).Source)
			r.Help("add the condition to `%s`: the result is the same", name).Quiet("filter in `%s`", name).About(name, cond)
		}
	},
}

// fenced returns the conditions that stand above a CTE which is computed once,
// but for guards, which GuardNotReachingScan judges.
func fenced(p *lint.Pass, w *sema.World) []sema.Fenced {
	guards := map[*sema.Filter]bool{}
	for _, g := range p.Model.Guards() {
		guards[g.Filter] = true
	}
	return slices.DeleteFunc(w.Fenced(p.Model.Adapter.Name), func(f sema.Fenced) bool { return guards[f.Filters[0]] })
}
