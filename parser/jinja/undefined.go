package jinja

import "github.com/dbtvet/dbtvet/parser/source"

// Undefined is a name, attribute, item or argument that does not exist. It
// prints as nothing, is false and empty; to look into it or call it is an
// error.
type Undefined struct {
	Name string
	At   source.Place // where it was looked for

	what absence
	of   string // of an attribute: the type of the value that lacks it
}

// absence is what does not exist.
type absence uint8

const (
	noValue absence = iota // an inline if without else, an empty first
	noName
	noAttr
	noItem
	noArgument
	noCaller
)

// IsName reports whether a variable, and not an attribute or argument, does
// not exist.
func (u Undefined) IsName() bool { return u.what == noName }

func (u Undefined) message() string {
	switch u.what {
	case noName:
		return quoted(u.Name) + " is undefined"
	case noAttr:
		return quoted(u.of) + " has no attribute " + quoted(u.Name)
	case noItem:
		return u.of + " has no element " + u.Name
	case noCaller:
		return "No caller defined"
	case noArgument:
		return "parameter " + quoted(u.Name) + " was not provided"
	}
	return "the value is undefined"
}

// used asks the host what to make of an undefined name that is really used,
// and returns what is to be used instead.
func (s *State) used(u Undefined, at source.Span) Value {
	if u.what != noName || s.opts.Undefined == nil {
		return u
	}
	place := u.At
	if place.File == nil {
		place = s.place(at)
	}
	return s.opts.Undefined(s, u.Name, place)
}

// needed returns v, or if it is undefined the host's replacement; if there is
// none either, that is an error, and the result is unknown.
func (s *State) needed(v Value, at source.Span) Value {
	u, ok := v.(Undefined)
	if !ok {
		return v
	}
	v = s.used(u, at)
	if u, ok := v.(Undefined); ok {
		return s.fail(undefinedError(u), at)
	}
	return v
}

func undefinedError(u Undefined) *Error {
	return &Error{Kind: UndefinedError, Msg: u.message(), Name: u.Name}
}
