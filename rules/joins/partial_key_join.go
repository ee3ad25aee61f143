package joins

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// PartialKeyJoin reports a join on a part of a composite key where the other
// side has the rest of it too: a condition was forgotten.
var PartialKeyJoin = lint.Rule{
	Meta: finding.Meta{Code: "FAN04", Name: "partial-key-join", Family: "joins", Severity: finding.Warning,
		Summary: "a join leaves out a part of a composite key that both sides have", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		broken := map[*sema.Join]bool{}
		for _, b := range w.BrokenKeys(keysOf(p.Model)) {
			broken[b.Join] = true // FAN01 says more
		}
		for _, k := range w.PartialKeys(keysOf(p.Model)) {
			if broken[k.Join] {
				continue
			}
			v := k.Verdict
			r := p.Report(k.Join.Span(), "the join to `%s` compares %s, a part of its key %s; `%s` has %s too", v.Side, names(v.On), sema.Tuple(v.Key), k.Left, names(k.Missing))
			r.Evidence("grain", v.Proof()...).Witness(v.Witness(k.Left, "")...).About(append(v.Key, v.Side)...)
			r.Help("compare %s as well", names(k.Missing))
			quiet(r, v)
			graded(r, v)
		}
	},
}
