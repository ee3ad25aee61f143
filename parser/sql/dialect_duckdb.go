package sql

// dialectDuckDB is DuckDB: PostgreSQL's grammar with many liberties.
var dialectDuckDB = Dialect{
	Name:           "duckdb",
	LateralAlias:   true,
	AliasInWhere:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	Nulls:          NullsAtEnd,
	folding:        foldIgnoreCase,
	quote:          '"',
	lex:            nestedComment | dollarString | anyOperator,
	gram:           caretIsPower | trailingComma | prefixAlias | stringTables | fromFirst,
}
