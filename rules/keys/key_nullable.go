package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyNullable reports a key column that is NULL in some rows, where `=` compares
// the key: such rows are never found again and inserted by every run.
var KeyNullable = lint.Rule{
	Meta: finding.Meta{Code: "UK09", Name: "key-nullable", Family: "keys", Severity: finding.Warning,
		Summary: "a unique_key column can be NULL, and NULL equals nothing", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		key, origin, known := m.Node.UniqueKey()
		if !m.Incremented() || !known || s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert || m.Run() == nil || m.Run().Output == nil {
			return
		}
		if s.NullSafe(len(key), p.Manifest.Project.Root.Flags.Get("enable_truthy_nulls_equals_macro").Text() == "true") {
			return
		}
		for _, k := range key {
			if _, tested := m.Declared.NotNull[m.Dialect.FoldName(k, false)]; tested {
				continue
			}
			if n := m.Run().MayBeNull(k); n != nil {
				r := at(p, m, origin, "`%s` of the `unique_key` can be NULL: such rows match none of the table and are inserted again by each run", k)
				r.Evidence("null", sema.Step{Text: n.Why, Place: n.Place, Strength: finding.Struct})
				r.Note("strategy", "%s: an incremental run %s", strategyText(m, s), s.Effect)
				r.Witness(m.Example("null")...).Help("use a surrogate key, or give `%s` a value where there is none", k)
				r.Quiet("filter `%s is not null`, or test the column `not_null`", k).About(k)
				if !m.Adapter.Sure && !s.Explicit {
					r.Lower(finding.Info)
				}
				return
			}
		}
	},
}
