package dbtctx

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// tight removes the white space that means nothing in SQL: around brackets,
// commas and operators.
func tight(s string) string {
	s = words(s)
	return strings.ToLower(loose.ReplaceAllString(s, "$1"))
}

var loose = regexp.MustCompile(` *([()\[\],|]) *`)

// TestBuiltins compares what dbt's own macros print here, on every adapter,
// with what they print in dbt.
func TestBuiltins(t *testing.T) {
	data, err := os.ReadFile("testdata/builtins.json")
	if err != nil {
		t.Fatal(err)
	}
	// What is exact was written by internal/oracle/dbt/builtins.py; of the
	// rest the blanks are not compared.
	var cases []struct {
		Adapter, Template, Want string
		Exact                   bool
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	contexts := map[string]*Context{}
	for _, tt := range cases {
		c := contexts[tt.Adapter]
		if c == nil {
			c = newContext(t, tt.Adapter, "-- packages.yml --\npackages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n")
			contexts[tt.Adapter] = c
		}
		r := render(t, c, tt.Template)
		if tt.Exact && r.Text != tt.Want {
			t.Errorf("%s %s:\n got %q\nwant %q", tt.Adapter, tt.Template, r.Text, tt.Want)
		}
		if got := tight(r.Text); got != tight(tt.Want) || len(r.Errors) > 0 {
			t.Errorf("%s %s: %s\n got %s\nwant %s", tt.Adapter, tt.Template, messages(r), got, tight(tt.Want))
		}
	}
}
