package manifest

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dbtvet/dbtvet/internal/project"
)

// TestSelection holds what is selected of the kitchen against what dbt selects
// (internal/oracle/dbt/selection.py).
func TestSelection(t *testing.T) {
	p := project.Load(t.Context(), os.DirFS(filepath.Join("..", "..", "fixtures", "projects", "kitchen")), ".", project.Options{})
	compareSelection(t, Load(t.Context(), p, Options{Adapter: "duckdb"}), nil, "selection.json")
}

// compareSelection selects from m what a golden file lists.
func compareSelection(t *testing.T, m *Manifest, before func() *Manifest, golden string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "golden", "dbt", golden))
	if err != nil {
		t.Fatal(err)
	}
	var lines map[string][]string
	if err := json.Unmarshal(data, &lines); err != nil {
		t.Fatal(err)
	}
	for line, want := range lines {
		t.Run(line, func(t *testing.T) {
			s := selectionOf(t, line)
			s.Before = before
			found, err := m.chosen(s)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range found {
				switch {
				case x.test != nil:
					got = append(got, "test "+x.name)
				case x.unit != nil:
					got = append(got, "unit_test."+x.pkg+"."+x.unit.Model+"."+x.name)
				case x.node.Type != Analysis: // `dbt ls` does not list them
					got = append(got, x.node.ID)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("more:    %v\nmissing: %v", minus(got, want), minus(want, got))
			}
		})
	}
}

// TestState holds what `state:` selects of the kitchen, changed as state.txtar
// says, against what dbt selects when it compares with the kitchen's manifest.
func TestState(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	kitchen := os.DirFS(filepath.Join(root, "projects", "kitchen"))
	changes, err := txtar.ParseFile(filepath.Join(root, "golden", "dbt", "state.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	after := fstest.MapFS{}
	err = fs.WalkDir(kitchen, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(kitchen, name)
		after[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range changes.Files {
		if after[f.Name] = (&fstest.MapFile{Data: f.Data}); len(f.Data) == 0 {
			delete(after, f.Name)
		}
	}
	read := func(fsys fs.FS) *Manifest {
		return Load(t.Context(), project.Load(t.Context(), fsys, ".", project.Options{}), Options{Adapter: "duckdb"})
	}
	before := read(kitchen)
	compareSelection(t, read(after), func() *Manifest { return before }, "state.json")
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

// selectionOf reads the arguments of a `dbt ls`.
func selectionOf(t *testing.T, line string) Selection {
	t.Helper()
	var s Selection
	var flag string
	for _, arg := range strings.Fields(strings.ReplaceAll(line, `"`, "")) {
		if strings.HasPrefix(arg, "--") {
			flag = arg
			continue
		}
		switch flag {
		case "--select":
			s.Include = append(s.Include, arg)
		case "--exclude":
			s.Exclude = append(s.Exclude, arg)
		case "--selector":
			s.Selector = arg
		case "--indirect-selection":
			s.Indirect = arg
		default:
			t.Fatalf("%s is not understood", line)
		}
	}
	return s
}
