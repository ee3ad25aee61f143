package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// from is a bound FROM clause: the rows it gives and the names it brings into
// scope.
type from struct {
	rel     *rel
	sources []*sourceRel
	hole    bool
}

// from binds a table expression. left are the sources to its left, which a
// lateral relation can read.
func (b *Block) from(t sql.TableExpr, left []*sourceRel) from {
	switch t := t.(type) {
	case *sql.Table:
		return b.table(t, left)
	case *sql.Derived:
		return b.derived(t, left)
	case *sql.Join:
		return b.join(t, left)
	case *sql.TableFunc:
		return b.tableFunc(t, left)
	case *sql.LateralView:
		return b.lateralView(t, left)
	case *sql.Pivot:
		return b.pivot(t, left)
	case *sql.Unpivot:
		return b.unpivot(t, left)
	case *sql.MatchRecognize:
		return b.operator(t, t.Input, t.Alias, left, "MATCH_RECOGNIZE is not analysed")
	}
	f := b.opaque(t, "a relation that could not be read")
	f.hole = true
	return f
}

// opaque is a relation of which nothing is known.
func (b *Block) opaque(t sql.TableExpr, why string) from {
	w := b.World
	tid := w.mintTid(nil)
	r := newRel(tid)
	r.row(tid)
	r.open = &openCols{why: why, named: map[string]Col{}, mint: func(name string, _ *sql.Column) Col {
		return w.mint(column{name: name, class: Opaque, tids: []Col{tid}})
	}}
	return from{rel: r, sources: []*sourceRel{{rel: r, node: t}}}
}

func newRel(tids ...Col) *rel {
	s := newSet(tids...)
	return &rel{at: &stage{tids: s}, tids: s, card: Card{0, Many}}
}

// table binds a named relation: a CTE, or a scan.
func (b *Block) table(t *sql.Table, left []*sourceRel) from {
	w := b.World
	last := t.Name[len(t.Name)-1]
	src := &sourceRel{title: identText(t.Name), node: t, path: make([]string, 0, len(t.Name))}
	for _, id := range t.Name {
		src.path = append(src.path, w.Dialect.Fold(id))
	}
	if !last.Hole {
		src.name = src.path[len(src.path)-1]
	}
	if cte := b.cte(t); cte != nil {
		cte.Uses++
		src.rel = w.instantiate(cte.rel)
		f := from{rel: src.rel, sources: []*sourceRel{src}}
		f.rename(w, t.Alias)
		return f
	}
	if c, ok := b.arrayPath(t, left); ok {
		f := b.elements(t, t.Alias, []Col{c}, "an array in FROM gives a row per element")
		b.position(&f, t, t.Offset, []Col{c})
		return f
	}
	src.scan = b.scan(t)
	src.rel = src.scan.rel
	if n := src.scan.Relation.Name; n != "" {
		src.title = n
	}
	f := from{rel: src.rel, sources: []*sourceRel{src}}
	f.rename(w, t.Alias)
	return f
}

// arrayPath recognises BigQuery's `from t, t.items`.
func (b *Block) arrayPath(t *sql.Table, left []*sourceRel) (Col, bool) {
	if len(t.Name) < 2 || t.Name[0].Quoted && strings.Contains(t.Name[0].Name, "-") || b.World.Relation(t).ID != "" {
		return 0, false
	}
	for _, src := range left {
		if src.name != "" && !t.Name[0].Hole && b.World.Dialect.Is(t.Name[0], src.name) {
			sc := &scope{sources: left, block: b}
			l, _ := b.World.resolve(sc, &sql.Column{Span: t.Span, Parts: t.Name})
			if l.found {
				return l.col, true
			}
		}
	}
	return 0, false
}

// scan binds the reading of a relation from outside the query.
func (b *Block) scan(t *sql.Table) *Scan {
	w := b.World
	s := &Scan{Table: t, Relation: w.Relation(t), Asked: map[string]*sql.Column{}, block: b}
	s.tid = w.mintTid(s)
	s.rel = newRel(s.tid)
	r, sum := s.rel, s.Relation
	r.row(s.tid)
	r.at.scan = s
	r.card = sum.Card
	if r.card.Max == 0 {
		r.card.Max = Many
	}
	cols, leaves, names := make([]Col, len(sum.Columns)), make([]Leaf, len(sum.Columns)), make([]sql.Ident, len(sum.Columns))
	r.cols = make([]outCol, 0, len(cols))
	for i, c := range sum.Columns {
		leaves[i], names[i] = Leaf{sum, c.Name, i}, sql.Ident{Span: t.Span, Name: c.Name}
		cols[i] = w.mint(column{name: c.Name, class: Identity, tids: r.tids, leaf: &leaves[i]})
		r.cols = append(r.cols, outCol{name: &names[i], fold: c.Fold, col: cols[i], item: t})
		if c.NotNull {
			r.fill(cols[i], w.given(t, "`"+c.Name+"` is never NULL in `"+sum.Name+"`", c.NullEvidence, c.NullWhy))
		}
		if c.Const != "" {
			r.fix(cols[i], constant{lit: c.Const, null: c.Const == "null", why: w.given(t, "`"+sum.Name+"`", c.ConstEvidence, nil)})
		}
	}
	pick := func(idx []int) set {
		out := make([]Col, len(idx))
		for i, x := range idx {
			out[i] = cols[x]
		}
		return newSet(out...)
	}
	for _, k := range sum.Keys {
		kk := key{cols: pick(k.Cols), lax: k.Lax, why: w.given(t, keyText(sum, k), k.Evidence, k.Steps)}
		if k.When != nil {
			p := partialKey{kk, cond{col: cols[k.When.Col], op: k.When.Op, lit: k.When.Lit}, r.tids}
			p.key.why = p.key.why.saying(p.fact(), r.at)
			r.partial = append(r.partial, p)
			continue
		}
		r.declare(kk)
	}
	for _, f := range sum.FDs {
		r.addFD(fd{from: pick(f.From), to: pick(f.To), why: w.given(t, "", f.Evidence, f.Steps)})
	}
	for _, x := range sum.Ranges {
		because := w.given(t, "", x.Evidence, []Step{x.Step})
		span := ranges{cols[x.Lower], cols[x.Upper], pick(x.Partition), x.Closed, r.tids, nil}
		span.why = because.saying(span.fact(), r.at)
		r.ranges = append(r.ranges, span)
		if x.Proper {
			r.declare(key{cols: pick(x.Partition).with(cols[x.Lower]), lax: true, why: because})
			r.declare(key{cols: pick(x.Partition).with(cols[x.Upper]), lax: true, why: because})
		}
	}
	if r.card.Max <= 1 {
		r.addFD(fd{to: r.tids, why: w.given(t, "`"+sum.Name+"` has one row", sum.single(), nil)})
	}
	if sum.Open {
		r.open = &openCols{why: sum.OpenWhy, named: map[string]Col{}, mint: func(name string, at *sql.Column) Col {
			if at != nil && s.Asked[name] == nil {
				s.Asked[name] = at
			}
			text := name
			if at != nil {
				text = at.Parts[len(at.Parts)-1].Name
			}
			return w.mint(column{name: text, class: Identity, tids: []Col{s.tid}, leaf: &Leaf{sum, text, -1}})
		}}
	}
	w.Scans = append(w.Scans, s)
	if sum.This {
		w.This = append(w.This, s)
	}
	return s
}

