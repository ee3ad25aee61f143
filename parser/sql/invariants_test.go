package sql

import (
	"fmt"
	"strings"
	"testing"
)

// parseChecked parses text and asserts what holds for every tree.
func parseChecked(t testing.TB, text string, d *Dialect) *Tree {
	t.Helper()
	tree := Parse(text, d)
	if err := invariants(tree); err != nil {
		t.Fatalf("%s: %v in\n%s", d.Name, err, text)
	}
	return tree
}

// invariants returns what is wrong with the places of a tree's nodes, tokens
// and errors.
func invariants(t *Tree) error {
	all := Span{Start: 0, End: int32(len(t.Text))}
	at := int32(0)
	comments := t.Comments
	skip := func(to int32) error {
		for at < to {
			if len(comments) > 0 && comments[0].Start == at {
				at, comments = comments[0].End, comments[1:]
				continue
			}
			if c := t.Text[at]; c < 0x80 && classes[c]&clSpace == 0 {
				return fmt.Errorf("byte %d (%q) is in no token", at, c)
			}
			at++
		}
		return nil
	}
	for _, tok := range t.Tokens {
		if err := skip(tok.Start); err != nil {
			return err
		}
		if tok.Start != at || tok.End <= tok.Start {
			return fmt.Errorf("token %v begins before the end of the last, %d", tok.Span, at)
		}
		at = tok.End
	}
	if err := skip(all.End); err != nil {
		return err
	}
	for _, e := range t.Errors {
		if !all.Contains(e.Span) || e.Message == "" {
			return fmt.Errorf("error %q at %v", e.Message, e.Span)
		}
	}
	opaques := 0
	for _, st := range t.Statements {
		if !all.Contains(st.Span) {
			return fmt.Errorf("statement at %v", st.Span)
		}
		for n := range Walk(st) {
			if o, ok := n.(*Opaque); ok && !o.Known {
				opaques++
			}
			if err := nested(n); err != nil {
				return err
			}
		}
	}
	if opaques > 0 && t.Opaques == 0 {
		return fmt.Errorf("%d opaque nodes are not counted", opaques)
	}
	return nil
}

// nested returns what is wrong with the places of the children of n.
func nested(n Node) error {
	s := n.Range()
	if s.Start < 0 || s.End < s.Start {
		return fmt.Errorf("%T at %v", n, s)
	}
	var last Node
	for c := range Children(n) {
		if !s.Contains(c.Range()) {
			return fmt.Errorf("%T %v is outside of %T %v", c, c.Range(), n, s)
		}
		if last != nil && c.Range().Start < last.Range().End {
			return fmt.Errorf("%T %v overlaps %T %v in %T", last, last.Range(), c, c.Range(), n)
		}
		last = c
	}
	return nil
}

// errorsOf lists the errors of a tree with their offsets.
func errorsOf(t *Tree) string {
	var b strings.Builder
	for _, e := range t.Errors {
		fmt.Fprintf(&b, "%d: %s\n", e.Start, e.Message)
	}
	return b.String()
}
