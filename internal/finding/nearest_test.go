package finding

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"fail-level", "preset", "paths", "rules", "target", "vars"}
	for _, tc := range []struct{ name, want string }{
		{"presets", "preset"},
		{"presset", "preset"},
		{"prseet", "preset"}, // two neighbours swapped
		{"fail_level", "fail-level"},
		{"Fail-Level", "fail-level"},
		{"rulse", "rules"},
		{"path", "paths"},
		{"tagret", "target"},
		{"colour", ""},
		{"", ""},
		{"v", ""},
		{"données", ""},
	} {
		if got := Nearest(tc.name, names); got != tc.want {
			t.Errorf("Nearest(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := Nearest("ab", []string{"ad", "ac"}); got != "ac" {
		t.Errorf("a tie gave %q, want the first in byte order", got)
	}
}

func TestEdits(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"unique_key", "unique-key", 0}, {"materialised", "Materialized", 1}, {"tags", "gats", 2}, {"", "abc", 3}} {
		if got := Edits(tc.a, tc.b); got != tc.want {
			t.Errorf("%s, %s: got %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
