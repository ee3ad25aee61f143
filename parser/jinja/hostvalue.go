package jinja

// Arithmetic is an Object that takes part in binary operators. right says that
// the object is the right operand; ok is false if the operator does not apply.
type Arithmetic interface {
	Arith(op Op, other Value, right bool) (v Value, ok bool)
}

// Ordered is an Object that can be compared by size with others.
type Ordered interface {
	Order(other Value) (sign int, ok bool)
}

// hostArith carries out an operator of which one side is an Arithmetic.
func hostArith(op Op, l, r Value) (Value, bool) {
	if a, ok := l.(Arithmetic); ok {
		if v, ok := a.Arith(op, r, false); ok {
			return v, true
		}
	}
	if a, ok := r.(Arithmetic); ok {
		return a.Arith(op, l, true)
	}
	return nil, false
}
