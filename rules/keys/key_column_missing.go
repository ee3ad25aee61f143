package keys

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyColumnMissing reports a unique_key column that the incremental query does
// not select: the run fails.
var KeyColumnMissing = lint.Rule{
	Meta: finding.Meta{Code: "UK06", Name: "key-column-missing", Family: "keys", Severity: finding.Error,
		Summary: "a unique_key column is not in the output", Needs: finding.NeedColumns, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		run := m.Run()
		if !m.Incremented() || run == nil || run.Output == nil || run.Output.Open {
			return
		}
		key, origin, known := m.Node.UniqueKey()
		if !known || m.Strategy().Effect == sema.Append && m.Strategy().Explicit {
			return
		}
		for _, k := range key {
			name := strings.Trim(k, "\"`[]")
			if !plain.MatchString(name) || hasColumn(run.Output, m, name, name != k) {
				continue
			}
			names := columnNames(run.Output)
			r := at(p, m, origin, "the `unique_key` column `%s` is not selected by the model: the incremental run fails", k)
			r.Note("columns", "the model selects `%s`", strings.Join(names[:min(len(names), 12)], "`, `"))
			if near := nearest(name, names); near != "" {
				r.Help("the key is perhaps `%s`", near)
			} else {
				r.Help("select `%s`, or set `unique_key` to columns that are selected", k)
			}
			r.Quiet("select the column in every branch of the template").About(k)
		}
	},
}

var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*$`)

func hasColumn(s *sema.Summary, m *sema.Model, name string, quoted bool) bool {
	if s.Index(m.Dialect.FoldName(name, quoted)) >= 0 {
		return true
	}
	return slices.ContainsFunc(s.Columns, func(c sema.Column) bool { return c.Name == "" || strings.EqualFold(c.Name, name) })
}

func columnNames(s *sema.Summary) []string {
	var out []string
	for _, c := range s.Columns {
		out = append(out, c.Name)
	}
	return out
}

// nearest returns the name that contains the other or shares most of it.
func nearest(name string, names []string) string {
	name = strings.ToLower(name)
	for _, n := range names {
		l := strings.ToLower(n)
		if strings.HasSuffix(l, "_"+name) || strings.HasSuffix(name, "_"+l) || strings.HasPrefix(l, name+"_") {
			return n
		}
	}
	return ""
}

// squeeze puts a message that quotes SQL on one line.
func squeeze(s string) string { return finding.OneLine(s, 0) }
