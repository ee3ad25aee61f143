package sql

// dialectSnowflake is Snowflake.
var dialectSnowflake = Dialect{
	Name:           "snowflake",
	LateralAlias:   true,
	AliasInWhere:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	Qualify:        true,
	Nulls:          NullsHigh,
	folding:        foldUpper,
	quote:          '"',
	lex:            slashComment | dollarString | backslash | stages,
	gram:           trailingComma | paths | optionalAs,
}
