package finding

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that name was perhaps meant to be, or "" if
// none is near: the one with the fewest edits (insert, delete, replace, swap
// of neighbours; case and the separators - and _ do not count), at most a
// third of the name's length. Ties go to the first in byte order.
func Nearest(name string, candidates []string) string {
	name = fold(name)
	limit := max(1, utf8.RuneCountInString(name)/3)
	best, nearest := limit+1, ""
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(name, fold(c), best); d < best {
			best, nearest = d, c
		}
	}
	return nearest
}

// Edits returns the number of edits between two names, as Nearest counts them.
func Edits(a, b string) int { return distance(fold(a), fold(b), len(a)+len(b)+1) }

func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

// distance returns the number of edits between a and b, or any number >= limit
// if there are as many.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
