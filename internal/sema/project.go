package sema

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
	"slices"
)

// project computes the columns of the select list, and DISTINCT.
func (b *Block) project() {
	out := b.rel
	out.cols, out.open = nil, nil
	for _, it := range b.Select.Items {
		b.item(out, it)
	}
	b.Out = out
	if b.Select.Distinct {
		b.distinct()
	}
	if b.Select.Sample != nil {
		b.Out.card.Min = 0
	}
	if len(b.Select.Exclude) > 0 {
		b.exclude()
	}
	if len(b.Select.Holes) > 0 || slices.ContainsFunc(b.Joins, func(j *Join) bool { return j.Node != nil && len(j.Node.Holes) > 0 }) {
		b.Out = b.World.forget(b.Out)
	}
}

// exclude drops the columns that EXCLUDE after the whole list names.
func (b *Block) exclude() {
	out, drop := b.Out.clone(), map[string]bool{}
	for _, id := range b.Select.Exclude {
		drop[b.World.Dialect.Fold(id)] = true
	}
	out.cols = nil
	for _, c := range b.Out.cols {
		if c.name == nil || !drop[c.fold] {
			out.cols = append(out.cols, c)
		}
	}
	b.Out = out
}

// forget returns r with its columns and without what is known of its rows.
func (w *World) forget(r *rel) *rel {
	tid := w.mintTid(nil)
	out := newRel(tid)
	out.row(tid)
	out.cols = r.cols
	out.open = r.open
	return out
}

func (b *Block) item(out *rel, it *sql.Item) {
	w := b.World
	switch x := it.X.(type) {
	case nil:
		return
	case *sql.Hole:
		if it.Alias == nil {
			out.open = unknownColumns(w, "a template value in the select list is not known", out.open)
			return
		}
	case *sql.Star:
		b.star(out, it, x)
		return
	case *sql.Call:
		if name := funcName(x); !isWindow(x) && (name == "columns" || it.Made != nil && it.Made.Script != nil || elementFuncs[name] && name != "range" && name != "sequence" && name != "generate_array") {
			b.setReturning(out, it, x, name)
			return
		}
	}
	c := b.post.bind(it.X)
	oc := outCol{name: it.Alias, col: c, item: it}
	if oc.name == nil {
		oc.name = impliedName(it.X)
	}
	if oc.name != nil && oc.name.Hole {
		out.open = unknownColumns(w, "a column's name is made by a template value that is not known", out.open)
		oc.name = nil
	}
	if oc.name != nil {
		oc.fold = w.Dialect.Fold(oc.name)
		if w.cols[c].name == "" {
			w.cols[c].name = oc.name.Name
		}
	}
	out.cols = append(out.cols, oc)
	if out.notNull[c] == nil && b.certain(out, it.X) {
		out.fill(c, b.certainty(out, it.X))
	}
}

// setReturning handles COLUMNS(...) and functions that give several rows in a
// select list: of the result's rows nothing is known.
func (b *Block) setReturning(out *rel, it *sql.Item, x *sql.Call, name string) {
	w := b.World
	if name == "columns" {
		out.open = unknownColumns(w, "the columns of COLUMNS(...) are not expanded", out.open)
		return
	}
	tid := w.mintTid(nil)
	out.at = out.at.step()
	out.tids, out.at.tids = out.tids.with(tid), set{tid}
	out.card.Max = Many
	c := w.mint(column{class: Opaque, tids: []Col{tid}, expr: x})
	oc := outCol{name: it.Alias, col: c, item: it}
	if oc.name != nil {
		oc.fold = w.Dialect.Fold(oc.name)
		out.cols = append(out.cols, oc)
		return
	}
	out.open = unknownColumns(w, "`"+name+"` in the select list may give several columns", out.open)
}

func unknownColumns(w *World, why string, was *openCols) *openCols {
	if was != nil {
		return was
	}
	return &openCols{why: why, named: map[string]Col{}, mint: func(name string, _ *sql.Column) Col {
		return w.unknown(name)
	}}
}

// impliedName returns the name that a select item without an alias gets; only
// a plain column's is the same in every engine.
func impliedName(e sql.Expr) *sql.Ident {
	switch e := e.(type) {
	case *sql.Column:
		return e.Parts[len(e.Parts)-1]
	case *sql.Paren:
		return impliedName(e.X)
	case *sql.Cast:
		if e.Kind == sql.ColonCast {
			return impliedName(e.X)
		}
	case *sql.Field:
		return e.Name
	}
	return nil
}

