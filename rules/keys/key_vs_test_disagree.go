package keys

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyVsTestDisagree reports a merge by other columns than those that are tested
// to be unique.
var KeyVsTestDisagree = lint.Rule{
	Meta: finding.Meta{Code: "UK20", Name: "key-vs-test-disagree", Family: "keys", Severity: finding.Info,
		Summary: "rows are merged by other columns than the tested key", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		key, origin, ok := upserted(m)
		if !ok {
			return
		}
		for _, d := range m.Disagreements(key) {
			r := at(p, m, origin, "rows are merged by %s, and tested to be unique by %s: nothing joins the two", sema.Tuple(d.Key), sema.Tuple(d.Tested))
			r.Evidence("test", d.Step)
			r.Help("merge by what is tested, or test what is merged by")
			r.Quiet("a test of %s, or a key that holds the tested columns", sema.Tuple(d.Key)).About(key...)
			return
		}
	},
}
