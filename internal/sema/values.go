package sema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// values analyses a VALUES list: its rows are data.
func (w *World) values(v *sql.Values) *rel {
	tid := w.mintTid(nil)
	r := newRel(tid)
	r.row(tid)
	r.card = Card{min(1, len(v.Rows)), len(v.Rows)}
	r.at.rows = len(v.Rows)
	if len(v.Rows) == 0 {
		return r
	}
	var lits [][]string // by column; nil where a value is not a literal
	for i := range v.Rows[0].Items {
		c := w.mint(column{class: Identity, tids: []Col{tid}})
		oc := outCol{col: c, item: v}
		if oc.name = w.valuesName(v, i); oc.name != nil {
			oc.fold = w.Dialect.Fold(oc.name)
			w.cols[c].name = oc.name.Name
		}
		r.cols = append(r.cols, oc)
		col := literals(v, i)
		lits = append(lits, col)
		if col == nil {
			continue
		}
		w.cols[c].digits = !slices.ContainsFunc(v.Rows, func(t *sql.Tuple) bool { return !plainNumber(t.Items[i]) })
		if !slices.Contains(col, "null") {
			r.fill(c, w.because(v.Span, proof.Given))
		}
		if lit := sameLiteral(v, i); lit != "" {
			r.fix(c, constant{lit: lit, null: lit == "null", why: w.because(v.Span, proof.Alike)})
		}
	}
	w.literalKeys(r, lits, v.Span)
	if len(v.Rows) == 1 {
		r.addFD(fd{to: r.tids, why: w.because(v.Span, proof.OneRow)})
	}
	return r
}

// literalKeys adds the columns, and the pairs of columns, in which no two rows of
// r are equal. lits are the values of its columns, nil where they are not known;
// at is where they are written.
func (w *World) literalKeys(r *rel, lits [][]string, at sql.Span) {
	r.at.lits = map[Col][]string{}
	for i, col := range lits {
		r.at.lits[r.cols[i].col] = col
	}
	var rest []int
	for i, col := range lits {
		switch {
		case col == nil:
		case allDifferent(col):
			r.addStrict(set{r.cols[i].col}, w.because(at, proof.Differ))
		default:
			rest = append(rest, i)
		}
	}
	if len(rest) > 8 {
		return
	}
	for _, i := range rest {
		for _, k := range rest {
			if k >= i {
				break
			}
			pairs := make([]string, len(lits[i]))
			for n := range pairs {
				pairs[n] = lits[k][n] + "\x00" + lits[i][n]
			}
			if allDifferent(pairs) {
				r.addStrict(newSet(r.cols[k].col, r.cols[i].col), w.because(at, proof.PairsDiffer))
			}
		}
	}
}

// sameLiteral returns the literal that stands at position i of every row.
func sameLiteral(v *sql.Values, i int) string {
	lit := ""
	for n, row := range v.Rows {
		l, _ := sql.Unparen(row.Items[i]).(*sql.Literal)
		if n > 0 && literalText(l) != lit {
			return ""
		}
		lit = literalText(l)
	}
	return lit
}

func allDifferent(list []string) bool {
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		if seen[s] {
			return false
		}
		seen[s] = true
	}
	return true
}

// valuesName returns the name that the engine gives a column of VALUES, nil if
// it gives none that is known.
func (w *World) valuesName(v *sql.Values, i int) *sql.Ident {
	name := ""
	switch w.Dialect.Name {
	case "duckdb":
		name = fmt.Sprintf("col%d", i)
	case "postgres", "redshift", "snowflake":
		name = fmt.Sprintf("column%d", i+1)
	case "databricks", "spark":
		name = fmt.Sprintf("col%d", i+1)
	default:
		return nil
	}
	return &sql.Ident{Span: v.Span, Name: name}
}

// literals returns the values at position i of every row, NULL as null, as text
// that differs only where the values do whatever the collation. It is nil unless
// all are literals of one kind; numbers must be plain digits.
func literals(v *sql.Values, i int) []string {
	out := make([]string, len(v.Rows))
	kind := sql.NullLit
	for n, row := range v.Rows {
		if i >= len(row.Items) {
			return nil
		}
		lit, ok := sql.Unparen(row.Items[i]).(*sql.Literal)
		if !ok || lit.Type != "" || lit.Kind == sql.NumberLit && !digits(lit.Text) {
			return nil
		}
		if lit.Kind != sql.NullLit {
			if kind != sql.NullLit && kind != lit.Kind {
				return nil
			}
			kind = lit.Kind
		}
		out[n] = literalText(lit)
		if lit.Kind == sql.StringLit {
			out[n] = strings.TrimRight(strings.ToLower(lit.Text), " ") + "'"
		}
	}
	return out
}

// plainNumber reports whether e is a literal that spells a whole number without
// leading zeros, be it a text.
func plainNumber(e sql.Expr) bool {
	lit, ok := sql.Unparen(e).(*sql.Literal)
	return ok && (lit.Kind == sql.NumberLit || lit.Kind == sql.StringLit) && digits(lit.Text)
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != "" && (s == "0" || s[0] != '0')
}

// unionLiterals finds keys of a UNION whose branches are single rows of literals:
// a list of values, written as queries.
func (w *World) unionLiterals(so *SetOp, out *rel, pos [][]Col) {
	for _, b := range so.Branches {
		if b.rel.card.Max > 1 {
			return
		}
	}
	lits := make([][]string, len(pos))
	for i, row := range pos {
		lits[i] = w.branchLiterals(so, row)
	}
	w.literalKeys(out, lits, so.Node.OpSpan)
}

// branchLiterals returns the literals that the branches have at a position, as
// text that differs only where the values do. It is nil unless all have one, and
// all texts or all plain numbers.
func (w *World) branchLiterals(so *SetOp, row []Col) []string {
	out := make([]string, len(row))
	texts, numbers := false, false
	for k, b := range so.Branches {
		lit, ok := w.constOf(b.rel, row[k])
		switch {
		case !ok:
			return nil
		case strings.HasPrefix(lit, "'"):
			texts = true
			lit = "'" + strings.TrimRight(strings.ToLower(strings.Trim(lit, "'")), " ")
		case digits(lit):
			numbers = true
		case lit != "null":
			return nil
		}
		out[k] = lit
	}
	if texts && numbers {
		return nil
	}
	return out
}

// labelled reports whether every branch has a literal of its own at row, all
// texts or all numbers.
func (w *World) labelled(so *SetOp, row []Col) bool {
	lits := w.branchLiterals(so, row)
	return lits != nil && !slices.Contains(lits, "null") && allDifferent(lits)
}
