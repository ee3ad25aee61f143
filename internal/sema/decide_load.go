package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// alters are settings by which adapters insert, update or delete other rows than
// the strategy says: of dbt-databricks, dbt-athena, dbt-fabric, dbt-duckdb, and the
// static partitions of dbt-bigquery.
var alters = []string{
	"matched_condition", "not_matched_condition", "not_matched_by_source_action", "skip_matched_step", "skip_not_matched_step",
	"delete_condition", "update_condition", "insert_condition", "merge_update_columns_rules", "merge_update_columns_default_rule",
	"delete_not_matched_by_source",
	"merge_clauses", "merge_update_condition", "merge_insert_condition", "merge_update_set_expressions", "merge_on_using_columns",
	"partitions",
}

// loading reads from the configuration how the model is loaded; gap says what
// of it is not known.
func (m *Model) loading() (l Load, gap string) {
	s := m.Strategy()
	key, _, _ := m.Node.UniqueKey()
	l = Load{Effect: s.Effect, Key: key, NullSafe: s.NullSafe(len(key), false), Name: s.Name}
	switch {
	case s.Effect == UnknownEffect:
		return l, "what the strategy does is not known"
	case s.Effect == Append && m.Replaces():
		return l, "the engine itself replaces rows of equal key"
	case s.Effect == ReplaceRange:
		return l, "which rows a microbatch reads is decided by dbt when it runs"
	}
	for _, key := range alters {
		if m.Node.Config.Has(key) {
			return l, "`" + key + "` changes what the strategy does"
		}
	}
	l.Partial = m.Node.Config.Has("merge_update_columns") || m.Node.Config.Has("merge_exclude_columns")
	preds, _, known := settingOf(m.Node.Config, "predicates", "incremental_predicates")
	if !known {
		return l, "`incremental_predicates` are not known"
	}
	l.Predicates = preds
	if s.Effect == OverwriteParts {
		return m.partitions(l)
	}
	return l, ""
}

// partitions reads the columns that the table is partitioned by, and the unit of
// the only one.
func (m *Model) partitions(l Load) (Load, string) {
	l.Key = nil
	unit := instant
	for _, key := range layouts {
		m.eachPartition(key, func(name string, u timeGrain) { l.Key, unit = append(l.Key, name), u })
	}
	switch {
	case len(l.Key) == 0:
		return l, "the partitions are not known"
	case unit != instant && (len(l.Key) > 1 || grainNames[unit] == ""):
		l.Unit = "?"
	case unit != instant:
		l.Unit = grainNames[unit]
	}
	return l, ""
}

// loads proves that the load puts the batch in the place of what is new.
func (p *prover) loads() *gap {
	if p.load.Unit != "" && p.unit() == noGrain {
		return p.lacks("strategy", "the unit of the partitions is not followed", nil)
	}
	if p.load.Partial {
		return p.lacks("strategy", "only some columns of a row are updated", nil)
	}
	switch p.load.Effect {
	case Append:
		return p.appends()
	case OverwriteAll:
		if len(p.guards) > 0 {
			return p.lacks("whole", "the whole table is replaced by the rows of `"+p.w.short(p.guards[0].Expr)+"`", p.guards[0].Expr)
		}
		p.step("the table is replaced by all rows", p.w.Tree.Query().Range())
		return nil
	case Upsert, DeleteInsert, OverwriteParts:
		return p.byKey()
	}
	return p.lacks("strategy", "what the strategy does is not known", nil)
}

// appends: nothing of the batch is in the table.
func (p *prover) appends() *gap {
	for _, s := range p.streams {
		if s.scan == nil || len(s.guards) == 0 {
			at := sql.Node(p.w.Tree.Query())
			if len(s.path) > 0 {
				at = s.path[len(s.path)-1].Select
			}
			return p.lacks("append", "each run inserts all rows again that no guard restricts", at)
		}
		if s.byKey || !p.fresh(s) {
			return p.lacks("append", "`"+p.w.short(s.guards[0].Expr)+"` reads rows again that the table holds, and they are inserted once more", s.guards[0].Expr)
		}
		p.step("no row of the table passes `"+p.w.short(s.guards[0].Expr)+"`: what is inserted is new", s.guards[0].Expr.Range())
	}
	return nil
}

// fresh reports whether no row that the table holds passes the guards.
func (p *prover) fresh(s *stream) bool {
	for _, g := range s.guards {
		if p.kindOf(g) == notHeld {
			return true
		}
		if p.kindOf(g) != byBound || g.Op != sql.OpGt {
			continue
		}
		l, ok := p.readLimit(s, g.Bound.Expr)
		if !ok || l.fixed || l.back || l.cut {
			continue
		}
		c, ok := p.w.held(p.w.Dialect.Fold(l.column.Parts[len(l.column.Parts)-1]))
		_, own, newest := p.bucketOf(s, g.left)
		if slices.ContainsFunc(s.barriers, func(b barrier) bool {
			return b.place.before(g.place) && (b.first != nil || b.win == nil && newest != "")
		}) {
			continue // what passes is new, and stands for a row that the table has
		}
		_, held, agg := p.bucketOf(s, c)
		if ok && agg != "min" && own.functionOf(held) {
			return true
		}
	}
	return false
}

