package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// tableFunc binds a function in FROM.
func (b *Block) tableFunc(t *sql.TableFunc, left []*sourceRel) from {
	w := b.World
	if t.Call == nil {
		return b.opaque(t, "a function that could not be read")
	}
	bd := b.binderOver(left)
	var in []Col
	fixed := true
	for _, a := range t.Call.Args {
		if a.X == nil {
			continue
		}
		switch x := a.X.(type) {
		case *sql.Hole, *sql.Star, *sql.Word:
			fixed = false
			continue
		case *sql.Subquery:
			b.Derived = append(b.Derived, w.query(x.Query, &scope{parent: b.scope, sources: left, block: b}))
			fixed = false
			continue
		}
		c := bd.bind(namedValue(a.X))
		fixed = fixed && w.cols[c].fixed
		in = append(in, c)
	}
	name := funcName(t.Call)
	if !elementFuncs[name] {
		f := b.opaque(t, "the columns of `"+name+"` are not known")
		f.sources[0].title = name
		f.rename(w, t.Alias)
		return f
	}
	if fixed {
		in = nil
	}
	f := b.elements(t, t.Alias, in, "`"+name+"` gives a row per element")
	b.ordinality(&f, t, in)
	b.flattened(&f, t, in)
	if rows, ok := b.rowsOf(in); ok && distinctElements(t.Call) && len(f.rel.cols) > 0 {
		c := f.rel.cols[0].col
		f.rel.addFD(fd{rows.with(c), f.rel.tids, false, w.because(t.Span, proof.Series)})
		f.rel.addKey(key{cols: set{c}, why: w.because(t.Span, proof.Series)})
	}
	return f
}

// namedValue returns the value of an argument of a function in FROM that is named
// as in read_csv('f.csv', delim = ','): the name is no column.
func namedValue(e sql.Expr) sql.Expr {
	if eq, ok := e.(*sql.Binary); ok && eq.Op == sql.OpEq {
		if name, ok := eq.L.(*sql.Column); ok && len(name.Parts) == 1 {
			return eq.R
		}
	}
	return e
}

// ordinality numbers the elements of a collection, under the name that WITH
// OFFSET or WITH ORDINALITY gives the number.
func (b *Block) ordinality(f *from, t *sql.TableFunc, in []Col) {
	switch r := f.rel; {
	case !t.Ordinality:
	case t.Offset != nil:
		b.position(f, t, t.Offset, in)
	case t.Alias != nil && len(t.Alias.Columns) > 1:
		b.numbered(r, r.cols[len(r.cols)-1].col, t, in)
	}
}

// flattenColumns are the columns of Snowflake's FLATTEN.
var flattenColumns = []string{"seq", "key", "path", "index", "value", "this"}

// flattened gives Snowflake's FLATTEN its columns. INDEX is the place of an
// element in its array, but NULL for the entries of an object, and it counts again
// at each level of a recursive one.
func (b *Block) flattened(f *from, t *sql.TableFunc, in []Col) {
	w := b.World
	if w.Dialect.Name != "snowflake" || funcName(t.Call) != "flatten" || t.Alias != nil && len(t.Alias.Columns) > 0 {
		return
	}
	r := f.rel
	r.cols = nil
	for _, name := range flattenColumns {
		c := w.mint(column{name: name, class: Opaque, tids: r.tids, place: name == "index"})
		r.cols = append(r.cols, outCol{name: &sql.Ident{Span: t.Span, Name: name}, fold: w.Dialect.FoldName(name, false), col: c, item: t})
	}
	recursive := slices.ContainsFunc(t.Call.Args, func(a *sql.Arg) bool { return a.Name != nil && strings.EqualFold(a.Name.Name, "recursive") })
	if rows, ok := b.rowsOf(in); ok && !recursive {
		r.addFD(fd{rows.with(r.cols[3].col), r.tids, true, w.because(t.Range(), proof.Numbered)})
	}
}

