package jinja

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strings"
)

// num is a number as an operand: an integer, which is big if it does not fit
// 64 bits, or a float.
type num struct {
	i     int64
	f     float64
	big   *big.Int
	float bool
}

func number(v Value) (num, bool) {
	switch v := v.(type) {
	case int64:
		return num{i: v}, true
	case float64:
		return num{f: v, float: true}, true
	case bool:
		if v {
			return num{i: 1}, true
		}
		return num{}, true
	case *big.Int:
		return num{big: v}, true
	}
	return num{}, false
}

func (n num) asFloat() float64 {
	switch {
	case n.float:
		return n.f
	case n.big != nil:
		f, _ := new(big.Float).SetInt(n.big).Float64()
		return f
	}
	return float64(n.i)
}

func (n num) asBig() *big.Int {
	if n.big != nil {
		return n.big
	}
	return big.NewInt(n.i)
}

func (n num) compare(m num) int {
	switch {
	case n.float || m.float:
		a, b := n.asFloat(), m.asFloat()
		if math.IsNaN(a) || math.IsNaN(b) {
			return unordered
		}
		return cmp.Compare(a, b)
	case n.big != nil || m.big != nil:
		return n.asBig().Cmp(m.asBig())
	}
	return cmp.Compare(n.i, m.i)
}

// small returns n as the value it is.
func small(n *big.Int) Value {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

// maxBits bounds integers, which are unlimited in Python.
const maxBits = 4096

func bounded(n *big.Int) (Value, error) {
	if n.BitLen() > maxBits {
		return nil, failure(ValueError, "an integer of more than %d bits", maxBits)
	}
	return small(n), nil
}

func negate(op byte, v Value) (Value, error) {
	if open(v) {
		return nil, errUnknown
	}
	n, ok := number(v)
	if !ok {
		return nil, failure(TypeError, "bad operand type for unary %c: %s", op, quoted(typeName(v)))
	}
	switch {
	case n.float && op == '-':
		return -n.f, nil
	case n.float:
		return n.f, nil
	case op == '-':
		return small(new(big.Int).Neg(n.asBig())), nil
	}
	return small(n.asBig()), nil
}

// arith carries out a binary operator.
func (s *State) arith(op Op, l, r Value) (Value, error) {
	if f, ok := l.(*Str); ok && op == Mod {
		return s.percent(f, r)
	}
	if v, ok := s.longer(op, l, r); ok {
		return v, nil
	}
	if open(l) || open(r) {
		return nil, errUnknown
	}
	a, ok := number(l)
	b, ok2 := number(r)
	if ok && ok2 {
		if a.float || b.float {
			return floatArith(op, a.asFloat(), b.asFloat())
		}
		return intArith(op, a, b)
	}
	if v, err, ok := s.seqArith(op, l, r); ok {
		return v, err
	}
	if v, ok := hostArith(op, l, r); ok {
		return v, nil
	}
	return nil, failure(TypeError, "unsupported operand type(s) for %s: %s and %s", op, quoted(typeName(l)), quoted(typeName(r)))
}

// longer adds to a list one of which nobody knows how it goes on, or adds to
// such a list: the beginning is known.
func (s *State) longer(op Op, l, r Value) (Value, bool) {
	a, ok := l.(*List)
	if op != Add || !ok {
		return nil, false
	}
	out := &List{items: a.items, born: s.stretches, open: true, chosen: a.chosen}
	if a.open {
		return out, true
	}
	switch b := r.(type) {
	case *List:
		if b.open {
			s.iterate(len(a.items) + len(b.items))
			out.items = slices.Concat(a.items, b.items)
			return out, true
		}
	case *Unknown:
		s.iterate(len(a.items) + 1)
		out.items = slices.Concat(a.items, []Value{s.derived(b, AnyKind)})
		return out, true
	}
	return nil, false
}

// seqArith is + and * of sequences.
func (s *State) seqArith(op Op, l, r Value) (v Value, err error, ok bool) {
	switch op {
	case Add:
		switch x := l.(type) {
		case *List:
			if y, ok := r.(*List); ok {
				s.iterate(len(x.items) + len(y.items))
				return &List{items: slices.Concat(x.items, y.items), born: s.stretches, chosen: x.chosen || y.chosen}, nil, true
			}
		case *Tuple:
			if y, ok := r.(*Tuple); ok {
				s.iterate(len(x.items) + len(y.items))
				return &Tuple{items: slices.Concat(x.items, y.items)}, nil, true
			}
		}
	case Sub:
		x, ok := l.(*Set)
		y, ok2 := r.(*Set)
		if ok && ok2 {
			return x.minus(y), nil, true
		}
		if k, ok := l.(*view); ok && k.name != "dict_values" {
			items, err := s.items(r)
			return NewSet(k.items...).minus(NewSet(items...)), err, true
		}
	case Mul:
		if n, ok := toInt(l); ok {
			return s.repeat(r, n)
		}
		if n, ok := toInt(r); ok {
			return s.repeat(l, n)
		}
	}
	return nil, nil, false
}

func (s *State) repeat(v Value, n int64) (Value, error, bool) {
	n = max(n, 0)
	times := func(size int) int {
		if size == 0 {
			return 0
		}
		if n > int64(s.budget.Output) {
			n = int64(s.budget.Output) + 1
		}
		return int(n)
	}
	switch v := v.(type) {
	case *Str:
		k := times(len(v.text))
		s.spend(k * (len(v.text) + len(v.segs)*segmentSize))
		if len(v.segs) == 0 {
			return NewStr(strings.Repeat(v.text, k)), nil, true
		}
		var w buffer
		for range k {
			w.str(v, s.seg(s.at))
		}
		return w.take(), nil, true
	case *List:
		k := times(len(v.items))
		s.iterate(k * len(v.items))
		return &List{items: slices.Repeat(v.items, k)}, nil, true
	case *Tuple:
		k := times(len(v.items))
		s.iterate(k * len(v.items))
		return &Tuple{items: slices.Repeat(v.items, k)}, nil, true
	}
	return nil, nil, false
}

func floatArith(op Op, a, b float64) (Value, error) {
	switch op {
	case Add:
		return a + b, nil
	case Sub:
		return a - b, nil
	case Mul:
		return a * b, nil
	case Pow:
		if a == 0 && b < 0 {
			return nil, failure(ZeroDivision, "0.0 cannot be raised to a negative power")
		}
		v := realPower(a, b)
		if math.IsInf(v, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
			return nil, failure(OverflowError, "(34, 'Numerical result out of range')")
		}
		if math.IsNaN(v) && a < 0 { // a complex number
			return nil, errUnknown
		}
		return v, nil
	}
	if b == 0 {
		return nil, failure(ZeroDivision, "division by zero")
	}
	if op == Div {
		return a / b, nil
	}
	div, mod := floored(a, b)
	if op == FloorDiv {
		return div, nil
	}
	return mod, nil
}

// realPower is math.Pow, to the last digit where the exponent is a whole number.
func realPower(a, b float64) float64 {
	v := math.Pow(a, b)
	if b != math.Trunc(b) || math.Abs(b) > 1024 || v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	const precision = 256
	x := new(big.Float).SetPrec(precision).SetFloat64(a)
	out := new(big.Float).SetPrec(precision).SetInt64(1)
	for n := int(math.Abs(b)); n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, x)
		}
		x.Mul(x, x)
	}
	if b < 0 {
		out.Quo(new(big.Float).SetPrec(precision).SetInt64(1), out)
	}
	v, _ = out.Float64()
	return v
}

