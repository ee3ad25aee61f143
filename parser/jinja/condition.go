package jinja

import "github.com/dbtvet/dbtvet/parser/source"

// Condition is a decision of a template: the condition of an if, elif or
// inline if, or the iterable of a for (Loop), which decides whether its body
// is rendered at all. A condition that was skipped has neither outcome taken.
type Condition struct {
	Span    source.Span // the condition's expression; of a loop, what it iterates over
	Test    Expr        // that expression
	Then    source.Span // what is rendered when it holds
	Else    source.Span // what is rendered when it does not; empty span if nothing
	Taken   [2]bool     // whether it came out false, true in this render
	Unknown bool        // its value depended on something unknown
	Loop    bool        // a for: Taken[1] if its body ran, Taken[0] if it came out empty

	loop *For
}

// Fork names a condition: the file and the span of its expression.
type Fork struct {
	File *source.File
	Span source.Span
}

// Forcing is how a condition is decided against its value.
type Forcing struct {
	Holds bool
	First bool // only the first time that it is asked
}

// MacroFork is a condition of a macro whose value is unknown, and for which
// nothing speaks for one outcome.
type MacroFork struct {
	Fork
	Condition
	// Call is the call, in the template that is rendered, that led there.
	Call source.Span
}

// Binds yields the names that a loop gives a value in each pass: its target,
// what its body sets, and `loop`. It yields nothing for other conditions.
func (c Condition) Binds(yield func(string) bool) {
	if c.loop == nil || !yield("loop") {
		return
	}
	for n := range names(c.loop.Target) {
		if !yield(n) {
			return
		}
	}
	for n := range Walk(c.loop.Body...) {
		var target Expr
		switch n := n.(type) {
		case *Assign:
			target = n.Target
		case *SetBlock:
			target = n.Target
		case *For:
			target = n.Target
		case *With:
			target = &TupleExpr{Items: n.Targets}
		default:
			continue
		}
		for name := range names(target) {
			if !yield(name) {
				return
			}
		}
	}
}

// Mentions reports whether the condition's expression names a variable.
func (c Condition) Mentions(name string) bool {
	for n := range names(c.Test) {
		if n == name {
			return true
		}
	}
	return false
}

// names yields the variables in an expression.
func names(e Expr) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for n := range Walk(e) {
			name := ""
			switch n := n.(type) {
			case *Name:
				name = n.Name
			case *NamespaceRef:
				name = n.Name
			default:
				continue
			}
			if !yield(name) {
				return
			}
		}
	}
}
