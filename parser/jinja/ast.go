package jinja

import "github.com/dbtvet/dbtvet/parser/source"

// Node is a statement or an expression of a template.
type Node interface {
	Range() source.Span
	// children hands the direct children to visit, in order.
	children(visit func(Node))
}

// Stmt is a statement: it writes to the output or changes variables.
type Stmt interface {
	Node
	exec(s *State) signal
}

// Expr is an expression: it has a value.
type Expr interface {
	Node
	eval(s *State) Value
}

// The statements. A span begins at the opening brace of the (first) tag and
// ends behind the closing brace of the (last) one.
type (
	// Data is template text that is copied to the output.
	Data struct {
		source.Span
		Text string
		fid  source.Fidelity
	}

	// Output is {{ ... }}.
	Output struct {
		source.Span
		X Expr
	}

	// If is a chain of if and elif with an optional else.
	If struct {
		source.Span
		Clauses []Clause
		Else    []Node
	}

	// For is a loop.
	For struct {
		source.Span
		Target    Expr // a Name or a TupleExpr of targets
		Iter      Expr
		Filter    Expr // nil without "if"
		Recursive bool
		Body      []Node
		Else      []Node
		BodySpan  source.Span

		cond     int32
		captures bool // a macro or call block in the body holds on to the frame
	}

	// Assign is {% set a, b = x %}.
	Assign struct {
		source.Span
		Target Expr // a Name, a NamespaceRef or a TupleExpr of these
		X      Expr
	}

	// SetBlock is {% set a | filter %}...{% endset %}.
	SetBlock struct {
		source.Span
		Target Expr
		Filter *Filter // the outermost of the filters, or nil
		Body   []Node
	}

	// MacroDef is a macro, or a block that dbt turns into one: test,
	// data_test, materialization. Name is the macro's (test_unique,
	// materialization_view_default).
	MacroDef struct {
		source.Span
		Kind     string // the word of the tag: macro, test, ...
		Name     string
		NameSpan source.Span // the name as written
		Params   []Param
		Body     []Node
		BodySpan source.Span

		tmpl                        *Template
		caller, varargs, takeKwargs bool // the body mentions caller, varargs, kwargs
	}

	// CallBlock is {% call(args) m() %}...{% endcall %}; Body is a macro
	// without a name.
	CallBlock struct {
		source.Span
		Call *Call
		Body *MacroDef
	}

	// FilterBlock is {% filter f %}...{% endfilter %}.
	FilterBlock struct {
		source.Span
		Filter *Filter
		Body   []Node
	}

	// With is {% with a = 1 %}...{% endwith %}.
	With struct {
		source.Span
		Targets []Expr
		Values  []Expr
		Body    []Node
	}

	// Do is {% do x %}.
	Do struct {
		source.Span
		X Expr
	}

	// Group is a block that is rendered as if its tags were not there:
	// autoescape, and block of a template without inheritance.
	Group struct {
		source.Span
		Body []Node
	}

	// Jump is {% break %} or {% continue %}.
	Jump struct {
		source.Span
		Break bool
	}

	// Foreign is a statement that is parsed but not carried out: include,
	// import, from, extends.
	Foreign struct {
		source.Span
		Kind string
	}
)

// Clause is the if or an elif of an If.
type Clause struct {
	Test Expr
	Body []Node
	// Then is the span between this clause's tag and the next.
	Then source.Span

	cond int32
}

// Param is a parameter of a macro.
type Param struct {
	source.Span
	Name    string
	Type    string // annotation as written, or empty
	Default Expr   // nil if there is none
}

// The expressions.
type (
	// Literal is a constant; strings keep their place.
	Literal struct {
		source.Span
		Val Value
	}

	// Name is a variable.
	Name struct {
		source.Span
		Name string
	}

	// NamespaceRef is ns.attr as the target of a set.
	NamespaceRef struct {
		source.Span
		Name, Attr string
	}

	// Attr is X.Name.
	Attr struct {
		source.Span
		X    Expr
		Name string
	}

	// Item is X[Key], also written X.0.
	Item struct {
		source.Span
		X, Key Expr
	}

	// SliceExpr is lo:hi:step inside brackets; each part may be nil.
	SliceExpr struct {
		source.Span
		Lo, Hi, Step Expr
	}

	// Call is Fn(Args...).
	Call struct {
		source.Span
		Fn   Expr
		Args []Expr
		// Keywords are the keyword arguments in order.
		Keywords []Keyword
		Star     Expr // *x, or nil
		StarStar Expr // **x, or nil
	}

	// Filter is X | Name(args); the Call inside has no Fn. X is nil in the
	// filter of a block.
	Filter struct {
		source.Span
		X    Expr
		Name string
		Args *Call // nil without parentheses
	}

	// Test is X is Name(args).
	Test struct {
		source.Span
		X    Expr
		Name string
		Not  bool
		Args *Call // nil without arguments
	}

	// Unary is +X or -X; Not is not X.
	Unary struct {
		source.Span
		Op byte
		X  Expr
	}

	// Not is not X.
	Not struct {
		source.Span
		X Expr
	}

	// Binary is L Op R with one of + - * / // % **.
	Binary struct {
		source.Span
		Op   Op
		L, R Expr
	}

	// Concat is a ~ b ~ c.
	Concat struct {
		source.Span
		Parts []Expr
	}

	// Logic is L and R, or L or R.
	Logic struct {
		source.Span
		And  bool
		L, R Expr
	}

	// Compare is a chain X op a op b.
	Compare struct {
		source.Span
		X    Expr
		Rest []Operand
	}

	// CondExpr is A if Test else B; B is nil without else.
	CondExpr struct {
		source.Span
		Test, A, B Expr
		cond       int32
	}

	// ListExpr is [a, b].
	ListExpr struct {
		source.Span
		Items []Expr
	}

	// TupleExpr is a, b or (a, b).
	TupleExpr struct {
		source.Span
		Items []Expr
	}

	// DictExpr is {k: v}.
	DictExpr struct {
		source.Span
		Keys, Values []Expr
	}

	// Bad stands for an expression with a syntax error; its value is unknown.
	Bad struct {
		source.Span
	}
)

// Keyword is a keyword argument of a call.
type Keyword struct {
	source.Span
	Name string
	X    Expr
}

// Operand is an operator of a comparison with its right side.
type Operand struct {
	Op Op
	X  Expr
}

// Op is an operator.
type Op uint8

const (
	Add Op = iota
	Sub
	Mul
	Div
	FloorDiv
	Mod
	Pow
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	In
	NotIn
)

func (o Op) String() string {
	return [...]string{"+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "in", "not in"}[o]
}
