package sql

// dialectPostgres is PostgreSQL 12 and later.
var dialectPostgres = Dialect{
	Name:           "postgres",
	AliasInGroupBy: true,
	IntDivision:    true,
	Nulls:          NullsHigh,
	folding:        foldLower,
	quote:          '"',
	lex:            nestedComment | dollarString | anyOperator,
	gram:           caretIsPower | typedStrings,
}
