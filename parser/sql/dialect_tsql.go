package sql

// dialectTSQL is T-SQL: SQL Server, Azure SQL, Fabric and Synapse. Names are
// compared without case, as the usual collation does.
var dialectTSQL = Dialect{
	Name:        "tsql",
	IntDivision: true,
	Nulls:       NullsLow,
	folding:     foldIgnoreCase,
	quote:       '[',
	lex:         bracketIdent | nestedComment | hashWord,
	gram:        equalsAlias,
}
