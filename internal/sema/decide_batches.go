package sema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Batches is how dbt runs a microbatch model: each batch is the query over the
// rows of its time, of the inputs that have an event_time.
type Batches struct {
	EventTime string // the column of the output that batches are replaced by
	Unit      string // hour, day, month or year
	Lookback  string // how many batches before the present one a run computes again; empty if it is not known
}

// batches reads how the model is run; gap says what of it is not known.
func (m *Model) batches() (b Batches, gap string) {
	col, known1 := m.Node.Config.Text("event_time")
	unit, known2 := m.Node.Config.Text("batch_size")
	if !known1 || !known2 || col == "" || grainWords[unit] < hour {
		return b, "`event_time` or `batch_size` is not known"
	}
	b = Batches{col, unit, "1"}
	if m.Node.Config.Has("lookback") {
		b.Lookback, _ = m.Node.Config.Text("lookback")
	}
	if f := m.Node.File; f != nil && strings.Contains(f.Text, ".render(") {
		return b, "an input may opt out of the batches by `.render()`"
	}
	return b, ""
}

// eventTime is the column by which dbt gives a microbatch model the rows of one
// batch of a resource.
func eventTime(n *manifest.Node) string {
	col, _ := n.Config.Text("event_time")
	return col
}

// DecideBatches answers for a microbatch model what Decide does for others. A
// full refresh computes each batch alone as well: the table is the same as long as
// each batch is computed again after its last row has come, and its rows lie in
// its own time.
func DecideBatches(m *Model, l Load, b Batches) Decision {
	p := &prover{m: m, load: l, lenient: true}
	if g := p.batched(b); g != nil {
		return Decision{Load: l, Gap: g.text, Kind: g.kind, At: g.at}
	}
	p.contract()
	return p.decision(EqualIf)
}

func (p *prover) batched(b Batches) *gap {
	if g := p.worlds(); g != nil {
		return g
	}
	w := p.w
	if p.load.Effect != ReplaceRange && p.load.Effect != OverwriteParts {
		return p.lacks("strategy", "batches are put into the table by key", nil)
	}
	if len(p.m.Guards()) > 0 || len(w.This) > 0 {
		return p.lacks("worlds", "the query looks at what the table holds, beside its batch", nil)
	}
	p.growing = map[*Summary]bool{}
	for _, s := range w.Scans {
		p.growing[s.Relation] = s.Relation.EventTime != ""
	}
	if !slices.ContainsFunc(w.Scans, p.grows) {
		return p.lacks("batches", "nothing that it reads has an `event_time`: each batch reads all rows", nil)
	}
	c, ok := w.held(w.Dialect.FoldName(b.EventTime, false))
	source := p.batchOf(c, grainWords[b.Unit], 0)
	if !ok || source == nil {
		return p.lacks("batches", "it is not known that `"+b.EventTime+"` of a row lies in the "+b.Unit+" of the rows that it is computed from", nil)
	}
	if g := p.settled(); g != nil {
		return g
	}
	p.step(fmt.Sprintf("each %s is computed alone, by a full refresh as well", b.Unit), w.Tree.Query().Range())
	p.step(fmt.Sprintf("`%s` is `%s` of `%s`: a row lies in its own %s, and is replaced with it", b.EventTime, source.EventTime, source.Name, b.Unit), w.Tree.Query().Range())
	p.whileComputed(b)
	return nil
}

// batchOf returns the relation whose event_time a column holds, perhaps cut to
// less than a batch; nil if it is none. Of a union it is one of several.
func (p *prover) batchOf(c Col, unit timeGrain, depth int) *Summary {
	w := p.w
	col := &w.cols[c]
	switch {
	case c <= 0 || depth > maxDepth || col.nullFrom != nil:
		return nil
	case col.leaf != nil:
		r := col.leaf.Relation
		if r.EventTime != "" && w.Dialect.FoldName(col.leaf.Column, false) == w.Dialect.FoldName(r.EventTime, false) {
			return r
		}
	case col.from > 0:
		return p.batchOf(col.from, unit, depth+1)
	case col.expr == nil && col.class == Identity && len(col.in) > 0: // of a union
		var r *Summary
		for _, i := range col.in {
			if r = p.batchOf(i, unit, depth+1); r == nil {
				return nil
			}
		}
		return r
	case len(col.in) == 1 && w.within(col, unit):
		return p.batchOf(col.in[0], unit, depth+1)
	}
	for _, e := range w.out.eq {
		if e.a == c || e.b == c {
			if l := w.cols[w.root(e.a+e.b-c)].leaf; l != nil && l.Relation.EventTime != "" && l.Relation.EventTime == l.Column {
				return l.Relation
			}
		}
	}
	return nil
}

// within reports whether a column lies in the same unit of time as all that it is
// computed from do, if they lie in one. An aggregate of no group is NULL where a
// batch has no row.
func (w *World) within(col *column, unit timeGrain) bool {
	if call, ok := sql.Unparen(col.expr).(*sql.Call); ok && col.class == Grouped {
		name := funcName(call)
		grouped := slices.ContainsFunc(w.Aggs, func(a *Aggregate) bool { return a.Call == call && a.Block.Select.GroupBy != nil })
		return (name == "max" || name == "min") && len(call.Args) == 1 && grouped
	}
	cut, ok := grainOf(col.expr)
	return ok && plainCast(col.expr) && cut != noGrain && (cut == instant || unit.functionOf(cut))
}

// settled says whether the query gives one result from the rows of a batch,
// whenever it is run.
func (p *prover) settled() *gap {
	w := p.w
	s := &stream{path: w.Blocks}
	for _, b := range w.Blocks {
		for _, f := range b.Filters {
			if w.clocked(f.Expr) {
				return p.lacks("clock", "a condition goes by the clock", f.Expr)
			}
		}
		if b.Limited {
			return p.lacks("limit", "which rows LIMIT takes is not determined", b.Select)
		}
		if len(b.Select.DistinctOn) > 0 {
			return p.lacks("distinct", "DISTINCT ON is not decided", b.Select)
		}
		for _, win := range b.Windows {
			s.barriers = append(s.barriers, barrier{block: b, cols: win.info.partition, win: win})
		}
	}
	return p.determined(s)
}

// whileComputed provides that rows are there in time.
func (p *prover) whileComputed(b Batches) {
	var inputs []string
	for _, s := range p.w.Scans {
		if text := fmt.Sprintf("`%s` (by `%s`)", s.Relation.Name, s.Relation.EventTime); p.grows(s) && !slices.Contains(inputs, text) {
			inputs = append(inputs, text)
		}
	}
	late := "the " + b.Unit + " itself or one of the `lookback` after it"
	switch b.Lookback {
	case "":
	case "0":
		late = "the same " + b.Unit
	case "1":
		late = "the same " + b.Unit + " or the next"
	default:
		late = "the same " + b.Unit + " or the next " + b.Lookback
	}
	p.provided = append(p.provided, Condition{Kind: InTime, Text: fmt.Sprintf("a run starts after a row of %s has come, in %s", strings.Join(inputs, ", "), late)})
}

// worlds says whether the queries are known in full.
func (p *prover) worlds() *gap {
	p.w = p.m.Run()
	full := p.m.Full()
	if p.w == nil || full == nil || full.World == nil || p.w.out == nil || full.World.out == nil {
		return p.lacks("query", "the query could not be analysed", nil)
	}
	if p.w.truncated || len(p.w.Rendered.Holes) > 0 || p.w.Rendered.Stopped != "" || len(full.World.Rendered.Holes) > 0 {
		return p.lacks("query", "a part of the query is made by a template value that is not known", nil)
	}
	return nil
}