// certain reports whether an expression is never NULL: a literal, a coalesce
// with a certain argument, a count, arithmetic over certain columns.
func (b *Block) certain(r *rel, e sql.Expr) bool {
	if b.rollup() && hasQuery(e) {
		return false
	}
	if b.rollup() && !containsAggregate(e) {
		c := b.pre.bind(e)
		if g, ok := b.post.groups[c]; ok || b.twice.has(c) {
			return r.notNull[g] != nil
		}
	}
	switch e := sql.Unparen(e).(type) {
	case *sql.Literal:
		return e.Kind != sql.NullLit
	case *sql.Column:
		return r.notNull[b.post.bind(e)] != nil
	case *sql.Call:
		return b.certainCall(r, e)
	case *sql.Cast:
		return e.Kind != sql.TryCast && b.certain(r, e.X)
	case *sql.Binary:
		switch e.Op {
		case sql.OpAdd, sql.OpSub, sql.OpMul, sql.OpConcat, sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe, sql.OpAnd, sql.OpOr:
			return b.certain(r, e.L) && b.certain(r, e.R)
		case sql.OpDistinct, sql.OpNotDistinct:
			return true
		}
	case *sql.Is, *sql.Exists:
		return true
	case *sql.Subquery:
		return b.certainQuery(e.Query)
	case *sql.Case:
		if e.Else == nil || !b.certain(r, e.Else) {
			return false
		}
		for _, when := range e.Whens {
			if !b.certain(r, when.Then) {
				return false
			}
		}
		return true
	}
	return false
}

// certainty is evidence that e is never NULL in r, for which columns of it are not.
func (b *Block) certainty(r *rel, e sql.Expr) *why {
	y := b.World.because(e.Range(), proof.Certain)
	y.expr = &reading{e, b.post}
	for n := range sql.Walk(e) {
		if s, ok := n.(*sql.Subquery); ok {
			if info := b.queryInside(s.Query); info != nil && len(info.rel.cols) == 1 && info.rel.notNull[info.rel.cols[0].col] != nil {
				y.from = append(y.from, info.rel.filledFact(info.rel.cols[0].col))
			}
		}
	}
	for _, c := range b.post.reads(e) {
		if r.notNull[c] != nil {
			y.from = append(y.from, r.filledFact(c))
		}
	}
	return y
}

// certainQuery reports whether a query in an expression has a row, in which its
// column is not NULL.
func (b *Block) certainQuery(q *sql.Query) bool {
	info := b.queryInside(q)
	if info == nil {
		return false
	}
	r := info.rel
	return r.card.Min == 1 && r.open == nil && len(r.cols) == 1 && r.notNull[r.cols[0].col] != nil
}

func (b *Block) certainCall(r *rel, e *sql.Call) bool {
	name := funcName(e)
	switch name {
	case "coalesce", "ifnull", "nvl":
		for _, a := range e.Args {
			if a.X != nil && b.certain(r, a.X) {
				return true
			}
		}
		return false
	case "count", "row_number", "rank", "dense_rank", "current_timestamp", "current_date", "now":
		return true
	case "md5", "lower", "upper", "concat", "sha2", "sha256", "md5_hex", "to_hex", "to_char", "to_varchar", "date_trunc", "trim", "ltrim", "rtrim":
		if isWindow(e) || len(e.Args) == 0 {
			return false
		}
		for _, a := range e.Args {
			if a.X == nil || !b.certain(r, a.X) {
				return false
			}
		}
		return true
	}
	return false
}

// star expands * and t.* with their modifiers.
func (b *Block) star(out *rel, it *sql.Item, x *sql.Star) {
	w := b.World
	if x.Of != nil || x.Open || x.Like != nil || b.scope.hole {
		why := "a star over a struct is not expanded"
		if x.Open || b.scope.hole {
			why = "a template value in FROM or in the star is not known"
		}
		out.open = unknownColumns(w, why, out.open)
		if x.Of != nil {
			return
		}
	}
	sources, ok := b.starSources(x)
	if !ok {
		out.open = unknownColumns(w, "`"+oneLine(w.Text(x.Span))+"` names no relation in FROM", out.open)
		return
	}
	skip := map[string]bool{}
	for _, id := range x.Except {
		skip[w.Dialect.Fold(id)] = true
	}
	replace := map[string]sql.Expr{}
	for _, r := range x.Replace {
		if r.Alias != nil {
			replace[w.Dialect.Fold(r.Alias)] = r.X
		}
	}
	rename := map[string]*sql.Ident{}
	for _, r := range x.Rename {
		if c, ok := r.X.(*sql.Column); ok && r.Alias != nil {
			rename[w.Dialect.Fold(c.Parts[len(c.Parts)-1])] = r.Alias
		}
	}
	add := func(c outCol) {
		if skip[c.fold] {
			return
		}
		if e, ok := replace[c.fold]; ok {
			c.col = b.post.bind(e)
		} else {
			c.col = b.post.grouped(c.col)
		}
		if id, ok := rename[c.fold]; ok {
			c.name, c.fold = id, w.Dialect.Fold(id)
		}
		c.item = it
		out.cols = append(out.cols, c)
	}
	for _, c := range b.starColumns(x, sources) {
		add(c)
	}
	for name := range replace {
		skip[name] = true // its value is another one
	}
	for name := range rename {
		skip[name] = true
	}
	for name := range replace { // of a column that is not listed: it is not the relation's own
		skip[name] = true
	}
	for name, id := range rename {
		skip[name], skip[w.Dialect.Fold(id)] = true, true
	}
	for _, src := range sources {
		if src.rel.open != nil {
			out.open = openStar(out.open, src.rel.open, skip, len(sources) == 1)
		}
	}
}

