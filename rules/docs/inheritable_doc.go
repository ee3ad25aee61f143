package docs

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// InheritableDoc reports columns without a description that are passed on
// unchanged, under their name, from one column that has one: under another name a
// column may have a part of its own, which the text does not speak of.
var InheritableDoc = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC03", Name: "inheritable-doc", Family: "docs", Severity: finding.Info,
		Summary: "a column has no description, and the column that it is taken from has one", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Presets: []string{"strict", "teaching"},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if !tables(n) || n.Patch == nil {
			return
		}
		cols, _ := m.Columns()
		var open []string
		var from []*manifest.Column
		var whose []string
		for _, c := range cols {
			if entry := entryOf(n, c.Name); entry != nil && plain(entry.Description.Value) != "" {
				continue
			}
			if up, node := origin(p, c); up != nil && inherits(p, c) {
				open, from, whose = append(open, c.Name), append(from, up), append(whose, node)
			}
		}
		if len(open) == 0 {
			return
		}
		r := p.ReportAt(n.Patch.File, n.Patch.Name, "%s of `%s` could take over the description that the origin has: %s", countOf(len(open), "column", "columns"), title(n), names(open)).About(open...)
		for i, up := range from[:min(len(from), 5)] {
			r.Note("origin", "`%s` is `%s.%s`: %s", open[i], whose[i], up.Name, firstLine(up.Description.Value))
			r.Related(up.File, up.NameSpan, "`"+up.Name+"` of `"+whose[i]+"`")
		}
		r.Help("copy the text, or share it by a docs block").Quiet("a description of its own")
	},
}

// inherits reports whether c is passed on, under its name, from a column that is
// described.
func inherits(p *lint.Pass, c sema.Column) bool {
	up, _ := origin(p, c)
	return up != nil && strings.EqualFold(bare(up.Name), c.Name)
}

// origin returns the described column that c is a copy of, if it is one of a
// single column, and the name of its node.
func origin(p *lint.Pass, c sema.Column) (*manifest.Column, string) {
	if len(c.Origins) != 1 || c.Origins[0].Class != sema.Identity {
		return nil, ""
	}
	n := p.Manifest.ByID[c.Origins[0].Relation]
	if n == nil {
		return nil, ""
	}
	up := entryOf(n, c.Origins[0].Column)
	if up == nil || !described(up.Description, up.Name) {
		return nil, ""
	}
	return up, c.Origins[0].Name
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if r := []rune(line); len(r) > 80 {
		return string(r[:77]) + "..."
	}
	return line
}
