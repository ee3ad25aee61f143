package check

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// closure is the set of columns that are determined by some, by the premises of a
// step and by how columns are made.
type closure struct {
	c      *checker
	in     map[int]bool
	filled []int // not NULL
}

// determines reports whether, by the premises of the step that hold at relation
// at, rows that agree on from agree on to. Columns of assumed are not NULL.
func (c *checker) determines(at int, from, to, assumed []int) bool {
	k := &closure{c, map[int]bool{}, slices.Concat(c.filled(at), assumed)}
	for _, x := range from {
		k.add(x)
	}
	deps := c.premises(proof.Depends, at)
	for _, f := range c.premises(proof.Equal, at) {
		deps = append(deps, &proof.Fact{From: f.From, To: f.To}, &proof.Fact{From: f.To, To: f.From})
	}
	for _, f := range c.premises(proof.Constant, at) {
		deps = append(deps, &proof.Fact{To: f.To})
	}
	for _, f := range c.premises(proof.Partial, at) {
		n := len(f.To) - 1
		if f.Lit == "is not null " && k.present(f.To[n]) {
			deps = append(deps, &proof.Fact{From: f.From, To: f.To[:n], Lax: f.Lax})
		}
	}
	for grew := true; grew; {
		grew = false
		for _, f := range deps {
			if !k.all(f.From) || f.Lax && slices.ContainsFunc(f.From, func(x int) bool { return !k.present(x) }) {
				continue
			}
			for _, x := range f.To {
				grew = k.add(x) || grew
			}
		}
		for x := range k.in {
			grew = k.inputs(x) || grew
		}
	}
	return k.all(to)
}

func (k *closure) add(x int) bool {
	if k.in[x] {
		return false
	}
	k.in[x] = true
	return true
}

func (k *closure) all(cols []int) bool {
	return !slices.ContainsFunc(cols, func(x int) bool { return !k.known(x, 0) })
}

const maxDepth = 40

// known reports whether x is determined: it was reached, or is a function of what
// was.
func (k *closure) known(x, depth int) bool {
	col := &k.c.p.Columns[x]
	switch {
	case k.in[x] || col.Fixed:
		return true
	case col.Volatile || depth > maxDepth:
		return false
	case !col.IsTid && len(col.Tids) > 0 && !slices.ContainsFunc(col.Tids, func(t int) bool { return !k.in[t] }):
		return true
	}
	return col.Function() && !slices.ContainsFunc(col.In, func(i int) bool { return !k.known(i, depth+1) })
}

// present reports whether x is not NULL, or for a tuple id, whether a column shows
// that there is a row.
func (k *closure) present(x int) bool {
	if slices.Contains(k.filled, x) {
		return true
	}
	col := &k.c.p.Columns[x]
	if !col.IsTid {
		return false
	}
	return !k.c.outer(x) || slices.ContainsFunc(k.filled, func(y int) bool { return k.c.shows(y, x) })
}

// outer reports whether x is NULL where an outer join found no match.
func (c *checker) outer(x int) bool {
	for col := &c.p.Columns[x]; col.From >= 0; col = &c.p.Columns[col.From] {
		if c.rel(col.Via).Op == proof.Outer {
			return true
		}
	}
	return false
}

// shows reports whether a value of y tells that there is a row with tuple id x: y
// is a function of it, and the same joins supply both with NULLs.
func (c *checker) shows(y, x int) bool {
	for {
		a, b := &c.p.Columns[y], &c.p.Columns[x]
		switch {
		case !slices.Contains(a.Tids, x):
			return false
		case b.From < 0:
			return true
		case a.From < 0 || a.Via != b.Via:
			return false
		}
		y, x = a.From, b.From
	}
}

// inputs adds the inputs of x that its value tells.
func (k *closure) inputs(x int) bool {
	col := &k.c.p.Columns[x]
	name, args, _ := strings.Cut(col.Func, "(")
	fallback := name == "coalesce" || name == "ifnull" || name == "nvl"
	value := k.value(x, 0)
	grew := false
	if col.Volatile {
		return false
	}
	if fallback && strings.HasPrefix(args, "$") && len(col.In) > 0 && k.present(col.In[0]) {
		return k.add(col.In[0])
	}
	if col.Class != "injective" && col.Class != "hashed" {
		return false
	}
	skips := name == "concat_ws"
	one := len(col.In) > 0 && !slices.ContainsFunc(col.In, func(i int) bool { return k.base(i) != k.base(col.In[0]) })
	certain := !slices.ContainsFunc(col.In, func(i int) bool { return !k.certain(i, 0) })
	alone := one && (len(col.In) > 1 || !skips && name != "concat")
	for _, i := range col.In {
		if alone || certain || value && !skips || k.c.p.SkipsNull && name == "concat" && col.Class == "hashed" && k.certain(i, 0) {
			grew = k.add(i) || grew
		}
	}
	return grew
}

// value reports whether the value of x, which is known, is not NULL: or that of
// something that is NULL where x is.
func (k *closure) value(x, depth int) bool {
	if k.present(x) {
		return true
	}
	for y := range k.in {
		col := &k.c.p.Columns[y]
		name, _, _ := strings.Cut(col.Func, "(")
		switch {
		case depth > maxDepth || y == x || !slices.Contains(col.In, x) || col.Class != "injective" && col.Class != "hashed":
		case name == "coalesce" || name == "ifnull" || name == "nvl" || name == "concat_ws":
		case k.value(y, depth+1):
			return true
		}
	}
	return false
}

// base returns the column that x is NULL with and tells the value of.
func (k *closure) base(x int) int {
	for range maxDepth {
		col := &k.c.p.Columns[x]
		if col.Class != "injective" || len(col.In) != 1 {
			break
		}
		x = col.In[0]
	}
	return x
}

// certain reports whether x is never NULL, or stands for NULL by a text.
func (k *closure) certain(x, depth int) bool {
	col := &k.c.p.Columns[x]
	name, _, _ := strings.Cut(col.Func, "(")
	switch {
	case k.present(x), col.Class == "hashed" && (name == "coalesce" || name == "ifnull" || name == "nvl"):
		return true
	case (name == "coalesce" || name == "ifnull" || name == "nvl") && len(col.In) > 0 && strings.HasPrefix(col.Func[len(name):], "($") && k.present(col.In[0]):
		return true
	case depth > maxDepth || len(col.In) == 0 || col.Class != "injective" && col.Class != "hashed":
		return false
	}
	return !slices.ContainsFunc(col.In, func(i int) bool { return !k.certain(i, depth+1) })
}
