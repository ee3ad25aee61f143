package sql

import (
	"iter"
	"slices"
)

// Children yields the direct children of n in the order of the text. Names
// (*Ident) are children too.
func Children(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, c := range childrenOf(n, nil) {
			if !yield(c) {
				return
			}
		}
	}
}

// Walk yields n and every node below it, parents before children, in the order
// of the text.
func Walk(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		more := true
		Inspect(n, func(n Node) bool {
			more = more && yield(n)
			return more
		})
	}
}

// Inspect calls visit for n and the nodes below it as Walk does, but skips what
// is below a node for which visit returns false. It needs no stack for deep
// trees.
func Inspect(n Node, visit func(Node) bool) {
	stack := []Node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !visit(n) {
			continue
		}
		mark := len(stack)
		stack = childrenOf(n, stack)
		slices.Reverse(stack[mark:])
	}
}

// Unparen returns e without the parentheses around it.
func Unparen(e Expr) Expr {
	for {
		p, ok := e.(*Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// And yields the conjuncts of e in the order of the text, without the
// parentheses around them; a nil e has none.
func And(e Expr) iter.Seq[Expr] {
	return func(yield func(Expr) bool) {
		if e == nil {
			return
		}
		stack := []Expr{e}
		for len(stack) > 0 {
			x := Unparen(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			if b, ok := x.(*Binary); ok && b.Op == OpAnd {
				stack = append(stack, b.R, b.L)
				continue
			}
			if !yield(x) {
				return
			}
		}
	}
}

// Complete reports whether the tree under n was read without a hole and
// without text that is not understood.
func Complete(n Node) bool {
	for c := range Walk(n) {
		switch x := c.(type) {
		case *Hole:
			return false
		case *Ident:
			if x.Hole {
				return false
			}
		case *Opaque:
			if !x.Known {
				return false
			}
		case *Type:
			if x.Hole {
				return false
			}
		case *Star:
			if x.Open {
				return false
			}
		}
	}
	return true
}
