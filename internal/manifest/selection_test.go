package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/project"
)

// TestSelection holds what is selected of the kitchen against what dbt selects
// (internal/oracle/dbt/selection.py).
func TestSelection(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	data, err := os.ReadFile(filepath.Join(root, "golden", "dbt", "selection.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]string
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	p := project.Load(t.Context(), os.DirFS(filepath.Join(root, "projects", "kitchen")), ".", project.Options{})
	m := Load(t.Context(), p, Options{Adapter: "duckdb"})
	for line, want := range golden {
		t.Run(line, func(t *testing.T) {
			found, err := m.chosen(selectionOf(t, line))
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
