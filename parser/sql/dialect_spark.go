package sql

// dialectSpark is Apache Spark SQL, which Hive and Glue resemble.
var dialectSpark = Dialect{
	Name:           "spark",
	LateralAlias:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Nulls:          NullsLow,
	folding:        foldIgnoreCase,
	quote:          '`',
	lex:            doubleQuoteString | backslash | nestedComment | numberSuffix,
	gram:           fromFirst | optionalAs | paths,
}