// byKey: rows of the table with a key of the batch are replaced.
func (p *prover) byKey() *gap {
	w := p.w
	key, ok := w.outputCols(p.load.Key)
	if !ok || len(p.load.Key) == 0 {
		return p.lacks("key", "the output has no columns "+Tuple(p.load.Key), nil)
	}
	for _, c := range key {
		if p.load.NullSafe {
			break
		}
		if lack := p.filled(c); lack != nil {
			return lack
		}
	}
	for _, s := range p.streams {
		if s.scan == nil || len(s.guards) > 0 && !s.byKey && p.fresh(s) {
			continue
		}
		if s.takesBack != nil {
			return p.lacks("vanish", "`"+w.short(s.takesBack.Expr)+"` can leave out later what the table holds, and nothing removes it", s.takesBack.Expr)
		}
		for _, c := range key {
			if !p.stable(s, c, theEnd) {
				return p.lacks("unstable", "`"+w.colName(c)+"` of the key can change: the row with the old value stays", nil)
			}
		}
	}
	unique, proof := p.unique()
	if !unique && p.load.Effect == Upsert && p.oneRow() {
		unique = true
	}
	if !unique && p.load.Effect == Upsert {
		return p.lacks("key", "several rows can have one "+Tuple(p.load.Key)+": the merge fails, or keeps one too many", nil)
	}
	if unique {
		p.step("rows are replaced by "+Tuple(p.load.Key)+", which is unique in the query", w.Tree.Query().Range())
		p.steps = append(p.steps, proof...)
		return p.predicates()
	}
	if lack := p.batchOwnsKeys(key); lack != nil {
		return lack
	}
	return p.predicates()
}

// unique reports whether the key names one row of a full refresh.
func (p *prover) unique() (bool, []Step) {
	if p.load.Unit != "" {
		return false, nil
	}
	full := p.m.Full().World
	key, ok := full.outputCols(p.load.Key)
	if !ok {
		return false, nil
	}
	r := full.reachNotNull(full.out, key, key)
	if p.load.NullSafe {
		r = full.reach(full.out, key)
	}
	if !r.all(full.out.tids) {
		return false, nil
	}
	return true, full.steps(r.proof(full.out.tids))
}

// batchOwnsKeys: every row of the table with a key of the batch is in it again.
func (p *prover) batchOwnsKeys(key set) *gap {
	w := p.w
	if len(p.guards) == 0 {
		p.step("every run reads all rows, and replaces all of "+Tuple(p.load.Key), w.Tree.Query().Range())
		return nil
	}
	if len(p.streams) > 1 {
		return p.lacks("key", "several branches can have one "+Tuple(p.load.Key), nil)
	}
	s := p.streams[0]
	if !s.byKey && len(s.barriers) == 0 && p.load.Unit == "" {
		if t := p.tidsOf(s, w.out.tids); w.reachNotNull(w.out, key, key).all(t) {
			p.step(Tuple(p.load.Key)+" tells the rows of `"+s.scan.Relation.Name+"` apart, which are replaced one by one", w.Tree.Query().Range())
			return nil
		}
	}
	for _, g := range s.guards {
		c, ok := p.aligned(s, g, key, p.unit())
		if !s.byKey && !ok && p.unit() == noGrain && p.load.Unit == "" && p.taken(s, g, key) {
			p.step("all rows with one "+Tuple(p.load.Key)+" are replaced together, and taken together by the guard", g.Expr.Range())
			continue
		}
		if s.byKey || !ok {
			return p.lacks("rest", "`"+w.short(g.Expr)+"` takes a part of the rows with one "+Tuple(p.load.Key)+": the rest is deleted with it", g.Expr)
		}
		p.step("all rows with one `"+w.colName(c)+"` are replaced together, and taken together by the guard", g.Expr.Range())
	}
	return nil
}

// unit is what a partition's column is truncated to; noGrain if it is not.
func (p *prover) unit() timeGrain { return grainWords[strings.ToLower(p.load.Unit)] }

// predicates says whether the rows that incremental_predicates leave alone are
// none of those that the batch brings again.
func (p *prover) predicates() *gap {
	for _, text := range p.load.Predicates {
		if !p.wide(text) {
			return p.lacks("predicate", "`"+oneLine(text)+"` may leave rows in the table that the batch brings again", nil)
		}
	}
	return nil
}

// wide reports whether a predicate over the table lets all rows be replaced that
// the guard reads again: it has the guard's own bound, or a lower one.
func (p *prover) wide(text string) bool {
	if len(p.streams) != 1 || len(p.guards) != 1 || p.streams[0].byKey {
		return false
	}
	s, g := p.streams[0], p.streams[0].guards[0]
	tree := sql.Parse("select 1 from target where "+text, p.w.Dialect)
	q := tree.Query()
	if q == nil || len(tree.Errors) > 0 {
		return false
	}
	sel, ok := q.Body.(*sql.Select)
	if !ok {
		return false
	}
	e, ok := sql.Unparen(sel.Where).(*sql.Binary)
	if !ok || e.Op != sql.OpGe && !(e.Op == sql.OpGt && g.Op == sql.OpGt) {
		return false
	}
	c, ok := sql.Unparen(e.L).(*sql.Column)
	if !ok {
		return false
	}
	out, ok := p.w.held(p.w.Dialect.Fold(c.Parts[len(c.Parts)-1]))
	if !ok {
		return false
	}
	base, own, _ := p.bucketOf(s, g.left)
	if held, b, agg := p.bucketOf(s, out); held != base || b != own || agg != "" {
		return false
	}
	mine := squeezed(tree.Text[e.R.Range().Start:e.R.Range().End])
	guard := squeezed(p.w.Text(g.Bound.Expr.Range()))
	return mine == guard || lowerNumber(mine, guard)
}

// lowerNumber reports whether bound is other minus a larger number.
func lowerNumber(bound, other string) bool {
	i, k := strings.LastIndex(bound, " - "), strings.LastIndex(other, " - ")
	if i < 0 {
		return false
	}
	if k < 0 {
		return bound[:i] == other && digits(bound[i+3:])
	}
	a, b := bound[i+3:], other[k+3:]
	return bound[:i] == other[:k] && digits(a) && digits(b) && (len(a) > len(b) || len(a) == len(b) && a >= b)
}