// openStar is what a star over an open relation adds: its unknown columns,
// still answered for by name when there is one such relation.
func openStar(was, src *openCols, skip map[string]bool, alone bool) *openCols {
	if was != nil {
		return &openCols{why: was.why, named: map[string]Col{}, mint: func(string, *sql.Column) Col { return nowhere }}
	}
	if len(skip) == 0 && alone {
		return src
	}
	return &openCols{why: src.why, named: map[string]Col{}, mint: func(name string, at *sql.Column) Col {
		if skip[name] {
			return nowhere
		}
		return src.get(name, at)
	}}
}

func (b *Block) starSources(x *sql.Star) ([]*sourceRel, bool) {
	if len(x.Qualifier) == 0 {
		return b.sources, len(b.sources) > 0
	}
	for _, src := range b.sources {
		if b.World.denotes(src, x.Qualifier) {
			return []*sourceRel{src}, true
		}
	}
	return nil, false
}

// starColumns lists the columns of a star in order; those merged by USING come
// first and once.
func (b *Block) starColumns(x *sql.Star, sources []*sourceRel) []outCol {
	if len(x.Qualifier) > 0 {
		return sources[0].rel.cols
	}
	var out []outCol
	done := map[string]bool{}
	for _, src := range sources {
		for _, c := range src.rel.cols {
			if m, ok := src.merged[c.fold]; ok {
				if done[c.fold] {
					continue
				}
				done[c.fold] = true
				c.col = m
			}
			out = append(out, c)
		}
	}
	return out
}

// distinctOn binds an expression of DISTINCT ON, where a bare name means a column
// of the output first, as in ORDER BY (PostgreSQL's documentation of SELECT).
func (b *Block) distinctOn(e sql.Expr) Col {
	if c, ok := sql.Unparen(e).(*sql.Column); ok && len(c.Parts) == 1 && !c.Parts[0].Hole {
		if col, ok := b.Out.named(b.World.Dialect.Fold(c.Parts[0])); ok {
			return col
		}
	}
	return b.post.bind(e)
}

// distinct applies DISTINCT or DISTINCT ON.
func (b *Block) distinct() {
	w, s := b.World, b.Select
	r := b.Out
	if len(s.DistinctOn) > 0 {
		var on []Col
		for _, e := range s.DistinctOn {
			on = append(on, b.distinctOn(e))
		}
		r.at = r.at.step()
		r.at.cols = on
		r.addStrict(newSet(on...), w.because(s.Span, proof.DistinctOn))
		return
	}
	if r.open != nil {
		b.Out = w.collapse(r, nil, false)
		return
	}
	var all []Col
	for _, c := range r.cols {
		all = append(all, c.col)
	}
	if w.identifies(r, newSet(all...)) {
		return // nothing is removed: the rows are distinct already
	}
	b.Out = w.collapse(r, w.because(s.Span, proof.Distinct).worded("SELECT DISTINCT"), true)
}

