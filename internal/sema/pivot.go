package sema

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// operator binds an operator over a relation whose result is not modelled.
func (b *Block) operator(t sql.TableExpr, input sql.TableExpr, alias *sql.Alias, left []*sourceRel, why string) from {
	if input != nil {
		b.from(input, left)
	}
	f := b.opaque(t, why)
	f.rename(b.World, alias)
	return f
}

// pivot binds PIVOT: a GROUP BY of the columns that it does not read, with a
// column per value of those that it turns.
func (b *Block) pivot(t *sql.Pivot, left []*sourceRel) from {
	w := b.World
	const why = "the columns of a pivot depend on its data"
	if t.Input == nil {
		return b.operator(t, t.Input, t.Alias, left, why)
	}
	in := b.from(t.Input, left)
	if in.rel.open != nil || in.hole {
		return b.reopened(t, t.Alias, why)
	}
	bd := b.binderOver(append(slices.Clone(left), in.sources...))
	named := func(list []sql.Expr) (out set, known bool) {
		known = true
		for _, e := range list {
			known = known && e != nil && sql.Complete(e)
			for n := range sql.Walk(e) {
				if c, ok := n.(*sql.Column); ok {
					w.quiet(func() { out = out.with(bd.bind(c)) })
				}
			}
		}
		return out, known
	}
	var aggs []sql.Expr
	for _, it := range t.Aggs {
		aggs = append(aggs, it.X)
	}
	used, sure := named(append(aggs, t.For...))
	groups, all := named(t.GroupBy)
	sure = sure && all
	tid := w.mintTid(nil)
	out := newRel(tid)
	out.at.op, out.at.of = proof.Group, [2]*stage{in.rel.at}
	out.at.turn = &turn{reads: used, by: groups}
	out.row(tid)
	to := map[Col]Col{}
	var key set
	for _, c := range in.rel.cols {
		out.at.turn.in = append(out.at.turn.in, c.col)
		if used.has(c.col) || len(groups) > 0 && !groups.has(c.col) {
			continue
		}
		n, ok := to[c.col]
		if !ok {
			n = w.mint(column{name: w.cols[c.col].name, class: Identity, from: c.col, via: out.at, tids: []Col{tid}, cutoff: true})
			to[c.col] = n
			if nn := in.rel.notNull[c.col]; nn != nil {
				out.setNotNull(n, nn)
			}
			if k, ok := in.rel.consts[c.col]; ok {
				out.setConst(n, k)
			}
		}
		key = key.with(n)
		c.col, c.item = n, t
		out.cols = append(out.cols, c)
	}
	out.at.cols = key
	w.carry(out, in.rel, to)
	if sure {
		out.addStrict(key, w.because(t.Span, proof.Pivoted))
	}
	if names, ok := w.pivotNames(t); ok && sure {
		for _, id := range names {
			c := w.mint(column{name: id.Name, class: Grouped, in: used, cutoff: true, tids: []Col{tid}})
			out.cols = append(out.cols, outCol{name: id, fold: w.Dialect.Fold(id), col: c, item: t})
		}
	} else {
		out.open = unknownColumns(w, why, nil)
	}
	f := from{rel: out, sources: []*sourceRel{{rel: out, node: t}}}
	f.rename(w, t.Alias)
	return f
}

// pivotNames returns the columns that a pivot makes, in order: for each value
// one per aggregate. They are known where the values are listed and the engine
// documents how it names them.
func (w *World) pivotNames(t *sql.Pivot) ([]*sql.Ident, bool) {
	if t.InAny || t.InQuery != nil || len(t.For) != 1 || len(t.In) == 0 || len(t.Aggs) == 0 {
		return nil, false
	}
	var out []*sql.Ident
	for _, it := range t.In {
		value, ok := w.pivotValue(it)
		if !ok {
			return nil, false
		}
		for _, agg := range t.Aggs {
			name, ok := w.pivotName(value, agg.Alias, len(t.Aggs) == 1)
			if !ok {
				return nil, false
			}
			out = append(out, &sql.Ident{Span: it.Span, Name: name, Quoted: value.Quoted})
		}
	}
	return out, true
}

// pivotValue returns what a value of the list adds to the names of its columns:
// its alias, or its text where that is a name.
func (w *World) pivotValue(it *sql.Item) (*sql.Ident, bool) {
	if it.Alias != nil {
		return it.Alias, !it.Alias.Hole
	}
	lit, ok := sql.Unparen(it.X).(*sql.Literal)
	if !ok || lit.Kind != sql.StringLit || !isName(lit.Text) {
		return nil, false
	}
	if w.Dialect.Name == "snowflake" {
		return &sql.Ident{Span: it.Span, Name: "'" + lit.Text + "'", Quoted: true}, true
	}
	return &sql.Ident{Span: it.Span, Name: lit.Text}, true
}

