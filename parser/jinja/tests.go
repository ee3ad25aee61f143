package jinja

import (
	"math/big"
	"strings"
)

func (n *Test) eval(s *State) Value {
	v := n.X.eval(s)
	s.step()
	c := &CallArgs{State: s, Place: s.place(n.Span), Node: n.Args}
	if n.Args != nil {
		if u := n.Args.evalArgs(s, c); u != nil {
			return u
		}
	}
	s.at = n.Span
	x, err := s.test(n.Name, v, c)
	if err != nil {
		return s.fail(err, n.Span)
	}
	if !ofType(n.Name) {
		x = s.madeWith(c, s.takenOf(v, x, n.Span))
	}
	if !n.Not {
		return x
	}
	if u, ok := x.(*Unknown); ok {
		opposite := *u
		switch u.presume {
		case presumeTrue:
			opposite.presume = presumeFalse
		case presumeFalse:
			opposite.presume = presumeTrue
		}
		return &opposite
	}
	return !truth(x)
}

// test carries out v is name(args): a bool, or unknown.
func (s *State) test(name string, v Value, c *CallArgs) (Value, error) {
	if u, ok := v.(*Unknown); ok {
		if isTest(name) {
			return testUnknown(name, u), nil
		}
		return nil, failure(AssertionError, "No test named %s.", quoted(name))
	}
	if t, ok := v.(Tester); ok && ofKind(name) {
		return t.Is(name), nil
	}
	switch name {
	case "defined", "undefined":
		_, undefined := v.(Undefined)
		return undefined == (name == "undefined"), nil
	case "none":
		return v == nil, nil
	case "true", "false":
		b, ok := v.(bool)
		return ok && b == (name == "true"), nil
	case "boolean":
		_, ok := v.(bool)
		return ok, nil
	case "integer":
		switch v.(type) {
		case int64, *big.Int:
			return true, nil
		}
		return false, nil
	case "float":
		_, ok := v.(float64)
		return ok, nil
	case "number":
		_, ok := number(v)
		return ok, nil
	case "string":
		_, ok := v.(*Str)
		return ok, nil
	case "mapping":
		_, ok := v.(*Dict)
		return ok, nil
	case "sequence":
		return isSequence(v), nil
	case "iterable":
		return isIterable(v), nil
	case "callable":
		return isCallable(v), nil
	case "escaped":
		return false, nil
	case "sameas":
		o, err := c.one("sameas")
		return same(v, o), err
	case "filter", "test":
		text, _ := TextOf(v)
		_, host := s.opts.Filters[text]
		return name == "test" && isTest(text) || name == "filter" && (host || filterNamed(text).fn != nil), nil
	}
	return s.testValue(name, s.usedOr(v, c.Place.Span), c)
}

// testValue carries out the tests that look at what v is worth.
func (s *State) testValue(name string, v Value, c *CallArgs) (Value, error) {
	switch name {
	case "odd", "even", "divisibleby":
		return s.divisible(name, v, c)
	case "lower", "upper":
		text := s.text(v, c.Place.Span)
		if text.open {
			return nil, errUnknown
		}
		if name == "lower" {
			return allCased(text.text, isLowerCase, isUpperCase), nil
		}
		return allCased(text.text, isUpperCase, isLowerCase), nil
	}
	op, ok := comparisonTest(name)
	if !ok {
		return nil, failure(AssertionError, "No test named %s.", quoted(name))
	}
	other, err := c.one(name)
	if err != nil {
		return nil, err
	}
	return s.comparison(op, v, other, c.Place.Span)
}

func comparisonTest(name string) (Op, bool) {
	switch name {
	case "eq", "==", "equalto":
		return Eq, true
	case "ne", "!=":
		return Ne, true
	case "lt", "<", "lessthan":
		return Lt, true
	case "le", "<=":
		return Le, true
	case "gt", ">", "greaterthan":
		return Gt, true
	case "ge", ">=":
		return Ge, true
	case "in":
		return In, true
	}
	return 0, false
}

func (s *State) divisible(name string, v Value, c *CallArgs) (Value, error) {
	by, want := int64(2), int64(0)
	var divisor Value = by
	if name == "divisibleby" {
		d, err := c.one(name)
		if err != nil {
			return nil, err
		}
		divisor = d
	}
	if name == "odd" {
		want = 1
	}
	rest, err := s.arith(Mod, s.needed(v, c.Place.Span), divisor)
	if err != nil {
		return nil, err
	}
	return equal(rest, want)
}

// ofKind reports whether the test asks for the kind of a value, which an
// object of the host may answer.
func ofKind(name string) bool {
	switch name {
	case "mapping", "string", "number", "iterable", "sequence", "integer", "float", "boolean", "none":
		return true
	}
	return false
}

// ofType reports whether the test asks for no more than the type of a value,
// which is taken to be the same whatever an unknown condition chose.
func ofType(name string) bool {
	return name != "none" && ofKind(name) || strings.Contains(" defined undefined callable escaped ", " "+name+" ")
}

// isTest reports whether there is a test of that name.
func isTest(name string) bool {
	if _, ok := comparisonTest(name); ok || ofKind(name) {
		return true
	}
	return strings.Contains(" defined undefined true false callable escaped sameas filter test odd even divisibleby lower upper ", " "+name+" ")
}

// testUnknown answers a test of an unknown value. It is defined; beyond that
// the answer is unknown, and presumed to be what lets the template go on: it
// is of the kind that was hoped for, unless its own kind excludes that.
func testUnknown(name string, u *Unknown) Value {
	out := &Unknown{Kind: ScalarKind, Why: u.Why, At: u.At}
	switch name {
	case "defined":
		return true
	case "undefined":
		return false
	case "none", "boolean", "escaped":
		out.presume = presumeFalse
	case "mapping":
		out.presume = presumed(u.Kind == AnyKind || u.Kind == RelationKind)
	case "string":
		out.presume = presumed(u.Kind == AnyKind || u.Kind == ScalarKind)
	case "number", "integer", "float":
		out.presume = presumed(u.Kind == AnyKind || u.Kind == ScalarKind)
	case "iterable", "sequence":
		out.presume = presumed(u.Kind != MacroKind)
	case "callable":
		out.presume = presumed(u.Kind == AnyKind || u.Kind == MacroKind)
	}
	return out
}

func isSequence(v Value) bool {
	switch v.(type) {
	case *Str, *List, *Tuple, *Dict, rangeValue, Undefined:
		return true
	}
	_, items := v.(Iterable)
	_, index := v.(Indexer)
	return items && index
}

func isIterable(v Value) bool {
	switch v.(type) {
	case *Set, *view, Undefined, Iterable:
		return true
	}
	return isSequence(v)
}

func isCallable(v Value) bool {
	switch v.(type) {
	case *Macro, *Func, Callable, Undefined:
		return true
	}
	return false
}

// same is Python's identity; of values that Python shares between equal uses
// (small numbers, literals), equality of value and type.
func same(a, b Value) bool {
	switch a.(type) {
	case *List, *Tuple, *Dict, *Set:
		return a == b
	}
	return typeName(a) == typeName(b) && Equal(a, b)
}