// collapse returns the relation of the distinct visible rows of r: with a tuple
// id of its own, determined by all columns together when they are all known.
func (w *World) collapse(r *rel, because *why, closed bool) *rel {
	tid := w.mintTid(nil)
	out := newRel(tid)
	out.at.op, out.at.of = proof.Unique, [2]*stage{r.at}
	out.row(tid)
	out.card = Card{r.card.Min, r.card.Max}
	to := map[Col]Col{}
	for _, c := range r.cols {
		n, ok := to[c.col]
		if !ok {
			old := w.cols[c.col]
			if old.fixed {
				n = c.col
			} else {
				n = w.mint(column{name: old.name, class: Identity, from: c.col, via: out.at, tids: []Col{tid}, expr: old.expr, cutoff: true})
			}
			to[c.col] = n
			if nn := r.notNull[c.col]; nn != nil {
				out.setNotNull(n, nn)
			}
			if k, ok := r.consts[c.col]; ok {
				out.setConst(n, k)
			}
		}
		c.col = n
		out.cols = append(out.cols, c)
	}
	out.open = unknownOpen(w, r.open)
	if because != nil && closed {
		for _, c := range out.cols {
			out.at.cols = append(out.at.cols, c.col)
		}
	}
	w.carry(out, r, to)
	if closed {
		var all []Col
		for _, c := range out.cols {
			if !w.cols[c.col].fixed {
				all = append(all, c.col)
			}
		}
		out.addStrict(newSet(all...), because)
	}
	return out
}

func unknownOpen(w *World, o *openCols) *openCols {
	if o == nil {
		return nil
	}
	return unknownColumns(w, o.why, nil)
}

// maxClosed bounds the dependencies whose closure is carried over, rather than
// only what they say themselves, and the columns of which each is asked what
// follows from it.
const maxClosed = 60

// carryFDs copies the dependencies of r whose determinants are among the columns
// of to, with all that follows from them.
func (w *World) carryFDs(out, r *rel, to map[Col]Col) {
	cols := sortedCols(to)
	for i := range r.fds {
		f := &r.fds[i]
		from, ok := mapSet(to, f.from)
		if !ok || len(f.from) == 0 {
			continue
		}
		var t, back []Col
		if !f.lax && len(r.fds) <= maxClosed {
			reach := w.reach(r, f.from)
			for _, c := range cols {
				if n := to[c]; reach.known(c) && !from.has(n) {
					t, back = append(t, n), append(back, c)
				}
			}
		} else {
			for _, c := range f.to {
				if n, ok := to[c]; ok {
					t, back = append(t, n), append(back, c)
				}
			}
		}
		if len(t) == 0 {
			continue
		}
		y := &why{rule: proof.Known, strength: finding.Struct, from: []fact{dependency(*f)}}
		if !f.lax && len(r.fds) <= maxClosed {
			y = w.follows(r, nil)
		}
		out.keep(fd{from, t, f.lax, y.saying(dependency(fd{from: f.from, to: back, lax: f.lax}), r.at)})
	}
}

// constants adds that a column has one value, where in r it follows from nothing.
func (r *rel) constants(w *World, of *rel, to map[Col]Col) {
	known := w.reach(of, nil)
	for _, c := range sortedCols(to) {
		if n := to[c]; known.known(c) && !w.cols[n].fixed {
			if _, ok := r.consts[n]; !ok {
				r.keep(fd{to: []Col{n}, why: w.closureOf(of, nil, []Col{c})})
			}
		}
	}
}

// carry copies the facts of r over columns in to onto out: those that hold for
// values, not for rows.
func (w *World) carry(out, r *rel, to map[Col]Col) {
	w.carryFDs(out, r, to)
	for _, k := range r.keys {
		from, ok := mapSet(to, k.cols)
		if !ok || k.lax || !w.identifies(r, k.cols) {
			continue
		}
		out.addStrict(from, &why{rule: proof.Collapsed, strength: finding.Struct, from: []fact{dependency(fd{k.cols, r.tids, false, w.closureOf(r, k.cols, r.tids)})}})
	}
	cols := sortedCols(to)
	if len(cols) > maxClosed {
		cols = nil
	}
	for _, c := range cols {
		var t, back []Col
		reach := w.reach(r, set{c})
		for _, d := range cols {
			if d != c && reach.known(d) {
				t, back = append(t, to[d]), append(back, d)
			}
		}
		if len(t) > 0 {
			out.keep(fd{set{to[c]}, t, false, w.closureOf(r, set{c}, back)})
		}
	}
	if w.reach(r, nil).all(r.tids) {
		out.addFD(fd{to: out.tids, why: &why{rule: proof.Collapsed, strength: finding.Struct, from: []fact{dependency(fd{nil, r.tids, false, w.closureOf(r, nil, r.tids)})}}})
	}
	out.constants(w, r, to)
	for _, p := range r.eq {
		x, ok1 := to[p.a]
		y, ok2 := to[p.b]
		if ok1 && ok2 {
			out.eq = append(out.eq, pair{x, y, p.why})
		}
	}
	for _, c := range r.conds {
		if n, ok := to[c.col]; ok {
			c.col = n
			out.conds = append(out.conds, c)
		}
	}
}
