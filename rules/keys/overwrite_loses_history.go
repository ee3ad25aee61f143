package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// OverwriteLosesHistory reports a run that replaces the whole table by the rows
// that a guard lets through.
var OverwriteLosesHistory = lint.Rule{
	Meta: finding.Meta{Code: "UK14", Name: "overwrite-loses-history", Family: "keys", Severity: finding.Error,
		Summary: "the whole table is replaced by the newest rows", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: lint.EachOutput(func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		if !m.Incremented() || s.Effect != sema.OverwriteAll || m.ExcludesHeld() || homeMade(p.Manifest, s.Name) {
			return
		}
		for _, g := range m.Restricting() {
			if len(m.Blanks()) > 0 {
				continue
			}
			_, origin := m.Node.Config.Get("incremental_strategy")
			r := at(p, m, origin, "`%s` replaces the whole table here: after an incremental run it holds the rows of `%s` alone", s.Name, short(g.World.Text(g.Expr.Range())))
			r.Evidence("guard", sema.Step{Text: "the guard", Place: g.World.Place(g.Expr.Range()), Strength: finding.Struct})
			if m.Adapter.Name == "snowflake" {
				r.Note("adapter", "on snowflake insert_overwrite knows no partitions")
				r.Help("use `delete+insert` with the date as `unique_key`")
			} else {
				r.Note("adapter", "without `partition_by` there is one partition: the table")
				r.Help("set `partition_by` to what the guard compares")
			}
			r.Witness(m.Example("whole")...).Quiet("read all rows, or replace parts").About(s.Name)
			if !m.Adapter.Sure {
				r.Lower(finding.Warning)
			}
			return
		}
	}),
}

func short(s string) string {
	r := []rune(squeeze(s))
	if len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return string(r)
}
