package keys

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// indexes returns the columns of a summary by name; fewer than the names if one
// is not there.
func indexes(m *sema.Model, s *sema.Summary, names []string) []int {
	var out []int
	for _, n := range names {
		if i := s.Index(m.Dialect.FoldName(n, false)); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

// sameNames reports whether two lists name the same columns in any order.
func sameNames(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x string) bool {
		return !slices.ContainsFunc(b, func(y string) bool { return strings.EqualFold(x, y) })
	})
}