// given is evidence that another relation's summary brings along.
func (w *World) given(t *sql.Table, text string, p *Evidence, steps []Step) *why {
	return &why{rule: proof.Imported, strength: finding.Struct, span: t.Span, word: text, given: &given{p, steps}}
}

func keyText(s *Summary, k Key) string {
	if len(k.Cols) == 0 {
		return "`" + s.Name + "` has one row"
	}
	return Tuple(s.Names(k.Cols)) + " is unique in `" + s.Name + "`"
}

func identText(ids []*sql.Ident) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id.Name
	}
	return strings.Join(parts, ".")
}

// derived binds a query in FROM.
func (b *Block) derived(t *sql.Derived, left []*sourceRel) from {
	parent := b.outerScope()
	if t.Lateral && len(left) > 0 {
		parent = &scope{parent: b.scope, sources: left, block: b}
	}
	info := b.World.query(t.Query, parent)
	b.Derived = append(b.Derived, info)
	r := info.rel
	if t.Lateral && len(info.outer) > 0 {
		r = b.World.correlated(r, left)
	}
	src := &sourceRel{title: "the subquery", node: t, rel: r}
	f := from{rel: r, sources: []*sourceRel{src}}
	f.rename(b.World, t.Alias)
	return f
}

// outerScope is the scope that a query in FROM can see: the enclosing query's
// CTEs and outer columns, not its siblings.
func (b *Block) outerScope() *scope {
	return &scope{parent: b.scope.parent, ctes: b.scope.ctes, block: b}
}

// correlated weakens the facts of a lateral relation: they hold for each row to
// its left, not for all of them together.
func (w *World) correlated(r *rel, left []*sourceRel) *rel {
	var tids set
	for _, s := range left {
		tids = tids.with(s.rel.tids...)
	}
	out := newRel(r.tids...)
	out.at.op, out.at.of, out.at.cols = proof.Lateral, [2]*stage{r.at}, tids
	r.lent, out.lent = true, true
	out.cols, out.open, out.eq, out.notNull, out.dups = r.cols, r.open, r.eq, r.notNull, r.dups
	for _, f := range r.fds {
		out.addFD(fd{f.from.with(tids...), f.to, f.lax, beside(f)})
	}
	if r.card.Max <= 1 {
		out.addFD(fd{tids, r.tids, false, beside(fd{to: r.tids, why: w.closureOf(r, nil, r.tids)})})
	}
	return out
}

// beside is evidence for what f says of a lateral relation, for a row beside it.
func beside(f fd) *why {
	return &why{rule: proof.Beside, strength: finding.Struct, from: []fact{dependency(f)}}
}

// rename gives a single source the name and column names of its alias.
func (f *from) rename(w *World, a *sql.Alias) {
	if a == nil || len(f.sources) == 0 {
		return
	}
	src := f.sources[0]
	if a.Name != nil {
		src.path = nil
		src.name = ""
		if !a.Name.Hole {
			src.name = w.Dialect.Fold(a.Name)
		}
		if src.title == "" || src.title == "the subquery" {
			src.title = a.Name.Name
		}
	}
	if len(a.Columns) == 0 {
		return
	}
	r := f.rel.clone()
	r.cols = slices.Clone(r.cols)
	for i, id := range a.Columns {
		switch {
		case i < len(r.cols):
			r.cols[i].name, r.cols[i].fold = id, w.Dialect.Fold(id)
		case r.open != nil:
			r.cols = append(r.cols, outCol{name: id, fold: w.Dialect.Fold(id), col: r.open.get("\x00"+id.Name, nil), item: src.node})
		}
	}
	f.rel, src.rel = r, r
}

// binderOver is a binder that sees the given sources, as ON and lateral
// relations do.
func (b *Block) binderOver(sources []*sourceRel) *binder {
	return newBinder(b, &scope{parent: b.outerParent(), ctes: b.scope.ctes, sources: sources, block: b})
}

func (b *Block) outerParent() *scope { return b.scope.parent }
