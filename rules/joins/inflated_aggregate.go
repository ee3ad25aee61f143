package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// InflatedAggregate reports a sum or count over rows that an earlier join has
// multiplied: one finding per join and repeated relation, with all
// its aggregates.
var InflatedAggregate = lint.Rule{
	Meta: finding.Meta{Code: "FAN02", Name: "inflated-aggregate", Family: "joins", Severity: finding.Warning,
		Summary: "an aggregate counts a row once per match of a join", Needs: finding.NeedKeys, Since: "0.1.0"},
	World: func(p *lint.Pass, w *sema.World) {
		type cause struct {
			join *sema.Join
			rows string // the relation whose rows are counted
		}
		byCause := map[cause][]*sema.Aggregate{}
		var order []cause
		steady := w.Steady()
		for _, a := range w.Aggs {
			if !a.Additive() || a.Block.HavingCount() || steady[a.Call] {
				continue
			}
			j := a.MultipliedBy()
			if j == nil {
				continue
			}
			c := cause{j, a.Source()}
			if byCause[c] == nil {
				order = append(order, c)
			}
			byCause[c] = append(byCause[c], a)
		}
		for _, c := range order {
			report(p, w, c.join, byCause[c])
		}
	},
}

func report(p *lint.Pass, w *sema.World, j *sema.Join, aggs []*sema.Aggregate) {
	first := aggs[0]
	v := first.Multiplier(j)
	cause, one := "the join on "+at(w, j, v), "one row per "+sema.Tuple(v.On)
	if j.Elements && len(v.On) == 0 {
		cause, one = "the unnesting", "one element" // no condition has a part in it
	}
	r := p.Report(first.Call.Span, "%s once per row of `%s`, because of %s", counted(w, aggs), v.Side, cause)
	r.Evidence("grain", v.Proof()...).Note("blame", "%s", v.Reason)
	place := w.Place(j.Span())
	r.Evidence("join", sema.Step{Text: "the join to `" + v.Side + "`", Place: place, Strength: finding.Struct})
	col := ""
	if cols := first.ArgColumns(); len(cols) == 1 {
		col = cols[0]
	}
	r.Witness(v.Witness(first.Source(), col)...).About(first.Name, col, v.Side)
	r.Help("aggregate `%s` to %s before the join, or compute %s before it", v.Side, one, first.Name)
	quiet(r, v)
	graded(r, v)
}

// counted names the aggregates: "`sum(o.total)` counts a row of `orders`".
func counted(w *sema.World, aggs []*sema.Aggregate) string {
	var texts []string
	for _, a := range aggs {
		t := "`" + strings.Join(strings.Fields(w.Text(a.Call.Span)), " ") + "`"
		if len(texts) < 3 {
			texts = append(texts, t)
		}
	}
	verb := " counts"
	if len(aggs) > 1 {
		verb = " count"
	}
	if len(aggs) > 3 {
		texts = append(texts, "...")
	}
	s := strings.Join(texts, ", ") + verb + " each row"
	if src := aggs[0].Source(); src != "" {
		s += " of `" + src + "`"
	}
	return s
}
