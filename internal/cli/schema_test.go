package cli

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/rules"
)

// TestSettingsSchema compares the published schema of dbtvet.yml with what the
// settings and the rules' options are now.
func TestSettingsSchema(t *testing.T) {
	const path = "../../schema/dbtvet.schema.json"
	a := &app{rules: rules.All()}
	got, err := config.Schema(a.known())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is stale, -update writes it (-want +got):\n%s", path, diff)
	}
}
