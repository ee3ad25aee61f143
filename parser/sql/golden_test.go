package sql

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the trees in testdata")

// TestGolden compares the trees of the statements in testdata. A file holds
// cases of the form
//
//	=== dialect
//	statement
//	---
//	printed text
//	tree
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, c := range strings.Split("\n"+string(data), "\n=== ")[1:] {
			head, want, _ := strings.Cut(c, "\n---\n")
			name, text, _ := strings.Cut(head, "\n")
			d, ok := Lookup(name)
			if !ok {
				t.Fatalf("%s: no dialect %q", file, name)
			}
			got := goldenTree(parseChecked(t, text, d))
			if strings.TrimSpace(got) != strings.TrimSpace(want) && !*update {
				t.Errorf("%s: %s\n%s\n got\n%s\nwant\n%s", file, name, text, got, want)
			}
			out.WriteString("=== " + head + "\n---\n" + got + "\n")
		}
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func goldenTree(tree *Tree) string {
	var b strings.Builder
	for _, s := range tree.Statements {
		b.WriteString(Print(s, tree.Dialect) + "\n")
	}
	Dump(&b, tree)
	return b.String()
}
