package sql

// dialectClickHouse is ClickHouse. Its names are case-sensitive throughout.
var dialectClickHouse = Dialect{
	Name:           "clickhouse",
	LateralAlias:   true,
	AliasInWhere:   true,
	AliasInGroupBy: true,
	AliasInHaving:  true,
	AliasFirst:     true,
	Qualify:        true,
	Nulls:          NullsAtEnd,
	folding:        foldNone,
	quote:          '"',
	lex:            backslash | nestedComment | hashSpaceComment | dollarString,
	gram:           trailingComma | fromFirst | clickHouse,
}
