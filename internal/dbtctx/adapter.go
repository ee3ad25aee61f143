package dbtctx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// adapter is what a dbt adapter decides about names and types. The facts are
// those of the adapters' relation and column classes (dbt 1.10 to 1.12).
type adapter struct {
	name string
	// parents are the adapters that it inherits macros from, nearest first.
	parents []string
	// open and close quote an identifier.
	open, close string
	// quote and include say which parts of a relation - database, schema,
	// identifier - are quoted and printed by default.
	quote, include [3]bool
	// types translates the labels that api.Column.translate_type knows, in
	// upper case; any other type is itself.
	types map[string]string
	// lowerTypes: translate_type gives lower case.
	lowerTypes bool
	// numeric spells a number type with precision {p} and scale {s}, text a
	// string type of size {n}.
	numeric, text string
	// typeAsWritten: a column's data_type is the type as the catalogue tells it.
	typeAsWritten bool
	// bareTypes: so is one without a size; a string type gets none.
	bareTypes bool
	// The types, in lower case, that a column of the adapter is_string,
	// is_integer, is_numeric and is_float for.
	strings, integers, decimals, floats []string
	// columnOpen and columnClose quote in Column.quoted, if different.
	columnOpen, columnClose string
	// schemaIsDatabase: databases do not exist beside schemas.
	schemaIsDatabase bool
	// aliases are the adapter's own names for configurations that dbt has.
	aliases map[string]string
}

var (
	allParts = [3]bool{true, true, true}
	noParts  = [3]bool{}
	// noDatabase: the adapter prints schema and identifier only.
	noDatabase = [3]bool{false, true, true}
	catalogs   = map[string]string{"catalog": "database"}
	dbnames    = map[string]string{"dbname": "database"}
)

var (
	baseStrings  = []string{"text", "character varying", "character", "varchar"}
	baseIntegers = []string{
		"smallint", "integer", "bigint", "smallserial", "serial", "bigserial",
		"int2", "int4", "int8", "serial2", "serial4", "serial8",
	}
	baseDecimals = []string{"numeric", "decimal"}
	baseFloats   = []string{"real", "float4", "float", "double precision", "float8", "double"}
)

