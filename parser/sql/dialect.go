package sql

import (
	"strings"
	"unicode/utf8"
)

// Dialect says how one warehouse's SQL differs from the common grammar: what
// its characters mean, which names are the same name, and which names a clause
// can see. A Dialect is immutable; get one from Lookup.
type Dialect struct {
	// Name is the dialect's own name: "snowflake", "generic".
	Name string

	// LateralAlias: an alias of the select list can be used by later items of
	// the same list.
	LateralAlias bool
	// AliasInWhere, AliasInGroupBy and AliasInHaving: an alias of the select
	// list can be used in that clause.
	AliasInWhere, AliasInGroupBy, AliasInHaving bool
	// AliasFirst: where an alias and an input column share a name, WHERE and
	// GROUP BY mean the alias (ClickHouse). Elsewhere they mean the column.
	AliasFirst bool
	// Qualify: QUALIFY filters on window functions.
	Qualify bool
	// IntDivision: `/` between two integers drops the fraction.
	IntDivision bool
	// Nulls is where ORDER BY puts NULL when nothing is said.
	Nulls NullOrder

	folding folding
	quote   byte // what Quote writes: '"', '`' or '['
	lex     lexOption
	gram    gramOption
}

// NullOrder is where ORDER BY puts NULL by default.
type NullOrder uint8

const (
	NullsHigh    NullOrder = iota // last ascending, first descending
	NullsLow                      // first ascending, last descending
	NullsAtEnd                    // last, whatever the direction
	NullsUnknown                  // the warehouse is not known
)

// folding is how names are compared.
type folding uint8

const (
	foldIgnoreCase folding = iota // quoted or not, case does not matter
	foldUpper                     // an unquoted name is its upper case
	foldLower                     // an unquoted name is its lower case
	foldNone                      // case matters, quoted or not
)

// lexOption is a set of lexical switches.
type lexOption uint16

const (
	doubleQuoteString lexOption = 1 << iota // "x" is a string
	bracketIdent                            // [x] is a name
	backslash                               // '\'' is an escaped quote
	nestedComment                           // /* /* */ */
	hashComment                             // # to the end of the line
	hashSpaceComment                        // "# " and "#!" to the end of the line
	slashComment                            // // to the end of the line
	dollarString                            // $$x$$ and $tag$x$tag$
	tripleQuote                             // '''x''' and """x"""
	stages                                  // @stage/path
	hashWord                                // #t begins a name
	numberSuffix                            // 1L, 2.5BD
	anyOperator                             // any sequence of + - * / < > = ~ ! @ # % ^ & | is an operator
	rawEscapes                              // r'\'' holds a quote
	notebook                                // "-- COMMAND ----------" ends a statement in the source of a notebook
	digitWord                               // 0_x is a name
)

// gramOption is a set of grammatical switches, for what the common grammar
// cannot allow everywhere without misreading somebody.
type gramOption uint16

const (
	trailingComma gramOption = 1 << iota // a comma may end a select list
	paths                                // x:a.b is a path into a semi-structured value
	dottedQuotes                         // `a.b.c` in one pair of backticks has three parts
	dashedTables                         // table names may hold dashes: my-project.d.t
	caretIsPower                         // ^ is power, not exclusive or
	prefixAlias                          // select a: 1
	equalsAlias                          // select a = 1 names a column
	stringTables                         // from 'file.csv'
	fromFirst                            // from t select a
	optionalAs                           // with a (select 1) select 2
	typedStrings                         // t 'x' is a literal of the type t, whatever t is
	clickHouse                           // FINAL, ARRAY JOIN, ternaries, and parametric calls
)

// Generic is the union of the dialects, as far as they do not contradict each
// other. It serves warehouses that are not known.
var Generic = &dialectGeneric

// dialectNames maps the names of dbt adapters to dialects.
var dialectNames = map[string]*Dialect{
	"postgres": &dialectPostgres, "alloydb": &dialectPostgres, "greenplum": &dialectPostgres,
	"materialize": &dialectPostgres, "risingwave": &dialectPostgres, "postgresql": &dialectPostgres,
	"redshift":   &dialectRedshift,
	"duckdb":     &dialectDuckDB,
	"snowflake":  &dialectSnowflake,
	"bigquery":   &dialectBigQuery,
	"databricks": &dialectDatabricks,
	"spark":      &dialectSpark, "glue": &dialectSpark, "hive": &dialectSpark, "fabricspark": &dialectSpark,
	"trino": &dialectTrino, "starburst": &dialectTrino, "presto": &dialectTrino,
	"athena":     &dialectAthena,
	"clickhouse": &dialectClickHouse,
	"tsql":       &dialectTSQL, "sqlserver": &dialectTSQL, "fabric": &dialectTSQL, "synapse": &dialectTSQL,
	"generic": &dialectGeneric, "mysql": &dialectGeneric, "mariadb": &dialectGeneric, "sqlite": &dialectGeneric,
	"oracle": &dialectGeneric, "teradata": &dialectGeneric, "vertica": &dialectGeneric, "exasol": &dialectGeneric,
	"dremio": &dialectGeneric, "singlestore": &dialectGeneric, "doris": &dialectGeneric, "starrocks": &dialectGeneric,
}

// Lookup returns the dialect of a dbt adapter, or Generic and false.
func Lookup(name string) (*Dialect, bool) {
	d, ok := dialectNames[strings.ToLower(name)]
	if !ok {
		return Generic, false
	}
	return d, true
}

// FoldName returns the key by which a name is compared: two names are the same
// if their keys are equal.
func (d *Dialect) FoldName(name string, quoted bool) string {
	switch {
	case d.folding == foldIgnoreCase, d.folding == foldLower && !quoted:
		return strings.ToLower(name)
	case d.folding == foldUpper && !quoted:
		return strings.ToUpper(name)
	}
	return name
}

// Fold returns the key by which id is compared, see FoldName.
func (d *Dialect) Fold(id *Ident) string { return d.FoldName(id.Name, id.Quoted) }

// Is reports whether key is the one that id is compared by, see FoldName, without
// making that.
func (d *Dialect) Is(id *Ident, key string) bool {
	lower := d.folding == foldIgnoreCase || d.folding == foldLower && !id.Quoted
	upper := d.folding == foldUpper && !id.Quoted
	for i := range len(id.Name) {
		c := id.Name[i]
		switch {
		case c >= utf8.RuneSelf:
			return d.Fold(id) == key
		case lower && 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		if i >= len(key) || c != key[i] {
			return false
		}
	}
	return len(key) == len(id.Name)
}

// Same reports whether a and b are the same name. A name made by a template
// hole is not known and the same as none, not even as itself.
func (d *Dialect) Same(a, b *Ident) bool {
	return a != nil && b != nil && !a.Hole && !b.Hole && d.Is(a, d.Fold(b))
}

// Quote returns name as a quoted identifier.
func (d *Dialect) Quote(name string) string {
	switch d.quote {
	case '[':
		return "[" + strings.ReplaceAll(name, "]", "]]") + "]"
	case '`':
		if d.gram&dottedQuotes != 0 { // BigQuery escapes with a backslash
			return "`" + strings.ReplaceAll(strings.ReplaceAll(name, `\`, `\\`), "`", "\\`") + "`"
		}
		return "`" + strings.ReplaceAll(name, "`", "``") + "`"
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
