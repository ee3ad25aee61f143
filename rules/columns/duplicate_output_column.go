package columns

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// DuplicateOutputColumn reports a model that gives two columns one name: no
// table or view can be made of it.
var DuplicateOutputColumn = lint.Rule{
	Meta: finding.Meta{Code: "COL03", Name: "duplicate-output-column", Family: "columns", Severity: finding.Error,
		Summary: "a model gives two columns the same name", Needs: finding.NeedColumns, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		if !whole(w) || w.Output == nil || !stored(p.Model) {
			return
		}
		first := map[string]int{}
		twice := map[int][]string{} // by the position of the item that repeats
		var order []int
		for i, c := range w.Output.Columns {
			if c.Fold == "" || c.Name == "" {
				continue
			}
			k, seen := first[c.Fold]
			if !seen {
				first[c.Fold] = i
				continue
			}
			if renamed(w, k, i) || w.PassedOn(k, i) || w.Listed(k) || w.Listed(i) {
				continue
			}
			at := firstOf(w, order, i)
			if at == i {
				order = append(order, i)
			}
			twice[at] = append(twice[at], c.Name)
		}
		for _, i := range order {
			reportTwice(p, w, w.OutputSpan(i), twice[i])
		}
	},
}

// firstOf returns the position among those reported that stands at the same
// place as position i, a star for one, or i.
func firstOf(w *sema.World, order []int, i int) int {
	for _, k := range order {
		if w.OutputSpan(k) == w.OutputSpan(i) {
			return k
		}
	}
	return i
}

func reportTwice(p *lint.Pass, w *sema.World, at sql.Span, names []string) {
	var r *lint.Report
	if len(names) == 1 {
		r = p.Report(at, "the output has two columns called `%s`", names[0])
	} else {
		r = p.Report(at, "the output has two columns each called %s", list(names))
	}
	graded(r, p.Model).About(names...).Help("rename one of them, or leave it out").Quiet("output columns of different names")
	if w.Dialect.Name == "duckdb" {
		r.Lower(finding.Warning).Note("effect", "duckdb renames the second, by its position")
	}
}

// renamed reports whether the warehouse tells two columns of one name apart:
// ClickHouse puts the relation's name before what a star takes from a second
// relation, and takes one expression written twice for one column.
func renamed(w *sema.World, i, k int) bool {
	return w.Dialect.Name == "clickhouse" && (w.OutputStar(i) || w.OutputStar(k))
}
