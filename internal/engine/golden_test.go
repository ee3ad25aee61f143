package engine_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/reporters"
	"github.com/dbtvet/dbtvet/rules"
)

var update = flag.Bool("update", false, "write fixtures/golden anew")

// root is the folder of the repository.
const root = "../.."

// vyaparbazaar is the project of an exercise with a student's mistakes in it.
const vyaparbazaar = "fixtures/projects/vyaparbazaar"

// lint lints one project of the repository.
func lint(t testing.TB, dir string, workers int) *finding.Report {
	t.Helper()
	r, err := engine.Lint(context.Background(), engine.Options{
		FS: os.DirFS(root), Paths: []string{dir}, Rules: rules.All(), Parallelism: workers, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// write renders a report as `dbtvet lint --show info --format FORMAT` does.
func write(t testing.TB, r *finding.Report, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := reporters.Write(&b, format, r, reporters.ConsoleOptions{ShowInfo: true}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestGolden compares all that is said of a whole project with what was said
// before. Read the difference before -update writes it.
func TestGolden(t *testing.T) {
	r := lint(t, vyaparbazaar, 0)
	for format, ext := range map[string]string{"console": ".txt", "json": ".json"} {
		got := write(t, r, format)
		file := filepath.Join(root, "fixtures", "golden", filepath.Base(vyaparbazaar)+ext)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: -want +got\n%s", file, diff)
		}
	}
}

// TestDeterministic lints a project over and over, on one processor and on
// many, and compares bytes.
func TestDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []byte
	for i := range 20 {
		for _, procs := range []int{1, 8} {
			runtime.GOMAXPROCS(procs)
			got := write(t, lint(t, vyaparbazaar, procs), "json")
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("run %d on %d processors differs:\n%s", i, procs, cmp.Diff(string(want), string(got)))
			}
		}
	}
}
