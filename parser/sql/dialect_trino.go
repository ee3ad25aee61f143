package sql

// dialectTrino is Trino. Names are compared without case, even quoted ones.
var dialectTrino = Dialect{
	Name:        "trino",
	IntDivision: true,
	Nulls:       NullsAtEnd,
	folding:     foldIgnoreCase,
	quote:       '"',
}
