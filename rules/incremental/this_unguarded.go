package incremental

import (
	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// ThisUnguarded reports {{ this }} in the query of a full refresh: at the first
// build the table does not exist.
var ThisUnguarded = lint.Rule{
	Meta: finding.Meta{Code: "INC12", Name: "this-unguarded", Family: "incremental", Severity: finding.Error,
		Summary: "{{ this }} is read outside of is_incremental()", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		full := m.Full()
		if full == nil || full.World == nil || m.Node.Type != "model" {
			return
		}
		for _, s := range full.World.This {
			if full.Undecided(full.World.Place(s.Table.Span)) || perhaps(full, s) {
				continue
			}
			r := p.ReportIn(full.Rendered, s.Table.Span, "`{{ this }}` is read although the first build has no such table: the first run and every full refresh without it fail")
			r.Help("read it only under `{%% if is_incremental() %%}`").Quiet("put the reference into an `is_incremental()` block")
			return
		}
	},
}

// perhaps reports whether a macro made the reference under a condition whose
// value is not known, such as one on the columns that the table has.
func perhaps(v *sema.Variant, s *sema.Scan) bool {
	mark, _ := v.Rendered.Map.Mark(s.Table.Start)
	this, ok := mark.(*dbtctx.Relation)
	return ok && this.Undecided
}
