package sql

// Opinion is what PostgreSQL's own grammar says of a text.
type Opinion struct {
	// Error is its syntax error, nil if it reads the text.
	Error *Error
}

// SecondOpinion asks PostgreSQL's own grammar about a text of PostgreSQL or
// Redshift. It is nil for other dialects, and in builds without that grammar:
// it is C, and comes with `-tags pgquery` only. It is strict where Parse reads
// the union of the dialects, and knows the errors of texts without template
// holes only.
func SecondOpinion(text string, d *Dialect) *Opinion {
	if d != &dialectPostgres && d != &dialectRedshift {
		return nil
	}
	return postgresOpinion(text)
}
