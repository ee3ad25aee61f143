package sql

// dialectBigQuery is BigQuery's GoogleSQL. Its table names are case-sensitive,
// its columns are not; names are compared as columns.
var dialectBigQuery = Dialect{
	Name:           "bigquery",
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	Nulls:          NullsLow,
	folding:        foldIgnoreCase,
	quote:          '`',
	lex:            doubleQuoteString | backslash | hashComment | tripleQuote | rawEscapes,
	gram:           trailingComma | dottedQuotes | dashedTables | fromFirst,
}
