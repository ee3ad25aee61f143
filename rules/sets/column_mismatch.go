// Package sets holds the rules about UNION, INTERSECT and EXCEPT.
package sets

import (
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// ColumnMismatch reports a branch of a set operation that does not line up with
// the first: another number of columns fails, the same names in another order
// put values under the wrong name.
var ColumnMismatch = lint.Rule{
	Meta: finding.Meta{Code: "SET01", Name: "set-op-column-mismatch", Family: "sets", Severity: finding.Error,
		Summary: "the branches of a set operation do not have the same columns in the same order", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		r := w.Rendered
		if r == nil || len(r.World.Forced) > 0 || r.Stopped != "" || len(r.Errors) > 0 || w.Truncated() {
			return
		}
		seen := map[*sema.SetOp]bool{}
		for _, m := range w.Misaligned() {
			switch {
			case m.Have != m.Want:
				p.Report(m.Span, "branch %d of the set operation has %s, the first has %d", m.Branch, columns(m.Have), m.Want).
					Help("give every branch the same columns in the same order").
					Quiet("as many columns in every branch")
			case !seen[m.Op]:
				seen[m.Op] = true
				reportOrder(p, m)
			}
		}
	},
}

// reportOrder reports the first branch whose columns stand in another order.
func reportOrder(p *lint.Pass, m sema.Misaligned) {
	have, want := moved(m)
	p.Report(m.Span, "branch %d of the set operation has the columns of the first in another order: %s stand where the first has %s", m.Branch, have, want).
		Lower(finding.Warning).About(m.Names...).
		Note("effect", "a set operation goes by position: the values end up under other names").
		Help("put the columns of the branches in one order").Quiet("one order of the names, or names that differ")
}

// moved names the columns that stand at another place than in the first branch.
func moved(m sema.Misaligned) (have, want string) {
	var a, b []string
	for i := range m.Names {
		if !strings.EqualFold(m.Names[i], m.First[i]) && len(a) < 4 {
			a, b = append(a, m.Names[i]), append(b, m.First[i])
		}
	}
	return "`" + strings.Join(a, "`, `") + "`", "`" + strings.Join(b, "`, `") + "`"
}

func columns(n int) string {
	if n == 1 {
		return "one column"
	}
	return strconv.Itoa(n) + " columns"
}
