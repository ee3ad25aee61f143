package sql

// dialectDatabricks is Databricks SQL: Spark with QUALIFY and paths.
var dialectDatabricks = Dialect{
	Name:           "databricks",
	LateralAlias:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	Nulls:          NullsLow,
	folding:        foldIgnoreCase,
	quote:          '`',
	lex:            doubleQuoteString | backslash | nestedComment | numberSuffix | dollarString | notebook,
	gram:           trailingComma | paths | fromFirst | optionalAs,
}