// position adds the column that holds the positions of a collection's elements.
func (b *Block) position(f *from, t sql.TableExpr, name *sql.Ident, in []Col) {
	if name == nil {
		return
	}
	r, w := f.rel, b.World
	off := w.mint(column{name: name.Name, class: Opaque, tids: r.tids})
	r.cols = append(r.cols, outCol{name: name, fold: w.Dialect.Fold(name), col: off, item: t})
	b.numbered(r, off, t, in)
}

// numbered adds that off numbers the elements of each collection.
func (b *Block) numbered(r *rel, off Col, t sql.TableExpr, in []Col) {
	because := b.World.because(t.Range(), proof.Numbered)
	r.fill(off, b.World.because(t.Range(), proof.Place))
	if rows, ok := b.rowsOf(in); ok {
		r.addFD(fd{rows.with(off), r.tids, false, because})
		r.addKey(key{cols: set{off}, why: because})
	}
}

// rowsOf returns the tuple ids of the rows whose collections in holds; ok is
// false if they are not known.
func (b *Block) rowsOf(in []Col) (rows set, ok bool) {
	for _, c := range in {
		col := &b.World.cols[c]
		if len(col.tids) == 0 && !col.fixed {
			return nil, false
		}
		rows = rows.with(col.tids...)
	}
	return rows, true
}

// distinctElements reports whether a call gives every value once: a series, or
// the elements of one.
func distinctElements(c *sql.Call) bool {
	switch funcName(c) {
	case "generate_series", "generate_array", "generate_date_array", "generate_timestamp_array", "sequence", "range":
		return true
	case "unnest", "explode":
		if len(c.Args) == 1 {
			inner, ok := sql.Unparen(c.Args[0].X).(*sql.Call)
			return ok && funcName(inner) != "unnest" && distinctElements(inner)
		}
	}
	return false
}

// elements is a relation with a row per element of a collection: of one value,
// or of each row of the relations that in belongs to.
func (b *Block) elements(t sql.TableExpr, alias *sql.Alias, in []Col, why string) from {
	w := b.World
	f := b.opaque(t, "the columns of a collection's elements are not known")
	r := f.rel
	f.sources[0].title = "the elements"
	if alias != nil && alias.Name != nil {
		f.sources[0].name = w.Dialect.Fold(alias.Name)
		f.sources[0].title = alias.Name.Name
		// The alias of an unnest names the relation and, where elements are
		// scalars, the column.
		if len(alias.Columns) == 0 {
			c := w.mint(column{name: alias.Name.Name, class: Opaque, tids: r.tids})
			r.cols = append(r.cols, outCol{name: alias.Name, fold: w.Dialect.Fold(alias.Name), col: c, item: t})
		}
	}
	if alias != nil {
		for _, id := range alias.Columns {
			c := w.mint(column{name: id.Name, class: Opaque, tids: r.tids})
			r.cols = append(r.cols, outCol{name: id, fold: w.Dialect.Fold(id), col: c, item: t})
		}
	}
	if len(in) > 0 {
		put(&b.elementOf, r.tids[0], why)
	}
	return f
}

func (b *Block) lateralView(t *sql.LateralView, left []*sourceRel) from {
	in := b.from(t.Input, left)
	if t.Call == nil {
		return in // the text ends here
	}
	bd := b.binderOver(append(append([]*sourceRel(nil), left...), in.sources...))
	var cols []Col
	for _, a := range t.Call.Args {
		if a.X != nil {
			cols = append(cols, bd.bind(a.X))
		}
	}
	el := b.elements(t, t.Alias, cols, "`"+funcName(t.Call)+"` gives a row per element")
	kind := sql.Cross
	if t.Outer {
		kind = sql.Left
	}
	return b.combine(&Join{World: b.World, Block: b, Kind: kind, span: t.Span, Elements: true, id: new(joinID)}, in, el, nil, nil)
}
