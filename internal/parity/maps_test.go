package parity

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
)

// TestMaps renders every model of every rule's example in all of its worlds
// and checks that the map of each text is whole.
func TestMaps(t *testing.T) {
	paths, err := fs.Glob(fixtures.Rules, "rules/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	renders := 0
	for _, path := range paths {
		data, err := fixtures.Rules.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		example, err := fixtures.Parse(path, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range example.Projects {
			files := fstest.MapFS{}
			for name, text := range p.Tree() {
				files[name] = &fstest.MapFile{Data: text}
			}
			renders += checkMaps(t, path+" "+p.Name, files)
		}
	}
	if renders < 500 {
		t.Errorf("only %d renders", renders)
	}
}

// checkMaps renders every node of a project in all of its worlds and returns
// how many texts that were.
func checkMaps(t *testing.T, name string, files fs.FS) (renders int) {
	p := project.Load(context.Background(), files, ".", project.Options{})
	m := manifest.Load(context.Background(), p, manifest.Options{Adapter: "duckdb"})
	for _, n := range m.Order {
		if n.Template == nil {
			continue
		}
		worlds, _ := m.Context.Worlds(m.ContextNode(n))
		for _, w := range worlds {
			renders++
			if err := w.Map.Check(w.Text); err != nil {
				t.Errorf("%s: %s, %s: %v", name, n.Name, w.World.Name, err)
			}
		}
	}
	return renders
}
