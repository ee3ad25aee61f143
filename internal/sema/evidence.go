package sema

import (
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Evidence is why a fact of a relation holds that others read: it is written out
// as a proof when that is asked for.
type Evidence struct {
	rule     proof.Rule
	kind     proof.Kind
	cols, to []int // positions in the relation
	lax      bool
	lit      string
	summary  *Summary // of a fact that is not of a query
	step     *Step    // of a declaration
	word     string
	from     []*Evidence
	of       *rel // the output of the query that it is a fact of
	world    *World
	facts    []fact
}

// exported is the evidence of what facts of r, the output of a query, say of its
// columns; nil where no proofs are asked for.
func (w *World) exported(r *rel, kind proof.Kind, cols, to []int, lit string, facts ...fact) *Evidence {
	if !w.Proofs {
		return nil
	}
	return &Evidence{rule: proof.Exported, kind: kind, cols: cols, to: to, lit: lit, of: r, world: w, facts: facts}
}

// declared is the evidence of what a declaration of the given kind says.
func (s *Summary) declared(kind proof.Kind, cols, to []int, lit string, step Step, by string) *Evidence {
	return &Evidence{rule: proof.Declared, kind: kind, cols: cols, to: to, lit: lit, summary: s, step: &step, word: by}
}

// claiming returns e for a key that is lax or strict.
func (e *Evidence) claiming(lax bool) *Evidence {
	if e == nil {
		return nil
	}
	n := *e
	n.lax = lax
	return &n
}

// filled is the evidence that lax key k of s is strict, for its columns are never
// NULL.
func (s *Summary) filled(k Key) *Evidence {
	e := &Evidence{rule: proof.Filled, kind: proof.Key, cols: k.Cols, summary: s, from: []*Evidence{k.Evidence}}
	for _, c := range k.Cols {
		e.from = append(e.from, s.Columns[c].NullEvidence)
	}
	return e
}

// loaded is the evidence that key, which the batches have in columns in as well,
// is one of the table, whose rows are replaced by columns by.
func (k *keeper) loaded(key Key, in, by []int, lax bool) *Evidence {
	e := &Evidence{rule: proof.Loaded, kind: proof.Key, cols: key.Cols, lax: lax, summary: k.full, to: by, from: []*Evidence{key.Evidence}}
	e.from = append(e.from, k.run.keyProof(in, lax)...)
	if !lax {
		for _, c := range by {
			e.from = append(e.from, k.full.Columns[c].NullEvidence)
		}
		for _, c := range k.run.indexes(k.full.Names(by), k.m.Dialect) {
			e.from = append(e.from, k.run.Columns[c].NullEvidence)
		}
	}
	return e
}

// keyProof returns the facts by which cols hold a key, as HasKey finds it.
func (s *Summary) keyProof(cols []int, lax bool) []*Evidence {
	fits := func(k Key, cols []int, lax bool) bool {
		return k.When == nil && (lax || !k.Lax) && subset(k.Cols, cols)
	}
	if i := slices.IndexFunc(s.Keys, func(k Key) bool { return fits(k, cols, lax) }); i >= 0 {
		return []*Evidence{s.Keys[i].Evidence}
	}
	all := s.closure(cols)
	i := slices.IndexFunc(s.Keys, func(k Key) bool { return fits(k, all, false) })
	if i < 0 {
		return nil
	}
	out := []*Evidence{s.Keys[i].Evidence}
	for _, f := range s.FDs {
		out = append(out, f.Evidence)
	}
	for _, c := range s.Columns {
		if c.ConstEvidence != nil {
			out = append(out, c.ConstEvidence)
		}
	}
	return out
}

// Proof writes the proof out.
func (e *Evidence) Proof() *proof.Proof {
	if e == nil {
		return nil
	}
	if e.world == nil {
		return e.ofTable()
	}
	x := newExpander(e.world)
	if e.kind == proof.Meets {
		x.fact(e.facts[0])
	} else {
		x.export(e)
	}
	return x.p
}

// ofTable writes out a proof that rests on declarations, or on what queries export.
func (e *Evidence) ofTable() *proof.Proof {
	p := &proof.Proof{Name: e.summary.Name}
	for i, c := range e.summary.Columns {
		p.Columns = append(p.Columns, proof.Column{Name: c.Name, From: -1, Via: -1, Leaf: -1})
		p.Out = append(p.Out, i)
		p.Names = append(p.Names, c.Name)
	}
	s := proof.Step{Rule: e.rule, Strength: finding.Struct, Word: e.word, Says: proof.Fact{Kind: e.kind, In: proof.Table, From: e.cols, To: e.to, Lax: e.lax, Lit: e.lit}}
	if e.rule == proof.Declared {
		s.Place, s.Strength, s.Text = e.step.Place, e.step.Strength, e.step.Text
	}
	for _, f := range e.from {
		s.Subs = append(s.Subs, f.Proof())
	}
	p.Steps = append(p.Steps, s)
	return p
}

// Evidence is why the side is met at most once; nil unless that is proven.
func (v *Verdict) Evidence() *Evidence {
	if v.Status != Unique {
		return nil
	}
	m := v.meets
	m.why = v.why
	return &Evidence{kind: proof.Meets, world: v.world, facts: []fact{m}}
}

// expander writes a proof out: columns, relations and steps get numbers of the
// proof when they are first met.
type expander struct {
	w      *World
	p      *proof.Proof
	cols   map[Col]int
	stages map[*stage]int
	steps  map[*why][]int // of all facts that it was found to say
}

func newExpander(w *World) *expander {
	return &expander{w: w, p: &proof.Proof{SkipsNull: concatSkipsNull[w.Dialect.Name]}, cols: map[Col]int{}, stages: map[*stage]int{}, steps: map[*why][]int{}}
}

// export writes out the proof of what a query exports.
func (x *expander) export(e *Evidence) {
	step := proof.Step{Rule: e.rule, Strength: finding.Struct, Says: proof.Fact{Kind: e.kind, In: proof.Table, From: e.cols, To: e.to, Lax: e.lax, Lit: e.lit}}
	for _, c := range e.of.cols {
		x.p.Out = append(x.p.Out, x.col(c.col))
		name := ""
		if c.name != nil {
			name = c.name.Name
		}
		x.p.Names = append(x.p.Names, name)
	}
	for _, c := range e.of.asked {
		x.p.Out, x.p.Names = append(x.p.Out, x.col(c)), append(x.p.Names, x.w.colName(c))
	}
	rel := x.stage(e.of.at)
	for _, f := range e.facts {
		step.From = append(step.From, x.fact(f))
	}
	step.Of = rel
	x.p.Steps = append(x.p.Steps, step)
}

// col returns the number of a column.
func (x *expander) col(c Col) int {
	if i, ok := x.cols[c]; ok {
		return i
	}
	i := len(x.p.Columns)
	x.cols[c] = i
	x.p.Columns = append(x.p.Columns, proof.Column{})
	col := &x.w.cols[c]
	out := proof.Column{
		Name: x.w.colName(c), IsTid: col.isTid, Class: col.class.String(), Func: col.pattern,
		Fixed: col.fixed, Volatile: col.volatile, Cut: col.cutoff, Lit: col.lit, From: -1, Via: -1, Leaf: -1,
		Tids: x.list(col.tids),
	}
	if col.deterministic() || col.class == Grouped || col.via != nil && col.via.op == proof.Union {
		out.In = x.list(col.in)
	}
	if col.leaf != nil && col.from <= 0 {
		out.Leaf = col.leaf.Index
	}
	if o := x.w.original(c); o != 0 {
		out.From, out.Via = x.col(o), x.stage(col.via)
	} else if col.via != nil {
		out.Via = x.stage(col.via)
	}
	if win := col.window; win != nil {
		out.Window = &proof.Window{Func: win.fn, Partition: x.list(win.partition), Order: x.list(win.order)}
	}
	if call, ok := col.expr.(*sql.Call); ok && col.class == Grouped {
		out.Func = funcName(call)
	}
	out.Lits = x.p.Columns[i].Lits
	x.p.Columns[i] = out
	return i
}

func (x *expander) list(cols []Col) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = x.col(c)
	}
	return out
}

