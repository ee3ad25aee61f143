package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExplainIncremental holds what explain says of every incremental model of a
// project against a golden file.
func TestExplainIncremental(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	project := filepath.Join(root, "projects", "vyaparbazaar")
	files, err := filepath.Glob(filepath.Join(project, "models", "*", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	deeper, _ := filepath.Glob(filepath.Join(project, "models", "*", "*", "*.sql"))
	var got strings.Builder
	for _, f := range append(files, deeper...) {
		name := strings.TrimSuffix(filepath.Base(f), ".sql")
		var out, errs bytes.Buffer
		if code := Main([]string{"explain", name, "--path", project}, nil, &out, &errs, func(string) string { return "" }); code != 0 {
			t.Fatalf("explain %s: %d %s", name, code, errs.String())
		}
		if _, runs, ok := strings.Cut(out.String(), "\nincremental runs: "); ok {
			got.WriteString(name + ": " + runs + "\n")
		}
	}
	golden := filepath.Join(root, "golden", "vyaparbazaar.incremental.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("explain says something else than %s:\n%s", golden, got.String())
	}
}
