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
}
