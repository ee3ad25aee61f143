package sema

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// typeClass is what of a type decides how two values are compared.
type typeClass string

const (
	unknownType typeClass = ""
	dateType    typeClass = "a date"
	timeType    typeClass = "a timestamp"
	textType    typeClass = "a text"
	numberType  typeClass = "a number"
)

// typeNamed returns the class of a type as it is written.
func typeNamed(name string) typeClass {
	name = strings.ToLower(name)
	name, _, _ = strings.Cut(name, "(")
	switch name = strings.TrimSpace(name); {
	case name == "date" || name == "date32":
		return dateType
	case strings.HasPrefix(name, "timestamp") || strings.HasPrefix(name, "datetime"):
		return timeType
	case name == "text" || name == "string" || strings.Contains(name, "char") && name != "\"char\"":
		return textType
	case strings.HasPrefix(name, "int") || strings.HasPrefix(name, "bigint") || strings.HasPrefix(name, "number") || strings.HasPrefix(name, "numeric") || strings.HasPrefix(name, "decimal") || strings.HasPrefix(name, "float") || name == "double":
		return numberType
	}
	return unknownType
}

// typeOf returns the class of a column's type, where it is declared or the
// expression gives it.
func (w *World) typeOf(c Col) typeClass {
	for range maxDepth {
		for w.cols[c].from > 0 {
			c = w.cols[c].from
		}
		col := &w.cols[c]
		if col.leaf != nil {
			if col.leaf.Index < 0 {
				return unknownType
			}
			return typeNamed(col.leaf.Relation.Columns[col.leaf.Index].Type)
		}
		switch e := sql.Unparen(col.expr).(type) {
		case *sql.Cast:
			if e.Type == nil {
				return unknownType
			}
			return typeNamed(e.Type.Name)
		case *sql.Call:
			name := funcName(e)
			if t, ok := typedFuncs[name]; ok {
				return t
			}
			if agg, ok := aggregates[name]; !ok || !agg.pick {
				if name != "coalesce" {
					return unknownType
				}
			}
		}
		if len(col.in) == 0 || col.class == Opaque {
			return unknownType
		}
		if _, call := sql.Unparen(col.expr).(*sql.Call); !call {
			return unknownType
		}
		c = col.in[0]
	}
	return unknownType
}

// typedFuncs are functions whose result has one type on every engine.
var typedFuncs = map[string]typeClass{
	"to_date": dateType, "date": dateType, "current_date": dateType, "todate": dateType, "parse_date": dateType, "current_timestamp": timeType, "now": timeType,
	"to_timestamp": timeType, "parse_timestamp": timeType, "timestamp_trunc": timeType, "datetime_trunc": timeType, "to_char": textType,
	"format_date": textType, "format_timestamp": textType, "concat": textType, "lower": textType, "upper": textType, "count": numberType,
}

// TypeClash is a guard that compares values of two types.
type TypeClash struct {
	Guard       *Guard
	Left, Right string // what the two are
	Held        string // the column of {{ this }}
	// Fails is set when the engine refuses the comparison, Cuts when it leaves
	// out rows: a date is midnight, and before the newest moment of its day.
	Fails, Cuts bool
}

// refusing are the adapters whose engines compare no text with a time without a
// cast.
var refusing = map[string]bool{"postgres": true, "bigquery": true, "trino": true, "athena": true, "duckdb": true}

// TypeClash returns the types that a guard compares, when both are known and
// differ in a way that matters.
func (g *Guard) TypeClash(adapter string) (TypeClash, bool) {
	w := g.World
	if g.Bound.Kind != ThisMax || g.left == 0 || g.Bound.Column == nil || g.Block.InExpr || w.out == nil || !plainBound(g.Bound.Expr) {
		return TypeClash{}, false
	}
	held := g.Bound.Column.Parts[len(g.Bound.Column.Parts)-1]
	c, ok := w.out.named(w.Dialect.Fold(held))
	if !ok {
		return TypeClash{}, false
	}
	l, r := w.typeOf(g.left), w.typeOf(c)
	t := TypeClash{Guard: g, Left: string(l), Right: string(r), Held: held.Name}
	times := func(a typeClass) bool { return a == dateType || a == timeType }
	switch {
	case l == unknownType || r == unknownType || l == r || l == timeType && r == dateType && adapter != "bigquery":
		return t, false
	case times(l) && times(r):
		t.Fails = adapter == "bigquery"
		t.Cuts = !t.Fails && l == dateType
	case l == numberType && r == textType || l == textType && r == numberType:
	default:
		t.Fails = refusing[adapter]
	}
	return t, true
}

// plainBound reports whether a bound is the maximum as it is, without a cast.
func plainBound(e sql.Expr) bool {
	for n := range sql.Walk(e) {
		switch n := n.(type) {
		case *sql.Cast:
			return false
		case *sql.Call:
			if name := funcName(n); name != "max" && name != "coalesce" {
				return false
			}
		}
	}
	return true
}
