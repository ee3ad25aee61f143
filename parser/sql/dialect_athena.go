package sql

// dialectAthena is Amazon Athena, a Trino whose DDL speaks Hive.
var dialectAthena = Dialect{
	Name:        "athena",
	IntDivision: true,
	Nulls:       NullsAtEnd,
	folding:     foldIgnoreCase,
	quote:       '"',
}
