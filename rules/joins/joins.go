// Package joins holds the rules about joins that multiply rows: keys that a
// join breaks, sums that it inflates, conditions that do not connect the two
// sides. They accuse on positive evidence only: a join of which nothing is known
// is no finding.
package joins

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// names writes columns for a message: `a`, `b`.
func names(cols []string) string { return "`" + strings.Join(cols, "`, `") + "`" }

// first returns the first n names, with three dots for more.
func first(names []string, n int) []string {
	if len(names) <= n {
		return names
	}
	return append(names[:n:n], "...")
}

// quiet says what would make a finding about a fan-out silent.
func quiet(r *lint.Report, v sema.Verdict) {
	if len(v.On) > 0 {
		r.Quiet("if %s is unique in `%s`, add a uniqueness test: this finding disappears", sema.Tuple(v.On), v.Side)
	}
}

// graded says what is doubtful of a verdict, and lowers accordingly. It lowers a report whose facts are only declared, one about rows that a
// flag picked, which may leave a single one, and one that rests on a grain of
// which the rest may be attributes.
func graded(r *lint.Report, v sema.Verdict) *lint.Report {
	if v.Attributes && !v.Actual {
		r.Note("doubt", "nothing shows that %s differs among rows with one %s: the key may be wider than it need be", sema.Tuple(v.Missing), sema.Tuple(v.On))
	}
	if !v.Accuses() || (v.Picked || v.Attributes) && !v.Actual {
		r.Lower(finding.Info)
	}
	return r
}

// condition returns the text of a join's condition.
func condition(w *sema.World, j *sema.Join) string {
	if j.Node == nil || j.Node.On == nil {
		return ""
	}
	return strings.Join(strings.Fields(w.Text(j.Node.On.Range())), " ")
}

// at returns the place of a join for a message: the column list, or its text.
func at(w *sema.World, j *sema.Join, v sema.Verdict) string {
	if len(v.On) > 0 {
		return names(v.On)
	}
	if c := condition(w, j); c != "" {
		return "`" + c + "`"
	}
	return "no column"
}
