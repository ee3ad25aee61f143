package jinja

import "iter"

// Reach says under what an evaluation comes to a place of a template; 0 is
// always.
type Reach uint8

const (
	UnderCondition Reach = 1 << iota // if, elif, else, inline if, the second side of and/or, the else of a loop
	InLoop                           // in the body of a loop, which may have no pass
)

// Sites yields every call among the given nodes and how it is reached, in the
// order of the text. The bodies of macros that are defined there are left out:
// they are reached by their calls. A call block's body is reached as its macro
// likes.
func Sites(nodes ...Node) iter.Seq2[*Call, Reach] {
	return func(yield func(*Call, Reach) bool) {
		w := siteWalk{yield: yield, more: true}
		for _, n := range nodes {
			w.visit(n, 0)
		}
	}
}

type siteWalk struct {
	yield func(*Call, Reach) bool
	more  bool
}

func (w *siteWalk) visit(n Node, r Reach) {
	if !w.more {
		return
	}
	switch n := n.(type) {
	case *MacroDef:
	case *If:
		for i, c := range n.Clauses {
			test := r
			if i > 0 {
				test |= UnderCondition
			}
			w.visit(c.Test, test)
			w.all(c.Body, r|UnderCondition)
		}
		w.all(n.Else, r|UnderCondition)
	case *For:
		w.visit(n.Iter, r)
		if n.Filter != nil {
			w.visit(n.Filter, r|InLoop)
		}
		w.all(n.Body, r|InLoop)
		w.all(n.Else, r|UnderCondition)
	case *CondExpr:
		w.visit(n.Test, r)
		w.visit(n.A, r|UnderCondition)
		if n.B != nil {
			w.visit(n.B, r|UnderCondition)
		}
	case *Logic:
		w.visit(n.L, r)
		w.visit(n.R, r|UnderCondition)
	case *CallBlock:
		w.visit(n.Call, r)
		w.all(n.Body.Body, r|UnderCondition)
	case *Call:
		if n.Fn != nil {
			w.more = w.yield(n, r)
		}
		n.children(func(c Node) { w.visit(c, r) })
	default:
		n.children(func(c Node) { w.visit(c, r) })
	}
}

func (w *siteWalk) all(nodes []Node, r Reach) {
	for _, n := range nodes {
		w.visit(n, r)
	}
}

// Texts are what variables of a template may hold, as far as its text tells:
// the literals that are set, and those that loops go over.
type Texts struct{ vars map[string][]Expr }

// maxTexts bounds the texts that one expression may have.
const maxTexts = 64

// AnyText stands in a pattern for text that is not known.
const AnyText = "\x00"

// TextsOf collects the variables of a template's nodes, or of a macro's body.
func TextsOf(nodes ...Node) Texts {
	t := Texts{map[string][]Expr{}}
	for n := range Walk(nodes...) {
		switch n := n.(type) {
		case *Assign:
			if name, ok := n.Target.(*Name); ok {
				t.vars[name.Name] = append(t.vars[name.Name], n.X)
			}
		case *For:
			name, ok := n.Target.(*Name)
			if !ok {
				continue
			}
			var items []Expr
			switch list := n.Iter.(type) {
			case *ListExpr:
				items = list.Items
			case *TupleExpr:
				items = list.Items
			default:
				items = []Expr{n.Iter} // of which nothing is known
			}
			t.vars[name.Name] = append(t.vars[name.Name], items...)
		}
	}
	return t
}

// Bind adds texts that a variable may hold, such as the arguments of a macro.
func (t Texts) Bind(name string, texts []string) {
	for _, text := range texts {
		t.vars[name] = append(t.vars[name], &Literal{Val: NewStr(text)})
	}
}

// Of returns the texts that e may be, each with AnyText where it is not known.
func (t Texts) Of(e Expr) []string { return t.of(e, 0) }

func (t Texts) of(e Expr, depth int) []string {
	any := []string{AnyText}
	if depth > 8 {
		return any
	}
	switch e := e.(type) {
	case *Literal:
		if text, ok := TextOf(e.Val); ok {
			return []string{text}
		}
	case *Name:
		var out []string
		for _, x := range t.vars[e.Name] {
			out = append(out, t.of(x, depth+1)...)
		}
		if len(out) > 0 && len(out) <= maxTexts {
			return out
		}
	case *CondExpr:
		if e.B != nil {
			return append(t.of(e.A, depth+1), t.of(e.B, depth+1)...)
		}
	case *Concat:
		return t.product(e.Parts, depth)
	case *Binary:
		if e.Op == Add {
			return t.product([]Expr{e.L, e.R}, depth)
		}
	}
	return any
}

// product returns all texts that parts make one after the other.
func (t Texts) product(parts []Expr, depth int) []string {
	out := []string{""}
	for _, p := range parts {
		var next []string
		for _, head := range out {
			for _, tail := range t.of(p, depth+1) {
				next = append(next, head+tail)
			}
		}
		if out = next; len(out) > maxTexts {
			return []string{AnyText}
		}
	}
	return out
}
