package sql

// dialectGeneric accepts what is not ambiguous. Its aliases are visible
// wherever some warehouse shows them, so that no name is called unknown wrongly.
var dialectGeneric = Dialect{
	Name:           "generic",
	LateralAlias:   true,
	AliasInWhere:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	Nulls:          NullsUnknown,
	folding:        foldIgnoreCase,
	quote:          '"',
	lex:            nestedComment | hashSpaceComment | dollarString | anyOperator | digitWord,
	gram:           trailingComma | paths | dashedTables | dottedQuotes | stringTables | fromFirst | optionalAs,
}