// stage returns the number of a relation.
func (x *expander) stage(at *stage) int {
	if at == nil {
		return -2
	}
	if i, ok := x.stages[at]; ok {
		return i
	}
	i := len(x.p.Relations)
	x.stages[at] = i
	x.p.Relations = append(x.p.Relations, proof.Relation{})
	r := proof.Relation{Op: at.op, Rows: at.rows}
	for _, o := range at.of {
		if o != nil {
			r.Of = append(r.Of, x.stage(o))
		}
	}
	for _, o := range at.more {
		r.Of = append(r.Of, x.stage(o))
	}
	if at.scan != nil {
		r.Name = at.scan.Relation.Name
		if id := at.scan.Relation.ID; id != "?" {
			r.Table = id
		}
	}
	r.Turn = x.turn(at.turn)
	r.Tids, r.Cols = x.list(at.tids), x.list(at.cols)
	for _, row := range at.branches {
		r.Branches = append(r.Branches, x.list(row))
	}
	r.Join = x.join(at)
	for c, lits := range at.lits {
		x.p.Columns[x.col(c)].Lits = lits
	}
	x.p.Relations[i] = r
	return i
}

// join returns what a join compares.
func (x *expander) join(at *stage) *proof.Join {
	j := at.join
	if j == nil {
		return nil
	}
	out := &proof.Join{Number: slices.Index(x.w.Joins, j), Left: x.list(j.left.tids), Right: x.list(j.right.tids), NullLeft: j.nullLeft, NullRight: j.nullRight, Read: !j.Unsure}
	out.Single = j.Node != nil && (j.Node.Asof || j.Node.Any)
	for _, c := range slices.Concat(j.Conds, at.also) {
		n := proof.Cond{In: []int{}}
		if c.eq != nil {
			n = proof.Cond{Equal: true, L: x.col(c.eq.l), R: x.col(c.eq.r), NullSafe: c.eq.nullSafe}
		}
		if c.Expr != nil {
			n.In = x.list(j.bd.reads(c.Expr))
		}
		if c.Expr != nil && c.eq == nil {
			n.Expr = x.expr(c.Expr, j.bd)
		}
		out.Conds = append(out.Conds, n)
	}
	return out
}