// adapters is sorted by name. What a row leaves out is as in dbt's base
// classes: double quotes around all three parts, STRING is TEXT.
var adapters = []adapter{
	{name: "athena", quote: allParts, include: allParts,
		types: map[string]string{"STRING": "VARCHAR", "TEXT": "VARCHAR"}, text: "varchar({n})", aliases: catalogs,
		strings: []string{"varchar", "string"}},
	{name: "bigquery", quote: allParts, include: allParts, open: "`", close: "`",
		aliases: map[string]string{
			"project": "database", "dataset": "schema", "target_project": "target_database", "target_dataset": "target_schema",
		},
		types:   map[string]string{"TEXT": "STRING", "FLOAT": "FLOAT64", "INTEGER": "INT64"},
		numeric: "{type}", typeAsWritten: true,
		strings: []string{"string"}, integers: []string{"int64"}, decimals: []string{"numeric"}, floats: []string{"float64"}},
	{name: "clickhouse", quote: allParts, include: noDatabase, open: "`", close: "`",
		types:   map[string]string{"STRING": "String", "TIMESTAMP": "DateTime", "FLOAT": "Float32", "INTEGER": "Int32"},
		numeric: "Decimal({p}, {s})", text: "String", columnOpen: `"`, columnClose: `"`, schemaIsDatabase: true,
		strings: []string{"string", "fixedstring", "text", "varchar", "char"}},
	{name: "databricks", parents: []string{"spark"}, quote: allParts, include: allParts, open: "`", close: "`",
		types: map[string]string{"LONG": "BIGINT"}, lowerTypes: true, aliases: catalogs, numeric: "decimal({p},{s})", typeAsWritten: true},
	{name: "duckdb", quote: allParts, include: allParts,
		integers: append([]string{"tinyint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "int1", "signed", "short", "int", "long", "uhugeint"}, baseIntegers...)},
	{name: "fabric", quote: allParts, include: allParts, open: "[", close: "]",
		types: map[string]string{
			"BINARY": "BINARY(1)", "BOOLEAN": "BIT", "CHAR": "CHAR(1)", "DATETIME2": "DATETIME2(6)", "INTEGER": "INT",
			"MONEY": "DECIMAL", "NCHAR": "CHAR(1)", "NVARCHAR": "VARCHAR(MAX)", "SMALLMONEY": "DECIMAL", "STRING": "VARCHAR(MAX)",
			"TIME": "TIME(6)", "TIMESTAMP": "DATETIME2(6)", "TINYINT": "SMALLINT", "VARBINARY": "VARBINARY(MAX)", "VARCHAR": "VARCHAR(MAX)",
		},
		text: "varchar({n})", strings: []string{"varchar", "char"}, integers: append([]string{"int"}, baseIntegers...)},
	{name: "postgres", quote: allParts, include: allParts, bareTypes: true, aliases: dbnames},
	{name: "redshift", parents: []string{"postgres"}, quote: allParts, include: allParts, aliases: dbnames},
	{name: "snowflake", quote: noParts, include: allParts,
		decimals: []string{"int", "integer", "bigint", "smallint", "tinyint", "byteint", "numeric", "decimal", "number"},
		integers: []string{}, floats: append([]string{"float", "float4", "float8", "double", "double precision", "real"}, baseFloats...)},
	{name: "spark", quote: noParts, include: noDatabase, open: "`", close: "`",
		types: map[string]string{}, numeric: "decimal({p},{s})", typeAsWritten: true},
	{name: "sqlserver", quote: allParts, include: allParts,
		types: map[string]string{
			"STRING": "VARCHAR(8000)", "VARCHAR": "VARCHAR(8000)", "CHAR": "CHAR(1)", "NCHAR": "CHAR(1)", "NVARCHAR": "VARCHAR(8000)",
			"TIMESTAMP": "DATETIME2(6)", "DATETIME2": "DATETIME2(6)", "DATETIME2(6)": "DATETIME2(6)", "DATE": "DATE", "TIME": "TIME(6)",
			"FLOAT": "FLOAT", "REAL": "REAL", "INT": "INT", "INTEGER": "INT", "BIGINT": "BIGINT", "SMALLINT": "SMALLINT",
			"TINYINT": "SMALLINT", "BIT": "BIT", "BOOLEAN": "BIT", "DECIMAL": "DECIMAL", "NUMERIC": "NUMERIC", "MONEY": "DECIMAL",
			"SMALLMONEY": "DECIMAL", "UNIQUEIDENTIFIER": "UNIQUEIDENTIFIER", "VARBINARY": "VARBINARY(MAX)", "BINARY": "BINARY(1)",
		},
		text: "varchar({n})", strings: []string{"varchar", "char", "nvarchar", "nchar"},
		integers: append([]string{"bit", "tinyint", "int"}, baseIntegers...)},
	{name: "trino", quote: allParts, include: allParts, aliases: catalogs,
		types: map[string]string{"STRING": "VARCHAR", "FLOAT": "DOUBLE"}, text: "varchar({n})",
		strings: []string{"varchar", "char"}, integers: append([]string{"tinyint", "int"}, baseIntegers...), decimals: []string{"decimal"}},
}

// kin names adapters that behave as another one in all that is asked here.
var kin = map[string]string{
	"materialize": "postgres", "synapse": "fabric", "fabricspark": "spark", "starburst": "trino",
	"greenplum": "postgres", "alloydb": "postgres", "motherduck": "duckdb", "t-sql": "sqlserver",
}

// adapterOf returns the facts of the adapter of that name; of one that is not
// known, those of dbt's base classes.
func adapterOf(name string) adapter {
	a := adapter{quote: allParts, include: allParts}
	known, parent := name, kin[name]
	if parent != "" {
		known = parent
	}
	if i := slices.IndexFunc(adapters, func(a adapter) bool { return a.name == known }); i >= 0 {
		a = adapters[i]
	}
	if parent != "" {
		a.parents = append([]string{parent}, a.parents...)
	}
	a.name = name
	a.numeric = cmp.Or(a.numeric, "{type}({p},{s})")
	a.text = cmp.Or(a.text, "character varying({n})")
	if a.open == "" {
		a.open, a.close = `"`, `"`
	}
	if a.columnOpen == "" {
		a.columnOpen, a.columnClose = a.open, a.close
	}
	if a.types == nil {
		a.types = map[string]string{"STRING": "TEXT"}
	}
	for _, list := range []struct{ have, base *[]string }{
		{&a.strings, &baseStrings}, {&a.integers, &baseIntegers}, {&a.decimals, &baseDecimals}, {&a.floats, &baseFloats},
	} {
		if *list.have == nil {
			*list.have = *list.base
		}
	}
	return a
}

// prefixes returns what adapter.dispatch puts before a macro's name, in the
// order it tries them.
func (a adapter) prefixes() []string {
	out := append([]string{a.name}, a.parents...)
	return append(out, "default")
}

// quoted quotes an identifier.
func (a adapter) quoted(name string) string { return a.open + name + a.close }

// translate is api.Column.translate_type.
func (a adapter) translate(label string) string {
	t, ok := a.types[strings.ToUpper(label)]
	if !ok {
		t = label
	}
	if a.lowerTypes {
		t = strings.ToLower(t)
	}
	return t
}

// numericType is api.Column.numeric_type.
func (a adapter) numericType(name string, precision, scale int64) string {
	return strings.NewReplacer("{type}", name, "{p}", strconv.FormatInt(precision, 10), "{s}", strconv.FormatInt(scale, 10)).
		Replace(a.numeric)
}

// stringType is api.Column.string_type.
func (a adapter) stringType(size int64) string {
	return strings.ReplaceAll(a.text, "{n}", strconv.FormatInt(size, 10))
}
