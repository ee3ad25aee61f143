package sql

// Tree is a parsed text. It is immutable and shares no state with other trees.
type Tree struct {
	Text       string
	Dialect    *Dialect
	Statements []*Statement
	Tokens     []Token // cover the text: what is between them is white space
	Comments   []Span
	Errors     []*Error
	// Opaques counts the nodes that were kept without being understood
	// (Opaque with Known unset).
	Opaques int
}

// Query returns the query of a text that is one query, nil otherwise.
func (t *Tree) Query() *Query {
	if len(t.Statements) != 1 {
		return nil
	}
	return t.Statements[0].Query
}

// Error is a place where the text is not SQL of the dialect, or not known to be.
type Error struct {
	Span
	Message string // "expected an expression, found `from`"
}

func (e *Error) Error() string { return e.Message }
