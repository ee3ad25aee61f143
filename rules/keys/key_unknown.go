package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyUnknown reports a unique_key of which nothing says that it is unique.
var KeyUnknown = lint.Rule{
	Meta: finding.Meta{Code: "UK08", Name: "key-unknown", Family: "keys", Severity: finding.Info,
		Summary: "nothing says that the unique_key is unique", Needs: finding.NeedKeys, Since: "0.1.0"},
	Presets: []string{"strict", "teaching"},
	Model: func(p *lint.Pass, m *sema.Model) {
		key, origin, ok := upserted(m)
		if !ok || declared(m, key) || m.Run().Output.Open {
			return
		}
		out := m.Run().Output
		cols := indexes(m, out, key)
		if len(cols) < len(key) || out.HasKey(cols, true) || m.UniqueWith(key) || m.Run().KeyGap(key) != nil {
			return
		}
		r := at(p, m, origin, "nothing says that %s is unique: the model is merged by it", sema.Tuple(key))
		r.Help("test %s for uniqueness", sema.Tuple(key)).Quiet("a test, a constraint, or a query that proves it").About(key...)
	},
}
