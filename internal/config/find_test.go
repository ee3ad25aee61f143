package config

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"dbtvet.yml":            {Data: []byte("target: top")},
		"dbt/shop/dbtvet.yml":   {Data: []byte("target: shop")},
		"dbt/broken/dbtvet.yml": {Data: []byte("tarket: x")},
		"dbt/large/dbtvet.yml":  {Data: []byte(strings.Repeat("#", maxFile+1))},
	}
	for _, tc := range []struct{ dir, target, root, err string }{
		{"dbt/shop", "shop", "dbt/shop", ""},
		{"dbt/shop/sub", "shop", "dbt/shop", ""},
		{"dbt/other", "top", ".", ""},
		{".", "top", ".", ""},
		{"dbt/broken", "", "", "dbt/broken/dbtvet.yml:1:1: unknown key `tarket`: did you mean `target`?"},
		{"dbt/large", "", "", "dbt/large/dbtvet.yml: 1048577 bytes are too many for a configuration"},
	} {
		c, err := Load(fsys, tc.dir, nil)
		if err != nil || tc.err != "" {
			if err == nil || err.Error() != tc.err {
				t.Errorf("%s: error %v, want %s", tc.dir, err, tc.err)
			}
			continue
		}
		if c.Target != tc.target || c.Root != tc.root {
			t.Errorf("%s: target %q root %q, want %q and %q", tc.dir, c.Target, c.Root, tc.target, tc.root)
		}
	}
	if c, err := Load(fstest.MapFS{}, "a/b", nil); err != nil || c.Root != "a/b" || c.File != nil {
		t.Errorf("without a file: %+v, %v", c, err)
	}
}
