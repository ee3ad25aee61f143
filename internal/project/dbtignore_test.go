package project

import "testing"

// TestIgnored has what pathspec's gitwildmatch, which dbt uses, answers.
func TestIgnored(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		yes, no  []string
	}{
		{[]string{"foo"}, []string{"foo", "a/foo", "a/foo/b.sql"}, []string{"foo.sql", "a/xfoo"}},
		{[]string{"foo/"}, []string{"foo/b.sql", "a/foo/b/c.sql"}, []string{"foo", "a/foo"}},
		{[]string{"/models"}, []string{"models/a.sql"}, []string{"x/models/a.sql"}},
		{[]string{"models/old"}, []string{"models/old/a.sql"}, []string{"x/models/old/a.sql", "models/older.sql"}},
		{[]string{"*.py"}, []string{"a.py", "m/a.py"}, []string{"a.pyx"}},
		{[]string{"**/tmp/**"}, []string{"tmp/a.sql", "m/tmp/x/a.sql"}, []string{"m/tmpx/a.sql"}},
		{[]string{"a/**/b.sql"}, []string{"a/b.sql", "a/x/y/b.sql"}, []string{"x/a/b.sql"}},
		{[]string{"models/*", "!models/keep.sql"}, []string{"models/a.sql", "models/x/a.sql"}, []string{"models/keep.sql"}},
		{[]string{"[ab].sql", "x?.sql"}, []string{"a.sql", "m/b.sql", "xy.sql"}, []string{"c.sql", "x.sql"}},
		{[]string{"# a", "", "a{b,c}.sql"}, []string{"a{b,c}.sql"}, []string{"ab.sql", "# a"}},
		{[]string{"[bad"}, nil, []string{"[bad", "b"}},
	} {
		var i ignored
		for _, line := range c.patterns {
			if p, ok := ignoreLine(line); ok {
				i = append(i, p)
			}
		}
		for _, file := range c.yes {
			if !i.has(file) {
				t.Errorf("%q does not leave out %s", c.patterns, file)
			}
		}
		for _, file := range c.no {
			if i.has(file) {
				t.Errorf("%q leaves out %s", c.patterns, file)
			}
		}
	}
}