// pivotName returns the name of the column of a value and an aggregate, of which
// there is only one or more: as the documentation of PIVOT by BigQuery,
// Snowflake and DuckDB says, and as Spark's analyzer resolves it.
func (w *World) pivotName(value, agg *sql.Ident, only bool) (string, bool) {
	if agg != nil && agg.Hole {
		return "", false
	}
	switch w.Dialect.Name {
	case "bigquery":
		if agg != nil {
			return agg.Name + "_" + value.Name, true
		}
		return value.Name, only
	case "duckdb":
		if agg != nil {
			return value.Name + "_" + agg.Name, true
		}
		return value.Name, only
	case "databricks", "spark":
		if only {
			return value.Name, true
		}
		if agg != nil {
			return value.Name + "_" + agg.Name, true
		}
	case "snowflake":
		return value.Name, only && agg == nil
	}
	return "", false
}

// isName reports whether a text can stand as an unquoted identifier.
func isName(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// reopened is a relation of which nothing is known, over inputs that are bound.
func (b *Block) reopened(t sql.TableExpr, alias *sql.Alias, why string) from {
	f := b.opaque(t, why)
	f.rename(b.World, alias)
	return f
}

// unpivot binds UNPIVOT: every row once for each of the listed columns, with the
// column's name and value in place of them. The name tells the rows of one row
// apart.
func (b *Block) unpivot(t *sql.Unpivot, left []*sourceRel) from {
	w := b.World
	const why = "the columns of an unpivot are not known"
	if t.Input == nil {
		return b.operator(t, t.Input, t.Alias, left, why)
	}
	in := b.from(t.Input, left)
	turned, labels, ok := b.turned(t, in)
	if !ok || in.rel.open != nil || in.hole || t.Name == nil || t.Name.Hole || len(t.Values) == 0 {
		return b.reopened(t, t.Alias, why)
	}
	r := in.rel.clone()
	tid := w.mintTid(nil)
	base := r.tids
	r.tids, r.at.tids = r.tids.with(tid), set{tid}
	r.at.turn = &turn{in: turned, names: labels, nulls: t.IncludeNulls}
	r.row(tid)
	r.card = Card{0, Many}
	r.cols = slices.DeleteFunc(slices.Clone(r.cols), func(c outCol) bool { return turned.has(c.col) })
	name := w.mint(column{name: t.Name.Name, class: Opaque, tids: []Col{tid}})
	r.at.turn.name = name
	r.fill(name, w.because(t.Name.Span, proof.UnpivotName))
	names := []outCol{{name: t.Name, fold: w.Dialect.Fold(t.Name), col: name, item: t}}
	var values []outCol
	for _, id := range t.Values {
		v := w.mint(column{name: id.Name, class: Opaque, in: turned, tids: r.tids})
		r.at.turn.values = append(r.at.turn.values, v)
		if !t.IncludeNulls && len(t.Values) == 1 {
			r.fill(v, w.because(t.Span, proof.UnpivotFilled))
		}
		values = append(values, outCol{name: id, fold: w.Dialect.Fold(id), col: v, item: t})
	}
	if w.Dialect.Name == "bigquery" {
		names, values = values, names
	}
	r.cols = append(append(r.cols, names...), values...)
	r.addFD(fd{base.with(name), []Col{tid}, false, w.because(t.Span, proof.Unpivoted).worded(t.Name.Name)})
	for _, k := range in.rel.keys {
		r.addKey(key{k.cols.with(name), k.lax, k.why})
	}
	f := from{rel: r, sources: []*sourceRel{{rel: r, node: t}}}
	f.rename(w, t.Alias)
	return f
}

// turned returns the input columns that an unpivot turns into rows, and the names
// that tell them apart.
func (b *Block) turned(t *sql.Unpivot, in from) (out set, names []string, ok bool) {
	bd := b.binderOver(in.sources)
	seen := map[string]bool{}
	for _, it := range t.In {
		if it.X == nil || !sql.Complete(it.X) {
			return nil, nil, false
		}
		name := b.World.Text(it.X.Range())
		if it.Alias != nil {
			name = it.Alias.Name
		}
		if name = strings.ToLower(name); seen[name] {
			return nil, nil, false
		}
		seen[name] = true
		names = append(names, name)
		list := []sql.Expr{it.X}
		if tuple, ok := sql.Unparen(it.X).(*sql.Tuple); ok {
			list = tuple.Items
		}
		for _, e := range list {
			if _, ok := sql.Unparen(e).(*sql.Column); !ok {
				return nil, nil, false
			}
			b.World.quiet(func() { out = out.with(bd.bind(e)) })
		}
	}
	return out, names, len(out) > 0
}
