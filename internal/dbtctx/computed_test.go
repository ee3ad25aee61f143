package dbtctx

import (
	"encoding/json"
	"os"
	"testing"
)

// TestComputed compares the functions and modules that only compute with
// dbt's own, as internal/oracle/dbt/context.py wrote down what these give.
func TestComputed(t *testing.T) {
	data, err := os.ReadFile("testdata/context.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Template string
		Want     *string // nil if it raises
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	c := newContext(t, "duckdb", "")
	for _, tt := range cases {
		r := render(t, c, tt.Template)
		switch {
		case tt.Want == nil && len(r.Errors) == 0:
			t.Errorf("%s\n gives %q\nwant an error", tt.Template, r.Text)
		case tt.Want != nil && (r.Text != *tt.Want || len(r.Errors) > 0):
			t.Errorf("%s\n gives %q %s\n want %q", tt.Template, r.Text, messages(r), *tt.Want)
		}
	}
}

// TestUnlikePython asks for what Go's regular expressions would answer
// otherwise than Python's: it must not be answered.
func TestUnlikePython(t *testing.T) {
	c := newContext(t, "duckdb", "")
	for _, text := range []string{
		`{{ modules.re.sub('\\w', 'x', 'é') }}`, `{{ modules.re.findall('\\d', '٣') }}`, `{{ modules.re.sub('$', 'x', 'a\n') }}`,
		`{{ modules.re.split('|a', 'aa') }}`, `{{ modules.re.findall('\\b', 'a b') }}`, `{{ modules.re.search('a(?=b)', 'ab') }}`,
	} {
		if r := render(t, c, text); len(r.Holes) != 1 || len(r.Errors) > 0 {
			t.Errorf("%s gives %q %s, want a hole", text, r.Text, messages(r))
		}
	}
}
