package jinja

import (
	"strings"
	"testing"
)

// TestCompileErrors has what the original accepts as a template and Python
// then refuses as a program: dbt fails on it all the same.
func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct{ template, message string }{
		{"{% macro m(a, b, a) %}{% endmacro %}", "two parameters `a`"},
		{"{% macro m(a, b) %}{% endmacro %}{% macro n(a) %}{% endmacro %}", ""},
		{"{% break %}", "`break` outside of a loop"},
		{"{% if true %}{% continue %}{% endif %}", "`continue` outside of a loop"},
		{"{% for i in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "`break` outside of a loop"},
		{"{% for i in [1] %}{% call m() %}{% break %}{% endcall %}{% endfor %}", "`break` outside of a loop"},
		{"{% for i in [1] %}{% set x %}{% break %}{% endset %}{% endfor %}", ""},
		{"{% macro m() %}{% for i in [1] %}{% break %}{% endfor %}{% endmacro %}", ""},
	} {
		var got []string
		for _, e := range parseText(tt.template).Errors {
			got = append(got, e.Msg)
		}
		all := strings.Join(got, "; ")
		if len(got) > 1 || (tt.message == "") != (all == "") || !strings.Contains(all, tt.message) {
			t.Errorf("%s: errors %q, want %q", tt.template, all, tt.message)
		}
	}
}