// fact writes out a fact with all that it rests on, and returns the number of its
// step. One that its evidence says of the columns that these are copies of is a
// step of its own.
func (x *expander) fact(f fact) int {
	y := f.why
	if y != nil && y.rule == proof.Row {
		return x.step(nil, proof.Step{Rule: proof.Row, Strength: finding.Struct, Says: x.says(f, nil)})
	}
	if y == nil || y.in == nil {
		return x.step(nil, proof.Step{Rule: proof.Unproven, Says: x.says(f, nil)})
	}
	for _, i := range x.steps[y] {
		if x.states(i, f) {
			return i
		}
	}
	if !y.says.same(f) {
		if old, at, ok := x.before(f); ok {
			rule := proof.Carried
			if at.op == proof.Reading {
				rule = proof.Again
			}
			from := x.fact(old)
			return x.step(y, proof.Step{Rule: rule, Strength: finding.Struct, Says: x.says(f, at), From: []int{from}})
		}
	}
	s := proof.Step{Rule: y.rule, Strength: y.strength, Word: y.word, Place: x.w.Place(y.span)}
	if y.rule.Quotes() {
		s.Word = oneLine(x.w.Text(y.span))
	}
	if y.expr != nil {
		s.Expr = x.expr(y.expr.e, y.expr.bd)
	}
	for _, p := range y.premises() {
		s.From = append(s.From, x.fact(p))
	}
	if y.given != nil && y.given.proof != nil {
		s.Subs = []*proof.Proof{y.given.proof.Proof()}
	}
	s.Says = x.says(f, y.in)
	if y.rule == proof.ApartSeeds {
		for _, c := range f.to {
			x.p.Columns[x.col(c)].Values = slices.Sorted(maps.Keys(x.w.seedValues(c)))
		}
	}
	return x.step(y, s)
}

// isNames are the words of IS predicates.
var isNames = [...]string{sql.IsNull: "null", sql.IsTrue: "true", sql.IsFalse: "false", sql.IsUnknown: "unknown", sql.IsOther: "other"}

func negated(not bool) string {
	if not {
		return "not "
	}
	return ""
}

