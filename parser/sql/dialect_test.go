package sql

import "testing"

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"postgres": "postgres", "Snowflake": "snowflake", "sqlserver": "tsql", "fabric": "tsql", "synapse": "tsql",
		"glue": "spark", "mysql": "generic", "starburst": "trino", "athena": "athena",
	} {
		if d, ok := Lookup(name); !ok || d.Name != want {
			t.Errorf("Lookup(%q) = %s, %v, want %s", name, d.Name, ok, want)
		}
	}
	if d, ok := Lookup("nosuch"); ok || d != Generic {
		t.Errorf("Lookup of an unknown name = %s, %v", d.Name, ok)
	}
}

func TestSame(t *testing.T) {
	name := func(s string) *Ident { return &Ident{Name: s} }
	quoted := func(s string) *Ident { return &Ident{Name: s, Quoted: true} }
	for _, c := range []struct {
		dialect string
		a, b    *Ident
		want    bool
	}{
		{"snowflake", name("Id"), name("id"), true},
		{"snowflake", name("id"), quoted("ID"), true},
		{"snowflake", name("id"), quoted("id"), false},
		{"postgres", name("ID"), quoted("id"), true},
		{"postgres", name("ID"), quoted("ID"), false},
		{"redshift", name("Id"), quoted("id"), true},
		{"redshift", name("id"), quoted("ID"), true},
		{"bigquery", quoted("Id"), name("iD"), true},
		{"duckdb", quoted("Id"), quoted("iD"), true},
		{"trino", quoted("Id"), quoted("iD"), true},
		{"databricks", quoted("Id"), name("iD"), true},
		{"clickhouse", name("Id"), name("id"), false},
		{"clickhouse", name("id"), quoted("id"), true},
		{"generic", &Ident{Name: "__hole_1__", Hole: true}, &Ident{Name: "__hole_1__", Hole: true}, false},
		{"generic", nil, name("a"), false},
	} {
		d, _ := Lookup(c.dialect)
		if got := d.Same(c.a, c.b); got != c.want {
			t.Errorf("%s: Same(%v, %v) = %v", c.dialect, c.a, c.b, got)
		}
	}
}

func TestQuote(t *testing.T) {
	for dialect, want := range map[string]string{
		"postgres": `"a""b` + "`" + `c]d"`, "bigquery": "`a\"b\\`c]d`", "spark": "`a\"b``c]d`", "tsql": "[a\"b`c]]d]",
	} {
		d, _ := Lookup(dialect)
		if got := d.Quote("a\"b`c]d"); got != want {
			t.Errorf("%s: %s, want %s", dialect, got, want)
		}
	}
}

// What the same characters mean in different dialects.
func TestLexicalConflicts(t *testing.T) {
	for _, c := range []struct{ dialect, sql, want string }{
		{"postgres", `select "A"`, `select "A"`},
		{"bigquery", `select "A"`, `select 'A'`},
		{"spark", `select "A"`, `select 'A'`},
		{"snowflake", `select 'it\'s'`, `select 'it''s'`},
		{"trino", `select 'a\', b`, `select 'a\', b`},
		{"tsql", `select [a]`, `select a`},
		{"duckdb", `select [a]`, `select [a]`},
		{"snowflake", "select a // b\n, c", `select a, c`},
		{"duckdb", "select a // b", `select a // b`},
		{"bigquery", "select a # b\n, c", `select a, c`},
		{"postgres", "select a # b", `select a # b`},
		{"postgres", "select 1 /* /* */ */ , 2", `select 1, 2`},
		{"postgres", "select $x$it's$x$, $1", `select 'it''s', $1`},
		{"postgres", "select a ^ b", `select a ^ b`},
		{"postgres", "select e'a\\nb'", "select 'a\nb'"},
		{"postgres", "select 'a'\n'b'", `select 'ab'`},
		{"redshift", "select 'a' 'b'", `select 'ab'`},
		{"postgres", "select a -> 'b'", `select a -> 'b'`},
		{"trino", "select f(a -> b)", `select f(a -> b)`},
		{"bigquery", `select r'\d', '''a'b''', """c"d"""`, `select '\\d', 'a\'b', 'c"d'`},
		{"spark", "select 1a, 2L from t", "select `1a`, 2l from t"},
		{"postgres", "select '\u00e4', \u00e4 from t\u00e4\u00a0u", "select '\u00e4', \"\u00e4\" from \"t\u00e4\" as u"},
	} {
		d, _ := Lookup(c.dialect)
		tree := parseChecked(t, c.sql, d)
		if got := Print(tree.Query(), d); got != c.want || len(tree.Errors) > 0 {
			t.Errorf("%s: %s\n got %s\nwant %s\n%s", c.dialect, c.sql, got, c.want, errorsOf(tree))
		}
	}
}

func TestFallbacks(t *testing.T) {
	for _, c := range []struct{ dialect, sql string }{
		{"snowflake", `select split(a, '\') as b from t`},         // a backslash that escapes nothing
		{"postgres", "select a /* see /* below */ from t"},        // a comment that does not nest
		{"bigquery", `select '' || ''' || a, '''' from t` + "''"}, // quotes that are not tripled
	} {
		d, _ := Lookup(c.dialect)
		if tree := parseChecked(t, c.sql, d); tree.Statements == nil {
			t.Errorf("%s: %s: no statement", c.dialect, c.sql)
		}
	}
	tree := Parse(`select split(a, '\') as b from t`, &dialectSnowflake)
	if len(tree.Errors) > 0 {
		t.Error(errorsOf(tree))
	}
}

// TestIs compares Is with the keys that FoldName makes.
func TestIs(t *testing.T) {
	names := []string{"", "a", "A", "ab", "aB", "Z[`{", "straße", "STRASSE", "Straße", "İ", "i̇", "aK", "ak", "_1"}
	for _, dialect := range []string{"snowflake", "postgres", "bigquery", "duckdb", "tsql"} {
		d, ok := Lookup(dialect)
		if !ok {
			t.Fatal(dialect)
		}
		for _, name := range names {
			for _, quoted := range []bool{false, true} {
				id := &Ident{Name: name, Quoted: quoted}
				for _, other := range names {
					for _, key := range []string{other, d.FoldName(other, false), d.FoldName(other, true)} {
						if got, want := d.Is(id, key), d.Fold(id) == key; got != want {
							t.Errorf("%s: %+q, quoted %v, is %+q: %v", dialect, name, quoted, key, got)
						}
					}
				}
			}
		}
	}
}
