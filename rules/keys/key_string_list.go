package keys

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// KeyStringList reports a unique_key that is one text with several columns in it.
var KeyStringList = lint.Rule{
	Meta: finding.Meta{Code: "UK13", Name: "key-string-list", Family: "keys", Severity: finding.Error,
		Summary: "the unique_key is a text where a list is meant", Needs: finding.NeedGraph, Since: "0.1.0", Fixable: true},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		v, origin := m.Node.Config.Get("unique_key")
		text, ok := jinja.TextOf(v)
		if _, _, known := m.Node.UniqueKey(); !m.Incremented() || !ok || !known || s.Effect != sema.Upsert {
			return
		}
		parts := columnList(text)
		switch {
		case len(parts) > 1:
			r := at(p, m, origin, "`unique_key` is the text `%s`: a merge compares it as one column, and fails", text)
			r.Help("write a list: %s", asList(parts)).Quiet("a list of columns").About(text)
			if fix, ok := listFix(m, origin, parts); ok {
				r.Fix(fix)
			}
			if !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Warning)
			}
		case strings.ContainsAny(text, "(|"):
			r := at(p, m, origin, "`unique_key` is the expression `%s`: a merge puts the name of a table before it", squeeze(text))
			r.Lower(finding.Info).Help("select the expression as a column, and name that").Quiet("the name of a column").About(text)
		}
	},
}

// columnList returns the columns of a text such as `a, b`; nil if it is no list
// of plain names.
func columnList(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if !plain.MatchString(part) {
			return nil
		}
		out = append(out, part)
	}
	return out
}

func asList(parts []string) string { return "['" + strings.Join(parts, "', '") + "']" }

// listFix writes the list in place of the text, if all parts are columns of the
// output and the text stands there as it is.
func listFix(m *sema.Model, o manifest.Origin, parts []string) (finding.Fix, bool) {
	run := m.Run()
	if run == nil || run.Output == nil || run.Output.Open || o.File == nil || o.Layer != manifest.InFile || len(indexes(m, run.Output, parts)) < len(parts) {
		return finding.Fix{}, false
	}
	span := o.Span.Clamp(len(o.File.Text))
	written := o.File.Text[span.Start:span.End]
	if len(written) < 2 || written[0] != '\'' && written[0] != '"' || columnList(written[1:len(written)-1]) == nil {
		return finding.Fix{}, false
	}
	return finding.Fix{Title: "write the key as a list", Grade: finding.Safe, Edits: []finding.Edit{{File: o.File, Span: span, New: asList(parts)}}}, true
}
