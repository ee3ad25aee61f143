package jinja

import "github.com/dbtvet/dbtvet/parser/source"

// Value is a value of the template language. Its dynamic type is one of
//
//	nil        none
//	bool
//	int64
//	float64
//	*Str       a string with the places its bytes came from
//	*List      shared by reference
//	*Tuple
//	*Dict      ordered, shared by reference
//	*Set
//	*Macro     a macro with the scope it was defined in
//	*Func      a function of the host
//	Undefined  a name or attribute that does not exist
//	*big.Int   an integer beyond 64 bits
//	*Unknown   a value that cannot be known before the warehouse is asked
//	Object     a value of the host
type Value any

// Kind says what little is known of an unknown value.
type Kind uint8

const (
	AnyKind Kind = iota
	ScalarKind
	ListKind
	RelationKind
	RowsKind
	MacroKind
)

// Unknown is a value that only a warehouse, a clock or a package that is not
// installed could tell. Attributes, items, calls, filters and operators on it
// are unknown again; printed, it is a hole.
type Unknown struct {
	Kind Kind
	Why  string       // for people: "run_query", "macro `x` is not installed"
	At   source.Place // where it arose

	presume   presumption // how a condition on it is decided
	separator bool        // it tells the position in a loop of unknown length
	guess     Value       // what comparisons presume it to be; of a separator: in a loop of one
}

// presumption is how an unknown condition is decided when nothing is forced.
type presumption int8

const (
	presumeNothing presumption = iota // the then branch
	presumeTrue
	presumeFalse
)

// Object is a value of the host with attributes.
type Object interface {
	// Attr returns the attribute name; ok is false if there is none.
	Attr(s *State, name string) (v Value, ok bool)
}

// Printer is an Object that prints. A value that prints and is not a string is
// recorded as a mark of the output map, so that whoever reads the text knows
// which object stands where. Without it an Object prints as its Go type name.
type Printer interface {
	Print() string
}

// Callable is an Object that can be called.
type Callable interface {
	Call(c *CallArgs) (Value, error)
}

// Indexer is an Object with items: x[key].
type Indexer interface {
	Index(s *State, key Value) (Value, bool)
}

// Iterable is an Object that can be looped over and has a length.
type Iterable interface {
	Items() []Value
}

// Keyed is an Object that is equal to others, and the same key of a dict, by what
// it stands for: where the values of Key are equal. Key is comparable.
type Keyed interface {
	Key() any
}

// Tester is an Object that passes as another kind of value in `is mapping`,
// `is string` and so on (a relation is a mapping for dbt_utils).
type Tester interface {
	Is(test string) bool
}

// Func is a function of the host. Unless Lazy, it is not called when one of
// its arguments (or an element of a list or dict argument) is unknown: the
// result is unknown then.
type Func struct {
	Name string
	Lazy bool
	Fn   func(c *CallArgs) (Value, error)
}

// CallArgs is one call of a host function.
type CallArgs struct {
	State *State
	Args  []Value
	Named []Named      // keyword arguments in order
	Place source.Place // the call expression
	// Node is the call as written; nil when the host calls through State.Call.
	Node *Call
}

// Named is a keyword argument.
type Named struct {
	Name  string
	Value Value
}

// Scope resolves the names that a template does not define itself. The macros
// of one package share one.
type Scope interface {
	Lookup(s *State, name string) (v Value, ok bool)
}
