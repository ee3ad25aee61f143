package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyNonDeterministic reports a key that has another value in each run for the
// same row: it finds nothing in the table.
var KeyNonDeterministic = lint.Rule{
	Meta: finding.Meta{Code: "UK11", Name: "key-non-deterministic", Family: "keys", Severity: finding.Error,
		Summary: "a unique_key column has another value in each run", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		key, origin, known := m.Node.UniqueKey()
		run := m.Run()
		if !m.Incremented() || !known || run == nil || s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert {
			return
		}
		for _, k := range key {
			u := run.Unstable(k)
			if u == nil || u.Clock && keepsHistory(m) || u.Numbered && (m.ExcludesHeld() || len(m.Guards()) == 0) {
				continue
			}
			r := at(p, m, origin, "`%s` of the `unique_key` is %s: no run finds the rows of the one before, and all are inserted again", k, whatIs(u))
			r.Evidence("key", sema.Step{Text: "`" + k + "` is `" + short(run.Text(u.Expr.Range())) + "`", Place: run.Place(u.Expr.Range()), Strength: finding.Struct})
			if u.Numbered {
				r.Message = "`" + k + "` of the `unique_key` numbers the rows of each batch from 1: they replace other rows that had these numbers"
			}
			r.Note("strategy", "%s: an incremental run %s", strategyText(m, s), s.Effect)
			r.Help("make the key of columns that a row keeps, such as the columns that identify it, or a hash of them")
			r.Quiet("a key whose value is a function of the row").About(k)
			if u.Clock || !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
			return
		}
	},
}

func whatIs(u *sema.Unstable) string {
	if u.Clock {
		return "the time of the run"
	}
	return "another random value in each run"
}
