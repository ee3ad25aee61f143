package docs

import (
	"regexp"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// DocSaysUnique reports a column whose description calls it unique while a join
// of the model repeats the rows that it names.
var DocSaysUnique = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC11", Name: "doc-says-unique", Family: "docs", Severity: finding.Info,
		Summary: "a description calls a column unique, and a join of the model repeats it", Needs: finding.NeedKeys, Since: "0.1.0",
	},
	Presets: []string{"strict", "teaching"},
	World: func(p *lint.Pass, w *sema.World) {
		n := p.Model.Node
		if !tables(n) {
			return
		}
		for _, c := range n.Columns {
			if !claims.MatchString(c.Description.Value) || declaredKey(p.Model, c.Name) {
				continue
			}
			fact := sema.Fact{Cols: []string{bare(c.Name)}, Lax: true}
			for _, b := range w.BrokenKeys([]sema.Fact{fact}) {
				r := p.Report(b.Join.Span(), "`%s` is described as unique, but the join to `%s` can repeat it", c.Name, b.Verdict.Side).About(c.Name, b.Verdict.Side)
				r.Evidence("grain", b.Verdict.Proof()...).Related(c.File, c.Description.Span, "the description")
				r.Help("correct the description, or the join").Quiet("a proof or a test of what the text says")
			}
		}
	},
}

var claims = regexp.MustCompile(`(?i)\b(primary key of (this|the) (table|model)|unique (key|identifier) (of|for) (this|the) (table|model|row)|one row per|unique per row)\b`)

// declaredKey reports whether the project declares the column unique: then FAN01
// speaks.
func declaredKey(m *sema.Model, name string) bool {
	for _, k := range m.Declared.Keys {
		if len(k.Cols) == 1 && m.Dialect.FoldName(k.Cols[0], false) == m.Dialect.FoldName(bare(name), false) {
			return true
		}
	}
	return false
}
