package incremental

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// NoEffectiveGuard reports an incremental model whose incremental run selects
// the same rows as a full refresh.
var NoEffectiveGuard = lint.Rule{
	Meta: finding.Meta{Code: "INC01", Name: "no-effective-guard", Family: "incremental", Severity: finding.Error,
		Summary: "an incremental run selects the same rows as a full refresh", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		full := m.Full()
		if !m.Incremented() || full == nil || full.World == nil || m.Incremental() != nil || full.World.Limits() {
			return
		}
		s := m.Strategy()
		switch s.Effect {
		case sema.Append:
			r := atConfig(p, m, "materialized", "every run inserts all rows again: the model is incremental, selects the same rows each time, and has no key that replaces any")
			r.Note("strategy", "`%s`%s: an incremental run %s", s.Name, origin(m, s), s.Effect)
			r.Witness(m.Example("append")...).Help("select only new rows under `is_incremental()`, or materialize as a table")
			r.Quiet("restrict the rows by `{{ this }}`, a clock or a variable")
			if !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
		case sema.Upsert, sema.DeleteInsert, sema.OverwriteParts:
			r := atConfig(p, m, "materialized", "every run reads all rows again: nothing restricts them on an incremental run")
			r.Note("strategy", "`%s`%s: an incremental run %s, so the result is right", s.Name, origin(m, s), s.Effect)
			r.Help("select only new rows under `is_incremental()`, or materialize as a table").Lower(finding.Info)
			r.Quiet("restrict the rows by `{{ this }}`, a clock or a variable")
		}
	},
}

func origin(m *sema.Model, s sema.Strategy) string {
	if s.Explicit {
		return ""
	}
	return " (the default of " + m.Adapter.Name + ")"
}
