// Package yaml reads YAML as dbt does, and keeps the place of everything: each
// key and value has the byte range it was written at, comments are kept, keys
// written twice and template braces that lack their quotes are reported. It
// knows YAML and nothing of dbt's keys, and is the only importer of the YAML
// library.
//
// dbt loads its files with PyYAML, that is YAML 1.1: `yes`, `no`, `on` and
// `off` are truth values, 012 is ten and 1_000 a thousand. Dates stay text
// here.
//
//	models:            Root.Get("models").Items[0].Get("name"):
//	  - name: orders   Scalar "orders", Span of those six bytes
//
// The library gives the line and column where a value starts; where it ends is
// found by reading the scalar again from there, by its style.
package yaml

import "github.com/dbtvet/dbtvet/parser/source"

// Document is a parsed file.
type Document struct {
	File *source.File
	// Root is the value of the first document of the file; nil when the file
	// is empty or could not be read.
	Root *Node
	// Rest holds further documents, which dbt rejects.
	Rest []*Node
	// Comments in the order of the file.
	Comments []Comment
	Errors   []Error
	// Partial says that Root holds only what came before a syntax error.
	Partial bool
}

// Comment is one comment: its span and text begin with #.
type Comment struct {
	Span source.Span
	Text string
}

// ErrorKind tells errors apart, as the rules do.
type ErrorKind uint8

const (
	Syntax        ErrorKind = iota // not valid YAML, or not one document
	DuplicateKey                   // a key that its mapping has already
	UnquotedJinja                  // {{ }} or {% %} without quotes
)

// Error is one thing wrong with a document.
type Error struct {
	Kind    ErrorKind
	Span    source.Span
	Message string // lower case, no full stop
	Hint    string // what to do; may be empty
	// Related is the place of the first of two equal keys; empty otherwise.
	Related source.Span
	// Same says that the values of two equal keys are written alike.
	Same bool
}
