package jinja

import (
	"errors"
	"fmt"

	"github.com/dbtvet/dbtvet/parser/source"
)

// ErrorKind names the class of an error by the exception that the original
// engine raises.
type ErrorKind string

const (
	SyntaxError    ErrorKind = "TemplateSyntaxError"
	UndefinedError ErrorKind = "UndefinedError"
	TypeError      ErrorKind = "TypeError"
	ValueError     ErrorKind = "ValueError"
	KeyError       ErrorKind = "KeyError"
	IndexError     ErrorKind = "IndexError"
	AttributeError ErrorKind = "AttributeError"
	ZeroDivision   ErrorKind = "ZeroDivisionError"
	OverflowError  ErrorKind = "OverflowError"
	RuntimeError   ErrorKind = "TemplateRuntimeError"
	AssertionError ErrorKind = "TemplateAssertionError"
	ArgumentError  ErrorKind = "FilterArgumentError"
	// Unsupported is a construct that is parsed but not carried out: include,
	// import, extends.
	Unsupported ErrorKind = "Unsupported"
	// HostError is an error returned by a host function; Unwrap gives it.
	HostError ErrorKind = "HostError"
)

// Error is an error in a template: of its syntax, or of one evaluation.
type Error struct {
	Kind  ErrorKind
	Msg   string
	Name  string // the undefined name, if that is the error
	Place source.Place
	// Chain holds the active macro calls, innermost first; nil for syntax errors.
	Chain []source.Call

	err error // a host's error
}

// Error returns the kind and the message.
func (e *Error) Error() string { return string(e.Kind) + ": " + e.Msg }

// Unwrap returns the host's error of a HostError.
func (e *Error) Unwrap() error { return e.err }

// errUnknown ends an operation whose result depends on an unknown value.
var errUnknown = errors.New("depends on an unknown value")

// failure returns an error of the given kind that has no place yet.
func failure(k ErrorKind, format string, args ...any) error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}
