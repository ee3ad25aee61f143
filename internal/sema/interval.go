package sema

import (
	"cmp"
	"strconv"
	"strings"
)

// literalsDiffer reports whether two normalised literals are certainly
// different values: both quoted texts that differ by more than case and
// trailing spaces, or both plain numbers.
func literalsDiffer(x, y string) bool {
	if x == "null" || y == "null" {
		return x != y
	}
	c, ok := compareLiterals(x, y)
	return ok && c != 0
}

// compareLiterals orders two literals of one kind; ok is false when their order
// is not sure.
func compareLiterals(x, y string) (c int, ok bool) {
	if strings.HasPrefix(x, "'") && strings.HasPrefix(y, "'") {
		a, b := strings.TrimRight(strings.ToLower(x[1:len(x)-1]), " "), strings.TrimRight(strings.ToLower(y[1:len(y)-1]), " ")
		return cmp.Compare(a, b), true
	}
	a, err1 := strconv.ParseFloat(x, 64)
	b, err2 := strconv.ParseFloat(y, 64)
	if err1 != nil || err2 != nil {
		if (x == "true" || x == "false") && (y == "true" || y == "false") {
			return cmp.Compare(x, y), true
		}
		return 0, false
	}
	return cmp.Compare(a, b), true
}

// contradict reports whether no value fulfils both a comparison of a and one of
// b. It knows constants only; what it does not know does not contradict.
func contradict(a, b []cond) bool {
	for _, x := range a {
		for _, y := range b {
			if opposed(x, y) || opposed(y, x) {
				return true
			}
		}
	}
	return false
}

func opposed(x, y cond) bool {
	switch {
	case x.op == "is null":
		return y.op == "is not null" || y.op != "is null"
	case x.op == "=" && y.op == "=":
		return literalsDiffer(x.lit, y.lit)
	case x.op == "=" && y.op == "<>":
		c, ok := compareLiterals(x.lit, y.lit)
		return ok && c == 0
	case x.op == "=" && y.op == "in":
		return allDiffer(x.lit, y.lit)
	case x.op == "in" && y.op == "in":
		for _, l := range strings.Split(x.lit, ",") {
			if !allDiffer(l, y.lit) {
				return false
			}
		}
		return true
	case isUpper(x.op) && isLower(y.op):
		c, ok := compareLiterals(x.lit, y.lit) // v < x and v > y
		if !ok || !number(x.lit) && !sameDateForm(x.lit, y.lit) {
			return false
		}
		return c < 0 || c == 0 && (x.op == "<" || y.op == ">")
	case x.op == "=" && isLower(y.op):
		c, ok := compareLiterals(x.lit, y.lit)
		return ok && number(x.lit) && (c < 0 || c == 0 && y.op == ">")
	case x.op == "=" && isUpper(y.op):
		c, ok := compareLiterals(x.lit, y.lit)
		return ok && number(x.lit) && (c > 0 || c == 0 && y.op == "<")
	}
	return false
}

func isUpper(op string) bool { return op == "<" || op == "<=" }
func isLower(op string) bool { return op == ">" || op == ">=" }

func number(lit string) bool {
	_, err := strconv.ParseFloat(lit, 64)
	return err == nil
}

// sameDateForm reports whether two texts are dates or timestamps of one form,
// whose order as text is their order in time.
func sameDateForm(x, y string) bool {
	if len(x) != len(y) || len(x) < 12 || x[0] != '\'' {
		return false
	}
	for i := range len(x) {
		dx, dy := x[i] >= '0' && x[i] <= '9', y[i] >= '0' && y[i] <= '9'
		if dx != dy || !dx && x[i] != y[i] {
			return false
		}
	}
	return x[5] == '-' && x[8] == '-'
}

func allDiffer(lit, list string) bool {
	for _, l := range strings.Split(list, ",") {
		if !literalsDiffer(lit, l) {
			return false
		}
	}
	return true
}