// floored is Python's divmod of floats: the remainder has the sign of b, and a
// quotient that is nearly whole is.
func floored(a, b float64) (div, mod float64) {
	mod = math.Mod(a, b)
	div = (a - mod) / b
	switch {
	case mod == 0:
		mod = math.Copysign(0, b)
	case (mod < 0) != (b < 0):
		mod += b
		div--
	}
	if div == 0 {
		return math.Copysign(0, a/b), mod
	}
	whole := math.Floor(div)
	if div-whole > 0.5 {
		whole++
	}
	return whole, mod
}

func intArith(op Op, a, b num) (Value, error) {
	if a.big == nil && b.big == nil {
		if v, ok := smallArith(op, a.i, b.i); ok {
			return v, nil
		}
	}
	x, y := a.asBig(), b.asBig()
	switch op {
	case Add:
		return bounded(new(big.Int).Add(x, y))
	case Sub:
		return bounded(new(big.Int).Sub(x, y))
	case Mul:
		return bounded(new(big.Int).Mul(x, y))
	case Pow:
		return power(x, y, a, b)
	}
	if y.Sign() == 0 {
		return nil, failure(ZeroDivision, "division by zero")
	}
	switch op {
	case Div:
		if x.Sign() == 0 {
			return math.Copysign(0, float64(y.Sign())), nil
		}
		f, _ := new(big.Rat).SetFrac(x, y).Float64()
		return f, nil
	case FloorDiv:
		q, m := new(big.Int).QuoRem(x, y, new(big.Int))
		if m.Sign() != 0 && m.Sign() != y.Sign() {
			q.Sub(q, big.NewInt(1))
		}
		return small(q), nil
	}
	m := new(big.Int).Rem(x, y)
	if m.Sign() != 0 && m.Sign() != y.Sign() {
		m.Add(m, y)
	}
	return small(m), nil
}

// smallArith is the usual case: small numbers, no overflow.
func smallArith(op Op, a, b int64) (Value, bool) {
	const half = 1 << 30
	if a < -half || a > half || b < -half || b > half {
		return nil, false
	}
	switch op {
	case Add:
		return a + b, true
	case Sub:
		return a - b, true
	case Mul:
		return a * b, true
	}
	return nil, false
}

func power(x, y *big.Int, a, b num) (Value, error) {
	if y.Sign() < 0 {
		return floatArith(Pow, a.asFloat(), b.asFloat())
	}
	if !y.IsInt64() || x.BitLen() > 1 && int64(x.BitLen()-1)*min(y.Int64(), maxBits+1) > maxBits {
		if x.BitLen() > 1 {
			return nil, failure(ValueError, "an integer of more than %d bits", maxBits)
		}
		y = new(big.Int).And(y, big.NewInt(1)).Add(big.NewInt(2), new(big.Int).And(y, big.NewInt(1)))
	}
	return bounded(new(big.Int).Exp(x, y, nil))
}
