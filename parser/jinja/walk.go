package jinja

import "iter"

// Walk yields the given nodes and all their descendants, parents before
// children, in the order of the text.
func Walk(nodes ...Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		more := true
		var visit func(Node)
		visit = func(n Node) {
			if more = more && yield(n); more {
				n.children(visit)
			}
		}
		for _, n := range nodes {
			visit(n)
		}
	}
}

// Calls yields the calls among the given nodes and their descendants.
func Calls(nodes ...Node) iter.Seq[*Call] {
	return func(yield func(*Call) bool) {
		for n := range Walk(nodes...) {
			if c, ok := n.(*Call); ok && c.Fn != nil && !yield(c) {
				return
			}
		}
	}
}

// Callee returns the dotted name of what is called: "ref",
// "adapter.dispatch". It is empty if something else is called.
func (c *Call) Callee() string { return Dotted(c.Fn) }

// Dotted returns the dotted name that e is; empty if it is something else.
func Dotted(e Expr) string {
	switch e := e.(type) {
	case *Name:
		return e.Name
	case *Attr:
		if base := Dotted(e.X); base != "" {
			return base + "." + e.Name
		}
	}
	return ""
}

// Arg returns the expression of the positional argument i or the keyword
// argument name, or nil.
func (c *Call) Arg(i int, name string) Expr {
	if i >= 0 && i < len(c.Args) {
		return c.Args[i]
	}
	for _, k := range c.Keywords {
		if k.Name == name {
			return k.X
		}
	}
	return nil
}

// LiteralText returns the text of a string literal.
func LiteralText(e Expr) (string, bool) {
	if l, ok := e.(*Literal); ok {
		return TextOf(l.Val)
	}
	return "", false
}

func visitAll[T Node](visit func(Node), list []T) {
	for _, n := range list {
		visit(n)
	}
}

func visitSome(visit func(Node), list ...Expr) {
	for _, n := range list {
		if n != nil {
			visit(n)
		}
	}
}

func (*Data) children(func(Node))         {}
func (*Jump) children(func(Node))         {}
func (*Foreign) children(func(Node))      {}
func (*Literal) children(func(Node))      {}
func (*Name) children(func(Node))         {}
func (*NamespaceRef) children(func(Node)) {}
func (*Bad) children(func(Node))          {}

func (n *Output) children(visit func(Node)) { visit(n.X) }
func (n *Do) children(visit func(Node))     { visit(n.X) }
func (n *Group) children(visit func(Node))  { visitAll(visit, n.Body) }
func (n *Attr) children(visit func(Node))   { visit(n.X) }
func (n *Item) children(visit func(Node))   { visitSome(visit, n.X, n.Key) }
func (n *Unary) children(visit func(Node))  { visit(n.X) }
func (n *Not) children(visit func(Node))    { visit(n.X) }
func (n *Binary) children(visit func(Node)) { visitSome(visit, n.L, n.R) }
func (n *Concat) children(visit func(Node)) { visitAll(visit, n.Parts) }
func (n *Logic) children(visit func(Node))  { visitSome(visit, n.L, n.R) }

func (n *ListExpr) children(visit func(Node))  { visitAll(visit, n.Items) }
func (n *TupleExpr) children(visit func(Node)) { visitAll(visit, n.Items) }

func (n *If) children(visit func(Node)) {
	for _, c := range n.Clauses {
		visit(c.Test)
		visitAll(visit, c.Body)
	}
	visitAll(visit, n.Else)
}

func (n *For) children(visit func(Node)) {
	visitSome(visit, n.Target, n.Iter, n.Filter)
	visitAll(visit, n.Body)
	visitAll(visit, n.Else)
}

func (n *Assign) children(visit func(Node)) { visitSome(visit, n.Target, n.X) }

func (n *SetBlock) children(visit func(Node)) {
	visit(n.Target)
	if n.Filter != nil {
		visit(n.Filter)
	}
	visitAll(visit, n.Body)
}

func (n *MacroDef) children(visit func(Node)) {
	for _, p := range n.Params {
		visitSome(visit, p.Default)
	}
	visitAll(visit, n.Body)
}

func (n *CallBlock) children(visit func(Node)) {
	visit(n.Call)
	visit(n.Body)
}

func (n *FilterBlock) children(visit func(Node)) {
	visit(n.Filter)
	visitAll(visit, n.Body)
}

func (n *With) children(visit func(Node)) {
	for i, t := range n.Targets {
		visitSome(visit, t, n.Values[i])
	}
	visitAll(visit, n.Body)
}

func (n *Call) children(visit func(Node)) {
	visitSome(visit, n.Fn)
	visitAll(visit, n.Args)
	for _, k := range n.Keywords {
		visit(k.X)
	}
	visitSome(visit, n.Star, n.StarStar)
}

func (n *Filter) children(visit func(Node)) {
	visitSome(visit, n.X)
	if n.Args != nil {
		visit(n.Args)
	}
}

func (n *Test) children(visit func(Node)) {
	visit(n.X)
	if n.Args != nil {
		visit(n.Args)
	}
}

func (n *SliceExpr) children(visit func(Node)) { visitSome(visit, n.Lo, n.Hi, n.Step) }

func (n *Compare) children(visit func(Node)) {
	visit(n.X)
	for _, o := range n.Rest {
		visit(o.X)
	}
}

func (n *CondExpr) children(visit func(Node)) { visitSome(visit, n.A, n.Test, n.B) }

func (n *DictExpr) children(visit func(Node)) {
	for i, k := range n.Keys {
		visitSome(visit, k, n.Values[i])
	}
}
