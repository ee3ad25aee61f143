package jinja

import "github.com/dbtvet/dbtvet/parser/source"

// Template is a parsed template or part of one. It is immutable and may be
// rendered by many goroutines at once.
type Template struct {
	File   *source.File
	Span   source.Span // the part of File that was parsed
	Body   []Node
	Errors []*Error    // of syntax, in order
	Macros []*MacroDef // every macro defined in it, nested ones included, in order
	// Lost says that an error hid other text: what follows an open comment, or
	// tags behind a tag that does not close.
	Lost bool

	conds []Condition // every condition, by the number its node carries
}

// Block is a top-level block of a macro file.
type Block struct {
	Kind string      // macro, materialization, test, data_test, snapshot, docs, ...
	Name string      // the word after the kind
	Head source.Span // what is between the kind and the end of the opening tag
	Body source.Span // what is between the opening and the closing tag
	Span source.Span // both tags included
}

// Macro is a macro as a value: its definition with the scope in which its free
// names are looked up.
type Macro struct {
	Def   *MacroDef
	Scope Scope
	Name  string // how it is called in messages and call chains

	closure *frame // variables of the template that defined it; nil for a host's
	caller  bool   // the body of a call block: no entry of the call table of its own
	call    source.CallID
}

// NewMacro returns the macro def; names it does not define itself are looked
// up in scope.
func NewMacro(def *MacroDef, scope Scope, name string) *Macro {
	return &Macro{Def: def, Scope: scope, Name: name}
}

// File returns the file that the macro is defined in.
func (d *MacroDef) File() *source.File { return d.tmpl.File }

// Options are what a render is given.
type Options struct {
	// Scope resolves the free names of the template.
	Scope Scope
	// Filters are filters of the host, beside the built-in ones; the filtered
	// value is the first argument.
	Filters map[string]*Func
	// Forced decides conditions against their value: any of the template's own
	// file, and those of macros that are unknown. An empty loop that is forced
	// to hold runs once, with an item that nobody knows.
	Forced map[Fork]Forcing
	Budget Budget
	// Data is the host's own, for State.Data.
	Data any
	// Undefined is asked when a name that does not exist is printed, called,
	// looped over or looked into; the value it returns is used instead. It may
	// return an Undefined for the engine's own behaviour, which is also that
	// without a hook: it prints as nothing, and the rest are errors.
	Undefined func(s *State, name string, at source.Place) Value
	// MacroPrefix stands before the name under which a macro is known to the
	// template that defines it.
	MacroPrefix string
}

// Budget bounds a render; a zero field means the default.
type Budget struct {
	Steps  int // statements, calls and iterations; 5,000,000
	Depth  int // nested calls; 150
	Output int // bytes of text made, with the notes on its origin; 24 MB
	Loop   int // iterations and list elements made at once; 200,000
}

// Result is a rendered template.
type Result struct {
	Text string
	Map  *source.Map
	// Errors are what went wrong in the evaluation, each once per place.
	Errors []*Error
	// Holes are the unknown values in Text, in order; each is also the mark
	// of its segment.
	Holes []*Unknown
	// Conditions are all conditions of the template's own text, in order.
	Conditions []Condition
	// Forks are the unknown conditions of macros that it came to, once for each
	// call in the template's own text.
	Forks []MacroFork
	// Stopped says which budget ended the render; the text is incomplete then.
	Stopped string
}
