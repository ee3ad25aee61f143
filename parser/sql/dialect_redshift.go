package sql

// dialectRedshift is Amazon Redshift: PostgreSQL 8 with backslash escapes,
// QUALIFY, lateral aliases and paths into SUPER values.
var dialectRedshift = Dialect{
	Name:           "redshift",
	LateralAlias:   true,
	AliasInWhere:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	IntDivision:    true,
	Nulls:          NullsHigh,
	folding:        foldIgnoreCase, // quoted names are folded too, unless enable_case_sensitive_identifier is set
	quote:          '"',
	lex:            nestedComment | dollarString | anyOperator | backslash | hashWord,
	gram:           caretIsPower | typedStrings,
}
