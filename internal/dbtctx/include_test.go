package dbtctx

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

var sqlComment = regexp.MustCompile(`--[^\n]*`)

// TestInclude compares, for every adapter, what dbt's cross-database macros
// print here with what those in the adapters' own include trees do, as
// internal/oracle/dbt/include.py wrote it down: the same SQL, whatever its
// blanks and comments, or an error in both.
func TestInclude(t *testing.T) {
	data, err := os.ReadFile("testdata/include.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Call     string
		Adapters []string
		Want     *string // nil if the macro raises
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	contexts := map[string]*Context{}
	cells, exact := 0, 0
	for _, tt := range cases {
		for _, name := range tt.Adapters {
			if contexts[name] == nil {
				contexts[name] = newContext(t, name, "")
			}
			r := render(t, contexts[name], "{{ dbt."+tt.Call+" }}")
			cells++
			switch {
			case tt.Want == nil && len(r.Errors) == 0:
				t.Errorf("%s %s:\n got %q\nwant an error", name, tt.Call, r.Text)
			case tt.Want == nil:
			case len(r.Errors) > 0 || bare(r.Text) != bare(*tt.Want):
				t.Errorf("%s %s: %s\n got %s\nwant %s", name, tt.Call, messages(r), bare(r.Text), bare(*tt.Want))
			case r.Text == *tt.Want:
				exact++
			}
		}
	}
	t.Logf("%d cells, %d of them equal to the byte", cells, exact)
}

// bare is SQL without its comments and the blanks that mean nothing.
func bare(sql string) string { return tight(sqlComment.ReplaceAllString(sql, "")) }
