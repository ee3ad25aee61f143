package parity

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// golden is what dbt made of a project.
type golden struct {
	Adapter string
	// Defaults is the configuration of a resource that sets none, by type.
	Defaults map[string]map[string]any
	Nodes    map[string]*resource
	Disabled []string
}

// resource is a node of dbt's manifest. What dbt leaves empty is missing.
type resource struct {
	Type        string `json:"resource_type"`
	Package     string `json:"package_name"`
	Name        string
	Path        string `json:"original_file_path"`
	FQN         []string
	Alias       string
	Schema      string
	Database    string
	Identifier  string
	Relation    string `json:"relation_name"`
	Tags        any    // a list; a single text of some metrics
	Meta        map[string]any
	Group       string
	Access      string
	Version     any
	PatchPath   string `json:"patch_path"`
	Description string
	Config      map[string]any
	DependsOn   []string `json:"depends_on"`
	Macros      []string
	Columns     []column
	Compiled    map[string]string // by world
	// Introspects are the questions to the warehouse for which a node has no
	// text, Error why dbt could not compile it.
	Introspects []string
	Error       string

	// Of a generic test.
	Column   string `json:"column_name"`
	Attached string `json:"attached_node"`
	Test     *struct {
		Name      string
		Namespace string
		Kwargs    map[string]any
	} `json:"test_metadata"`
}

// tests reports whether a generic test is one of the source of that id.
func (r *resource) tests(id string) bool {
	parts := strings.Split(id, ".")
	model, _ := r.Test.Kwargs["model"].(string)
	return len(parts) == 4 && strings.Contains(model, "source('"+parts[2]+"', '"+parts[3]+"')")
}

type column struct {
	Name        string
	Description string
	DataType    string `json:"data_type"`
	Quote       any
	Tags        []string
	Meta        map[string]any
	Constraints []map[string]any
}

func readGolden(t testing.TB, path string) *golden {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	if err := json.Unmarshal(data, g); err != nil {
		t.Fatal(err)
	}
	return g
}
