//go:build pgquery

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestParseSecondOpinion asks the program about texts that one or both of the
// grammars refuse.
func TestParseSecondOpinion(t *testing.T) {
	for _, c := range []struct {
		sql, dialect string
		want, not    string
	}{
		{"select a b c from t", "postgres", `:1:12: PostgreSQL's own grammar: syntax error at or near "c"`, "reads it"},
		{"select " + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600), "redshift", "PostgreSQL's own grammar reads it", "syntax error"},
		{"select a from t", "postgres", "", "PostgreSQL"},
		{"select a b c from t", "snowflake", "expected", "PostgreSQL"},
	} {
		path := filepath.Join(t.TempDir(), "a.sql")
		if err := os.WriteFile(path, []byte(c.sql), 0o644); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		Main([]string{"parse", path, "--dialect", c.dialect}, strings.NewReader(""), &out, &errs, func(string) string { return "" })
		if got := errs.String(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
			t.Errorf("%.40s: %s", c.sql, got)
		}
	}
}
