package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// LossyJoinKey reports a join on a shortened key: a truncated time or a piece of
// a text, which several rows share.
var LossyJoinKey = lint.Rule{
	Meta: finding.Meta{Code: "FAN10", Name: "lossy-join-key", Family: "joins", Severity: finding.Warning,
		Summary: "a join compares a shortened form of the key, which several rows share", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		for _, l := range w.LossyKeys() {
			right := l.Join.RightName
			cond := strings.Join(strings.Fields(w.Text(l.Cond.Range())), " ")
			r := p.Report(l.Cond.Range(), "`%s` can meet several rows of `%s`: `%s` identifies a row, `%s` need not", cond, right, l.Key, l.Expr)
			r.Evidence("key", l.Steps...).About(l.Key, right)
			r.Help("group `%s` by `%s` before the join, or compare `%s` itself", right, l.Expr, l.Key).Quiet("if one row has each `%s`, test it unique: this finding disappears", l.Expr)
			if !l.Counts || !l.Accuses() {
				r.Lower(finding.Info)
			}
		}
	},
}