// expr writes out an expression.
func (x *expander) expr(e sql.Expr, bd *binder) *proof.Expr {
	e = sql.Unparen(e)
	out := &proof.Expr{Op: strings.ToLower(shape(e)), Col: -1}
	args := []sql.Expr{}
	bind := true
	switch e := e.(type) {
	case *sql.Column:
		out.Op = "col"
	case *sql.Literal:
		out.Op, out.Lit = "lit", literalText(e)
	case *sql.Binary:
		out.Op, args = strings.TrimSpace(opText(e.Op)), []sql.Expr{e.L, e.R}
	case *sql.Unary:
		out.Op, args = "unary "+strings.TrimSpace(opText(e.Op)), []sql.Expr{e.X}
	case *sql.Is:
		out.Op, args = "is "+negated(e.Not)+isNames[e.What], []sql.Expr{e.X}
	case *sql.Between:
		out.Op, args = negated(e.Not)+"between", []sql.Expr{e.X, e.Lo, e.Hi}
		if e.Symmetric {
			out.Op += " symmetric"
		}
	case *sql.In:
		out.Op, args = negated(e.Not)+"in", append([]sql.Expr{e.X}, e.List...)
		if e.Query != nil {
			out.Op += " query"
			defer func() { out.Args = append(out.Args, x.query(e.Query, bd)) }()
		}
	case *sql.Cast:
		out.Op, args = "cast", []sql.Expr{e.X}
	case *sql.AtTimeZone:
		args = []sql.Expr{e.X}
	case *sql.LikeExpr:
		out.Op, args = negated(e.Not)+"like", []sql.Expr{e.X}
	case *sql.Call:
		out.Op = "call " + funcName(e)
		for _, a := range e.Args {
			if _, unit := unitArg(funcName(e), a.X); !unit && a.X != nil {
				args = append(args, a.X)
			}
		}
		if isWindow(e) || isAggregate(e) {
			out.Op, args = "over "+funcName(e), nil
		}
	case *sql.Case:
		out.Op = "case"
		for _, when := range e.Whens {
			args = append(args, when.Then)
		}
		if e.Else != nil {
			args = append(args, e.Else)
		}
	case *sql.Subquery:
		if info := bd.block.queryInside(e.Query); info != nil && info.rel.card.Min == 1 && len(info.rel.cols) == 1 {
			out.Args = []*proof.Expr{{Op: "one row", Col: x.col(info.rel.cols[0].col)}}
		}
	case *sql.Exists:
		out.Args = []*proof.Expr{x.query(e.Query, bd)}
	default:
		bind = false
	}
	if bind {
		if c, ok := bd.memo[e]; ok {
			out.Col = x.col(c)
		} else {
			out.Col = x.col(bd.bind(e))
		}
	}
	for _, a := range args {
		out.Args = append(out.Args, x.expr(a, bd))
	}
	return out
}

// query writes out a query inside an expression.
func (x *expander) query(q *sql.Query, bd *binder) *proof.Expr {
	info := bd.block.queryInside(q)
	if info == nil || info.block == nil || !unfiltered(info.block, len(info.block.Filters)) {
		return &proof.Expr{Op: "subquery", Col: -1}
	}
	out := &proof.Expr{Op: "query", Col: -1, Over: x.stage(info.block.sources[0].rel.at)}
	if len(info.rel.cols) == 1 {
		out.Col = x.col(info.rel.cols[0].col)
	}
	for _, f := range info.block.Filters {
		out.Args = append(out.Args, x.expr(f.Expr, f.bd))
	}
	return out
}

// turn writes out what PIVOT or UNPIVOT is told.
func (x *expander) turn(t *turn) *proof.Turn {
	if t == nil {
		return nil
	}
	return &proof.Turn{In: x.list(t.in), Reads: x.list(t.reads), By: x.list(t.by), Name: x.col(t.name), Names: t.names, Values: x.list(t.values), Nulls: t.nulls}
}

func (x *expander) step(y *why, s proof.Step) int {
	x.p.Steps = append(x.p.Steps, s)
	i := len(x.p.Steps) - 1
	if y != nil {
		x.steps[y] = append(x.steps[y], i)
	}
	return i
}

func (x *expander) says(f fact, at *stage) proof.Fact {
	return proof.Fact{Kind: f.kind, In: x.stage(at), From: x.list(f.from), To: x.list(f.to), Lax: f.lax, Lit: f.lit}
}

// states reports whether step i says f.
func (x *expander) states(i int, f fact) bool {
	s := &x.p.Steps[i].Says
	return s.Kind == f.kind && s.Lax == f.lax && s.Lit == f.lit && slices.Equal(s.From, x.list(f.from)) && slices.Equal(s.To, x.list(f.to))
}

// before returns f over the columns that its columns are copies of, all in one
// relation.
func (x *expander) before(f fact) (old fact, at *stage, ok bool) {
	back := func(cols []Col) []Col {
		out := make([]Col, len(cols))
		for i, c := range cols {
			col := &x.w.cols[c]
			if out[i] = c; col.fixed {
				continue
			}
			if at == nil {
				at = col.via
			}
			o := x.w.original(c)
			if o == 0 || col.via != at {
				return nil
			}
			out[i] = o
		}
		return out
	}
	old = f
	from, to := back(f.from), back(f.to)
	if from == nil || to == nil || at == nil {
		return f, nil, false
	}
	old.from, old.to = newSet(from...), to
	return old, at, true
}
